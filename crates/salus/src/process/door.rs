//! The door's process: confined, then its pages. It opens no file but its certificate. State: none.

use super::life::{confined, parent_gone, runtime_of_one_thread};
use super::{DoorStart, FirstLine, parse_key, refuse, take_options};
use crate::config::Level;
use crate::failure::COULD_NOT;
use crate::supervise::log;
use salus_door::{DoorOptions, TlsFiles};
use salus_sandbox::{Network, Profile};
use salus_trust_api::client::Endpoint;
use std::process::ExitCode;

/// Runs until its parent closes its stdin.
pub fn run() -> ExitCode {
    let Some(start) = take_options::<DoorStart>() else { return ExitCode::from(COULD_NOT) };
    log::begin("door", start.log.format, start.log.level);
    if let Err(exit) = confined(&profile(&start), true) {
        return exit;
    }
    let Some(options) = options(start) else { return ExitCode::from(COULD_NOT) };
    let runtime = match runtime_of_one_thread() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    match runtime.block_on(salus_door::run(options, || FirstLine::Ready.say(), parent_gone())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::line(Level::Error, "door-ended", &[("why", &error)]);
            refuse(error.to_string(), false)
        }
    }
}

fn options(start: DoorStart) -> Option<DoorOptions> {
    Some(DoorOptions {
        listen: start.listen,
        origin: start.origin,
        rp_id: start.rp_id,
        pages_url: start.pages_url,
        tls: start.tls.map(|(certificate, key)| TlsFiles { certificate, key }),
        keyholder: Endpoint { socket: start.keyholder_socket, key: parse_key(&start.keyholder_key)? },
        look_round: start.look_round,
    })
}

fn profile(start: &DoorStart) -> Profile {
    Profile {
        list_only: Vec::new(),
        read_only: start
            .tls
            .iter()
            .flat_map(|(certificate, key)| [certificate.clone(), key.clone()])
            .collect(),
        read_write: Vec::new(),
        network: Network::Listen(vec![start.listen.port()]),
        locks_memory: false,
    }
}

#[cfg(test)]
mod tests {
    use super::{DoorStart, Network, profile};

    #[test]
    fn the_profile_reaches_the_certificate_and_nothing_else() {
        let start: DoorStart = serde_json::from_value(serde_json::json!({
            "log": {"format": "json", "level": "info", "language": "en"},
            "listen": "127.0.0.1:8643",
            "origin": "http://localhost:8643",
            "rp_id": "localhost",
            "pages_url": "http://localhost:8642",
            "tls": null,
            "keyholder_socket": "/var/lib/salus/run/keyholder.sock",
            "keyholder_key": "00",
            "look_round": false,
        }))
        .unwrap();
        let profile = profile(&start);
        assert!(
            profile.list_only.is_empty() && profile.read_only.is_empty() && profile.read_write.is_empty()
        );
        assert_eq!(profile.network, Network::Listen(vec![8643]));
    }
}
