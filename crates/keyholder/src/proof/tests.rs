//! What a proof is good for, and for how long: with a clock that the tests set.

use super::*;
use salus_trust_api::dpop::{ProofKey, Statement};

const ADDRESS: &str = "https://salus.example/praxis/fhir/Patient/1";
const NOW_MS: u64 = 1_795_000_020_500;
const HOUR_MS: u64 = 3_600_000;

/// A keyholder that has run for an hour, a key, and a session that is bound to it.
struct Scene {
    proofs: Proofs,
    key: ProofKey,
    token: Token,
    from_before: bool,
    repeats: bool,
    changes: bool,
}

impl Scene {
    fn new() -> Self {
        Self {
            proofs: Proofs::new(NOW_MS - HOUR_MS).unwrap(),
            key: ProofKey::generate().unwrap(),
            token: Token::random().unwrap(),
            from_before: false,
            repeats: false,
            changes: false,
        }
    }

    fn statement(&self) -> Statement<'_> {
        Statement {
            method: "GET",
            address: ADDRESS,
            token: Some(&self.token),
            nonce: None,
            iat_s: NOW_MS / 1_000,
        }
    }

    fn show(&mut self, proof: &str, now_ms: u64) -> Result<(), Unproved> {
        self.show_from(proof, [1; 16], now_ms)
    }

    fn show_from(&mut self, proof: &str, address: [u8; 16], now_ms: u64) -> Result<(), Unproved> {
        let due = Due {
            owner: [9; 16],
            key: Some(self.key.thumbprint()),
            token: Some(&self.token),
            names_token: true,
            repeats: self.repeats,
            changes: self.changes,
            from_before: self.from_before,
        };
        let prefix = Prefix { origin: Some("https://salus.example".to_owned()), path: "/praxis/".to_owned() };
        let shown = Shown { proof: proof.as_bytes(), address };
        self.proofs.check(shown, &due, |proof| is_below(proof, &prefix), now_ms).map(drop)
    }

    fn made<'a>(&'a self, change: impl FnOnce(&mut Statement<'a>)) -> String {
        let mut about = self.statement();
        change(&mut about);
        self.key.prove(&about).unwrap()
    }
}

#[test]
fn a_proof_is_good_for_one_request_and_never_again() {
    let mut scene = Scene::new();
    let proof = scene.made(|_| {});
    assert_eq!(scene.show(&proof, NOW_MS), Ok(()));
    assert_eq!(scene.show(&proof, NOW_MS + PROOF_REUSE_MS - 1), Ok(()));
    for later_ms in [PROOF_REUSE_MS, PROOF_AGE_MS - 1_000, PROOF_AGE_MS + PROOF_REUSE_MS - 1_000] {
        assert_eq!(scene.show(&proof, NOW_MS + later_ms), Err(Unproved::BAD), "{later_ms}");
    }
    // Forgotten, but too old by itself.
    assert_eq!(scene.show(&proof, NOW_MS + 10 * PROOF_AGE_MS), Err(Unproved::STALE));
    assert_eq!(scene.proofs.count, 0);
    assert!(scene.proofs.by_owner.is_empty());
    assert_eq!(scene.show(&proof, NOW_MS + HOUR_MS), Err(Unproved::OLD));
    let mut scene = Scene::new();
    let proof = scene.made(|_| {});
    assert_eq!(scene.show_from(&proof, [1; 16], NOW_MS), Ok(()));
    assert_eq!(scene.show_from(&proof, [2; 16], NOW_MS), Err(Unproved::BAD), "from elsewhere");
}

#[test]
fn the_same_name_with_another_signature_is_the_same_proof() {
    let mut scene = Scene::new();
    let head = format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{}}}"#, scene.key.jwk());
    let first = scene.made(|_| {});
    let claims = URL_SAFE_NO_PAD.decode(first.split('.').nth(1).unwrap()).unwrap();
    let second = scene.key.sign(&head, &String::from_utf8(claims).unwrap()).unwrap();
    assert_ne!(first, second);
    assert_eq!(scene.show(&first, NOW_MS), Ok(()));
    assert_eq!(scene.show(&second, NOW_MS), Err(Unproved::BAD));
}

