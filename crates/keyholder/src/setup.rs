//! Set-up: an installation's root key, identity and recovery kit, made and tried.
//!
//! Never: overwrites an installation, or leaves the recovery kit in the data directory. State: none.

use crate::error::KeyholderError;
use crate::keyring::{Identity, Keyring, parse_key, print_key, replace};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use salus_seal::escrow::RecoverySecret;
use salus_seal::keys::random;
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What is set up where.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The root key's file: made if it is not there.
    pub root_key_file: PathBuf,
}

/// What was made. The kit is shown once, and kept nowhere on this machine.
pub struct Made {
    /// The installation's id.
    pub installation: String,
    /// The text of the recovery kit: the secret half of the recovery identity.
    pub recovery_kit: Zeroizing<String>,
    /// Whether the root key was made now.
    pub root_key_made: bool,
}

/// Makes an installation, and tries the recovery kit before anything is sealed to it.
pub fn init(set_up: &SetUp) -> Result<Made, KeyholderError> {
    let trust_dir = trust_dir(&set_up.data_dir);
    if Keyring::exists(&trust_dir) {
        return Err(KeyholderError::AlreadyInitialised { path: trust_dir.display().to_string() });
    }
    let root_key_made = !set_up.root_key_file.exists();
    if root_key_made {
        let key = Zeroizing::new(random::<32>()?);
        replace(&set_up.root_key_file, print_key(&key).as_bytes())?;
    }
    let keyring = Keyring::open(&trust_dir, &set_up.root_key_file)?;
    let (recovery, secret) = RecoverySecret::generate()?;
    let installation = salus_seal::CellId::random()?.to_string();
    let recovery_kit = kit_text(&installation, &secret);
    try_kit(&recovery_kit, &recovery)?;
    let admin_key = Zeroizing::new(random()?);
    replace(&admin_key_file(&set_up.data_dir), print_key(&admin_key).as_bytes())?;
    keyring.create_identity(&Identity {
        installation: installation.clone(),
        recovery,
        signing_seed: Zeroizing::new(random()?),
        admin_key,
    })?;
    Ok(Made { installation, recovery_kit, root_key_made })
}

/// A kit's text.
pub(crate) fn kit_text(installation: &str, secret: &RecoverySecret) -> Zeroizing<String> {
    let secret = Zeroizing::new(STANDARD.encode(secret.expose()));
    Zeroizing::new(format!("Salus recovery kit\ninstallation: {installation}\nsecret: {}\n", secret.as_str()))
}

/// The installation that a kit is for.
pub(crate) fn installation_of(kit: &str) -> Option<String> {
    kit.lines().find_map(|line| line.strip_prefix("installation: ")).map(|id| id.trim().to_owned())
}

/// The secret half from a kit's text.
pub fn read_kit(kit: &str) -> Option<RecoverySecret> {
    let secret = kit.lines().find_map(|line| line.strip_prefix("secret: "))?;
    let bytes = Zeroizing::new(STANDARD.decode(secret.trim()).ok()?);
    (bytes.len() == 32).then(|| RecoverySecret::from_bytes(&bytes))
}

/// The administrator's key, as the command line reads it.
pub fn read_admin_key(data_dir: &Path) -> Result<Zeroizing<[u8; 32]>, KeyholderError> {
    let path = admin_key_file(data_dir);
    let text = Zeroizing::new(fs::read_to_string(&path).map_err(KeyholderError::io(&path))?);
    parse_key(text.trim()).ok_or_else(|| KeyholderError::KeyFile { path: path.display().to_string() })
}

/// Where the trusted side keeps its keys.
pub fn trust_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("trust")
}

/// Where the command line finds the administrator's key.
pub(crate) fn admin_key_file(data_dir: &Path) -> PathBuf {
    trust_dir(data_dir).join("admin.key")
}

fn try_kit(kit: &str, identity: &salus_seal::escrow::RecoveryIdentity) -> Result<(), KeyholderError> {
    let probe = Zeroizing::new(random::<32>()?);
    let escrow = identity.seal(b"salus recovery trial", &probe)?;
    let secret = read_kit(kit).ok_or(KeyholderError::Recovery)?;
    let opened = secret.open(b"salus recovery trial", &escrow).map_err(|_| KeyholderError::Recovery)?;
    if *opened == *probe { Ok(()) } else { Err(KeyholderError::Recovery) }
}
