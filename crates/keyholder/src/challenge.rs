//! Challenges: drawn here, each for exactly one thing, answered once and soon.
//!
//! A challenge says itself when it was drawn, and proves by a MAC what for; nothing is kept until a good answer used it up. So asking
//! for many of them fills no memory and pushes nobody else's out.
//!
//! Never: good after a restart, which draws another key. State: the key, and which ones were used.

use aws_lc_rs::{constant_time, digest, hmac};
use salus_seal::entry::people::{RegistrationAllowed, SignInFault};
use salus_seal::keys::random;
use salus_seal::{PrincipalId, SealError, SessionId};
use salus_trust_api::wire::exports::ExportOf;
use salus_trust_api::wire::people::{Action, Authorize, CHALLENGE_MS, RaiseOf};
use serde::Serialize;
use std::collections::{HashSet, VecDeque};

const NONCE_BYTES: usize = 16;
const LABEL: &[u8] = b"salus challenge v1\0";

/// What a challenge is for.
#[derive(Debug, Serialize)]
pub(crate) enum Purpose<'a> {
    /// This person makes a passkey, because of that.
    Register(PrincipalId, RegistrationAllowed),
    /// Somebody signs in for this request.
    SignIn(&'a Authorize),
    /// Somebody does this with their passkeys.
    Act(&'a Action),
    /// The person of this session goes on in it, as this request says.
    Touch(&'a Authorize, SessionId),
    /// Somebody gives exactly this.
    Raise(&'a RaiseOf),
    /// Somebody approves exactly this export.
    Export(&'a ExportOf),
}

/// Draws and checks them.
pub(crate) struct Challenges {
    key: hmac::Key,
    used: HashSet<[u8; NONCE_BYTES]>,
    /// In the order of their use, each with the time at which it need not be remembered any more.
    forget: VecDeque<(u64, [u8; NONCE_BYTES])>,
}

/// One that was answered, and is good for its purpose.
pub(crate) struct Answered([u8; NONCE_BYTES]);

impl Challenges {
    pub(crate) fn new() -> Result<Self, SealError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &random::<32>()?);
        Ok(Self { key, used: HashSet::new(), forget: VecDeque::new() })
    }

    /// Draws one: time (8 bytes, little endian), nonce, MAC.
    pub(crate) fn draw(&self, purpose: &Purpose<'_>, now_ms: u64) -> Result<Vec<u8>, SealError> {
        let nonce = random::<NONCE_BYTES>()?;
        let mut challenge = [now_ms.to_le_bytes().as_slice(), &nonce].concat();
        let mac = self.mac(purpose, &challenge)?;
        challenge.extend_from_slice(mac.as_ref());
        Ok(challenge)
    }

    /// Whether it was drawn here, for this, lately, and not used.
    pub(crate) fn check(
        &self,
        challenge: &[u8],
        purpose: &Purpose<'_>,
        now_ms: u64,
    ) -> Result<Answered, SignInFault> {
        let (said, mac) = challenge.split_at_checked(8 + NONCE_BYTES).ok_or(SignInFault::Challenge)?;
        let expected = self.mac(purpose, said).map_err(|_| SignInFault::Challenge)?;
        constant_time::verify_slices_are_equal(expected.as_ref(), mac).map_err(|_| SignInFault::Challenge)?;
        let (time, nonce) = said.split_first_chunk::<8>().ok_or(SignInFault::Challenge)?;
        let nonce = *nonce.first_chunk::<NONCE_BYTES>().ok_or(SignInFault::Challenge)?;
        if now_ms >= u64::from_le_bytes(*time).saturating_add(CHALLENGE_MS) {
            return Err(SignInFault::Expired);
        }
        if self.used.contains(&nonce) { Err(SignInFault::Replayed) } else { Ok(Answered(nonce)) }
    }

    /// It is good no more.
    pub(crate) fn use_up(&mut self, answered: Answered, now_ms: u64) {
        while let Some((_, nonce)) = self.forget.pop_front_if(|(until_ms, _)| *until_ms <= now_ms) {
            self.used.remove(&nonce);
        }
        self.used.insert(answered.0);
        self.forget.push_back((now_ms.saturating_add(CHALLENGE_MS), answered.0));
    }

    fn mac(&self, purpose: &Purpose<'_>, said: &[u8]) -> Result<hmac::Tag, SealError> {
        let purpose = postcard::to_stdvec(purpose).map_err(|_| SealError::Malformed)?;
        let mut context = hmac::Context::with_key(&self.key);
        context.update(LABEL);
        context.update(said);
        context.update(digest::digest(&digest::SHA256, &purpose).as_ref());
        Ok(context.sign())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_for_one_thing_once_and_soon() {
        let mut challenges = Challenges::new().unwrap();
        let (list, add) = (Action::List, Action::Add);
        let (list, add) = (Purpose::Act(&list), Purpose::Act(&add));
        let challenge = challenges.draw(&list, 1_000).unwrap();
        let fault = |result: Result<Answered, SignInFault>| result.err();
        assert_eq!(fault(challenges.check(&challenge, &add, 1_000)), Some(SignInFault::Challenge));
        let late = challenges.check(&challenge, &list, 1_000 + CHALLENGE_MS);
        assert_eq!(fault(late), Some(SignInFault::Expired));
        for at in 0..challenge.len() {
            let mut changed = challenge.clone();
            changed[at] ^= 1;
            assert_eq!(fault(challenges.check(&changed, &list, 1_000)), Some(SignInFault::Challenge), "{at}");
        }
        let other = Challenges::new().unwrap();
        assert_eq!(fault(other.check(&challenge, &list, 1_000)), Some(SignInFault::Challenge));
        let answered = challenges.check(&challenge, &list, 2_000).unwrap();
        challenges.use_up(answered, 2_000);
        assert_eq!(fault(challenges.check(&challenge, &list, 2_000)), Some(SignInFault::Replayed));
        // What is too old to be answered need not be remembered.
        let next = challenges.draw(&list, 2_000 + CHALLENGE_MS).unwrap();
        let answered = challenges.check(&next, &list, 2_000 + CHALLENGE_MS).unwrap();
        challenges.use_up(answered, 2_000 + CHALLENGE_MS);
        assert_eq!(challenges.used.len(), 1);
    }
}
