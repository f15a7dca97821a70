//! The signals that end a server, whatever it inherited. State: the runtime's handlers.

use crate::failure::Failure;
use crate::messages::say;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGHUP's place in the kernel's bit masks.
const SIGHUP_BIT: u64 = 1;

/// Waits for SIGINT or SIGTERM, and for SIGHUP unless it was inherited as ignored (which `nohup` asks for). The
/// handlers are in place when this returns; what a background shell told to ignore is handled all the same.
pub fn asked_to_end() -> Result<impl Future<Output = ()>, Failure> {
    let handle = |kind| signal(kind).map_err(|why| Failure::could_not(say("no-signals").with("why", why)));
    let mut interrupt = handle(SignalKind::interrupt())?;
    let mut terminate = handle(SignalKind::terminate())?;
    let mut hang_up = if hang_up_is_ignored() { None } else { Some(handle(SignalKind::hangup())?) };
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = received(&mut hang_up) => {}
        }
    })
}

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// As the kernel tells it: the mask of ignored signals in /proc/self/status.
fn hang_up_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    mask.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_some_and(|mask| mask & SIGHUP_BIT != 0)
}
