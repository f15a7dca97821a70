//! The record server's second connection to the keyholder: searches, which overtake each other, and what feeds the index.
//!
//! A search takes as long as the index needs, so it does not travel with the batches, which would wait for it. Each
//! question has a ticket; answers come in any order. The keyholder says on this connection, unasked, what the index wants to be
//! fed with.
//!
//! Never: asks again what was asked on a connection that broke. State: what waits and what is under way, owned by a task of its
//! own; what the index wants, by cell.

use crate::client::{Endpoint, TrustError};
use crate::conversation::{RECONNECT_FIRST, RECONNECT_MOST, open};
use crate::endings::{Endings, Under};
use crate::frame::{self, FrameError, PREFIX_BYTES};
use crate::wanted::{Extractions, Feeds};
use crate::wire::contain::{Ended, Ending};
use crate::wire::extract::{BodyPiece, ExtractFeed, Extracted, NewWords};
use crate::wire::index::Feed;
use crate::wire::query::{Found, Query};
use crate::wire::{self, Admit, Receipt, Reply, Request, Role, Search, Searched};
use salus_seal::CellId;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

/// The most questions that wait to be sent; beyond that, callers wait to be let in.
const MAX_WAITING: usize = 1_024;
/// About the most bytes of questions that are sent with one call.
const MAX_WRITE_BYTES: usize = 256 * 1024;
/// How much room is made for what is received, in bytes, before more is asked for.
const READ_BYTES: usize = 64 * 1024;

/// What was found, and for how long it may be used.
#[derive(Debug)]
pub struct SearchAdmission {
    /// The entry in the log that says so.
    pub receipt: Receipt,
    /// Nothing of it may be sent after that.
    pub ends: Instant,
    /// Under what it was given.
    pub under: Under,
    /// What was found: records' numbers, to be opened by an admission of their own.
    pub found: Found,
}

/// What is wanted of the record server, unasked.
#[derive(Clone, Default)]
struct AllWanted {
    feeds: Feeds,
    extractions: Extractions,
}

type Answer<T> = oneshot::Sender<Result<T, TrustError>>;

/// When, and under what, a search was asked for.
#[derive(Clone, Copy)]
struct Asked {
    at: Instant,
    under: Under,
}

/// A question that waits to be sent.
enum Waiting {
    Search(Box<Search>, Asked, Answer<SearchAdmission>),
    Ending(Box<Ending>, Answer<wire::Answer>),
    /// Nothing of what ended by this number is sent any more.
    Stopped(u64),
    Feed(Feed, Answer<bool>),
    Extract(ExtractFeed, Answer<Extracted>),
    BodyPiece(BodyPiece),
}

/// The connection. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Lane {
    queue: mpsc::Sender<Waiting>,
    wants: AllWanted,
    endings: Endings,
}

impl Lane {
    /// Starts connecting.
    pub(crate) fn connect(endpoint: Endpoint) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        let (wants, endings) = (AllWanted::default(), Endings::default());
        let stop = Stop { endings: endings.clone(), queue: queue.downgrade() };
        tokio::spawn(run(endpoint, waiting, wants.clone(), stop));
        Self { queue, wants, endings }
    }

    pub(crate) fn endings(&self) -> &Endings {
        &self.endings
    }

    pub(crate) async fn ending(&self, ask: wire::Ask) -> Result<wire::Answer, TrustError> {
        let (answer, answered) = oneshot::channel();
        self.send(Waiting::Ending(Box::new(Ending { ticket: 0, ask }), answer)).await?;
        answered.await.unwrap_or(Err(TrustError::Unavailable))
    }

    pub(crate) fn feeds(&self) -> Feeds {
        self.wants.feeds.clone()
    }

    pub(crate) fn extractions(&self) -> Extractions {
        self.wants.extractions.clone()
    }

    pub(crate) async fn extract(&self, feed: ExtractFeed) -> Result<Extracted, TrustError> {
        let (answer, answered) = oneshot::channel();
        self.send(Waiting::Extract(feed, answer)).await?;
        answered.await.unwrap_or(Err(TrustError::Unavailable))
    }

    pub(crate) async fn body_piece(&self, piece: BodyPiece) -> Result<(), TrustError> {
        self.send(Waiting::BodyPiece(piece)).await
    }

    pub(crate) async fn search(
        &self,
        admit: Admit,
        query: Query,
        under: Under,
    ) -> Result<SearchAdmission, TrustError> {
        let (answer, answered) = oneshot::channel();
        let asked = Asked { at: Instant::now(), under };
        let search = Box::new(Search { ticket: 0, admit, query: Box::new(query) });
        self.send(Waiting::Search(search, asked, answer)).await?;
        answered.await.unwrap_or(Err(TrustError::Unavailable))
    }

    pub(crate) async fn feed(&self, feed: Feed) -> Result<bool, TrustError> {
        let (answer, answered) = oneshot::channel();
        self.send(Waiting::Feed(feed, answer)).await?;
        answered.await.unwrap_or(Err(TrustError::Unavailable))
    }

    async fn send(&self, waiting: Waiting) -> Result<(), TrustError> {
        self.queue.send(waiting).await.map_err(|_| TrustError::Unavailable)
    }
}

