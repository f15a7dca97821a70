//! `/{cell}/admin/changes`: every change of trust since a moment, in plain words: what it was, who did it, in which session, from where, and
//! what would undo it, said before it is done.
//!
//! Never: names a patient; undoes anything by itself. State: none.

use super::super::{PageAsk, Trouble, see_other};
use super::ask::ask_for;
use super::change::refused;
use super::log_line::{Labels, Row, row};
use super::tell::{day, local, role};
use super::{Notice, Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use salus_records::RecordsError;
use salus_records::administration::{CellAnswer, CellAsk};
use salus_records::changes::{CellChange, CellChangesAsk, CellUndoing, UndoneBy};
use salus_records::person_events::PersonStatus;

const HOUR_MS: u64 = 3_600_000;
/// How many stretches of the log one page has the keyholder look at; a stretch is 4,096 entries.
const MAX_STRETCHES: usize = 64;
/// The most changes of a page: the newest.
const MAX_LINES: usize = 300;
/// Since when, in hours; the first is the usual.
const HOURS: [u64; 6] = [24, 1, 72, 168, 720, 8_784];

/// One change.
struct Line {
    row: Row,
    number: u64,
    /// Whether it can be undone here.
    can_undo: bool,
    /// What undoing does, or why it is not done here.
    undoing: String,
}

/// Changes of one day.
struct Day {
    name: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "practice/admin/changes.html")]
struct Changes<'a> {
    t: Words,
    base: &'a str,
    hours: Vec<(u64, String, bool)>,
    since: u64,
    count: usize,
    days: Vec<Day>,
    /// Older ones of this time that are not shown.
    older: usize,
    /// Where to go on in the log, if not all was looked at.
    next: Option<u64>,
}

impl Changes<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

fn hours(ask: &PageAsk<'_>) -> u64 {
    let asked = ask.query("hours").or_else(|| ask.field("hours")).and_then(|hours| hours.parse().ok());
    asked.filter(|hours| HOURS.contains(hours)).unwrap_or(HOURS[0])
}

/// All that were found, and where to go on.
async fn gather(ask: &PageAsk<'_>, from_ms: u64) -> Result<(Vec<CellChange>, Option<u64>), Trouble> {
    let mut found = Vec::new();
    let mut next = ask.query("next").and_then(|next| next.parse().ok());
    for _ in 0..MAX_STRETCHES {
        let asked = CellAsk::Changes(CellChangesAsk { from_ms, next });
        let Ok(CellAnswer::Changes(page)) = ask_for(ask, asked).await? else {
            return Err(RecordsError::Internal.into());
        };
        found.extend(page.changes);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    Ok((found, next))
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let labels = Labels::of(&super::ask::people(ask).await?);
    let since = hours(ask);
    let from_ms = ask.clock.now_ms().saturating_sub(since * HOUR_MS);
    let (found, next) = gather(ask, from_ms).await?;
    let t = ask.t;
    let mut days: Vec<Day> = Vec::new();
    for change in found.iter().rev().take(MAX_LINES) {
        let at = local(&ask.clock, change.entry.time_ms);
        let name = at.map_or_else(String::new, |at| day(&at, ask.language()));
        let line = line(ask, &labels, change);
        match days.last_mut().filter(|day| day.name == name) {
            Some(day) => day.lines.push(line),
            None => days.push(Day { name, lines: vec![line] }),
        }
    }
    let choice = |hours: &u64| {
        let words = match hours {
            1..=72 => t.say_with("changes-hours", "count", *hours),
            73..=720 => t.say_with("changes-days", "count", hours / 24),
            _ => t.say("changes-year"),
        };
        (*hours, words.into_owned(), *hours == since)
    };
    let mut choices = HOURS;
    choices.sort_unstable();
    let body = Changes {
        t,
        base: ask.base(),
        hours: choices.iter().map(choice).collect(),
        since,
        count: found.len(),
        days,
        older: found.len().saturating_sub(MAX_LINES),
        next,
    };
    let done = ask.query("done").and_then(|entry| entry.parse::<u64>().ok());
    let notice = done
        .map(|entry| Notice { text: t.say_with("changes-done", "entry", entry).into_owned(), undo: None });
    Ok(page(ask, Part::Changes, t.say("admin-changes"), notice, &body).answer(ask))
}

fn line(ask: &PageAsk<'_>, labels: &Labels, change: &CellChange) -> Line {
    let t = ask.t;
    let mut row = row(ask, labels, &change.entry);
    if let Some(session) = &change.session {
        row.details.push((t.say("changes-session"), session.to_string()));
    }
    let (can_undo, undoing) = match &change.undoing {
        CellUndoing::Possible(by) => (true, will(t, by)),
        CellUndoing::Over => (false, t.say("changes-over").into_owned()),
        CellUndoing::ByHand => (false, t.say("changes-by-hand").into_owned()),
        CellUndoing::AtMachine => (false, t.say("changes-at-machine").into_owned()),
    };
    Line { row, number: change.entry.number, can_undo, undoing }
}

/// What undoing does.
fn will(t: Words, by: &UndoneBy) -> String {
    let key = match by {
        UndoneBy::ClientEnds => "changes-undo-client",
        UndoneBy::SessionEnds => "changes-undo-session",
        UndoneBy::ProofRequired => "changes-undo-proof",
        UndoneBy::CutOff => "changes-undo-cut-off",
        UndoneBy::Joined => "changes-undo-joined",
        UndoneBy::LinkEnds => "changes-undo-link",
        UndoneBy::PasskeyEnds => "changes-undo-passkey",
        UndoneBy::Role { role: name } => {
            return t.say_with("changes-undo-role", "role", role(t, name)).into_owned();
        }
        UndoneBy::Status { status: PersonStatus::Active } => "changes-undo-active",
        UndoneBy::Status { .. } => "changes-undo-suspended",
        UndoneBy::RaiseEnds => "changes-undo-raise",
        UndoneBy::Budget => "changes-undo-budget",
        UndoneBy::Released => "changes-undo-released",
        UndoneBy::ExceptionEnds => "changes-undo-exception",
        UndoneBy::RulesBefore => "changes-undo-rules",
        UndoneBy::ChecksBefore => "changes-undo-checks",
    };
    t.say(key).into_owned()
}

/// Undoes one.
pub(super) async fn undo(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let entry: u64 = ask.field("undo").and_then(|entry| entry.parse().ok()).ok_or(Trouble::Unreadable)?;
    let path = format!("{}/admin/changes?hours={}", ask.base(), hours(ask));
    match ask_for(ask, CellAsk::UndoChange { entry }).await? {
        Ok(_) => Ok(see_other(&ask.around, &format!("{path}&done={entry}"))),
        Err(error) => refused(ask, &error, path),
    }
}
