//! How far an import is: a bar on a terminal, plain lines elsewhere; both on stderr. State: the bar, and the time.

use crate::messages::say;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use salus_fhir::Language;
use std::cell::Cell;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Where the progress is shown.
pub(super) struct Progress {
    bar: ProgressBar,
    is_terminal: bool,
    began: Instant,
    last_line: Cell<Instant>,
    entries: Cell<u64>,
    language: Language,
}

impl Progress {
    /// Begins, with the size of all files in bytes.
    pub(super) fn begin(bytes: u64, language: Language) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes.max(1)), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes}  {msg}  {eta}") {
            bar.set_style(style);
        }
        let now = Instant::now();
        Self { bar, is_terminal, began: now, last_line: Cell::new(now), entries: Cell::new(0), language }
    }

    /// Some more is there.
    pub(super) fn advance(&self, bytes: u64, entries: u64) {
        self.bar.inc(bytes);
        self.entries.set(self.entries.get() + entries);
        let seconds = self.began.elapsed().as_secs_f64().max(0.001);
        let rate = (self.entries.get() as f64 / seconds) as u64;
        let message =
            say("progress").with("entries", self.entries.get()).with("rate", rate).text(self.language);
        if !self.is_terminal && self.last_line.get().elapsed() >= LINE_EVERY {
            self.last_line.set(Instant::now());
            let percent = self.bar.position().saturating_mul(100) / self.bar.length().unwrap_or(1).max(1);
            eprintln!("{percent:3} %  {message}  {} s", self.bar.eta().as_secs());
        }
        self.bar.set_message(message);
    }

    /// All is there.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
