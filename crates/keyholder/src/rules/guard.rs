//! What no rules lift: checked before rules are put in force, and whenever a text becomes a table.
//!
//! Who administers opens no record, and stays able to administer; a patient stays within themself; what the platform and its machine count
//! on is as it is. Each refusal names the role, and the rule that does it.
//!
//! State: none.

use super::Table;
use super::cedar::Asked;
use crate::policy::{PATIENT, ROLES, Role};
use salus_trust_api::wire::policy::{Category, Freedom, Guard, PolicyFault, Rights, Verb};

/// The first guard that these rules would lift.
pub(super) fn check(asked: &Asked, table: &Table) -> Result<(), PolicyFault> {
    // While the program's own rules are read there is nothing to compare them with: what they must be, tests say.
    if asked.is_own {
        return Ok(());
    }
    for role in &ROLES {
        if asked.practice(role.name, "administer")? != role.administers {
            let guard = if role.administers { Guard::LockedOut } else { Guard::AdministersAlone };
            return Err(said(asked, guard, role, "administer", None));
        }
    }
    for (number, role) in ROLES.iter().enumerate() {
        let (own, rights) = (Table::own().of(number), table.of(number));
        let is_within = match role.freedom {
            Freedom::Free => true,
            Freedom::Less => own.cover(rights),
            Freedom::Fixed => own == rights,
        };
        if !is_within {
            return Err(fault(asked, role, own, rights));
        }
    }
    for role in &ROLES {
        if asked.practice(role.name, "approve")? != role.approves {
            return Err(said(asked, Guard::Approves, role, "approve", None));
        }
    }
    Ok(())
}

fn said(asked: &Asked, guard: Guard, role: &Role, action: &str, category: Option<Category>) -> PolicyFault {
    PolicyFault::Guard { guard, role: role.name.to_owned(), rule: asked.rule(role.name, action, category) }
}

fn fault(asked: &Asked, role: &Role, own: &Rights, rights: &Rights) -> PolicyFault {
    let guard = match role.name {
        _ if role.administers => Guard::OpensNothing,
        PATIENT => Guard::PatientStays,
        _ => Guard::Fixed,
    };
    let differs = |verb: Verb, category: Category| {
        let (was, is) = (own.of(verb).holds(category), rights.of(verb).holds(category));
        was != is && (is || role.freedom == Freedom::Fixed)
    };
    let mut all = Verb::ALL.into_iter().flat_map(|verb| Category::ALL.map(|category| (verb, category)));
    match all.find(|(verb, category)| differs(*verb, *category)) {
        Some((verb, category)) => said(asked, guard, role, verb.name(), Some(category)),
        None if rights.unasked != own.unasked => said(asked, guard, role, "openUnasked", None),
        None if rights.exports != own.exports => said(asked, guard, role, "export", None),
        None => said(asked, guard, role, "countExactly", None),
    }
}
