//! Logs in the real format, written as fast as a disk takes them: entries, tiles, checkpoint, verifier key.
//!
//! Never: a log that is gone on with; there is no journal. State: the files.

use crate::error::BenchError;
use salus_accesslog::Tree;
use salus_keyholder::span::Whose;
use salus_seal::entry::{self, Event, Fleeting, Interaction, Lasting, Purpose, month_of, ranges};
use salus_seal::merkle::leaf_hash;
use salus_seal::note::{Checkpoint, Signer};
use salus_seal::tile::{self, Frontier, Kind, TILE_WIDTH, TileId};
use salus_seal::{CellId, ClientId, Header, LogKey, Part, PrincipalId, Pseudonym, SessionId};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The cell.
pub const CELL: CellId = CellId([7; 16]);
/// 2026-01-01T00:00:00Z.
pub const BEGIN_MS: u64 = 1_767_225_600_000;
/// A day, in milliseconds.
pub const DAY_MS: u64 = 86_400_000;
/// Entries of a day.
pub const DAY_ENTRIES: u64 = 500_000;
/// Principals.
pub const PRINCIPALS: u64 = 500;
/// Reads for each report of delivery.
pub const THEFT_PER_REPORT: u64 = 64;

/// A log that was written.
pub struct Log {
    /// Its folder.
    pub dir: PathBuf,
    /// The months' keys.
    pub keys: HashMap<u32, LogKey>,
    /// Bytes of its files.
    pub bytes: u64,
}

/// A number spread over 16 bytes.
fn id(number: u64) -> [u8; 16] {
    (u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)).to_be_bytes()
}

/// A principal.
pub fn principal(number: u64) -> PrincipalId {
    PrincipalId(id(number))
}

/// The patient of a compartment.
pub fn pseudonym(number: u64) -> Pseudonym {
    Pseudonym(id(number))
}

/// Whose a session is: each principal has one.
pub fn whose(session: &SessionId) -> Whose {
    Whose { principal: PrincipalId(session.0), client: ClientId([1; 16]), device: None }
}

/// The header of a record: each patient has one.
pub fn header(record: u64, version: u32) -> Header {
    let kind = salus_fhir::ResourceType::from_name("Patient").map_or(0, salus_fhir::ResourceType::code);
    Header { cell: CELL, compartment: record, kind, record, version, time_ms: BEGIN_MS, deleted: false }
}

/// Writes entries one after the other.
struct Writer {
    log: Log,
    folder: PathBuf,
    frontier: Frontier,
    bundle: Vec<u8>,
}

impl Writer {
    fn begin(dir: &Path) -> Result<Self, BenchError> {
        let folder = Tree::Cell(CELL).folder(dir);
        let log = Log { dir: dir.to_owned(), keys: HashMap::new(), bytes: 0 };
        Ok(Self { log, folder, frontier: Frontier::default(), bundle: Vec::new() })
    }

    fn push(&mut self, time_ms: u64, event: Event, fleeting: Option<&Fleeting>) -> Result<u64, BenchError> {
        let month = month_of(time_ms);
        let key = self.log.keys.entry(month).or_insert_with(|| LogKey::from_bytes([month as u8; 32]));
        let sealed = fleeting.map(|fleeting| (fleeting, &*key));
        let bytes = entry::encode(&CELL, &Lasting { time_ms, event }, sealed)?;
        tile::push_entry(&mut self.bundle, &bytes)?;
        let number = self.frontier.size();
        let mut full = Vec::new();
        self.frontier.push(leaf_hash(&bytes), &mut |level, index, hashes| {
            full.push((level, index, hashes.as_flattened().to_vec()));
            Ok::<(), BenchError>(())
        })?;
        for (level, index, hashes) in full {
            self.file(TileId { kind: Kind::Hashes { level }, index, width: TILE_WIDTH as u16 }, &hashes)?;
        }
        if self.frontier.size().is_multiple_of(TILE_WIDTH) {
            let bundle = std::mem::take(&mut self.bundle);
            let index = number / TILE_WIDTH;
            self.file(TileId { kind: Kind::Entries, index, width: TILE_WIDTH as u16 }, &bundle)?;
        }
        Ok(number)
    }

