//! The record server's process: confined, then the web server. It cannot open the keys or the log.
//!
//! State: none.

use super::life::{confined, parent_gone};
use super::{FirstLine, RecordServerStart, parse_key, refuse, take_options};
use crate::config::Level;
use crate::failure::COULD_NOT;
use crate::supervise::log;
use salus_sandbox::{Network, Profile};
use salus_web::{Event, Hooks, KeyholderKey, TlsFiles, WebLimits, WebOptions};
use std::process::ExitCode;
use std::sync::Arc;

/// How long requests under way have when the server ends, in milliseconds; below what the supervisor waits.
const SHUTDOWN_MS: u64 = 1_500;

/// Runs until its parent closes its stdin, or SIGTERM.
pub fn run() -> ExitCode {
    let Some(start) = take_options::<RecordServerStart>() else { return ExitCode::from(COULD_NOT) };
    log::begin("record-server", start.log.format, start.log.level);
    if let Err(exit) = confined(&profile(&start), true) {
        return exit;
    }
    let Some(options) = options(start) else { return ExitCode::from(COULD_NOT) };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(options.limits.worker_threads)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return refuse(error.to_string(), false),
    };
    let hooks = Hooks { ready: Box::new(|_| FirstLine::Ready.say()), log: Arc::new(note) };
    match runtime.block_on(salus_web::run(options, hooks, until_asked())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::line(Level::Error, "record-server-ended", &[("why", &error)]);
            refuse(error.to_string(), false)
        }
    }
}

async fn until_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let closed = parent_gone();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            () = closed => {}
            _ = terminate.recv() => {}
        },
        Err(_) => closed.await,
    }
}

fn note(event: &Event) {
    match event {
        Event::Request(request) => {
            let cell = request.cell.as_deref().unwrap_or("");
            let entry = request.entry.map_or(String::new(), |entry| entry.to_string());
            let level = if request.status >= 500 { Level::Warn } else { Level::Debug };
            let fields: [(&str, &dyn std::fmt::Display); 6] = [
                ("method", &request.method),
                ("route", &request.route),
                ("status", &request.status),
                ("duration_us", &request.duration_us),
                ("cell", &cell),
                ("entry", &entry),
            ];
            log::line(level, "request", &fields);
        }
        Event::Notice { is_error, cell, what } => {
            let level = if *is_error { Level::Error } else { Level::Info };
            log::line(level, "notice", &[("cell", &cell.as_deref().unwrap_or("")), ("what", what)]);
        }
    }
}

fn options(start: RecordServerStart) -> Option<WebOptions> {
    Some(WebOptions {
        listen: start.listen,
        public_base_url: start.base_url,
        data_dir: start.data_dir,
        keyholder_socket: start.keyholder_socket,
        keyholder_key: KeyholderKey::from_bytes(*parse_key(&start.keyholder_key)?),
        tls: start.tls.map(|(certificate, key)| TlsFiles { certificate, key }),
        behind_proxy: start.behind_proxy,
        limits: WebLimits {
            max_body_bytes: start.max_body_bytes,
            max_connections: start.max_connections,
            request_timeout_ms: start.request_timeout_s.saturating_mul(1000),
            shutdown_ms: SHUTDOWN_MS,
            ..WebLimits::default()
        },
        door_url: start.door_url,
        note: start.note,
    })
}

fn profile(start: &RecordServerStart) -> Profile {
    let mut read_only: Vec<_> =
        start.tls.iter().flat_map(|(certificate, key)| [certificate.clone(), key.clone()]).collect();
    read_only.push(start.data_dir.join(salus_records::PACKAGES));
    // Its own figures, for /metrics; and how many processors there are.
    for path in ["/proc/self", "/sys/devices/system/cpu"].map(std::path::PathBuf::from) {
        if path.exists() {
            read_only.push(path);
        }
    }
    Profile {
        list_only: Vec::new(),
        read_only,
        read_write: vec![start.data_dir.join("cells")],
        network: Network::Listen(vec![start.listen.port()]),
        locks_memory: false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Network, RecordServerStart, profile};
    use std::path::Path;

    /// What the sandbox does with a profile is tried in its own crate, by processes; here, that the profile reaches
    /// neither the keys nor the log, wherever they lie.
    #[test]
    fn the_profile_reaches_cells_and_certificates_and_nothing_else_of_ours() {
        let start: RecordServerStart = serde_json::from_value(serde_json::json!({
            "log": {"format": "json", "level": "info", "language": "en"},
            "listen": "127.0.0.1:8642",
            "base_url": "http://localhost:8642",
            "data_dir": "/var/lib/salus",
            "keyholder_socket": "/var/lib/salus/run/keyholder.sock",
            "keyholder_key": "00",
            "tls": ["/etc/salus/tls.crt", "/etc/salus/tls.key"],
            "behind_proxy": false,
            "max_body_bytes": 1, "max_connections": 1, "request_timeout_s": 1,
            "door_url": null,
            "note": null,
        }))
        .unwrap();
        let profile = profile(&start);
        assert_eq!(profile.read_write, [Path::new("/var/lib/salus/cells")]);
        assert!(profile.read_only.iter().any(|path| path == Path::new("/var/lib/salus/packages")));
        assert_eq!(profile.network, Network::Listen(vec![8642]));
        let reached = profile.list_only.iter().chain(&profile.read_only).chain(&profile.read_write);
        for path in reached {
            for kept in [
                "/var/lib/salus/trust/root.key",
                "/var/lib/salus/log/journal",
                "/var/lib/salus/index/0",
                "/etc/salus/root.key",
            ] {
                assert!(!Path::new(kept).starts_with(path), "{} reaches {kept}", path.display());
            }
        }
    }
}
