//! A cell's own search parameters, as the log says them: which are in force, since when, under which numbers.
//!
//! What a definition says is no matter of the keyholder's, which knows no FHIR: the same text has the same number for ever, and
//! another text has another, so that a number in words that are kept always means what it meant.
//!
//! Never: gives a number twice; lets a change be in force before its write has landed. State: this, a part of the cell's.

use aws_lc_rs::digest;
use salus_seal::entry::searching::SearchingEvent;
use salus_trust_api::wire::extract::{
    Definition, MAX_DEFINITION_BYTES, MAX_OWN_PARAMETERS, MIN_OWN_NUMBER, OwnParameter, OwnParameters,
    ParameterChange,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The parameters of one cell.
#[derive(Debug, Default)]
pub struct Parameters {
    /// In force, by record.
    by_record: BTreeMap<u64, OwnParameter>,
    /// All that ever were, by the hash of their definitions.
    numbers: HashMap<[u8; 32], u16>,
    /// What writes change that have not landed, by their first entries.
    pending: HashMap<u64, Vec<Pending>>,
    /// The entry of the latest change.
    made: u64,
}

#[derive(Debug)]
struct Pending {
    record: u64,
    defines: Option<(u16, Definition)>,
}

fn fingerprint(definition: &Definition) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&(definition.kinds.len() as u64).to_le_bytes());
    definition.kinds.iter().for_each(|kind| context.update(&kind.to_le_bytes()));
    context.update(definition.text.as_bytes());
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

impl Parameters {
    /// All that are in force.
    pub fn in_force(&self) -> OwnParameters {
        OwnParameters { made: self.made, parameters: self.by_record.values().cloned().collect() }
    }

    /// The entry of the latest change.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// The events by which a write that begins with `first` makes these changes; none when they are over a bound, or about
    /// records that the write has no version of.
    pub fn events(
        &self,
        first: u64,
        changes: &[ParameterChange],
        written: &HashSet<u64>,
    ) -> Option<Vec<SearchingEvent>> {
        let waiting = self.pending.values().flatten().map(|pending| pending.record);
        let mut records: HashSet<u64> = self.by_record.keys().copied().chain(waiting).collect();
        let mut fresh: HashMap<[u8; 32], u16> = HashMap::new();
        let mut events = Vec::with_capacity(changes.len());
        for ParameterChange { record, defines } in changes {
            if !written.contains(record) {
                return None;
            }
            events.push(match defines {
                Some(definition) if definition.text.len() <= MAX_DEFINITION_BYTES => {
                    records.insert(*record);
                    let print = fingerprint(definition);
                    let known = self.numbers.get(&print).or_else(|| fresh.get(&print)).copied();
                    let number = match known {
                        Some(number) => number,
                        None => {
                            let count = u16::try_from(self.numbers.len() + fresh.len()).ok()?;
                            let number = MIN_OWN_NUMBER.checked_add(count)?;
                            fresh.insert(print, number);
                            number
                        }
                    };
                    let Definition { kinds, text } = definition.clone();
                    SearchingEvent::ParameterDefined {
                        first,
                        record: *record,
                        number,
                        kinds,
                        definition: text,
                    }
                }
                Some(_) => return None,
                None => {
                    records.remove(record);
                    SearchingEvent::ParameterWithdrawn { first, record: *record }
                }
            });
        }
        (records.len() <= MAX_OWN_PARAMETERS).then_some(events)
    }

    /// A definition that is in force when the write of `first` lands.
    pub fn defined(&mut self, first: u64, record: u64, number: u16, definition: Definition) {
        self.numbers.insert(fingerprint(&definition), number);
        let defines = Some((number, definition));
        self.pending.entry(first).or_default().push(Pending { record, defines });
    }

    /// A record that defines nothing any more when the write of `first` lands.
    pub fn withdrawn(&mut self, first: u64, record: u64) {
        self.pending.entry(first).or_default().push(Pending { record, defines: None });
    }

