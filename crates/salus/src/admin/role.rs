//! `salus role ...`: what a cell's roles may do, what other rules would change and for whom, and putting them in force.
//!
//! Never: a patient. State: none.

use super::versions::{history, text};
use super::{Administration, Output, table, unexpected};
use crate::cli::Role;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_seal::entry::policy::MAX_POLICY_BYTES;
use salus_trust_api::wire::policy::{
    Categories, Difference, Guard, PolicyAnswer, PolicyAsk, PolicyDraft, PolicyFault, PolicyPreview,
    PolicyShown, PolicyVersion, Right, Verb,
};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};
use std::io::Read as _;

/// Asks and reports.
pub fn run(command: &Role, output: Output) -> Result<(), Failure> {
    let (Role::List { cell, report }
    | Role::Show { cell, report, .. }
    | Role::Propose { cell, report, .. }
    | Role::History { cell, report }
    | Role::Revert { cell, report, .. }) = command;
    let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
    let mut ask = |ask: PolicyAsk| match administration.ask(AdminAsk::Policy { cell: cell.clone(), ask })? {
        AdminAnswer::Policy(answer) => Ok(answer),
        _ => Err(unexpected()),
    };
    match command {
        Role::List { .. } => match ask(PolicyAsk::Show)? {
            PolicyAnswer::Shown(shown) => list(&shown, output),
            _ => return Err(unexpected()),
        },
        Role::Show { version: None, .. } => match ask(PolicyAsk::Show)? {
            PolicyAnswer::Shown(shown) => text(&shown.text, output),
            _ => return Err(unexpected()),
        },
        Role::Show { version: Some(version), .. } => match ask(PolicyAsk::Text(version_of(version)?))? {
            PolicyAnswer::Text(found) => text(&found, output),
            _ => return Err(unexpected()),
        },
        Role::Propose { file, set, reason, .. } => {
            let text = read(file)?;
            let draft = PolicyDraft::Text(text);
            let preview = compared(ask(PolicyAsk::Preview(draft.clone()))?)?;
            let against = preview.against;
            let set = set.then(|| PolicyAsk::Set { draft, against, reason: reason.clone() });
            let entry = set.map(|set| in_force(&ask(set)?)).transpose()?;
            differences(&preview, entry, output);
        }
        Role::History { .. } => match ask(PolicyAsk::Versions)? {
            PolicyAnswer::Versions(versions) => history(&versions, say("role-history-none"), output),
            _ => return Err(unexpected()),
        },
        Role::Revert { version, .. } => {
            let draft = PolicyDraft::Version(version_of(version)?);
            let preview = compared(ask(PolicyAsk::Preview(draft.clone()))?)?;
            let set = PolicyAsk::Set { draft, against: preview.against, reason: String::new() };
            let entry = in_force(&ask(set)?)?;
            differences(&preview, Some(entry), output);
        }
    }
    Ok(())
}

fn version_of(name: &str) -> Result<PolicyVersion, Failure> {
    match name {
        "own" => Ok(PolicyVersion::Own),
        entry => {
            entry.parse().map(PolicyVersion::Entry).map_err(|_| Failure::could_not(say("role-no-version")))
        }
    }
}

/// A file's text, as far as rules may be long, and one byte more.
fn read(file: &std::path::Path) -> Result<String, Failure> {
    let unreadable = || Failure::could_not(say("role-unreadable").with("file", file.display()));
    let mut text = String::new();
    let opened = std::fs::File::open(file).map_err(|_| unreadable())?;
    opened.take(MAX_POLICY_BYTES as u64 + 1).read_to_string(&mut text).map_err(|_| unreadable())?;
    Ok(text)
}

fn compared(answer: PolicyAnswer) -> Result<PolicyPreview, Failure> {
    match answer {
        PolicyAnswer::Preview(preview) => Ok(*preview),
        PolicyAnswer::Fault(fault) => Err(Failure::no(fault_words(&fault))),
        _ => Err(unexpected()),
    }
}

/// The entry that put them in force.
fn in_force(answer: &PolicyAnswer) -> Result<u64, Failure> {
    match answer {
        PolicyAnswer::Set(entry) => Ok(*entry),
        PolicyAnswer::Overtaken => Err(Failure::no(say("role-overtaken"))),
        _ => Err(unexpected()),
    }
}

/// As the program knows it: names of the rules' own language.
fn fault_words(fault: &PolicyFault) -> Say {
    match fault {
        PolicyFault::TooLong { max_bytes } => say("role-fault-long").with("count", max_bytes),
        PolicyFault::TooMany { max_rules } => say("role-fault-many").with("count", max_rules),
        PolicyFault::Cedar { line: Some(line), said } => {
            say("role-fault-line").with("line", line).with("said", said)
        }
        PolicyFault::Cedar { line: None, said } => say("role-fault").with("why", said),
        PolicyFault::Template => say("role-fault-template"),
        PolicyFault::Reason => say("role-fault-reason"),
        PolicyFault::Unknown => say("role-fault-unknown"),
        PolicyFault::Guard { guard, role, rule } => guard_words(*guard, role, rule.as_deref().unwrap_or("-")),
    }
}

