//! Opening versions for a read: unwrap the compartments, then the versions, and note whose they are.
//!
//! Never: opens a compartment that no version needs; believes a header that a wrap does not confirm. State: none.

use crate::admit::{EntryPart, Opened};
use crate::state::Cell;
use salus_seal::entry::{Refusal, ranges};
use salus_seal::wrap::CompartmentCipher;
use salus_seal::{CellId, Part, Pseudonym};
use salus_trust_api::wire::{CompartmentWrap, Grant, MAX_VERSIONS_PER_READ, Read, SecretKey};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

struct OpenCompartment {
    cipher: CompartmentCipher,
    pseudonyms: Vec<Pseudonym>,
    canary: bool,
}

/// Opens every version of the intent, or refuses the whole. `own`: of this patient alone; anything else is as if it were not there.
pub(crate) fn open(id: CellId, cell: &Cell, read: &Read, own: Option<Pseudonym>) -> Result<Opened, Refusal> {
    if read.versions.is_empty() || read.versions.len() > MAX_VERSIONS_PER_READ {
        return Err(Refusal::Malformed);
    }
    let mut opened: HashMap<u64, OpenCompartment> = HashMap::new();
    let mut charged = Vec::new();
    let mut canaries = Vec::new();
    let mut keys = Vec::with_capacity(read.versions.len());
    for version in &read.versions {
        let header = &version.header;
        if header.cell != id {
            return Err(Refusal::DoesNotOpen);
        }
        let compartment = match opened.entry(header.compartment) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let compartment = open_compartment(cell, read, header.compartment)?;
                if own.is_some_and(|own| compartment.pseudonyms != [own]) {
                    return Err(Refusal::Missing);
                }
                charged.extend_from_slice(&compartment.pseudonyms);
                if compartment.canary && read.part != Part::Line {
                    canaries.extend_from_slice(&compartment.pseudonyms);
                }
                place.insert(compartment)
            }
        };
        let key = compartment
            .cipher
            .unwrap(&version.wrap, header, &version.hash)
            .and_then(|key| key.part(read.part.label()))
            .map_err(|_| Refusal::DoesNotOpen)?;
        keys.push(SecretKey(*key.expose()));
    }
    charged.sort_unstable();
    charged.dedup();
    let mut numbers: Vec<(u64, u32)> =
        read.versions.iter().map(|v| (v.header.record, v.header.version)).collect();
    numbers.sort_unstable();
    Ok(Opened {
        part: read.part,
        charged,
        uncharged: Vec::new(),
        canaries,
        whose: Vec::new(),
        entries: vec![EntryPart { versions: ranges(numbers), root: None }],
        grant: Grant::Keys(keys),
    })
}

/// Whose a compartment is, as its wrap says.
pub(crate) fn patients_of(cell: &Cell, wrap: &CompartmentWrap) -> Result<Vec<Pseudonym>, Refusal> {
    let compartment = cell.cipher_of(&wrap.wrap).and_then(|cipher| cipher.unwrap(wrap.number, &wrap.wrap));
    compartment.map(|compartment| compartment.pseudonyms).map_err(|_| Refusal::DoesNotOpen)
}

fn open_compartment(cell: &Cell, read: &Read, number: u64) -> Result<OpenCompartment, Refusal> {
    let wrap = read.compartments.iter().find(|wrap| wrap.number == number).ok_or(Refusal::Malformed)?;
    let compartment = cell
        .cipher_of(&wrap.wrap)
        .and_then(|cipher| cipher.unwrap(number, &wrap.wrap))
        .map_err(|_| Refusal::DoesNotOpen)?;
    let cipher = CompartmentCipher::new(&compartment.key).map_err(|_| Refusal::DoesNotOpen)?;
    Ok(OpenCompartment { cipher, pseudonyms: compartment.pseudonyms, canary: compartment.canary })
}
