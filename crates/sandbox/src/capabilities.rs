//! Capabilities: what root may beyond its own files is given up, for whoever was started with it.

use crate::{Network, Profile, SandboxError};
use rustix::io::Errno;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

/// Ports below this one take a capability to be listened on.
const FIRST_FREE_PORT: u16 = 1024;

/// Empties all five sets, but for at most two capabilities: to listen on a port below 1024 that the profile names (Landlock
/// admits no other port), and to lock memory for whoever holds keys in it.
pub(crate) fn give_up(profile: &Profile) -> Result<String, SandboxError> {
    let layer = |error: Errno| SandboxError::Layer { layer: "no capabilities", why: error.to_string() };
    let had = capabilities(None).map_err(layer)?;
    if had.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().iter() {
            unless_unknown(remove_capability_from_bounding_set(capability)).map_err(layer)?;
        }
    }
    unless_unknown(clear_ambient_capability_set()).map_err(layer)?;
    let mut kept = CapabilitySet::empty();
    kept.set(CapabilitySet::NET_BIND_SERVICE, has_low_port(&profile.network));
    kept.set(CapabilitySet::IPC_LOCK, profile.locks_memory);
    let kept = had.permitted & had.effective & kept;
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(layer)?;
    let named = [
        (CapabilitySet::NET_BIND_SERVICE, "to listen on its port"),
        (CapabilitySet::IPC_LOCK, "to lock its memory"),
    ];
    let named: Vec<_> = named.iter().filter(|(one, _)| kept.contains(*one)).map(|(_, name)| *name).collect();
    Ok(match named.as_slice() {
        [] => "no capabilities".into(),
        named => format!("no capabilities but {}", named.join(" and ")),
    })
}

fn has_low_port(network: &Network) -> bool {
    match network {
        Network::UnixOnly | Network::Connect(_) => false,
        Network::Listen(ports) => ports.iter().any(|port| (1..FIRST_FREE_PORT).contains(port)),
    }
}

/// What this kernel does not know, nobody has.
fn unless_unknown(result: Result<(), Errno>) -> Result<(), Errno> {
    match result {
        Err(Errno::INVAL) => Ok(()),
        other => other,
    }
}