/// Stops what ended, and says so.
struct Stop {
    endings: Endings,
    /// Held by those who ask; the last of them ends the connection.
    queue: mpsc::WeakSender<Waiting>,
}

impl Stop {
    /// A task of its own: whatever else comes on the lane goes on meanwhile.
    fn begin(&self, number: u64, ended: Vec<Ended>) {
        let (endings, queue) = (self.endings.clone(), self.queue.clone());
        // Noted here, before anything that was answered after it is looked at.
        let stopping = endings.begin(&ended);
        tokio::spawn(async move {
            endings.stopped(stopping).await;
            if let Some(queue) = queue.upgrade() {
                let _ = queue.send(Waiting::Stopped(number)).await;
            }
        });
    }
}

async fn run(endpoint: Endpoint, mut waiting: mpsc::Receiver<Waiting>, wants: AllWanted, stop: Stop) {
    let mut pause = RECONNECT_FIRST;
    loop {
        if let Ok((stream, _)) = open(&endpoint, Role::SearchLane).await {
            pause = RECONNECT_FIRST;
            // What ended before this connection was told to nobody here.
            stop.endings.lose();
            let ended = UnderWay::new(&wants, &stop).converse(stream, &mut waiting).await;
            stop.endings.lose();
            // What was wanted on that connection is said again on the next.
            wants.feeds.lock().clear();
            wants.extractions.lock().clear();
            if ended == Conversation::NobodyAsksAnyMore {
                return;
            }
        } else {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RECONNECT_MOST);
            // What waited this long is dropped, which says that there is no answer.
            while waiting.try_recv().is_ok() {}
            if waiting.is_closed() {
                return;
            }
        }
    }
}

#[derive(PartialEq, Eq)]
enum Conversation {
    Broken,
    NobodyAsksAnyMore,
}

/// What is under way on one connection. Dropped, it leaves its askers without an answer, which they take for unavailable.
struct UnderWay<'a> {
    wants: &'a AllWanted,
    stop: &'a Stop,
    next_ticket: u64,
    searches: HashMap<u64, (Asked, Answer<SearchAdmission>)>,
    endings: HashMap<u64, Answer<wire::Answer>>,
    feeds: HashMap<(CellId, u64), Answer<bool>>,
    /// With the words that have come so far.
    extractions: HashMap<(CellId, u64), (Answer<Extracted>, Vec<NewWords>)>,
}

impl<'a> UnderWay<'a> {
    fn new(wants: &'a AllWanted, stop: &'a Stop) -> Self {
        let (searches, endings) = (HashMap::new(), HashMap::new());
        let (feeds, extractions) = (HashMap::new(), HashMap::new());
        Self { wants, stop, next_ticket: 0, searches, endings, feeds, extractions }
    }

    async fn converse(mut self, stream: UnixStream, waiting: &mut mpsc::Receiver<Waiting>) -> Conversation {
        // The keyholder reads whether or not its answers are read, so nothing here waits for both directions at once.
        let (mut from, mut to) = stream.into_split();
        let mut received = Vec::new();
        loop {
            received.reserve(READ_BYTES);
            tokio::select! {
                read = from.read_buf(&mut received) => {
                    if !matches!(read, Ok(count) if count > 0) || self.take(&mut received).is_err() {
                        return Conversation::Broken;
                    }
                }
                next = waiting.recv() => {
                    let Some(mut next) = next else { return Conversation::NobodyAsksAnyMore };
                    let mut frames = Zeroizing::new(Vec::new());
                    loop {
                        self.note(next, &mut frames);
                        if frames.len() >= MAX_WRITE_BYTES {
                            break;
                        }
                        match waiting.try_recv() {
                            Ok(another) => next = another,
                            Err(_) => break,
                        }
                    }
                    if to.write_all(&frames).await.is_err() {
                        return Conversation::Broken;
                    }
                }
            }
        }
    }

