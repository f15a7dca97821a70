//! The record server's connection to the keyholder: what waits travels together, one frame under way at a time.
//!
//! For: `admit` and its followers. While a frame is under way (the keyholder syncs its journal), everything new waits and
//! makes the next frame, so that batches grow with the load and never by a timer.
//!
//! Never: retries an ask. An ask whose answer was lost has failed; what came of it is settled when the cells are
//! taken up again ([`Trust::generation`]).
//!
//! State: the queue, and the one connection, owned by a task of its own.

use crate::admission::{Admission, WriteAdmission};
use crate::frame::{self, FrameError, PREFIX_BYTES};
use crate::lane::{Feeds, Lane, SearchAdmission};
use crate::wire::index::Feed;
use crate::wire::query::{Query, SearchFault};
use crate::wire::{
    Admit, Admitted, Answer, Ask, BlindIds, CellInfo, Grant, Hello, Intent, PROTOCOL, Read, Reply, Request,
    Resolved, Role, SignIn, SignedIn, TakeUp, TakenUp, Write,
};
use crate::{Interaction, Purpose, Refusal, Token};
use salus_seal::{CellId, PartKey};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot, watch};
use zeroize::Zeroizing;

/// The most asks that wait at once; beyond that, callers wait to be let in.
const MAX_WAITING_ASKS: usize = 16_384;
/// The most asks in one frame.
const MAX_ASKS_PER_FRAME: usize = 1_024;
/// The most record versions in one frame, so that a frame stays far below its bound and stalls nobody.
const MAX_VERSIONS_PER_FRAME: usize = 12_000;
/// From how many bytes of sealed words on a frame takes no further ask. One write brings at most as many.
pub const MAX_WORDS_PER_WRITE_BYTES: usize = 2 * 1024 * 1024;
/// The most marks of delivery that wait.
const MAX_WAITING_MARKS: usize = 65_536;
/// After how long without any ask the marks of delivery get a frame of their own.
const MARKS_FLUSH: Duration = Duration::from_millis(100);
/// How long to wait before connecting again, at first and at most.
pub(crate) const RECONNECT_FIRST: Duration = Duration::from_millis(20);
pub(crate) const RECONNECT_MOST: Duration = Duration::from_millis(500);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The keyholder said no.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The keyholder cannot be reached, or went away before it answered.
    #[error("the keyholder is not there")]
    Unavailable,
    /// The answer does not fit the question.
    #[error("the keyholder answered something else")]
    Protocol,
    /// A search could not be evaluated.
    #[error("the search has no answer: {0:?}")]
    Fault(SearchFault),
}

impl From<FrameError> for TrustError {
    fn from(_: FrameError) -> Self {
        Self::Protocol
    }
}

/// Where the keyholder listens, and the key that proves who connects.
#[derive(Clone)]
pub struct Endpoint {
    /// The Unix socket.
    pub socket: PathBuf,
    /// Shared by the supervisor with both ends at start.
    pub key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({})", self.socket.display())
    }
}

/// Who asks, and in what circumstances: the part of an [`Admit`] that a request has before its intents are known.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The session's token.
    pub token: Token,
    /// The proof of possession, or empty.
    pub proof: Vec<u8>,
    /// The cell that was addressed.
    pub cell: CellId,
    /// Why.
    pub purpose: Purpose,
    /// The client's address, IPv4 mapped into IPv6.
    pub address: [u8; 16],
}

impl Asker {
    fn admit(&self, interaction: Interaction, intent: Intent) -> Admit {
        Admit { intents: vec![intent], ..self.circumstances(interaction) }
    }

    /// Without intents.
    fn circumstances(&self, interaction: Interaction) -> Admit {
        Admit {
            token: self.token.clone(),
            proof: self.proof.clone(),
            cell: self.cell,
            purpose: self.purpose,
            interaction,
            address: self.address,
            intents: Vec::new(),
        }
    }
}

