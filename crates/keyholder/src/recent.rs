//! The newest entries of the log about each patient, so that who has looked at a record is told without searching millions of entries.
//!
//! For each patient the numbers of at most [`MAX_ENTRIES`] entries, as differences, with what kind each was and where one visit ends and
//! the next begins: entries of one session for one purpose, none of them more than a minute after the one before. Beside them, for the
//! cell, which answers were not reported as sent.
//!
//! Never: says who or why; that stands in the entries. State: this is it, a fold of the log.

use salus_seal::entry::{Event, Fleeting, Lasting, Purpose};
use salus_seal::{Part, Pseudonym, SessionId};
use std::collections::{BTreeSet, HashMap};

/// The most entries that are kept of a patient; further back the log itself is read.
pub const MAX_ENTRIES: usize = 256;
/// After so long without an entry, in milliseconds, the next one is another visit.
pub const VISIT_PAUSE_MS: u64 = 60_000;
/// The most answers of a cell of which is kept that they were not reported as sent.
const MAX_UNDELIVERED: usize = 65_536;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Saw a line in a list.
    Line,
    /// Opened records.
    Chart,
    /// Searched, and this patient was found or named.
    Searched,
    /// Wrote.
    Written,
    /// Was refused.
    Refused,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Line, Self::Chart, Self::Searched, Self::Written, Self::Refused];

    /// What an entry with a fleeting part is; none for others.
    pub fn of(event: &Event, part: Part) -> Option<Self> {
        Some(match event {
            Event::Opened if part == Part::Line => Self::Line,
            Event::Opened => Self::Chart,
            // A list is a search for lines: what was seen are the lines.
            Event::Searched if part == Part::Line => Self::Line,
            Event::Searched | Event::SearchedWithin => Self::Searched,
            Event::Written { .. } => Self::Written,
            Event::Refused => Self::Refused,
            _ => return None,
        })
    }
}

/// One entry about a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// The entry.
    pub entry: u64,
    /// What it was.
    pub kind: Kind,
    /// Whether a visit begins with it.
    pub begins: bool,
}

/// What is kept of one patient.
#[derive(Debug)]
struct Patient {
    /// The entry from which the first difference counts.
    base: u64,
    last: u64,
    last_ms: u64,
    session: SessionId,
    purpose: Purpose,
    count: u16,
    /// Whether there were entries before the first that is kept.
    is_cut: bool,
    /// Ascending: `difference << 4 | begins << 3 | kind`, seven bits a byte, the lowest first.
    items: Vec<u8>,
}

/// The newest entries about the patients of one cell.
#[derive(Debug, Default)]
pub struct Recent {
    patients: HashMap<Pseudonym, Patient>,
    undelivered: BTreeSet<u64>,
    /// Of entries before this one it is not known whether they were delivered.
    delivery_known_from: u64,
}

/// The newest entries about one patient.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// Ascending.
    pub items: Vec<Item>,
    /// Whether there are entries before the first.
    pub is_cut: bool,
}

impl Recent {
    /// Takes an entry in.
    pub fn note(&mut self, entry: u64, lasting: &Lasting, fleeting: &Fleeting) {
        let Some(kind) = Kind::of(&lasting.event, fleeting.part) else { return };
        if !matches!(kind, Kind::Written | Kind::Refused) {
            self.undelivered.insert(entry);
            while self.undelivered.len() > MAX_UNDELIVERED {
                self.delivery_known_from = self.undelivered.pop_first().map_or(entry, |first| first + 1);
            }
        }
        for patient in &fleeting.patients {
            let fresh = || Patient {
                base: entry,
                last: entry,
                last_ms: 0,
                session: SessionId([0; 16]),
                purpose: fleeting.purpose,
                count: 0,
                is_cut: false,
                items: Vec::new(),
            };
            self.patients.entry(*patient).or_insert_with(fresh).push(entry, kind, lasting.time_ms, fleeting);
        }
    }

    /// These answers were reported as sent to their end.
    pub fn delivered(&mut self, entries: &[u64]) {
        for entry in entries {
            self.undelivered.remove(entry);
        }
    }

    /// Whether all of these were reported as sent; none when that is not kept any more.
    pub fn are_delivered(&self, items: &[Item]) -> Option<bool> {
        let mut to_deliver = items.iter().filter(|item| !matches!(item.kind, Kind::Written | Kind::Refused));
        if to_deliver.clone().any(|item| self.undelivered.contains(&item.entry)) {
            return Some(false);
        }
        to_deliver.all(|item| item.entry >= self.delivery_known_from).then_some(true)
    }

    /// The newest entries about a patient.
    pub fn of(&self, patient: &Pseudonym) -> Items {
        self.patients.get(patient).map_or_else(Items::default, Patient::decode)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let each = size_of::<(Pseudonym, Patient)>() + 1;
        let heap: usize = self.patients.values().map(|patient| patient.items.capacity()).sum();
        self.patients.capacity() * each + heap
    }
}

impl Patient {
    fn push(&mut self, entry: u64, kind: Kind, time_ms: u64, fleeting: &Fleeting) {
        let goes_on = self.count > 0
            && self.session == fleeting.session
            && self.purpose == fleeting.purpose
            && time_ms.saturating_sub(self.last_ms) <= VISIT_PAUSE_MS;
        if usize::from(self.count) == MAX_ENTRIES {
            self.cut();
        }
        let mut left = (entry.saturating_sub(self.last) << 4) | u64::from(!goes_on) << 3 | kind as u64;
        // Grows by little: most patients have few entries.
        if self.items.capacity() - self.items.len() < 4 {
            self.items.reserve_exact(8 + self.items.len() / 4);
        }
        while left >= 0x80 {
            self.items.push(left as u8 | 0x80);
            left >>= 7;
        }
        self.items.push(left as u8);
        self.count += 1;
        (self.last, self.last_ms) = (entry, time_ms);
        (self.session, self.purpose) = (fleeting.session, fleeting.purpose);
    }

