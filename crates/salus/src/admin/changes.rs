//! `salus incident changes`, `salus incident revert`: what was changed since a moment, and undoing it.
//!
//! Never: shows a secret, or a hash of one. State: none.

use super::log::{address, describe, entry_json};
use super::scope::moment;
use super::{Administration, Output, table, unexpected};
use crate::cli::Incident;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::{Language, instant};
use salus_seal::{PrincipalId, SessionId};
use salus_trust_api::wire::incident::{ChangesAsk, IncidentAnswer, IncidentAsk, TrustChange, Undoing};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};

/// A change and the cell that it is of; none: the platform's.
pub type Of = (Option<String>, TrustChange);

/// `salus incident ...`
pub fn run(command: &Incident, output: Output) -> Result<(), Failure> {
    match command {
        Incident::Changes { since, cell, report } => {
            let from_ms = moment(Some(since), "--since")?.unwrap_or_default();
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            let changes = since_moment(&mut administration, cell.as_deref(), from_ms)?;
            let all: Vec<Value> = changes.iter().map(change_json).collect();
            output.report(&json!({"changes": all}), |language| lines(&changes, language));
            Ok(())
        }
        Incident::Revert { cell, entries, all_by, since, report } => {
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            let from_ms = moment(since.as_deref(), "--since")?.unwrap_or_default();
            let chosen: Vec<(Option<String>, u64)> = match all_by {
                None => entries.iter().map(|entry| (cell.clone(), *entry)).collect(),
                Some(id) => all_by_one(&mut administration, cell.as_deref(), id, from_ms)?,
            };
            revert(&mut administration, &chosen, output)
        }
        Incident::Match(command) => super::matching::run(command, output),
        Incident::Evidence(command) => super::evidence::make(command, output),
        Incident::Key { out, .. } => super::evidence::key(out, output),
        Incident::Open(command) => super::evidence::open(command, output),
    }
}

/// All changes since a moment: of a cell, or of the platform and all cells.
pub fn since_moment(
    administration: &mut Administration,
    cell: Option<&str>,
    from_ms: u64,
) -> Result<Vec<Of>, Failure> {
    let trees: Vec<Option<String>> = match cell {
        Some(name) => vec![Some(name.to_owned())],
        None => {
            let cells = administration.status()?.cells.into_iter().map(|cell| Some(cell.info.name));
            std::iter::once(None).chain(cells).collect()
        }
    };
    let mut all = Vec::new();
    for cell in trees {
        let mut ask = ChangesAsk { cell: cell.clone(), from_ms, next: None };
        loop {
            let asked = AdminAsk::Incident(IncidentAsk::Changes(ask.clone()));
            let AdminAnswer::Incident(IncidentAnswer::Changes(page)) = administration.ask(asked)? else {
                return Err(unexpected());
            };
            all.extend(page.changes.into_iter().map(|change| (cell.clone(), change)));
            ask.next = page.next;
            if ask.next.is_none() {
                break;
            }
        }
    }
    all.sort_by_key(|(_, change)| change.entry.lasting.time_ms);
    Ok(all)
}

/// What somebody did and can be undone, the newest first: what was built on another goes before it.
fn all_by_one(
    administration: &mut Administration,
    cell: Option<&str>,
    id: &str,
    from_ms: u64,
) -> Result<Vec<(Option<String>, u64)>, Failure> {
    let (principal, session) = (PrincipalId::parse(id), SessionId::parse(id));
    if principal.is_none() || session.is_none() {
        return Err(super::change::no_id("--all-by"));
    }
    Ok(of_one(since_moment(administration, cell, from_ms)?, principal, session))
}

/// What a principal did, or was done in a session, and can be undone; the newest first.
fn of_one(
    mut changes: Vec<Of>,
    principal: Option<PrincipalId>,
    session: Option<SessionId>,
) -> Vec<(Option<String>, u64)> {
    changes.retain(|(_, change)| {
        let in_session = change.entry.fleeting.as_ref().map(|fleeting| fleeting.session);
        let is_theirs = change.by.is_some() && change.by == principal;
        let is_within = in_session.is_some() && in_session == session;
        change.undoing == Undoing::Possible && (is_theirs || is_within)
    });
    changes.into_iter().rev().map(|(cell, change)| (cell, change.entry.number)).collect()
}

fn revert(
    administration: &mut Administration,
    chosen: &[(Option<String>, u64)],
    output: Output,
) -> Result<(), Failure> {
    let mut done: Vec<(Option<String>, u64, Vec<u64>)> = Vec::new();
    for (cell, entry) in chosen {
        let ask = IncidentAsk::Undo { cell: cell.clone(), entry: *entry };
        match administration.ask(AdminAsk::Incident(ask)) {
            Ok(AdminAnswer::Incident(IncidentAnswer::Undone(by))) => done.push((cell.clone(), *entry, by)),
            Ok(_) => return Err(unexpected()),
            Err(failure) => {
                // What was undone before stays so, and is said.
                report_done(&done, output);
                return Err(failure);
            }
        }
    }
    report_done(&done, output);
    Ok(())
}

