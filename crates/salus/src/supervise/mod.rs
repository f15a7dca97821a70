//! Runs the server's processes: the keyholder, the indexer, the door, then the record server. Starts again what dies, and ends all of it in
//! order. Nobody waits for the indexer: until it has caught up, searches do. The extractor is started when the keyholder calls for it, and
//! ends by itself.
//!
//! Never: sees a record; puts a key on a command line or into the environment (options travel over a pipe).
//!
//! State: the processes, the keys with which they prove themselves to the keyholder, the directory's lock.

mod child;
pub mod log;
mod signals;

pub use signals::asked_to_end;

use crate::config::door::host;
use crate::config::{Format, Level, Settings};
use crate::data_dir::{DataDir, Lock, ServerFile, cannot_write};
use crate::failure::Failure;
use crate::messages::say;
use crate::process::messenger::read_secrets;
use crate::process::{
    DoorStart, ExtractorStart, IndexerStart, KeyholderStart, LogStart, MessengerStart, RecordServerStart,
    SignInStart, print_key,
};
use child::{Keeper, Need, Stage};
use salus_fhir::Language;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

/// How long the server waits for the door before it says that it is ready without it.
const DOOR_PATIENCE: Duration = Duration::from_secs(10);

/// What is to be served.
#[derive(Debug, Clone)]
pub struct Plan {
    /// On which data.
    pub data: DataDir,
    /// How.
    pub settings: Settings,
    /// A line for the front page.
    pub note: Option<String>,
    /// For whom.
    pub occasion: Occasion,
    /// For what the processes say when they refuse to start.
    pub language: Language,
}

/// For whom a server runs.
#[derive(Clone, PartialEq, Eq)]
pub enum Occasion {
    /// For patients who exist.
    Real,
    /// To try things out: one-time links may let people look round without a passkey, and the clock can be set forward.
    Demo,
    /// To be robbed. As a demo; the clock can be set forward, and the robber has the key with which the record server proves itself to the
    /// keyholder.
    Drill(Zeroizing<[u8; 32]>),
}

impl std::fmt::Debug for Occasion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Real => "Real",
            Self::Demo => "Demo",
            Self::Drill(_) => "Drill",
        })
    }
}

/// A server that was started. It ends when [`Server::end`] is awaited, or with the process.
#[derive(Debug)]
pub struct Server {
    stage: watch::Sender<Stage>,
    ready: watch::Receiver<Option<ServerFile>>,
    task: JoinHandle<Result<(), Failure>>,
}

impl Server {
    /// Takes the data directory and begins to start its processes. Must be called on the main thread's runtime: the
    /// kernel ends a child with the thread that started it.
    pub fn start(plan: Plan) -> Result<Self, Failure> {
        plan.data.must_exist()?;
        let lock = plan.data.lock()?;
        let addresses = Addresses {
            server: free_address(plan.settings.server.listen)?,
            door: free_address(plan.settings.door.listen)?,
        };
        let (stage, stages) = watch::channel(Stage::Run);
        let (announce, ready) = watch::channel(None);
        let task = tokio::spawn(run(plan, lock, addresses, stages, announce));
        Ok(Self { stage, ready, task })
    }

    /// Waits until all is served; fails when the server ended before that.
    pub async fn ready(&mut self) -> Result<ServerFile, Failure> {
        let ready = self.ready.wait_for(Option::is_some).await.ok().and_then(|server| server.clone());
        match ready {
            Some(server) => Ok(server),
            None => match (&mut self.task).await {
                Ok(Err(failure)) => Err(failure),
                _ => Err(Failure::could_not(say("server-ended"))),
            },
        }
    }

    /// Waits until it ends of itself, which is a failure.
    pub async fn ended(&mut self) -> Failure {
        match (&mut self.task).await {
            Ok(Err(failure)) => failure,
            _ => Failure::could_not(say("server-ended")),
        }
    }

    /// Ends everything within five seconds: the record server first, then the keyholder.
    pub async fn end(mut self) -> Result<(), Failure> {
        self.stage.send_replace(Stage::EndRecordServer);
        if self.task.is_finished() {
            return Ok(());
        }
        (&mut self.task).await.unwrap_or_else(|_| Err(Failure::could_not(say("server-ended"))))
    }
}

