//! Policy: the table of roles, behind one function.
//!
//! Never: looks at a budget, a session or a record. State: none; a role is a name that stands in the log.

use salus_seal::entry::{Budgets, Interaction, Limits};

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

/// A role and what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: &'static str,
    /// Who may have it.
    pub whose: Whose,
    reads: bool,
    creates: bool,
    changes: bool,
    searches: Searching,
    /// Whether it is told how many match exactly when they are many.
    pub exact_counts: bool,
    administers: bool,
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

/// How a role may search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Searching {
    No,
    All,
    /// Only as far as a conditional write needs: whether there is none, one or several.
    Existence,
}

/// The most hits of a search that only asks whether there is none, one or several.
const MAX_EXISTENCE_HITS: u32 = 2;

/// All roles there are.
pub const ROLES: [Role; 9] = [
    Role {
        name: "fhir-client",
        whose: Whose::Application,
        reads: true,
        creates: true,
        changes: true,
        searches: Searching::All,
        exact_counts: true,
        administers: false,
        approves: false,
    },
    Role {
        name: "fhir-reader",
        whose: Whose::Application,
        reads: true,
        creates: false,
        changes: false,
        searches: Searching::All,
        exact_counts: false,
        administers: false,
        approves: false,
    },
    // Brings records in and can take none out: what an import needs, and no more.
    Role {
        name: "importer",
        whose: Whose::Application,
        reads: false,
        creates: true,
        changes: true,
        searches: Searching::Existence,
        exact_counts: false,
        administers: false,
        approves: false,
    },
    // The credentials of somebody who approves at the machine what needs two; nothing else can be done by them.
    Role {
        name: "approver",
        whose: Whose::Application,
        reads: false,
        creates: false,
        changes: false,
        searches: Searching::No,
        exact_counts: false,
        administers: false,
        approves: true,
    },
    Role {
        name: "physician",
        whose: Whose::Person(Budgets { glimpse: limits(400, 1_500, 6_000), chart: limits(60, 150, 1_000) }),
        reads: true,
        creates: true,
        changes: true,
        searches: Searching::All,
        exact_counts: false,
        administers: false,
        approves: false,
    },
    // Answers the phone for all physicians, so sees more lines.
    Role {
        name: "medical-assistant",
        whose: Whose::Person(Budgets { glimpse: limits(800, 3_000, 12_000), chart: limits(80, 200, 1_500) }),
        reads: true,
        creates: true,
        changes: true,
        searches: Searching::All,
        exact_counts: false,
        administers: false,
        approves: false,
    },
    // Administers people and opens no chart: who does both has two roles, and so two principals.
    Role {
        name: "practice-administrator",
        whose: Whose::Person(NOTHING),
        reads: false,
        creates: false,
        changes: false,
        searches: Searching::No,
        exact_counts: false,
        administers: true,
        approves: true,
    },
    // Reaches one patient's records, their own: the keyholder holds them to it by the pseudonym that they were given.
    Role {
        name: PATIENT,
        whose: Whose::Patient,
        reads: true,
        creates: true,
        changes: false,
        searches: Searching::All,
        exact_counts: false,
        administers: false,
        approves: false,
    },
    Role {
        name: "operator",
        whose: Whose::Operator,
        reads: false,
        creates: false,
        changes: false,
        searches: Searching::No,
        exact_counts: false,
        administers: false,
        approves: false,
    },
];

/// The role of patients.
pub const PATIENT: &str = "patient";

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

/// The role of this name.
pub fn role(name: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.name == name)
}

/// Whether somebody who does this names a record by its id, and so learns whether there is one.
pub fn asks_by_id(interaction: Interaction) -> bool {
    use Interaction::{Accesses, Delete, HistoryInstance, Read, Relation, Vread};
    matches!(interaction, Read | Vread | HistoryInstance | Delete | Accesses | Relation)
}

/// May this role do this?
pub fn allows(role: &Role, action: Action, interaction: Interaction) -> bool {
    match action {
        Action::Read => role.reads,
        Action::Write { changes_existing: true } => role.changes,
        Action::Write { changes_existing: false } => role.creates,
        // That something is not there is told to whoever might have had it, or the two answers would tell what is.
        Action::Probe => match interaction {
            Interaction::Delete => role.changes,
            by_id if asks_by_id(by_id) => role.reads,
            _ => true,
        },
        Action::Administer => role.administers,
        Action::Search { hits } => match role.searches {
            Searching::No => false,
            Searching::All => true,
            Searching::Existence => hits <= MAX_EXISTENCE_HITS,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_writes_nothing_and_an_importer_reads_nothing() {
        let (reader, importer) = (role("fhir-reader").unwrap(), role("importer").unwrap());
        assert!(allows(reader, Action::Read, Interaction::Read));
        assert!(!allows(reader, Action::Write { changes_existing: false }, Interaction::Create));
        assert!(!allows(reader, Action::Write { changes_existing: true }, Interaction::Update));
        assert!(!allows(importer, Action::Read, Interaction::Read));
        assert!(allows(importer, Action::Write { changes_existing: false }, Interaction::Transaction));
        assert!(allows(importer, Action::Search { hits: 2 }, Interaction::Transaction));
        assert!(!allows(importer, Action::Search { hits: 3 }, Interaction::Transaction));
        assert!(allows(reader, Action::Search { hits: 1_000 }, Interaction::SearchType));
        let administrator = role("practice-administrator").unwrap();
        assert!(administrator.approves && !reader.approves && !importer.approves);
        assert!(!allows(administrator, Action::Read, Interaction::Read));
        assert!(!allows(administrator, Action::Search { hits: 0 }, Interaction::SearchType));
        assert!(role("root").is_none());
    }

    #[test]
    fn who_administers_opens_nothing() {
        for name in ["practice-administrator", "operator"] {
            let role = role(name).unwrap();
            assert!(!allows(role, Action::Read, Interaction::Read), "{name}");
            assert!(!allows(role, Action::Write { changes_existing: false }, Interaction::Create), "{name}");
            assert!(!allows(role, Action::Search { hits: 1 }, Interaction::SearchType), "{name}");
        }
        let administers = |role: &Role| allows(role, Action::Administer, Interaction::Administer);
        let all: Vec<&str> = ROLES.iter().filter(|role| administers(role)).map(|role| role.name).collect();
        assert_eq!(all, ["practice-administrator"]);
    }
}
