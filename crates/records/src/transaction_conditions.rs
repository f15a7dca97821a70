//! The conditions of a transaction: what it creates only if there is none, what it updates or deletes by a query, and references
//! that name a record by one (FHIR R4, section 3.1.0.11.2).
//!
//! All of them are searched for before anything is written, and hold against others who write by the same condition until the
//! transaction has ended. What the transaction itself writes is not found by them: an entry names such a record by its fullUrl.
//!
//! Never: writes; goes on when a condition finds several, or a reference none. State: none.

use crate::entry::Done;
use crate::lock::RecordGuards;
use crate::reference::full_url;
use crate::search::one::{self, Matched};
use crate::transaction::{Target, Way};
use crate::update::target_of;
use crate::{Cell, RecordsError, record_id, text};
use salus_fhir::json::quote;
use salus_fhir::{Issue, Resource, ResourceType};
use salus_store::{Address, StoredId};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::collections::{BTreeMap, HashMap};

/// The most different conditions of one transaction.
const MAX_CONDITIONS: usize = 1_000;

/// A transaction whose conditions are known.
#[derive(Default)]
pub(crate) struct Resolved {
    /// What is still to be written.
    pub targets: Vec<Target>,
    /// What needs no writing, by its entry.
    pub done: Vec<(usize, Done)>,
    /// Held against others who write by the same conditions.
    pub guards: RecordGuards,
}

type Conditions = BTreeMap<(ResourceType, String), String>;

/// Searches for what the conditions name.
///
/// Errors: [`RecordsError::Precondition`] when one finds several; [`RecordsError::Invalid`] when a reference finds none.
pub(crate) async fn resolve(
    cell: &Cell,
    asker: &Asker,
    mut targets: Vec<Target>,
) -> Result<Resolved, RecordsError> {
    let conditions = conditions(cell, &targets);
    if conditions.is_empty() {
        return Ok(Resolved { targets, ..Resolved::default() });
    }
    if conditions.len() > MAX_CONDITIONS {
        let answer = RecordsError::TooCostly(vec![text::too_many_conditions(MAX_CONDITIONS)]);
        return Err(cell.refuse(asker, Interaction::Transaction, answer).await);
    }
    let locked: Vec<_> = conditions.keys().map(|(kind, query)| (*kind, query.as_str())).collect();
    let guards = one::lock(cell, &locked).await;
    let mut found = HashMap::new();
    for ((kind, query), place) in conditions {
        let matched = one::matched(cell, asker, Interaction::Transaction, kind, &query, &place).await?;
        found.insert((kind, query), (matched, place));
    }
    let mut resolved = Resolved { guards, ..Resolved::default() };
    let mut there = HashMap::new();
    for target in std::mem::take(&mut targets) {
        resolved.apply(target, &mut found, &mut there)?;
    }
    for target in &mut resolved.targets {
        if let Some(resource) = target.resource.take() {
            target.resource = Some(with_references(cell, resource, target.index, &found, &there)?);
        }
    }
    Ok(resolved)
}

/// Every condition with the place where it stands first.
fn conditions(cell: &Cell, targets: &[Target]) -> Conditions {
    let mut conditions = Conditions::new();
    for target in targets {
        if let Some(query) = &target.condition {
            let place = match target.way {
                Way::Create => format!("Bundle.entry[{}].request.ifNoneExist", target.index),
                Way::Update | Way::Delete | Way::Patch => {
                    format!("Bundle.entry[{}].request.url", target.index)
                }
            };
            conditions.entry((target.kind, query.clone())).or_insert(place);
        }
        for reference in target.resource.iter().flat_map(Resource::references) {
            if let Some((kind, query)) = conditional(cell, &reference.reference) {
                let place = place_of(target.index, target.kind, &reference.expression);
                conditions.entry((kind, query.to_owned())).or_insert(place);
            }
        }
    }
    conditions
}

/// The type and query of a reference such as `Patient?identifier=x|1`.
fn conditional<'a>(cell: &Cell, reference: &'a str) -> Option<(ResourceType, &'a str)> {
    let own = reference.strip_prefix(cell.base_url()).and_then(|rest| rest.strip_prefix('/'));
    let (kind, query) = own.unwrap_or(reference).split_once('?')?;
    Some((ResourceType::from_name(kind)?, query))
}

fn place_of(index: usize, kind: ResourceType, expression: &str) -> String {
    let rest = expression.strip_prefix(kind.name()).unwrap_or_default();
    format!("Bundle.entry[{index}].resource{rest}")
}