fn report_done(done: &[(Option<String>, u64, Vec<u64>)], output: Output) {
    let all: Vec<Value> =
        done.iter().map(|(cell, entry, by)| json!({"cell": cell, "entry": entry, "undone_by": by})).collect();
    output.report(&json!({"reverted": all}), |language| {
        let line = |(cell, entry, _): &(Option<String>, u64, Vec<u64>)| {
            say("change-undone").with("entry", entry).with("tree", tree(cell.as_deref())).text(language)
        };
        done.iter().map(line).collect()
    });
}

fn tree(cell: Option<&str>) -> &str {
    cell.unwrap_or("platform")
}

fn undoing(undoing: Undoing) -> &'static str {
    match undoing {
        Undoing::Possible => "possible",
        Undoing::Over => "over",
        Undoing::ByHand => "by-hand",
    }
}

pub(super) fn change_json((cell, change): &Of) -> Value {
    let mut all = entry_json(&change.entry);
    all["cell"] = json!(cell);
    all["by"] = json!(change.by.map(|by| by.to_string()));
    all["by_name"] = json!(change.by_name);
    all["about"] = json!(change.about);
    all["undoing"] = json!(undoing(change.undoing));
    all
}

fn lines(changes: &[Of], language: Language) -> Vec<String> {
    let text = |said: crate::messages::Say| said.text(language);
    if changes.is_empty() {
        return vec![text(say("changes-none"))];
    }
    let heads = [
        say("head-time"),
        say("head-cell"),
        say("head-number"),
        say("head-event"),
        say("head-about"),
        say("head-by"),
        say("head-from"),
        say("head-undoing"),
    ];
    let mut rows = vec![heads.map(text).to_vec()];
    for (cell, change) in changes {
        let (event, _) = describe(&change.entry.lasting.event);
        let by = match (&change.by_name, change.by) {
            (Some(name), _) => name.clone(),
            (None, Some(by)) => by.to_string(),
            (None, None) => text(say("at-the-machine")),
        };
        let from = change.entry.fleeting.as_ref().and_then(|fleeting| address(fleeting.address));
        let undo = match change.undoing {
            Undoing::Possible => say("undoing-possible"),
            Undoing::Over => say("undoing-over"),
            Undoing::ByHand => say("undoing-by-hand"),
        };
        rows.push(vec![
            instant(change.entry.lasting.time_ms),
            tree(cell.as_deref()).to_owned(),
            change.entry.number.to_string(),
            event.to_owned(),
            change.about.clone().unwrap_or_default(),
            by,
            from.unwrap_or_default(),
            text(undo),
        ]);
    }
    table(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_seal::entry::{Event, Fleeting, Interaction, Lasting, Purpose};
    use salus_seal::{ClientId, Part};
    use salus_trust_api::wire::LogEntry;

    fn change(number: u64, by: Option<u8>, session: Option<u8>, undoing: Undoing) -> Of {
        let fleeting = session.map(|session| Fleeting {
            session: SessionId([session; 16]),
            purpose: Purpose::Administration,
            interaction: Interaction::Administer,
            address: [0; 16],
            refused: None,
            part: Part::Body,
            patients: Vec::new(),
            charged: 0,
            versions: Vec::new(),
        });
        let event = Event::ClientRevoked { client: ClientId([1; 16]) };
        let lasting = Lasting { time_ms: number, event };
        let entry = LogEntry { number, lasting, principal: None, client: None, fleeting };
        let by = by.map(|by| PrincipalId([by; 16]));
        (Some("praxis".to_owned()), TrustChange { entry, by, by_name: None, about: None, undoing })
    }

    #[test]
    fn all_by_one_is_what_they_did_in_any_session_or_what_was_done_in_one_the_newest_first() {
        let all = || {
            vec![
                change(1, Some(7), None, Undoing::Possible),
                change(2, Some(8), Some(7), Undoing::Possible),
                change(3, Some(7), Some(9), Undoing::Over),
                change(4, Some(9), Some(9), Undoing::Possible),
                change(5, None, None, Undoing::Possible),
                change(6, Some(7), Some(6), Undoing::Possible),
                change(7, Some(7), Some(6), Undoing::ByHand),
            ]
        };
        let numbers = |principal: Option<u8>, session: Option<u8>| {
            let of = (principal.map(|id| PrincipalId([id; 16])), session.map(|id| SessionId([id; 16])));
            of_one(all(), of.0, of.1).into_iter().map(|(_, number)| number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(Some(7), Some(7)), [6, 2, 1], "an id is a principal's, or a session's");
        assert_eq!(numbers(Some(5), Some(5)), Vec::<u64>::new());
        assert_eq!(numbers(None, None), Vec::<u64>::new(), "what nobody did is nobody's");
    }
}
