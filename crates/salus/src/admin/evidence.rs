//! `salus incident evidence`, `key` and `open`: makes a package for investigators, and opens one.
//!
//! Never: leaves a part of a package in the clear; overwrites a file. State: none.

use super::changes::{Of, change_json, since_moment};
use super::scope::{Found, Wants, find};
use super::{Administration, Output, alarm, contain, unexpected};
use crate::cli::{Evidence, OpenEvidence};
use crate::data_dir::{DataDir, cannot_write, write_private};
use crate::failure::Failure;
use crate::incident::evidence::summary::Summary;
use crate::incident::evidence::{MANIFEST, NOTE, Package, hash, key as keys, tar};
use crate::messages::say;
use salus_accesslog::proof::TreeReader;
use salus_accesslog::{LogError, Tree};
use salus_fhir::{Language, instant};
use salus_seal::escrow::RecoveryIdentity;
use salus_seal::note::VerifierKey;
use salus_seal::{SealError, package};
use salus_trust_api::wire::alarms::{AlarmInfo, AlarmsAnswer, AlarmsAsk, MAX_ALARMS_PAGE};
use salus_trust_api::wire::contain::{ContainAnswer, ContainAsk};
use salus_trust_api::wire::incident::{IncidentAnswer, IncidentAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};
use std::io::Read as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The most checkpoints of a witness that go into a package: the newest.
const MAX_WITNESSED: usize = 100;
/// The longest checkpoint, in bytes.
const MAX_NOTE_BYTES: u64 = 16 * 1024;
/// The largest package that is opened, in bytes.
const MAX_PACKAGE_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// `salus incident key`
pub fn key(out: &Path, output: Output) -> Result<(), Failure> {
    let public = keys::make(out)?;
    let json = json!({"public": public, "secret_file": out.display().to_string()});
    output.report(&json, |language| {
        vec![public.clone(), say("evidence-key-made").with("path", out.display()).text(language)]
    });
    Ok(())
}

/// `salus incident evidence`
pub fn make(command: &Evidence, output: Output) -> Result<(), Failure> {
    let recipient = keys::public(&command.recipient)?;
    if command.out.exists() {
        let why = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(cannot_write(&command.out, &why));
    }
    let data = DataDir::at(&command.report.data.directory())?;
    let mut administration = Administration::connect(&data)?;
    let at = &mut administration;
    let wants = Wants { patients: true, proof: true };
    let found = find(&command.of, wants, &data, at)?;
    let status = at.status()?;
    let changes = of_cell(since_moment(at, None, found.from_ms)?, &found.cell);
    let alarms = alarms(at, &found.cell)?;
    let held = held(at, &found.cell)?;
    let mut all = Package::default();
    all.add_json("scope.json", &found.report().to_json());
    all.add("patients.ndjson", found.patients.clone().unwrap_or_default());
    all.add("proof.ndjson", found.proof.clone().unwrap_or_default());
    all.add_json("changes.json", &json!({"changes": changes.iter().map(change_json).collect::<Vec<_>>()}));
    all.add_json("alarms.json", &json!({"alarms": alarms.iter().map(alarm::to_json).collect::<Vec<_>>()}));
    all.add_json("containment.json", &held);
    checkpoints(&data, &found, &mut all)?;
    for (number, folder) in command.witness.iter().enumerate() {
        witnessed(folder, number + 1, &found, &mut all)?;
    }
    let made = instant(status.now_ms);
    let summary = Summary {
        found: &found,
        made: &made,
        changes: &changes,
        alarms: &alarms,
        recipient: &keys::line(&RecoveryIdentity(recipient.to_vec())),
    };
    for language in [Language::De, Language::Fr, Language::En] {
        all.add(&format!("summary.{}.html", language.tag()), summary.page(language));
    }
    let manifest = format!("{:#}\n", all.manifest(&found.cell, &found.id.to_string(), &made));
    let (note, entry) = sign(at, &found.cell, manifest.as_bytes(), recipient)?;
    all.add(MANIFEST, manifest);
    all.add(NOTE, note);
    let files = all.files.len();
    let archive = tar::write(&all.files).ok_or_else(|| Failure::could_not(say("evidence-too-large")))?;
    let sealed =
        package::seal(&RecoveryIdentity(recipient.to_vec()), &archive).map_err(|why| not_sealed(&why))?;
    write_private(&command.out, &sealed)?;
    let facts = json!({
        "package": command.out.display().to_string(),
        "sha256": hash(&sealed),
        "bytes": sealed.len(),
        "files": files,
        "entry": entry,
        "patients_total": found.extent.patients.len(),
    });
    output.report(&facts, |language| {
        let made = say("evidence-made")
            .with("path", command.out.display())
            .with("files", files)
            .with("entry", entry)
            .with("hash", hash(&sealed));
        vec![made.text(language), say("evidence-give").text(language)]
    });
    Ok(())
}

/// What was changed of the platform and of this cell.
fn of_cell(changes: Vec<Of>, cell: &str) -> Vec<Of> {
    changes.into_iter().filter(|(of, _)| of.as_deref().is_none_or(|of| of == cell)).collect()
}

fn not_sealed(why: &SealError) -> Failure {
    Failure::could_not(say("evidence-not-sealed").with("why", why))
}

fn sign(
    at: &mut Administration,
    cell: &str,
    manifest: &[u8],
    recipient: [u8; 32],
) -> Result<(String, u64), Failure> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, manifest);
    let hash = digest.as_ref().try_into().map_err(|_| unexpected())?;
    let ask = IncidentAsk::SignEvidence { cell: cell.to_owned(), manifest: hash, recipient };
    match at.ask(AdminAsk::Incident(ask))? {
        AdminAnswer::Incident(IncidentAnswer::Evidence { note, entry }) => Ok((note, entry)),
        _ => Err(unexpected()),
    }
}

