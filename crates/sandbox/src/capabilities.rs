//! Capabilities: what root may beyond its own files is given up, for whoever was started with it.

use crate::{Network, SandboxError};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

/// Ports below this one take a capability to be listened on.
const FIRST_FREE_PORT: u16 = 1024;

/// Empties all five sets. One capability stays where a port below 1024 is still to be listened on, which is then all that it
/// is good for: Landlock admits no other port.
///
/// Who may lock memory by capability has no limit to it any more, as far as that can be had: it could not be lifted later.
pub(crate) fn give_up(network: &Network) -> Result<String, SandboxError> {
    let layer = |error: Errno| SandboxError::Layer { layer: "no capabilities", why: error.to_string() };
    let had = capabilities(None).map_err(layer)?;
    if had.effective.contains(CapabilitySet::IPC_LOCK | CapabilitySet::SYS_RESOURCE) {
        // Where that is refused, the limit that there is holds, and whoever locks memory asks for it.
        let _ = setrlimit(Resource::Memlock, Rlimit { current: None, maximum: None });
    }
    if had.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().iter() {
            unless_unknown(remove_capability_from_bounding_set(capability)).map_err(layer)?;
        }
    }
    unless_unknown(clear_ambient_capability_set()).map_err(layer)?;
    let kept = if has_low_port(network) { CapabilitySet::NET_BIND_SERVICE } else { CapabilitySet::empty() };
    let kept = had.permitted & had.effective & kept;
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(layer)?;
    Ok(if kept.is_empty() { "no capabilities" } else { "no capabilities but to listen on its port" }.into())
}

fn has_low_port(network: &Network) -> bool {
    match network {
        Network::UnixOnly => false,
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