struct Waiting {
    ask: Ask,
    answer: oneshot::Sender<Result<Answer, TrustError>>,
}

/// A connection's number and the cells that the keyholder named on it; none while there is no connection.
pub type Generation = Option<(u64, Arc<Vec<CellInfo>>)>;

/// Entries that were delivered and not yet reported.
type Marks = Arc<Mutex<Vec<(CellId, u64)>>>;

fn lock(marks: &Marks) -> MutexGuard<'_, Vec<(CellId, u64)>> {
    marks.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connection to the keyholder. Cheap to clone.
#[derive(Clone)]
pub struct Trust {
    queue: mpsc::Sender<Waiting>,
    marks: Marks,
    generation: watch::Receiver<Generation>,
    lane: Lane,
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trust")
    }
}

impl Trust {
    /// Starts connecting; asks wait until there is a connection, or fail when it cannot be had for a while.
    pub fn connect(endpoint: Endpoint) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING_ASKS);
        let (announce, generation) = watch::channel(None);
        let marks = Marks::default();
        let lane = Lane::connect(endpoint.clone());
        tokio::spawn(run(endpoint, waiting, marks.clone(), announce));
        Self { queue, marks, generation, lane }
    }

    /// Changes with each connection: the cells must be taken up (again).
    pub fn generation(&self) -> watch::Receiver<Generation> {
        self.generation.clone()
    }

    /// May these versions be opened?
    pub async fn read(
        &self,
        asker: &Asker,
        interaction: Interaction,
        read: Read,
    ) -> Result<Admission, TrustError> {
        let headers: Vec<_> = read.versions.iter().map(|version| version.header).collect();
        let part = read.part;
        let asked = Instant::now();
        let Admitted { receipt, valid_ms, mut grants } =
            self.admitted(asker.admit(interaction, Intent::Read(read))).await?;
        match grants.pop() {
            Some(Grant::Keys(keys)) if grants.is_empty() && keys.len() == headers.len() => Ok(Admission {
                receipt,
                ends: asked + Duration::from_millis(u64::from(valid_ms)),
                part,
                keys: headers.into_iter().zip(keys.iter().map(|key| PartKey::from_bytes(key.0))).collect(),
            }),
            _ => Err(TrustError::Protocol),
        }
    }

    /// May these versions be written? What was admitted must be reported as landed or abandoned.
    pub async fn write(
        &self,
        asker: &Asker,
        interaction: Interaction,
        write: Write,
    ) -> Result<WriteAdmission, TrustError> {
        let count = write.versions.len();
        let Admitted { receipt, mut grants, .. } =
            self.admitted(asker.admit(interaction, Intent::Write(write))).await?;
        match grants.pop() {
            Some(Grant::Wraps { versions, compartments }) if grants.is_empty() && versions.len() == count => {
                Ok(WriteAdmission { receipt, versions, compartments })
            }
            _ => Err(TrustError::Protocol),
        }
    }

    /// Nothing is there. Always refused: with [`Refusal::NoSession`] for strangers, else as missing, and logged.
    pub async fn missing(&self, asker: &Asker, interaction: Interaction) -> TrustError {
        match self.ask(Ask::Admit(asker.admit(interaction, Intent::Missing))).await {
            Ok(_) => TrustError::Protocol,
            Err(error) => error,
        }
    }

    /// May this session search for this, and what is found? Charged and logged, durably, before it is answered. Searches do not
    /// wait for each other, nor for what is admitted meanwhile. What is found was newest when the search began: everything
    /// whose [`Trust::landed`] was answered before is in it.
    ///
    /// Errors: [`TrustError::Refused`], also when the budget of patients or of searches is spent; [`TrustError::Fault`] when
    /// it could not be evaluated, [`SearchFault::NotReady`] after the keyholder has waited some seconds for the index.
    pub async fn search(
        &self,
        asker: &Asker,
        interaction: Interaction,
        query: Query,
    ) -> Result<SearchAdmission, TrustError> {
        self.lane.search(asker.circumstances(interaction), query).await
    }

    /// What the index wants to be fed with.
    pub fn feeds(&self) -> Feeds {
        self.lane.feeds()
    }

    /// Feeds the index; one feed at a time for each cell. Answers whether to go on with the next: after false, whatever
    /// is wanted is said anew by [`Trust::feeds`]. An error means the same.
    pub async fn feed(&self, feed: Feed) -> Result<bool, TrustError> {
        self.lane.feed(feed).await
    }

    /// These writes (first entries) are durable in the store. Answers when that is durable in the log.
    pub async fn landed(&self, cell: CellId, entries: Vec<u64>) -> Result<(), TrustError> {
        self.noted(Ask::Landed(Resolved { cell, entries })).await
    }

    /// These writes were never committed, and never will be.
    pub async fn abandoned(&self, cell: CellId, entries: Vec<u64>) -> Result<(), TrustError> {
        self.noted(Ask::Abandoned(Resolved { cell, entries })).await
    }

    /// These answers were sent to their end. Does not wait: the marks travel with the next frame, and make none of
    /// their own before [`MARKS_FLUSH`].
    pub fn delivered(&self, cell: CellId, entries: Vec<u64>) {
        let mut marks = lock(&self.marks);
        // A mark too many loses the mark, not the entry: the scope then says "not reported as delivered".
        if marks.len() + entries.len() <= MAX_WAITING_MARKS {
            marks.extend(entries.into_iter().map(|entry| (cell, entry)));
        }
    }

    /// The numbers under which ids that clients chose are stored.
    pub async fn blind_ids(
        &self,
        cell: CellId,
        ids: Vec<(u16, String)>,
    ) -> Result<Vec<[u8; 16]>, TrustError> {
        let count = ids.len();
        match self.ask(Ask::BlindIds(BlindIds { cell, ids })).await? {
            Answer::Blinded(blinded) if blinded.len() == count => Ok(blinded),
            _ => Err(TrustError::Protocol),
        }
    }

    /// A session for a client's credentials.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn, TrustError> {
        match self.ask(Ask::SignIn(sign_in)).await? {
            Answer::SignedIn(signed_in) => Ok(signed_in),
            _ => Err(TrustError::Protocol),
        }
    }

    /// Takes a cell up: proves what the store knows, and learns what is unresolved.
    pub async fn take_up(&self, take_up: TakeUp) -> Result<TakenUp, TrustError> {
        match self.ask(Ask::TakeUp(take_up)).await? {
            Answer::TakenUp(taken_up) => Ok(taken_up),
            _ => Err(TrustError::Protocol),
        }
    }

    async fn admitted(&self, admit: Admit) -> Result<Admitted, TrustError> {
        match self.ask(Ask::Admit(admit)).await? {
            Answer::Admitted(admitted) => Ok(admitted),
            _ => Err(TrustError::Protocol),
        }
    }

    async fn noted(&self, ask: Ask) -> Result<(), TrustError> {
        match self.ask(ask).await? {
            Answer::Noted => Ok(()),
            _ => Err(TrustError::Protocol),
        }
    }

    async fn ask(&self, ask: Ask) -> Result<Answer, TrustError> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Waiting { ask, answer }).await.map_err(|_| TrustError::Unavailable)?;
        match answered.await {
            Ok(Ok(Answer::Refused(refusal))) => Err(TrustError::Refused(refusal)),
            Ok(result) => result,
            Err(_) => Err(TrustError::Unavailable),
        }
    }
}

