//! Changing what roles may do: what it would mean, by name, before it is done; doing it; and putting a version back.
//! `POST /{cell}/admin/roles`, `GET /{cell}/admin/roles/version`.
//!
//! Never: changes anything without the step before; the page that asks holds the rules that were compared, and the version that they were
//! compared with. State: none.

use super::super::{PageAsk, Trouble, see_other};
use super::ask::ask_for;
use super::change::refused;
use super::roles::{VERBS, VersionLine, category_words, show, switch_name};
use super::tell::{moment, role};
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;
use salus_records::administration::{CellAnswer, CellAsk};
use salus_records::policy::{
    Categories, Category, Difference, Guard, PolicyAnswer, PolicyAsk, PolicyDraft, PolicyFault,
    PolicyPreview, PolicyVersion, Right, Rights, Verb, VersionInfo,
};
use salus_records::{AdminError, RecordsError};

/// Asks the keyholder; what is wrong with the question is the inner error.
pub(super) async fn policy(
    ask: &PageAsk<'_>,
    what: PolicyAsk,
) -> Result<Result<PolicyAnswer, AdminError>, Trouble> {
    match ask_for(ask, CellAsk::Policy(what)).await? {
        Ok(CellAnswer::Policy(answer)) => Ok(Ok(answer)),
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(error) => Ok(Err(error)),
    }
}

/// The versions, the newest first, and the program's own at the end.
pub(super) async fn version_lines(ask: &PageAsk<'_>) -> Result<Vec<VersionLine>, Trouble> {
    let Ok(PolicyAnswer::Versions(versions)) = policy(ask, PolicyAsk::Versions).await? else {
        return Err(RecordsError::Internal.into());
    };
    let keys = ("roles-version", "roles-version-back");
    Ok(versions.iter().map(|one| version_line(ask, keys, one)).collect())
}

/// A version of a text, as a line. `keys`: what is said of one that was set, and of one that was put back.
pub(super) fn version_line(
    ask: &PageAsk<'_>,
    keys: (&'static str, &'static str),
    one: &VersionInfo,
) -> VersionLine {
    let t = ask.t;
    let who = one.by_name.clone().unwrap_or_else(|| t.say("admin-log-machine").into_owned());
    let what = match one.restores {
        Some(entry) => t.say_with_two(keys.1, ("who", who), ("entry", entry)),
        None => t.say_with(keys.0, "who", who),
    };
    VersionLine {
        when: moment(ask, one.time_ms),
        what: what.into_owned(),
        reason: one.reason.clone(),
        name: one.entry.to_string(),
        in_force: one.in_force,
    }
}

/// A version as an address or a form names it: an entry's number, or the program's own.
fn version_of(name: &str) -> Option<PolicyVersion> {
    match name {
        "own" => Some(PolicyVersion::Own),
        entry => entry.parse().ok().map(PolicyVersion::Entry),
    }
}

#[derive(Template)]
#[template(path = "practice/admin/role_version.html")]
pub(super) struct Version<'a> {
    pub t: Words,
    /// The page of the versions.
    pub path: String,
    /// The version, as forms name it.
    pub name: &'a str,
    pub title: String,
    pub text: String,
}

/// The text of a version.
pub(super) async fn version(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let t = ask.t;
    let name = ask.query("version").unwrap_or_default();
    let version = version_of(name).ok_or(RecordsError::NotFound)?;
    let Ok(PolicyAnswer::Text(text)) = policy(ask, PolicyAsk::Text(version)).await? else {
        return Err(RecordsError::NotFound.into());
    };
    let title = match version {
        PolicyVersion::Entry(entry) => t.say_with("roles-version-title", "entry", entry),
        _ => t.say("roles-version-own"),
    };
    let path = format!("{}/admin/roles", ask.base());
    let body = Version { t, path, name, title: title.into_owned(), text };
    Ok(page(ask, Part::Roles, body.title.clone(), None, &body).answer(ask))
}

