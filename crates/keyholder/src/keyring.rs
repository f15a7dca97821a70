//! The keys at rest: files under DIR/trust, every secret in them wrapped.
//!
//! - `DIR/trust/identity`: installation id, recovery identity, log signing seed, administrator's key (wrapped by the root key)
//! - `DIR/trust/cells/<cell>.keys`: cell keys by generation (wrapped by the root key), log keys by month (wrapped by the cell key)
//!
//! A file is replaced whole: written beside it, synced, renamed, and the folder synced. A crash leaves the old file or the
//! new one. The escrow of a cell key stands in the access log before the key is used.
//!
//! Never: writes a key in the clear. State: the files; what is open of them is owned by [`crate::state`].

use crate::error::KeyholderError;
use postcard::{from_bytes, to_stdvec};
use salus_seal::escrow::RecoveryIdentity;
use salus_seal::wrap::{unwrap_secret, wrap_secret};
use salus_seal::{CellId, CellKey, LogKey, RootKey};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What the installation is, from its set-up on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct IdentityFile {
    format: u16,
    installation: String,
    recovery_identity: Vec<u8>,
    signing_seed: Vec<u8>,
    admin_key: Vec<u8>,
}

/// The installation's secrets, open.
pub struct Identity {
    /// Random, as it stands in the log's origin.
    pub installation: String,
    /// Seals the escrows.
    pub recovery: RecoveryIdentity,
    /// Signs the checkpoints.
    pub signing_seed: Zeroizing<[u8; 32]>,
    /// Proves that somebody may administer.
    pub admin_key: Zeroizing<[u8; 32]>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct CellFile {
    format: u16,
    /// Wrapped by the root key, from generation 1 on.
    cell_keys: Vec<Vec<u8>>,
    /// Month and log key, wrapped by the first generation's cell key.
    log_keys: Vec<(u32, Vec<u8>)>,
}

/// A cell's keys, open.
pub struct CellKeys {
    /// From generation 1 on; never empty.
    pub generations: Vec<CellKey>,
    /// By month.
    pub log_keys: Vec<(u32, LogKey)>,
}

const FORMAT: u16 = 1;

/// The key files of one installation.
pub struct Keyring {
    trust_dir: PathBuf,
    root: RootKey,
}

impl Keyring {
    /// Reads the root key (32 bytes, as 64 hexadecimal digits).
    pub fn open(trust_dir: &Path, root_key_file: &Path) -> Result<Self, KeyholderError> {
        let text =
            Zeroizing::new(fs::read_to_string(root_key_file).map_err(KeyholderError::io(root_key_file))?);
        let root = parse_key(text.trim())
            .ok_or_else(|| KeyholderError::KeyFile { path: root_key_file.display().to_string() })?;
        Ok(Self { trust_dir: trust_dir.to_owned(), root: RootKey::from_bytes(*root) })
    }

    /// Whether there is an installation in `trust_dir`.
    pub fn exists(trust_dir: &Path) -> bool {
        identity_path(trust_dir).exists()
    }

    /// The installation's secrets.
    pub fn identity(&self) -> Result<Identity, KeyholderError> {
        let path = identity_path(&self.trust_dir);
        let file: IdentityFile = read(&path)?;
        let secret = |label: &[u8], wrap: &[u8]| {
            unwrap_secret(self.root.expose(), label, wrap)
                .map(Zeroizing::new)
                .map_err(|_| KeyholderError::KeyFile { path: path.display().to_string() })
        };
        Ok(Identity {
            signing_seed: secret(SIGNING_LABEL, &file.signing_seed)?,
            admin_key: secret(ADMIN_LABEL, &file.admin_key)?,
            recovery: RecoveryIdentity(file.recovery_identity),
            installation: file.installation,
        })
    }

    /// Writes the installation's secrets, once.
    pub fn create_identity(&self, identity: &Identity) -> Result<(), KeyholderError> {
        let file = IdentityFile {
            format: FORMAT,
            installation: identity.installation.clone(),
            recovery_identity: identity.recovery.0.clone(),
            signing_seed: wrap_secret(self.root.expose(), SIGNING_LABEL, &identity.signing_seed)?,
            admin_key: wrap_secret(self.root.expose(), ADMIN_LABEL, &identity.admin_key)?,
        };
        write(&identity_path(&self.trust_dir), &file)
    }

