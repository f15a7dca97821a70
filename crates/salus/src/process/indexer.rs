//! The indexer's process: confined to its own folder and the keyholder's socket, then the indexer itself. State: none.

use super::life::confined;
use super::{FirstLine, IndexerStart, parse_key, refuse, take_options};
use crate::config::Level;
use crate::failure::COULD_NOT;
use crate::supervise::log;
use salus_indexer::{IndexerError, IndexerOptions, run as keep_index};
use salus_sandbox::{Network, Profile};
use std::os::fd::AsFd as _;
use std::process::ExitCode;

/// Runs until its parent closes its stdin, or the keyholder has gone.
pub fn run() -> ExitCode {
    let Some(start) = take_options::<IndexerStart>() else { return ExitCode::from(COULD_NOT) };
    log::begin("indexer", start.log.format, start.log.level);
    if let Err(exit) = confined(&profile(&start), false) {
        return exit;
    }
    let Some(key) = parse_key(&start.keyholder_key) else { return ExitCode::from(COULD_NOT) };
    let Ok(stop) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(COULD_NOT) };
    let options = IndexerOptions {
        index_dir: start.index_dir,
        keyholder_socket: start.keyholder_socket,
        key,
        page_cache_bytes: IndexerOptions::PAGE_CACHE_BYTES,
    };
    match keep_index(options, stop, || FirstLine::Ready.say()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With the keyholder gone, it waits for the next one; that was said by whoever ended it.
            let level = if matches!(error, IndexerError::Disconnected) { Level::Info } else { Level::Error };
            log::line(level, "indexer-ended", &[("why", &error)]);
            refuse(error.to_string(), false)
        }
    }
}

fn profile(start: &IndexerStart) -> Profile {
    Profile {
        list_only: Vec::new(),
        read_only: Vec::new(),
        read_write: vec![start.index_dir.clone()],
        network: Network::UnixOnly,
        locks_memory: false,
    }
}

#[cfg(test)]
mod tests {
    use super::{IndexerStart, Network, profile};
    use std::path::Path;

    #[test]
    fn the_profile_reaches_the_index_and_nothing_else() {
        let start: IndexerStart = serde_json::from_value(serde_json::json!({
            "log": {"format": "json", "level": "info", "language": "en"},
            "index_dir": "/var/lib/salus/index",
            "keyholder_socket": "/var/lib/salus/run/keyholder.sock",
            "keyholder_key": "00",
        }))
        .unwrap();
        let profile = profile(&start);
        assert_eq!(profile.read_write, [Path::new("/var/lib/salus/index")]);
        assert!(profile.read_only.is_empty() && profile.list_only.is_empty());
        assert_eq!(profile.network, Network::UnixOnly);
    }
}
