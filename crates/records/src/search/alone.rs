//! The words of the index for a search that needs no cell: neither its own parameters nor its lists.
//!
//! Never: asks anybody. State: none.

use super::convert::{Stored, condition};
use salus_fhir::ResourceType;
use salus_fhir::search::{self, Options};
use salus_trust_api::wire::query::Condition;

/// What a record of this type must meet, by names and values as they stand in a query; none where one is not understood.
pub fn conditions(kind: ResourceType, parameters: &[(String, String)]) -> Option<Vec<Condition>> {
    let options = Options { lenient: false, leaves_out_empty: false, base_url: "", now_ms: 0, custom: &[] };
    let asked = search::parse(Some(kind), parameters, &options).ok()?;
    let stored = Stored::default();
    Some(asked.conditions.iter().map(|one| condition(one, &stored)).collect())
}
