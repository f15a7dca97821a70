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
pub use crate::conversation::cells;
use crate::conversation::{Marks, Waiting, lock, run};
use crate::endings::{Endings, Under};
use crate::frame::FrameError;
use crate::lane::{Lane, SearchAdmission};
use crate::wanted::{Extractions, Feeds};
use crate::wire::access::{AccessPage, AccessesAsk};
use crate::wire::administer::{Administer, CellAnswer, CellAsk};
use crate::wire::budgets::{OwnBudget, OwnBudgetAnswer, OwnBudgetAsk};
use crate::wire::extract::{BodyPiece, ExtractFeed, Extracted, OwnParameters, ParameterChange};
use crate::wire::index::Feed;
use crate::wire::people::{OfSession, Redeem, TouchOf, Who};
use crate::wire::policy::Rights;
use crate::wire::query::{Query, SearchFault};
use crate::wire::{
    AdminError, Admit, Admitted, Answer, Ask, BlindIds, CellInfo, CompartmentWrap, Grant, Intent, Read,
    Resolved, SignIn, SignedIn, TakeUp, TakenUp, Write,
};
use crate::{Interaction, Purpose, Refusal, Token};
use salus_seal::{CellId, PartKey};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use zeroize::Zeroizing;

/// The most asks that wait at once; beyond that, callers wait to be let in.
const MAX_WAITING_ASKS: usize = 16_384;
/// From how many bytes of sealed words on a frame takes no further ask. One write brings at most as many.
pub const MAX_WORDS_PER_WRITE_BYTES: usize = 2 * 1024 * 1024;
/// The most marks of delivery that wait.
const MAX_WAITING_MARKS: usize = 65_536;
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

    /// The session that asks.
    pub fn of_session(&self) -> OfSession {
        OfSession {
            token: self.token.clone(),
            cell: self.cell,
            proof: self.proof.clone(),
            address: self.address,
        }
    }

    /// Without intents.
    pub(crate) fn circumstances(&self, interaction: Interaction) -> Admit {
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

/// A connection's number and the cells that the keyholder named on it; none while there is no connection.
pub type Generation = Option<(u64, Arc<Vec<CellInfo>>)>;

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
        self.admission(asker.circumstances(interaction), Intent::Read, read, self.under(asker)).await
    }

    /// Asks for versions to be opened, by this intent.
    pub(crate) async fn admission(
        &self,
        circumstances: Admit,
        intent: fn(Read) -> Intent,
        read: Read,
        under: Under,
    ) -> Result<Admission, TrustError> {
        let headers: Vec<_> = read.versions.iter().map(|version| version.header).collect();
        let part = read.part;
        let asked = Instant::now();
        let admit = Admit { intents: vec![intent(read)], ..circumstances };
        let Admitted { receipt, valid_ms, mut grants } = self.admitted(admit).await?;
        match grants.pop() {
            Some(Grant::Keys(keys)) if grants.is_empty() && keys.len() == headers.len() => Ok(Admission {
                receipt,
                ends: asked + Duration::from_millis(u64::from(valid_ms)),
                under,
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
        self.write_defining(asker, interaction, write, Vec::new()).await
    }

    /// As [`Trust::write`]; when it lands, the cell's own search parameters change.
    pub async fn write_defining(
        &self,
        asker: &Asker,
        interaction: Interaction,
        write: Write,
        changes: Vec<ParameterChange>,
    ) -> Result<WriteAdmission, TrustError> {
        let count = write.versions.len();
        let intent = match changes {
            none if none.is_empty() => Intent::Write(write),
            changes => Intent::WriteDefining(write, changes),
        };
        let Admitted { receipt, mut grants, .. } = self.admitted(asker.admit(interaction, intent)).await?;
        match grants.pop() {
            Some(Grant::Wraps { versions, compartments }) if grants.is_empty() && versions.len() == count => {
                Ok(WriteAdmission { receipt, versions, compartments })
            }
            _ => Err(TrustError::Protocol),
        }
    }

    /// Who has looked at this patient's record? `wrap` is that of the patient's own compartment. Charged as a chart and an entry itself;
    /// answered with until when, and under what, the page may be sent.
    pub async fn accesses(
        &self,
        asker: &Asker,
        wrap: CompartmentWrap,
        before: Option<u64>,
        limit: u32,
    ) -> Result<(AccessPage, Instant, Under), TrustError> {
        let (asked, under) = (Instant::now(), self.under(asker));
        let admit = asker.circumstances(Interaction::Accesses);
        let ask = AccessesAsk { admit, compartment: wrap, before, limit };
        match self.ask(Ask::Accesses(Box::new(ask))).await? {
            Answer::Accesses(page) => {
                let ends = asked + Duration::from_millis(u64::from(page.valid_ms));
                Ok((page, ends, under))
            }
            _ => Err(TrustError::Protocol),
        }
    }

    /// Administers the session's cell. The outer error is a refusal: of a role that does not administer, say; the inner one says
    /// what is wrong with what was asked.
    pub async fn administer(
        &self,
        asker: &Asker,
        ask: CellAsk,
    ) -> Result<Result<CellAnswer, AdminError>, TrustError> {
        let administer = Administer { of: asker.of_session(), ask };
        let ends = administer.ask.ends_something();
        let ask = Ask::Administer(Box::new(administer));
        match if ends { self.ending(ask).await? } else { self.ask(ask).await? } {
            Answer::Administered(outcome) => Ok(*outcome),
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
        self.lane.search(asker.circumstances(interaction), query, self.under(asker)).await
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

    /// What extractions want to be given.
    pub fn extractions(&self) -> Extractions {
        self.lane.extractions()
    }

    /// Gives an extraction bodies, and gets new words, which are to be kept before the next are given. One at a time for each cell;
    /// an error means that whatever is wanted is said anew by [`Trust::extractions`].
    pub async fn extract(&self, feed: ExtractFeed) -> Result<Extracted, TrustError> {
        self.lane.extract(feed).await
    }

    /// Gives an extraction a piece of the body that [`Trust::extract`] leaves empty next.
    pub async fn body_piece(&self, piece: BodyPiece) -> Result<(), TrustError> {
        self.lane.body_piece(piece).await
    }

    /// A cell's own search parameters.
    pub async fn parameters(&self, cell: CellId) -> Result<OwnParameters, TrustError> {
        match self.ask(Ask::Parameters(cell)).await? {
            Answer::Parameters(parameters) => Ok(parameters),
            _ => Err(TrustError::Protocol),
        }
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

    /// A session for a code that the door gave a person's browser.
    ///
    /// Errors: [`Refusal::NoSession`] for whatever is wrong with code or verifier. The code is used up either way.
    pub async fn redeem(&self, redeem: Redeem) -> Result<SignedIn, TrustError> {
        match self.ask(Ask::Redeem(redeem)).await? {
            Answer::SignedIn(signed_in) => Ok(signed_in),
            _ => Err(TrustError::Protocol),
        }
    }

    /// Who asks. Writes no entry and waits for no disk.
    ///
    /// Errors: [`Refusal::NoSession`] without a session that lives in the asker's cell.
    pub async fn who(&self, asker: &Asker) -> Result<Who, TrustError> {
        match self.ask(Ask::Who(asker.of_session())).await? {
            Answer::Who(who) => Ok(*who),
            _ => Err(TrustError::Protocol),
        }
    }

    /// What the asker's role lets them do. Writes no entry and waits for no disk.
    ///
    /// Errors: [`Refusal::NoSession`] without a session that lives in the asker's cell.
    pub async fn rights(&self, asker: &Asker) -> Result<Rights, TrustError> {
        match self.ask(Ask::Rights(asker.of_session())).await? {
            Answer::Rights(rights) => Ok(rights),
            _ => Err(TrustError::Protocol),
        }
    }

    /// A person's own budget, and what others of the cell ask for.
    ///
    /// Errors: [`Refusal::NoSession`]; [`Refusal::NotAllowed`] for an application; [`Refusal::NoRoom`].
    pub async fn own_budget(&self, asker: &Asker, ask: OwnBudgetAsk) -> Result<OwnBudgetAnswer, TrustError> {
        let own = OwnBudget { of: asker.of_session(), ask };
        match self.ask(Ask::Budget(Box::new(own))).await? {
            Answer::Budget(answer) => Ok(answer),
            _ => Err(TrustError::Protocol),
        }
    }

    /// The person of a session touched their passkey: it goes on.
    ///
    /// Errors: [`Refusal::NoSession`] for a code that is none, or not this session's.
    pub async fn touch(&self, touch: TouchOf) -> Result<(), TrustError> {
        match self.ask(Ask::Touch(Box::new(touch))).await? {
            Answer::Noted => Ok(()),
            _ => Err(TrustError::Protocol),
        }
    }

    /// What proofs are to repeat as `nonce` from now on, for a minute at least.
    pub async fn proof_nonce(&self) -> Result<String, TrustError> {
        match self.ask(Ask::ProofNonce).await? {
            Answer::ProofNonce(nonce) => Ok(nonce),
            _ => Err(TrustError::Protocol),
        }
    }

    /// How many alarms of the asker's cell nobody has acknowledged. Writes no entry, and is no use of the session.
    ///
    /// Errors: [`Refusal::NoSession`]; [`Refusal::NotAllowed`] for a role that does not administer.
    pub async fn alarm_count(&self, asker: &Asker) -> Result<u32, TrustError> {
        match self.ask(Ask::AlarmCount(asker.of_session())).await? {
            Answer::AlarmCount(count) => Ok(count),
            _ => Err(TrustError::Protocol),
        }
    }

    /// Ends the asker's session. One that has ended already stays so. Answered when nothing of it is sent any more.
    pub async fn end_session(&self, asker: &Asker) -> Result<(), TrustError> {
        match self.ending(Ask::EndSession(asker.of_session())).await? {
            Answer::Noted => Ok(()),
            _ => Err(TrustError::Protocol),
        }
    }

    /// The asker, a person, reads this language from now on.
    ///
    /// Errors: [`Refusal::NoSession`]; [`Refusal::Malformed`] for a tag that is not two or three lower-case letters, and for an
    /// application, which reads none.
    pub async fn choose_language(&self, asker: &Asker, language: String) -> Result<(), TrustError> {
        self.noted(Ask::ChooseLanguage { of: asker.of_session(), language }).await
    }

    /// Takes a cell up: proves what the store knows, and learns what is unresolved.
    pub async fn take_up(&self, take_up: TakeUp) -> Result<TakenUp, TrustError> {
        match self.ask(Ask::TakeUp(take_up)).await? {
            Answer::TakenUp(taken_up) => Ok(taken_up),
            _ => Err(TrustError::Protocol),
        }
    }

    /// What ended at once, for whoever sends what was admitted.
    pub fn endings(&self) -> &Endings {
        self.lane.endings()
    }

    fn under(&self, asker: &Asker) -> Under {
        Under { cell: asker.cell, session: asker.token.hash(), asked: self.endings().count() }
    }

    /// Answered when what it ends is sent no more; waits for nothing else meanwhile.
    async fn ending(&self, ask: Ask) -> Result<Answer, TrustError> {
        match self.lane.ending(ask).await? {
            Answer::Refused(refusal) => Err(TrustError::Refused(refusal)),
            answer => Ok(answer),
        }
    }

    async fn admitted(&self, admit: Admit) -> Result<Admitted, TrustError> {
        match self.ask(Ask::Admit(admit)).await? {
            Answer::Admitted(admitted) => Ok(admitted),
            _ => Err(TrustError::Protocol),
        }
    }

    pub(crate) async fn noted(&self, ask: Ask) -> Result<(), TrustError> {
        match self.ask(ask).await? {
            Answer::Noted => Ok(()),
            _ => Err(TrustError::Protocol),
        }
    }

    pub(crate) async fn ask(&self, ask: Ask) -> Result<Answer, TrustError> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Waiting { ask, answer }).await.map_err(|_| TrustError::Unavailable)?;
        match answered.await {
            Ok(Ok(Answer::Refused(refusal))) => Err(TrustError::Refused(refusal)),
            Ok(result) => result,
            Err(_) => Err(TrustError::Unavailable),
        }
    }
}
