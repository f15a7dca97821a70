//! Budgets: how many distinct patients were reached within the last hour, day and 30 days, exactly.
//!
//! One list holds each patient once, ordered by the last time they were reached; a window is everything behind a mark in
//! that list. Reaching somebody again moves them to the end. All of it takes constant time, and no window is
//! rounded to buckets.
//!
//! Never: forgets a patient within 30 days; counts one twice within a window. State: the list, a fold of the log.

use salus_seal::Pseudonym;
use salus_seal::entry::Limits;
use std::collections::HashMap;

/// The lengths of the windows, in milliseconds.
pub const WINDOWS_MS: [u64; 3] = [3_600_000, 86_400_000, 30 * 86_400_000];

const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Node {
    pseudonym: Pseudonym,
    last_ms: u64,
    previous: u32,
    next: u32,
}

/// The patients that one principal, or one cell as a whole, reached in one way.
#[derive(Debug)]
pub struct Reached {
    nodes: Vec<Node>,
    free: Vec<u32>,
    by_pseudonym: HashMap<Pseudonym, u32>,
    first: u32,
    last: u32,
    /// Per window: its oldest node, and how many from there on.
    marks: [(u32, u32); 3],
    /// When everything was declared spent, after a recovery.
    spent_at_ms: Option<u64>,
}

impl Default for Reached {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            free: Vec::new(),
            by_pseudonym: HashMap::new(),
            first: NONE,
            last: NONE,
            marks: [(NONE, 0); 3],
            spent_at_ms: None,
        }
    }
}

/// A budget that has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// After how many seconds there is room for one more patient; never 0.
    pub retry_after_s: u32,
}

impl Reached {
    /// Distinct patients within the last hour, day and 30 days.
    pub fn counts(&mut self, now_ms: u64) -> [u32; 3] {
        self.expire(now_ms);
        self.marks.map(|(_, count)| count)
    }

    /// Whether these patients (distinct) can be reached now without a window passing its limit.
    pub fn room_for(
        &mut self,
        patients: &[Pseudonym],
        limits: &Limits,
        now_ms: u64,
    ) -> Result<(), Exhausted> {
        self.expire(now_ms);
        let limits = [limits.hour, limits.day, limits.days_30];
        for (window, limit) in limits.into_iter().enumerate() {
            let fresh =
                patients.iter().filter(|patient| !self.is_within(window, patient, now_ms)).count() as u32;
            if fresh == 0 {
                continue;
            }
            if let Some(retry_after_s) = self.declared_spent_s(window, now_ms) {
                return Err(Exhausted { retry_after_s });
            }
            if self.marks[window].1.saturating_add(fresh) > limit {
                return Err(Exhausted { retry_after_s: self.room_in_s(window, now_ms) });
            }
        }
        Ok(())
    }

    /// Notes that these patients were reached.
    pub fn reach(&mut self, patients: &[Pseudonym], now_ms: u64) {
        self.expire(now_ms);
        for patient in patients {
            match self.by_pseudonym.get(patient) {
                Some(&node) => self.unlink(node),
                None => {
                    let fresh = Node { pseudonym: *patient, last_ms: 0, previous: NONE, next: NONE };
                    let node = self.allocate(fresh);
                    self.by_pseudonym.insert(*patient, node);
                }
            }
            let node = self.by_pseudonym[patient];
            self.append(node, now_ms);
        }
    }

    /// Declares every window spent from now until it has passed: after a recovery nobody knows what was reached.
    pub fn spend_all(&mut self, now_ms: u64) {
        self.spent_at_ms = Some(now_ms);
    }

    fn declared_spent_s(&self, window: usize, now_ms: u64) -> Option<u32> {
        let left_ms =
            (self.spent_at_ms? + WINDOWS_MS[window]).checked_sub(now_ms).filter(|left_ms| *left_ms > 0)?;
        Some(u32::try_from(left_ms.div_ceil(1000)).unwrap_or(u32::MAX))
    }

    /// When somebody was last reached; none when that is 30 days ago.
    pub fn last_ms(&self, patient: &Pseudonym) -> Option<u64> {
        self.by_pseudonym.get(patient).map(|&node| self.nodes[node as usize].last_ms)
    }

    /// Whether somebody was reached within one of [`WINDOWS_MS`].
    pub fn is_within(&self, window: usize, patient: &Pseudonym, now_ms: u64) -> bool {
        self.by_pseudonym
            .get(patient)
            .is_some_and(|&node| self.nodes[node as usize].last_ms + WINDOWS_MS[window] > now_ms)
    }

    fn room_in_s(&self, window: usize, now_ms: u64) -> u32 {
        let ends_ms = match self.marks[window].0 {
            NONE => now_ms + WINDOWS_MS[window],
            oldest => self.nodes[oldest as usize].last_ms + WINDOWS_MS[window],
        };
        u32::try_from(ends_ms.saturating_sub(now_ms).div_ceil(1000)).unwrap_or(u32::MAX).max(1)
    }

    fn expire(&mut self, now_ms: u64) {
        for ((oldest, count), window_ms) in self.marks.iter_mut().zip(WINDOWS_MS) {
            while *oldest != NONE {
                let node = self.nodes[*oldest as usize];
                if node.last_ms + window_ms > now_ms {
                    break;
                }
                (*oldest, *count) = (node.next, *count - 1);
            }
        }
        // What is behind the longest window concerns nobody any more.
        while self.first != NONE && self.first != self.marks[2].0 {
            let node = self.first;
            self.by_pseudonym.remove(&self.nodes[node as usize].pseudonym);
            self.unlink(node);
            self.free.push(node);
        }
    }