/// What a form of the page asks: to compare, or to do what was compared.
pub(super) async fn change(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let text = || ask.field("text").map(|text| text.replace("\r\n", "\n"));
    let version = || ask.field("version").and_then(version_of);
    match ask.field("do").unwrap_or_default() {
        "switches" => {
            let draft = switched(ask).await?;
            preview(ask, draft, None).await
        }
        "text" => {
            let text = text().ok_or(Trouble::Unreadable)?;
            preview(ask, PolicyDraft::Text(text.clone()), Some(text)).await
        }
        "version" => {
            let version = version().ok_or(Trouble::Unreadable)?;
            preview(ask, PolicyDraft::Version(version), None).await
        }
        "set" => {
            let draft = version().map(PolicyDraft::Version).or_else(|| text().map(PolicyDraft::Text));
            set(ask, draft.ok_or(Trouble::Unreadable)?).await
        }
        _ => Err(Trouble::Unreadable),
    }
}

/// The switches of one role's form.
async fn switched(ask: &PageAsk<'_>) -> Result<PolicyDraft, Trouble> {
    let name = ask.field("role").ok_or(Trouble::Unreadable)?;
    let Ok(PolicyAnswer::Shown(rules)) = policy(ask, PolicyAsk::Show).await? else {
        return Err(RecordsError::Internal.into());
    };
    let known = rules.roles.iter().find(|one| one.name == name).ok_or(Trouble::Unreadable)?;
    let is_on = |field: &str| ask.field(field).is_some();
    let mut rights = Rights {
        counts_exactly: is_on("exact"),
        unasked: is_on("unasked"),
        exports: is_on("exports"),
        // It has no switch.
        matches: known.rights.matches,
        ..Rights::default()
    };
    for (verb, _) in VERBS {
        let chosen = Category::ALL.into_iter().filter(|category| is_on(&switch_name(verb, *category)));
        *rights.of_mut(verb) = Categories::of(&chosen.collect::<Vec<_>>());
    }
    if !known.is_persons {
        rights.unasked = known.rights.unasked;
    }
    Ok(PolicyDraft::Switches(vec![(name.to_owned(), rights)]))
}

#[derive(Template)]
#[template(path = "practice/admin/roles_preview.html")]
struct Preview<'a> {
    t: Words,
    base: &'a str,
    more: Vec<String>,
    fewer: Vec<String>,
    text: String,
    /// The version that is put back, as forms name it.
    version: Option<String>,
    against: String,
}

async fn preview(ask: &PageAsk<'_>, draft: PolicyDraft, written: Option<String>) -> Result<Answer, Trouble> {
    let version = match &draft {
        PolicyDraft::Version(PolicyVersion::Entry(entry)) => Some(entry.to_string()),
        PolicyDraft::Version(_) => Some("own".to_owned()),
        _ => None,
    };
    let t = ask.t;
    let compared = match policy(ask, PolicyAsk::Preview(draft)).await? {
        Ok(PolicyAnswer::Preview(compared)) => *compared,
        Ok(PolicyAnswer::Fault(fault)) => {
            let wrong = t.say_with("roles-wrong", "why", fault_words(t, &fault)).into_owned();
            return show(ask, written, Some(wrong), None).await;
        }
        _ => return Err(RecordsError::Internal.into()),
    };
    let PolicyPreview { against, text, differences } = compared;
    let said = |more: bool| differences.iter().filter(move |one| one.more == more).map(|one| words(t, one));
    let body = Preview {
        t,
        base: ask.base(),
        more: said(true).collect(),
        fewer: said(false).collect(),
        text,
        version,
        against: against.map_or_else(String::new, |entry| entry.to_string()),
    };
    Ok(page(ask, Part::Roles, t.say("roles-preview"), None, &body).answer(ask))
}

