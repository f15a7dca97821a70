//! Wrapping the keys of versions that are to be written: open or make the compartments, check the headers, wrap, and commit
//! to all of it by a Merkle root.
//!
//! Never: wraps for a header that names another compartment than the one whose key wraps; lets the house hold a type that may
//! concern a patient. State: none.

use crate::admit::{EntryPart, Opened};
use crate::state::Cell;
use salus_seal::entry::{MAX_VERSIONS_PER_ENTRY, Refusal, ranges};
use salus_seal::header::HEADER_BYTES;
use salus_seal::wrap::{Compartment, CompartmentCipher, MAX_PSEUDONYMS};
use salus_seal::{CellId, CompartmentKey, Pseudonym, VersionKey, merkle};
use salus_trust_api::wire::{
    CompartmentWrap, Grant, MAX_VERSIONS_PER_WRITE, NewCompartment, NewVersion, Write, WriteCompartment,
};
use std::collections::{BTreeSet, HashMap};

/// A header's time may be this far ahead of the keyholder's clock, in milliseconds: the record server's own may differ.
const MAX_AHEAD_MS: u64 = 86_400_000;
/// The number of the house compartment.
const HOUSE: u64 = 0;

struct Open {
    compartment: Compartment,
    cipher: CompartmentCipher,
}

/// Wraps every version of the intent, or refuses the whole. `for_index`: say whose the compartments are. `makes_canaries`: the new
/// patients do not exist. `own`: into this patient's compartment alone; anything else is as if it were not there.
pub(crate) fn open(
    id: CellId,
    cell: &Cell,
    write: &Write,
    now_ms: u64,
    (for_index, makes_canaries, own): (bool, bool, Option<Pseudonym>),
) -> Result<Opened, Refusal> {
    if write.versions.is_empty() || write.versions.len() > MAX_VERSIONS_PER_WRITE {
        return Err(Refusal::Malformed);
    }
    let (open, made, new_canaries) = compartments(cell, write, makes_canaries)?;
    if own.is_some_and(|own| !made.is_empty() || open.values().any(|one| one.compartment.pseudonyms != [own]))
    {
        return Err(Refusal::Missing);
    }
    let mut canaries: BTreeSet<Pseudonym> = new_canaries.into_iter().collect();
    let mut charged = BTreeSet::new();
    let mut named = BTreeSet::new();
    let mut wraps = Vec::with_capacity(write.versions.len());
    let mut entries = Vec::new();
    for chunk in write.versions.chunks(MAX_VERSIONS_PER_ENTRY) {
        let mut leaves = Vec::with_capacity(chunk.len());
        for version in chunk {
            let header = &version.header;
            let into = open.get(&header.compartment).ok_or(Refusal::Malformed)?;
            check(id, cell, version, now_ms)?;
            // A version that is not the first replaces something that is there: that costs a chart.
            if into.compartment.canary && header.version > 1 && !makes_canaries {
                canaries.extend(&into.compartment.pseudonyms);
            }
            let list = if header.version > 1 { &mut charged } else { &mut named };
            list.extend(into.compartment.pseudonyms.iter().copied());
            let key = VersionKey::from_bytes(version.key.0);
            wraps.push(into.cipher.wrap(&key, header, &version.hash).map_err(|_| Refusal::DoesNotOpen)?);
            leaves.push(leaf(version));
        }
        let versions = ranges(chunk.iter().map(|version| (version.header.record, version.header.version)));
        entries.push(EntryPart { versions, root: Some(merkle::root(leaves)) });
    }
    let uncharged: Vec<Pseudonym> = named.difference(&charged).copied().collect();
    let whose = |(number, opened): (u64, Open)| (number, opened.compartment.pseudonyms);
    let whose = if for_index { open.into_iter().map(whose).collect() } else { Vec::new() };
    Ok(Opened {
        part: salus_seal::Part::Body,
        charged: charged.into_iter().collect(),
        uncharged,
        canaries: canaries.into_iter().collect(),
        entries,
        whose,
        grant: Grant::Wraps { versions: wraps, compartments: made },
    })
}

