//! Everybody in a scope, one JSON document a line: pseudonym, record, versions, categories.
//!
//! A record's id stands there where it is a random one, which the store knows; an id that a client chose can't be told without opening
//! the record. Never: opens one. State: none.

use super::extent::{Extent, Item, Patient};
use super::gather::how;
use super::lookup::CellLookup;
use crate::failure::Failure;
use salus_fhir::{ResourceType, instant};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// All of them.
pub fn lines(extent: &Extent, lookup: &CellLookup<'_>) -> Result<Vec<u8>, Failure> {
    let ids = ids(extent, lookup)?;
    let mut out = Vec::new();
    for patient in &extent.patients {
        out.extend_from_slice(line(patient, extent.items_of(patient), &ids).to_string().as_bytes());
        out.push(b'\n');
    }
    Ok(out)
}

/// The random ids of the records in an extent.
fn ids(extent: &Extent, lookup: &CellLookup<'_>) -> Result<HashMap<u64, String>, Failure> {
    let wanted: BTreeSet<u64> = extent.items().iter().map(|item| item.record).collect();
    let kinds: BTreeSet<u16> = extent.items().iter().map(|item| item.kind).collect();
    let mut ids = HashMap::new();
    for kind in kinds {
        let Some(name) = ResourceType::from_code(kind).map(ResourceType::name) else { continue };
        lookup.look(|look| {
            look.random_ids(kind, |record, id| {
                if wanted.contains(&record) {
                    ids.insert(record, format!("{name}/{}", uuid(&id)));
                }
            })
        })?;
    }
    Ok(ids)
}

fn uuid(id: &[u8; 16]) -> String {
    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |range| hex.get::<std::ops::Range<usize>>(range).unwrap_or_default();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

fn line(patient: &Patient, items: &[Item], ids: &HashMap<u64, String>) -> Value {
    let own = items.iter().find(|item| item.kind().is_some_and(|kind| kind.name() == "Patient"));
    let version = |item: &Item| {
        json!({
            "record": item.record,
            "version": item.version,
            "type": item.kind().map(ResourceType::name),
            "id": ids.get(&item.record),
            "how": done(item.how),
            "categories": item.categories().names(),
            "delivered": !item.is_undelivered(),
        })
    };
    json!({
        "pseudonym": patient.pseudonym.to_string(),
        "patient": own.and_then(|own| ids.get(&own.record)),
        "first": instant(patient.first_ms),
        "last": instant(patient.last_ms),
        "admissions": patient.admissions,
        "delivered": patient.delivered,
        "categories": patient.categories.names(),
        "versions": items.iter().map(version).collect::<Vec<_>>(),
    })
}

/// What was done with a version, in words of the report.
fn done(done: u8) -> Vec<&'static str> {
    let all =
        [(how::OPENED, "opened"), (how::LINE, "line"), (how::FOUND, "found"), (how::WRITTEN, "written")];
    all.into_iter().filter(|(bit, _)| done & bit != 0).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_are_written_as_uuids() {
        let id = std::array::from_fn(|at| at as u8 * 17);
        assert_eq!(super::uuid(&id), "00112233-4455-6677-8899-aabbccddeeff");
    }
}