async fn run(
    plan: Plan,
    lock: Lock,
    addresses: Addresses,
    mut stages: watch::Receiver<Stage>,
    announce: watch::Sender<Option<ServerFile>>,
) -> Result<(), Failure> {
    let server = server_file(&plan, addresses);
    let (inner_stage, inner_stages) = watch::channel(Stage::Run);
    let Starts { keyholder, indexer, extractor, door, record_server, messenger } =
        starts(&plan, addresses, &server)?;
    let ends = Stage::EndKeyholder;
    let calls = Arc::new(Notify::new());
    let of_keyholder = (inner_stages.clone(), Some(Arc::clone(&calls)));
    let mut trusted = Keeper::start_calling(
        "__keyholder",
        "keyholder",
        Need::Vital,
        ends,
        &keyholder,
        of_keyholder.0,
        of_keyholder.1,
    )?;
    let mut outcome = tokio::select! {
        ready = trusted.ready() => ready,
        _ = stages.wait_for(|stage| *stage != Stage::Run) => Ok(()),
    };
    let (mut indexed, mut extracted, mut told) = (None, None, None);
    let mut opened = None;
    let mut served = None;
    if outcome.is_ok() && *stages.borrow() == Stage::Run {
        let stages_of_indexer = inner_stages.clone();
        indexed =
            Some(Keeper::start("__indexer", "indexer", Need::Spare, ends, &indexer, stages_of_indexer)?);
        let (name, stages_of_extractor) = ("__extractor", inner_stages.clone());
        let keeper = Keeper::start_on_call(name, "extractor", ends, &extractor, stages_of_extractor, calls);
        extracted = Some(keeper?);
        if let Some(messenger) = messenger {
            let (name, stages) = ("__messenger", inner_stages.clone());
            told = Some(Keeper::start(name, "messenger", Need::Spare, ends, &messenger, stages)?);
        }
        let (ends, stages_of_door) = (Stage::EndRecordServer, inner_stages.clone());
        let door = opened.insert(Keeper::start("__door", "door", Need::Spare, ends, &door, stages_of_door)?);
        let name = "__record-server";
        let keeper = Keeper::start(name, "record-server", Need::Vital, ends, &record_server, inner_stages)?;
        let keeper = served.insert(keeper);
        outcome = tokio::select! {
            ready = keeper.ready() => ready,
            failure = trusted.ended() => Err(failure),
            _ = stages.wait_for(|stage| *stage != Stage::Run) => Ok(()),
        };
        if outcome.is_ok() {
            // Without it nobody signs in, and everything else is served all the same.
            let _ = tokio::time::timeout(DOOR_PATIENCE, door.ready()).await;
        }
        if outcome.is_ok() && *stages.borrow() == Stage::Run {
            outcome = plan.data.write_server_file(&server);
            announce.send_replace(Some(server));
        }
        if outcome.is_ok() {
            outcome = tokio::select! {
                failure = trusted.ended() => Err(failure),
                failure = keeper.ended() => Err(failure),
                _ = stages.wait_for(|stage| *stage != Stage::Run) => Ok(()),
            };
        }
    }
    inner_stage.send_replace(Stage::EndRecordServer);
    for keeper in [served, opened].into_iter().flatten() {
        keeper.gone().await;
    }
    inner_stage.send_replace(Stage::EndKeyholder);
    for keeper in [indexed, extracted, told].into_iter().flatten() {
        keeper.gone().await;
    }
    trusted.gone().await;
    drop(lock);
    outcome
}

/// The port must be free before the processes start, so that "taken" is said in words; 0 becomes a port that is free.
fn free_address(listen: SocketAddr) -> Result<SocketAddr, Failure> {
    let taken = |error: std::io::Error| {
        Failure::could_not(if error.kind() == std::io::ErrorKind::AddrInUse {
            say("port-taken").with("port", listen.port())
        } else {
            say("cannot-listen").with("address", listen).with("why", error)
        })
    };
    TcpListener::bind(listen).and_then(|listener| listener.local_addr()).map_err(taken)
}

fn server_file(plan: &Plan, Addresses { server: address, door }: Addresses) -> ServerFile {
    let settings = &plan.settings;
    let scheme = if settings.tls.files().is_some() { "https" } else { "http" };
    let host = if address.ip().is_loopback() { "localhost".to_owned() } else { bracketed(address) };
    let base_url = if settings.server.public_url.is_empty() {
        format!("{scheme}://{host}:{}", address.port())
    } else {
        settings.server.public_url.clone()
    };
    let certificate_file = settings.tls.files().map(|(certificate, _)| absolute(certificate));
    let door_url = if settings.door.public_url.is_empty() {
        let host = if door.ip().is_loopback() { "localhost".to_owned() } else { bracketed(door) };
        format!("{scheme}://{host}:{}", door.port())
    } else {
        settings.door.public_url.clone()
    };
    ServerFile { pid: std::process::id(), address, base_url, door_url: Some(door_url), certificate_file }
}

