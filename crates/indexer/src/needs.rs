//! Whether all records that a parameter is for have words by it.
//!
//! A parameter that came later, or is taken otherwise by a later program, is not in the words that were there before. Each record
//! has a term that says by what its words were made; while one that is alive has less than a parameter needs, a query
//! with that parameter is not answered.
//!
//! Never: answers with less than all. State: what the keyholder said.

use crate::docs::{Budget, Docs, END};
use crate::evaluate::Evaluator;
use crate::key;
use crate::plan::{Look, Plan};
use crate::view::{Member, View};
use salus_trust_api::wire::index::Need;
use salus_trust_api::wire::query::{Condition, Query, SearchFault};
use salus_trust_api::wire::words::Made;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// The first number of a cell's own parameters: one that nothing is said of is not in force.
const MIN_OWN_NUMBER: u16 = salus_trust_api::wire::extract::MIN_OWN_NUMBER;
/// How long counting for a status may take.
const MAX_COUNT_TIME: Duration = Duration::from_secs(1);
/// The most terms that it looks at; there are as many as changes of parameters.
const MAX_TERMS: u64 = 100_000;

/// What words must be made by, by parameter.
#[derive(Default)]
pub(crate) struct Needs(HashMap<u16, Need>);

impl Needs {
    pub(crate) fn new(needs: Vec<Need>) -> Self {
        Self(needs.into_iter().map(|need| (need.parameter, need)).collect())
    }

    /// Whether every parameter of the query is known to all records that it is for.
    pub(crate) fn are_met(&self, view: &View, query: &Query, budget: &Budget) -> Result<(), SearchFault> {
        let mut parameters: BTreeSet<u16> = query.sort.iter().map(|key| key.parameter).collect();
        query.all.iter().for_each(|condition| gather(condition, &mut parameters));
        for parameter in parameters {
            match self.0.get(&parameter) {
                Some(need) if count(view, need, Some(1), budget)?.0 > 0 => {
                    let (lacking, of) = count(view, need, None, budget)?;
                    let known = of.saturating_sub(lacking) * 100 / of.max(1);
                    let percent = u8::try_from(known).unwrap_or(99).min(99);
                    return Err(SearchFault::NotExtracted { parameter, percent });
                }
                None if parameter >= MIN_OWN_NUMBER => {
                    return Err(SearchFault::NotExtracted { parameter, percent: 0 });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// By parameter, how many records lack words by it.
    pub(crate) fn lacking(&self, view: &View) -> Result<Vec<(u16, u64)>, SearchFault> {
        let budget = Budget::new(Instant::now() + MAX_COUNT_TIME, MAX_TERMS);
        let mut all = Vec::new();
        for (parameter, need) in &self.0 {
            let lacking = lacking(view, need, None, &budget)?;
            if lacking > 0 {
                all.push((*parameter, lacking));
            }
        }
        all.sort_unstable();
        Ok(all)
    }
}

/// The parameters of a condition.
fn gather(condition: &Condition, into: &mut BTreeSet<u16>) {
    match condition {
        Condition::All(list) | Condition::Any(list) => list.iter().for_each(|one| gather(one, into)),
        Condition::Not(one) => gather(one, into),
        Condition::Present(parameter)
        | Condition::Value(parameter, _)
        | Condition::Composite(parameter, _) => drop(into.insert(*parameter)),
        Condition::RefersTo { parameter, meets, .. } | Condition::ReferredToBy { parameter, meets, .. } => {
            into.insert(*parameter);
            gather(meets, into);
        }
        Condition::Kind(_) | Condition::Id(_) | Condition::Narrative(_) | Condition::Content(_) => {}
    }
}

/// Records that do not meet a need, up to a bound, and, without one, all that it is for.
fn count(view: &View, need: &Need, most: Option<u64>, budget: &Budget) -> Result<(u64, u64), SearchFault> {
    let lacking = lacking(view, need, most, budget)?;
    if most.is_some() {
        return Ok((lacking, lacking));
    }
    let plan = if need.kinds.is_empty() { Plan::Everything } else { Plan::Kind(need.kinds.clone()) };
    Ok((lacking, alive(view, &plan, most, budget)?))
}

fn lacking(view: &View, need: &Need, most: Option<u64>, budget: &Budget) -> Result<u64, SearchFault> {
    let (made, extraction) = (need.made, need.extraction);
    let keep = move |rest: &[u8]| {
        let of = key::made_of(rest).unwrap_or(Made { extraction: 0, made: 0 });
        of.made < made || of.extraction < extraction
    };
    let mut all = vec![Plan::Looks(vec![Look::Prefix(key::all_made().0, Some(Box::new(keep)))])];
    if !need.kinds.is_empty() {
        all.push(Plan::Kind(need.kinds.clone()));
    }
    alive(view, &Plan::All(all), most, budget)
}

/// How many living documents meet a plan, at most so many.
fn alive(view: &View, plan: &Plan, most: Option<u64>, budget: &Budget) -> Result<u64, SearchFault> {
    let mut count = 0;
    for member in view.members() {
        let member: Member<'_> = member;
        let mut docs: Docs<'_> = Evaluator { segment: member.segment, budget }.docs(plan, true)?;
        let mut doc = docs.seek(0);
        while doc != END && !budget.step() {
            count += u64::from(member.is_alive(doc));
            if most.is_some_and(|most| count >= most) {
                return Ok(count);
            }
            doc = docs.seek(doc + 1);
        }
        if budget.over.get() {
            return Err(SearchFault::TooCostly);
        }
    }
    Ok(count)
}
