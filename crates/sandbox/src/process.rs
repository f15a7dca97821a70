//! What is set for a process as a whole: its memory is unreadable from outside, it gains no privileges, and leaves no core.

use crate::SandboxError;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Not dumpable, no new privileges, no core files.
pub(crate) fn harden() -> Result<Vec<String>, SandboxError> {
    let layer = |layer, error: rustix::io::Errno| SandboxError::Layer { layer, why: error.to_string() };
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|e| layer("not dumpable", e))?;
    rustix::thread::set_no_new_privs(true).map_err(|e| layer("no new privileges", e))?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
        .map_err(|e| layer("no core files", e))?;
    Ok(vec!["not dumpable".into(), "no new privileges".into(), "no core files".into()])
}
