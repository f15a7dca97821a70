//! What was admitted to be sent: until when, and what is reported when it was sent to its end.
//!
//! Never: reports by itself; whoever sends says so. State: the entries, owned by the answer.

use salus_seal::CellId;
use salus_trust_api::{Admission, Again, Receipt, SearchAdmission, TakenFile, Trust, Under};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::Notify;

/// The sending of an answer that admissions allow.
#[derive(Debug, Clone)]
pub struct Delivery {
    trust: Trust,
    cell: CellId,
    entries: Vec<(u64, u64)>,
    ends: Instant,
    under: Under,
    /// Told when it was sent to its end.
    taken: Option<Arc<Taken>>,
}

/// Whether what was kept was sent to its end.
#[derive(Debug, Default)]
pub struct Taken {
    was: AtomicBool,
    told: Notify,
}

impl Taken {
    /// Whether it was.
    pub fn was(&self) -> bool {
        self.was.load(Ordering::SeqCst)
    }

    /// Returns when it was. For one who waits.
    pub async fn told(&self) {
        while !self.was() {
            self.told.notified().await;
        }
    }

    fn tell(&self) {
        self.was.store(true, Ordering::SeqCst);
        self.told.notify_one();
    }
}

impl Delivery {
    pub(crate) fn new(trust: &Trust, admission: &Admission) -> Self {
        let receipt = admission.receipt();
        Self {
            trust: trust.clone(),
            cell: receipt.cell,
            entries: vec![(receipt.entry, receipt.last_entry)],
            ends: admission.ends(),
            under: admission.under(),
            taken: None,
        }
    }

    pub(crate) fn of_search(trust: &Trust, admission: &SearchAdmission) -> Self {
        Self::of_receipt(trust, admission.receipt, admission.ends, admission.under)
    }

    pub(crate) fn of_receipt(trust: &Trust, receipt: Receipt, ends: Instant, under: Under) -> Self {
        let entries = vec![(receipt.entry, receipt.last_entry)];
        Self { trust: trust.clone(), cell: receipt.cell, entries, ends, under, taken: None }
    }

    /// Of a file of an export: the entries that admitted what is in it.
    pub(crate) fn of_entries(trust: &Trust, taken: &TakenFile) -> Self {
        let entries = taken.file.entries.iter().map(|entry| (*entry, *entry)).collect();
        let (ends, under) = (taken.ends, taken.under);
        Self { trust: trust.clone(), cell: under.cell(), entries, ends, under, taken: None }
    }

    /// Of what was kept: the entries that admitted it, if any did, by a new yes.
    pub(crate) fn again(trust: &Trust, kept: Option<&Self>, again: &Again, taken: Arc<Taken>) -> Self {
        let entries = kept.map_or_else(Vec::new, |kept| kept.entries.clone());
        let (ends, under) = (again.ends, again.under);
        Self { trust: trust.clone(), cell: under.cell(), entries, ends, under, taken: Some(taken) }
    }

    /// The first log entry that admitted it.
    pub fn entry(&self) -> u64 {
        self.entries.first().map_or(0, |(first, _)| *first)
    }

    /// All log entries that admitted it, in the order of their numbers.
    pub fn entries(&self) -> Vec<u64> {
        let mut entries: Vec<u64> = self.entries.iter().flat_map(|(first, last)| *first..=*last).collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// When the first of its admissions ends: nothing of it may be sent after that.
    pub fn ends(&self) -> Instant {
        self.ends
    }

    /// Under what it was admitted: what ends meanwhile may cover it.
    pub fn under(&self) -> Under {
        self.under
    }

    /// Sends both as one, which ends when the first of them ends.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.ends = self.ends.min(other.ends);
        self.under = self.under.with(other.under);
        self.entries.extend(other.entries);
        self
    }

    /// It was sent to its end.
    pub fn delivered(self) {
        let entries = self.entries();
        if !entries.is_empty() {
            self.trust.delivered(self.cell, entries);
        }
        if let Some(taken) = self.taken {
            taken.tell();
        }
    }
}
