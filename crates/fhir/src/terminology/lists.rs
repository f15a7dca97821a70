//! Code systems and value sets that are used together: whether a code is in a list, and what is said of a code.
//!
//! For: checks of resources, and the operations on code lists. Lists may lie over others (a cell's own over those of its
//! packages). What a list takes from others is followed to a depth and a number of steps. Never fetches what is missing: it
//! says that it is. State: none beyond the lists.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use super::code_system::{CodeSystem, Concept};
use super::value_set::{Filter, FilterOperator, Include, ValueSet};
use super::{Membership, by_form};
use crate::package::{ByUrl, Canonical, Package};

/// How deep value sets may take from one another.
const MAX_DEPTH: usize = 16;

/// The most parts of value sets that one question looks at.
const MAX_PARTS: u32 = 20_000;

/// Code systems and value sets.
#[derive(Debug, Default)]
pub struct Lists {
    value_sets: ByUrl<ValueSet>,
    code_systems: ByUrl<CodeSystem>,
    /// By the URL of what they add to.
    supplements: Vec<Arc<CodeSystem>>,
    base: Option<Arc<Lists>>,
}

/// One question, and how many parts it may still look at.
pub(super) struct Ask {
    parts: Cell<u32>,
}

impl Ask {
    pub(super) fn new() -> Self {
        Self { parts: Cell::new(MAX_PARTS) }
    }

    /// False when it looked at too many.
    pub(super) fn goes_on(&self) -> bool {
        let left = self.parts.get();
        self.parts.set(left.saturating_sub(1));
        left > 0
    }
}

impl Lists {
    /// Lists over others: what is here counts first.
    pub fn over(base: Arc<Self>) -> Self {
        Self { base: Some(base), ..Self::default() }
    }

    /// Adds a package's lists; of the same version of one, the first counts.
    pub fn add(&mut self, package: &Package) {
        package.value_sets.iter().for_each(|one| self.value_sets.put(one));
        for one in &package.code_systems {
            if one.is_supplement {
                self.supplements.push(one.clone());
            } else {
                self.code_systems.put(one);
            }
        }
    }

    /// The value set of a URL; without a version the newest.
    pub fn value_set(&self, url: &str, version: Option<&str>) -> Option<&Arc<ValueSet>> {
        let own = self.value_sets.find(url, version);
        own.or_else(|| self.base.as_ref()?.value_set(url, version))
    }

    /// The code system of a URL, with codes; without a version the newest.
    pub fn code_system(&self, url: &str, version: Option<&str>) -> Option<&Arc<CodeSystem>> {
        let own = self.code_systems.find(url, version).filter(|list| !list.is_empty());
        own.or_else(|| self.base.as_ref()?.code_system(url, version))
    }

    /// All code systems with codes, those of the base last; of each URL the newest.
    pub fn code_systems(&self) -> Vec<&Arc<CodeSystem>> {
        let mut all: Vec<_> = self.code_systems.newest().filter(|list| !list.is_empty()).collect();
        if let Some(base) = &self.base {
            all.extend(base.code_systems());
        }
        all
    }

    /// What a value set takes from and is not here: value sets (true) and code systems (false), by their URLs, each once.
    pub fn lacking(&self, set: &ValueSet) -> Vec<(bool, String)> {
        let (mut out, mut seen) = (Vec::new(), HashSet::new());
        self.lack(set, 0, &mut seen, &mut out);
        out
    }