    fn allocate(&mut self, fresh: Node) -> u32 {
        match self.free.pop() {
            Some(node) => {
                self.nodes[node as usize] = fresh;
                node
            }
            None => {
                self.nodes.push(fresh);
                (self.nodes.len() - 1) as u32
            }
        }
    }

    fn unlink(&mut self, node: u32) {
        let Node { previous, next, last_ms, .. } = self.nodes[node as usize];
        for window in 0..self.marks.len() {
            let (oldest, count) = self.marks[window];
            if oldest == node {
                self.marks[window] = (next, count - 1);
            } else if oldest != NONE && self.nodes[oldest as usize].last_ms <= last_ms {
                // It stands behind the mark, so it counts. A mark moves past a whole millisecond at once (see `expire`),
                // so a node of the mark's own millisecond is never before it.
                self.marks[window].1 -= 1;
            }
        }
        match previous {
            NONE => self.first = next,
            previous => self.nodes[previous as usize].next = next,
        }
        match next {
            NONE => self.last = previous,
            next => self.nodes[next as usize].previous = previous,
        }
        self.nodes[node as usize].previous = NONE;
        self.nodes[node as usize].next = NONE;
    }

    fn append(&mut self, node: u32, now_ms: u64) {
        let previous = self.last;
        // Entries are appended with ascending times; a fold of the log must not break that order.
        let floor_ms = if previous == NONE { 0 } else { self.nodes[previous as usize].last_ms };
        let entry = &mut self.nodes[node as usize];
        entry.last_ms = now_ms.max(floor_ms);
        entry.previous = previous;
        entry.next = NONE;
        match previous {
            NONE => self.first = node,
            previous => self.nodes[previous as usize].next = node,
        }
        self.last = node;
        for (oldest, count) in &mut self.marks {
            if *oldest == NONE {
                *oldest = node;
            }
            *count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn patient(number: u8) -> Pseudonym {
        Pseudonym([number; 16])
    }

    const WIDE: Limits = Limits { hour: 1_000, day: 1_000, days_30: 1_000 };

    #[test]
    fn a_patient_reached_again_costs_nothing_but_stays_longer() {
        let mut reached = Reached::default();
        reached.reach(&[patient(1)], 1_000);
        reached.reach(&[patient(2)], 2_000);
        reached.reach(&[patient(1)], 3_000_000);
        assert_eq!(reached.counts(3_000_000), [2, 2, 2]);
        // An hour after the first access patient 2 has left the window, patient 1 has not.
        assert_eq!(reached.counts(3_602_000), [1, 2, 2]);
        assert_eq!(reached.counts(6_600_000), [0, 2, 2]);
        assert_eq!(reached.counts(3_000_000 + WINDOWS_MS[2]), [0, 0, 0]);
    }

    #[test]
    fn the_limit_is_exact_and_says_when_there_is_room() {
        let mut reached = Reached::default();
        let limits = Limits { hour: 2, ..WIDE };
        reached.reach(&[patient(1)], 0);
        reached.reach(&[patient(2)], 10_000);
        assert_eq!(reached.room_for(&[patient(1), patient(2)], &limits, 20_000), Ok(()));
        assert_eq!(reached.room_for(&[patient(3)], &limits, 20_000), Err(Exhausted { retry_after_s: 3_580 }));
        assert_eq!(reached.room_for(&[patient(3)], &limits, 3_599_999), Err(Exhausted { retry_after_s: 1 }));
        assert_eq!(reached.room_for(&[patient(3)], &limits, 3_600_000), Ok(()));
    }

    #[test]
    fn after_a_recovery_nobody_new_is_reached_until_the_window_has_passed() {
        let mut reached = Reached::default();
        reached.reach(&[patient(2)], 0);
        reached.spend_all(1_000);
        let hourly = Limits { hour: 5, day: 5, days_30: 5 };
        assert_eq!(reached.room_for(&[patient(1)], &hourly, 1_000), Err(Exhausted { retry_after_s: 3_600 }));
        assert_eq!(
            reached.room_for(&[patient(2)], &hourly, 1_000),
            Ok(()),
            "who was reached before stays reachable"
        );
        assert!(reached.room_for(&[patient(1)], &hourly, WINDOWS_MS[1]).is_err());
        assert_eq!(reached.room_for(&[patient(1)], &hourly, 1_000 + WINDOWS_MS[2]), Ok(()));
    }

    proptest! {
        /// The list agrees with counting every access anew, at any times.
        #[test]
        fn counts_agree_with_the_naive_count(
            steps in proptest::collection::vec((0u8..12, prop_oneof![0u64..5_000, 0u64..4_000_000, 0u64..90_000_000, 0u64..3_000_000_000]), 1..200)
        ) {
            let mut reached = Reached::default();
            let mut accesses: Vec<(u64, u8)> = Vec::new();
            let mut now_ms = 0;
            for (number, pause_ms) in steps {
                now_ms += pause_ms;
                reached.reach(&[patient(number)], now_ms);
                accesses.push((now_ms, number));
                let naive = WINDOWS_MS.map(|window_ms| {
                    let mut seen: Vec<u8> =
                        accesses.iter().filter(|(at, _)| at + window_ms > now_ms).map(|(_, who)| *who).collect();
                    seen.sort_unstable();
                    seen.dedup();
                    seen.len() as u32
                });
                prop_assert_eq!(reached.counts(now_ms), naive);
            }
        }
    }
}
