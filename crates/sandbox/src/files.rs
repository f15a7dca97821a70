//! Landlock: files by path, TCP by port, signals and abstract sockets not at all beyond the process itself.

use crate::{Network, Profile, SandboxError};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use std::path::Path;

/// The newest access rights for files that are asked for; older kernels enforce those that they know.
const FILES: ABI = ABI::V5;

/// Restricts this thread and its descendants; says what came of it.
pub(crate) fn restrict(profile: &Profile) -> Result<String, SandboxError> {
    let mut ruleset = begin().map_err(refused)?;
    let readable = AccessFs::ReadFile | AccessFs::ReadDir;
    for path in &profile.list_only {
        ruleset = allow(ruleset, path, AccessFs::ReadDir.into())?;
    }
    for path in &profile.read_only {
        ruleset = allow(ruleset, path, readable)?;
    }
    for path in &profile.read_write {
        ruleset = allow(ruleset, path, writable())?;
    }
    let (ports, access): (&[u16], _) = match &profile.network {
        Network::UnixOnly => (&[], AccessNet::BindTcp),
        Network::Listen(ports) => (ports, AccessNet::BindTcp),
        Network::Connect(ports) => (ports, AccessNet::ConnectTcp),
    };
    for port in ports {
        ruleset = ruleset.add_rule(NetPort::new(*port, access)).map_err(refused)?;
    }
    let status = ruleset.restrict_self().map_err(refused)?;
    Ok(match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => "Landlock: this kernel lacks it".into(),
        (enforced, LandlockStatus::Available { effective_abi, .. }) => {
            let whole = if enforced == RulesetStatus::FullyEnforced { "whole" } else { "in part" };
            format!("Landlock, version {} ({whole}): files, TCP ports, signals", effective_abi as i32)
        }
        (_, _) => "Landlock: this kernel lacks it".into(),
    })
}

fn begin() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(FILES))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?
        .create()
}

/// Everything that a database and a log do with their files; no running of them, no device files.
fn writable() -> BitFlags<AccessFs> {
    AccessFs::from_all(FILES)
        & !(AccessFs::Execute | AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev)
}

fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, SandboxError> {
    let cannot = |why: String| SandboxError::Path { path: path.to_owned(), why };
    let is_directory = std::fs::metadata(path).map_err(|e| cannot(e.to_string()))?.is_dir();
    // The rights that concern directories are not accepted for a file.
    let access = if is_directory { access } else { access & AccessFs::from_file(FILES) };
    let opened = PathFd::new(path).map_err(|e| cannot(e.to_string()))?;
    ruleset.add_rule(PathBeneath::new(opened, access)).map_err(refused)
}

fn refused(error: RulesetError) -> SandboxError {
    SandboxError::Layer { layer: "Landlock", why: error.to_string() }
}
