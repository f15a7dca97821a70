//! `GET /{cell}/admin/log`: the cell's access log, newest first, with filters, paged backwards.
//!
//! The keyholder looks at a bounded stretch at a time; a page asks for a few of them, and says how far it got.
//!
//! State: none.

use super::super::typed::date::any_day;
use super::super::{PageAsk, Trouble};
use super::log_line::{Labels, Row, row};
use super::log_words::is_refused;
use super::person::Choice;
use super::tell::{day, day_of, local};
use super::{Part, page};
use crate::answer::Answer;
use crate::query::encode_query;
use askama::Template;
use jiff::civil::Date;
use salus_frame::{Words, icon};
use salus_records::administration::{CellLogEntry, CellLogPage, LogFilter, LogKind, MAX_CELL_LOG_PAGE};
use salus_records::people::PersonInfo;
use salus_records::{PrincipalId, Purpose};

/// How many entries a page shows.
const LINES: usize = 50;
/// How many stretches of the log one page has the keyholder look at.
const MAX_STRETCHES: usize = 12;

const KINDS: [(&str, LogKind); 13] = [
    ("opened", LogKind::Opened),
    ("searched", LogKind::Searched),
    ("written", LogKind::Written),
    ("sign-in", LogKind::Session),
    ("people", LogKind::Person),
    ("clients", LogKind::Client),
    ("cell", LogKind::Quarantine),
    ("alarms", LogKind::Alarm),
    ("budgets", LogKind::Budget),
    ("rules", LogKind::Rules),
    ("exports", LogKind::Export),
    ("checks", LogKind::Checks),
    ("bookkeeping", LogKind::Report),
];

/// What is shown where no kind was chosen: all but bookkeeping.
const USUAL: [LogKind; 13] = [
    LogKind::Opened,
    LogKind::Searched,
    LogKind::Written,
    LogKind::Refused,
    LogKind::Session,
    LogKind::Person,
    LogKind::Client,
    LogKind::Quarantine,
    LogKind::Alarm,
    LogKind::Budget,
    LogKind::Rules,
    LogKind::Export,
    LogKind::Checks,
];

const PURPOSES: [(&str, Purpose); 6] = [
    ("TREAT", Purpose::Treatment),
    ("HPAYMT", Purpose::Payment),
    ("HOPERAT", Purpose::Operations),
    ("ETREAT", Purpose::Emergency),
    ("PATRQT", Purpose::PatientRequest),
    ("SYSADMIN", Purpose::Administration),
];

/// Entries of one day.
struct Day {
    name: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "practice/admin/log.html")]
struct Log<'a> {
    t: Words,
    base: &'a str,
    from: String,
    to: String,
    /// Fields, and why they are not understood; then nothing is shown.
    wrong: Wrongs,
    refused_only: bool,
    has_filter: bool,
    people: Vec<Choice>,
    kinds: Vec<Choice>,
    purposes: Vec<Choice>,
    days: Vec<Day>,
    is_newest: bool,
    newest: String,
    older: Option<String>,
    /// Whether there may be more although the page is not full.
    is_short: bool,
}

impl Log<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }

    fn wrong(&self, field: &str) -> &str {
        self.wrong.iter().find(|(name, _)| *name == field).map_or("", |(_, why)| why.as_str())
    }
}

