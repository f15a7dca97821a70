//! Packages that are used together: finds profiles and lists by their canonical, and answers whether a code is in a list.
//!
//! R4's own package is always there. Never fetches what is missing: it says that it is. State: none beyond the packages.

use std::collections::HashMap;
use std::sync::Arc;

use crate::definitions::{self, TypeIndex};
use crate::package::{Canonical, Package, compare_versions, is_version, split};
use crate::profile::{Differential, Profile};
use crate::terminology::{CodeSystem, Filter, FilterOperator, Include, Membership, ValueSet, by_form};

/// How deep value sets may take from one another.
const MAX_DEPTH: usize = 16;

type ByUrl<T> = HashMap<Box<str>, Vec<Arc<T>>>;

/// Packages that are used together.
#[derive(Debug, Default)]
pub struct Library {
    profiles: ByUrl<Profile>,
    value_sets: ByUrl<ValueSet>,
    code_systems: ByUrl<CodeSystem>,
    /// The profiles that define R4's types, by the type's number.
    base: Vec<Option<Arc<Profile>>>,
}

trait Versioned {
    fn version(&self) -> &str;
    fn url(&self) -> &str;
}

macro_rules! versioned {
    ($($kind:ty),*) => { $(impl Versioned for $kind {
        fn version(&self) -> &str { &self.version }
        fn url(&self) -> &str { &self.url }
    })* };
}

versioned!(Profile, ValueSet, CodeSystem);

fn put<T: Versioned>(all: &mut ByUrl<T>, one: &Arc<T>) {
    let versions = all.entry(one.url().into()).or_default();
    // What was there first stays: a package that comes later can't change it.
    if !versions.iter().any(|other| other.version() == one.version()) {
        versions.push(one.clone());
        versions.sort_by(|left, right| compare_versions(right.version(), left.version()));
    }
}

fn find<'l, T: Versioned>(all: &'l ByUrl<T>, url: &str, version: Option<&str>) -> Option<&'l Arc<T>> {
    let versions = all.get(url)?;
    match version {
        None => versions.first(),
        Some(wanted) => versions.iter().find(|one| is_version(one.version(), wanted)),
    }
}

