//! Texts that people, clients or other programs give: notes, keys, tokens, configuration, names.

use salus_accesslog::Tree;
use salus_fhir::Language;
use salus_records::{is_id, tag_version};
use salus_seal::note::{Checkpoint, Signer, VerifierKey};
use salus_seal::shares::Share;
use salus_trust_api::Token;

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// A verifier key, a note and a checkpoint; then the text under a good signature.
pub fn note(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_line(), text);
    }
    let signer = Signer::from_seed([4; 32]).expect("a seed");
    let key = signer.verifier_key("log.example/a").expect("a name");
    if let Ok(inside) = key.open(text) {
        assert!(text.starts_with(inside));
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert!(text.starts_with(checkpoint.to_text().trim_end()));
    }
    if let Ok(note) = signer.sign("log.example/a", text) {
        let opened = key.open(&note);
        assert!(opened.is_err() || opened == Ok(text));
        let _ = Checkpoint::open(&note, &key);
    }
}

/// A bearer token: one text for each.
pub fn token(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Some(token) = Token::parse(text) {
        assert_eq!(token.to_text().as_str(), text);
    }
}

/// A configuration file, with its last line as an environment variable too.
pub fn configuration(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let _ = salus::config::parse("salus.toml", text, std::iter::empty());
    if let Some((name, value)) = text.lines().last().and_then(|line| line.split_once('=')) {
        for name in [name.to_owned(), format!("SALUS_{name}")] {
            let _ = salus::config::parse("salus.toml", "", std::iter::once((name, value.to_owned())));
        }
    }
}

/// A recovery kit and a key file.
pub fn recovery_kit(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Some(secret) = salus_keyholder::setup::read_kit(text) {
        assert_eq!(secret.expose().len(), 32);
    }
    if let Some(key) = salus_keyholder::keyring::parse_key(text) {
        assert_eq!(salus_keyholder::keyring::print_key(&key).as_str(), text.to_lowercase());
    }
}

/// A share of a recovery kit: what is accepted is written and read again as the same.
pub fn share(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok((share, installation)) = Share::parse(text) else { return };
    let written = share.to_text(&installation);
    let (again, of) = Share::parse(&written).expect("what was written is read");
    assert_eq!((again.number, of.as_str()), (share.number, installation.as_str()));
    assert_eq!(again.to_text(&of), written);
}

/// A form with files, between lines of `xy`: what is read of it stands in it.
pub fn multipart(data: &[u8]) {
    let Some(form) = salus_frame::multipart::read(data, "xy") else { return };
    let stands = |bytes: &[u8]| bytes.is_empty() || data.windows(bytes.len()).any(|part| part == bytes);
    for (name, value) in &form.fields {
        assert!(stands(name.as_bytes()) && stands(value.as_bytes()));
    }
    for file in &form.files {
        assert!(stands(file.name.as_bytes()) && stands(&file.bytes));
    }
}

/// Ids, trees, entity tags, languages, instants.
pub fn names(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Some(tree) = Tree::parse(text) {
        assert_eq!(tree.to_string(), text);
    }
    if let Some(cell) = salus_seal::CellId::parse(text) {
        assert_eq!(cell.to_string(), text.replace('-', "").to_lowercase());
    }
    if is_id(text) {
        assert!(text.is_ascii() && !text.contains(['/', '?', '%', ' ']));
    }
    if let Some(version) = tag_version(text) {
        assert!(text.contains(&version.to_string()));
    }
    let _ = Language::from_accept_language(text);
    let _ = Language::from_tag(text);
    if let Some(ms) =
        salus_fhir::instant::parse(text).filter(|ms| *ms <= salus_fhir::instant::MAX_MILLISECONDS)
    {
        assert_eq!(salus_fhir::instant::parse(&salus_fhir::instant(ms)), Some(ms));
    }
}
