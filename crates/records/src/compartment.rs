//! Whose a record is: which compartment a version is sealed into (DESIGN, "patient compartment").
//!
//! For: creates, updates and transactions, which give all their drafts at once, so that a record may name a patient of the same
//! transaction and a record that names nobody takes the patients of what it is linked with there.
//!
//! Never: lets a record that names a patient into the house, or refers to a local patient that is not there.
//! State: none but what the cell remembers of joint compartments.

use crate::write::Draft;
use crate::{Cell, RecordsError, text};
use salus_fhir::{PatientReference, PatientScope, PatientTarget, ResourceType};
use salus_seal::wrap::MAX_PSEUDONYMS;
use std::collections::{BTreeSet, HashMap};

/// The number of the house compartment.
pub(crate) const HOUSE: u64 = 0;
/// The most references of a record that names no patient that are followed to find whose it is.
const MAX_FOLLOWED: usize = 256;

/// How many links away from a patient a record may be to be counted as theirs.
const MAX_LINKS: usize = 64;

/// Where a version belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Home {
    /// The cell's house compartment.
    House,
    /// A compartment that is in the store.
    Existing(u64),
    /// One to be made: its place in [`Homes::fresh`].
    Fresh(usize),
}

/// A compartment to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fresh {
    /// A new patient's.
    Patient,
    /// All patients of these.
    Joint(Vec<Home>),
}

/// The compartments that one write makes. A joint one stands behind those it joins.
#[derive(Debug, Default)]
pub(crate) struct Homes {
    pub fresh: Vec<Fresh>,
    joints: HashMap<Vec<Home>, Home>,
}

impl Homes {
    fn patient(&mut self) -> Home {
        self.fresh.push(Fresh::Patient);
        Home::Fresh(self.fresh.len() - 1)
    }

    /// The home of what concerns all these; none when they are none.
    fn of_all(&mut self, cell: &Cell, of: BTreeSet<Home>) -> Option<Home> {
        let of: Vec<Home> = of.into_iter().collect();
        if let [] | [_] = of.as_slice() {
            return of.first().copied();
        }
        if let Some(known) = self.joints.get(&of) {
            return Some(*known);
        }
        let remembered = existing(&of).and_then(|numbers| cell.joint_of(&numbers)).map(Home::Existing);
        let home = remembered.unwrap_or_else(|| {
            self.fresh.push(Fresh::Joint(of.clone()));
            Home::Fresh(self.fresh.len() - 1)
        });
        self.joints.insert(of, home);
        Some(home)
    }
}

/// The numbers of homes that are all in the store.
pub(crate) fn existing(homes: &[Home]) -> Option<Vec<u64>> {
    homes
        .iter()
        .map(|home| match home {
            Home::Existing(number) => Some(*number),
            _ => None,
        })
        .collect()
}

/// A record that a draft names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Named {
    /// Another draft, by its place.
    Draft(usize),
    /// A record of this cell.
    Local(ResourceType, String),
}

/// Somebody whom a draft concerns.
enum Who {
    Named(Named),
    /// Somebody who has no record here: the same target is the same person.
    Elsewhere(PatientTarget),
    /// Somebody known only inside this one draft.
    Embedded,
}

/// What a draft concerns, before anything was looked up.
enum Concern {
    House,
    /// Patients, each with its expression.
    Patients(Vec<(Who, String)>),
    /// Nobody is named; these records are referred to.
    Unassigned(Vec<Named>),
    /// A deletion stays where the record was.
    Stays(u64),
}

/// The drafts of one request, to be placed.
pub(crate) struct Placing<'a> {
    pub cell: &'a Cell,
    pub drafts: &'a [Draft],
    /// The draft that a fullUrl of the request's Bundle stands for.
    pub full_urls: &'a HashMap<String, usize>,
    /// Where each draft's resource stands in the request's Bundle, such as `Bundle.entry[3].resource`; empty when the
    /// request is the resource itself.
    pub places: &'a [String],
}

type Own<'a> = HashMap<(ResourceType, &'a str), usize>;
/// The compartment of each record that was looked up; none for what is not there.
type Found = HashMap<(ResourceType, String), Option<u64>>;

