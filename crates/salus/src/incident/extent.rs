//! From admissions to patients: which versions are whose, and what they tell.
//!
//! An entry names its patients and its versions. Which version is whose, where there are several, the store's clear headers say (the
//! compartment's number) and the keyholder (whose the compartment is).
//!
//! Never: opens a record. State: an [`Extent`] holds some 20 bytes for each version of each patient.

use super::category::{self, Categories, Category};
use super::gather::{Gathered, how};
use crate::failure::Failure;
use salus_fhir::ResourceType;
use salus_seal::{Header, Pseudonym};
use std::collections::HashMap;
use std::ops::Range;

/// How many versions are looked up at once.
const CHUNK: usize = 4_096;

/// Where it is looked up what is in no entry.
pub trait Lookup {
    /// The headers of versions (record, version), in their order, and the entries that admitted them; none for what is not there.
    fn headers(&mut self, versions: &[(u64, u32)]) -> Result<Vec<Option<(Header, u64)>>, Failure>;
    /// Whose compartments are; those that can't be told are left out.
    fn whose(&mut self, compartments: &[u64]) -> Result<Vec<(u64, Vec<Pseudonym>)>, Failure>;
}

/// A version of one patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    patient: u32,
    /// The record's number.
    pub record: u64,
    /// The version.
    pub version: u32,
    /// The type's code; `u16::MAX` when it is not known.
    pub kind: u16,
    /// What was done, see [`how`].
    pub how: u8,
}

/// One patient.
#[derive(Debug, Clone)]
pub struct Patient {
    /// As the log knows them.
    pub pseudonym: Pseudonym,
    /// Where their versions are in [`Extent::items`].
    items: Range<usize>,
    /// Admissions that named them.
    pub admissions: u64,
    /// Admissions with versions of which it is not known whose they are.
    pub shared_admissions: u64,
    /// Whether all of the admissions were reported as delivered.
    pub delivered: bool,
    /// The first admission, in milliseconds since 1970.
    pub first_ms: u64,
    /// The last one.
    pub last_ms: u64,
    /// What was told of them.
    pub categories: Categories,
}

/// How many patients and versions of a category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Patients.
    pub patients: u64,
    /// Record versions.
    pub versions: u64,
}

/// What a scope comes to.
#[derive(Debug, Default)]
pub struct Extent {
    /// By pseudonym.
    pub patients: Vec<Patient>,
    /// The versions of all patients.
    items: Vec<Item>,
    /// Distinct record versions, those included that were only found.
    pub versions: u64,
    /// Those that were only found: that they are there, and not what is in them.
    pub found_only: u64,
    /// Those of the house, which are no patient's.
    pub house_versions: u64,
    /// Those of which it is not known whose they are: the store has no such version.
    pub unattributed: u64,
    /// Those that were opened, and of which no answer was reported as delivered.
    pub undelivered: u64,
    /// By category, in the order of [`Category::ALL`].
    pub categories: [Count; Category::ALL.len()],
}

impl Item {
    /// The type, where it is known.
    pub fn kind(&self) -> Option<ResourceType> {
        ResourceType::from_code(self.kind)
    }

    /// What it told.
    pub fn categories(&self) -> Categories {
        let mut told = Categories::default();
        if self.how & (how::OPENED | how::WRITTEN) != 0 {
            told = told.with(category::of_body(self.kind()));
        }
        if self.how & how::LINE != 0 {
            told = told.with(category::of_line(self.kind()));
        }
        told
    }

    /// Whether it was opened and no answer with it was reported as delivered.
    pub fn is_undelivered(&self) -> bool {
        how::is_undelivered(self.how)
    }
}

impl Extent {
    /// Attributes all that was gathered.
    pub fn of(gathered: &mut Gathered, lookup: &mut impl Lookup) -> Result<Self, Failure> {
        let keys = distinct(gathered);
        let placed = place(&keys, lookup)?;
        let owners = owners(&placed, gathered, lookup)?;
        let mut extent = Self::default();
        let mut done = vec![0_u8; keys.len()];
        let mut is_unattributed = vec![false; keys.len()];
        let mut shared = vec![0_u64; gathered.patients.len()];
        for admission in &gathered.admissions {
            let mut is_shared = false;
            let how = how::with_versions(admission.how);
            for (record, version) in expand(&admission.versions) {
                let Ok(at) = keys.binary_search(&(record, version)) else { continue };
                done[at] |= how;
                let (kind, compartment) = placed[at];
                let item = |patient: u32| Item { patient, record, version, kind, how };
                match owners.get(&compartment) {
                    Some(owners) => extent.items.extend(owners.iter().map(|owner| item(*owner))),
                    None if compartment == HOUSE => {}
                    None => match *admission.patients {
                        [patient] => extent.items.push(item(patient)),
                        [] if compartment == UNKNOWN => is_unattributed[at] = true,
                        _ => (is_shared, is_unattributed[at]) = (true, true),
                    },
                }
            }
            if is_shared {
                admission.patients.iter().for_each(|patient| shared[*patient as usize] += 1);
            }
        }
        extent.versions = keys.len() as u64;
        extent.found_only = done.iter().filter(|done| **done == how::FOUND).count() as u64;
        extent.house_versions = placed.iter().filter(|(_, compartment)| *compartment == HOUSE).count() as u64;
        extent.unattributed = is_unattributed.iter().filter(|is| **is).count() as u64;
        extent.undelivered = done.iter().filter(|done| how::is_undelivered(**done)).count() as u64;
        extent.merge_items();
        extent.list_patients(gathered, &shared);
        extent.count_categories();
        Ok(extent)
    }

