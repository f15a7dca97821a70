//! How the processes begin and end: confined before anything else, and over when the parent has gone.
//!
//! Never: decides what a process may reach. State: a thread that waits for the parent's end.

use super::refuse;
use crate::config::Level;
use crate::supervise::log;
use salus_sandbox::{Profile, confine};
use std::process::ExitCode;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// Gives up what the profile does not name, and says so; gives what is in force. Must come before any other thread, so that it
/// holds for all of them.
///
/// # Errors
/// How the process exits where the kernel does not do it: finally, or to be tried again.
pub(super) fn confined(profile: &Profile, is_final: bool) -> Result<Vec<String>, ExitCode> {
    let in_force = confine(profile).map_err(|error| refuse(error.to_string(), is_final))?;
    log::line(Level::Info, "confined", &[("by", &in_force.join("; "))]);
    Ok(in_force)
}

/// A runtime for a process with little to do.
///
/// # Errors
/// How the process exits where there is none.
pub(super) fn runtime_of_one_thread() -> Result<Runtime, ExitCode> {
    Builder::new_current_thread().enable_all().build().map_err(|error| refuse(error.to_string(), false))
}

/// Ends when the parent has closed its end of the pipe: it says nothing after the options.
pub(super) fn parent_gone() -> impl Future<Output = ()> + Send {
    let (end, ended) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = end.send(());
    });
    async {
        // An error means that the watching thread has gone, which is the end as well.
        let _ = ended.await;
    }
}
