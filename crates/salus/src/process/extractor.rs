//! The extractor's process: confined to the keyholder's socket, then the extractor itself. It ends when nothing is to be extracted
//! any more. State: none.

use super::life::confined;
use super::{ExtractorStart, FirstLine, parse_key, refuse, take_options};
use crate::config::Level;
use crate::failure::COULD_NOT;
use crate::supervise::log;
use salus_extractor::{ExtractorError, ExtractorOptions, run as extract};
use salus_sandbox::{Network, Profile};
use std::os::fd::AsFd as _;
use std::process::ExitCode;

/// Runs until it is done, its parent closes its stdin, or the keyholder has gone.
pub fn run() -> ExitCode {
    let Some(start) = take_options::<ExtractorStart>() else { return ExitCode::from(COULD_NOT) };
    log::begin("extractor", start.log.format, start.log.level);
    if let Err(exit) = confined(&profile(), false) {
        return exit;
    }
    let Some(key) = parse_key(&start.keyholder_key) else { return ExitCode::from(COULD_NOT) };
    let Ok(stop) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(COULD_NOT) };
    let options = ExtractorOptions {
        keyholder_socket: start.keyholder_socket,
        key,
        public_base_url: start.public_base_url,
    };
    match extract(options, stop, || FirstLine::Ready.say()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With the keyholder gone, it is asked for again; that was said by whoever ended it.
            let level = if error == ExtractorError::Disconnected { Level::Info } else { Level::Error };
            log::line(level, "extractor-ended", &[("why", &error)]);
            refuse(error.to_string(), false)
        }
    }
}

/// It opens records, so it reaches no file at all.
fn profile() -> Profile {
    Profile { network: Network::UnixOnly, ..Profile::default() }
}

#[cfg(test)]
mod tests {
    use super::{Network, profile};

    #[test]
    fn the_profile_reaches_no_file_and_no_network() {
        let profile = profile();
        assert!(
            profile.read_write.is_empty() && profile.read_only.is_empty() && profile.list_only.is_empty()
        );
        assert_eq!(profile.network, Network::UnixOnly);
        assert!(!profile.locks_memory);
    }
}
