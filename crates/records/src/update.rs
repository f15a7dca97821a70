//! update: a new version of a record, or a new record under an id of the client's.

use crate::create::{create_new, parse, write_one};
use crate::lock::RecordGuards;
use crate::record_id::is_id;
use crate::search::one::{self, Matched};
use crate::vread::version_number;
use crate::write::{Draft, Written};
use crate::{Cell, RecordsError, Sent, text};
use salus_fhir::{Resource, ResourceType};
use salus_store::{Head, LedgerMark};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::sync::Arc;

/// What must hold of the record that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Precondition {
    /// If-Match.
    pub matches: Option<Match>,
    /// If-None-Match with `*`: there is no such record.
    pub must_be_new: bool,
}

/// Which version there must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Any.
    Any,
    /// This one. 0 stands for what is no version of this server's, and so never matches.
    Version(u32),
}

impl Precondition {
    /// From the values of If-Match and If-None-Match. A weak tag (`W/"3"`), a strong one and a bare number all mean the version.
    pub fn new(if_match: Option<&str>, if_none_match: Option<&str>) -> Self {
        Self {
            matches: if_match.map(|value| match value.trim() {
                "*" => Match::Any,
                tag => Match::Version(tag_version(tag).unwrap_or(0)),
            }),
            must_be_new: if_none_match.is_some_and(|value| value.trim() == "*"),
        }
    }

    /// Errors: [`RecordsError::Precondition`], at `expression`.
    pub(crate) fn check(&self, head: Option<&Head>, expression: &str) -> Result<(), RecordsError> {
        let here = head.filter(|head| !head.deleted).map(|head| head.version);
        if self.must_be_new && here.is_some() {
            return Err(RecordsError::Precondition(vec![text::exists_already(expression.to_owned())]));
        }
        let holds = match self.matches {
            None => true,
            Some(Match::Any) => here.is_some(),
            Some(Match::Version(version)) => here == Some(version),
        };
        if holds {
            Ok(())
        } else {
            Err(RecordsError::Precondition(vec![text::version_differs(expression.to_owned())]))
        }
    }
}

/// The version that an entity tag of ours names.
pub fn tag_version(tag: &str) -> Option<u32> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    version_number(tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(tag))
}

/// Updates the record, or creates it under this id.
///
/// Errors: [`RecordsError::Malformed`] when the id is none, or is not the resource's; [`RecordsError::Precondition`];
/// [`RecordsError::NotFound`] when it is refused.
pub async fn update(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    id: &str,
    precondition: Precondition,
    body: impl Into<Sent>,
) -> Result<Written, RecordsError> {
    cell.serving()?;
    if !is_id(id) {
        let answer = RecordsError::Malformed(vec![text::no_id()]);
        return Err(cell.refuse(asker, Interaction::Update, answer).await);
    }
    let resource = parse(cell, asker, Interaction::Update, kind, body.into()).await?;
    update_resource(cell, asker, id, precondition, resource, None).await
}

pub(crate) async fn update_resource(
    cell: &Arc<Cell>,
    asker: &Asker,
    id: &str,
    precondition: Precondition,
    resource: Resource,
    ledger: Option<LedgerMark>,
) -> Result<Written, RecordsError> {
    let kind = resource.kind();
    if resource.id() != Some(id) {
        let answer = RecordsError::Malformed(vec![text::id_differs(format!("{kind}.id"))]);
        return Err(cell.refuse(asker, Interaction::Update, answer).await);
    }
    put(cell, asker, id, precondition, resource, ledger, RecordGuards::new()).await
}

/// Updates the one record that a query string finds, or creates one when it finds none.
///
/// Errors: [`RecordsError::Malformed`] when it finds another than the resource's id names; [`RecordsError::Precondition`]
/// when it finds several, or says nothing; else as [`update`].
pub async fn update_by(
    cell: &Arc<Cell>,
    asker: &Asker,
    kind: ResourceType,
    query: &str,
    precondition: Precondition,
    body: impl Into<Sent>,
) -> Result<Written, RecordsError> {
    cell.serving()?;
    let resource = parse(cell, asker, Interaction::Update, kind, body.into()).await?;
    update_resource_by(cell, asker, query, precondition, resource, None).await
}

