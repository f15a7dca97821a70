//! What ended at once: what was admitted before is sent no more, and the keyholder is told when that is so.
//!
//! Whoever sends on a connection holds a [`Line`] for it, and says under what each answer was admitted. When the keyholder says that something
//! ended, every line whose last answer it covers is stopped; that is confirmed when all of these lines are gone. What was asked for
//! before, and is answered after, is covered too: each admission knows how much had ended when it was asked for.
//!
//! Never: admits anything. State: the lines, and what ended within the last seconds.

use crate::keeping::Keeps;
use crate::wire::ADMISSION_MS;
use crate::wire::contain::Ended;
use salus_seal::CellId;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// For how long it is remembered what ended: no admission that was asked for before is valid any more.
const REMEMBER: Duration = Duration::from_millis(4 * ADMISSION_MS as u64);
/// The most endings that are remembered; of more, everything counts as ended.
const MAX_REMEMBERED: usize = 4_096;

/// Under what something was admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Under {
    pub(crate) cell: CellId,
    /// SHA-256 of the session's token.
    pub(crate) session: [u8; 32],
    /// How much had ended when it was asked for.
    pub(crate) asked: u64,
}

impl Under {
    /// The cell in which it was admitted.
    pub fn cell(&self) -> CellId {
        self.cell
    }

    /// Both: of one session, asked for when the first of them was.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { asked: self.asked.min(other.asked), ..self }
    }

    pub(crate) fn is_covered(&self, ended: &Ended) -> bool {
        match ended {
            Ended::Session(session) => self.session == *session,
            Ended::Cell(cell) => self.cell == *cell,
            Ended::Everything => true,
        }
    }
}

/// What ended, and who is sending. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Endings(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// How much has ended.
    count: AtomicU64,
    /// What, with its number from 1, and when it was heard of.
    recent: Mutex<VecDeque<(u64, Instant, Ended)>>,
    lines: Mutex<HashMap<u64, Arc<Sending>>>,
    next_line: AtomicU64,
    keeps: Keeps,
    /// A line that was stopped is gone.
    gone: Notify,
}

#[derive(Debug, Default)]
struct Sending {
    under: Mutex<Option<Under>>,
    stopped: AtomicBool,
    stop: Notify,
}

impl Endings {
    /// How much has ended by now: what is asked for from now on is asked after that.
    pub(crate) fn count(&self) -> u64 {
        self.0.count.load(Ordering::SeqCst)
    }

    /// Whether what was admitted has ended since it was asked for.
    pub fn cover(&self, under: &Under) -> bool {
        if self.count() == under.asked {
            return false;
        }
        let recent = lock(&self.0.recent);
        // What is not remembered any more may have covered it.
        let forgotten = recent.front().is_none_or(|(first, ..)| *first > under.asked + 1);
        forgotten || recent.iter().any(|(number, _, ended)| *number > under.asked && under.is_covered(ended))
    }

    /// A connection on which answers are sent.
    pub fn line(&self) -> Line {
        let id = self.0.next_line.fetch_add(1, Ordering::Relaxed);
        let sending = Arc::new(Sending::default());
        lock(&self.0.lines).insert(id, Arc::clone(&sending));
        Line { id, endings: self.clone(), sending }
    }

    /// Takes in what has ended, and stops the lines that send something of it; names them.
    pub(crate) fn begin(&self, ended: &[Ended]) -> Vec<u64> {
        self.note(ended);
        self.0.keeps.end(ended);
        self.stop(ended)
    }

    /// What is kept, to be sent later.
    pub(crate) fn keeps(&self) -> &Keeps {
        &self.0.keeps
    }

    /// There is no connection on which endings are heard of, or there was none: nothing of what is kept is sent any more.
    pub(crate) fn lose(&self) {
        self.0.keeps.end_all();
    }

    /// Returns when these lines are gone.
    pub(crate) async fn stopped(&self, stopped: Vec<u64>) {
        loop {
            let gone = self.0.gone.notified();
            let mut gone = std::pin::pin!(gone);
            gone.as_mut().enable();
            if !stopped.iter().any(|id| lock(&self.0.lines).contains_key(id)) {
                return;
            }
            gone.await;
        }
    }

