//! A cell's rules: which role may do what to which records, as Cedar text, and the table that it comes to.
//!
//! What is decided is finite: roles, verbs, categories of records. So Cedar is asked once for each field of that table when rules change
//! (and at the first question after a start), and [`crate::admit`] looks into the table. What Cedar says and what is done cannot differ.
//!
//! Never: asks Cedar on the way of a request; puts rules in force that a guard forbids ([`guard`]). State: [`Rules`], a fold of the log.

mod ask;
pub mod cedar;
mod guard;
mod table;

pub use table::Table;

use crate::daily::Handed;
use crate::policy;
use crate::state::State;
use salus_seal::entry::Fleeting;
use salus_seal::entry::policy::PolicyEvent;
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::policy::{Category, Rights};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// How many versions are known to be listed; older ones stand in the log.
const MAX_VERSIONS_KEPT: usize = 500;

/// A cell's rules.
#[derive(Debug, Default)]
pub struct Rules {
    /// None: the program's own.
    text: Option<Arc<str>>,
    table: OnceLock<Table>,
    /// Changes, the oldest first.
    versions: Vec<Version>,
}

/// One change.
#[derive(Debug, Clone)]
struct Version {
    entry: u64,
    time_ms: u64,
    by: Option<PrincipalId>,
    reason: String,
    restores: Option<u64>,
    is_first: bool,
}

impl Rules {
    /// What they come to. Rules that a later program does not take any more give nobody anything, until others are put in force.
    pub fn table(&self) -> &Table {
        self.table.get_or_init(|| match &self.text {
            None => *Table::own(),
            Some(text) => cedar::table(text).unwrap_or_else(|_| Table::locked()),
        })
    }

    /// What a role may do to records; nothing where there is no such role.
    pub fn rights(&self, role: &str) -> Rights {
        policy::number(role).map(|number| *self.table().of(number)).unwrap_or_default()
    }

    /// The rules, in Cedar.
    pub fn text(&self) -> &str {
        match &self.text {
            Some(text) => text,
            None => cedar::own_text(),
        }
    }

    /// The entry that put them in force; none: they are the program's own.
    pub fn version(&self) -> Option<u64> {
        self.versions.last().map(|version| version.entry)
    }

    /// The entry that was in force before the one that is; none: the program's own rules were.
    pub(crate) fn before(&self) -> Option<u64> {
        let [.., former, _] = self.versions.as_slice() else { return None };
        Some(former.entry)
    }
}

/// What a record is about, by its type. The keyholder knows no FHIR, so it is told the numbers.
#[derive(Debug, Clone, Default)]
pub struct Kinds(HashMap<u16, Category>);

impl Kinds {
    /// Codes of types, each with its category; the types of which nothing is said are [`Category::Other`].
    pub fn new(all: &[(u16, Category)]) -> Self {
        Self(all.iter().copied().collect())
    }

    /// The category of a type.
    pub fn category(&self, kind: u16) -> Category {
        self.0.get(&kind).copied().unwrap_or(Category::Other)
    }
}

impl State {
    /// What somebody may do to the records of a cell. A cell that is not there has set no rules; it has no records either.
    pub fn rights(&self, cell: &CellId, principal: &PrincipalId) -> Rights {
        let Some(principal) = self.principals.get(principal) else { return Rights::default() };
        match self.cells.get(cell) {
            Some(cell) => cell.rules.rights(&principal.role),
            None => {
                policy::number(&principal.role).map(|number| *Table::own().of(number)).unwrap_or_default()
            }
        }
    }

    /// Takes a change in. None when there is no such cell.
    pub(crate) fn apply_policy(
        &mut self,
        id: CellId,
        index: u64,
        time_ms: u64,
        event: &PolicyEvent,
        fleeting: Option<&Fleeting>,
    ) -> Option<()> {
        let PolicyEvent::Set { text, own, restores, reason, by } = event;
        let rules = &mut self.cells.get_mut(&id)?.rules;
        rules.text = Some(text.as_str().into());
        rules.table = OnceLock::new();
        if rules.versions.len() >= MAX_VERSIONS_KEPT {
            rules.versions.remove(0);
        }
        rules.versions.push(Version {
            entry: index,
            time_ms,
            by: *by,
            reason: reason.clone(),
            restores: *restores,
            is_first: own.is_some(),
        });
        if let Some(by) = by.filter(|_| fleeting.is_some()) {
            self.handed_out(&id, &by, Handed::Change, time_ms);
        }
        Some(())
    }
}
