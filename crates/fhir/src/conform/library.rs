//! Packages that are used together: finds profiles and lists by their canonical, and answers whether a code is in a list.
//!
//! R4's own package is always there. Never fetches what is missing: it says that it is. State: none beyond the packages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::definitions::{self, TypeIndex};
use crate::package::{ByUrl, Canonical, Package, split};
use crate::profile::{Differential, Found, Profile};
use crate::terminology::{Lists, Membership};

/// Packages that are used together.
#[derive(Debug, Default)]
pub struct Library {
    profiles: ByUrl<Profile>,
    lists: Arc<Lists>,
    /// The profiles that define R4's types, by the type's number.
    base: Vec<Option<Arc<Profile>>>,
    /// Differentials that no profile could be made of, by their URLs, and the bases that they lack.
    unmade: HashMap<String, String>,
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
        let mut lists = Lists::default();
        for package in &packages {
            package.profiles.iter().for_each(|one| library.profiles.put(one));
            lists.add(package);
        }
        library.lists = Arc::new(lists);
        library.derive(packages.iter().flat_map(|package| package.differentials.iter().cloned()).collect());
        library
    }

    /// Makes profiles of differentials, each when its base is there, and the profiles of the types that it goes into; what has no base stays
    /// unknown. Where profiles wait for each other, one goes without, by the plain type.
    fn derive(&mut self, mut open: Vec<Arc<Differential>>) {
        loop {
            let before = open.len();
            let coming: HashSet<String> = open.iter().filter_map(|differential| differential.url()).collect();
            open.retain(|differential| !self.make(differential, &coming));
            if open.len() == before {
                let none = HashSet::new();
                let Some(at) = open.iter().position(|differential| self.make(differential, &none)) else {
                    let named =
                        |differential: Arc<Differential>| Some((differential.url()?, differential.base()?));
                    self.unmade = open.into_iter().filter_map(named).collect();
                    return;
                };
                open.remove(at);
            }
        }
    }

    /// Makes one profile, unless it has to wait for one of those that are coming; whether it did.
    fn make(&mut self, differential: &Differential, coming: &HashSet<String>) -> bool {
        let find = |canonical: &Canonical| match self.profile_of(canonical) {
            Some(profile) => Found::Profile(profile.clone()),
            None if coming.contains(&*canonical.url) => Found::Coming,
            None => Found::Missing,
        };
        let Some(profile) = differential.derive(&find) else { return false };
        self.profiles.put(&Arc::new(profile));
        true
    }

    /// The profile that a StructureDefinition's differential makes of its base, whatever snapshot it has; None when it is no JSON, or
    /// a base or type is not loaded.
    pub fn derived(&self, structure_definition: &str) -> Option<Profile> {
        let document = crate::json::Document::parse(structure_definition).ok()?;
        let find = |canonical: &Canonical| {
            self.profile_of(canonical).cloned().map_or(Found::Missing, Found::Profile)
        };
        Differential::read(document.root())?.derive(&find)
    }

    /// The profile of a canonical; without a version the newest. `|1.2` finds 1.2.x.
    pub fn profile(&self, canonical: &str) -> Option<&Arc<Profile>> {
        let (url, version) = split(canonical);
        self.profiles.find(url, version)
    }

    /// The base that a loaded profile lacks, so that none could be made of it.
    pub(crate) fn lacking_base(&self, canonical: &str) -> Option<&str> {
        self.unmade.get(split(canonical).0).map(String::as_str)
    }

    pub(crate) fn profile_of(&self, canonical: &Canonical) -> Option<&Arc<Profile>> {
        self.profiles.find(&canonical.url, canonical.version.as_deref())
    }

    /// The definition of one of R4's types.
    pub(crate) fn base(&self, kind: TypeIndex) -> Option<&Arc<Profile>> {
        self.base.get(kind.place())?.as_ref()
    }

    /// Its code systems and value sets.
    pub fn lists(&self) -> &Arc<Lists> {
        &self.lists
    }

    /// Whether a code is in a list. Without a system (a `code`), any of the list's systems counts.
    pub(crate) fn membership(&self, set: &Canonical, system: Option<&str>, code: &str) -> Membership {
        self.lists.membership(set, system, code)
    }

    /// Whether a code is in its own system.
    pub(crate) fn is_code_of(&self, system: &str, version: Option<&str>, code: &str) -> Membership {
        self.lists.is_code_of(system, version, code)
    }
}