/// Fields of the filter, and what is wrong with each, in words.
type Wrongs = Vec<(&'static str, String)>;

/// The beginning of a day in the practice's zone, in milliseconds since 1970.
pub(super) fn begins_ms(ask: &PageAsk<'_>, day: Date) -> Option<u64> {
    let (begin, _) = ask.clock.span_of(day)?;
    u64::try_from(ask.clock.local(&begin)?.timestamp().as_millisecond()).ok()
}

/// Which entries: what the keyholder looks for, and what is left out of that here.
pub(super) struct Wanted {
    pub filter: LogFilter,
    pub purpose: Option<Purpose>,
    pub refused_only: bool,
    /// How many, at most.
    pub lines: usize,
}

impl Wanted {
    fn fits(&self, entry: &CellLogEntry) -> bool {
        let purpose = entry.access.as_ref().map(|access| access.purpose);
        (!self.refused_only || is_refused(&entry.event))
            && self.purpose.is_none_or(|wanted| purpose == Some(wanted))
    }
}

/// What was refused, from a time on.
pub(super) fn refusals_since(from_ms: Option<u64>, lines: usize) -> Wanted {
    let kinds = vec![LogKind::Refused, LogKind::Person];
    let filter = LogFilter { limit: MAX_CELL_LOG_PAGE, from_ms, kinds, ..LogFilter::default() };
    Wanted { filter, purpose: None, refused_only: true, lines }
}

/// What stands in a field of the filter, if anything.
fn given<'a>(ask: &'a PageAsk<'_>, name: &str) -> Option<&'a str> {
    ask.query(name).map(str::trim).filter(|value| !value.is_empty())
}

/// A day of the filter, as people type it.
fn typed_day(ask: &PageAsk<'_>, name: &str) -> Option<Result<Date, String>> {
    let read = any_day(given(ask, name)?, ask.clock.today());
    Some(read.map_err(|wrong| wrong.text(ask.t)))
}

/// What the address asks for, of these people and applications.
///
/// Errors: all fields that are not understood. Leaving them out would show everything as if it fitted.
fn wanted(ask: &PageAsk<'_>, everybody: &[Choice]) -> Result<Wanted, Wrongs> {
    let mut wrongs = Wrongs::new();
    let mut fault = |name: &'static str, why: &str| wrongs.push((name, ask.t.say(why).into_owned()));
    let chosen = |all: &[&str], name: &str| given(ask, name).is_none_or(|value| all.contains(&value));
    if !chosen(&everybody.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), "who") {
        fault("who", "admin-filter-wrong-who");
    }
    if !chosen(&KINDS.map(|(name, _)| name), "kind") {
        fault("kind", "admin-filter-wrong-choice");
    }
    if !chosen(&PURPOSES.map(|(code, _)| code), "purpose") {
        fault("purpose", "admin-filter-wrong-choice");
    }
    let before = given(ask, "before").map(str::parse).transpose();
    if before.is_err() {
        fault("before", "admin-filter-wrong-before");
    }
    let mut day = |name| match typed_day(ask, name)? {
        Ok(day) => Some(day),
        Err(why) => {
            wrongs.push((name, why));
            None
        }
    };
    let (from, to) = (day("from"), day("to"));
    if !wrongs.is_empty() {
        return Err(wrongs);
    }
    let begins = |day: Date| begins_ms(ask, day);
    let kind = KINDS.iter().find(|(name, _)| given(ask, "kind") == Some(*name)).map(|(_, kind)| *kind);
    let refused_only = ask.query("refused").is_some();
    let kinds = match kind {
        None if refused_only => vec![LogKind::Refused, LogKind::Person],
        None => USUAL.to_vec(),
        Some(kind) => vec![kind],
    };
    let filter = LogFilter {
        before: before.unwrap_or_default(),
        limit: MAX_CELL_LOG_PAGE,
        from_ms: from.and_then(begins),
        to_ms: to.and_then(|day| day.tomorrow().ok()).and_then(begins),
        principal: given(ask, "who").and_then(PrincipalId::parse),
        kinds,
    };
    let purpose = PURPOSES.iter().find(|(code, _)| given(ask, "purpose") == Some(*code)).map(|(_, it)| *it);
    Ok(Wanted { filter, purpose, refused_only, lines: LINES })
}

