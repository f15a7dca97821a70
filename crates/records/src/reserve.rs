//! Numbers and times for what is to be written: each record and compartment number is given once, and a cell's time never runs
//! backwards. A number that was given and not used is a gap, which does no harm.
//!
//! Never: gives a number below what the store has. State: three counters in memory, raised from the store at each
//! take-up.

use salus_store::HighMarks;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The counters of one cell.
#[derive(Debug, Default)]
pub(crate) struct Reservations {
    record: AtomicU64,
    compartment: AtomicU64,
    time_ms: AtomicU64,
}

impl Reservations {
    /// Goes on from what the store has.
    pub(crate) fn raise(&self, marks: &HighMarks) {
        self.record.fetch_max(marks.record, Ordering::Relaxed);
        self.compartment.fetch_max(marks.compartment, Ordering::Relaxed);
        self.time_ms.fetch_max(marks.time_ms, Ordering::Relaxed);
    }

    /// `count` record numbers, one after the other; the first of them.
    pub(crate) fn records(&self, count: u64) -> u64 {
        self.record.fetch_add(count, Ordering::Relaxed) + 1
    }

    /// The largest record number that was given.
    pub(crate) fn last_record(&self) -> u64 {
        self.record.load(Ordering::Relaxed)
    }

    /// `count` compartment numbers, one after the other, from 1 (0 is the house's); the first of them.
    pub(crate) fn compartments(&self, count: u64) -> u64 {
        self.compartment.fetch_add(count, Ordering::Relaxed) + 1
    }

    /// Now, in milliseconds since 1970, and never before what was said last.
    pub(crate) fn now_ms(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        self.time_ms.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_from_the_store_and_time_does_not_run_backwards() {
        let future_ms = 9_000_000_000_000;
        let reservations = Reservations::default();
        reservations.raise(&HighMarks { record: 7, compartment: 3, last_entry: None, time_ms: future_ms });
        assert_eq!(reservations.records(3), 8);
        assert_eq!(reservations.records(1), 11);
        assert_eq!(reservations.last_record(), 11);
        assert_eq!(reservations.compartments(1), 4);
        assert_eq!(reservations.now_ms(), future_ms);
        reservations.raise(&HighMarks { record: 2, ..HighMarks::default() });
        assert_eq!(reservations.records(1), 12);
    }
}
