//! `salus person`, `salus operator`: people are added, shown, ended and brought back. Each change is an entry of the log before it is
//! answered.
//!
//! Never: shows a one-time link but once, or a passkey's key. State: none.

use super::change::tell;
use super::{Administration, Output, table, unexpected};
use crate::cli::{Operator, Person, Report};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::{Language, instant};
use salus_seal::entry::people::PersonStatus;
use salus_seal::{DeviceId, PrincipalId};
use salus_trust_api::Token;
use salus_trust_api::wire::people::{NewPerson, PasskeyStatus, PeopleAnswer, PeopleAsk, PersonInfo};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};

/// The role of operators.
const OPERATOR: &str = "operator";

/// A person who was added, and their one-time link's secret.
pub struct Invited {
    /// The person.
    pub principal: PrincipalId,
    /// The link's secret.
    pub secret: Token,
    /// When it ends, in milliseconds since 1970.
    pub ends_ms: u64,
}

/// `salus person ...`
pub fn person(command: &Person, output: Output) -> Result<(), Failure> {
    match command {
        Person::Invite { cell, name, role, practitioner, report } => {
            let person = NewPerson {
                name: name.clone(),
                role: role.clone(),
                budgets: None,
                practitioner: practitioner.clone(),
                language: None,
            };
            invite(Some(cell.clone()), person, report, output)
        }
        Person::List { cell, report } => show(Some(cell.clone()), report, output),
        Person::Revoke { person, suspend, restore, report } => {
            let principal = principal(person)?;
            let (status, said) = match (suspend, restore) {
                (true, _) => (PersonStatus::Suspended, say("person-suspended").with("person", principal)),
                (_, true) => (PersonStatus::Active, say("person-restored").with("person", principal)),
                _ => (PersonStatus::Revoked, say("person-revoked").with("person", principal)),
            };
            done(&mut connect(report)?, PeopleAsk::SetStatus { principal, status })?;
            let status = format!("{status:?}").to_lowercase();
            tell(output, json!({"person": principal.to_string(), "status": status}), said);
            Ok(())
        }
        Person::Passkeys { cell, person, revoke, report } => {
            passkeys(cell.clone(), principal(person)?, revoke.as_deref(), report, output)
        }
        Person::Recover { person, report } => {
            let (data, mut administration) = open(report)?;
            let principal = principal(person)?;
            let invited = invited(&mut administration, PeopleAsk::Recover { principal })?;
            tell_link(&data, &invited, output)
        }
    }
}

/// `salus operator ...`
pub fn operator(command: &Operator, output: Output) -> Result<(), Failure> {
    match command {
        Operator::Invite { name, report } => {
            let person = NewPerson {
                name: name.clone(),
                role: OPERATOR.to_owned(),
                budgets: None,
                practitioner: None,
                language: None,
            };
            invite(None, person, report, output)
        }
        Operator::List { report } => show(None, report, output),
    }
}

/// Asks about people.
pub fn ask(administration: &mut Administration, ask: PeopleAsk) -> Result<PeopleAnswer, Failure> {
    match administration.ask(AdminAsk::People(ask))? {
        AdminAnswer::People(answer) => Ok(answer),
        _ => Err(unexpected()),
    }
}

/// Asks for a one-time link.
pub fn invited(administration: &mut Administration, asked: PeopleAsk) -> Result<Invited, Failure> {
    match ask(administration, asked)? {
        PeopleAnswer::Invited { principal, secret, ends_ms } => Ok(Invited { principal, secret, ends_ms }),
        _ => Err(unexpected()),
    }
}

/// The people of a cell, or the operators.
pub fn list(administration: &mut Administration, cell: Option<String>) -> Result<Vec<PersonInfo>, Failure> {
    match ask(administration, PeopleAsk::List { cell })? {
        PeopleAnswer::People(people) => Ok(people),
        _ => Err(unexpected()),
    }
}

/// A one-time link: the secret stands behind the `#`, which browsers send to nobody.
pub fn link(door_url: &str, secret: &Token) -> String {
    format!("{door_url}/invitation#{}", *secret.to_text())
}

fn invite(cell: Option<String>, person: NewPerson, report: &Report, output: Output) -> Result<(), Failure> {
    let (data, mut administration) = open(report)?;
    let invited = invited(&mut administration, PeopleAsk::Add { cell, person })?;
    tell_link(&data, &invited, output)
}

