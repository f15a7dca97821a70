//! Policy: which roles there are, and what their rights let them do.
//!
//! Never: looks at a budget, a session or a record. State: none; a role is a name that stands in the log.

use salus_seal::entry::{Budgets, Interaction, Limits};
use salus_trust_api::wire::policy::{Categories, Freedom, Rights};

/// What a role is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Opens record versions.
    Read,
    /// Writes record versions; `opens_existing` when a version is not the first of its record.
    Write {
        /// Whether an existing record is replaced or deleted.
        changes_existing: bool,
    },
    /// Asks for what is not there.
    Probe,
    /// Searches.
    Search {
        /// How many hits a page may have.
        hits: u32,
    },
    /// Administers the cell: its people, clients, log.
    Administer,
}

/// A role. What it may do to records is said by the cell's rules ([`crate::rules`]); what stands here, no rules change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: &'static str,
    /// Who may have it.
    pub whose: Whose,
    /// How far a cell's rules may change it.
    pub freedom: Freedom,
    /// Whether it administers the cell: its people, clients, rules, log.
    pub administers: bool,
    /// Whether it may be one of the two who approve what needs two.
    pub approves: bool,
}

/// Who may have a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// An application.
    Application,
    /// A person of a cell, who may reach this much where nothing else is said.
    Person(Budgets),
    /// A patient, of their own record: given on the chart, and never by an administrator.
    Patient,
    /// Somebody who runs the platform, belongs to no cell and reaches no patient.
    Operator,
}

/// The most hits of a search that only asks whether there is none, one or several.
const MAX_EXISTENCE_HITS: u32 = 2;

/// All roles there are.
pub const ROLES: [Role; 12] = [
    application("fhir-client", Freedom::Free),
    application("fhir-reader", Freedom::Free),
    // Brings records in and can take none out: what an import needs, and no more.
    application("importer", Freedom::Fixed),
    // The credentials of somebody who approves at the machine what needs two; nothing else can be done by them.
    Role { approves: true, ..application("approver", Freedom::Fixed) },
    person("physician", limits(400, 1_500, 6_000), limits(60, 150, 1_000)),
    // Answers the phone for all physicians, so sees more lines.
    person("medical-assistant", limits(800, 3_000, 12_000), limits(80, 200, 1_500)),
    // Administers people and opens no chart: who does both has two roles, and so two principals.
    Role {
        name: "practice-administrator",
        whose: Whose::Person(NOTHING),
        freedom: Freedom::Fixed,
        administers: true,
        approves: true,
    },
    // Reaches one patient's records, their own: the keyholder holds them to it by the pseudonym that they were given.
    Role { whose: Whose::Patient, freedom: Freedom::Less, ..application(PATIENT, Freedom::Less) },
    Role { whose: Whose::Operator, ..application("operator", Freedom::Fixed) },
    // Stands in for weeks, not for a year.
    person("locum", limits(300, 1_000, 3_000), limits(40, 100, 400)),
    // One case after the other, and no list of everybody.
    person("insurer-clerk", limits(120, 400, 3_000), limits(40, 120, 1_000)),
    // Carries things on by itself, and sees no patient where nothing else is said.
    application(WORKER, Freedom::Free),
];

const fn application(name: &'static str, freedom: Freedom) -> Role {
    Role { name, whose: Whose::Application, freedom, administers: false, approves: false }
}

const fn person(name: &'static str, glimpse: Limits, chart: Limits) -> Role {
    let whose = Whose::Person(Budgets { glimpse, chart });
    Role { name, whose, freedom: Freedom::Free, administers: false, approves: false }
}

/// The role of patients.
pub const PATIENT: &str = "patient";

/// The role of what carries things on by itself.
pub const WORKER: &str = "worker";

/// What a patient reaches: themself.
pub const OF_PATIENTS: Budgets = Budgets { glimpse: limits(1, 1, 1), chart: limits(1, 1, 1) };

/// A budget that reaches nobody.
pub const NOTHING: Budgets = Budgets { glimpse: limits(0, 0, 0), chart: limits(0, 0, 0) };

/// A client's where nothing else is said, and the most that a person may give one.
pub const CLIENT: Budgets = Budgets { glimpse: limits(300, 1_000, 5_000), chart: limits(60, 250, 2_000) };

/// The same of a client whose tokens are good without proof: a quarter.
pub const BEARER: Budgets = Budgets { glimpse: limits(75, 250, 1_250), chart: limits(15, 62, 500) };

const fn limits(hour: u32, day: u32, days_30: u32) -> Limits {
    Limits { hour, day, days_30 }
}

/// The names of the roles that these may have, for an error's text.
pub fn names(may_have: impl Fn(Whose) -> bool) -> String {
    let names = ROLES.iter().filter(|role| may_have(role.whose)).map(|role| role.name);
    names.collect::<Vec<_>>().join(", ")
}

