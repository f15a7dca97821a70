//! What another implementation made by the written formats opens here, and what it made hostile does not.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use salus_seal::entry::{self, Event, Fleeting, VersionRange};
use salus_seal::merkle::{self, Hash, leaf_hash};
use salus_seal::note::{Checkpoint, Signer, VerifierKey};
use salus_seal::shares::{self, Scheme, Share, ShareError};
use salus_seal::wrap::{CellCipher, CompartmentCipher, unwrap_secret};
use salus_seal::{
    CellId, CellKey, CompartmentKey, FileKey, Header, LogKey, Part, Pseudonym, SealError, Sealed, VersionKey,
    pages,
};
use serde_json::Value;

/// The cases of one file that are to open, and those that are not to.
fn cases(name: &str) -> (Vec<Value>, Vec<Value>) {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut list = |name: &str| file[name].take().as_array().unwrap().clone();
    let (good, hostile) = (list("good"), list("hostile"));
    assert!(good.len() > 1 && hostile.len() > 5, "{name}");
    (good, hostile)
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{field} in {case}"))
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn bytes(case: &Value, field: &str) -> Vec<u8> {
    unhex(text(case, field))
}

fn array<const N: usize>(case: &Value, field: &str) -> [u8; N] {
    bytes(case, field).try_into().unwrap()
}

fn number(case: &Value, field: &str) -> u64 {
    case[field].as_u64().unwrap()
}

fn list(case: &Value, field: &str) -> Vec<Vec<u8>> {
    case[field].as_array().unwrap().iter().map(|item| unhex(item.as_str().unwrap())).collect()
}

/// Runs every case: the good ones hold, and none of the hostile ones does.
fn run(name: &str, holds: impl Fn(&Value) -> Result<bool, SealError>) {
    let (good, hostile) = cases(name);
    for (n, case) in good.iter().enumerate() {
        assert_eq!(holds(case), Ok(true), "{name} {n}: {case}");
    }
    for case in &hostile {
        assert!(!matches!(holds(case), Ok(true)), "{name}: {} is taken for good", case["why"]);
    }
}

fn header(case: &Value) -> Header {
    Header::from_bytes(&array(case, "header")).unwrap()
}

#[test]
fn envelopes() {
    run("envelope", |case| {
        let sealed = Sealed {
            header: header(case),
            body: bytes(case, "body"),
            line: bytes(case, "line"),
            words: bytes(case, "words"),
        };
        let key = VersionKey::from_bytes(array(case, "key"));
        let parts = [(Part::Body, "body"), (Part::Line, "line"), (Part::Words, "words")];
        for (part, name) in parts {
            let plain = bytes(&case["plain"], name);
            if !plain.is_empty() && sealed.open(part, &key.part(part.label())?)? != plain {
                return Ok(false);
            }
        }
        Ok(sealed.hash() == array(case, "hash"))
    });
}

#[test]
fn wraps() {
    run("wraps", |case| match text(case, "kind") {
        "compartment" => {
            let key = CellKey::from_bytes(array(case, "above"));
            let generation = number(case, "generation") as u32;
            let opened = CellCipher::new(CellId(array(case, "cell")), generation, &key)?
                .unwrap(number(case, "number"), &bytes(case, "wrap"))?;
            let names = opened.pseudonyms.iter().map(|name| name.0.to_vec()).collect::<Vec<_>>();
            Ok(*opened.key.expose() == array(case, "key")
                && names == list(case, "pseudonyms")
                && opened.canary == case["canary"].as_bool().unwrap())
        }
        "version" => {
            let cipher = CompartmentCipher::new(&CompartmentKey::from_bytes(array(case, "above")))?;
            let key = cipher.unwrap(&array(case, "wrap"), &header(case), &array(case, "hash"))?;
            Ok(*key.expose() == array(case, "key"))
        }
        "secret" => {
            let secret = unwrap_secret(&array(case, "above"), &bytes(case, "label"), &bytes(case, "wrap"))?;
            Ok(secret == array(case, "key"))
        }
        other => panic!("{other}"),
    });
}

fn is_fleeting(case: &Value, fleeting: &Fleeting) -> bool {
    let run = |item: &Value| VersionRange {
        record: item[0].as_u64().unwrap(),
        count: item[1].as_u64().unwrap() as u32,
        version: item[2].as_u64().unwrap() as u32,
    };
    let ranges: Vec<VersionRange> = case["ranges"].as_array().unwrap().iter().map(run).collect();
    let patients: Vec<Pseudonym> =
        list(case, "patients").into_iter().map(|name| Pseudonym(name.try_into().unwrap())).collect();
    fleeting.session.0 == array(case, "session")
        && fleeting.patients == patients
        && u64::from(fleeting.charged) == number(case, "charged")
        && fleeting.versions == ranges
        && fleeting.refused.is_none()
}

#[test]
fn entries() {
    run("entries", |case| {
        let bytes = bytes(case, "entry");
        let (lasting, sealed) = entry::decode(&bytes)?;
        let event = match (text(case, "event"), &lasting.event) {
            ("Opened", Event::Opened) => {
                let key = LogKey::from_bytes(array(case, "key"));
                is_fleeting(case, &entry::open_fleeting(&CellId(array(case, "cell")), &bytes, &key)?)
            }
            ("Landed", Event::Landed { entries }) => {
                let expected: Vec<u64> = case["entries"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|n| n.as_str().unwrap().parse().unwrap())
                    .collect();
                *entries == expected && sealed.is_empty()
            }
            _ => false,
        };
        Ok(event && lasting.time_ms == number(case, "time_ms") && leaf_hash(&bytes) == array(case, "leaf"))
    });
}

#[test]
fn sealed_pages() {
    run("pages", |case| {
        let key = FileKey::from_bytes(array(case, "key"));
        let plain = pages::open_all(&key, array(case, "file"), &bytes(case, "sealed"))?;
        let pattern = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"plain");
        let expected: Vec<u8> =
            pattern.as_ref().iter().copied().cycle().take(number(case, "plain_bytes") as usize).collect();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &plain);
        Ok(*plain == expected && hash.as_ref() == bytes(case, "plain_sha256"))
    });
}