    /// Takes a question on, and appends its frame; one that fits into no frame is answered at once.
    fn note(&mut self, waiting: Waiting, frames: &mut Vec<u8>) {
        match waiting {
            Waiting::Search(mut search, asked, answer) => {
                search.ticket = self.next_ticket;
                self.next_ticket += 1;
                let ticket = search.ticket;
                match frame::encode(&Request::Search(*search)).map(Zeroizing::new) {
                    Ok(frame) => {
                        frames.extend_from_slice(&frame);
                        self.searches.insert(ticket, (asked, answer));
                    }
                    Err(error) => drop(answer.send(Err(error.into()))),
                }
            }
            Waiting::Ending(mut ending, answer) => {
                ending.ticket = self.next_ticket;
                self.next_ticket += 1;
                let ticket = ending.ticket;
                match frame::encode(&Request::Ending(ending)).map(Zeroizing::new) {
                    Ok(frame) => {
                        frames.extend_from_slice(&frame);
                        self.endings.insert(ticket, answer);
                    }
                    Err(error) => drop(answer.send(Err(error.into()))),
                }
            }
            Waiting::Stopped(number) => {
                if let Ok(frame) = frame::encode(&Request::Stopped(number)) {
                    frames.extend_from_slice(&frame);
                }
            }
            Waiting::Feed(feed, answer) => {
                let name = (feed.cell, feed.feed);
                match frame::encode(&Request::Feed(feed)) {
                    Ok(frame) => {
                        frames.extend_from_slice(&frame);
                        self.feeds.insert(name, answer);
                    }
                    Err(error) => drop(answer.send(Err(error.into()))),
                }
            }
            Waiting::Extract(feed, answer) => {
                let name = (feed.cell, feed.feed);
                match frame::encode(&Request::Extract(feed)) {
                    Ok(frame) => {
                        frames.extend_from_slice(&frame);
                        self.extractions.insert(name, (answer, Vec::new()));
                    }
                    Err(error) => drop(answer.send(Err(error.into()))),
                }
            }
            Waiting::BodyPiece(piece) => {
                // One that fits into no frame leaves a body that does not open, which is counted.
                if let Ok(frame) = frame::encode(&Request::BodyPiece(piece)) {
                    frames.extend_from_slice(&frame);
                }
            }
        }
    }

    /// Takes every whole frame out of what was received.
    fn take(&mut self, received: &mut Vec<u8>) -> Result<(), FrameError> {
        let mut at = 0;
        while let Some(prefix) = received.get(at..).and_then(|rest| rest.first_chunk::<PREFIX_BYTES>()) {
            let begin = at + PREFIX_BYTES;
            let end = begin + frame::body_length(*prefix)?;
            let Some(body) = received.get(begin..end) else { break };
            self.answer(frame::decode(body)?)?;
            at = end;
        }
        received.drain(..at);
        Ok(())
    }

