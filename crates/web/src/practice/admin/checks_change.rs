//! Changing how it is checked: what it would mean before it is done; doing it; taking it back at once; and putting a version back.
//! `POST /{cell}/admin/checks`, `GET /{cell}/admin/checks/version`.
//!
//! Never: changes anything without the step before, but to undo what was just done; the page that asks holds the settings that were
//! compared, and the version that they were compared with. State: none.

use super::super::{PageAsk, Trouble, see_other};
use super::change::refused;
use super::checks::{ask_checks, in_force, show};
use super::checks_form::{edited, readable, wrong};
use super::checks_upload::{Added, FIELD, added};
use super::checks_words::{Differences, differences, settings_fault, table_lacks};
use super::roles_change::Version;
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;
use salus_records::RecordsError;
use salus_records::check_settings::{ChecksAnswer, ChecksAsk, ChecksDraft, ChecksShown};
use salus_records::checks::{CheckSettings, Fault, keep, missing};
use salus_records::fhir::package::validity;

/// How many lines of a table are said to name what is not there.
const MAX_LACKING: usize = 20;

/// A version as an address or a form names it: an entry's number, or, none, the program's own.
fn version_of(name: &str) -> Option<Option<u64>> {
    if name == "own" { Some(None) } else { name.parse().ok().map(Some) }
}

/// The text of a version; for the program's own, none but its table.
async fn text_of(ask: &PageAsk<'_>, version: Option<u64>) -> Result<String, Trouble> {
    let Some(entry) = version else { return Ok(String::new()) };
    match ask_checks(ask, ChecksAsk::Text(entry)).await? {
        Ok(ChecksAnswer::Text(text)) => Ok(text),
        _ => Err(RecordsError::NotFound.into()),
    }
}

pub(super) async fn version(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    // Whether somebody may see it at all is the keyholder's to say.
    in_force(ask).await?;
    let (t, name) = (ask.t, ask.query("version").unwrap_or_default());
    let version = version_of(name).ok_or(RecordsError::NotFound)?;
    let (title, text) = match version {
        Some(entry) => (t.say_with("checks-version-title", "entry", entry), text_of(ask, version).await?),
        None => (t.say("checks-version-own"), validity::KBV.to_owned()),
    };
    let path = format!("{}/admin/checks", ask.base());
    let body = Version { t, path, name, title: title.into_owned(), text };
    Ok(page(ask, Part::Checks, body.title.clone(), None, &body).answer(ask))
}

/// What a form of the page asks: to look what it would mean, to do what was looked at, or to undo it.
pub(super) async fn change(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    if let Some(entry) = ask.field("undo") {
        return undo(ask, entry.parse().map_err(|_| Trouble::Unreadable)?).await;
    }
    let what = ask.field("do").unwrap_or_default();
    if what == "set" {
        return set(ask).await;
    }
    if what == "tidy" {
        return super::checks_tidy::tidy(ask).await;
    }
    let shown = in_force(ask).await?;
    let before = CheckSettings::read(&shown.text);
    if what == "version" {
        let version = ask.field("version").and_then(version_of).ok_or(Trouble::Unreadable)?;
        let text = text_of(ask, version).await?;
        let after = CheckSettings::read(&text).unwrap_or_default();
        let put_back = Some((version.map_or_else(|| "own".to_owned(), |entry| entry.to_string()), text));
        let between = (&before.unwrap_or_default(), &after);
        return Ok(preview(ask, &shown, between, Vec::new(), put_back).await);
    }
    // Fields are numbered as the page had them.
    if matches!(what, "modes" | "table") && ask.field("seen") != Some(&name_of(&shown)) {
        return show(ask, wrong("top", ask.t.say("checks-overtaken"))).await;
    }
    let before = match before {
        Ok(before) => before,
        // Nothing is lost by a form that begins with a part of it.
        Err(fault) if what != "text" => return show(ask, wrong("top", settings_fault(ask.t, &fault))).await,
        Err(_) => CheckSettings::default(),
    };
    let outcome = match what {
        "add" => {
            let read = added(ask, &before).await?;
            read.and_then(|(after, added)| Ok((readable(ask, what, after)?, added)))
        }
        _ => edited(ask, what, &before)?.map(|after| (after, Vec::new())),
    };
    match outcome {
        Ok((after, added)) => Ok(preview(ask, &shown, (&before, &after), added, None).await),
        Err(wrong) => show(ask, wrong).await,
    }
}

/// What stays, and needs what goes.
fn newly_lacking(ask: &PageAsk<'_>, before: &CheckSettings, after: &CheckSettings) -> Vec<String> {
    let checks = ask.cell.checks();
    let staying = checks.packages().iter().filter(|(entry, _)| {
        after.packages.iter().any(|one| one.name == entry.name && one.version == entry.version)
    });
    let said = staying.filter_map(|(entry, package)| {
        let had: Vec<_> = before.lacking(package).collect();
        let new: Vec<String> = after
            .lacking(package)
            .filter(|one| !had.contains(one))
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        let lacks = ask.t.say_with("checks-lacks", "names", new.join(", "));
        (!new.is_empty()).then(|| format!("{} {}: {lacks}", entry.name, entry.version))
    });
    said.collect()
}