    /// Forgets the oldest entry.
    fn cut(&mut self) {
        let mut at = 0;
        if let Some(number) = read(&self.items, &mut at) {
            self.base += number >> 4;
        }
        self.items.drain(..at);
        self.count -= 1;
        self.is_cut = true;
    }

    fn decode(&self) -> Items {
        let (mut items, mut at, mut entry) = (Vec::with_capacity(self.count.into()), 0, self.base);
        while let Some(number) = read(&self.items, &mut at) {
            entry += number >> 4;
            let kind = Kind::ALL[(number & 7) as usize % Kind::ALL.len()];
            items.push(Item { entry, kind, begins: number & 8 != 0 });
        }
        Items { items, is_cut: self.is_cut }
    }
}

fn read(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use salus_seal::entry::Interaction;

    fn fleeting(session: u8, patient: u8, emergency: bool) -> Fleeting {
        Fleeting {
            session: SessionId([session; 16]),
            purpose: if emergency { Purpose::Emergency } else { Purpose::Treatment },
            interaction: Interaction::Read,
            address: [0; 16],
            refused: None,
            part: Part::Body,
            patients: vec![Pseudonym([patient; 16])],
            charged: 1,
            versions: Vec::new(),
        }
    }

    #[test]
    fn a_visit_ends_with_its_session_its_purpose_and_a_minute_without_anything() {
        let mut recent = Recent::default();
        let steps = [
            (0, 1, false),
            (59, 1, false),
            (119, 1, false),
            (180, 1, false),
            (181, 2, false),
            (182, 2, true),
        ];
        for (entry, (second, session, emergency)) in steps.into_iter().enumerate() {
            let lasting = Lasting { time_ms: second * 1_000, event: Event::Opened };
            recent.note(entry as u64, &lasting, &fleeting(session, 1, emergency));
        }
        let begins: Vec<bool> = recent.of(&Pseudonym([1; 16])).items.iter().map(|item| item.begins).collect();
        assert_eq!(begins, [true, false, false, true, true, true]);
        assert_eq!(recent.of(&Pseudonym([2; 16])), Items::default());
    }

    #[test]
    fn what_was_not_reported_as_sent_is_known_of_the_newest() {
        let mut recent = Recent::default();
        let count = MAX_UNDELIVERED as u64 + 10;
        for entry in 0..count {
            let lasting = Lasting { time_ms: 0, event: Event::Opened };
            recent.note(entry, &lasting, &fleeting(1, 1, false));
        }
        let item = |entry| Item { entry, kind: Kind::Chart, begins: true };
        recent.delivered(&[count - 1]);
        assert_eq!(recent.are_delivered(&[item(count - 1)]), Some(true));
        assert_eq!(recent.are_delivered(&[item(count - 2), item(count - 1)]), Some(false));
        assert_eq!(recent.are_delivered(&[item(3), item(count - 1)]), None);
        assert_eq!(recent.are_delivered(&[Item { kind: Kind::Written, ..item(count - 2) }]), Some(true));
    }

    /// What a cell of 50,000 patients takes, printed.
    #[test]
    fn a_patient_takes_little_memory() {
        for (entries, at_most_bytes) in [(3u64, 200), (40, 320), (2_000, 1_300)] {
            let mut recent = Recent::default();
            let patients: u64 = 2_000;
            for round in 0..entries {
                for patient in 0..patients {
                    let lasting = Lasting { time_ms: round * 100_000, event: Event::Opened };
                    let mut fleeting = fleeting(1, 0, false);
                    fleeting.patients[0].0[..8].copy_from_slice(&patient.to_le_bytes());
                    recent.note(round * patients + patient, &lasting, &fleeting);
                }
            }
            recent.undelivered.clear();
            let each = recent.bytes() / patients as usize;
            println!("{entries} entries: {each} bytes a patient");
            assert!(each <= at_most_bytes, "{entries} entries: {each} bytes");
        }
    }

    proptest! {
        #[test]
        fn the_newest_are_kept_in_order(
            steps in prop::collection::vec((0u64..100_000, 0u64..200, 0u8..3, 0usize..5), 1..700)
        ) {
            let mut recent = Recent::default();
            let mut naive: Vec<Item> = Vec::new();
            let (mut entry, mut now_ms, mut before): (u64, u64, Option<(u8, u64)>) = (7, 0, None);
            for (difference, seconds, session, kind) in steps {
                entry += difference + 1;
                now_ms += seconds * 1_000;
                let mut fleeting = fleeting(session, 1, false);
                let event = match Kind::ALL[kind] {
                    Kind::Line => { fleeting.part = Part::Line; Event::Opened }
                    Kind::Chart => Event::Opened,
                    Kind::Searched => Event::SearchedWithin,
                    Kind::Written => Event::Written { first: 0, ranges: Vec::new(), root: [0; 32] },
                    Kind::Refused => Event::Refused,
                };
                recent.note(entry, &Lasting { time_ms: now_ms, event }, &fleeting);
                let goes_on = before.is_some_and(|(of, at)| of == session && now_ms - at <= VISIT_PAUSE_MS);
                naive.push(Item { entry, kind: Kind::ALL[kind], begins: !goes_on });
                before = Some((session, now_ms));
            }
            let kept = &naive[naive.len().saturating_sub(MAX_ENTRIES)..];
            let found = recent.of(&Pseudonym([1; 16]));
            prop_assert_eq!(found.items.as_slice(), kept);
            prop_assert_eq!(found.is_cut, naive.len() > MAX_ENTRIES);
        }
    }
}
