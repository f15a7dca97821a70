//! A real keyholder on a real socket, and a program in the record server's place that says whatever a test wants.

#![allow(dead_code, clippy::unwrap_used)]

pub mod budgets;
pub mod door;
pub mod searching;

use salus_keyholder::rules::Kinds;
use salus_keyholder::{
    ExtractOptions, KeyholderError, KeyholderOptions, LineSearch, Program, SearchOptions, SignInOptions,
    setup,
};
use salus_seal::entry::{Budgets, Interaction, Limits, Purpose, Refusal};
use salus_seal::envelope::{Plain, seal};
use salus_seal::{CellId, ClientId, Header, Part, PartKey, PrincipalId, Pseudonym, Sealed, SessionId};
use salus_trust_api::Token;
use salus_trust_api::admin::{AdminClient, prove};
use salus_trust_api::frame;
use salus_trust_api::wire::policy::Category;
use salus_trust_api::wire::*;
use serde::de::DeserializeOwned;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;
use zeroize::Zeroizing;

pub const RECORD_SERVER_KEY: [u8; 32] = [42; 32];
pub const INDEXER_KEY: [u8; 32] = [43; 32];
pub const DOOR_KEY: [u8; 32] = [44; 32];
pub const EXTRACTOR_KEY: [u8; 32] = [45; 32];
pub const MESSENGER_KEY: [u8; 32] = [46; 32];
pub const ORIGIN: &str = "https://door.example";
pub const RP_ID: &str = "door.example";
pub const PAGES_URL: &str = "https://salus.example";
/// How often an extractor was called for.
pub static CALLS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
pub const NAME: u16 = 7;
pub const PATIENT: u16 = 102;
pub const OBSERVATION: u16 = 96;
pub const TASK: u16 = 131;
pub const ORGANIZATION: u16 = 99;

pub struct Keyholder {
    pub data_dir: PathBuf,
    thread: Option<JoinHandle<Result<(), KeyholderError>>>,
    stop: Option<OwnedFd>,
}

pub fn init(data_dir: &Path) {
    let set_up =
        setup::SetUp { data_dir: data_dir.to_owned(), root_key_file: data_dir.join("trust/root.key") };
    setup::init(&set_up).unwrap();
}

pub fn options(data_dir: &Path) -> KeyholderOptions {
    std::fs::create_dir_all(data_dir.join("run")).unwrap();
    KeyholderOptions {
        data_dir: data_dir.to_owned(),
        root_key_file: data_dir.join("trust/root.key"),
        socket: data_dir.join("run/keyholder.sock"),
        witness_dirs: vec![data_dir.join("witness")],
        record_server_key: Zeroizing::new(RECORD_SERVER_KEY),
        search: Some(SearchOptions {
            indexer_key: Zeroizing::new(INDEXER_KEY),
            line: LineSearch { patient_kind: PATIENT, lines: vec![(PATIENT, vec![NAME])] },
        }),
        sign_in: Some(SignInOptions {
            door_key: Zeroizing::new(DOOR_KEY),
            origin: ORIGIN.into(),
            rp_id: RP_ID.into(),
            pages_url: PAGES_URL.into(),
            look_round: false,
            binds_sessions: false,
            patients_write: vec![TASK],
        }),
        messenger_key: Some(Zeroizing::new(MESSENGER_KEY)),
        extract: Some(ExtractOptions {
            extractor_key: Zeroizing::new(EXTRACTOR_KEY),
            call: Box::new(|| {
                CALLS.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }),
            program: Program { extraction: 1, changed: Vec::new() },
        }),
        kinds: Kinds::new(&[
            (PATIENT, Category::Identity),
            (OBSERVATION, Category::Results),
            (ORGANIZATION, Category::House),
        ]),
        protections: Vec::new(),
        clock_moves: true,
    }
}

impl Keyholder {
    pub fn start(data_dir: &Path) -> Self {
        Self::start_with(options(data_dir))
    }

