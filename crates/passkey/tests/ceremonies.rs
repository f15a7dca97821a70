//! Both ceremonies with a software authenticator: what is true is accepted, and each single lie is refused for its own reason.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_passkey::authenticator::{Algorithm, Authenticator, PRESENT, VERIFIED};
use salus_passkey::{Fault, PublicKey, RelyingParty};

const ORIGIN: &str = "https://door.example";
const RP_ID: &str = "door.example";

/// What makes an authenticator tell something that is not so.
type Lie = fn(&mut Authenticator);

fn party() -> RelyingParty {
    RelyingParty { origin: ORIGIN.into(), id: RP_ID.into() }
}

fn authenticator(algorithm: Algorithm) -> Authenticator {
    Authenticator::new(algorithm, ORIGIN, RP_ID).unwrap()
}

#[test]
fn a_passkey_of_each_kind_is_made_and_used() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let mut authenticator = authenticator(algorithm);
        let made = authenticator.create(b"first", b"somebody");
        let registered = party().registration(&made.client_data, &made.attestation).unwrap();
        assert_eq!(registered.challenge, b"first");
        assert_eq!(registered.credential, authenticator.credential);
        assert_eq!(registered.sign_count, 1);
        let answer = authenticator.get(b"second");
        let verify = |client_data: &[u8], data: &[u8], signature: &[u8]| {
            party().assertion(&registered.public_key, client_data, data, signature)
        };
        let asserted = verify(&answer.client_data, &answer.authenticator_data, &answer.signature).unwrap();
        assert_eq!((asserted.challenge.as_slice(), asserted.sign_count), (b"second".as_slice(), 2));
        // Every byte that is signed counts, and every byte of the signature.
        for at in 0..answer.signature.len() {
            let mut changed = answer.signature.clone();
            changed[at] ^= 1;
            let refused = verify(&answer.client_data, &answer.authenticator_data, &changed);
            assert_eq!(refused, Err(Fault::Signature), "{algorithm:?} {at}");
        }
        for at in 0..answer.authenticator_data.len() {
            let mut changed = answer.authenticator_data.clone();
            changed[at] ^= 0x02;
            assert!(verify(&answer.client_data, &changed, &answer.signature).is_err(), "{at}");
        }
        let mut other = self::authenticator(algorithm);
        other.create(b"", b"somebody");
        let others = other.get(b"second");
        let refused = verify(&others.client_data, &others.authenticator_data, &others.signature);
        assert_eq!(refused, Err(Fault::Signature));
    }
}

#[test]
fn each_lie_is_refused() {
    let lies: [(Fault, Lie); 6] = [
        (Fault::Origin, |one| one.origin = "https://door.example.evil".into()),
        (Fault::Origin, |one| one.origin = "http://door.example".into()),
        (Fault::Origin, |one| one.is_framed = true),
        (Fault::RelyingParty, |one| one.rp_id = "example".into()),
        (Fault::NotPresent, |one| one.flags = VERIFIED),
        (Fault::NotVerified, |one| one.flags = PRESENT),
    ];
    let mut honest = authenticator(Algorithm::Es256);
    let made = honest.create(b"c", b"somebody");
    let registered = party().registration(&made.client_data, &made.attestation).unwrap();
    for (fault, lie) in lies {
        let mut liar = authenticator(Algorithm::Es256);
        lie(&mut liar);
        let made = liar.create(b"c", b"somebody");
        assert_eq!(party().registration(&made.client_data, &made.attestation), Err(fault));
        let (origin, rp_id) = (honest.origin.clone(), honest.rp_id.clone());
        lie(&mut honest);
        let answer = honest.get(b"c");
        let refused = party().assertion(
            &registered.public_key,
            &answer.client_data,
            &answer.authenticator_data,
            &answer.signature,
        );
        assert_eq!(refused, Err(fault));
        (honest.origin, honest.rp_id, honest.flags) = (origin, rp_id, PRESENT | VERIFIED);
        honest.is_framed = false;
    }
    // What was said to one ceremony is nothing to the other.
    let answer = honest.get(b"c");
    assert_eq!(party().registration(&answer.client_data, &made.attestation), Err(Fault::Malformed));
}

#[test]
fn what_is_cut_or_longer_is_refused() {
    let mut authenticator = authenticator(Algorithm::Es256);
    let made = authenticator.create(b"c", b"somebody");
    let registered = party().registration(&made.client_data, &made.attestation).unwrap();
    for length in 0..made.attestation.len() {
        assert!(party().registration(&made.client_data, &made.attestation[..length]).is_err(), "{length}");
    }
    let longer = [made.attestation.as_slice(), &[0]].concat();
    assert_eq!(party().registration(&made.client_data, &longer), Err(Fault::Malformed));
    for length in 0..registered.public_key.len() {
        assert!(PublicKey::parse(&registered.public_key[..length]).is_err(), "{length}");
    }
    let answer = authenticator.get(b"c");
    let longer = [answer.authenticator_data.as_slice(), &[0]].concat();
    let refused = party().assertion(&registered.public_key, &answer.client_data, &longer, &answer.signature);
    assert_eq!(refused, Err(Fault::Malformed));
}