async fn run(
    endpoint: Endpoint,
    mut waiting: mpsc::Receiver<Waiting>,
    marks: Marks,
    announce: watch::Sender<Generation>,
) {
    let mut number = 0;
    let mut pause = RECONNECT_FIRST;
    loop {
        match open(&endpoint, Role::RecordServer).await {
            Ok((mut stream, cells)) => {
                number += 1;
                pause = RECONNECT_FIRST;
                announce.send_replace(Some((number, Arc::new(cells))));
                if converse(&mut stream, &mut waiting, &marks).await == Conversation::NobodyAsksAnyMore {
                    return;
                }
                announce.send_replace(None);
            }
            Err(_) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RECONNECT_MOST);
                // What waited this long gets an answer: that there is none.
                while let Ok(lost) = waiting.try_recv() {
                    let _ = lost.answer.send(Err(TrustError::Unavailable));
                }
                if waiting.is_closed() {
                    return;
                }
            }
        }
    }
}

#[derive(PartialEq, Eq)]
enum Conversation {
    Broken,
    NobodyAsksAnyMore,
}

async fn converse(
    stream: &mut UnixStream,
    waiting: &mut mpsc::Receiver<Waiting>,
    marks: &Marks,
) -> Conversation {
    let mut buffer = Vec::new();
    let mut answers = Vec::new();
    loop {
        // The keyholder never speaks unasked, so readable while nothing is under way means that it has gone.
        let first = tokio::select! {
            biased;
            first = waiting.recv() => match first {
                Some(first) => Some(first),
                None => return Conversation::NobodyAsksAnyMore,
            },
            () = gone(stream) => return Conversation::Broken,
            () = tokio::time::sleep(MARKS_FLUSH) => None,
        };
        let mut asks = reports(marks);
        let reported = asks.len();
        let (mut versions, mut words) = (0, 0);
        match first {
            Some(first) => {
                (versions, words) = (versions_in(&first.ask), words_in(&first.ask));
                asks.push(first.ask);
                answers.push(first.answer);
            }
            None if reported == 0 => continue,
            None => {}
        }
        while asks.len() < MAX_ASKS_PER_FRAME
            && versions < MAX_VERSIONS_PER_FRAME
            && words < MAX_WORDS_PER_WRITE_BYTES
        {
            let Ok(next) = waiting.try_recv() else { break };
            versions += versions_in(&next.ask);
            words += words_in(&next.ask);
            asks.push(next.ask);
            answers.push(next.answer);
        }
        match exchange(stream, asks, &mut buffer).await {
            Ok(replies) if replies.len() == reported + answers.len() => {
                for (answer, reply) in answers.drain(..).zip(replies.into_iter().skip(reported)) {
                    let _ = answer.send(Ok(reply));
                }
            }
            _ => {
                for answer in answers.drain(..) {
                    let _ = answer.send(Err(TrustError::Unavailable));
                }
                return Conversation::Broken;
            }
        }
    }
}