    pub fn start_with(options: KeyholderOptions) -> Self {
        let (stop_read, stop_write) = pipe();
        let data_dir = options.data_dir.clone();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            salus_keyholder::run(options, stop_read, move || ready.send(()).unwrap())
        });
        if is_ready.recv().is_err() {
            panic!("the keyholder did not start: {:?}", thread.join().unwrap());
        }
        Self { data_dir, thread: Some(thread), stop: Some(stop_write) }
    }

    pub fn try_start(data_dir: &Path) -> Result<(), KeyholderError> {
        let (stop_read, stop_write) = pipe();
        drop(stop_write);
        salus_keyholder::run(options(data_dir), stop_read, || ())
    }

    /// Stops it and says how it ended.
    pub fn stop(mut self) -> Result<(), KeyholderError> {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap()
    }

    /// Waits for it to end by itself.
    pub fn ended(mut self) -> Result<(), KeyholderError> {
        let result = self.thread.take().unwrap().join().unwrap();
        drop(self.stop.take());
        result
    }

    pub fn admin(&self) -> AdminClient {
        let key = setup::read_admin_key(&self.data_dir).unwrap();
        AdminClient::connect(&self.data_dir.join("run/keyholder.sock"), &key).unwrap()
    }

    /// What ends is stopped at once by a record server that sends nothing; until another lane takes its place.
    pub fn confirms(&self) {
        let mut lane = RecordServer::connect(&self.data_dir, Role::SearchLane, &RECORD_SERVER_KEY).unwrap();
        std::thread::spawn(move || {
            lane.0.set_read_timeout(None).unwrap();
            let mut prefix = [0; 4];
            while lane.0.read_exact(&mut prefix).is_ok() {
                let mut body = vec![0; frame::body_length(prefix).unwrap()];
                lane.0.read_exact(&mut body).unwrap();
                if let Ok(Reply::Ended { number, .. }) = frame::decode(&body) {
                    lane.send(&Request::Stopped(number));
                }
            }
        });
    }

    pub fn record_server(&self) -> RecordServer {
        RecordServer::connect(&self.data_dir, Role::RecordServer, &RECORD_SERVER_KEY).unwrap()
    }
}

impl Drop for Keyholder {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn pipe() -> (OwnedFd, OwnedFd) {
    let (read, write) = std::io::pipe().unwrap();
    (read.into(), write.into())
}

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

fn receive<T: DeserializeOwned>(stream: &mut UnixStream) -> Option<T> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut prefix = [0; 4];
    if let Err(error) = stream.read_exact(&mut prefix) {
        assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "nothing came");
        return None;
    }
    let mut body = vec![0; frame::body_length(prefix).unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some(frame::decode(&body).unwrap())
}

pub struct RecordServer(UnixStream);

impl RecordServer {
    pub fn connect(data_dir: &Path, role: Role, key: &[u8; 32]) -> Option<Self> {
        let mut server = Self(UnixStream::connect(data_dir.join("run/keyholder.sock")).unwrap());
        let Reply::Challenge(challenge) = server.receive()? else { panic!("no challenge") };
        server.send(&Request::Hello(Hello { protocol: PROTOCOL, role, proof: prove(key, role, &challenge) }));
        matches!(server.receive()?, Reply::Welcome(_)).then_some(server)
    }