    /// A write has landed; `last` is its last entry.
    pub fn landed(&mut self, first: u64, last: u64) {
        for Pending { record, defines } in self.pending.remove(&first).unwrap_or_default() {
            self.made = self.made.max(last);
            match defines {
                Some((number, definition)) => {
                    self.by_record.insert(record, OwnParameter { record, number, since: last, definition });
                }
                None => drop(self.by_record.remove(&record)),
            }
        }
    }

    /// A write never came to be.
    pub fn abandoned(&mut self, first: u64) {
        self.pending.remove(&first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(record: u64, text: &str) -> ParameterChange {
        ParameterChange { record, defines: Some(Definition { kinds: vec![1], text: text.into() }) }
    }

    /// Does what the log would; gives the numbers.
    fn write(parameters: &mut Parameters, first: u64, changes: &[ParameterChange], lands: bool) -> Vec<u16> {
        let written = changes.iter().map(|change| change.record).collect();
        let mut numbers = Vec::new();
        for event in parameters.events(first, changes, &written).unwrap() {
            match event {
                SearchingEvent::ParameterDefined { first, record, number, kinds, definition } => {
                    numbers.push(number);
                    parameters.defined(first, record, number, Definition { kinds, text: definition });
                }
                SearchingEvent::ParameterWithdrawn { first, record } => parameters.withdrawn(first, record),
                other => panic!("{other:?}"),
            }
        }
        if lands {
            parameters.landed(first, first + 1)
        } else {
            parameters.abandoned(first)
        }
        numbers
    }

    fn in_force(parameters: &Parameters) -> Vec<(u64, u16, u64)> {
        let all = parameters.in_force().parameters;
        all.iter().map(|one| (one.record, one.number, one.since)).collect()
    }

    #[test]
    fn a_definition_keeps_its_number_and_another_gets_another() {
        let mut parameters = Parameters::default();
        assert_eq!(write(&mut parameters, 10, &[change(1, "a"), change(2, "b")], true), [0x8000, 0x8001]);
        assert_eq!((in_force(&parameters), parameters.made()), (vec![(1, 0x8000, 11), (2, 0x8001, 11)], 11));
        let withdrawn = ParameterChange { record: 1, defines: None };
        write(&mut parameters, 20, std::slice::from_ref(&withdrawn), true);
        assert_eq!((in_force(&parameters), parameters.made()), (vec![(2, 0x8001, 11)], 21));
        // Made again by another record: the same words, but not all of them are there any more.
        assert_eq!(write(&mut parameters, 30, &[change(3, "a"), change(2, "c")], true), [0x8000, 0x8002]);
        assert_eq!(in_force(&parameters), [(2, 0x8002, 31), (3, 0x8000, 31)]);
        // The same twice in one write has one number.
        assert_eq!(write(&mut parameters, 40, &[change(4, "d"), change(5, "d")], true), [0x8003, 0x8003]);
    }

    #[test]
    fn what_did_not_land_is_not_in_force_and_its_number_is_not_given_to_another() {
        let mut parameters = Parameters::default();
        assert_eq!(write(&mut parameters, 10, &[change(1, "a")], false), [0x8000]);
        assert_eq!((in_force(&parameters), parameters.made()), (vec![], 0));
        assert_eq!(write(&mut parameters, 20, &[change(1, "b")], true), [0x8001]);
        assert_eq!(write(&mut parameters, 30, &[change(2, "a")], true), [0x8000]);
    }

    #[test]
    fn bounds_and_strange_records_are_refused() {
        let parameters = Parameters::default();
        assert!(parameters.events(1, &[change(1, "a")], &HashSet::new()).is_none());
        let long = "x".repeat(MAX_DEFINITION_BYTES + 1);
        assert!(parameters.events(1, &[change(1, &long)], &HashSet::from([1])).is_none());
        let many: Vec<_> = (0..=MAX_OWN_PARAMETERS as u64).map(|at| change(at, &at.to_string())).collect();
        let written = (0..=MAX_OWN_PARAMETERS as u64).collect();
        assert!(parameters.events(1, &many, &written).is_none());
        assert!(parameters.events(1, &many[1..], &written).is_some());
    }
}
