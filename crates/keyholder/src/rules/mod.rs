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
use crate::kept::{Kept, Version};
use crate::policy;
use crate::state::State;
use salus_seal::entry::Fleeting;
use salus_seal::entry::policy::PolicyEvent;
use salus_seal::{CellId, PrincipalId};
use salus_trust_api::wire::policy::{Category, Rights};
use std::collections::HashMap;
use std::sync::OnceLock;

/// A cell's rules.
#[derive(Debug, Default)]
pub struct Rules {
    kept: Kept,
    table: OnceLock<Table>,
}

impl Rules {
    /// What they come to. Rules that a later program does not take any more give nobody anything, until others are put in force.
    pub fn table(&self) -> &Table {
        self.table.get_or_init(|| match self.kept.text() {
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
        self.kept.text().unwrap_or_else(|| cedar::own_text())
    }

    /// The text and its versions.
    pub fn kept(&self) -> &Kept {
        &self.kept
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
        let PolicyEvent::Set { text, restores, reason, by, .. } = event;
        let rules = &mut self.cells.get_mut(&id)?.rules;
        rules.table = OnceLock::new();
        let version = Version { entry: index, time_ms, by: *by, reason: reason.clone(), restores: *restores };
        rules.kept.put(text, version);
        if let Some(by) = by.filter(|_| fleeting.is_some()) {
            self.handed_out(&id, &by, Handed::Change, time_ms);
        }
        Some(())
    }
}