fn check(id: CellId, cell: &Cell, version: &NewVersion, now_ms: u64) -> Result<(), Refusal> {
    let header = &version.header;
    if header.cell != id
        || header.version == 0
        || header.record == 0
        || header.time_ms > now_ms + MAX_AHEAD_MS
    {
        return Err(Refusal::Malformed);
    }
    if header.compartment == HOUSE && !cell.house_kinds.contains(&header.kind) {
        return Err(Refusal::NotAllowed);
    }
    Ok(())
}

/// A version's leaf in the root that its entry carries: the log commits to the record.
fn leaf(version: &NewVersion) -> merkle::Hash {
    let mut bytes = [0u8; HEADER_BYTES + 32];
    bytes[..HEADER_BYTES].copy_from_slice(&version.header.to_bytes());
    bytes[HEADER_BYTES..].copy_from_slice(&version.hash);
    merkle::leaf_hash(&bytes)
}

/// What [`compartments`] gives.
type Compartments = (HashMap<u64, Open>, Vec<CompartmentWrap>, Vec<Pseudonym>);

/// The compartments of the intent, open, the wraps of those that were made, and those of canaries among these.
fn compartments(cell: &Cell, write: &Write, makes_canaries: bool) -> Result<Compartments, Refusal> {
    let mut open: HashMap<u64, Open> = HashMap::new();
    let mut made = Vec::new();
    let mut canaries = Vec::new();
    for wanted in &write.compartments {
        let (number, compartment) = match wanted {
            WriteCompartment::Existing(wrap) => {
                let opened =
                    cell.cipher_of(&wrap.wrap).and_then(|cipher| cipher.unwrap(wrap.number, &wrap.wrap));
                (wrap.number, opened.map_err(|_| Refusal::DoesNotOpen)?)
            }
            WriteCompartment::New { number, of } => {
                if (*number == HOUSE) != (*of == NewCompartment::House) {
                    return Err(Refusal::Malformed);
                }
                let mut compartment = make(of, &open)?;
                if makes_canaries && *of == NewCompartment::Patient {
                    compartment.canary = true;
                    canaries.extend_from_slice(&compartment.pseudonyms);
                }
                let wrap = cell
                    .current_cipher()
                    .and_then(|cipher| cipher.wrap(*number, &compartment))
                    .map_err(|_| Refusal::Malformed)?;
                made.push(CompartmentWrap { number: *number, wrap });
                (*number, compartment)
            }
        };
        let cipher = CompartmentCipher::new(&compartment.key).map_err(|_| Refusal::DoesNotOpen)?;
        if open.insert(number, Open { compartment, cipher }).is_some() {
            return Err(Refusal::Malformed);
        }
    }
    Ok((open, made, canaries))
}

fn make(of: &NewCompartment, open: &HashMap<u64, Open>) -> Result<Compartment, Refusal> {
    let pseudonyms = match of {
        NewCompartment::House => Vec::new(),
        NewCompartment::Patient => vec![Pseudonym::random().map_err(|_| Refusal::Malformed)?],
        NewCompartment::Joint(numbers) => {
            let mut all = BTreeSet::new();
            for number in numbers {
                all.extend(
                    open.get(number).ok_or(Refusal::Malformed)?.compartment.pseudonyms.iter().copied(),
                );
            }
            // A joint compartment of nobody would be a house compartment by another name.
            if all.is_empty() || all.len() > MAX_PSEUDONYMS {
                return Err(Refusal::Malformed);
            }
            all.into_iter().collect()
        }
    };
    let key = CompartmentKey::random().map_err(|_| Refusal::Malformed)?;
    Ok(Compartment { key, pseudonyms, canary: false })
}
