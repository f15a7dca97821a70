//! Whether whoever sends a session's token has the key that the session is bound to (DPoP, RFC 9449).
//!
//! A proof is about one request and good for a moment: it repeats the keyholder's newest word ([`Proofs::nonce`]), or was made within a
//! minute by its maker's clock. What one request needs is asked in several asks, so the first use of a proof registers it, and it is good for
//! [`PROOF_REUSE_MS`] more, at the same address; then never again. The words are drawn anew at each start, and without one a session that was begun before
//! the start is proved only by what was surely made after it: so nothing that was used before is good again.
//!
//! Never: takes a proof of another key, cell or token, or one to read for a change; keeps more than [`MAX_LIVE_PROOFS`]. State: the proofs that could
//! still be used again, in memory.

use crate::admit::Asking;
use crate::core::Core;
use crate::error::KeyholderError;
use crate::state::State;
use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_seal::entry::proof::ProofEvent;
use salus_seal::entry::{Interaction, Purpose, Refusal};
use salus_seal::{CellId, ClientId, PrincipalId, SessionId};
use salus_trust_api::Token;
use salus_trust_api::dpop::Proof;
use salus_trust_api::wire::people::{OfSession, PAGES};
use salus_trust_api::wire::{Admit, Bearer};
use std::collections::{BTreeMap, HashMap};

/// How far a proof's time may lie from the keyholder's, to both sides, where it repeats no word of the keyholder's, in milliseconds.
pub const PROOF_AGE_MS: u64 = 60_000;
/// For how long after its first use a proof is good for further asks of the same request, in milliseconds.
pub const PROOF_REUSE_MS: u64 = 10_000;
/// How long a word is the newest; it is good for as long again, in milliseconds.
pub const NONCE_MS: u64 = 60_000;
/// The most proofs that are remembered, some 60 MB: 17,000 requests a second for a minute.
pub const MAX_LIVE_PROOFS: usize = 1 << 20;
/// The most of one session.
pub const MAX_LIVE_PROOFS_PER_SESSION: u32 = 1 << 19;
/// A proof whose time is further off than this was hardly made for this request: the refusal is an entry then, in milliseconds.
const HONEST_CLOCK_MS: u64 = 15 * 60_000;

/// What was used, and what proofs are to repeat.
pub(crate) struct Proofs {
    started_ms: u64,
    nonce_key: hmac::Key,
    /// By the time from which on their own time forbids them, in seconds; then by owner and name.
    live: BTreeMap<u64, HashMap<[u8; 16], Used>>,
    count: usize,
    by_owner: HashMap<u64, u32>,
}

/// A proof that was used.
struct Used {
    /// Of its bytes and the address that it came from: the same again needs no second look at its signature.
    digest: [u8; 16],
    first_ms: u64,
    owner: u64,
}

/// Where a proof is remembered.
struct Slot {
    /// From when on no first use is possible, in seconds since 1970.
    until_s: u64,
    /// Whether it is known to be made just now.
    is_fresh: bool,
}

/// What came with a request.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub proof: &'a [u8],
    pub address: [u8; 16],
}

/// What a proof must be about.
struct Due<'a> {
    /// Whose: names with the proof's own name what must not come twice.
    owner: [u8; 16],
    /// The key's thumbprint; none: whatever it is.
    key: Option<[u8; 32]>,
    token: Option<&'a Token>,
    /// Whether it must name the token. The key of a page's session is that session's alone, so there it need not.
    names_token: bool,
    /// Whether it must repeat a word.
    repeats: bool,
    /// Whether something is to be changed.
    changes: bool,
    /// Whether its maker may have used it at a keyholder that ran before this one.
    from_before: bool,
}

/// Why somebody is not proved: what they are told, and what becomes an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unproved {
    pub answer: Refusal,
    pub entry: Option<Refusal>,
}

impl Unproved {
    const MISSING: Self = Self { answer: Refusal::NoProof, entry: Some(Refusal::NoProof) };
    const BAD: Self = Self { answer: Refusal::BadProof, entry: Some(Refusal::BadProof) };
    const UNBOUND: Self = Self { answer: Refusal::NoSession, entry: Some(Refusal::NoProof) };
    const STALE: Self = Self { answer: Refusal::StaleProof, entry: None };
    /// Signed by the right key, a while ago: recorded and replayed, or a clock that is wrong.
    const OLD: Self = Self { answer: Refusal::StaleProof, entry: Some(Refusal::BadProof) };
    const MANY: Self = Self { answer: Refusal::Budget { retry_after_s: 60 }, entry: None };
}

impl Proofs {
    pub(crate) fn new(started_ms: u64) -> Result<Self, KeyholderError> {
        let key: [u8; 32] = salus_seal::keys::random()?;
        Ok(Self {
            started_ms,
            nonce_key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            live: BTreeMap::new(),
            count: 0,
            by_owner: HashMap::new(),
        })
    }

    /// What proofs are to repeat from now on.
    pub(crate) fn nonce(&self, now_ms: u64) -> String {
        self.nonce_of(now_ms / NONCE_MS)
    }

