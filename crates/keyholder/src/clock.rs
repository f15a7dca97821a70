//! The keyholder's time: never backwards, and blind to steps of the wall clock while it runs.
//!
//! Budgets are windows of time, so a clock that can be set forward is a budget that can be refilled. While the process
//! runs, time passes as the monotonic clock says; the wall clock counts once, at the start.
//!
//! Where the keyholder was started so ([`crate::run::KeyholderOptions::clock_moves`]), it can be set forward by an administrator: for demos,
//! drills and tests, which live through weeks in minutes.
//!
//! Never: earlier than an entry of the log. State: the start, and the latest time given out.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The clock of one run.
#[derive(Debug)]
pub struct Clock {
    began: Instant,
    began_ms: u64,
    latest_ms: u64,
}

impl Clock {
    /// Starts at the wall clock's time, or at `floor_ms` (the latest entry of the log) when that is later.
    pub fn start(floor_ms: u64) -> Self {
        let wall_ms =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        let began_ms = wall_ms.max(floor_ms);
        Self { began: Instant::now(), began_ms, latest_ms: began_ms }
    }

    /// Sets it forward.
    pub fn forward(&mut self, by_ms: u64) {
        self.began_ms = self.began_ms.saturating_add(by_ms);
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&mut self) -> u64 {
        self.latest_ms =
            self.latest_ms.max(self.began_ms.saturating_add(self.began.elapsed().as_millis() as u64));
        self.latest_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_from_the_future_holds_the_clock_until_it_is_past() {
        let far = 9_000_000_000_000;
        let mut clock = Clock::start(far);
        assert!(clock.now_ms() >= far);
        assert!(clock.now_ms() < far + 60_000);
    }
}
