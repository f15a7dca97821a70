//! Recovery: with the kit, a lost or put-back trusted side is made whole again from the access log.
//!
//! Every cell key and the log's signing seed stand in the platform's log, sealed to the recovery identity. What comes back
//! with them: all records, the log and its signatures, clients and sessions. What does not: who, why and whom of entries before
//! (the months' log keys are escrowed nowhere, so that destroying them stays final), and what budgets were spent;
//! so all budgets of principals of before count as spent.
//!
//! Never: runs beside a keyholder; guesses. State: DIR/trust and DIR/log, while it runs.

use crate::error::KeyholderError;
use crate::keyring::{CellKeys, Identity, Keyring, SIGNING_LABEL, cell_label, print_key, replace};
use crate::run::fold;
use crate::setup::{admin_key_file, installation_of, read_kit, trust_dir};
use salus_accesslog::{AccessLog, LogError, Options, Signer, Tree};
use salus_seal::entry::{self, Event, Lasting};
use salus_seal::escrow::{RecoveryIdentity, RecoverySecret};
use salus_seal::keys::random;
use salus_seal::{CellId, CellKey};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What is to be recovered, with what.
pub struct Recover {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The root key's file: made anew if it is not there.
    pub root_key_file: PathBuf,
    /// The text of the recovery kit.
    pub kit: Zeroizing<String>,
    /// Folders that got copies of checkpoints.
    pub witness_dirs: Vec<PathBuf>,
    /// The highest entry that each cell's store carries.
    pub store_marks: Vec<(CellId, u64)>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Whether the installation's own secrets were made again.
    pub identity: bool,
    /// Cells whose keys were made again from their escrows.
    pub cells: Vec<CellId>,
    /// Cells whose store knows entries that this log does not.
    pub behind: Vec<CellId>,
    /// Whether a witness knew a later log; its checkpoints were put aside.
    pub witness_put_aside: bool,
}

/// The escrows that stand in the platform's log.
#[derive(Default)]
struct Escrows {
    signing: Option<(Vec<u8>, Vec<u8>)>,
    cells: BTreeMap<(CellId, u32), Vec<u8>>,
}

/// Makes the trusted side whole again.
///
/// Errors: [`KeyholderError::Recovery`] when the kit does not open the log's escrows.
pub fn recover(recover: &Recover) -> Result<Recovered, KeyholderError> {
    let mut done = Recovered::default();
    let log_dir = recover.data_dir.join("log");
    let secret = read_kit(&recover.kit).ok_or(KeyholderError::Recovery)?;
    let installation = installation_of(&recover.kit).ok_or(KeyholderError::Recovery)?;
    let escrows = read_escrows(&log_dir)?;
    let (keyring, identity) = recover_identity(recover, installation, &secret, &escrows, &mut done)?;
    recover_cells(&keyring, &secret, &escrows, &mut done)?;
    let log = open_log(recover, &log_dir, &keyring, &identity, &mut done)?;
    record(log, recover, &mut done)?;
    Ok(done)
}

fn recover_identity(
    recover: &Recover,
    installation: String,
    secret: &RecoverySecret,
    escrows: &Escrows,
    done: &mut Recovered,
) -> Result<(Keyring, Identity), KeyholderError> {
    let trust_dir = trust_dir(&recover.data_dir);
    if !recover.root_key_file.exists() {
        replace(&recover.root_key_file, print_key(&Zeroizing::new(random()?)).as_bytes())?;
    }
    let keyring = Keyring::open(&trust_dir, &recover.root_key_file)?;
    let (recovery_identity, escrow) = escrows.signing.as_ref().ok_or(KeyholderError::Recovery)?;
    let signing_seed = secret.open(SIGNING_LABEL, escrow).map_err(|_| KeyholderError::Recovery)?;
    if let Ok(identity) = keyring.identity() {
        return Ok((keyring, identity));
    }
    let admin_key = Zeroizing::new(random()?);
    replace(&admin_key_file(&recover.data_dir), print_key(&admin_key).as_bytes())?;
    let recovery = RecoveryIdentity(recovery_identity.clone());
    keyring.create_identity(&Identity { installation, recovery, signing_seed, admin_key })?;
    done.identity = true;
    let identity = keyring.identity()?;
    Ok((keyring, identity))
}

