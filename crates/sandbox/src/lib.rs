//! Confines the calling process for the rest of its life: which files it may open, which sockets it may make, which
//! system calls end it, that it has no capabilities, and that nobody may read its memory.
//!
//! For: the keyholder and the record server, which call [`confine`] once, early, while they have a single thread (the
//! kernel confines the calling thread and those that it starts afterwards).
//!
//! Never: loosens anything; starts a process. State: the kernel's, for this process.

mod capabilities;
mod files;
mod process;
mod syscalls;

use std::path::PathBuf;

/// What a process needs, and so keeps.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Directories (with all below them) whose entries may be listed, and no file read. Each must exist.
    pub list_only: Vec<PathBuf>,
    /// Files and directories (with all below them) that may be read. Each must exist.
    pub read_only: Vec<PathBuf>,
    /// Files and directories (with all below them) that may be read, written, made and removed. Each must exist.
    pub read_write: Vec<PathBuf>,
    /// Which sockets may be made.
    pub network: Network,
    /// Whether the right to lock memory is kept, where there is one: it gives nothing else.
    pub locks_memory: bool,
}

/// Which sockets a process may make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Network {
    /// Unix sockets only.
    #[default]
    UnixOnly,
    /// Unix sockets, and TCP on these local ports (0: any that is free); no connection to anywhere.
    Listen(Vec<u16>),
    /// Unix sockets, and connections by TCP to these ports (of any machine), and UDP, by which names are resolved; nobody is listened to.
    Connect(Vec<u16>),
}

/// Why a process could not be confined. It must not go on then.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A path of the profile cannot be opened.
    #[error("{path} cannot be opened: {why}", path = path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// The operating system's word.
        why: String,
    },
    /// The kernel refused a layer that it has.
    #[error("{layer}: {why}")]
    Layer {
        /// Landlock, seccomp, ...
        layer: &'static str,
        /// The operating system's word.
        why: String,
    },
}

/// Confines the calling process. Returns what is in force, in plain words, one layer a line; a layer that this kernel
/// lacks is in the list too, as lacking.
///
/// # Errors
/// When a path is missing, or the kernel refuses a layer that it has.
pub fn confine(profile: &Profile) -> Result<Vec<String>, SandboxError> {
    let mut in_force = process::harden()?;
    in_force.push(capabilities::give_up(profile)?);
    in_force.push(files::restrict(profile)?);
    in_force.push(syscalls::filter(&profile.network)?);
    Ok(in_force)
}