fn tell_link(data: &DataDir, invited: &Invited, output: Output) -> Result<(), Failure> {
    let door_url = data.read_server_file().and_then(|server| server.door_url);
    let door_url = door_url.ok_or_else(|| Failure::could_not(say("no-door")))?;
    let link = link(&door_url, &invited.secret);
    let until = instant(invited.ends_ms);
    let said =
        say("person-invited").with("person", invited.principal).with("link", &link).with("until", &until);
    tell(output, json!({"person": invited.principal.to_string(), "link": link, "until": until}), said);
    Ok(())
}

fn show(cell: Option<String>, report: &Report, output: Output) -> Result<(), Failure> {
    let people = list(&mut connect(report)?, cell)?;
    let all: Vec<Value> = people.iter().map(person_json).collect();
    output.report(&json!({"people": all}), |language| people_lines(&people, language));
    Ok(())
}

fn person_json(person: &PersonInfo) -> Value {
    json!({
        "person": person.principal.to_string(),
        "name": person.name,
        "role": person.role,
        "status": format!("{:?}", person.status).to_lowercase(),
        "practitioner": person.practitioner,
        "language": person.language,
        "invited_until": person.invited_until_ms.map(instant),
        "passkeys": person.passkeys.iter().map(passkey_json).collect::<Vec<_>>(),
        "sessions": person.sessions,
        "chart_spent": person.chart_spent,
        "glimpse_spent": person.glimpse_spent,
    })
}

fn passkey_json(passkey: &PasskeyStatus) -> Value {
    json!({
        "passkey": passkey.passkey.to_string(),
        "label": passkey.label,
        "synced": passkey.is_synced,
        "added": instant(passkey.added_ms),
        "used": passkey.used_ms.map(instant),
    })
}

fn people_lines(people: &[PersonInfo], language: Language) -> Vec<String> {
    let heads =
        [say("head-person"), say("head-name"), say("head-role"), say("head-status"), say("head-passkeys")];
    let mut rows = vec![heads.map(|head| head.text(language)).to_vec()];
    rows.extend(people.iter().map(|person| {
        vec![
            person.principal.to_string(),
            person.name.clone(),
            person.role.clone(),
            format!("{:?}", person.status).to_lowercase(),
            person.passkeys.len().to_string(),
        ]
    }));
    table(&rows)
}

fn passkeys(
    cell: Option<String>,
    principal: PrincipalId,
    revoke: Option<&str>,
    report: &Report,
    output: Output,
) -> Result<(), Failure> {
    let mut administration = connect(report)?;
    let no_such = || Failure::could_not(say("no-person"));
    if let Some(passkey) = revoke {
        let passkey = DeviceId::parse(passkey).ok_or_else(|| Failure::could_not(say("no-passkey")))?;
        let people = list(&mut administration, cell.clone())?;
        let person = people.iter().find(|person| person.principal == principal).ok_or_else(no_such)?;
        if !person.passkeys.iter().any(|known| known.passkey == passkey) {
            return Err(Failure::could_not(say("no-passkey")));
        }
        done(&mut administration, PeopleAsk::RevokePasskey { passkey })?;
    }
    let people = list(&mut administration, cell)?;
    let person = people.iter().find(|person| person.principal == principal).ok_or_else(no_such)?;
    let all: Vec<Value> = person.passkeys.iter().map(passkey_json).collect();
    output.report(&json!({"passkeys": all}), |language| {
        let heads = [say("head-passkey"), say("head-name"), say("head-time")];
        let mut rows = vec![heads.map(|head| head.text(language)).to_vec()];
        rows.extend(person.passkeys.iter().map(|passkey| {
            vec![passkey.passkey.to_string(), passkey.label.clone(), instant(passkey.added_ms)]
        }));
        table(&rows)
    });
    Ok(())
}

fn connect(report: &Report) -> Result<Administration, Failure> {
    open(report).map(|(_, administration)| administration)
}

fn open(report: &Report) -> Result<(DataDir, Administration), Failure> {
    let data = DataDir::at(&report.data.directory())?;
    let administration = Administration::connect(&data)?;
    Ok((data, administration))
}

fn principal(text: &str) -> Result<PrincipalId, Failure> {
    PrincipalId::parse(text).ok_or_else(|| Failure::could_not(say("no-person")))
}

fn done(administration: &mut Administration, asked: PeopleAsk) -> Result<(), Failure> {
    match ask(administration, asked)? {
        PeopleAnswer::Done => Ok(()),
        _ => Err(unexpected()),
    }
}
