//! Roles: what each may do, in words. `GET /{cell}/admin/roles`, and the roles that forms offer.
//!
//! Never: decides; the keyholder's own table does, and a role that is missing here is shown without words. State: none.

use super::super::{PageAsk, Trouble};
use super::people::{Line, line};
use super::person::Choice;
use super::tell::{grouped, role};
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use salus_records::Limits;
use salus_records::people::PersonInfo;
use salus_records::person_events::PersonStatus;
use std::borrow::Cow;

/// What a role may do, as its keys in the words.
struct May {
    name: &'static str,
    is_persons: bool,
    /// Whether forms offer it: one who approves at the machine is made there.
    is_offered: bool,
    may: [bool; 6],
}

const ALL: [May; 8] = [
    of_people("physician", [true, true, true, true, false, false]),
    of_people("medical-assistant", [true, true, true, true, false, false]),
    of_people("practice-administrator", [false, false, false, false, true, true]),
    // Their own record alone; given on the chart.
    May { is_offered: false, ..of_people("patient", [true, true, false, true, false, false]) },
    of_applications("fhir-client", [true, true, true, true, false, false]),
    of_applications("fhir-reader", [true, false, false, true, false, false]),
    of_applications("importer", [false, true, true, false, false, false]),
    May { is_offered: false, ..of_applications("approver", [false, false, false, false, false, true]) },
];

const fn of_people(name: &'static str, may: [bool; 6]) -> May {
    May { name, is_persons: true, is_offered: true, may }
}

const fn of_applications(name: &'static str, may: [bool; 6]) -> May {
    May { name, is_persons: false, is_offered: true, may }
}

const WORDS: [&str; 6] = [
    "admin-may-read",
    "admin-may-create",
    "admin-may-change",
    "admin-may-search",
    "admin-may-administer",
    "admin-may-approve",
];

/// The roles of people, or of applications, to choose from.
pub(super) fn choices(t: Words, is_persons: bool, chosen: &str) -> Vec<Choice> {
    let roles = ALL.iter().filter(|role| role.is_offered && role.is_persons == is_persons);
    let choice = |one: &May| Choice {
        name: one.name.to_owned(),
        label: role(t, one.name),
        is_chosen: one.name == chosen,
    };
    roles.map(choice).collect()
}

/// A role.
struct Shown {
    label: String,
    /// Whether it may, and what.
    may: Vec<(bool, Cow<'static, str>)>,
    /// Those of the people who have it.
    budgets: Option<[[String; 3]; 2]>,
    people: Vec<Line>,
    is_persons: bool,
}

#[derive(Template)]
#[template(path = "practice/admin/roles.html")]
struct Roles<'a> {
    t: Words,
    base: &'a str,
    roles: Vec<Shown>,
}

impl Roles<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let people = super::ask::people(ask).await?;
    let roles = ALL.iter().map(|role| shown(ask, role, &people)).collect();
    let body = Roles { t: ask.t, base: ask.base(), roles };
    Ok(page(ask, Part::Roles, ask.t.say("admin-roles"), None, &body).answer(ask))
}

fn shown(ask: &PageAsk<'_>, of: &May, people: &[PersonInfo]) -> Shown {
    let t = ask.t;
    let has_it = |person: &&PersonInfo| person.role == of.name && person.status != PersonStatus::Revoked;
    let budgets = people.iter().find(has_it).map(|person| person.budgets);
    Shown {
        label: role(t, of.name),
        may: of.may.into_iter().zip(WORDS).map(|(may, word)| (may, t.say(word))).collect(),
        budgets: budgets
            .filter(|budgets| budgets.chart.day > 0)
            .map(|budgets| [budgets.chart, budgets.glimpse].map(|limits| spelled(t, limits))),
        people: people.iter().filter(has_it).map(|person| line(ask, person)).collect(),
        is_persons: of.is_persons,
    }
}

/// The limits of an hour, a day and 30 days.
fn spelled(t: Words, limits: Limits) -> [String; 3] {
    [limits.hour, limits.day, limits.days_30].map(|limit| grouped(t, limit.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_keyholder::policy::{Action, ROLES, Whose, allows};
    use salus_trust_api::Interaction as I;

    #[test]
    fn what_is_said_of_a_role_is_what_the_keyholder_lets_it_do() {
        // Who runs the platform has no role in a practice.
        let shown = ROLES.iter().filter(|role| role.whose != Whose::Operator);
        let mut count = 0;
        for role in shown {
            let of = ALL.iter().find(|one| one.name == role.name).expect(role.name);
            let may = [
                allows(role, Action::Read, I::Read),
                allows(role, Action::Write { changes_existing: false }, I::Create),
                allows(role, Action::Write { changes_existing: true }, I::Update),
                allows(role, Action::Search { hits: 10 }, I::SearchType),
                allows(role, Action::Administer, I::Administer),
                role.approves,
            ];
            assert_eq!(may, of.may, "{}", role.name);
            let is_persons = matches!(role.whose, Whose::Person(_) | Whose::Patient);
            assert_eq!(is_persons, of.is_persons, "{}", role.name);
            count += 1;
        }
        assert_eq!(count, ALL.len());
    }
}