fn bracketed(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

/// Where the processes listen.
#[derive(Debug, Clone, Copy)]
struct Addresses {
    server: SocketAddr,
    door: SocketAddr,
}

/// What each process is told.
struct Starts {
    keyholder: KeyholderStart,
    indexer: IndexerStart,
    door: DoorStart,
    extractor: ExtractorStart,
    record_server: RecordServerStart,
    /// None: nobody is told beyond the page.
    messenger: Option<MessengerStart>,
}

fn starts(plan: &Plan, addresses: Addresses, server: &ServerFile) -> Result<Starts, Failure> {
    let settings = &plan.settings;
    let (indexer_key, extractor_key, door_key) = (draw()?, draw()?, draw()?);
    let key = match &plan.occasion {
        Occasion::Drill(key) => key.clone(),
        Occasion::Real | Occasion::Demo => draw()?,
    };
    let look_round = plan.occasion != Occasion::Real;
    let door_url = server.door_url.clone().unwrap_or_default();
    let rp_id = match settings.door.rp_id.as_str() {
        // An address has no host that passkeys could be bound to; nothing fits then.
        "" => host(&door_url).unwrap_or_default().to_owned(),
        chosen => chosen.to_owned(),
    };
    let tls = settings.tls.files().map(|(certificate, key)| (absolute(certificate), absolute(key)));
    let log = LogStart {
        format: settings.log.format,
        level: settings.log.level,
        language: plan.language.tag().into(),
    };
    let witness_dirs = settings.keyholder.witness_dirs_in(&plan.data);
    for witness in &witness_dirs {
        // A confined process can be given only a folder that is there.
        std::fs::create_dir_all(witness).map_err(|why| cannot_write(witness, &why))?;
    }
    let messenger = messenger(plan, &log, server)?;
    let keyholder = KeyholderStart {
        log: log.clone(),
        data_dir: plan.data.path().to_owned(),
        root_key_file: settings.keyholder.root_key_file_in(&plan.data),
        socket: plan.data.keyholder_socket(),
        witness_dirs,
        record_server_key: print_key(&key),
        indexer_key: print_key(&indexer_key),
        sign_in: SignInStart {
            door_key: print_key(&door_key),
            origin: door_url.clone(),
            rp_id: rp_id.clone(),
            pages_url: server.base_url.clone(),
            look_round,
        },
        extractor_key: print_key(&extractor_key),
        messenger_key: messenger.as_ref().map(|messenger| messenger.keyholder_key.clone()),
        clock_moves: plan.occasion != Occasion::Real,
    };
    let extractor = ExtractorStart {
        log: log.clone(),
        keyholder_socket: plan.data.keyholder_socket(),
        keyholder_key: print_key(&extractor_key),
        public_base_url: server.base_url.clone(),
    };
    let indexer = IndexerStart {
        log: log.clone(),
        index_dir: plan.data.index(),
        keyholder_socket: plan.data.keyholder_socket(),
        keyholder_key: print_key(&indexer_key),
    };
    let door = DoorStart {
        log: log.clone(),
        listen: addresses.door,
        origin: door_url.clone(),
        rp_id,
        pages_url: server.base_url.clone(),
        tls: tls.clone(),
        keyholder_socket: plan.data.keyholder_socket(),
        keyholder_key: print_key(&door_key),
        look_round,
    };
    let record_server = RecordServerStart {
        log,
        listen: addresses.server,
        base_url: server.base_url.clone(),
        data_dir: plan.data.path().to_owned(),
        keyholder_socket: plan.data.keyholder_socket(),
        keyholder_key: print_key(&key),
        tls,
        behind_proxy: settings.server.behind_proxy,
        max_body_bytes: settings.limits.max_body_bytes,
        max_connections: settings.limits.max_connections,
        request_timeout_s: settings.limits.request_timeout_s,
        door_url: Some(door_url),
        note: plan.note.clone(),
    };
    Ok(Starts { keyholder, indexer, extractor, door, record_server, messenger })
}

/// The messenger, where somebody is to be told. Its secrets are read here, so that what is wrong with them is said at once.
fn messenger(plan: &Plan, log: &LogStart, server: &ServerFile) -> Result<Option<MessengerStart>, Failure> {
    let mut alarms = plan.settings.alarms.clone();
    if alarms.mail_to.is_empty() && alarms.webhook_urls.is_empty() {
        return Ok(None);
    }
    if !alarms.ca_file.as_os_str().is_empty() {
        alarms.ca_file = absolute(&alarms.ca_file);
    }
    let secrets = read_secrets(&alarms)?;
    let key = draw()?;
    Ok(Some(MessengerStart {
        log: log.clone(),
        keyholder_socket: plan.data.keyholder_socket(),
        keyholder_key: print_key(&key),
        pages_url: server.base_url.clone(),
        alarms,
        smtp_password: secrets.password,
        webhook_secret: secrets.webhook,
    }))
}

/// A key with which a process proves itself.
fn draw() -> Result<Zeroizing<[u8; 32]>, Failure> {
    let key = salus_seal::keys::random::<32>().map(Zeroizing::new);
    key.map_err(|_| Failure::could_not(say("no-random")))
}

fn absolute(path: &PathBuf) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.clone())
}

/// The settings of logging for the supervisor itself.
pub fn begin_log(format: Format, level: Level) {
    log::begin("supervisor", format, level);
}