pub(crate) async fn update_resource_by(
    cell: &Arc<Cell>,
    asker: &Asker,
    query: &str,
    precondition: Precondition,
    resource: Resource,
    ledger: Option<LedgerMark>,
) -> Result<Written, RecordsError> {
    let kind = resource.kind();
    let guards = one::lock(cell, &[(kind, query)]).await;
    let found = one::matched(cell, asker, Interaction::Update, kind, query, "").await?;
    match target_of(&found, resource.id(), "", &format!("{kind}.id"))? {
        Some(id) => {
            // What the query did not find must not be overwritten by its id.
            let must_be_new = precondition.must_be_new || matches!(found, Matched::None);
            let precondition = Precondition { must_be_new, ..precondition };
            put(cell, asker, &id, precondition, resource, ledger, guards).await
        }
        None => {
            precondition.check(None, "")?;
            create_new(cell, asker, resource, ledger, guards).await
        }
    }
}

/// Under which id a conditional update writes; none: under a fresh one.
pub(crate) fn target_of(
    found: &Matched,
    own: Option<&str>,
    place: &str,
    id_place: &str,
) -> Result<Option<String>, RecordsError> {
    match found {
        Matched::None => Ok(own.map(str::to_owned)),
        Matched::One(one) if own.is_none_or(|own| own == one.id) => Ok(Some(one.id.clone())),
        Matched::One(_) => Err(RecordsError::Malformed(vec![text::id_differs(id_place.to_owned())])),
        Matched::Hidden(_) => Err(RecordsError::NotFound),
        Matched::Several => Err(RecordsError::Precondition(vec![text::several_match(place.to_owned())])),
    }
}

/// Writes a resource under this id, whatever id it says.
async fn put(
    cell: &Arc<Cell>,
    asker: &Asker,
    id: &str,
    precondition: Precondition,
    resource: Resource,
    ledger: Option<LedgerMark>,
    mut guards: RecordGuards,
) -> Result<Written, RecordsError> {
    let kind = resource.kind();
    let address = cell.address(kind, id).await?.ok_or(RecordsError::NotFound)?;
    guards.extend(cell.locks.lock([&address]).await);
    let head = cell.store.head(&address)?;
    if let Err(answer) = precondition.check(head.as_ref(), "") {
        return Err(refuse_of_existing(cell, asker, Interaction::Update, &address, answer).await);
    }
    let draft = Draft { kind, id: id.to_owned(), address, head, resource: Some(resource), about: None };
    write_one(cell, asker, Interaction::Update, draft, guards, ledger).await
}

/// An answer that says something about a record that is there: only for those who may read it.
pub(crate) async fn refuse_of_existing(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    address: &salus_store::Address,
    answer: RecordsError,
) -> RecordsError {
    let there = match cell.store.read(address) {
        Ok(there) => there,
        Err(error) => return error.into(),
    };
    match there {
        Some(version) => match crate::open::admit(cell, asker, interaction, &[version]).await {
            Ok(_) => answer,
            Err(refused) => refused,
        },
        None => cell.refuse(asker, interaction, answer).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(version: u32, deleted: bool) -> Option<Head> {
        Some(Head { record: 1, kind: 1, version, deleted, compartment: 1, time_ms: 1 })
    }

    #[test]
    fn conditions_hold_as_the_headers_say() {
        for (if_match, if_none_match, there, holds) in [
            (None, None, None, true),
            (None, None, head(3, false), true),
            (Some("W/\"3\""), None, head(3, false), true),
            (Some("\"3\""), None, head(3, false), true),
            (Some(" 3 "), None, head(3, false), true),
            (Some("W/\"2\""), None, head(3, false), false),
            (Some("W/\"3\""), None, None, false),
            (Some("W/\"3\""), None, head(3, true), false),
            (Some("nonsense"), None, head(3, false), false),
            (Some("nonsense"), None, None, false),
            (Some("*"), None, head(3, false), true),
            (Some("*"), None, None, false),
            (None, Some("*"), None, true),
            (None, Some("*"), head(3, true), true),
            (None, Some("*"), head(3, false), false),
        ] {
            let condition = Precondition::new(if_match, if_none_match);
            assert_eq!(
                condition.check(there.as_ref(), "").is_ok(),
                holds,
                "{if_match:?} {if_none_match:?} {there:?}"
            );
        }
    }
}
