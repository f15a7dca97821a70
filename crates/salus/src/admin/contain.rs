//! `salus contain`: what is held at once and let go as easily. Each change is an entry of the log before it is answered.
//!
//! Never: opens a record. State: none.

use super::change::{no_id, tell};
use super::{Administration, Output, table, unexpected};
use crate::cli::{Contain, Why};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_fhir::{Language, instant};
use salus_seal::entry::contain::HoldOn;
use salus_seal::{ClientId, DeviceId, PrincipalId, SessionId};
use salus_trust_api::wire::contain::{ContainAnswer, ContainAsk, ContainStatus};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};

/// What is held, in words that the command line takes.
pub fn held(what: &HoldOn) -> String {
    match what {
        HoldOn::Session(id) => format!("session {id}"),
        HoldOn::Person(id) => format!("person {id}"),
        HoldOn::Device(id) => format!("device {id}"),
        HoldOn::Client(id) => format!("client {id}"),
        HoldOn::Cell => "cell".to_owned(),
        HoldOn::Everyone => "everyone".to_owned(),
    }
}

/// `salus contain ...`
pub fn run(command: &Contain, output: Output) -> Result<(), Failure> {
    let mut administration = Administration::connect(&DataDir::at(&command.report().data.directory())?)?;
    let at = &mut administration;
    match command {
        Contain::Session { id, why } => {
            let id = SessionId::parse(id).ok_or_else(|| no_id("ID"))?;
            hold_in(at, why, HoldOn::Session(id), output)
        }
        Contain::Person { id, why } => {
            let id = PrincipalId::parse(id).ok_or_else(|| no_id("ID"))?;
            hold_in(at, why, HoldOn::Person(id), output)
        }
        Contain::Device { id, why } => {
            let id = DeviceId::parse(id).ok_or_else(|| no_id("ID"))?;
            hold_in(at, why, HoldOn::Device(id), output)
        }
        Contain::Client { id, why } => {
            let id = ClientId::parse(id).ok_or_else(|| no_id("ID"))?;
            hold_in(at, why, HoldOn::Client(id), output)
        }
        Contain::Cell { name, reason, .. } => hold(at, Some(name.clone()), HoldOn::Cell, reason, output),
        Contain::Everyone { reason, .. } => hold(at, None, HoldOn::Everyone, reason, output),
        Contain::Quarantine { name, except, until, end_exception, lift, reason, .. } => {
            let except = except.as_deref().zip(until.as_deref());
            let asked = match lift {
                true => ContainAsk::Quarantine { on: false },
                false => ContainAsk::CutOff { reason: reason.clone() },
            };
            quarantine(at, name, except, end_exception.as_deref(), asked, output)
        }
        Contain::Undo { entry, cell: named, everyone, .. } => {
            let cell = if *everyone { None } else { Some(cell(at, named.as_deref())?) };
            let ContainAnswer::Released { sessions } = ask(at, cell, ContainAsk::Release { hold: *entry })?
            else {
                return Err(unexpected());
            };
            let said = say("contain-released").with("entry", entry).with("sessions", sessions);
            tell(output, json!({"released": entry, "sessions": sessions}), said);
            Ok(())
        }
        Contain::Status { cell: named, .. } => {
            let cell = cell(at, named.as_deref())?;
            let ContainAnswer::Status(status) = ask(at, Some(cell.clone()), ContainAsk::Status)? else {
                return Err(unexpected());
            };
            output.report(&status_json(&cell, &status), |language| status_lines(&status, language));
            Ok(())
        }
    }
}

fn ask(at: &mut Administration, cell: Option<String>, ask: ContainAsk) -> Result<ContainAnswer, Failure> {
    match at.ask(AdminAsk::Contain { cell, ask })? {
        AdminAnswer::Contained(answer) => Ok(answer),
        _ => Err(unexpected()),
    }
}

fn hold_in(at: &mut Administration, why: &Why, what: HoldOn, output: Output) -> Result<(), Failure> {
    let cell = cell(at, why.cell.as_deref())?;
    hold(at, Some(cell), what, &why.reason, output)
}

fn hold(
    at: &mut Administration,
    cell: Option<String>,
    what: HoldOn,
    reason: &str,
    output: Output,
) -> Result<(), Failure> {
    let asked = ContainAsk::Hold { what, reason: reason.to_owned() };
    let ContainAnswer::Held { hold, sessions } = ask(at, cell.clone(), asked)? else {
        return Err(unexpected());
    };
    let what = held(&what);
    // What `contain undo` takes.
    let entry = match &cell {
        Some(cell) => format!("{hold} --cell {cell}"),
        None => format!("{hold} --everyone"),
    };
    let said = say("contain-held").with("what", &what).with("sessions", sessions).with("entry", entry);
    tell(output, json!({"held": what, "cell": cell, "entry": hold, "sessions": sessions}), said);
    Ok(())
}