/// What is named already, could not be used, and is brought again.
fn back(ask: &PageAsk<'_>, added: &[Added]) -> Vec<String> {
    let checks = ask.cell.checks();
    let is_back = |one: &&Added| {
        let is_it = |fault: &Fault| matches!(fault, Fault::Package(name, version, _) if *name == one.name && *version == one.version);
        checks.faults.iter().any(is_it)
    };
    let said = added.iter().filter(is_back).map(|one| {
        let about = (("name", one.name.clone()), ("version", one.version.clone()));
        ask.t.say_with_two("checks-diff-back", about.0, about.1).into_owned()
    });
    said.collect()
}

/// The version in force, as forms name it.
fn name_of(shown: &ChecksShown) -> String {
    shown.version.map_or_else(String::new, |entry| entry.to_string())
}

#[derive(Template)]
#[template(path = "practice/admin/checks_preview.html")]
struct Preview<'a> {
    t: Words,
    base: &'a str,
    said: Differences,
    added: Vec<Added>,
    /// Packages whose files are not there.
    missing: Vec<String>,
    /// Lines of the table that name packages which no line loads, those that are said.
    lacks: Vec<String>,
    /// How many more.
    lacks_more: u64,
    text: String,
    /// The version that is put back, as forms name it.
    version: Option<String>,
    against: String,
}

async fn preview(
    ask: &PageAsk<'_>,
    shown: &ChecksShown,
    (before, after): (&CheckSettings, &CheckSettings),
    added: Vec<Added>,
    put_back: Option<(String, String)>,
) -> Answer {
    let (version, text) = match put_back {
        Some((version, text)) => (Some(version), text),
        None => (None, after.write()),
    };
    let mut said = differences(ask, before, after);
    said.looser.extend(newly_lacking(ask, before, after));
    said.looser.extend(back(ask, &added));
    let mut lacks = table_lacks(ask, before, after);
    let lacks_more = lacks.len().saturating_sub(MAX_LACKING) as u64;
    lacks.truncate(MAX_LACKING);
    let gone = missing(ask.cell, after).await;
    let gone = after.packages.iter().filter(|one| gone.contains(&one.hash));
    let body = Preview {
        t: ask.t,
        base: ask.base(),
        said,
        added,
        missing: gone.map(|one| format!("{} {}", one.name, one.version)).collect(),
        lacks,
        lacks_more,
        text,
        version,
        against: name_of(shown),
    };
    page(ask, Part::Checks, ask.t.say("roles-preview"), None, &body).answer(ask)
}

async fn set(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let against = match ask.field("against").unwrap_or_default() {
        "" => None,
        entry => Some(entry.parse().map_err(|_| Trouble::Unreadable)?),
    };
    let draft = match ask.field("version") {
        Some(name) => ChecksDraft::Version(version_of(name).ok_or(Trouble::Unreadable)?),
        None => {
            let text = ask.field("text").ok_or(Trouble::Unreadable)?.replace("\r\n", "\n");
            let text = if text.is_empty() { text } else { text + "\n" };
            let after = CheckSettings::read(&text).map_err(|_| Trouble::Unreadable)?;
            let before = CheckSettings::read(&in_force(ask).await?.text).unwrap_or_default();
            if let Some(gone) = waited_too_long(ask, &before, &after).await {
                return show(ask, wrong(FIELD, ask.t.say_with("checks-wrong-waited", "names", gone))).await;
            }
            // It is there before the log names it.
            keep(ask.cell, &after).await.map_err(|_| RecordsError::Full)?;
            ChecksDraft::Text(text)
        }
    };
    let reason = ask.field("reason").unwrap_or_default();
    put_in_force(ask, draft, against, reason.chars().filter(|sign| !sign.is_control()).collect(), true).await
}

/// What is named anew and has no file any more.
async fn waited_too_long(ask: &PageAsk<'_>, before: &CheckSettings, after: &CheckSettings) -> Option<String> {
    let mut new = after.clone();
    new.packages.retain(|one| before.packages.iter().all(|other| other.hash != one.hash));
    let gone = missing(ask.cell, &new).await;
    new.packages.retain(|one| gone.contains(&one.hash));
    let names: Vec<String> = new.packages.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Puts what was in force before back in place of what an entry put in force.
async fn undo(ask: &PageAsk<'_>, entry: u64) -> Result<Answer, Trouble> {
    let Ok(ChecksAnswer::Versions(versions)) = ask_checks(ask, ChecksAsk::Versions).await? else {
        return Err(RecordsError::NotFound.into());
    };
    let before = versions.get(1).map(|one| one.entry);
    put_in_force(ask, ChecksDraft::Version(before), Some(entry), String::new(), false).await
}

async fn put_in_force(
    ask: &PageAsk<'_>,
    draft: ChecksDraft,
    against: Option<u64>,
    reason: String,
    is_undone_by_one_step: bool,
) -> Result<Answer, Trouble> {
    let path = format!("{}/admin/checks", ask.base());
    match ask_checks(ask, ChecksAsk::Set { draft, against, reason }).await? {
        Ok(ChecksAnswer::Set(entry)) => {
            let done = if is_undone_by_one_step { entry.to_string() } else { "undone".to_owned() };
            Ok(see_other(&ask.around, &format!("{path}?done={done}")))
        }
        Ok(ChecksAnswer::Overtaken) => show(ask, wrong("top", ask.t.say("checks-overtaken"))).await,
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(error) => refused(ask, &error, path),
    }
}
