//! What is kept to be sent later than its admission allows: until something ends that covers it, and then only by a new yes.
//!
//! An admission is good for seconds, and whoever sends is stopped when it ends before ([`crate::endings`]). An answer that is fetched minutes later lies
//! in memory meanwhile: it is told of every ending, like a connection that sends; and since no ending is heard of while there is no connection to the
//! keyholder, everything that is kept ends with that connection.
//!
//! Never: says yes by itself; holds the answer. State: under what each answer is kept.

use crate::client::{Asker, Trust, TrustError};
use crate::endings::{Endings, Under, lock};
use crate::wire::ADMISSION_MS;
use crate::wire::contain::Ended;
use crate::wire::policy::Rights;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// All that is kept.
#[derive(Debug, Default)]
pub(crate) struct Keeps {
    all: Mutex<HashMap<u64, Arc<Kept>>>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Kept {
    under: Under,
    has_ended: AtomicBool,
    told: Notify,
}

impl Kept {
    fn end(&self) {
        self.has_ended.store(true, Ordering::SeqCst);
        self.told.notify_one();
    }
}

impl Keeps {
    /// Ends what this covers.
    pub(crate) fn end(&self, ended: &[Ended]) {
        let all = lock(&self.all);
        let covered = all.values().filter(|kept| ended.iter().any(|ended| kept.under.is_covered(ended)));
        covered.for_each(|kept| kept.end());
    }

    /// Ends everything: what ended may not have been heard of.
    pub(crate) fn end_all(&self) {
        lock(&self.all).values().for_each(|kept| kept.end());
    }
}

/// One answer that is kept, or is being made. Dropped, it is not.
#[derive(Debug)]
pub struct Keeping {
    id: u64,
    endings: Endings,
    kept: Arc<Kept>,
}

impl Keeping {
    pub(crate) fn new(endings: &Endings, under: Under) -> Self {
        let keeps = endings.keeps();
        let id = keeps.next.fetch_add(1, Ordering::Relaxed);
        let kept = Arc::new(Kept { under, has_ended: AtomicBool::new(false), told: Notify::new() });
        lock(&keeps.all).insert(id, Arc::clone(&kept));
        // Said first and looked after, so that what ends meanwhile finds it, or is found here.
        if endings.cover(&under) {
            kept.end();
        }
        Self { id, endings: endings.clone(), kept }
    }

    /// Whether what it was asked for under has ended.
    pub fn has_ended(&self) -> bool {
        self.kept.has_ended.load(Ordering::SeqCst)
    }

    /// Returns when that has ended.
    pub async fn ended(&self) {
        while !self.has_ended() {
            self.kept.told.notified().await;
        }
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        lock(&self.endings.keeps().all).remove(&self.id);
    }
}

/// The keyholder's word about who fetches what was kept: what they may do now, and until when it counts.
#[derive(Debug, Clone, Copy)]
pub struct Again {
    /// What the role lets them do.
    pub rights: Rights,
    /// Until when what was kept may be sent.
    pub ends: Instant,
    /// Under what it is sent.
    pub under: Under,
}

impl Trust {
    /// Who asks, proved like in any request, and what they may do now. Writes no entry: what is fetched by it has its own already.
    ///
    /// Errors: [`crate::Refusal::NoSession`] without a session that lives in the asker's cell.
    pub async fn again(&self, asker: &Asker) -> Result<Again, TrustError> {
        let asked = Instant::now();
        let under = Under { cell: asker.cell, session: asker.token.hash(), asked: self.endings().count() };
        let rights = self.rights(asker).await?;
        let ends = asked + Duration::from_millis(u64::from(ADMISSION_MS));
        Ok(Again { rights, ends, under })
    }

    /// An answer to this asker is about to be made, and to be kept. Errors: as [`Trust::again`].
    pub async fn keep(&self, asker: &Asker) -> Result<(Keeping, Rights), TrustError> {
        let under = Under { cell: asker.cell, session: asker.token.hash(), asked: self.endings().count() };
        let keeping = Keeping::new(self.endings(), under);
        let rights = self.rights(asker).await?;
        Ok((keeping, rights))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use salus_seal::CellId;

    fn keeping(endings: &Endings, session: u8) -> Keeping {
        let under = Under { cell: CellId([1; 16]), session: [session; 32], asked: endings.count() };
        Keeping::new(endings, under)
    }

    #[tokio::test]
    async fn what_is_kept_ends_with_what_covers_it_and_with_the_connection() {
        let endings = Endings::default();
        let (mine, other) = (keeping(&endings, 7), keeping(&endings, 8));
        let before = Under { cell: CellId([1; 16]), session: [7; 32], asked: endings.count() };
        endings.begin(&[Ended::Session([7; 32])]);
        tokio::time::timeout(Duration::from_secs(5), mine.ended()).await.unwrap();
        assert!(mine.has_ended() && !other.has_ended());
        // What was asked for before, and is kept after.
        assert!(Keeping::new(&endings, before).has_ended() && !keeping(&endings, 7).has_ended());
        endings.lose();
        assert!(other.has_ended());
        let another = keeping(&endings, 9);
        endings.begin(&[Ended::Cell(CellId([2; 16]))]);
        assert!(!another.has_ended());
        endings.begin(&[Ended::Everything]);
        assert!(another.has_ended());
        drop((mine, other, another));
        assert!(lock(&endings.keeps().all).is_empty());
    }
}