#[test]
fn a_request_that_began_in_time_ends_in_time() {
    let mut scene = Scene::new();
    let made_ms = NOW_MS / 1_000 * 1_000;
    let proof = scene.made(|_| {});
    assert_eq!(scene.show(&proof, made_ms + PROOF_AGE_MS), Ok(()));
    assert_eq!(scene.show(&proof, made_ms + PROOF_AGE_MS + PROOF_REUSE_MS - 1), Ok(()));
    assert_eq!(scene.show(&proof, made_ms + PROOF_AGE_MS + PROOF_REUSE_MS), Err(Unproved::BAD));
    // The same for one that repeats a word which was just about to end.
    let last_ms = (NOW_MS / NONCE_MS + 2) * NONCE_MS - 1;
    let nonce = scene.proofs.nonce(NOW_MS);
    let proof = scene.made(|about| about.nonce = Some(&nonce));
    assert_eq!(scene.show(&proof, last_ms), Ok(()));
    assert_eq!(scene.show(&proof, last_ms + 2_000), Ok(()));
    assert_eq!(scene.show(&proof, last_ms + PROOF_REUSE_MS), Err(Unproved::BAD));
    let late = scene.made(|about| about.nonce = Some(&nonce));
    assert_eq!(scene.show(&late, last_ms + 1), Err(Unproved::STALE));
}

#[test]
fn what_is_old_or_of_the_future_is_not_good_by_its_own_clock() {
    let mut scene = Scene::new();
    let now_s = NOW_MS / 1_000;
    for (iat_s, is_good) in
        [(now_s - 59, true), (now_s + 60, true), (now_s - 62, false), (now_s + 62, false), (u64::MAX, false)]
    {
        let proof = scene.made(|about| about.iat_s = iat_s);
        assert_eq!(scene.show(&proof, NOW_MS).is_ok(), is_good, "{iat_s}");
    }
    assert_eq!(scene.show(&scene.made(|about| about.iat_s = 0), NOW_MS), Err(Unproved::OLD));
    // With the keyholder's word, its maker's clock does not matter.
    let nonce = scene.proofs.nonce(NOW_MS);
    let proof = scene.made(|about| {
        about.iat_s = 0;
        about.nonce = Some(&nonce);
    });
    assert_eq!(scene.show(&proof, NOW_MS), Ok(()));
}

#[test]
fn a_word_that_is_old_or_anothers_is_none() {
    let mut scene = Scene::new();
    scene.repeats = true;
    let now = scene.made(|_| {});
    assert_eq!(scene.show(&now, NOW_MS), Err(Unproved::STALE), "made in advance, perhaps");
    let others = Proofs::new(0).unwrap().nonce(NOW_MS);
    for (name, nonce, is_good) in [
        ("this minute's", scene.proofs.nonce(NOW_MS), true),
        ("the last", scene.proofs.nonce(NOW_MS - NONCE_MS), true),
        ("the one before", scene.proofs.nonce(NOW_MS - 2 * NONCE_MS), false),
        ("the next", scene.proofs.nonce(NOW_MS + NONCE_MS), false),
        ("another start's", others, false),
        ("nonsense", "x".to_owned(), false),
        ("empty", String::new(), false),
    ] {
        let proof = scene.made(|about| about.nonce = Some(&nonce));
        let expected = if is_good { Ok(()) } else { Err(Unproved::STALE) };
        assert_eq!(scene.show(&proof, NOW_MS), expected, "{name}");
    }
}