    fn file(&mut self, id: TileId, bytes: &[u8]) -> Result<(), BenchError> {
        let path = self.folder.join(id.path());
        let parent = path.parent().unwrap_or(&path);
        std::fs::create_dir_all(parent).map_err(BenchError::io(parent))?;
        self.log.bytes += bytes.len() as u64;
        std::fs::write(&path, bytes).map_err(BenchError::io(&path))
    }

    fn end(mut self) -> Result<Log, BenchError> {
        let size = self.frontier.size();
        for id in tile::partials(size) {
            let bytes = match id.kind {
                Kind::Entries => std::mem::take(&mut self.bundle),
                Kind::Hashes { level } => self.frontier.partial(level).as_flattened().to_vec(),
            };
            self.file(id, &bytes)?;
        }
        let signer = Signer::from_seed([9; 32])?;
        let origin = Tree::Cell(CELL).origin("salus.example/bench");
        let keys = self.log.dir.join("verifier-keys");
        let line = format!("{}\n", signer.verifier_key(&origin)?.to_line());
        std::fs::write(&keys, line).map_err(BenchError::io(&keys))?;
        let note = Checkpoint { origin, size, root: self.frontier.root() }.sign(&signer)?;
        let path = self.folder.join("checkpoint");
        std::fs::write(&path, note).map_err(BenchError::io(&path))?;
        Ok(self.log)
    }
}

fn read_of(principal: u64, patient: u64) -> Fleeting {
    Fleeting {
        session: SessionId(id(principal)),
        purpose: Purpose::Treatment,
        interaction: Interaction::Read,
        address: std::net::Ipv4Addr::new(192, 0, 2, principal as u8).to_ipv6_mapped().octets(),
        refused: None,
        part: Part::Body,
        patients: vec![pseudonym(patient)],
        charged: 1,
        versions: ranges([(patient, 1)]),
    }
}

/// Days of a network: searches of 10 patients, reads, writes, and reports of delivery.
pub fn days(dir: &Path, count: u64) -> Result<Log, BenchError> {
    let mut writer = Writer::begin(dir)?;
    let mut sent = Vec::new();
    for number in 0..count {
        let time_ms = BEGIN_MS + number * DAY_MS / DAY_ENTRIES;
        let (by, patient) = (number.wrapping_mul(2_654_435_761) >> 7, number.wrapping_mul(40_503) >> 3);
        let (by, patient) = (by % PRINCIPALS, 1 + patient % 50_000);
        let mut fleeting = read_of(by, patient);
        let event = match number % 10 {
            0 if !sent.is_empty() => Event::Delivered { entries: std::mem::take(&mut sent) },
            1 => {
                fleeting.patients = (0..10).map(|at| pseudonym(patient + at)).collect();
                fleeting.versions = ranges((0..10).map(|at| (patient + at, 1)));
                Event::Searched
            }
            2 => Event::Written { first: number, ranges: fleeting.versions.clone(), root: [0; 32] },
            _ => Event::Opened,
        };
        let is_report = matches!(event, Event::Delivered { .. });
        if matches!(event, Event::Opened | Event::Searched) {
            sent.push(number);
        }
        writer.push(time_ms, event, (!is_report).then_some(&fleeting))?;
    }
    writer.end()
}

/// One principal reads everybody; every 64 reads are reported as delivered, but for the rest at the end.
pub fn theft(dir: &Path, patients: u64) -> Result<Log, BenchError> {
    let mut writer = Writer::begin(dir)?;
    let mut sent = Vec::new();
    for patient in 1..=patients {
        let time_ms = BEGIN_MS + patient * 10;
        sent.push(writer.push(time_ms, Event::Opened, Some(&read_of(1, patient)))?);
        if sent.len() as u64 == THEFT_PER_REPORT {
            writer.push(time_ms, Event::Delivered { entries: std::mem::take(&mut sent) }, None)?;
        }
    }
    writer.end()
}
