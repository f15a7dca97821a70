//! The newest entries of the log about each patient, so that who has looked at a record is told without searching millions of entries.
//!
//! For each patient the numbers of at most [`MAX_ENTRIES`] entries, as differences, with what kind each was and where one visit ends and
//! the next begins: entries of one session for one purpose, none of them more than a minute after the one before. Beside them, for the
//! cell, which answers were not reported as sent, and who and why of the newest visits; of others that is read from their entries.
//!
//! Never: decides, or reads the log. State: this is it, a fold of the log.

use salus_seal::entry::relation::RelationEvent;
use salus_seal::entry::{Event, Fleeting, Interaction, Lasting, Purpose, Refusal};
use salus_seal::{Part, Pseudonym, SessionId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most entries that are kept of a patient; further back the log itself is read.
pub const MAX_ENTRIES: usize = 256;
/// After so long without an entry, in milliseconds, the next one is another visit.
pub const VISIT_PAUSE_MS: u64 = 60_000;
/// The most answers of a cell of which is kept that they were not reported as sent.
const MAX_UNDELIVERED: usize = 65_536;
/// The most visits of a cell of which is kept who and why: some 80 kB.
const MAX_HEADS: usize = 1_024;

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
    /// Said why, without a treating relationship.
    Stated,
}

impl Kind {
    /// All of them, as their bits stand in [`Visit::kinds`].
    pub const ALL: [Self; 6] =
        [Self::Line, Self::Chart, Self::Searched, Self::Written, Self::Refused, Self::Stated];

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
            Event::Related(RelationEvent::Stated { .. }) => Self::Stated,
            _ => return None,
        })
    }

    /// Whether something of a record went out to somebody.
    fn is_sent(self) -> bool {
        !matches!(self, Self::Written | Self::Refused | Self::Stated)
    }

    fn bit(self) -> u8 {
        1 << self as u8
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

/// Who and why of a visit, as its first entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// When it began.
    pub time_ms: u64,
    /// In which session.
    pub session: SessionId,
    /// Why.
    pub purpose: Purpose,
    /// What was asked for first.
    pub interaction: Interaction,
    /// Why that was refused, where it was.
    pub refused: Option<Refusal>,
}

impl Head {
    /// What an entry says.
    pub fn of(time_ms: u64, fleeting: &Fleeting) -> Self {
        let Fleeting { session, purpose, interaction, refused, .. } = *fleeting;
        Self { time_ms, session, purpose, interaction, refused }
    }
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Its first entry.
    pub first: u64,
    /// How many entries.
    pub entries: u32,
    /// What they were: the bits of [`Kind::ALL`].
    pub kinds: u8,
    /// The first and the newest of them, ascending: of a long visit not all are kept.
    pub items: Vec<Item>,
}

impl Visit {
    /// One that begins with an entry.
    pub fn begin(item: Item) -> Self {
        Self { first: item.entry, entries: 1, kinds: item.kind.bit(), items: vec![item] }
    }

    /// Takes its next entry in.
    pub fn go_on(&mut self, item: Item) {
        self.entries += 1;
        self.kinds |= item.kind.bit();
        self.items.push(item);
    }
}

/// The entries after a visit's beginning that are not kept any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut {
    /// How many; as many as it holds, and more.
    pub entries: u16,
    /// What they were: the bits of [`Kind::ALL`].
    pub kinds: u8,
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
    /// Whether there were visits before the first that is kept.
    is_cut: bool,
    /// What is not kept of that one.
    cut: Cut,
    /// Ascending: `difference << 4 | begins << 3 | kind`, seven bits a byte, the lowest first.
    items: Vec<u8>,
}

/// The newest entries about the patients of one cell.
#[derive(Debug, Default)]
pub struct Recent {
    heads: BTreeMap<u64, Head>,
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
    /// Whether there are visits before that of the first.
    pub is_cut: bool,
    /// What is not kept of that one.
    pub cut: Cut,
}

impl Items {
    /// Visit by visit, ascending.
    pub fn visits(self) -> Vec<Visit> {
        let mut visits: Vec<Visit> = Vec::new();
        for item in self.items {
            match visits.last_mut() {
                Some(visit) if !item.begins => visit.go_on(item),
                _ => visits.push(Visit::begin(item)),
            }
        }
        if let Some(oldest) = visits.first_mut() {
            oldest.entries += u32::from(self.cut.entries);
            oldest.kinds |= self.cut.kinds;
        }
        visits
    }
}

impl Recent {
    /// How many patients the log ever spoke of.
    pub fn patients(&self) -> u32 {
        u32::try_from(self.patients.len()).unwrap_or(u32::MAX)
    }

    /// Takes an entry in.
    pub fn note(&mut self, entry: u64, lasting: &Lasting, fleeting: &Fleeting) {
        let Some(kind) = Kind::of(&lasting.event, fleeting.part) else { return };
        if !fleeting.patients.is_empty() && kind.is_sent() {
            self.undelivered.insert(entry);
            while self.undelivered.len() > MAX_UNDELIVERED {
                self.delivery_known_from = self.undelivered.pop_first().map_or(entry, |first| first + 1);
            }
        }
        let mut begins = false;
        for patient in &fleeting.patients {
            let fresh = || Patient {
                base: entry,
                last: entry,
                last_ms: 0,
                session: SessionId([0; 16]),
                purpose: fleeting.purpose,
                count: 0,
                is_cut: false,
                cut: Cut::default(),
                items: Vec::new(),
            };
            let patient = self.patients.entry(*patient).or_insert_with(fresh);
            begins |= patient.push(entry, kind, lasting.time_ms, fleeting);
        }
        if begins {
            self.heads.insert(entry, Head::of(lasting.time_ms, fleeting));
            while self.heads.len() > MAX_HEADS {
                self.heads.pop_first();
            }
        }
    }

