//! The table that rules come to: for each role, what it may do to records of each category.
//!
//! State: none.

use super::cedar;
use crate::policy::ROLES;
use salus_trust_api::wire::policy::{Freedom, Rights};
use std::sync::LazyLock;

/// One line for each role, in the order of [`ROLES`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Table([Rights; ROLES.len()]);

/// What the program's own rules come to.
static OWN: LazyLock<Table> = LazyLock::new(|| cedar::table(cedar::own_text()).unwrap_or_default());

impl Table {
    /// What the program's own rules come to.
    pub fn own() -> &'static Self {
        &OWN
    }

    /// Nothing for all but the roles that no rules change.
    pub fn locked() -> Self {
        let mut locked = *Self::own();
        for (role, rights) in ROLES.iter().zip(&mut locked.0) {
            if role.freedom != Freedom::Fixed {
                *rights = Rights::default();
            }
        }
        locked
    }

    /// Of the role of this number; of one that there is not, nothing.
    pub fn of(&self, number: usize) -> &Rights {
        static NOTHING: LazyLock<Rights> = LazyLock::new(Rights::default);
        self.0.get(number).unwrap_or(&NOTHING)
    }

    /// Of the role of this number, to be changed.
    pub fn of_mut(&mut self, number: usize) -> Option<&mut Rights> {
        self.0.get_mut(number)
    }
}