    /// Nobody waits any more for an answer whose asker was cancelled.
    fn answer(&mut self, reply: Reply) -> Result<(), FrameError> {
        match reply {
            Reply::Searched { ticket, searched } => {
                let (asked, answer) = self.searches.remove(&ticket).ok_or(FrameError::Malformed)?;
                let _ = answer.send(match *searched {
                    Searched::Found { receipt, valid_ms, found } => {
                        let ends = asked.at + Duration::from_millis(u64::from(valid_ms));
                        Ok(SearchAdmission { receipt, ends, under: asked.under, found })
                    }
                    Searched::Refused(refusal) => Err(TrustError::Refused(refusal)),
                    Searched::Fault(fault) => Err(TrustError::Fault(fault)),
                });
            }
            Reply::Ended { number, ended } => self.stop.begin(number, ended),
            Reply::EndingDone(done) => {
                let answer = self.endings.remove(&done.ticket).ok_or(FrameError::Malformed)?;
                let _ = answer.send(Ok(done.answer));
            }
            Reply::FedOn { cell, feed, go_on } => {
                let answer = self.feeds.remove(&(cell, feed)).ok_or(FrameError::Malformed)?;
                let _ = answer.send(Ok(go_on));
            }
            Reply::FeedWanted(wanted) => self.wants.feeds.want(wanted.cell, wanted),
            Reply::ExtractWanted(wanted) => self.wants.extractions.want(wanted.cell, wanted),
            Reply::Extracted(mut extracted) => {
                let name = (extracted.cell, extracted.feed);
                let (answer, mut words) = self.extractions.remove(&name).ok_or(FrameError::Malformed)?;
                words.append(&mut extracted.words);
                if extracted.last || !extracted.go_on {
                    let _ = answer.send(Ok(Extracted { words, ..extracted }));
                } else {
                    self.extractions.insert(name, (answer, words));
                }
            }
            _ => return Err(FrameError::Malformed),
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use crate::Interaction;
    use crate::client::{Asker, Trust};
    use crate::wire::index::FeedWanted;
    use crate::wire::query::SearchFault;
    use crate::{Purpose, Refusal, Token};

    async fn receive<T: serde::de::DeserializeOwned>(stream: &mut UnixStream) -> T {
        let mut prefix = [0u8; PREFIX_BYTES];
        stream.read_exact(&mut prefix).await.unwrap();
        let mut body = vec![0; frame::body_length(prefix).unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        frame::decode(&body).unwrap()
    }

    async fn send(stream: &mut UnixStream, reply: &Reply) {
        stream.write_all(&frame::encode(reply).unwrap()).await.unwrap();
    }

    /// The next search lane that connects; batches are welcomed and left alone.
    async fn lane(listener: &tokio::net::UnixListener, others: &mut Vec<UnixStream>) -> UnixStream {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            send(&mut stream, &Reply::Challenge([1; 32])).await;
            let Request::Hello(hello) = receive(&mut stream).await else { panic!("no hello") };
            send(&mut stream, &Reply::Welcome(Vec::new())).await;
            match hello.role {
                Role::SearchLane => return stream,
                _ => others.push(stream),
            }
        }
    }

    fn query() -> Query {
        Query { kinds: vec![], all: vec![], sort: vec![], count: 1, after: None, glimpse: false }
    }

    async fn ticket(stream: &mut UnixStream) -> u64 {
        match receive(stream).await {
            Request::Search(search) => search.ticket,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn searches_overtake_each_other_and_a_broken_lane_is_made_anew() {
        let socket = std::env::temp_dir().join(format!("salus-lane-{}.sock", std::process::id()));
        let _ = std::fs::remove_file(&socket);
        let listener = tokio::net::UnixListener::bind(&socket).unwrap();
        let trust = Trust::connect(Endpoint { socket: socket.clone(), key: Zeroizing::new([2; 32]) });
        let mut others = Vec::new();
        let mut stream = lane(&listener, &mut others).await;
        let cell = CellId([3; 16]);
        let asker = Asker {
            token: Token::random().unwrap(),
            proof: Vec::new(),
            cell,
            purpose: Purpose::Treatment,
            address: [0; 16],
        };
        let search = || {
            let (trust, asker) = (trust.clone(), asker.clone());
            tokio::spawn(async move { trust.search(&asker, Interaction::SearchType, query()).await })
        };
        let first = search();
        let first_ticket = ticket(&mut stream).await;
        let second = search();
        let second_ticket = ticket(&mut stream).await;
        let refused = Box::new(Searched::Refused(Refusal::Quarantined));
        send(&mut stream, &Reply::Searched { ticket: second_ticket, searched: refused }).await;
        assert_eq!(second.await.unwrap().err(), Some(TrustError::Refused(Refusal::Quarantined)));
        let fault = Box::new(Searched::Fault(SearchFault::NotReady));
        send(&mut stream, &Reply::Searched { ticket: first_ticket, searched: fault }).await;
        assert_eq!(first.await.unwrap().err(), Some(TrustError::Fault(SearchFault::NotReady)));

        // What is wanted later takes the place of what was wanted before, unless that was taken already.
        for feed in [1, 2] {
            send(&mut stream, &Reply::FeedWanted(FeedWanted { cell, from: 5, feed })).await;
        }
        let lost = search();
        ticket(&mut stream).await;
        while trust.feeds().next().await.feed != 2 {}
        assert!(trust.feeds().lock().is_empty());
        let feed =
            Feed { cell, feed: 2, versions: vec![], compartments: vec![], progress: (0, 0), done: true };
        let fed = tokio::spawn({
            let trust = trust.clone();
            async move { trust.feed(feed).await }
        });
        let Request::Feed(feed) = receive(&mut stream).await else { panic!("no feed") };
        send(&mut stream, &Reply::FedOn { cell, feed: feed.feed, go_on: true }).await;
        assert_eq!(fed.await.unwrap(), Ok(true));

        drop(stream);
        assert_eq!(lost.await.unwrap().err(), Some(TrustError::Unavailable));
        let mut stream = lane(&listener, &mut others).await;
        let again = search();
        ticket(&mut stream).await;
        // An answer to a question that nobody asked ends the connection.
        send(&mut stream, &Reply::FedOn { cell, feed: 9, go_on: true }).await;
        assert_eq!(again.await.unwrap().err(), Some(TrustError::Unavailable));
        std::fs::remove_file(&socket).unwrap();
    }
}
