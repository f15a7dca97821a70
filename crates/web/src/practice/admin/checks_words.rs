//! Settings of checking in words: what cannot be used, what counts when, and what other settings would mean.
//!
//! State: none.

use super::super::PageAsk;
use super::checks_form::dates_text;
use super::tell::day_of;
use salus_frame::Words;
use salus_records::checks::{CheckSettings, Entry, Fault, SettingsFault};
use salus_records::fhir::package::validity::{Document, Validity};
use std::collections::BTreeSet;

pub(super) fn fault_words(t: Words, fault: &Fault) -> String {
    match fault {
        Fault::Settings(_) => t.say("checks-fault-settings").into_owned(),
        Fault::Package(name, version, _) => t
            .say_with_two("checks-fault-package", ("name", name.clone()), ("version", version.clone()))
            .into_owned(),
    }
}

/// Why a text is none of settings.
pub(super) fn settings_fault(t: Words, fault: &SettingsFault) -> String {
    match fault {
        SettingsFault::Line(line) => t.say_with("checks-wrong-line", "line", *line as u64).into_owned(),
        SettingsFault::TooLong => t
            .say_with_two(
                "checks-wrong-long",
                ("packages", salus_records::checks::MAX_PACKAGES as u64),
                ("kib", (salus_records::checks_events::MAX_CHECKS_BYTES / 1024) as u64),
            )
            .into_owned(),
    }
}

/// From when to when a package counts.
pub(super) fn when_words(ask: &PageAsk<'_>, line: &Validity) -> String {
    let t = ask.t;
    let day = |text: &String| match text.parse() {
        Ok(day) => day_of(day, ask.language()),
        Err(_) => text.clone(),
    };
    let said = match (line.from.as_ref().map(day), line.until.as_ref().map(day)) {
        (None, None) => t.say("checks-always"),
        (Some(from), None) => t.say_with("checks-from", "day", from),
        (None, Some(until)) => t.say_with("checks-until", "day", until),
        (Some(from), Some(until)) => t.say_with_two("checks-from-until", ("from", from), ("until", until)),
    };
    said.into_owned()
}

/// What other settings would mean.
#[derive(Default)]
pub(super) struct Differences {
    /// What would be refused that is not now.
    pub stricter: Vec<String>,
    /// What would be stored that is not now.
    pub looser: Vec<String>,
    /// What would count on other days.
    pub days: Vec<String>,
}

pub(super) fn differences(ask: &PageAsk<'_>, before: &CheckSettings, after: &CheckSettings) -> Differences {
    let mut said = Differences::default();
    packages(ask.t, before, after, &mut said);
    let demand = |key: &str, one: &salus_records::checks::Demand| {
        let (kind, profile) = (one.kind.name().to_owned(), one.profile.clone());
        ask.t.say_with_two(key, ("type", kind), ("profile", profile)).into_owned()
    };
    let new = after.demanded.iter().filter(|one| !before.demanded.contains(one));
    said.stricter.extend(new.map(|one| demand("checks-diff-demand", one)));
    let freed = before.demanded.iter().filter(|one| !after.demanded.contains(one));
    said.looser.extend(freed.map(|one| demand("checks-diff-free", one)));
    match (before.import_warns, after.import_warns) {
        (false, true) => said.looser.push(ask.t.say("checks-diff-import-warns").into_owned()),
        (true, false) => said.stricter.push(ask.t.say("checks-diff-import-refuses").into_owned()),
        _ => {}
    }
    let (old, new) = (table_lines(ask, &before.validity()), table_lines(ask, &after.validity()));
    let gone = old.difference(&new).map(|line| ask.t.say_with("checks-diff-gone", "what", line.clone()));
    said.days.extend(gone.map(std::borrow::Cow::into_owned));
    let more = new.difference(&old).map(|line| ask.t.say_with("checks-diff-new", "what", line.clone()));
    said.days.extend(more.map(std::borrow::Cow::into_owned));
    said
}

fn packages(t: Words, before: &CheckSettings, after: &CheckSettings, said: &mut Differences) {
    let find = |all: &CheckSettings, one: &Entry| {
        all.packages.iter().find(|other| other.name == one.name && other.version == one.version).cloned()
    };
    let named = |key: &str, one: &Entry| {
        t.say_with_two(key, ("name", one.name.clone()), ("version", one.version.clone())).into_owned()
    };
    for one in &after.packages {
        let other = find(before, one);
        match &other {
            None => said.stricter.push(named("checks-diff-added", one)),
            Some(other) if other.hash != one.hash => said.stricter.push(named("checks-diff-other", one)),
            Some(_) => {}
        }
        match (other.is_some_and(|other| other.is_strict), one.is_strict) {
            (false, true) => said.stricter.push(named("checks-diff-strict", one)),
            (true, false) => said.looser.push(named("checks-diff-fhir", one)),
            _ => {}
        }
    }
    let gone = before.packages.iter().filter(|one| find(after, one).is_none());
    said.looser.extend(gone.map(|one| named("checks-diff-removed", one)));
}

/// Lines of the table that name packages which are not loaded. Of the program's own table, which has many that a practice never needs, those
/// alone whose packages go.
pub(super) fn table_lacks(ask: &PageAsk<'_>, before: &CheckSettings, after: &CheckSettings) -> Vec<String> {
    let has = |settings: &CheckSettings, one: &Validity| {
        settings.packages.iter().any(|other| other.name == one.package && other.version == one.version)
    };
    let mut lines = BTreeSet::new();
    for document in &after.validity() {
        let lacking = document.packages.iter().filter(|one| !has(after, one));
        for one in lacking.filter(|one| after.table.is_some() || has(before, one)) {
            lines.insert(table_line(ask, document, one));
        }
    }
    lines.into_iter().collect()
}

fn table_line(ask: &PageAsk<'_>, document: &Document, one: &Validity) -> String {
    let of = document.profile.rsplit('/').next().unwrap_or_default();
    format!("{of}: {} {} ({})", one.package, one.version, when_words(ask, one))
}

/// Each line of a table of validity, in words.
fn table_lines(ask: &PageAsk<'_>, table: &[Document]) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for document in table {
        let of = document.profile.rsplit('/').next().unwrap_or_default();
        lines.insert(format!("{of}: {}", dates_text(document)));
        for one in &document.packages {
            lines.insert(table_line(ask, document, one));
        }
    }
    lines
}