    fn note(&self, ended: &[Ended]) {
        let now = Instant::now();
        let mut recent = lock(&self.0.recent);
        while recent.front().is_some_and(|(_, heard, _)| heard.elapsed() > REMEMBER)
            || recent.len() > MAX_REMEMBERED
        {
            recent.pop_front();
        }
        for one in ended {
            let number = self.count() + 1;
            recent.push_back((number, now, one.clone()));
            self.0.count.store(number, Ordering::SeqCst);
        }
    }

    /// Stops the lines whose last answer this covers, and names them.
    fn stop(&self, ended: &[Ended]) -> Vec<u64> {
        let all: Vec<(u64, Arc<Sending>)> =
            lock(&self.0.lines).iter().map(|(id, sending)| (*id, Arc::clone(sending))).collect();
        let is_covered = |sending: &Sending| {
            lock(&sending.under).is_some_and(|under| ended.iter().any(|ended| under.is_covered(ended)))
        };
        let mut stopped = Vec::new();
        for (id, sending) in all {
            if is_covered(&sending) {
                sending.stopped.store(true, Ordering::SeqCst);
                sending.stop.notify_one();
                stopped.push(id);
            }
        }
        stopped
    }
}

/// One connection. Dropped, it sends nothing any more: after its socket.
#[derive(Debug)]
pub struct Line {
    id: u64,
    endings: Endings,
    sending: Arc<Sending>,
}

impl Line {
    /// The answer that is sent next, and under what it was admitted. False: that has ended, and nothing of it may be sent.
    pub fn sends(&self, under: Option<Under>) -> bool {
        *lock(&self.sending.under) = under;
        // Said first and looked after, so that what ends meanwhile finds this line, or is found here.
        under.is_none_or(|under| !self.endings.cover(&under))
    }

    /// Returns when the answer under way must be sent no more.
    pub async fn stopped(&self) {
        while !self.sending.stopped.load(Ordering::SeqCst) {
            self.sending.stop.notified().await;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        lock(&self.endings.0.lines).remove(&self.id);
        self.endings.0.gone.notify_waiters();
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    const CELL: CellId = CellId([1; 16]);

    fn under(endings: &Endings, session: u8) -> Under {
        Under { cell: CELL, session: [session; 32], asked: endings.count() }
    }

    async fn end(endings: &Endings, ended: Ended) {
        endings.stopped(endings.begin(&[ended])).await;
    }

    #[tokio::test]
    async fn what_ended_is_confirmed_when_its_lines_are_gone_and_not_before() {
        let endings = Endings::default();
        let (covered, other) = (endings.line(), endings.line());
        assert!(covered.sends(Some(under(&endings, 7))) && other.sends(Some(under(&endings, 8))));
        let before = under(&endings, 7);
        let ending = tokio::spawn({
            let endings = endings.clone();
            async move { end(&endings, Ended::Session([7; 32])).await }
        });
        covered.stopped().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!ending.is_finished(), "confirmed while the line is there");
        drop(covered);
        tokio::time::timeout(Duration::from_secs(5), ending).await.unwrap().unwrap();
        // What was asked for before and comes now is not sent; what is asked for later is the keyholder's to refuse.
        let late = endings.line();
        assert!(!late.sends(Some(before)));
        assert!(late.sends(Some(under(&endings, 7))) && late.sends(None));
        assert!(tokio::time::timeout(Duration::from_millis(20), other.stopped()).await.is_err());
        // A line whose answer was sent, and which is asked for something else, is not stopped.
        other.sends(None);
        end(&endings, Ended::Everything).await;
    }

    #[tokio::test]
    async fn a_cell_covers_its_own_and_everything_covers_all() {
        let endings = Endings::default();
        let mine = under(&endings, 1);
        end(&endings, Ended::Cell(CellId([2; 16]))).await;
        assert!(!endings.cover(&mine));
        end(&endings, Ended::Cell(CELL)).await;
        assert!(endings.cover(&mine));
        let mine = under(&endings, 1);
        assert!(!endings.cover(&mine));
        end(&endings, Ended::Everything).await;
        assert!(endings.cover(&mine));
    }
}