impl Library {
    /// R4 and these packages, the first before the others.
    pub fn new<'p>(packages: impl IntoIterator<Item = &'p Arc<Package>>) -> Self {
        let definitions = definitions::get();
        let mut library = Self { base: vec![None; definitions.len()], ..Self::default() };
        let r4 = Package::r4();
        for profile in r4.profiles.iter().filter(|profile| !profile.is_constraint) {
            if let Some(place) = definitions.find(&profile.type_name) {
                library.base[place.place()] = Some(profile.clone());
            }
        }
        let packages: Vec<_> = packages.into_iter().cloned().chain([r4]).collect();
        for package in &packages {
            package.profiles.iter().for_each(|one| put(&mut library.profiles, one));
            package.value_sets.iter().for_each(|one| put(&mut library.value_sets, one));
            let systems = package.code_systems.iter().filter(|one| !one.is_supplement);
            systems.for_each(|one| put(&mut library.code_systems, one));
        }
        library.derive(packages.iter().flat_map(|package| package.differentials.iter().cloned()).collect());
        library
    }

    /// Makes profiles of differentials, each when its base is there; what has no base stays unknown.
    fn derive(&mut self, mut open: Vec<Arc<Differential>>) {
        loop {
            let before = open.len();
            open.retain(|differential| {
                let made = differential.derive(&|canonical| self.profile_of(canonical).cloned());
                if let Some(profile) = made {
                    put(&mut self.profiles, &Arc::new(profile));
                    return false;
                }
                true
            });
            if open.is_empty() || open.len() == before {
                return;
            }
        }
    }

    /// The profile that a StructureDefinition's differential makes of its base, whatever snapshot it has; None when it is no JSON, or
    /// a base or type is not loaded.
    pub fn derived(&self, structure_definition: &str) -> Option<Profile> {
        let document = crate::json::Document::parse(structure_definition).ok()?;
        Differential::read(document.root())?.derive(&|canonical| self.profile_of(canonical).cloned())
    }

    /// The profile of a canonical; without a version the newest. `|1.2` finds 1.2.x.
    pub fn profile(&self, canonical: &str) -> Option<&Arc<Profile>> {
        let (url, version) = split(canonical);
        find(&self.profiles, url, version)
    }

    pub(crate) fn profile_of(&self, canonical: &Canonical) -> Option<&Arc<Profile>> {
        find(&self.profiles, &canonical.url, canonical.version.as_deref())
    }

    /// The definition of one of R4's types.
    pub(crate) fn base(&self, kind: TypeIndex) -> Option<&Arc<Profile>> {
        self.base.get(kind.place())?.as_ref()
    }

    /// Whether a code is in a list. Without a system (a `code`), any of the list's systems counts.
    pub(crate) fn membership(&self, set: &Canonical, system: Option<&str>, code: &str) -> Membership {
        self.in_set(set, system, code, 0)
    }

    /// Whether a code is in its own system.
    pub(crate) fn is_code_of(&self, system: &str, code: &str) -> Membership {
        let Some(list) = find(&self.code_systems, system, None).filter(|list| !list.is_empty()) else {
            return by_form(system, code)
                .map_or_else(|| Membership::NotLoaded(system.into()), Membership::from);
        };
        match list.has(code) {
            false if !list.is_complete => Membership::NotLoaded(system.into()),
            has => has.into(),
        }
    }

    fn in_set(&self, set: &Canonical, system: Option<&str>, code: &str, depth: usize) -> Membership {
        let not_loaded = || Membership::NotLoaded(set.to_string().into());
        let Some(found) = find(&self.value_sets, &set.url, set.version.as_deref()) else {
            return not_loaded();
        };
        if depth > MAX_DEPTH {
            return not_loaded();
        }
        let mut answer = if found.include.is_empty() { not_loaded() } else { Membership::No };
        for include in &found.include {
            answer = answer.or(|| self.in_part(include, system, code, depth));
            if answer == Membership::Yes {
                break;
            }
        }
        if answer == Membership::Yes
            && found.exclude.iter().any(|part| self.in_part(part, system, code, depth) == Membership::Yes)
        {
            return Membership::No;
        }
        answer
    }

    fn in_part(&self, part: &Include, system: Option<&str>, code: &str, depth: usize) -> Membership {
        let own = match &part.system {
            Some(of) if system.is_some_and(|system| *system != **of) => Membership::No,
            Some(of) => self.in_system(part, of, code),
            None => Membership::Yes,
        };
        part.value_sets
            .iter()
            .fold(own, |answer, set| answer.and(|| self.in_set(set, system, code, depth + 1)))
    }

    fn in_system(&self, part: &Include, of: &str, code: &str) -> Membership {
        if let Some(codes) = &part.codes {
            return codes.contains(code).into();
        }
        let list = find(&self.code_systems, of, part.version.as_deref())
            .or_else(|| find(&self.code_systems, of, None));
        let Some(list) = list.filter(|list| !list.is_empty()) else {
            let by_form = if part.filters.is_empty() { by_form(of, code) } else { None };
            return by_form.map_or_else(|| Membership::NotLoaded(of.into()), Membership::from);
        };
        if !list.has(code) {
            return if list.is_complete { Membership::No } else { Membership::NotLoaded(of.into()) };
        }
        part.filters
            .iter()
            .fold(Membership::Yes, |answer, filter| answer.and(|| filtered(list, filter, code)))
    }
}

/// Whether a code of a system passes a filter.
fn filtered(list: &CodeSystem, filter: &Filter, code: &str) -> Membership {
    use FilterOperator::{DescendentOf, Equal, Exists, Generalizes, In, IsA, IsNotA, NotIn, Regex};
    let value = &*filter.value;
    let is_of_code = matches!(&*filter.property, "concept" | "code");
    let is_listed = |text: &str| value.split(',').any(|one| one.trim() == text);
    match filter.operator {
        IsA => return list.is_below(code, value).into(),
        IsNotA => return (!list.is_below(code, value)).into(),
        DescendentOf => return (code != value && list.is_below(code, value)).into(),
        Generalizes => return list.is_below(value, code).into(),
        Regex if is_of_code => return filter.regex.as_ref().is_some_and(|regex| regex.is_match(code)).into(),
        Equal if is_of_code => return (code == value).into(),
        In if is_of_code => return is_listed(code).into(),
        NotIn if is_of_code => return (!is_listed(code)).into(),
        _ => {}
    }
    let Some(mut values) = list.property(code, &filter.property) else {
        return Membership::NotLoaded(list.url.clone());
    };
    match filter.operator {
        Exists => (values.next().is_some() == (value == "true")).into(),
        Regex => values.any(|found| filter.regex.as_ref().is_some_and(|regex| regex.is_match(found))).into(),
        In => values.any(is_listed).into(),
        NotIn => (!values.any(is_listed)).into(),
        _ => values.any(|found| found == value).into(),
    }
}
