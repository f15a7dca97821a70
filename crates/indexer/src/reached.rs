//! Whom a query reached: those who match, those whom it names, and those whom it singles out.
//!
//! Never: leaves somebody out for want of room; then the query fails as too costly. State: none.

use crate::docs::END;
use crate::key::{Global, Key};
use crate::plan::{Look, Plan, plan};
use crate::sealed::ReadFailed;
use crate::search::{Located, Run, evaluate};
use crate::singled::leaves;
use crate::view::Segment;
use salus_seal::Pseudonym;
use salus_trust_api::wire::query::{FEW_PATIENTS, Query, Reach, SearchFault};
use std::collections::BTreeSet;

/// The most distinct patients that a query may name or single out.
const MAX_NAMED_PATIENTS: usize = 1_024;

/// Distinct patients, while they are few.
#[derive(Default)]
pub(crate) struct Patients {
    pub(crate) some: Vec<Pseudonym>,
    pub(crate) many: bool,
}

impl Patients {
    fn add(&mut self, patient: Pseudonym) {
        if !self.many && !self.some.contains(&patient) {
            self.some.push(patient);
            self.many = self.some.len() > FEW_PATIENTS;
        }
    }

    /// Adds a document's, of which the segment's numbers that were `seen` are in already.
    pub(crate) fn add_of(
        &mut self,
        segment: Segment<'_>,
        doc: u32,
        seen: &mut Vec<u64>,
    ) -> Result<(), ReadFailed> {
        if self.many {
            return Ok(());
        }
        match segment {
            Segment::Sealed(sealed) => {
                for number in sealed.whose(doc) {
                    if !seen.contains(&number) {
                        seen.push(number);
                        self.add(sealed.pseudonym(number)?);
                    }
                }
            }
            Segment::Memory(memory) => {
                memory
                    .entry(doc)
                    .iter()
                    .flat_map(|entry| &entry.whose)
                    .for_each(|patient| self.add(*patient));
            }
        }
        Ok(())
    }
}

impl<'v> Run<'v> {
    /// The patients of whom this plan is met; none when they are more than `most`.
    fn of_whom(&self, plan: &Plan, most: usize) -> Result<Option<Vec<Pseudonym>>, SearchFault> {
        let mut patients = Patients::default();
        for member in self.view.members() {
            let mut docs = evaluate(member.segment, plan, self.budget)?;
            let mut seen = Vec::new();
            let mut doc = docs.seek(0);
            while doc != END && !self.budget.step() {
                if member.is_alive(doc) {
                    patients.add_of(member.segment, doc, &mut seen)?;
                }
                if patients.some.len() > most {
                    return Ok(None);
                }
                doc = docs.seek(doc + 1);
            }
            self.check()?;
        }
        Ok(Some(patients.some))
    }

    /// Everybody whom the query names or singles out.
    fn named_patients(
        &mut self,
        query: &Query,
        many: bool,
        of_one: bool,
    ) -> Result<BTreeSet<Pseudonym>, SearchFault> {
        let mut leaves = leaves(&query.all);
        // A single condition is what the matches meet, and nothing else.
        let is_alone = query.all.len() == 1 && leaves.len() == 1;
        leaves.retain(|leaf| leaf.is_chained || !of_one);
        for leaf in leaves.iter().filter(|leaf| !(leaf.is_met_by_all && (many || is_alone))) {
            let plan = plan(&leaf.condition, self, 0)?;
            let few = self.of_whom(&plan, FEW_PATIENTS)?;
            self.met.extend(few.into_iter().flatten());
        }
        let mut named = std::mem::take(&mut self.met);
        let mut looks: Vec<Look> =
            self.named.iter().map(|name| Look::Exact(Key::global(Global::Name).bytes(name).0)).collect();
        looks.extend(self.named_ids.iter().map(|id| Look::Prefix(Key::global(Global::Name).id(id).0, None)));
        if !looks.is_empty() {
            self.each(&Plan::Looks(looks), &mut |segment, doc| {
                named.extend(segment.whose(doc)?);
                Ok(())
            })?;
        }
        if named.len() > MAX_NAMED_PATIENTS { Err(SearchFault::TooCostly) } else { Ok(named) }
    }

    /// Whom it reached. `hits` are the page's and the one behind it: that there is a next page tells that there is one.
    pub(crate) fn reach(
        &mut self,
        query: &Query,
        matching: Patients,
        of_one: bool,
        hits: &[Located<'v>],
    ) -> Result<Reach, SearchFault> {
        let mut reached = Patients::default();
        if matching.many {
            for (_, segment, doc) in hits {
                for patient in segment.whose(*doc)? {
                    if !reached.some.contains(&patient) {
                        reached.some.push(patient);
                    }
                }
            }
        } else {
            reached.some = matching.some;
        }
        let named = self.named_patients(query, matching.many, of_one)?.into_iter();
        let named = named.filter(|patient| !reached.some.contains(patient)).collect();
        Ok(Reach { matching: reached.some, named, many: matching.many })
    }
}