fn guard_words(guard: Guard, role: &str, rule: &str) -> Say {
    match guard {
        Guard::OpensNothing => say("role-guard-opens").with("role", role).with("rule", rule),
        Guard::LockedOut => say("role-guard-locked-out").with("role", role),
        Guard::AdministersAlone => say("role-guard-administers").with("role", role).with("rule", rule),
        Guard::PatientStays => say("role-guard-patient").with("rule", rule),
        Guard::Fixed => say("role-guard-fixed").with("role", role).with("rule", rule),
        Guard::Approves => say("role-guard-approves").with("role", role).with("rule", rule),
    }
}

fn names(categories: Categories) -> Vec<&'static str> {
    categories.iter().map(salus_trust_api::wire::policy::Category::name).collect()
}

fn list(shown: &PolicyShown, output: Output) {
    let json: Vec<Value> = shown
        .roles
        .iter()
        .map(|role| {
            let mut line = json!({
                "role": role.name,
                "administers": role.administers,
                "approves": role.approves,
                "counts_exactly": role.rights.counts_exactly,
                "unasked": role.rights.unasked,
                "exports": role.rights.exports,
                "holders": role.holders,
            });
            for verb in Verb::ALL {
                line[verb.name()] = names(role.rights.of(verb)).into();
            }
            line
        })
        .collect();
    output.report(&json!({"version": shown.version, "roles": json}), |_| {
        let line = |role: &salus_trust_api::wire::policy::RoleShown| {
            let said = |verb: Verb| match role.rights.of(verb) {
                Categories::NONE => "-".to_owned(),
                Categories::ALL => format!("{}: *", verb.name()),
                some => format!("{}: {}", verb.name(), names(some).join(" ")),
            };
            let verbs = Verb::ALL.map(said);
            let verbs = verbs.into_iter().filter(|said| said != "-").collect::<Vec<_>>();
            vec![role.name.clone(), role.held_by.to_string(), verbs.join("; ")]
        };
        table(&shown.roles.iter().map(line).collect::<Vec<_>>())
    });
}

fn right(what: Right) -> String {
    match what {
        Right::To(verb, category) => format!("{} {}", verb.name(), category.name()),
        Right::CountExactly => "countExactly".to_owned(),
        Right::Unasked => "openUnasked".to_owned(),
        Right::Export => "export".to_owned(),
    }
}

/// `in_force`: the entry that put them in force, where they were.
fn differences(preview: &PolicyPreview, in_force: Option<u64>, output: Output) {
    let json: Vec<Value> = preview
        .differences
        .iter()
        .map(|one| json!({"more": one.more, "what": right(one.what), "roles": one.roles, "who": one.who, "people": one.people}))
        .collect();
    let json = json!({"against": preview.against, "differences": json, "in_force": in_force});
    output.report(&json, |language| {
        let set = in_force.map(|entry| say("role-set").with("entry", entry).text(language));
        if preview.differences.is_empty() {
            return std::iter::once(say("role-same").text(language)).chain(set).collect();
        }
        let line = |one: &Difference| {
            let sign = if one.more { "+" } else { "-" };
            vec![format!("{sign}{}", one.people), right(one.what), one.roles.join(" "), one.who.join(", ")]
        };
        let lines = table(&preview.differences.iter().map(line).collect::<Vec<_>>());
        lines.into_iter().chain(set).collect()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_fhir::Language;

    #[test]
    fn why_rules_are_not_taken_is_said_in_each_language_and_names_role_and_rule() {
        let guards = [
            Guard::OpensNothing,
            Guard::LockedOut,
            Guard::AdministersAlone,
            Guard::PatientStays,
            Guard::Fixed,
            Guard::Approves,
        ];
        let said = |guard, language| {
            let fault = PolicyFault::Guard { guard, role: "locum".into(), rule: Some("own-7".into()) };
            fault_words(&fault).text(language)
        };
        for (guard, language) in guards
            .into_iter()
            .flat_map(|guard| [Language::De, Language::Fr, Language::En].map(|to| (guard, to)))
        {
            let text = said(guard, language);
            assert!(text.contains("locum") || text.contains("own-7"), "{text}");
            assert!(!text.contains("role-guard") && !text.contains(&format!("{guard:?}")), "{text}");
        }
        let long = fault_words(&PolicyFault::TooLong { max_bytes: 24_576 }).text(Language::En);
        assert!(long.contains("24576") || long.contains("24,576"), "{long}");
    }
}