/// Asks until a page is full, everything was looked at, or enough was.
pub(super) async fn gather(ask: &PageAsk<'_>, wanted: &Wanted) -> Result<CellLogPage, Trouble> {
    let mut found = CellLogPage { entries: Vec::new(), next: wanted.filter.before };
    for stretch in 0..MAX_STRETCHES {
        if stretch > 0 && found.next.is_none() {
            break;
        }
        let filter = LogFilter { before: found.next, ..wanted.filter.clone() };
        let page = super::ask::log(ask, filter).await?;
        found.next = page.next;
        found.entries.extend(page.entries.into_iter().filter(|entry| wanted.fits(entry)));
        if found.entries.len() >= wanted.lines {
            // What was found beyond the page is found again by the next one.
            let is_over = found.entries.len() > wanted.lines;
            found.entries.truncate(wanted.lines);
            if is_over {
                found.next = found.entries.last().map(|entry| entry.number);
            }
            break;
        }
    }
    Ok(found)
}

/// The address with these filters; the cursor left out or put in.
fn address(ask: &PageAsk<'_>, before: Option<u64>) -> String {
    let names = ["from", "to", "who", "kind", "purpose", "refused"];
    let mut kept: Vec<(String, String)> = names
        .into_iter()
        .filter_map(|name| {
            Some((name.to_owned(), ask.query(name).filter(|value| !value.is_empty())?.to_owned()))
        })
        .collect();
    kept.extend(before.map(|before| ("before".to_owned(), before.to_string())));
    encode_query(&format!("{}/admin/log", ask.base()), &kept)
}

fn choices<T>(ask: &PageAsk<'_>, field: &str, all: &[(&str, T)]) -> Vec<Choice> {
    let choice = |(name, _): &(&str, T)| Choice {
        name: (*name).to_owned(),
        label: ask.t.say(&format!("admin-{field}-{name}")).into_owned(),
        is_chosen: ask.query(field) == Some(*name),
    };
    all.iter().map(choice).collect()
}

/// Everybody who may have done something.
async fn everybody(ask: &PageAsk<'_>, people: &[PersonInfo]) -> Result<Vec<Choice>, Trouble> {
    let choice = |principal: PrincipalId, label: &str| {
        let name = principal.to_string();
        Choice { is_chosen: ask.query("who") == Some(name.as_str()), label: label.to_owned(), name }
    };
    let clients = super::ask::clients(ask).await?;
    let people = people.iter().map(|person| choice(person.principal, &person.name));
    let clients = clients.iter().map(|client| choice(client.principal, &client.name));
    Ok(people.chain(clients).collect())
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let people = super::ask::people(ask).await?;
    let labels = Labels::of(&people);
    let everybody = everybody(ask, &people).await?;
    let (found, wrong) = match wanted(ask, &everybody) {
        Ok(wanted) => (gather(ask, &wanted).await?, Wrongs::new()),
        Err(wrong) => (CellLogPage { entries: Vec::new(), next: None }, wrong),
    };
    let mut days: Vec<Day> = Vec::new();
    for entry in &found.entries {
        let name = local(&ask.clock, entry.time_ms).map_or_else(String::new, |at| day(&at, ask.language()));
        let row = row(ask, &labels, entry);
        match days.last_mut().filter(|day| day.name == name) {
            Some(day) => day.rows.push(row),
            None => days.push(Day { name, rows: vec![row] }),
        }
    }
    // As the reader's language writes it; as it was typed where it is not understood.
    let shown = |name: &str| match typed_day(ask, name) {
        Some(Ok(at)) => day_of(at, ask.language()),
        _ => given(ask, name).unwrap_or_default().to_owned(),
    };
    let newest = address(ask, None);
    let body = Log {
        t: ask.t,
        base: ask.base(),
        from: shown("from"),
        to: shown("to"),
        wrong,
        refused_only: ask.query("refused").is_some(),
        has_filter: newest.contains('?'),
        people: everybody,
        kinds: choices(ask, "kind", &KINDS),
        purposes: choices(ask, "purpose", &PURPOSES),
        is_short: found.entries.len() < LINES && found.next.is_some(),
        days,
        is_newest: ask.query("before").is_none(),
        newest,
        older: found.next.map(|next| address(ask, Some(next))),
    };
    Ok(page(ask, Part::Log, ask.t.say("admin-log"), None, &body).answer(ask))
}