/// The number of the role of this name in [`ROLES`].
pub fn number(name: &str) -> Option<usize> {
    ROLES.iter().position(|role| role.name == name)
}

/// What an application of this role may reach where nothing else is said.
pub fn of_application(role: &str) -> Budgets {
    // One that carries things on by itself needs a budget only where a cell's rules let it see patients.
    if role == WORKER { NOTHING } else { CLIENT }
}

/// The role of this name.
pub fn role(name: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.name == name)
}

/// Whether somebody who does this names a record by its id, and so learns whether there is one.
pub fn asks_by_id(interaction: Interaction) -> bool {
    use Interaction::{Accesses, Delete, HistoryInstance, Read, Relation, Vread};
    matches!(interaction, Read | Vread | HistoryInstance | Delete | Accesses | Relation)
}

/// May somebody with these rights do this to some records at all? To which, the categories of [`Rights`] say, and [`may_search`].
pub fn allows(rights: &Rights, action: Action, interaction: Interaction) -> bool {
    let some = |categories: Categories| !categories.is_empty();
    match action {
        Action::Read => some(rights.read),
        Action::Write { changes_existing: true } => some(rights.change),
        Action::Write { changes_existing: false } => some(rights.create),
        // That something is not there is told to whoever might have had it, or the two answers would tell what is.
        Action::Probe => match interaction {
            Interaction::Delete => some(rights.change),
            by_id if asks_by_id(by_id) => some(rights.read),
            _ => true,
        },
        Action::Search { hits } => some(may_search(rights, hits)),
        // What no rules give.
        Action::Administer => false,
    }
}

/// The categories among whose records a search for so many hits may look.
pub fn may_search(rights: &Rights, hits: u32) -> Categories {
    if hits <= MAX_EXISTENCE_HITS { rights.search.and(rights.matches) } else { rights.search }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Table;

    fn rights(name: &str) -> &'static Rights {
        Table::own().of(number(name).unwrap())
    }

    #[test]
    fn a_reader_writes_nothing_and_an_importer_reads_nothing() {
        let (reader, importer) = (rights("fhir-reader"), rights("importer"));
        assert!(allows(reader, Action::Read, Interaction::Read));
        assert!(!allows(reader, Action::Write { changes_existing: false }, Interaction::Create));
        assert!(!allows(reader, Action::Write { changes_existing: true }, Interaction::Update));
        assert!(!allows(importer, Action::Read, Interaction::Read));
        assert!(allows(importer, Action::Write { changes_existing: false }, Interaction::Transaction));
        assert!(allows(importer, Action::Search { hits: 2 }, Interaction::Transaction));
        assert!(!allows(importer, Action::Search { hits: 3 }, Interaction::Transaction));
        assert!(allows(reader, Action::Search { hits: 1_000 }, Interaction::SearchType));
        let administrator = role("practice-administrator").unwrap();
        assert!(administrator.approves && !role("fhir-reader").unwrap().approves);
        assert!(role("root").is_none());
    }

    #[test]
    fn who_administers_opens_nothing() {
        for name in ["practice-administrator", "operator"] {
            let rights = rights(name);
            assert!(!allows(rights, Action::Read, Interaction::Read), "{name}");
            assert!(
                !allows(rights, Action::Write { changes_existing: false }, Interaction::Create),
                "{name}"
            );
            assert!(!allows(rights, Action::Search { hits: 0 }, Interaction::SearchType), "{name}");
        }
        let all: Vec<&str> = ROLES.iter().filter(|role| role.administers).map(|role| role.name).collect();
        assert_eq!(all, ["practice-administrator"]);
    }

    #[test]
    fn what_stands_in_the_program_is_what_stood_in_its_table() {
        use Categories as C;
        let (all, none) = (C::ALL, C::NONE);
        // Reads, creates, changes, searches, finds out; exact counts.
        let before = [
            ("fhir-client", [all, all, all, all, none], true),
            ("fhir-reader", [all, none, none, all, none], false),
            ("importer", [none, all, all, none, all], false),
            ("approver", [none; 5], false),
            ("physician", [all, all, all, all, none], false),
            ("medical-assistant", [all, all, all, all, none], false),
            ("practice-administrator", [none; 5], false),
            ("patient", [all, all, none, all, none], false),
            ("operator", [none; 5], false),
        ];
        for (name, [read, create, change, search, matches], counts_exactly) in before {
            let exports = ["fhir-client", "fhir-reader", "physician"].contains(&name);
            let table =
                Rights { read, create, change, search, matches, counts_exactly, unasked: false, exports };
            assert_eq!(*rights(name), table, "{name}");
        }
    }
}
