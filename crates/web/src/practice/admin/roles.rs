//! Roles: what each may do, in words and as switches; the rules behind them, and their versions. `GET /{cell}/admin/roles`, and the roles
//! that forms offer. What becomes of a switch that is moved is [`super::roles_change`]'s.
//!
//! Never: decides; the keyholder does, and a role that is missing here is shown without words. State: none.

use super::super::{PageAsk, Trouble};
use super::people::{Line, line};
use super::person::Choice;
use super::roles_change::{policy, version_lines};
use super::tell::{grouped, role};
use super::{Notice, Part, page};
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use salus_frame::{Words, icon};
use salus_records::people::PersonInfo;
use salus_records::person_events::PersonStatus;
use salus_records::policy::{Category, Freedom, PolicyAnswer, PolicyAsk, RoleShown, Verb};
use salus_records::{Limits, RecordsError};
use std::borrow::Cow;

/// A role that there is.
struct Known {
    name: &'static str,
    is_persons: bool,
    /// Whether forms offer it: one who approves at the machine is made there, a patient on the chart.
    is_offered: bool,
}

const ALL: [Known; 11] = [
    of_people("physician", true),
    of_people("medical-assistant", true),
    of_people("locum", true),
    of_people("insurer-clerk", true),
    of_people("practice-administrator", true),
    of_people("patient", false),
    of_applications("fhir-client", true),
    of_applications("fhir-reader", true),
    of_applications("importer", true),
    of_applications("worker", true),
    of_applications("approver", false),
];

const fn of_people(name: &'static str, is_offered: bool) -> Known {
    Known { name, is_persons: true, is_offered }
}

const fn of_applications(name: &'static str, is_offered: bool) -> Known {
    Known { name, is_persons: false, is_offered }
}

/// What has a switch for each category, and the column's word. What a conditional write needs goes with the roles that have it.
pub(super) const VERBS: [(Verb, &str); 4] = [
    (Verb::Search, "roles-finds"),
    (Verb::Read, "roles-opens"),
    (Verb::Create, "roles-adds"),
    (Verb::Change, "roles-changes"),
];

/// The roles of people, or of applications, to choose from.
pub(super) fn choices(t: Words, is_persons: bool, chosen: &str) -> Vec<Choice> {
    let roles = ALL.iter().filter(|role| role.is_offered && role.is_persons == is_persons);
    let choice = |one: &Known| Choice {
        name: one.name.to_owned(),
        label: role(t, one.name),
        is_chosen: one.name == chosen,
    };
    roles.map(choice).collect()
}

/// A category in words.
pub(in super::super) fn category_words(category: Category) -> &'static str {
    match category {
        Category::Identity => "roles-identity",
        Category::Notes => "roles-notes",
        Category::Diagnoses => "roles-diagnoses",
        Category::Results => "roles-results",
        Category::Medication => "roles-medication",
        Category::Appointments => "roles-appointments",
        Category::Documents => "roles-documents",
        Category::Insurance => "roles-insurance",
        Category::House => "roles-house",
        Category::Other => "roles-other",
    }
}

/// The name of a switch in the form of a role.
pub(super) fn switch_name(verb: Verb, category: Category) -> String {
    format!("{}-{}", verb.name(), category.name())
}

/// A switch.
struct Switch {
    name: String,
    label: String,
    is_on: bool,
    /// Whether it can be moved: a patient is given no more than they have.
    is_free: bool,
}

/// A role.
struct Shown {
    name: String,
    label: String,
    is_persons: bool,
    /// What it may, where no switch says so.
    may: Vec<(bool, Cow<'static, str>)>,
    /// For each category, its switches; none where no rules change the role.
    rows: Vec<(Cow<'static, str>, Vec<Switch>)>,
    others: Vec<Switch>,
    is_patients: bool,
    /// Those of the people who have it.
    budgets: Option<[[String; 3]; 2]>,
    people: Vec<Line>,
}

/// A version of the rules.
pub(super) struct VersionLine {
    pub when: super::tell::Moment,
    pub what: String,
    pub reason: String,
    /// As the address names it.
    pub name: String,
    pub in_force: bool,
}

#[derive(Template)]
#[template(path = "practice/admin/roles.html")]
struct Roles<'a> {
    t: Words,
    base: &'a str,
    roles: Vec<Shown>,
    text: String,
    is_text_open: bool,
    wrong: Option<String>,
    versions: Vec<VersionLine>,
}

impl Roles<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let done = ask.query("done").map(|_| ask.t.say("roles-done").into_owned());
    show(ask, None, None, done).await
}

