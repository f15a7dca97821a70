//! The conversation with the keyholder: one connection, kept for ever, with one frame under way at a time.
//!
//! Never: retries an ask; speaks while an answer is awaited. State: the connection.

use crate::client::{Endpoint, Generation, MAX_WORDS_PER_WRITE_BYTES, TrustError};
use crate::frame::{self, PREFIX_BYTES};
use crate::wire::{Answer, Ask, CellInfo, Hello, Intent, PROTOCOL, Reply, Request, Resolved, Role};
use salus_seal::CellId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot, watch};
use zeroize::Zeroizing;

/// The most asks in one frame.
const MAX_ASKS_PER_FRAME: usize = 1_024;
/// The most record versions in one frame, so that a frame stays far below its bound and stalls nobody.
const MAX_VERSIONS_PER_FRAME: usize = 12_000;
/// After how long without any ask the marks of delivery get a frame of their own.
const MARKS_FLUSH: Duration = Duration::from_millis(100);
/// How long to wait before connecting again, at first and at most.
pub(crate) const RECONNECT_FIRST: Duration = Duration::from_millis(20);
pub(crate) const RECONNECT_MOST: Duration = Duration::from_millis(500);

/// An ask that waits for its answer.
pub(crate) struct Waiting {
    pub ask: Ask,
    pub answer: oneshot::Sender<Result<Answer, TrustError>>,
}

/// Entries that were delivered and not yet reported.
pub(crate) type Marks = Arc<Mutex<Vec<(CellId, u64)>>>;

pub(crate) fn lock(marks: &Marks) -> MutexGuard<'_, Vec<(CellId, u64)>> {
    marks.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps one connection, and asks on it what waits, until nobody can ask any more.
pub(crate) async fn run(
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
                Intent::Write(write) | Intent::WriteDefining(write, _) => write.versions.len(),
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
        Intent::Write(write) | Intent::WriteDefining(write, _) => Some(&write.versions),
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

pub(crate) async fn receive(stream: &mut UnixStream, buffer: &mut Vec<u8>) -> Result<Reply, TrustError> {
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
    use crate::client::Trust;
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