async fn set(ask: &PageAsk<'_>, draft: PolicyDraft) -> Result<Answer, Trouble> {
    let against = match ask.field("against").unwrap_or_default() {
        "" => None,
        entry => Some(entry.parse().map_err(|_| Trouble::Unreadable)?),
    };
    let reason: String =
        ask.field("reason").unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    let path = format!("{}/admin/roles", ask.base());
    match policy(ask, PolicyAsk::Set { draft, against, reason }).await? {
        Ok(PolicyAnswer::Set(_)) => Ok(see_other(&ask.around, &format!("{path}?done=set"))),
        Ok(PolicyAnswer::Overtaken) => {
            show(ask, None, Some(ask.t.say("roles-overtaken").into_owned()), None).await
        }
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(error) => refused(ask, &error, path),
    }
}

/// A difference in words: how many, what, and who they are.
fn words(t: Words, one: &Difference) -> String {
    let roles: Vec<String> = one.roles.iter().map(|name| role(t, name)).collect();
    let of = match one.what {
        Right::To(_, category) => t.say(category_words(category)),
        Right::CountExactly | Right::Unasked | Right::Export => "".into(),
    };
    let (count, of) = (one.people, of.into_owned());
    let key = match (one.more, one.what) {
        (true, Right::To(Verb::Read, _)) => "roles-more-read",
        (true, Right::To(Verb::Create, _)) => "roles-more-create",
        (true, Right::To(Verb::Change, _)) => "roles-more-change",
        (true, Right::To(Verb::Search, _)) => "roles-more-search",
        (true, Right::To(Verb::Match, _)) => "roles-more-match",
        (true, Right::CountExactly) => "roles-more-exact",
        (true, Right::Unasked) => "roles-more-unasked",
        (true, Right::Export) => "roles-more-export",
        (false, Right::To(Verb::Read, _)) => "roles-fewer-read",
        (false, Right::To(Verb::Create, _)) => "roles-fewer-create",
        (false, Right::To(Verb::Change, _)) => "roles-fewer-change",
        (false, Right::To(Verb::Search, _)) => "roles-fewer-search",
        (false, Right::To(Verb::Match, _)) => "roles-fewer-match",
        (false, Right::CountExactly) => "roles-fewer-exact",
        (false, Right::Unasked) => "roles-fewer-unasked",
        (false, Right::Export) => "roles-fewer-export",
    };
    let what = t.say_with_two(key, ("count", count), ("what", of));
    let who = match one.who.len() as u32 {
        0 => return format!("{what} ({})", roles.join(", ")),
        shown if shown < count => {
            let more = t.say_with("roles-and-more", "count", count - shown);
            format!("{} {more}", one.who.join(", "))
        }
        _ => one.who.join(", "),
    };
    format!("{what}: {who} ({})", roles.join(", "))
}

/// Why rules are not taken, in words.
fn fault_words(t: Words, fault: &PolicyFault) -> String {
    let said = match fault {
        PolicyFault::TooLong { max_bytes } => t.say_with("roles-fault-long", "count", *max_bytes),
        PolicyFault::TooMany { max_rules } => t.say_with("roles-fault-many", "count", *max_rules),
        PolicyFault::Cedar { line: Some(line), said } => {
            t.say_with_two("roles-fault-line", ("line", *line), ("said", said.clone()))
        }
        PolicyFault::Cedar { line: None, said } => t.say_with("roles-fault-cedar", "said", said.clone()),
        PolicyFault::Template => t.say("roles-fault-template"),
        PolicyFault::Reason => t.say("roles-fault-reason"),
        PolicyFault::Unknown => t.say("roles-fault-unknown"),
        PolicyFault::Guard { guard, role: name, rule } => {
            let why = t.say(match guard {
                Guard::OpensNothing => "roles-guard-opens",
                Guard::LockedOut => "roles-guard-locked-out",
                Guard::AdministersAlone => "roles-guard-administers",
                Guard::PatientStays => "roles-guard-patient",
                Guard::Fixed => "roles-guard-fixed",
                Guard::Approves => "roles-guard-approves",
            });
            let role = role(t, name);
            let place = match rule {
                Some(rule) => t.say_with_two("roles-guard-place", ("role", role), ("rule", rule.clone())),
                None => t.say_with("roles-guard-missing", "role", role),
            };
            return format!("{why} {place}");
        }
    };
    said.into_owned()
}