    pub fn send(&mut self, request: &Request) {
        self.0.write_all(&frame::encode(request).unwrap()).unwrap();
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    pub fn send_any(&mut self, message: &impl serde::Serialize) {
        self.0.write_all(&frame::encode(message).unwrap()).unwrap();
    }

    pub fn receive_any<T: DeserializeOwned>(&mut self) -> Option<T> {
        receive(&mut self.0)
    }

    /// None when the keyholder hung up.
    pub fn receive(&mut self) -> Option<Reply> {
        receive(&mut self.0)
    }

    pub fn batch(&mut self, asks: Vec<Ask>) -> Vec<Answer> {
        self.send(&Request::Batch(asks));
        match self.receive() {
            Some(Reply::Batch(answers)) => answers,
            other => panic!("{other:?}"),
        }
    }

    pub fn ask(&mut self, ask: Ask) -> Answer {
        self.batch(vec![ask]).pop().unwrap()
    }

    pub fn admit(
        &mut self,
        session: &Session,
        interaction: Interaction,
        intent: Intent,
    ) -> Result<Admitted, Refusal> {
        match self.ask(Ask::Admit(session.admit(interaction, intent))) {
            Answer::Admitted(admitted) => Ok(admitted),
            Answer::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Writes a record of this type into a compartment, and reports it as landed.
    pub fn write(
        &mut self,
        session: &Session,
        header: Header,
        into: WriteCompartment,
    ) -> Result<Stored, Refusal> {
        let stored = self.write_open(session, header, into)?;
        self.ask(Ask::Landed(Resolved { cell: header.cell, entries: vec![stored.entry] }));
        Ok(stored)
    }

    /// The same, without the report.
    pub fn write_open(
        &mut self,
        session: &Session,
        header: Header,
        into: WriteCompartment,
    ) -> Result<Stored, Refusal> {
        self.write_words(session, header, into, b"")
    }

    /// The same, with words.
    pub fn write_words(
        &mut self,
        session: &Session,
        header: Header,
        into: WriteCompartment,
        words: &[u8],
    ) -> Result<Stored, Refusal> {
        let (sealed, key) =
            seal(&header, &Plain { body: b"{\"plain\":true}", line: b"line", words }).unwrap();
        let version = NewVersion {
            header,
            hash: sealed.hash(),
            key: SecretKey(*key.expose()),
            words: sealed.words.clone(),
        };
        let existing = match &into {
            WriteCompartment::Existing(wrap) => Some(wrap.clone()),
            WriteCompartment::New { .. } => None,
        };
        let write = Write { versions: vec![version], compartments: vec![into] };
        let mut admitted = self.admit(session, Interaction::Create, Intent::Write(write))?;
        let Some(Grant::Wraps { versions, compartments }) = admitted.grants.pop() else { panic!("no wraps") };
        Ok(Stored {
            sealed,
            wrap: versions[0],
            compartment: existing.unwrap_or_else(|| compartments[0].clone()),
            entry: admitted.receipt.entry,
            mac: admitted.receipt.mac,
        })
    }

    /// New patients from number 1 on, by as few writes as can be.
    pub fn write_patients(&mut self, session: &Session, count: u64) -> Vec<Stored> {
        let numbers: Vec<u64> = (1..=count).collect();
        let mut all = Vec::new();
        for some in numbers.chunks(256) {
            let seal_one = |number: &u64| {
                let header = session.header(PATIENT, *number, *number, 1);
                seal(&header, &Plain { body: b"{\"plain\":true}", line: b"line", words: b"" }).unwrap()
            };
            let sealed: Vec<_> = some.iter().map(seal_one).collect();
            let version = |(sealed, key): &(Sealed, salus_seal::VersionKey)| NewVersion {
                header: sealed.header,
                hash: sealed.hash(),
                key: SecretKey(*key.expose()),
                words: sealed.words.clone(),
            };
            let compartments = some.iter().map(|number| new_patient(*number)).collect();
            let write = Write { versions: sealed.iter().map(version).collect(), compartments };
            let mut admitted = self.admit(session, Interaction::Create, Intent::Write(write)).unwrap();
            let Some(Grant::Wraps { versions, compartments }) = admitted.grants.pop() else {
                panic!("no wraps")
            };
            let Receipt { entry, mac, .. } = admitted.receipt;
            self.ask(Ask::Landed(Resolved { cell: session.cell, entries: vec![entry] }));
            let wraps = versions.into_iter().zip(compartments);
            all.extend(sealed.into_iter().zip(wraps).map(|((sealed, _), (wrap, compartment))| Stored {
                sealed,
                wrap,
                compartment,
                entry,
                mac,
            }));
        }
        all
    }

    pub fn read(&mut self, session: &Session, stored: &Stored, part: Part) -> Result<Vec<u8>, Refusal> {
        self.read_as(session, part, stored.version(), vec![stored.compartment.clone()])
            .map(|key| stored.sealed.open(part, &key).unwrap())
    }

    pub fn read_as(
        &mut self,
        session: &Session,
        part: Part,
        version: WrappedVersion,
        compartments: Vec<CompartmentWrap>,
    ) -> Result<PartKey, Refusal> {
        let read = Read { part, versions: vec![version], compartments };
        let mut admitted = self.admit(session, Interaction::Read, Intent::Read(read))?;
        let Some(Grant::Keys(keys)) = admitted.grants.pop() else { panic!("no keys") };
        Ok(PartKey::from_bytes(keys[0].0))
    }
}

/// What a store would hold of one record version.
#[derive(Clone)]
pub struct Stored {
    pub sealed: Sealed,
    pub wrap: [u8; 60],
    pub compartment: CompartmentWrap,
    pub entry: u64,
    pub mac: [u8; 16],
}

impl Stored {
    pub fn version(&self) -> WrappedVersion {
        WrappedVersion { header: self.sealed.header, hash: self.sealed.hash(), wrap: self.wrap }
    }
}

pub struct Session {
    pub cell: CellId,
    pub token: Token,
    pub session: SessionId,
    pub client: ClientId,
    pub principal: PrincipalId,
}

impl Session {
    pub fn admit(&self, interaction: Interaction, intent: Intent) -> Admit {
        Admit {
            token: self.token.clone(),
            proof: Vec::new(),
            cell: self.cell,
            purpose: Purpose::Treatment,
            interaction,
            address: [0; 16],
            intents: vec![intent],
        }
    }

    pub fn header(&self, kind: u16, compartment: u64, record: u64, version: u32) -> Header {
        Header {
            cell: self.cell,
            compartment,
            kind,
            record,
            version,
            time_ms: 1_795_000_000_000,
            deleted: false,
        }
    }
}

pub fn limits(all: u32) -> Limits {
    Limits { hour: all, day: all, days_30: all }
}

pub fn budgets(all: u32) -> Budgets {
    Budgets { glimpse: limits(all), chart: limits(all) }
}

pub fn create_cell(admin: &mut AdminClient, name: &str, all: u32) -> CellId {
    let ask =
        AdminAsk::CreateCell { name: name.into(), house_kinds: vec![ORGANIZATION], budgets: budgets(all) };
    match admin.ask(ask).unwrap() {
        AdminAnswer::Cell(info) => info.id,
        other => panic!("{other:?}"),
    }
}

pub fn sign_in(
    admin: &mut AdminClient,
    cell_name: &str,
    cell: CellId,
    role: &str,
    budgets: Budgets,
) -> Session {
    let ask = AdminAsk::CreateClient {
        cell: cell_name.into(),
        name: "a laboratory".into(),
        role: role.into(),
        budgets,
        session_ms: 3_600_000,
        idle_ms: 3_600_000,
    };
    let AdminAnswer::Client { client, principal, .. } = admin.ask(ask).unwrap() else { panic!("no client") };
    let AdminAnswer::Session(begun) = admin.ask(AdminAsk::BeginSession { client }).unwrap() else {
        panic!("no session")
    };
    Session { cell, token: begun.token, session: begun.session, client, principal }
}

pub fn new_patient(number: u64) -> WriteCompartment {
    WriteCompartment::New { number, of: NewCompartment::Patient }
}

pub fn log_of(admin: &mut AdminClient, cell: &str) -> Vec<LogEntry> {
    let ask = AdminAsk::ShowLog { cell: Some(cell.into()), from: 0, limit: 1_000 };
    match admin.ask(ask).unwrap() {
        AdminAnswer::Log(page) => page.entries,
        other => panic!("{other:?}"),
    }
}

pub fn scope_of(admin: &mut AdminClient, by: ScopeBy) -> Scope {
    match admin.ask(AdminAsk::Scope { by, from_ms: 0, to_ms: u64::MAX }).unwrap() {
        AdminAnswer::Scope(scope) => scope,
        other => panic!("{other:?}"),
    }
}