#[test]
fn notes() {
    run("note", |case| {
        let key = VerifierKey::parse(text(case, "vkey"))?;
        let checkpoint = Checkpoint::open(text(case, "note"), &key)?;
        let expected = Checkpoint {
            origin: text(case, "origin").to_owned(),
            size: text(case, "size").parse().unwrap(),
            root: array(case, "root"),
        };
        Ok(checkpoint == expected)
    });
    // Ed25519 is deterministic: what we sign is what they signed.
    let (good, _) = cases("note");
    let signer = Signer::from_seed(array(&good[0], "seed")).unwrap();
    let key = VerifierKey::parse(text(&good[0], "vkey")).unwrap();
    assert_eq!(signer.verifier_key(text(&good[0], "origin")), Ok(key.clone()));
    let checkpoint = Checkpoint::open(text(&good[0], "note"), &key).unwrap();
    assert_eq!(checkpoint.sign(&signer).unwrap(), text(&good[0], "note"));
}

fn hashes(case: &Value, field: &str) -> Vec<Hash> {
    list(case, field).into_iter().map(|hash| hash.try_into().unwrap()).collect()
}

#[test]
fn merkle_trees() {
    run("merkle", |case| {
        Ok(match text(case, "kind") {
            "root" => {
                let leaves = list(case, "entries").into_iter().map(|entry| leaf_hash(&entry));
                merkle::root(leaves) == array(case, "root")
            }
            "inclusion" => merkle::verify_inclusion(
                &leaf_hash(&bytes(case, "entry")),
                number(case, "index"),
                number(case, "size"),
                &hashes(case, "proof"),
                &array(case, "root"),
            ),
            "consistency" => merkle::verify_consistency(
                number(case, "old"),
                number(case, "new"),
                &array(case, "old_root"),
                &array(case, "new_root"),
                &hashes(case, "proof"),
            ),
            other => panic!("{other}"),
        })
    });
}

#[test]
fn shares_give_their_secret() {
    let (good, hostile) = cases("shares");
    for case in &good {
        let secret: [u8; 32] = array(case, "secret");
        let scheme = Scheme::parse(text(case, "scheme")).unwrap();
        let texts: Vec<&str> =
            case["shares"].as_array().unwrap().iter().map(|share| share.as_str().unwrap()).collect();
        let shares: Vec<Share> = texts.iter().map(|text| Share::parse(text).unwrap().0).collect();
        assert_eq!(shares.len(), usize::from(scheme.shares()));
        for (share, text) in shares.iter().zip(texts) {
            assert_eq!((share.scheme, share.to_text("0123456789abcdef").as_str()), (scheme, text));
        }
        for chosen in shares.windows(usize::from(scheme.threshold())) {
            assert_eq!(*shares::combine(chosen).unwrap(), secret);
        }
        assert_eq!(*shares::combine(&shares).unwrap(), secret);
    }
    for case in &hostile {
        let line = case["line"].as_u64().unwrap() as usize;
        assert_eq!(
            Share::parse(text(case, "share")).unwrap_err(),
            ShareError::Damaged { line },
            "{}",
            text(case, "why")
        );
    }
}