/// The page. `text`: what somebody wrote, in place of what is in force; `wrong`: why it is not taken.
pub(super) async fn show(
    ask: &PageAsk<'_>,
    text: Option<String>,
    wrong: Option<String>,
    done: Option<String>,
) -> Result<Answer, Trouble> {
    let people = super::ask::people(ask).await?;
    let Ok(PolicyAnswer::Shown(rules)) = policy(ask, PolicyAsk::Show).await? else {
        return Err(RecordsError::Internal.into());
    };
    let known = |name: &str| ALL.iter().position(|one| one.name == name).unwrap_or(ALL.len());
    let mut roles = rules.roles;
    roles.sort_by_key(|one| known(&one.name));
    let body = Roles {
        t: ask.t,
        base: ask.base(),
        roles: roles.iter().map(|one| shown(ask, one, &people)).collect(),
        is_text_open: text.is_some(),
        text: text.unwrap_or(rules.text),
        versions: version_lines(ask).await?,
        wrong,
    };
    let status = if body.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let notice = done.map(|text| Notice { text, undo: None });
    Ok(page(ask, Part::Roles, ask.t.say("admin-roles"), notice, &body).status(status).answer(ask))
}

fn shown(ask: &PageAsk<'_>, of: &RoleShown, people: &[PersonInfo]) -> Shown {
    let t = ask.t;
    let has_it = |person: &&PersonInfo| person.role == of.name && person.status != PersonStatus::Revoked;
    let budgets = people.iter().find(has_it).map(|person| person.budgets);
    let is_fixed = of.freedom == Freedom::Fixed;
    let rows = Category::ALL.map(|category| (t.say(category_words(category)), switches(t, of, category)));
    Shown {
        name: of.name.clone(),
        label: role(t, &of.name),
        is_persons: of.is_persons,
        may: if is_fixed { fixed(t, of) } else { Vec::new() },
        rows: if is_fixed { Vec::new() } else { rows.into() },
        others: if of.freedom == Freedom::Free { others(t, of) } else { Vec::new() },
        is_patients: of.freedom == Freedom::Less,
        budgets: budgets
            .filter(|budgets| budgets.chart.day > 0)
            .map(|budgets| [budgets.chart, budgets.glimpse].map(|limits| spelled(t, limits))),
        people: people.iter().filter(has_it).map(|person| line(ask, person)).collect(),
    }
}

fn switches(t: Words, of: &RoleShown, category: Category) -> Vec<Switch> {
    let switch = |(verb, word): (Verb, &'static str)| Switch {
        name: switch_name(verb, category),
        label: format!("{}: {}", t.say(word), t.say(category_words(category))),
        is_on: of.rights.of(verb).holds(category),
        is_free: of.freedom == Freedom::Free || of.own.of(verb).holds(category),
    };
    VERBS.map(switch).into()
}

fn others(t: Words, of: &RoleShown) -> Vec<Switch> {
    let switch = |name: &str, word: &str, is_on| Switch {
        name: name.to_owned(),
        label: t.say(word).into_owned(),
        is_on,
        is_free: true,
    };
    let exact = switch("exact", "roles-exact", of.rights.counts_exactly);
    let exports = switch("exports", "roles-export", of.rights.exports);
    // Applications are never asked.
    match of.is_persons {
        true => vec![switch("unasked", "roles-unasked", of.rights.unasked), exact, exports],
        false => vec![exact, exports],
    }
}

/// What a role may that no rules change.
fn fixed(t: Words, of: &RoleShown) -> Vec<(bool, Cow<'static, str>)> {
    vec![
        (!of.rights.read.is_empty(), t.say("admin-may-read")),
        (!of.rights.create.is_empty(), t.say("admin-may-create")),
        (!of.rights.change.is_empty(), t.say("admin-may-change")),
        (!of.rights.search.is_empty(), t.say("admin-may-search")),
        (of.administers, t.say("admin-may-administer")),
        (of.approves, t.say("admin-may-approve")),
    ]
}

/// The limits of an hour, a day and 30 days.
fn spelled(t: Words, limits: Limits) -> [String; 3] {
    [limits.hour, limits.day, limits.days_30].map(|limit| grouped(t, limit.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_keyholder::policy::{ROLES, Whose};

    #[test]
    fn every_role_of_the_keyholder_is_known_here_as_what_it_is() {
        // Who runs the platform has no role in a practice.
        let mut count = 0;
        for role in ROLES.iter().filter(|role| role.whose != Whose::Operator) {
            let of = ALL.iter().find(|one| one.name == role.name).expect(role.name);
            let is_persons = matches!(role.whose, Whose::Person(_) | Whose::Patient);
            assert_eq!(is_persons, of.is_persons, "{}", role.name);
            count += 1;
        }
        assert_eq!(count, ALL.len());
    }
}