    /// Whether there are keys of any cell.
    pub fn has_cells(&self) -> bool {
        fs::read_dir(self.trust_dir.join("cells")).is_ok_and(|mut files| files.next().is_some())
    }

    /// A cell's keys.
    pub fn cell(&self, cell: &CellId) -> Result<CellKeys, KeyholderError> {
        let path = self.cell_path(cell);
        let file: CellFile = read(&path)?;
        let bad = |_| KeyholderError::KeyFile { path: path.display().to_string() };
        let mut generations = Vec::new();
        for (index, wrap) in file.cell_keys.iter().enumerate() {
            let key =
                unwrap_secret(self.root.expose(), &cell_label(cell, index as u32 + 1), wrap).map_err(bad)?;
            generations.push(CellKey::from_bytes(key));
        }
        let first = generations.first().ok_or_else(|| bad(salus_seal::SealError::Malformed))?;
        let mut log_keys = Vec::new();
        for (month, wrap) in &file.log_keys {
            let key = unwrap_secret(first.expose(), &month_label(cell, *month), wrap).map_err(bad)?;
            log_keys.push((*month, LogKey::from_bytes(key)));
        }
        Ok(CellKeys { generations, log_keys })
    }

    /// Writes a cell's keys: all of them, in place of what was there.
    pub fn write_cell(&self, cell: &CellId, keys: &CellKeys) -> Result<(), KeyholderError> {
        let mut file = CellFile { format: FORMAT, ..CellFile::default() };
        for (index, key) in keys.generations.iter().enumerate() {
            let label = cell_label(cell, index as u32 + 1);
            file.cell_keys.push(wrap_secret(self.root.expose(), &label, key.expose())?);
        }
        let first = keys.generations.first().ok_or(salus_seal::SealError::Malformed)?;
        for (month, key) in &keys.log_keys {
            file.log_keys
                .push((*month, wrap_secret(first.expose(), &month_label(cell, *month), key.expose())?));
        }
        write(&self.cell_path(cell), &file)
    }

    fn cell_path(&self, cell: &CellId) -> PathBuf {
        self.trust_dir.join("cells").join(format!("{cell}.keys"))
    }
}

/// The label under which a cell key is escrowed and wrapped.
pub fn cell_label(cell: &CellId, generation: u32) -> Vec<u8> {
    [b"salus cell key v1".as_slice(), &cell.0, &generation.to_le_bytes()].concat()
}

fn month_label(cell: &CellId, month: u32) -> Vec<u8> {
    [b"salus log key v1".as_slice(), &cell.0, &month.to_le_bytes()].concat()
}

/// The label under which the log's signing seed is wrapped and escrowed.
pub const SIGNING_LABEL: &[u8] = b"salus log signing seed v1";
const ADMIN_LABEL: &[u8] = b"salus administrator key v1";

fn identity_path(trust_dir: &Path) -> PathBuf {
    trust_dir.join("identity")
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, KeyholderError> {
    let bytes = fs::read(path).map_err(KeyholderError::io(path))?;
    from_bytes(&bytes).map_err(|_| KeyholderError::KeyFile { path: path.display().to_string() })
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), KeyholderError> {
    let bytes = to_stdvec(value).map_err(|_| KeyholderError::KeyFile { path: path.display().to_string() })?;
    replace(path, &bytes)
}

/// Puts `bytes` in the place of a file, readable by its owner only. A crash leaves the old file or the new one.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeyholderError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(KeyholderError::io(parent))?;
    let fresh = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(KeyholderError::io(&fresh))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(KeyholderError::io(&fresh))?;
    fs::rename(&fresh, path).map_err(KeyholderError::io(path))?;
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(KeyholderError::io(parent))
}

/// 64 hexadecimal digits.
pub fn parse_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0u8; 32]);
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(digits.as_chunks::<2>().0) {
        let high = (pair[0] as char).to_digit(16)?;
        let low = (pair[1] as char).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(key)
}

/// As 64 hexadecimal digits.
pub fn print_key(key: &[u8; 32]) -> Zeroizing<String> {
    use std::fmt::Write as _;
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in key {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