    fn lack<'l>(
        &'l self,
        set: &'l ValueSet,
        depth: usize,
        seen: &mut HashSet<&'l str>,
        out: &mut Vec<(bool, String)>,
    ) {
        if depth > MAX_DEPTH || !seen.insert(&set.url) {
            return;
        }
        for part in set.include.iter().chain(&set.exclude) {
            if let Some(of) = &part.system {
                let is_needed = part.codes.is_none() && by_form(of, "").is_none();
                if is_needed && self.system_of(part, of).is_none() && seen.insert(of) {
                    out.push((false, of.to_string()));
                }
            }
            for other in &part.value_sets {
                match self.value_set(&other.url, other.version.as_deref()) {
                    Some(found) => self.lack(found, depth + 1, seen, out),
                    None if seen.insert(&other.url) => out.push((true, other.url.to_string())),
                    None => {}
                }
            }
        }
    }

    /// What supplements say of a code.
    pub(super) fn supplements<'l>(&'l self, url: &'l str, code: &'l str) -> Vec<&'l Concept> {
        let is_for = |one: &&Arc<CodeSystem>| one.supplements.as_ref().is_some_and(|of| *of.url == *url);
        let mut all: Vec<_> =
            self.supplements.iter().filter(is_for).filter_map(|one| one.concept(code)).collect();
        if let Some(base) = &self.base {
            all.extend(base.supplements(url, code));
        }
        all
    }

    /// Whether a code is in a list. Without a system (a `code`), any of the list's systems counts.
    pub(crate) fn membership(&self, set: &Canonical, system: Option<&str>, code: &str) -> Membership {
        self.named(&Ask::new(), set, system, code, 0)
    }

    /// Whether a code is in its own system. Lists change from year to year: where no version is named, any that is loaded will do; one that is
    /// named and not loaded is missing, unless another has the code.
    pub(crate) fn is_code_of(&self, system: &str, version: Option<&str>, code: &str) -> Membership {
        let Some(newest) = self.code_system(system, None) else {
            return by_form(system, code)
                .map_or_else(|| Membership::NotLoaded(system.into()), Membership::from);
        };
        let named = version.and_then(|version| self.code_system(system, Some(version)));
        let has = match named {
            Some(list) => list.has(code),
            None => newest.has(code) || self.code_systems.versions(system).any(|list| list.has(code)),
        };
        match has {
            true => Membership::Yes,
            false if named.is_none() && version.is_some() => {
                Membership::NotLoaded(format!("{system}|{}", version.unwrap_or_default()).into())
            }
            false if !named.unwrap_or(newest).is_complete => Membership::NotLoaded(system.into()),
            false => Membership::No,
        }
    }

    pub(super) fn named(
        &self,
        ask: &Ask,
        set: &Canonical,
        system: Option<&str>,
        code: &str,
        depth: usize,
    ) -> Membership {
        match self.value_set(&set.url, set.version.as_deref()) {
            Some(found) if depth <= MAX_DEPTH => self.in_set(ask, found, system, code, depth),
            _ => Membership::NotLoaded(set.to_string().into()),
        }
    }

    pub(super) fn in_set(
        &self,
        ask: &Ask,
        set: &ValueSet,
        system: Option<&str>,
        code: &str,
        depth: usize,
    ) -> Membership {
        let not_loaded = || Membership::NotLoaded(set.url.clone());
        let mut answer = if set.include.is_empty() { not_loaded() } else { Membership::No };
        for include in &set.include {
            if !ask.goes_on() {
                return not_loaded();
            }
            answer = answer.or(|| self.in_part(ask, include, system, code, depth));
            if answer == Membership::Yes {
                break;
            }
        }
        if answer != Membership::No {
            for part in &set.exclude {
                match self.in_part(ask, part, system, code, depth) {
                    Membership::Yes => return Membership::No,
                    // It may be left out: that is no yes.
                    Membership::NotLoaded(list) => answer = Membership::NotLoaded(list),
                    Membership::No => {}
                }
            }
        }
        answer
    }

    pub(super) fn in_part(
        &self,
        ask: &Ask,
        part: &Include,
        system: Option<&str>,
        code: &str,
        depth: usize,
    ) -> Membership {
        let own = match &part.system {
            Some(of) if system.is_some_and(|system| *system != **of) => Membership::No,
            Some(of) => self.in_system(part, of, code),
            None => Membership::Yes,
        };
        part.value_sets
            .iter()
            .fold(own, |answer, set| answer.and(|| self.named(ask, set, system, code, depth + 1)))
    }

    /// The system that a part of a value set means.
    pub(super) fn system_of(&self, part: &Include, of: &str) -> Option<&Arc<CodeSystem>> {
        self.code_system(of, part.version.as_deref()).or_else(|| self.code_system(of, None))
    }

    fn in_system(&self, part: &Include, of: &str, code: &str) -> Membership {
        if let Some(codes) = &part.codes {
            return codes.contains(code).into();
        }
        let Some(list) = self.system_of(part, of) else {
            let by_form = if part.filters.is_empty() { by_form(of, code) } else { None };
            return by_form.map_or_else(|| Membership::NotLoaded(of.into()), Membership::from);
        };
        if !list.has(code) {
            return if list.is_complete { Membership::No } else { Membership::NotLoaded(of.into()) };
        }
        passes(list, &part.filters, code)
    }
}

/// Whether a code of a system passes all filters.
pub(super) fn passes(list: &CodeSystem, filters: &[Filter], code: &str) -> Membership {
    filters.iter().fold(Membership::Yes, |answer, filter| answer.and(|| filtered(list, filter, code)))
}

/// Whether a code of a system passes a filter.
fn filtered(list: &CodeSystem, filter: &Filter, code: &str) -> Membership {
    use FilterOperator::{DescendentOf, Equal, Generalizes, In, IsA, IsNotA, NotIn, Regex};
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
    let own = ["display", "definition"].contains(&&*filter.property).then(|| list.concept(code)).flatten();
    if let Some(concept) = own {
        let text = if &*filter.property == "display" { &*concept.display } else { &*concept.definition };
        return matches_value(filter, std::iter::once(text).filter(|text| !text.is_empty()));
    }
    let Some(values) = list.property(code, &filter.property) else {
        return Membership::NotLoaded(list.url.clone());
    };
    matches_value(filter, values)
}

fn matches_value<'v>(filter: &Filter, mut values: impl Iterator<Item = &'v str>) -> Membership {
    use FilterOperator::{Exists, In, NotIn, Regex};
    let value = &*filter.value;
    let is_listed = |text: &str| value.split(',').any(|one| one.trim() == text);
    match filter.operator {
        Exists => (values.next().is_some() == (value == "true")).into(),
        Regex => values.any(|found| filter.regex.as_ref().is_some_and(|regex| regex.is_match(found))).into(),
        In => values.any(is_listed).into(),
        NotIn => (!values.any(is_listed)).into(),
        _ => values.any(|found| found == value).into(),
    }
}