impl Placing<'_> {
    /// The home of each draft.
    ///
    /// Errors: [`RecordsError::Invalid`] with all patients that are missing.
    pub(crate) async fn place(&self) -> Result<(Vec<Home>, Homes), RecordsError> {
        let own =
            self.drafts.iter().enumerate().map(|(at, draft)| ((draft.kind, draft.id.as_str()), at)).collect();
        let bytes =
            self.drafts.iter().flat_map(|draft| &draft.resource).map(|resource| resource.text().len()).sum();
        let concerns = self.cell.heavy.run(bytes, || self.concerns(&own)).await;
        let found = self.look_up(&concerns).await?;
        self.assign(&concerns, &found)
    }

    fn in_bundle(&self) -> bool {
        !self.places.is_empty()
    }

    fn concerns(&self, own: &Own<'_>) -> Vec<Concern> {
        self.drafts.iter().map(|draft| self.concern(draft, own)).collect()
    }

    fn concern(&self, draft: &Draft, own: &Own<'_>) -> Concern {
        let Some(resource) = &draft.resource else {
            return Concern::Stays(draft.head.map_or(HOUSE, |head| head.compartment));
        };
        let scope = resource.patients();
        let is_house = scope == PatientScope::House;
        let mut patients: Vec<(Who, String)> = Vec::new();
        if let PatientScope::Patients(named) = scope {
            patients.extend(named.into_iter().filter_map(|patient| self.who(patient, own)));
        }
        if let (Some(id), Some(kind)) = (&draft.about, ResourceType::from_name("Patient")) {
            patients.retain(|(who, _)| !matches!(who, Who::Embedded));
            patients.push((Who::Named(Named::Local(kind, id.clone())), draft.kind.to_string()));
        }
        let mut linked = Vec::new();
        if self.in_bundle() || (patients.is_empty() && !is_house) {
            for reference in resource.references() {
                let Some(named) = self.named(&reference.reference, own) else { continue };
                // What a fullUrl leads to is known only here, and not to the resource that names it.
                if self.is_patient(&named) {
                    if !patients.iter().any(|(who, _)| matches!(who, Who::Named(other) if *other == named)) {
                        patients.push((Who::Named(named), reference.expression));
                    }
                } else if linked.len() < MAX_FOLLOWED && !linked.contains(&named) {
                    linked.push(named);
                }
            }
        }
        match (patients.is_empty(), is_house) {
            (false, _) => Concern::Patients(patients),
            (true, true) => Concern::House,
            (true, false) => Concern::Unassigned(linked),
        }
    }

    /// What a literal reference names, if it is a record of the request or of this cell.
    fn named(&self, reference: &str, own: &Own<'_>) -> Option<Named> {
        if let Some(at) = crate::reference::full_url(reference, |url| self.full_urls.get(url).copied()) {
            return Some(Named::Draft(at));
        }
        let (kind, id) = self.cell.local(reference)?;
        Some(match own.get(&(kind, id)) {
            Some(at) => Named::Draft(*at),
            None => Named::Local(kind, id.to_owned()),
        })
    }

    fn is_patient(&self, named: &Named) -> bool {
        match named {
            Named::Draft(at) => self.drafts.get(*at).is_some_and(|draft| draft.kind.name() == "Patient"),
            Named::Local(kind, _) => kind.name() == "Patient",
        }
    }

    /// Who is meant; none when the reference turns out to lead to something else than a patient.
    fn who(&self, patient: PatientReference, own: &Own<'_>) -> Option<(Who, String)> {
        let named = match &patient.target {
            PatientTarget::Itself => return None,
            PatientTarget::Embedded { .. } => return Some((Who::Embedded, patient.expression)),
            PatientTarget::Logical { .. } => None,
            PatientTarget::Relative { id } => self.named(&format!("Patient/{id}"), own),
            PatientTarget::Absolute { base, id } => self.named(&format!("{base}/Patient/{id}"), own),
            PatientTarget::Uri(uri) => self.named(uri, own),
        };
        match named {
            Some(named) if !self.is_patient(&named) => None,
            Some(named) => Some((Who::Named(named), patient.expression)),
            None => Some((Who::Elsewhere(patient.target), patient.expression)),
        }
    }

    /// Where the records are that are not of this request.
    async fn look_up(&self, concerns: &[Concern]) -> Result<Found, RecordsError> {
        let mut wanted: Vec<(ResourceType, &str)> = Vec::new();
        for concern in concerns {
            match concern {
                Concern::Patients(patients) => {
                    wanted.extend(patients.iter().filter_map(|(who, _)| match who {
                        Who::Named(Named::Local(kind, id)) => Some((*kind, id.as_str())),
                        _ => None,
                    }))
                }
                Concern::Unassigned(linked) => wanted.extend(linked.iter().filter_map(|named| match named {
                    Named::Local(kind, id) => Some((*kind, id.as_str())),
                    Named::Draft(_) => None,
                })),
                Concern::House | Concern::Stays(_) => {}
            }
        }
        let mut found = Found::new();
        for ((kind, id), address) in self.cell.addresses(wanted).await? {
            let head = self.cell.store.head(&address)?;
            found.insert((kind, id.to_owned()), head.map(|head| head.compartment));
        }
        Ok(found)
    }

    fn assign(&self, concerns: &[Concern], found: &Found) -> Result<(Vec<Home>, Homes), RecordsError> {
        let mut homes = Homes::default();
        let mut placed: Vec<Option<Home>> = vec![None; concerns.len()];
        // Patients first: others name them. A Patient's record is that patient's, whomever it links to.
        for (at, draft) in self.drafts.iter().enumerate() {
            if draft.kind.name() == "Patient"
                && let Some(place) = placed.get_mut(at)
            {
                *place = Some(match draft.head {
                    Some(head) => Home::Existing(head.compartment),
                    None => homes.patient(),
                });
            }
        }
        let mut elsewhere: HashMap<&PatientTarget, Home> = HashMap::new();
        let mut missing = Vec::new();
        for (at, concern) in concerns.iter().enumerate() {
            let home = match concern {
                _ if placed.get(at).copied().flatten().is_some() => continue,
                Concern::House => Some(Home::House),
                Concern::Stays(HOUSE) => Some(Home::House),
                Concern::Stays(number) => Some(Home::Existing(*number)),
                Concern::Unassigned(_) => None,
                Concern::Patients(patients) => {
                    let mut of = BTreeSet::new();
                    for (who, expression) in patients {
                        let one = match who {
                            Who::Embedded => Some(homes.patient()),
                            Who::Elsewhere(target) => {
                                Some(*elsewhere.entry(target).or_insert_with(|| homes.patient()))
                            }
                            Who::Named(named) => self.patient_home(named, &placed, found),
                        };
                        match one {
                            Some(one) => drop(of.insert(one)),
                            None => missing.push(text::patient_missing(self.expression(at, expression))),
                        }
                    }
                    if of.len() > MAX_PSEUDONYMS {
                        missing.push(text::too_many_patients(self.expression(at, "")));
                    }
                    homes.of_all(self.cell, of)
                }
            };
            if let Some(place) = placed.get_mut(at).filter(|_| home.is_some()) {
                *place = home;
            }
        }
        if !missing.is_empty() {
            missing.truncate(salus_fhir::MAX_ISSUES);
            return Err(RecordsError::Invalid(missing));
        }
        self.follow(concerns, found, &mut placed, &mut homes);
        let placed = placed.into_iter().map(|home| home.unwrap_or_else(|| homes.patient())).collect();
        Ok((placed, homes))
    }

    /// The home of a Patient's own record, whatever else that record names.
    fn patient_home(&self, named: &Named, placed: &[Option<Home>], found: &Found) -> Option<Home> {
        match named {
            Named::Draft(at) => placed.get(*at).copied().flatten(),
            Named::Local(kind, id) => {
                let number = found.get(&(*kind, id.clone())).copied().flatten()?;
                Some(if number == HOUSE { Home::House } else { Home::Existing(number) })
            }
        }
    }

    /// Gives records that name nobody the homes of what they refer to and of what refers to them, as far as the links
    /// lead.
    fn follow(&self, concerns: &[Concern], found: &Found, placed: &mut [Option<Home>], homes: &mut Homes) {
        let referrers = self.referrers(concerns);
        let mut open: Vec<usize> = (0..placed.len()).filter(|at| placed.get(*at) == Some(&None)).collect();
        for _ in 0..MAX_LINKS {
            let mut decided = Vec::new();
            for at in &open {
                let mut of = BTreeSet::new();
                if let Some(Concern::Unassigned(linked)) = concerns.get(*at) {
                    of.extend(linked.iter().filter_map(|named| self.patient_home(named, placed, found)));
                }
                let from = referrers.get(at).into_iter().flatten();
                of.extend(from.filter_map(|from| placed.get(*from).copied().flatten()));
                of.remove(&Home::House);
                if of.len() <= MAX_PSEUDONYMS
                    && let Some(home) = homes.of_all(self.cell, of)
                {
                    decided.push((*at, home));
                }
            }
            if decided.is_empty() {
                return;
            }
            for (at, home) in decided {
                if let Some(place) = placed.get_mut(at) {
                    *place = Some(home);
                }
            }
            open.retain(|at| placed.get(*at) == Some(&None));
        }
    }

    /// Which drafts refer to each draft that names nobody.
    fn referrers(&self, concerns: &[Concern]) -> HashMap<usize, Vec<usize>> {
        let unassigned = |at: &usize| matches!(concerns.get(*at), Some(Concern::Unassigned(_)));
        let mut referrers: HashMap<usize, Vec<usize>> = HashMap::new();
        if !self.in_bundle() || !(0..concerns.len()).any(|at| unassigned(&at)) {
            return referrers;
        }
        let own: Own<'_> =
            self.drafts.iter().enumerate().map(|(at, draft)| ((draft.kind, draft.id.as_str()), at)).collect();
        for (from, draft) in self.drafts.iter().enumerate() {
            for reference in draft.resource.iter().flat_map(|resource| resource.references()) {
                if let Some(Named::Draft(to)) = self.named(&reference.reference, &own)
                    && unassigned(&to)
                    && to != from
                {
                    referrers.entry(to).or_default().push(from);
                }
            }
        }
        referrers
    }

    fn expression(&self, at: usize, expression: &str) -> String {
        match self.places.get(at) {
            // `Observation.subject` stands in `Bundle.entry[3].resource.subject`.
            Some(place) => match expression.split_once('.') {
                Some((_, rest)) => format!("{place}.{rest}"),
                None => place.clone(),
            },
            None => expression.to_owned(),
        }
    }
}