/// Returns when the other end has gone, or speaks unasked.
async fn gone(stream: &UnixStream) {
    // Readiness may be left over from the last answer: only what a read finds counts.
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut [0u8; 1]) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            _ => return,
        }
    }
}

/// The marks that wait, as one report a cell.
fn reports(marks: &Marks) -> Vec<Ask> {
    let marks = std::mem::take(&mut *lock(marks));
    let mut reports: Vec<Resolved> = Vec::new();
    for (cell, entry) in marks {
        match reports.iter_mut().find(|report| report.cell == cell) {
            Some(report) => report.entries.push(entry),
            None => reports.push(Resolved { cell, entries: vec![entry] }),
        }
    }
    reports.into_iter().map(Ask::Delivered).collect()
}

fn versions_in(ask: &Ask) -> usize {
    match ask {
        Ask::Admit(admit) => admit
            .intents
            .iter()
            .map(|intent| match intent {
                Intent::Read(read) => read.versions.len(),
                Intent::Write(write) => write.versions.len(),
                _ => 0,
            })
            .sum(),
        _ => 0,
    }
}

/// The bytes of sealed words that an ask brings.
fn words_in(ask: &Ask) -> usize {
    let Ask::Admit(admit) = ask else { return 0 };
    let writes = admit.intents.iter().filter_map(|intent| match intent {
        Intent::Write(write) => Some(&write.versions),
        _ => None,
    });
    writes.flatten().map(|version| version.words.len()).sum()
}

