//! The record that a condition names: for what is written only if something is there, or is not.
//!
//! A condition is a search: it is admitted, charged and logged as one, and so tells no more than one.
//!
//! Never: more than whether none, one or several match. State: none; [`crate::Cell`] owns the conditions' locks.

use super::page::{Mode, OpenedPage, versions_of};
use super::plan::{SearchAsk, plan};
use crate::lock::RecordGuards;
use crate::own_parameters::search_error;
use crate::{Cell, Delivery, RecordsError, text};
use salus_fhir::ResourceType;
use salus_seal::Part;
use salus_store::{Address, StoredId};
use salus_trust_api::Interaction;
use salus_trust_api::client::Asker;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

/// What a condition found.
#[derive(Debug)]
pub(crate) enum Matched {
    /// Nothing.
    None,
    /// This record.
    One(Box<One>),
    /// One, which whoever asks may not read: its id and text are empty.
    Hidden(Box<One>),
    /// More than one.
    Several,
}

/// The record that a condition found.
#[derive(Debug, Clone)]
pub struct One {
    /// Its type.
    pub kind: ResourceType,
    /// Its id.
    pub id: String,
    /// Its newest version.
    pub version: u32,
    /// When that was written, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
    /// Its text.
    pub text: Vec<u8>,
    /// Until when it may be sent.
    pub delivery: Delivery,
}

/// Searches for records of a type that meet a query string, such as `identifier=x|1`.
///
/// Errors: [`RecordsError::Precondition`] when the query says nothing; [`RecordsError::Malformed`] and the others of a search.
pub(crate) async fn matched(
    cell: &Cell,
    asker: &Asker,
    interaction: Interaction,
    kind: ResourceType,
    query: &str,
    place: &str,
) -> Result<Matched, RecordsError> {
    let Some(parameters) = parameters(query) else {
        let answer = RecordsError::Malformed(vec![text::condition_unreadable(place.to_owned())]);
        return Err(cell.refuse(asker, interaction, answer).await);
    };
    let ask =
        SearchAsk { now_ms: cell.reservations.now_ms(), ..SearchAsk::new(Some(kind), parameters, false) };
    let mut plan = match plan(cell, asker, &ask).await {
        Err(RecordsError::Malformed(issues)) => {
            return Err(RecordsError::Malformed(issues.into_iter().map(|issue| at(issue, place)).collect()));
        }
        other => other?,
    };
    if plan.query.all.is_empty() {
        let answer = RecordsError::Precondition(vec![text::condition_empty(place.to_owned())]);
        return Err(cell.refuse(asker, interaction, answer).await);
    }
    plan.query.count = 2;
    plan.query.sort.clear();
    plan.query.glimpse = false;
    let found = cell.trust.search(asker, interaction, plan.query).await;
    let admission = found.map_err(|error| search_error(cell, error))?;
    let searched = Delivery::of_search(&cell.trust, &admission);
    let found = admission.found;
    let hit = match found.hits.as_slice() {
        [] => return Ok(Matched::None),
        [hit] => *hit,
        _ => return Ok(Matched::Several),
    };
    let mut page = OpenedPage::default();
    let versions = versions_of(cell, &[hit])?;
    match page.open(cell, asker, interaction, &versions, Mode::Match, Part::Body).await {
        Ok(()) => {}
        // The search told that there is one; more is not for whoever may not read.
        Err(RecordsError::NotFound) => {
            let time_ms = versions.first().map_or(0, |version| version.stored.sealed.header.time_ms);
            let (id, text, version) = (String::new(), Vec::new(), hit.version);
            return Ok(Matched::Hidden(Box::new(One {
                kind,
                id,
                version,
                time_ms,
                text,
                delivery: searched,
            })));
        }
        Err(other) => return Err(other),
    }
    let (Some(opened), Some(version), Some(delivery)) = (page.entries.pop(), versions.first(), page.delivery)
    else {
        return Err(RecordsError::Internal);
    };
    Ok(Matched::One(Box::new(One {
        kind,
        id: opened.id,
        version: hit.version,
        time_ms: version.stored.sealed.header.time_ms,
        text: opened.text,
        delivery,
    })))
}

fn at(issue: salus_fhir::Issue, place: &str) -> salus_fhir::Issue {
    if place.is_empty() { issue } else { issue.at(place.to_owned()) }
}

/// Waits until nobody else writes by one of these conditions: two of the same, sent at once, are carried out one after the other.
pub(crate) async fn lock(cell: &Cell, conditions: &[(ResourceType, &str)]) -> RecordGuards {
    // Seeded at random, so that nobody can choose conditions that wait for others.
    static SEEDS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);
    let address = |(kind, query): &(ResourceType, &str)| {
        let mut id = [0u8; 16];
        for (half, seed) in id.chunks_mut(8).zip(&*SEEDS) {
            half.copy_from_slice(&seed.hash_one((kind.code(), query)).to_le_bytes());
        }
        Address { kind: kind.code(), id: StoredId::Blinded(id) }
    };
    let addresses: Vec<Address> = conditions.iter().map(address).collect();
    cell.conditions.lock(&addresses).await
}

/// The parameters of a query string, decoded. None when it is not readable.
pub(crate) fn parameters(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let decoded = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(name)?, decode(value)?))
    });
    decoded.collect()
}

/// Decodes a form's value: `+` is a space (WHATWG URL, application/x-www-form-urlencoded).
fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                (high * 16 + low) as u8
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn a_query_string_is_decoded_or_refused() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            parameters("identifier=a%7Cb&name=x+y&&flag"),
            Some(vec![pair("identifier", "a|b"), pair("name", "x y"), pair("flag", "")])
        );
        assert_eq!(parameters("a=%2"), None);
        assert_eq!(parameters("a=%ff"), None);
        assert_eq!(parameters(""), Some(Vec::new()));
    }
}