fn quarantine(
    at: &mut Administration,
    name: &str,
    except: Option<(&str, &str)>,
    end_exception: Option<&str>,
    asked: ContainAsk,
    output: Output,
) -> Result<(), Failure> {
    let lift = matches!(asked, ContainAsk::Quarantine { on: false });
    let person = |text: &str| PrincipalId::parse(text).ok_or_else(|| Failure::could_not(say("no-person")));
    let asks = |at: &mut Administration, asked| ask(at, Some(name.to_owned()), asked);
    if let Some(text) = end_exception {
        let principal = person(text)?;
        asks(at, ContainAsk::EndException { principal })?;
        let said = say("contain-exception-ended").with("person", principal);
        tell(output, json!({"cell": name, "exception_ended": principal.to_string()}), said);
        return Ok(());
    }
    let except = except.map(|(text, until)| Ok::<_, Failure>((person(text)?, time(until)?))).transpose()?;
    let ContainAnswer::Quarantined { came_in } = asks(at, asked)? else {
        return Err(unexpected());
    };
    if lift {
        let said = say("contain-lifted").with("name", name).with("count", came_in);
        tell(output, json!({"cell": name, "quarantined": false, "came_in": came_in}), said);
        return Ok(());
    }
    let mut told = json!({"cell": name, "quarantined": true});
    let mut said = say("cell-cut-off").with("name", name);
    if let Some((principal, until_ms)) = except {
        asks(at, ContainAsk::Except { principal, until_ms })?;
        told["except"] = json!({"person": principal.to_string(), "until": instant(until_ms)});
        let until = instant(until_ms);
        said = say("contain-excepted").with("name", name).with("person", principal).with("until", until);
    }
    tell(output, told, said);
    Ok(())
}

/// The cell of this name, or the only one.
fn cell(at: &mut Administration, named: Option<&str>) -> Result<String, Failure> {
    if let Some(name) = named {
        return Ok(name.to_owned());
    }
    let mut cells: Vec<String> = at.status()?.cells.into_iter().map(|cell| cell.info.name).collect();
    match cells.len() {
        1 => Ok(cells.remove(0)),
        _ => Err(Failure::could_not(say("contain-which-cell").with("cells", cells.join(", ")))),
    }
}

fn time(text: &str) -> Result<u64, Failure> {
    let no_time = || Failure::could_not(say("no-time").with("argument", "--until"));
    super::scope::moment(Some(text), "--until")?.ok_or_else(no_time)
}

pub(super) fn status_json(cell: &str, status: &ContainStatus) -> Value {
    let id = |id: &PrincipalId| id.to_string();
    json!({
        "cell": cell,
        "now": instant(status.now_ms),
        "quarantined_since": status.quarantined_ms.map(instant),
        "came_in": status.came_in,
        "exceptions": status.exceptions.iter().map(|exception| json!({
            "person": id(&exception.principal), "name": exception.name, "until": instant(exception.until_ms),
        })).collect::<Vec<_>>(),
        "holds": status.holds.iter().map(|hold| json!({
            "entry": hold.hold, "everyone": hold.cell.is_none(), "what": held(&hold.what), "name": hold.name,
            "since": instant(hold.since_ms), "reason": hold.reason, "by": hold.by.as_ref().map(id),
            "sessions": hold.sessions,
        })).collect::<Vec<_>>(),
        "living": status.living,
        "sessions": status.sessions.iter().map(|live| json!({
            "session": live.session.to_string(), "principal": id(&live.principal), "name": live.name,
            "client": live.client.map(|client| client.to_string()),
            "passkey": live.device.map(|device| device.to_string()), "label": live.device_label,
            "begun": instant(live.begun_ms), "used": instant(live.used_ms),
            "charts_today": live.charts_today, "glimpses_today": live.glimpses_today,
        })).collect::<Vec<_>>(),
    })
}

fn status_lines(status: &ContainStatus, language: Language) -> Vec<String> {
    let text = |said: Say| said.text(language);
    let mut lines = Vec::new();
    if let Some(since_ms) = status.quarantined_ms {
        let said =
            say("contain-status-cut-off").with("since", instant(since_ms)).with("count", status.came_in);
        lines.push(text(said));
    }
    for exception in &status.exceptions {
        let until = instant(exception.until_ms);
        lines.push(text(say("contain-status-exception").with("name", &exception.name).with("until", until)));
    }
    for hold in &status.holds {
        let said = say("contain-status-hold")
            .with("entry", hold.hold)
            .with("what", held(&hold.what))
            .with("name", hold.name.clone().unwrap_or_default())
            .with("sessions", hold.sessions)
            .with("since", instant(hold.since_ms))
            .with("reason", &hold.reason);
        lines.push(text(said));
    }
    lines.push(text(say("contain-status-living").with("count", status.living)));
    let rows: Vec<Vec<String>> = (status.sessions.iter())
        .map(|live| {
            vec![
                live.session.to_string(),
                live.name.clone(),
                live.device_label.clone().unwrap_or_default(),
                instant(live.begun_ms),
                instant(live.used_ms),
                live.charts_today.to_string(),
            ]
        })
        .collect();
    lines.extend(table(&rows));
    lines
}
