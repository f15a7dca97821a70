//! What the log says was taken, beside what was: the scope of those who were robbed through, and whether the loot lies within it.
//!
//! The scope is asked for as `salus scope` asks. State: none.

use super::inside::uuid;
use super::loot::Loot;
use super::stage::{CELL, Stage};
use crate::admin::unexpected;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::ResourceType;
use salus_seal::{PrincipalId, Pseudonym};
use salus_store::Look;
use salus_trust_api::wire::incident::{IncidentAnswer, IncidentAsk, ScopeAsk, ScopeFilter};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The scope of some people.
#[derive(Debug, Default)]
pub(super) struct Extent {
    /// Record and version.
    pub versions: HashSet<(u64, u32)>,
    pub patients: HashSet<Pseudonym>,
    /// Of whom nothing was reported as sent to its end.
    pub undelivered: usize,
}

/// What was admitted to these people since then.
pub(super) async fn of(stage: &Stage, principals: Vec<PrincipalId>, from_ms: u64) -> Result<Extent, Failure> {
    stage
        .administer(move |administration| {
            let mut extent = Extent::default();
            let mut delivered: HashSet<u64> = HashSet::new();
            let mut patients: BTreeMap<u64, Vec<Pseudonym>> = BTreeMap::new();
            for principal in principals {
                let mut next = None;
                loop {
                    let filter = ScopeFilter { principal: Some(principal), ..ScopeFilter::default() };
                    let ask = ScopeAsk { cell: CELL.into(), filter, from_ms, to_ms: u64::MAX, next };
                    let answer = administration.ask(AdminAsk::Incident(IncidentAsk::Scope(ask)))?;
                    let AdminAnswer::Incident(IncidentAnswer::Scope(page)) = answer else {
                        return Err(unexpected());
                    };
                    for entry in page.admitted {
                        let all = entry.versions.iter();
                        extent.versions.extend(all.flat_map(|range| {
                            (0..u64::from(range.count)).map(|step| (range.record + step, range.version))
                        }));
                        patients.insert(entry.number, entry.patients);
                    }
                    delivered.extend(page.delivered.into_iter().flat_map(|(_, entries)| entries));
                    match page.next {
                        Some(more) => next = Some(more),
                        None => break,
                    }
                }
            }
            let mut arrived: HashSet<Pseudonym> = HashSet::new();
            for (entry, whom) in patients {
                if delivered.contains(&entry) {
                    arrived.extend(&whom);
                }
                extent.patients.extend(whom);
            }
            extent.undelivered = extent.patients.difference(&arrived).count();
            Ok(extent)
        })
        .await
}

/// How much of the loot the scope does not cover: record versions that it lacks, and patients beyond its number.
pub(super) fn outside(stage: &Stage, loot: &Loot, extent: &Extent) -> Result<usize, Failure> {
    let mut wanted: BTreeMap<&str, HashMap<[u8; 16], u32>> = BTreeMap::new();
    let mut unknown = 0;
    for item in &loot.items {
        match uuid(&item.id) {
            Some(id) => {
                wanted.entry(&item.kind).or_default().insert(id, item.version);
            }
            None => unknown += 1,
        }
    }
    let look = Look::begin(stage.data.path(), stage.cell).map_err(|why| unreadable(&why))?;
    for (kind, mut items) in wanted {
        let Some(kind) = ResourceType::from_name(kind) else { continue };
        let taken = look.random_ids(kind.code(), |record, id| {
            if items.get(&id).is_some_and(|version| extent.versions.contains(&(record, *version))) {
                items.remove(&id);
            }
        });
        taken.map_err(|why| unreadable(&why))?;
        unknown += items.len();
    }
    Ok(unknown + loot.patients().saturating_sub(extent.patients.len()))
}

fn unreadable(why: &dyn std::fmt::Display) -> Failure {
    Failure::could_not(say("store-not-read").with("cell", CELL).with("why", why))
}