async fn exchange(
    stream: &mut UnixStream,
    asks: Vec<Ask>,
    buffer: &mut Vec<u8>,
) -> Result<Vec<Answer>, TrustError> {
    let frame = Zeroizing::new(frame::encode(&Request::Batch(asks))?);
    stream.write_all(&frame).await.map_err(|_| TrustError::Unavailable)?;
    match receive(stream, buffer).await? {
        Reply::Batch(answers) => Ok(answers),
        _ => Err(TrustError::Protocol),
    }
}

async fn receive(stream: &mut UnixStream, buffer: &mut Vec<u8>) -> Result<Reply, TrustError> {
    let mut prefix = [0u8; PREFIX_BYTES];
    stream.read_exact(&mut prefix).await.map_err(|_| TrustError::Unavailable)?;
    buffer.clear();
    buffer.resize(frame::body_length(prefix)?, 0);
    stream.read_exact(buffer).await.map_err(|_| TrustError::Unavailable)?;
    let reply = frame::decode(buffer);
    zeroize::Zeroize::zeroize(buffer.as_mut_slice());
    Ok(reply?)
}

/// The cells there are, asked over a connection of its own that ends with the answer.
///
/// Errors: [`TrustError::Unavailable`] when the keyholder is not there.
pub async fn cells(endpoint: &Endpoint) -> Result<Vec<CellInfo>, TrustError> {
    open(endpoint, Role::RecordServer).await.map(|(_, cells)| cells)
}

/// Connects, and proves who it is.
pub(crate) async fn open(endpoint: &Endpoint, role: Role) -> Result<(UnixStream, Vec<CellInfo>), TrustError> {
    let mut stream = UnixStream::connect(&endpoint.socket).await.map_err(|_| TrustError::Unavailable)?;
    let mut buffer = Vec::new();
    let Reply::Challenge(challenge) = receive(&mut stream, &mut buffer).await? else {
        return Err(TrustError::Protocol);
    };
    let hello =
        Hello { protocol: PROTOCOL, role, proof: crate::admin::prove(&endpoint.key, role, &challenge) };
    let frame = frame::encode(&Request::Hello(hello))?;
    stream.write_all(&frame).await.map_err(|_| TrustError::Unavailable)?;
    match receive(&mut stream, &mut buffer).await? {
        Reply::Welcome(cells) => Ok((stream, cells)),
        _ => Err(TrustError::Protocol),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Welcomes everybody, says nothing more, and counts.
    async fn welcome(listener: tokio::net::UnixListener, count: Arc<AtomicUsize>) {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            stream.write_all(&frame::encode(&Reply::Challenge([1; 32])).unwrap()).await.unwrap();
            let mut prefix = [0u8; PREFIX_BYTES];
            stream.read_exact(&mut prefix).await.unwrap();
            stream.read_exact(&mut vec![0; frame::body_length(prefix).unwrap()]).await.unwrap();
            stream.write_all(&frame::encode(&Reply::Welcome(Vec::new())).unwrap()).await.unwrap();
            kept.push(stream);
        }
    }

    #[tokio::test]
    async fn an_idle_connection_is_kept_and_a_closed_one_is_made_anew() {
        let socket = std::env::temp_dir().join(format!("salus-idle-{}.sock", std::process::id()));
        let listener = tokio::net::UnixListener::bind(&socket).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let keyholder = tokio::spawn(welcome(listener, Arc::clone(&count)));
        let trust = Trust::connect(Endpoint { socket: socket.clone(), key: Zeroizing::new([2; 32]) });
        let mut generation = trust.generation();
        generation.wait_for(Option::is_some).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(count.load(Ordering::Relaxed), 2, "one for batches, one for searches");

        keyholder.abort();
        let _ = keyholder.await;
        let ended = tokio::time::timeout(Duration::from_secs(5), generation.wait_for(Option::is_none)).await;
        std::fs::remove_file(&socket).unwrap();
        assert!(ended.is_ok_and(|state| state.is_ok()));
    }
}
