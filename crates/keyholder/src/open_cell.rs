//! A cell as it is when it was just made: its ciphers and derived keys open, nothing charged, nothing said.
//!
//! State: none; [`crate::state`] owns what is made here.

use crate::alarm_state::Alarms;
use crate::budgets::More;
use crate::checks::Checks;
use crate::contain::Quarantine;
use crate::daily::Daily;
use crate::error::KeyholderError;
use crate::exports::Exports;
use crate::extraction::Extractions;
use crate::keyring::CellKeys;
use crate::parameters::Parameters;
use crate::recent::Recent;
use crate::relation::Relations;
use crate::rules::Rules;
use crate::state::{Cell, Spent};
use salus_seal::entry::Budgets;
use salus_seal::keys::{IdKey, ReceiptKey};
use salus_seal::wrap::CellCipher;
use salus_seal::{CellId, SealError};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Opens a cell with its keys.
///
/// Errors: it has no key, or one that is none.
pub(crate) fn open_cell(
    id: CellId,
    name: &str,
    house_kinds: &[u16],
    budgets: Budgets,
    keys: CellKeys,
    created_ms: u64,
) -> Result<Cell, KeyholderError> {
    let mut ciphers = Vec::new();
    for (index, key) in keys.generations.iter().enumerate() {
        ciphers.push(CellCipher::new(id, index as u32 + 1, key)?);
    }
    let first = keys.generations.first().ok_or(SealError::Malformed)?;
    Ok(Cell {
        name: name.to_owned(),
        quarantined: false,
        quarantine: Quarantine::default(),
        house_kinds: house_kinds.iter().copied().collect(),
        budgets,
        spent: Spent::default(),
        unresolved: BTreeMap::new(),
        last_landed: None,
        clients: Vec::new(),
        ciphers,
        // Derived, so that the escrow of the cell key brings them back too.
        id_key: first.derive(b"salus id key v1").map(IdKey::from_bytes)?,
        receipt_key: first.derive(b"salus receipt key v1").map(ReceiptKey::from_bytes)?,
        index_key: Zeroizing::new(first.derive(b"salus index key v1")?),
        log_keys: keys.log_keys.into_iter().collect(),
        accepted_receipts: None,
        recent: Recent::default(),
        parameters: Parameters::default(),
        alarms: Alarms::new(id, Zeroizing::new(first.derive(b"salus canary key v1")?), created_ms),
        extractions: Extractions::default(),
        handed_out: Daily::default(),
        more: More::default(),
        relations: Relations::default(),
        rules: Rules::default(),
        exports: Exports::default(),
        checks: Checks::default(),
    })
}