    fn nonce_of(&self, window: u64) -> String {
        let tag = hmac::sign(&self.nonce_key, &window.to_le_bytes());
        URL_SAFE_NO_PAD.encode(tag.as_ref().get(..16).unwrap_or_default())
    }

    /// The key's thumbprint, if the proof is good.
    fn check(
        &mut self,
        shown: Shown<'_>,
        due: &Due<'_>,
        is_addressed: impl Fn(&Proof) -> bool,
        now_ms: u64,
    ) -> Result<[u8; 32], Unproved> {
        self.forget(now_ms);
        if shown.proof.is_empty() {
            return Err(Unproved::MISSING);
        }
        let proof = Proof::parse(shown.proof).ok_or(Unproved::BAD)?;
        let is_of_key =
            due.key.is_none_or(|key| constant_time::verify_slices_are_equal(&key, &proof.thumbprint).is_ok());
        let is_for_token = match due.token.map(|token| proof.goes_with(token)) {
            Some(Some(goes)) => goes,
            Some(None) => !due.names_token,
            None => true,
        };
        if !is_of_key || !is_for_token || due.changes && proof.is_safe() || !is_addressed(&proof) {
            return Err(Unproved::BAD);
        }
        let slot = self.slot(&proof, due, now_ms);
        let name = truncated(&[&due.owner, proof.jti.as_bytes()]);
        let digest = truncated(&[&shown.address, shown.proof]);
        if let Some(used) = slot.as_ref().and_then(|slot| self.live.get(&slot.until_s)?.get(&name)) {
            let is_same_request = used.digest == digest && now_ms < used.first_ms + PROOF_REUSE_MS;
            return if is_same_request { Ok(proof.thumbprint) } else { Err(Unproved::BAD) };
        }
        if !proof.is_signed(shown.proof) {
            return Err(Unproved::BAD);
        }
        let Some(slot) = slot.filter(|slot| slot.is_fresh) else {
            let is_far = now_ms.abs_diff(proof.iat_s.saturating_mul(1_000)) > HONEST_CLOCK_MS;
            return Err(if is_far { Unproved::OLD } else { Unproved::STALE });
        };
        let used = Used { digest, first_ms: now_ms, owner: first_eight(&due.owner) };
        self.register(slot.until_s, name, used)?;
        Ok(proof.thumbprint)
    }

    /// Where a proof is remembered, which what was signed decides: the same proof is always found again, for as long as it is good for
    /// further asks. None: it is too old to be there.
    fn slot(&self, proof: &Proof, due: &Due<'_>, now_ms: u64) -> Option<Slot> {
        if let Some(nonce) = &proof.nonce {
            let window = now_ms / NONCE_MS;
            let ages = [0, 1, 2].into_iter();
            let age = ages.filter(|age| *age <= window).find(|age| self.nonce_of(window - age) == *nonce)?;
            return Some(Slot { until_s: (window - age + 2) * NONCE_MS / 1_000, is_fresh: age < 2 });
        }
        let made_ms = proof.iat_s.checked_mul(1_000)?;
        let is_after_start = !due.from_before || made_ms > self.started_ms + PROOF_AGE_MS;
        let apart_ms = now_ms.abs_diff(made_ms);
        (apart_ms <= PROOF_AGE_MS + PROOF_REUSE_MS).then_some(Slot {
            until_s: (made_ms + PROOF_AGE_MS) / 1_000 + 1,
            is_fresh: apart_ms <= PROOF_AGE_MS && is_after_start && !due.repeats,
        })
    }

    fn register(&mut self, until_s: u64, name: [u8; 16], used: Used) -> Result<(), Unproved> {
        let own = self.by_owner.get(&used.owner).copied().unwrap_or_default();
        if self.count >= MAX_LIVE_PROOFS || own >= MAX_LIVE_PROOFS_PER_SESSION {
            return Err(Unproved::MANY);
        }
        self.by_owner.insert(used.owner, own + 1);
        self.count += 1;
        self.live.entry(until_s).or_default().insert(name, used);
        Ok(())
    }

    /// Forgets those that their own time forbids, and whose request is over.
    fn forget(&mut self, now_ms: u64) {
        let over_s = now_ms.saturating_sub(PROOF_REUSE_MS) / 1_000;
        while let Some(first) = self.live.first_entry().filter(|first| *first.key() < over_s) {
            for used in first.remove().into_values() {
                self.count -= 1;
                if let Some(own) = self.by_owner.get_mut(&used.owner) {
                    *own -= 1;
                    if *own == 0 {
                        self.by_owner.remove(&used.owner);
                    }
                }
            }
        }
    }
}