type Found = HashMap<(ResourceType, String), (Matched, String)>;

impl Resolved {
    fn apply(
        &mut self,
        mut target: Target,
        found: &mut Found,
        there: &mut HashMap<String, String>,
    ) -> Result<(), RecordsError> {
        let Some(query) = target.condition.take() else {
            self.targets.push(target);
            return Ok(());
        };
        let Some((matched, place)) = found.get(&(target.kind, query)) else {
            return Err(RecordsError::Internal);
        };
        match (target.way, matched) {
            (_, Matched::Several) => {
                return Err(RecordsError::Precondition(vec![text::several_match(place.clone())]));
            }
            (Way::Create, Matched::None) => {}
            (Way::Create, Matched::One(one)) => {
                if let Some(url) = target.full_url {
                    there.entry(url).or_insert(format!("{}/{}", one.kind, one.id));
                }
                self.done.push((target.index, Done::There(one.clone())));
                return Ok(());
            }
            // Others may refer to it by its fullUrl, for which its id would have to be known.
            (Way::Create, Matched::Hidden(one)) if target.full_url.is_none() => {
                self.done.push((target.index, Done::There(one.clone())));
                return Ok(());
            }
            (Way::Create | Way::Delete, Matched::Hidden(_)) => return Err(RecordsError::NotFound),
            (Way::Delete, Matched::None) => {
                self.done.push((target.index, Done::Deleted(None)));
                return Ok(());
            }
            (Way::Delete, Matched::One(one)) => target.id = one.id.clone(),
            (Way::Patch, Matched::One(one)) => target.id = one.id.clone(),
            (Way::Patch, Matched::None | Matched::Hidden(_)) => return Err(RecordsError::NotFound),
            (Way::Update, matched) => {
                let own = target.resource.as_ref().and_then(Resource::id);
                let id_place = format!("Bundle.entry[{}].resource.id", target.index);
                match target_of(matched, own, place, &id_place)? {
                    Some(id) => {
                        target.id = id;
                        // What the query did not find must not be overwritten by its id.
                        target.precondition.must_be_new |= matches!(matched, Matched::None);
                    }
                    None => {
                        let (id, bytes) = record_id::fresh()?;
                        let address = Address { kind: target.kind.code(), id: StoredId::Random(bytes) };
                        (target.id, target.address) = (id, Some(address));
                    }
                }
            }
        }
        self.targets.push(target);
        Ok(())
    }
}

/// The resource with the records' own addresses where it named them by a condition, or by the fullUrl of what is there already.
fn with_references(
    cell: &Cell,
    resource: Resource,
    index: usize,
    found: &Found,
    there: &HashMap<String, String>,
) -> Result<Resource, RecordsError> {
    let mut edits = Vec::new();
    let mut missing: Vec<Issue> = Vec::new();
    for reference in resource.references() {
        if let Some((kind, query)) = conditional(cell, &reference.reference) {
            let place = || place_of(index, resource.kind(), &reference.expression);
            match found.get(&(kind, query.to_owned())).map(|(matched, _)| matched) {
                Some(Matched::One(one)) => edits.push((reference.span, format!("{kind}/{}", one.id))),
                Some(Matched::Several) => {
                    return Err(RecordsError::Precondition(vec![text::several_match(place())]));
                }
                Some(Matched::Hidden(_)) => return Err(RecordsError::NotFound),
                Some(Matched::None) | None => missing.push(text::none_matches(place())),
            }
        } else if let Some(address) = full_url(&reference.reference, |url| there.get(url).cloned()) {
            edits.push((reference.span, address));
        }
    }
    if !missing.is_empty() {
        missing.truncate(salus_fhir::MAX_ISSUES);
        return Err(RecordsError::Invalid(missing));
    }
    if edits.is_empty() {
        return Ok(resource);
    }
    let kind = resource.kind();
    let doubtful = resource.warnings().to_vec();
    let old = resource.into_text();
    let mut text = String::with_capacity(old.len());
    let mut at = 0;
    for (span, address) in edits {
        text.push_str(old.get(at..span.start).unwrap_or_default());
        text.push_str(&quote(&address));
        at = span.end;
    }
    text.push_str(old.get(at..).unwrap_or_default());
    let mut resource = Resource::parse(text, Some(kind)).map_err(RecordsError::Invalid)?;
    resource.set_warnings(doubtful);
    Ok(resource)
}
