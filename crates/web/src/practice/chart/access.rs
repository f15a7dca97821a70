//! Who has looked at this record: from the access log, with the purpose.
//!
//! Asking is an access itself: it is charged as this patient's chart and stands in the log.
//!
//! State: none.

use super::super::view::date::{Day, When};
use super::super::view::reason::said;
use super::super::{PageAsk, Trouble};
use super::tell::Told;
use super::who::Head;
use super::{Part, page, place};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Shortcut, Words};
use salus_records::{Access, AccessKind, Purpose, RecordsError};
use std::borrow::Cow;

/// How many visits stand at the side of every page, and how many on one page of their own.
const MAX_LAST: u32 = 4;
const MAX_LOOKS: u32 = 50;

/// What began later than so long ago, in milliseconds, may still be on its way.
const SETTLED_MS: u64 = 300_000;

/// Somebody's looking at a record.
#[derive(Debug, Clone)]
pub(in crate::practice) struct Look {
    /// A person's or an application's name.
    pub who: String,
    pub role: String,
    pub told: Told,
    pub purpose: Cow<'static, str>,
    /// What was done, in words.
    pub what: String,
    /// Whether it was for an emergency: beyond what is usual.
    pub is_emergency: bool,
    /// Whether the answer is known not to have arrived.
    pub is_cut_short: bool,
    /// Why, where they had no treating relationship as far as is known; else empty. It stands out.
    pub without: String,
}

#[derive(Template)]
#[template(path = "practice/chart/access.html")]
struct Body<'a> {
    t: Words,
    place: &'a str,
    looks: &'a [Look],
    next: Option<u64>,
    is_later: bool,
}

/// The last visits, for the side of every page. Who may not ask is shown none.
///
/// Errors: as for the record itself.
pub(super) async fn last(ask: &PageAsk<'_>, id: &str) -> Result<Vec<Look>, Trouble> {
    match looks(ask, id, None, MAX_LAST).await {
        Ok((looks, _)) => Ok(looks),
        Err(Trouble::Records(RecordsError::Forbidden | RecordsError::NotFound)) => Ok(Vec::new()),
        Err(trouble) => Err(trouble),
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let before = ask.query("before").and_then(|before| before.parse().ok());
    let (head, looks) = tokio::join!(Head::gather(ask, id), looks(ask, id, before, MAX_LOOKS));
    let (head, (looks, next)) = (head?, looks?);
    let place = place(ask, id);
    let body = Body { t: ask.t, place: &place, looks: &looks, next, is_later: before.is_some() };
    let keys =
        vec![Shortcut::page("o", ask.t.say("chart-older")), Shortcut::page("b", ask.t.say("chart-newest"))];
    let last = if before.is_some() { &[] } else { looks.get(..MAX_LAST as usize).unwrap_or(&looks) };
    Ok(page(ask, &head, Part::Access, keys, &body, last))
}

/// Visits, newest first, and where older ones begin.
async fn looks(
    ask: &PageAsk<'_>,
    id: &str,
    before: Option<u64>,
    limit: u32,
) -> Result<(Vec<Look>, Option<u64>), Trouble> {
    let found = salus_records::accesses(ask.cell, &ask.asker, id, before, limit).await?;
    ask.admitted(found.delivery);
    Ok((looks_of(ask, found.accesses), found.next))
}

/// Visits in words.
pub(in crate::practice) fn looks_of(ask: &PageAsk<'_>, accesses: Vec<Access>) -> Vec<Look> {
    let today = When::of_ms(ask.clock.now_ms()).day;
    accesses.into_iter().map(|access| look(access, ask, today)).collect()
}

fn look(access: Access, ask: &PageAsk<'_>, today: Day) -> Look {
    let t = ask.t;
    let kinds: Vec<Cow<'static, str>> = access.kinds.iter().map(|kind| t.say(kind_message(*kind))).collect();
    let role = match access.role.as_str() {
        role @ ("physician"
        | "medical-assistant"
        | "locum"
        | "insurer-clerk"
        | "practice-administrator"
        | "patient") => t.say(&format!("role-{role}")).into_owned(),
        _ => t.say("role-client").into_owned(),
    };
    Look {
        // A patient has no name in the log.
        who: match access.role.as_str() {
            "patient" => t.say("role-patient").into_owned(),
            _ => access.person.or(access.client).unwrap_or_default(),
        },
        role,
        told: Told::new(When::of_ms(access.time_ms), today, ask.language()),
        purpose: t.say(purpose_message(access.purpose)),
        what: kinds.join(", "),
        without: access.stated.as_ref().map_or_else(String::new, |statement| {
            t.say_with("chart-access-without", "why", said(t, statement)).into_owned()
        }),
        is_emergency: access.purpose == Purpose::Emergency,
        is_cut_short: access.delivered == Some(false) && access.time_ms + SETTLED_MS < ask.clock.now_ms(),
    }
}

fn purpose_message(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Treatment => "chart-purpose-treatment",
        Purpose::Payment => "chart-purpose-payment",
        Purpose::Operations => "chart-purpose-operations",
        Purpose::Emergency => "chart-purpose-emergency",
        Purpose::PatientRequest => "chart-purpose-patient",
        Purpose::Administration => "chart-purpose-administration",
    }
}

fn kind_message(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Line => "chart-access-line",
        AccessKind::Chart => "chart-access-opened",
        AccessKind::Searched => "chart-access-searched",
        AccessKind::Written => "chart-access-written",
        AccessKind::Refused => "chart-access-refused",
        AccessKind::Stated => "chart-access-stated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_frame::Language;

    #[test]
    fn every_purpose_and_every_kind_has_words() {
        let purposes = [
            Purpose::Treatment,
            Purpose::Payment,
            Purpose::Operations,
            Purpose::Emergency,
            Purpose::PatientRequest,
            Purpose::Administration,
        ];
        let kinds = [
            AccessKind::Line,
            AccessKind::Chart,
            AccessKind::Searched,
            AccessKind::Written,
            AccessKind::Refused,
            AccessKind::Stated,
        ];
        let messages = purposes.map(purpose_message).into_iter().chain(kinds.map(kind_message));
        for message in messages {
            for language in Language::ALL {
                assert_ne!(super::super::super::words::words(language).say(message), message);
            }
        }
    }
}