    /// These answers were reported as sent to their end.
    pub fn delivered(&mut self, entries: &[u64]) {
        for entry in entries {
            self.undelivered.remove(entry);
        }
    }

    /// Who and why of the visit that begins with an entry; none when that is not kept any more.
    pub fn head(&self, entry: u64) -> Option<Head> {
        self.heads.get(&entry).copied()
    }

    /// Whether everything in a visit was reported as sent; none when that is not kept any more.
    pub fn is_delivered(&self, visit: &Visit) -> Option<bool> {
        let kept = self.are_delivered(&visit.items);
        // What is not kept of it lies behind the first: all was sent if nothing at all is missing up to the next that is kept.
        let next = visit.items.get(1).map_or(visit.first, |item| item.entry);
        let is_whole = visit.items.len() == visit.entries as usize;
        let is_known = || visit.first >= self.delivery_known_from;
        let is_all_sent = || self.undelivered.range(visit.first..next).next().is_none();
        kept.filter(|sent| !sent || is_whole || is_known() && is_all_sent())
    }

    fn are_delivered(&self, items: &[Item]) -> Option<bool> {
        let mut to_deliver = items.iter().filter(|item| item.kind.is_sent());
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
    /// Whether a visit begins with it.
    fn push(&mut self, entry: u64, kind: Kind, time_ms: u64, fleeting: &Fleeting) -> bool {
        let goes_on = self.count > 0
            && self.session == fleeting.session
            && self.purpose == fleeting.purpose
            && time_ms.saturating_sub(self.last_ms) <= VISIT_PAUSE_MS;
        if usize::from(self.count) == MAX_ENTRIES {
            self.cut();
        }
        let number = (entry.saturating_sub(self.last) << 4) | u64::from(!goes_on) << 3 | kind as u64;
        // Grows by little: most patients have few entries.
        if self.items.capacity() - self.items.len() < 4 {
            self.items.reserve_exact(8 + self.items.len() / 4);
        }
        write(&mut self.items, number);
        self.count += 1;
        (self.last, self.last_ms) = (entry, time_ms);
        (self.session, self.purpose) = (fleeting.session, fleeting.purpose);
        !goes_on
    }

    /// Forgets the oldest entry with which no visit begins; a visit's beginning goes when nothing else of it is kept.
    fn cut(&mut self) {
        let mut at = 0;
        let Some(first) = read(&self.items, &mut at) else { return };
        let begins_to = at;
        let Some(second) = read(&self.items, &mut at) else { return };
        if second & BEGINS != 0 {
            self.base += first >> 4;
            self.items.drain(..begins_to);
            (self.is_cut, self.cut) = (true, Cut::default());
        } else {
            let Some(third) = read(&self.items, &mut at) else { return };
            let joined = third.saturating_add(second >> 4 << 4);
            let mut bytes = Vec::new();
            write(&mut bytes, joined);
            self.items.splice(begins_to..at, bytes);
            self.cut.entries = self.cut.entries.saturating_add(1);
            self.cut.kinds |= kind_of(second).bit();
        }
        self.count -= 1;
    }

    fn decode(&self) -> Items {
        let (mut items, mut at, mut entry) = (Vec::with_capacity(self.count.into()), 0, self.base);
        while let Some(number) = read(&self.items, &mut at) {
            entry += number >> 4;
            items.push(Item { entry, kind: kind_of(number), begins: number & BEGINS != 0 });
        }
        Items { items, is_cut: self.is_cut, cut: self.cut }
    }
}

/// The bit of an entry with which a visit begins.
const BEGINS: u64 = 8;

fn kind_of(number: u64) -> Kind {
    Kind::ALL[(number & 7) as usize % Kind::ALL.len()]
}

fn write(bytes: &mut Vec<u8>, mut left: u64) {
    while left >= 0x80 {
        bytes.push(left as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
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
            steps in prop::collection::vec((0u64..100_000, 0u64..200, 0u8..3, 0usize..6), 1..700)
        ) {
            let mut recent = Recent::default();
            let (mut naive, mut whole): (Vec<Item>, Vec<Visit>) = (Vec::new(), Vec::new());
            let mut is_cut = false;
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
                    Kind::Stated => Event::Related(RelationEvent::Stated { sealed: Vec::new() }),
                };
                recent.note(entry, &Lasting { time_ms: now_ms, event }, &fleeting);
                let goes_on = before.is_some_and(|(of, at)| of == session && now_ms - at <= VISIT_PAUSE_MS);
                let item = Item { entry, kind: Kind::ALL[kind], begins: !goes_on };
                match whole.last_mut() {
                    Some(visit) if goes_on => visit.go_on(item),
                    _ => whole.push(Visit::begin(item)),
                }
                naive.push(item);
                if naive.len() > MAX_ENTRIES {
                    let forgotten = usize::from(!naive[1].begins);
                    is_cut |= forgotten == 0;
                    naive.remove(forgotten);
                }
                before = Some((session, now_ms));
            }
            let found = recent.of(&Pseudonym([1; 16]));
            prop_assert_eq!(&found.items, &naive);
            prop_assert_eq!(found.is_cut, is_cut);
            // Whatever is kept of a visit, it is told whole.
            let visits = found.visits();
            let newest = whole.split_off(whole.len() - visits.len());
            prop_assert_eq!(is_cut, !whole.is_empty());
            prop_assert!(newest.iter().all(|visit| recent.head(visit.first).is_some()));
            let told = |visits: Vec<Visit>| -> Vec<_> {
                visits.into_iter().map(|visit| (visit.first, visit.entries, visit.kinds)).collect()
            };
            prop_assert_eq!(told(visits), told(newest));
        }
    }
}