/// The newest alarms of the cell.
fn alarms(at: &mut Administration, cell: &str) -> Result<Vec<AlarmInfo>, Failure> {
    let ask = AlarmsAsk::List { before: None, limit: MAX_ALARMS_PAGE };
    match at.ask(AdminAsk::Alarms { cell: cell.to_owned(), ask })? {
        AdminAnswer::Alarms(AlarmsAnswer::Alarms(page)) => Ok(page.alarms),
        _ => Err(unexpected()),
    }
}

fn held(at: &mut Administration, cell: &str) -> Result<Value, Failure> {
    match at.ask(AdminAsk::Contain { cell: Some(cell.to_owned()), ask: ContainAsk::Status })? {
        AdminAnswer::Contained(ContainAnswer::Status(status)) => Ok(contain::status_json(cell, &status)),
        _ => Err(unexpected()),
    }
}

/// The verifier keys, and the newest checkpoints of the platform's tree and the cell's.
fn checkpoints(data: &DataDir, found: &Found, all: &mut Package) -> Result<(), Failure> {
    let not_read = |why: LogError| Failure::could_not(say("log-not-read").with("why", why));
    let mut lines = String::new();
    for tree in [Tree::Platform, Tree::Cell(found.id)] {
        let reader = TreeReader::new(&data.log(), tree).map_err(not_read)?;
        lines.push_str(&reader.verifier_key().to_line());
        lines.push('\n');
        all.add(&format!("checkpoints/{tree}"), reader.note());
    }
    all.add("verifier-keys", lines);
    Ok(())
}

/// The newest checkpoints of the cell's tree that a witness keeps.
fn witnessed(folder: &Path, number: usize, found: &Found, all: &mut Package) -> Result<(), Failure> {
    let folder = Tree::Cell(found.id).folder(folder);
    let unreadable = |why: std::io::Error| {
        Failure::could_not(say("cannot-read").with("path", folder.display()).with("why", why))
    };
    let mut kept: Vec<(u64, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let size = if name == "latest" { Some(u64::MAX) } else { name.parse().ok() };
        kept.extend(size.map(|size| (size, path)));
    }
    kept.sort_unstable_by(|one, other| other.cmp(one));
    for (size, path) in kept.into_iter().take(MAX_WITNESSED) {
        let name = if size == u64::MAX { "latest".to_owned() } else { size.to_string() };
        let mut note = Vec::new();
        let read =
            std::fs::File::open(&path).and_then(|file| file.take(MAX_NOTE_BYTES).read_to_end(&mut note));
        read.map_err(unreadable)?;
        all.add(&format!("witnesses/{number}/{name}"), note);
    }
    Ok(())
}

/// `salus incident open`
pub fn open(command: &OpenEvidence, output: Output) -> Result<(), Failure> {
    let secret = keys::secret(&command.key)?;
    let unreadable = |why: std::io::Error| {
        Failure::could_not(say("cannot-read").with("path", command.file.display()).with("why", why))
    };
    let mut sealed = Vec::new();
    let file = std::fs::File::open(&command.file).map_err(unreadable)?;
    file.take(MAX_PACKAGE_BYTES).read_to_end(&mut sealed).map_err(unreadable)?;
    let not_opened = |why: SealError| {
        Failure::no(match why {
            SealError::Malformed => say("evidence-no-package").with("path", command.file.display()),
            _ => say("evidence-not-opened").with("path", command.file.display()),
        })
    };
    let archive = package::open(&secret, &sealed).map_err(not_opened)?;
    let files = tar::read(&archive).ok_or_else(|| not_opened(SealError::Malformed))?;
    let all = Package { files };
    if let Some(what) = all.fault() {
        return Err(Failure::no(say("evidence-changed").with("what", what)));
    }
    let signed_by = signature(&all).ok_or_else(|| Failure::no(say("evidence-changed").with("what", NOTE)))?;
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&command.out)
        .map_err(|why| cannot_write(&command.out, &why))?;
    for (path, bytes) in &all.files {
        let path = command.out.join(path);
        if let Some(folder) = path.parent() {
            let made = std::fs::DirBuilder::new().mode(0o700).recursive(true).create(folder);
            made.map_err(|why| cannot_write(folder, &why))?;
        }
        write_private(&path, bytes)?;
    }
    let facts = json!({"folder": command.out.display().to_string(), "files": all.files.len(), "signed_by": signed_by});
    output.report(&facts, |language| {
        let opened = say("evidence-opened")
            .with("path", command.out.display())
            .with("files", all.files.len())
            .with("key", &signed_by);
        vec![opened.text(language), say("evidence-check").text(language)]
    });
    Ok(())
}

/// The key that signed the manifest, of those that the package itself names; none: it is not signed so.
fn signature(all: &Package) -> Option<String> {
    let text = |name: &str| std::str::from_utf8(all.files.get(name)?).ok();
    let manifest = hash(all.files.get(MANIFEST)?);
    let note = text(NOTE)?;
    let signed = |line: &str| {
        let key = VerifierKey::parse(line).ok()?;
        let said: Vec<&str> = key.open(note).ok()?.lines().collect();
        (said.first() == Some(&"salus evidence v1") && said.get(2) == Some(&manifest.as_str()))
            .then(|| line.to_owned())
    };
    text("verifier-keys")?.lines().find_map(signed)
}