    /// A patient's versions.
    pub fn items_of(&self, patient: &Patient) -> &[Item] {
        self.items.get(patient.items.clone()).unwrap_or_default()
    }

    /// All versions of all patients, by patient.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Each version of a patient once, with all that was done.
    fn merge_items(&mut self) {
        self.items.sort_unstable();
        self.items.dedup_by(|next, kept| {
            let is_same =
                (next.patient, next.record, next.version) == (kept.patient, kept.record, kept.version);
            if is_same {
                kept.how |= next.how;
            }
            is_same
        });
    }

    fn list_patients(&mut self, gathered: &Gathered, shared: &[u64]) {
        let mut patients: Vec<Patient> = gathered
            .patients
            .iter()
            .zip(shared)
            .map(|(pseudonym, shared)| Patient {
                pseudonym: *pseudonym,
                items: 0..0,
                admissions: 0,
                shared_admissions: *shared,
                delivered: true,
                first_ms: u64::MAX,
                last_ms: 0,
                categories: Categories::default(),
            })
            .collect();
        for admission in &gathered.admissions {
            for patient in &admission.patients {
                let patient = &mut patients[*patient as usize];
                patient.admissions += 1;
                patient.delivered &= admission.how & how::DELIVERED != 0;
                patient.first_ms = patient.first_ms.min(admission.time_ms);
                patient.last_ms = patient.last_ms.max(admission.time_ms);
            }
        }
        let mut begin = 0;
        for items in self.items.chunk_by(|one, next| one.patient == next.patient) {
            let patient = &mut patients[items[0].patient as usize];
            patient.items = begin..begin + items.len();
            patient.categories =
                items.iter().fold(Categories::default(), |all, item| all.with(item.categories()));
            begin += items.len();
        }
        patients.sort_unstable_by_key(|patient| patient.pseudonym);
        self.patients = patients;
    }

    fn count_categories(&mut self) {
        for patient in &self.patients {
            patient.categories.iter().for_each(|told| self.categories[told as usize].patients += 1);
        }
        // A version of a joint compartment is several patients' and counts once.
        let mut versions: Vec<(u64, u32, Categories)> =
            self.items.iter().map(|item| (item.record, item.version, item.categories())).collect();
        versions.sort_unstable_by_key(|(record, version, _)| (*record, *version));
        versions.dedup_by_key(|(record, version, _)| (*record, *version));
        for (_, _, told) in versions {
            told.iter().for_each(|told| self.categories[told as usize].versions += 1);
        }
    }
}

/// The house's compartment.
const HOUSE: u64 = 0;
/// In place of a compartment: the store has no such version.
const UNKNOWN: u64 = u64::MAX;

fn expand(ranges: &[salus_seal::entry::VersionRange]) -> impl Iterator<Item = (u64, u32)> + '_ {
    ranges.iter().flat_map(|range| {
        (0..u64::from(range.count)).map(|offset| (range.record.saturating_add(offset), range.version))
    })
}

/// All versions, ascending, each once.
fn distinct(gathered: &Gathered) -> Vec<(u64, u32)> {
    let all = gathered.admissions.iter().flat_map(|admission| expand(&admission.versions));
    let mut keys: Vec<(u64, u32)> = all.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Type and compartment of each version.
fn place(keys: &[(u64, u32)], lookup: &mut impl Lookup) -> Result<Vec<(u16, u64)>, Failure> {
    let mut placed = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(CHUNK) {
        let headers = lookup.headers(chunk)?;
        placed.extend(headers.into_iter().map(|header| match header {
            Some((header, _)) => (header.kind, header.compartment),
            None => (u16::MAX, UNKNOWN),
        }));
    }
    Ok(placed)
}

/// Whose each compartment is: places of patients.
fn owners(
    placed: &[(u16, u64)],
    gathered: &mut Gathered,
    lookup: &mut impl Lookup,
) -> Result<HashMap<u64, Vec<u32>>, Failure> {
    let mut numbers: Vec<u64> = placed.iter().map(|(_, compartment)| *compartment).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.retain(|number| ![HOUSE, UNKNOWN].contains(number));
    let mut owners = HashMap::with_capacity(numbers.len());
    for chunk in numbers.chunks(CHUNK) {
        for (number, patients) in lookup.whose(chunk)? {
            let places = patients.into_iter().map(|patient| gathered.place(patient)).collect();
            owners.insert(number, places);
        }
    }
    Ok(owners)
}

#[cfg(test)]
#[path = "extent_tests.rs"]
mod tests;