impl Core {
    /// Whether the session is proved, if it is bound to a key. `changes`: whether anything is to be changed.
    pub(crate) fn proved(
        &mut self,
        asking: &Asking,
        token: &Token,
        shown: Shown<'_>,
        changes: bool,
        now_ms: u64,
    ) -> Result<(), Unproved> {
        let Some(session) = self.state.sessions.get(&asking.session) else { return Err(Unproved::BAD) };
        let is_page = session.client == PAGES;
        let Some(key) = session.proof_key else {
            // One of a person's that was begun before there were proofs: they sign in again.
            return if is_page && self.binds_sessions() { Err(Unproved::UNBOUND) } else { Ok(()) };
        };
        let due = Due {
            owner: asking.session.0,
            key: Some(key),
            token: Some(token),
            names_token: !is_page,
            repeats: is_page,
            changes,
            from_before: session.begun_ms <= self.started_ms,
        };
        let prefix = self.prefix(&asking.cell);
        self.proofs.check(shown, &due, |proof| is_below(proof, &prefix), now_ms).map(drop)
    }

    /// The thumbprint of the key that a session is to be bound to, which begins with a request to `path` of this cell.
    pub(crate) fn proved_at_sign_in(
        &mut self,
        owner: [u8; 16],
        cell: &CellId,
        path: &str,
        shown: Shown<'_>,
        now_ms: u64,
    ) -> Result<[u8; 32], Unproved> {
        let due = Due {
            owner,
            key: None,
            token: None,
            names_token: false,
            repeats: false,
            changes: true,
            // Whoever shows an old one gets a session that is of no use without the key.
            from_before: false,
        };
        let prefix = self.prefix(cell);
        let is_here = |proof: &Proof| {
            let rest = proof.address().and_then(|(origin, at)| rest_of(origin, at, &prefix));
            rest == Some(path)
        };
        self.proofs.check(shown, &due, is_here, now_ms)
    }

    /// Where requests to a cell go: the origin, where it is known, and the path down to the cell's own.
    fn prefix(&self, cell: &CellId) -> Prefix {
        let name = self.state.cells.get(cell).map_or("", |cell| &cell.name);
        let (origin, base) = match self.pages_url() {
            Some(url) => {
                let host = url.find("://").map_or(0, |at| at + 3);
                let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
                (url.get(..end).map(str::to_owned), url.get(end..).unwrap_or_default())
            }
            None => (None, ""),
        };
        Prefix { path: format!("{base}/{name}/"), origin }
    }

    /// The session that acts, if it is of any use in this cell and proved. `changes`: whether anything is to be changed.
    pub(crate) fn acting(
        &mut self,
        of: &OfSession,
        changes: bool,
        now_ms: u64,
    ) -> Result<Result<SessionId, Refusal>, KeyholderError> {
        let Some((session, known)) = self.living(of, now_ms) else {
            self.strangers += 1;
            return Ok(Err(Refusal::NoSession));
        };
        let asking = Asking { session, principal: known.principal, cell: known.cell };
        let shown = Shown { proof: &of.proof, address: of.address };
        let Err(unproved) = self.proved(&asking, &of.token, shown, changes, now_ms) else {
            return Ok(Ok(session));
        };
        if let Some(refusal) = unproved.entry {
            let admit = Admit {
                token: of.token.clone(),
                proof: Vec::new(),
                cell: of.cell,
                purpose: Purpose::Operations,
                interaction: Interaction::Session,
                address: of.address,
                intents: Vec::new(),
            };
            self.record_refusal(&asking, &admit, refusal, now_ms)?;
        }
        Ok(Err(unproved.answer))
    }
}

impl State {
    /// Takes in what was decided about proofs.
    pub(crate) fn apply_proof(&mut self, event: &ProofEvent) -> Option<()> {
        let (client, bearer) = match event {
            ProofEvent::Required { client } => (client, Bearer::No),
            ProofEvent::BearerAllowed { client } => (client, Bearer::Allowed),
        };
        self.clients.get_mut(client)?.bearer = bearer;
        Some(())
    }

    /// Whether somebody is an application whose tokens are good without proof.
    pub(crate) fn is_bearers(&self, principal: &PrincipalId) -> bool {
        self.clients.values().any(|client| client.principal == *principal && client.bearer != Bearer::No)
    }

    /// Whether a client's sessions may begin over the network without a key.
    pub(crate) fn is_bearer(&self, client: &ClientId) -> bool {
        self.clients.get(client).is_some_and(|client| client.bearer != Bearer::No)
    }
}

struct Prefix {
    origin: Option<String>,
    path: String,
}

fn is_below(proof: &Proof, prefix: &Prefix) -> bool {
    proof.address().is_some_and(|(origin, path)| rest_of(origin, path, prefix).is_some())
}

/// What of the path lies in the cell.
fn rest_of<'a>(origin: &str, path: &'a str, prefix: &Prefix) -> Option<&'a str> {
    let is_here = prefix.origin.as_ref().is_none_or(|known| known.eq_ignore_ascii_case(origin));
    path.strip_prefix(&prefix.path).filter(|_| is_here)
}

fn truncated(parts: &[&[u8]]) -> [u8; 16] {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; 16];
    out.copy_from_slice(&context.finish().as_ref()[..16]);
    out
}

fn first_eight(owner: &[u8; 16]) -> u64 {
    owner.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests;