fn recover_cells(
    keyring: &Keyring,
    secret: &RecoverySecret,
    escrows: &Escrows,
    done: &mut Recovered,
) -> Result<(), KeyholderError> {
    let mut keys: BTreeMap<CellId, Vec<CellKey>> = BTreeMap::new();
    for ((cell, generation), escrow) in &escrows.cells {
        let key =
            secret.open(&cell_label(cell, *generation), escrow).map_err(|_| KeyholderError::Recovery)?;
        keys.entry(*cell).or_default().push(CellKey::from_bytes(*key));
    }
    for (cell, generations) in keys {
        if keyring.cell(&cell).is_err() {
            keyring.write_cell(&cell, &CellKeys { generations, log_keys: Vec::new() })?;
            done.cells.push(cell);
        }
    }
    Ok(())
}

fn open_log(
    recover: &Recover,
    log_dir: &Path,
    keyring: &Keyring,
    identity: &Identity,
    done: &mut Recovered,
) -> Result<AccessLog, KeyholderError> {
    let options = || -> Result<Options, KeyholderError> {
        let origin = format!("salus.example/{}", identity.installation);
        let mut options = Options::new(log_dir, origin, Signer::from_seed(*identity.signing_seed)?);
        options.witness_dirs = recover.witness_dirs.clone();
        Ok(options)
    };
    // What the months' keys would open is gone, so entries are taken without it: nothing is decided from this fold.
    match fold(options()?, keyring, true) {
        Err(KeyholderError::Log(LogError::RolledBack { .. })) => {
            for witness in &recover.witness_dirs {
                let aside =
                    witness.with_extension(format!("before-recovery-{}", salus_seal::CellId::random()?));
                fs::rename(witness, &aside).map_err(KeyholderError::io(witness))?;
            }
            done.witness_put_aside = true;
            fold(options()?, keyring, true).map(|(log, _, _)| log)
        }
        other => other.map(|(log, _, _)| log),
    }
}

fn record(mut log: AccessLog, recover: &Recover, done: &mut Recovered) -> Result<(), KeyholderError> {
    let wall_ms = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let time_ms = wall_ms.map_or(0, |since| since.as_millis() as u64);
    let mut events = vec![Event::Started { torn_bytes: 0, recovered: true }];
    for (cell, up_to) in &recover.store_marks {
        if *up_to >= log.size(Tree::Cell(*cell)) {
            events.push(Event::ReceiptsAccepted { cell: *cell, up_to: *up_to });
            done.behind.push(*cell);
        }
    }
    for event in events {
        log.append(Tree::Platform, &entry::encode(&CellId([0; 16]), &Lasting { time_ms, event }, None)?)?;
    }
    log.close()?;
    Ok(())
}

/// Reads the platform's entries from the tiles alone: the key that signs them is what is being looked for.
fn read_escrows(log_dir: &Path) -> Result<Escrows, KeyholderError> {
    let mut escrows = Escrows::default();
    let reader = salus_accesslog::proof::TreeReader::new(log_dir, Tree::Platform)?;
    let size = reader.checkpoint().size;
    let folder = Tree::Platform.folder(log_dir);
    for number in 0..size.div_ceil(256) {
        let width = (size - number * 256).min(256) as u16;
        let id = salus_seal::tile::TileId { kind: salus_seal::tile::Kind::Entries, index: number, width };
        let path = folder.join(id.path());
        let bundle = fs::read(&path).map_err(KeyholderError::io(&path))?;
        for (at, bytes) in salus_seal::tile::entries(&bundle).enumerate() {
            let unreadable =
                |_| KeyholderError::Entry { tree: "platform".into(), index: number * 256 + at as u64 };
            let (lasting, _) = bytes.and_then(entry::decode).map_err(unreadable)?;
            match lasting.event {
                Event::SigningKeyEscrowed { recovery_identity, escrow } => {
                    escrows.signing = Some((recovery_identity, escrow));
                }
                Event::CellKeyEscrowed { cell, generation, escrow } => {
                    escrows.cells.insert((cell, generation), escrow);
                }
                _ => {}
            }
        }
    }
    Ok(escrows)
}
