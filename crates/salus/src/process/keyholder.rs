//! The keyholder's process: confined, then the keyholder itself. State: none.

use super::life::confined;
use super::{FirstLine, KeyholderStart, parse_key, refuse, take_options};
use crate::config::Level;
use crate::failure::COULD_NOT;
use crate::supervise::log;
use salus_fhir::ResourceType;
use salus_fhir::search::{CHANGED, EXTRACTION, LINES};
use salus_keyholder::error::KeyholderError;
use salus_keyholder::rules::Kinds;
use salus_keyholder::run::{KeyholderOptions, SearchOptions, run as hold_keys};
use salus_keyholder::{ExtractOptions, LineSearch, Program, SignInOptions};
use salus_sandbox::{Network, Profile};
use std::os::fd::AsFd as _;
use std::process::ExitCode;

/// Runs until its parent closes its stdin.
pub fn run() -> ExitCode {
    let Some(start) = take_options::<KeyholderStart>() else { return ExitCode::from(COULD_NOT) };
    log::begin("keyholder", start.log.format, start.log.level);
    let protections = match confined(&profile(&start), true) {
        Ok(in_force) => in_force,
        Err(exit) => return exit,
    };
    let keys = parse_key(&start.record_server_key).zip(parse_key(&start.indexer_key));
    let Some(((record_server_key, indexer_key), extractor_key)) = keys.zip(parse_key(&start.extractor_key))
    else {
        return ExitCode::from(COULD_NOT);
    };
    let Some(door_key) = parse_key(&start.sign_in.door_key) else { return ExitCode::from(COULD_NOT) };
    let messenger_key = match start.messenger_key.as_deref().map(|key| parse_key(key)) {
        Some(None) => return ExitCode::from(COULD_NOT),
        key => key.flatten(),
    };
    let Ok(stop) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(COULD_NOT) };
    let options = KeyholderOptions {
        data_dir: start.data_dir,
        root_key_file: start.root_key_file,
        socket: start.socket,
        witness_dirs: start.witness_dirs,
        record_server_key,
        search: Some(SearchOptions { indexer_key, line: line_search() }),
        sign_in: Some(SignInOptions {
            binds_sessions: true,
            door_key,
            origin: start.sign_in.origin,
            rp_id: start.sign_in.rp_id,
            pages_url: start.sign_in.pages_url,
            look_round: start.sign_in.look_round,
            patients_write: vec![code("Task")],
        }),
        messenger_key,
        extract: Some(ExtractOptions {
            extractor_key,
            call: Box::new(|| FirstLine::Extract.say()),
            program: Program { extraction: EXTRACTION, changed: CHANGED.to_vec() },
        }),
        kinds: Kinds::new(&salus_records::categories()),
        protections,
        clock_moves: start.clock_moves,
    };
    match hold_keys(options, stop, || FirstLine::Ready.say()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::line(Level::Error, "keyholder-ended", &[("why", &error)]);
            refuse(error.to_string(), error.is_final() && !may_be_the_last_ones_lock(&error))
        }
    }
}

/// The keyholder knows no FHIR, so it is told the numbers.
fn code(name: &str) -> u16 {
    ResourceType::from_name(name).map_or(u16::MAX, ResourceType::code)
}

/// What lines show.
fn line_search() -> LineSearch {
    let lines = LINES.iter().map(|line| (code(line.kind), line.parameters.to_vec()));
    LineSearch { patient_kind: code("Patient"), lines: lines.collect() }
}

/// Of a server that was killed a moment ago, the keyholder may still be on its way out.
fn may_be_the_last_ones_lock(error: &KeyholderError) -> bool {
    matches!(error, KeyholderError::Log(salus_accesslog::LogError::InUse { .. }))
}

fn profile(start: &KeyholderStart) -> Profile {
    let owned = ["trust", "log", "run"].into_iter().map(|name| start.data_dir.join(name));
    Profile {
        // The log syncs the directory that it lies in.
        list_only: vec![start.data_dir.clone()],
        read_only: vec![start.root_key_file.clone()],
        read_write: owned.chain(start.witness_dirs.iter().cloned()).collect(),
        network: Network::UnixOnly,
        locks_memory: true,
    }
}
