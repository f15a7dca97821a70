//! Starting: open the keys, fold the log, check that it is the latest, listen.
//!
//! Never: starts on a log that a witness knows to be longer, or that does not fold. State: none; it hands over to the server.

use crate::core::{Core, Parts};
use crate::desk::SignInOptions;
use crate::error::KeyholderError;
use crate::extraction::Program;
use crate::keyring::{Keyring, SIGNING_LABEL};
use crate::rules::Kinds;
use crate::scope::open_entry;
use crate::search::LineSearch;
use crate::server::{Proofs, Server, listen};
use crate::setup::trust_dir;
use crate::state::State;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{Resource, getrlimit};
use rustix::thread::{CapabilitySet, capabilities};
use salus_accesslog::{AccessLog, Options, Signer, Tree};
use salus_seal::entry::Event;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The length of a journal segment, in bytes: some 8,000 entries. Larger ones are made less often, and take that much of
/// the disk in the smallest installation.
const SEGMENT_BYTES: u64 = 1024 * 1024;

/// What a keyholder runs with.
pub struct KeyholderOptions {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The root key's file.
    pub root_key_file: PathBuf,
    /// Where it listens.
    pub socket: PathBuf,
    /// Folders that get a copy of every checkpoint.
    pub witness_dirs: Vec<PathBuf>,
    /// Proves that a connection is the record server's; drawn anew at each start.
    pub record_server_key: Zeroizing<[u8; 32]>,
    /// With an index; none: nobody connects as the indexer.
    pub search: Option<SearchOptions>,
    /// With a door; none: nobody connects as it, and no person signs in.
    pub sign_in: Option<SignInOptions>,
    /// Proves that a connection is the messenger's; none: nobody connects as it, and alarms are told on pages alone.
    pub messenger_key: Option<Zeroizing<[u8; 32]>>,
    /// With an extractor; none: nothing is extracted anew.
    pub extract: Option<ExtractOptions>,
    /// What records are about, by their types: what a cell's rules speak of.
    pub kinds: Kinds,
    /// What protects the process, in plain words, for `salus status`.
    pub protections: Vec<String>,
    /// Whether an administrator may set the clock forward: never where there are real patients, since it refills budgets.
    pub clock_moves: bool,
}

/// What searching needs.
pub struct SearchOptions {
    /// Proves that a connection is the indexer's; drawn anew at each start.
    pub indexer_key: Zeroizing<[u8; 32]>,
    /// What is no more than a glimpse.
    pub line: LineSearch,
}

/// What extracting words anew needs.
pub struct ExtractOptions {
    /// Proves that a connection is the extractor's; drawn anew at each start.
    pub extractor_key: Zeroizing<[u8; 32]>,
    /// Asks for an extractor to be started; it may be asked for again while it starts. Must not block.
    pub call: Box<dyn Fn() + Send>,
    /// What the program's own extraction is.
    pub program: Program,
}

/// Runs until `stop` becomes readable or is closed. `ready` is called once it listens.
pub fn run(mut options: KeyholderOptions, stop: OwnedFd, ready: impl FnOnce()) -> Result<(), KeyholderError> {
    if lock_memory() {
        options.protections.push("memory locked: no key reaches a swap file".into());
    }
    let trust_dir = trust_dir(&options.data_dir);
    if !Keyring::exists(&trust_dir) {
        return Err(KeyholderError::NotInitialised { path: trust_dir.display().to_string() });
    }
    let keyring = Keyring::open(&trust_dir, &options.root_key_file)?;
    let identity = keyring.identity()?;
    let signer = Signer::from_seed(*identity.signing_seed)?;
    let origin = format!("salus.example/{}", identity.installation);
    let mut log_options = Options::new(options.data_dir.join("log"), origin, signer);
    let has_witnesses = !options.witness_dirs.is_empty();
    log_options.witness_dirs = options.witness_dirs;
    log_options.segment_bytes = SEGMENT_BYTES;
    let (log, state, torn_bytes) = fold(log_options, &keyring, false)?;
    let first_start = log.size(Tree::Platform) == 0;
    if first_start && keyring.has_cells() {
        // An empty log is the oldest copy there is.
        return Err(KeyholderError::LogMissing);
    }
    let mut core = Core::new(Parts {
        state,
        keyring,
        log,
        installation: identity.installation.clone(),
        recovery: identity.recovery.clone(),
        protections: options.protections,
    })?;
    core.has_witnesses = has_witnesses;
    core.clock_moves = options.clock_moves;
    core.kinds = options.kinds;
    let now_ms = core.clock.now_ms();
    core.record(Tree::Platform, now_ms, Event::Started { torn_bytes, recovered: false }, None)?;
    if first_start {
        let escrow = identity.recovery.seal(SIGNING_LABEL, &identity.signing_seed)?;
        let recovery_identity = identity.recovery.0.clone();
        core.record(Tree::Platform, now_ms, Event::SigningKeyEscrowed { recovery_identity, escrow }, None)?;
    }
    if options.messenger_key.is_none() {
        // Nothing more is owed by ways that nobody goes.
        core.owe_in_all_cells()?;
    }
    core.commit()?;
    let listener = listen(&options.socket)?;
    let (indexer, line) = options.search.map(|search| (search.indexer_key, search.line)).unzip();
    core.index.searching.line = line.unwrap_or_default();
    let (door, desk) = options.sign_in.map(SignInOptions::open).transpose()?.unzip();
    core.desk = desk;
    let mut proofs = Proofs {
        record_server: options.record_server_key,
        administrator: identity.admin_key,
        indexer,
        door,
        extractor: None,
        messenger: options.messenger_key,
    };
    if let Some(ExtractOptions { extractor_key, call, program }) = options.extract {
        proofs.extractor = Some(extractor_key);
        core.index.extracting.call = Some(call);
        core.program = program;
    }
    ready();
    Server::new(core, proofs, listener, stop).run()
}

/// Keeps all of the process in memory, where that cannot make it fail later: without a limit, or with the right to pass it.
fn lock_memory() -> bool {
    let unlimited = getrlimit(Resource::Memlock).current.is_none();
    let may = capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::IPC_LOCK));
    (unlimited || may) && mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE).is_ok()
}

/// Opens the log and folds all of it into a state. `without_months`: take entries whose month's key is lost.
pub(crate) fn fold(
    options: Options,
    keyring: &Keyring,
    without_months: bool,
) -> Result<(AccessLog, State, u64), KeyholderError> {
    let mut state = State { recovered_ms: without_months.then_some(u64::MAX), ..State::default() };
    let (log, opened) = AccessLog::open(options, &mut |tree, index, bytes| -> Result<(), KeyholderError> {
        let unreadable = || KeyholderError::Entry { tree: format!("{tree:?}"), index };
        let (lasting, fleeting) = open_entry(&state, tree, bytes).map_err(|_| unreadable())?;
        state.apply(tree, index, &lasting, fleeting.as_ref(), keyring)
    })?;
    Ok((log, state, opened.torn_bytes))
}
