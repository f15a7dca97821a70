//! Policy: the table of roles, behind one function.
//!
//! Never: looks at a budget, a session or a record. State: none; a role is a name that stands in the log.

use salus_seal::entry::Interaction;

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
}

/// A role and what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: &'static str,
    reads: bool,
    creates: bool,
    changes: bool,
    searches: Searching,
    /// Whether it is told how many match exactly when they are many.
    pub exact_counts: bool,
}

/// How a role may search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Searching {
    All,
    /// Only as far as a conditional write needs: whether there is none, one or several.
    Existence,
}

/// The most hits of a search that only asks whether there is none, one or several.
const MAX_EXISTENCE_HITS: u32 = 2;

/// All roles there are.
pub const ROLES: [Role; 3] = [
    Role {
        name: "fhir-client",
        reads: true,
        creates: true,
        changes: true,
        searches: Searching::All,
        exact_counts: true,
    },
    Role {
        name: "fhir-reader",
        reads: true,
        creates: false,
        changes: false,
        searches: Searching::All,
        exact_counts: false,
    },
    // Brings records in and can take none out: what an import needs, and no more.
    Role {
        name: "importer",
        reads: false,
        creates: true,
        changes: true,
        searches: Searching::Existence,
        exact_counts: false,
    },
];

/// The role of this name.
pub fn role(name: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.name == name)
}

/// Whether somebody who does this names a record by its id, and so learns whether there is one.
pub fn asks_by_id(interaction: Interaction) -> bool {
    use Interaction::{Delete, HistoryInstance, Read, Vread};
    matches!(interaction, Read | Vread | HistoryInstance | Delete)
}

/// May this role do this?
pub fn allows(role: &Role, action: Action, _interaction: Interaction) -> bool {
    match action {
        Action::Read => role.reads,
        Action::Write { changes_existing: true } => role.changes,
        Action::Write { changes_existing: false } => role.creates,
        Action::Probe => true,
        Action::Search { hits } => match role.searches {
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
        assert!(role("root").is_none());
    }
}