#[test]
fn a_restart_makes_no_old_proof_good() {
    let mut scene = Scene::new();
    // Used just before the end, with a clock that goes ahead as far as it may.
    let proof = scene.made(|about| about.iat_s += 60);
    let nonce = scene.proofs.nonce(NOW_MS);
    let with_word = scene.made(|about| about.nonce = Some(&nonce));
    assert_eq!((scene.show(&proof, NOW_MS), scene.show(&with_word, NOW_MS)), (Ok(()), Ok(())));
    scene.proofs = Proofs::new(NOW_MS + 1).unwrap();
    scene.from_before = true;
    for later_ms in (1..=2 * PROOF_AGE_MS).step_by(1_000) {
        assert!(scene.show(&proof, NOW_MS + later_ms).is_err(), "{later_ms}");
        assert!(scene.show(&with_word, NOW_MS + later_ms).is_err(), "{later_ms}");
    }
    // An honest client is told the new word, and goes on at once.
    let fresh = scene.made(|about| about.iat_s += 1);
    assert_eq!(scene.show(&fresh, NOW_MS + 1_500), Err(Unproved::STALE));
    let nonce = scene.proofs.nonce(NOW_MS + 1_500);
    let fresh = scene.made(|about| about.nonce = Some(&nonce));
    assert_eq!(scene.show(&fresh, NOW_MS + 1_500), Ok(()));
}

#[test]
fn a_proof_is_of_this_key_token_cell_origin_and_kind_of_request() {
    let mut scene = Scene::new();
    let another = ProofKey::generate().unwrap();
    let proof = another.prove(&scene.statement()).unwrap();
    assert_eq!(scene.show(&proof, NOW_MS), Err(Unproved::BAD), "another key");
    let token = Token::random().unwrap();
    for (name, token) in [("another token", Some(&token)), ("no token", None)] {
        let about = Statement { token, ..scene.statement() };
        let proof = scene.key.prove(&about).unwrap();
        assert_eq!(scene.show(&proof, NOW_MS), Err(Unproved::BAD), "{name}");
    }
    for address in [
        "https://salus.example/andere/fhir/Patient/1",
        "https://salus.example/praxis",
        "https://salus.example/praxisx/fhir",
        "https://salus.example/?/praxis/fhir",
        "https://salus.example/#/praxis/fhir",
        "https://evil.example/praxis/fhir",
        "https://salus.example.evil/praxis/fhir",
        "http://salus.example/praxis/fhir",
        "/praxis/fhir",
        "",
    ] {
        let proof = scene.made(|about| about.address = address);
        assert_eq!(scene.show(&proof, NOW_MS), Err(Unproved::BAD), "{address}");
    }
    scene.changes = true;
    for (method, is_good) in [("GET", false), ("HEAD", false), ("POST", true), ("DELETE", true)] {
        let proof = scene.made(|about| about.method = method);
        assert_eq!(scene.show(&proof, NOW_MS).is_ok(), is_good, "{method}");
    }
    assert_eq!(scene.show("", NOW_MS), Err(Unproved::MISSING));
    let proof = scene.made(|about| about.method = "PUT");
    let forged = format!("{}.{}", proof.rsplit_once('.').unwrap().0, "A".repeat(86));
    assert_eq!(scene.show(&forged, NOW_MS), Err(Unproved::BAD), "forged");
}

#[test]
fn a_secret_made_of_the_public_key_proves_nothing() {
    let mut scene = Scene::new();
    for (alg, secret) in [("none", None), ("HS256", Some(scene.key.jwk())), ("ES256", Some(scene.key.jwk()))]
    {
        let head = format!(r#"{{"typ":"dpop+jwt","alg":"{alg}","jwk":{}}}"#, scene.key.jwk());
        let claims = format!(r#"{{"jti":"{alg}","htm":"GET","htu":"{ADDRESS}","iat":{}}}"#, NOW_MS / 1_000);
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = secret.map_or_else(String::new, |secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()))
        });
        assert_eq!(scene.show(&format!("{signed}.{signature}"), NOW_MS), Err(Unproved::BAD), "{alg}");
    }
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut scene = Scene::new();
    scene.proofs.count = MAX_LIVE_PROOFS;
    assert_eq!(scene.show(&scene.made(|_| {}), NOW_MS), Err(Unproved::MANY));
    scene.proofs.count = 0;
    scene.proofs.by_owner.insert(first_eight(&[9; 16]), MAX_LIVE_PROOFS_PER_SESSION);
    assert_eq!(scene.show(&scene.made(|_| {}), NOW_MS), Err(Unproved::MANY));
    scene.proofs.by_owner.clear();
    assert_eq!(scene.show(&scene.made(|_| {}), NOW_MS), Ok(()));
}
