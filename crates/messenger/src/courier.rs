//! Who brings messages to one target: one after the other, until each is there.
//!
//! Never: two at once to one target; gives up. State: what waits for this target, at most [`MAX_WAITING`].

use crate::error::Trouble;
use crate::mail::Mails;
use crate::target::{News, Target, Told, Whom, Words};
use crate::webhook::Webhooks;
use salus_seal::CellId;
use salus_trust_api::wire::alarms::WayTrouble;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, mpsc};

/// The most alarms that wait for one target here; what is owed beyond is told once these are through.
pub(crate) const MAX_WAITING: usize = 4_096;
/// The most alarms in one mail.
const MAX_ALARMS_PER_MAIL: usize = 50;
/// How long one message may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// How long is waited after the first failure; each further one doubles it, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause between two tries.
pub const MAX_PAUSE: Duration = Duration::from_secs(60);
/// The least between two mails to one address, so that alarms that come together go together.
const BETWEEN_MAILS: Duration = Duration::from_secs(2);

/// An alarm, by its cell and entry.
pub(crate) type Number = (CellId, u64);

/// What became of a try.
pub(crate) struct Outcome {
    /// Which target, of the list.
    pub target: usize,
    /// The alarms that are there now, or the trouble.
    pub result: Result<Vec<Number>, Trouble>,
}

/// What waits for one target.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<BTreeMap<Number, Told>>,
    more: Notify,
}

impl Queue {
    /// Whether there is room for one more.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len() < MAX_WAITING
    }

    /// Puts one more there.
    pub(crate) fn push(&self, told: Told) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert((told.cell, told.number), told);
        drop(waiting);
        self.more.notify_one();
    }

    /// The next ones of one cell; they stay until they are [`Queue::done`]. Waits until there are any.
    async fn next(&self, most: usize) -> Vec<Told> {
        loop {
            let next: Vec<Told> = {
                let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                let cell = waiting.keys().next().map(|(cell, _)| *cell);
                let of_cell = waiting.values().take_while(|told| Some(told.cell) == cell);
                of_cell.take(most).cloned().collect()
            };
            if !next.is_empty() {
                return next;
            }
            self.more.notified().await;
        }
    }

    fn done(&self, numbers: &[Number]) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.iter().for_each(|number| drop(waiting.remove(number)));
    }
}

/// By what messages are brought.
#[derive(Clone)]
pub(crate) struct Means {
    pub mails: Option<Mails>,
    pub webhooks: Option<Webhooks>,
    pub words: Words,
}

impl Means {
    /// Brings one message there.
    pub(crate) async fn bring(&self, target: &Target, news: &News) -> Result<(), Trouble> {
        let unset = || Trouble::new(WayTrouble::Configuration, "not set up");
        let sending = async {
            match &target.whom {
                Whom::Mail(address) => {
                    self.mails.as_ref().ok_or_else(unset)?.send(address, news, (self.words)(news)).await
                }
                Whom::Webhook(url) => {
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                    self.webhooks.as_ref().ok_or_else(unset)?.post(url, news, now.as_secs()).await
                }
            }
        };
        let late = |_| Err(Trouble::new(WayTrouble::NoAnswer, "it took too long"));
        tokio::time::timeout(SEND_TIMEOUT, sending).await.unwrap_or_else(late)
    }
}

/// Brings what waits, for ever. Says what became of each try.
pub(crate) async fn carry(
    means: Means,
    target: Target,
    index: usize,
    queue: Arc<Queue>,
    outcomes: mpsc::Sender<Outcome>,
) {
    let (most, between) = match target.whom {
        Whom::Mail(_) => (MAX_ALARMS_PER_MAIL, BETWEEN_MAILS),
        Whom::Webhook(_) => (1, Duration::ZERO),
    };
    let mut pause = FIRST_PAUSE;
    loop {
        let next = queue.next(most).await;
        let numbers: Vec<Number> = next.iter().map(|told| (told.cell, told.number)).collect();
        let result = means.bring(&target, &News::Alarms(next)).await;
        let waits = if result.is_ok() {
            queue.done(&numbers);
            pause = FIRST_PAUSE;
            between
        } else {
            let waits = pause;
            pause = (pause * 2).min(MAX_PAUSE);
            waits
        };
        if outcomes.send(Outcome { target: index, result: result.map(|()| numbers) }).await.is_err() {
            return;
        }
        tokio::time::sleep(waits).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_seal::entry::alarms::AlarmKind;

    fn told(cell: u8, number: u64) -> Told {
        let (cell_name, see) = ("praxis".into(), String::new());
        let (time_ms, kind, count, suspended) = (0, AlarmKind::Canary, 1, false);
        Told { cell: CellId([cell; 16]), cell_name, number, time_ms, kind, count, suspended, see }
    }

    #[tokio::test]
    async fn one_message_is_about_one_cell_and_what_was_not_brought_stays() {
        let queue = Queue::default();
        for (cell, number) in [(2, 7), (1, 9), (1, 3), (1, 3)] {
            queue.push(told(cell, number));
        }
        let numbers =
            |next: Vec<Told>| next.iter().map(|told| (told.cell.0[0], told.number)).collect::<Vec<_>>();
        assert_eq!(numbers(queue.next(50).await), [(1, 3), (1, 9)]);
        assert_eq!(numbers(queue.next(1).await), [(1, 3)], "it stays until it is there");
        queue.done(&[(CellId([1; 16]), 3), (CellId([1; 16]), 9)]);
        assert_eq!(numbers(queue.next(50).await), [(2, 7)]);
    }

    #[test]
    fn what_waits_has_its_bound() {
        let queue = Queue::default();
        for number in 0..MAX_WAITING as u64 {
            assert!(queue.has_room());
            queue.push(told(1, number));
        }
        assert!(!queue.has_room());
    }
}
