//! Packages of profiles on the disk, each named by its hash, and what was made of them in memory, once for all cells that use them.
//!
//! A file is public data and never changes; settings name it by its SHA-256, so one that was changed is none of theirs. What is put there at
//! the machine lies beside the cells, for all of them; what a cell's administrators bring lies with the cell ([`super::brought`]).
//!
//! Never: keeps in memory what no cell uses; writes what is no package. State: what is in use, held by its users.

use super::settings::hex;
use aws_lc_rs::digest;
use salus_fhir::conform::Library;
use salus_fhir::package::{MAX_ARCHIVE_BYTES, Package, PackageError};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

/// R4 alone, which every cell has.
static R4: LazyLock<Arc<Library>> = LazyLock::new(|| Arc::new(Library::new([])));

/// SHA-256 of a package's file.
pub type Hash = [u8; 32];

/// Why a package cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// There is no file of this hash.
    #[error("its file is missing")]
    Missing,
    /// The file has another hash than its name says.
    #[error("its file was changed")]
    Changed,
    /// It is no package.
    #[error("{0}")]
    Package(#[from] PackageError),
    /// As many packages as a cell's administrators may bring lie there.
    #[error("there are as many packages as there may be")]
    Full,
    /// The disk.
    #[error("{0}")]
    Disk(#[from] std::io::Error),
}

/// The packages of a data directory, or of a cell in it.
#[derive(Debug)]
pub struct Shelf {
    dir: PathBuf,
    /// The cell's own folder.
    pub(super) own: Option<PathBuf>,
    known: Arc<Known>,
}

/// What is in memory.
#[derive(Debug, Default)]
struct Known {
    packages: Mutex<HashMap<Hash, Weak<Package>>>,
    libraries: Mutex<HashMap<Vec<Hash>, Weak<Library>>>,
}

impl Shelf {
    /// Those in `dir`, which is made when the first is put there.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), own: None, known: Arc::default() }
    }

    /// The same, and those in a cell's own folder.
    pub fn with(&self, own: &Path) -> Self {
        Self { dir: self.dir.clone(), own: Some(own.to_owned()), known: Arc::clone(&self.known) }
    }

    /// R4 alone. Takes some 60 ms when it is first asked for.
    pub fn r4() -> Arc<Library> {
        Arc::clone(&R4)
    }

    /// The package of a hash. Blocks: it may have to be read.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn package(&self, hash: &Hash) -> Result<Arc<Package>, ShelfError> {
        // Held while it is read, so that many cells that start together read it once.
        let mut known = self.known.packages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(package) = known.get(hash).and_then(Weak::upgrade) {
            return Ok(package);
        }
        let bytes = self.bytes(hash)?;
        let package = Arc::new(Package::read(&bytes)?);
        known.retain(|_, package| package.strong_count() > 0);
        known.insert(*hash, Arc::downgrade(&package));
        Ok(package)
    }

    fn bytes(&self, hash: &Hash) -> Result<Vec<u8>, ShelfError> {
        let shared = bytes_in(&self.dir, hash);
        match (&shared, &self.own) {
            // What is whole in the cell's own folder counts where the other is not.
            (Err(_), Some(own)) => bytes_in(own, hash).or(shared),
            _ => shared,
        }
    }

    /// Looks whether a file is there and is what its name says. Blocks.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn look(&self, hash: &Hash) -> Result<(), ShelfError> {
        self.bytes(hash).map(drop)
    }

    /// The library of packages that are used together, the first before the others. Blocks.
    pub fn library(&self, packages: &[(Hash, Arc<Package>)]) -> Arc<Library> {
        if packages.is_empty() {
            return Self::r4();
        }
        let key: Vec<Hash> = packages.iter().map(|(hash, _)| *hash).collect();
        let mut known = self.known.libraries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = known.get(&key).and_then(Weak::upgrade) {
            return library;
        }
        let library = Arc::new(Library::new(packages.iter().map(|(_, package)| package)));
        known.retain(|_, library| library.strong_count() > 0);
        known.insert(key, Arc::downgrade(&library));
        library
    }

    /// Reads a package and keeps its file for all cells. It is there whole, or not at all. Blocks.
    ///
    /// # Errors
    /// [`ShelfError::Package`] for what is none, of which nothing is kept; [`ShelfError::Disk`].
    pub fn put(&self, bytes: &[u8]) -> Result<(Hash, Arc<Package>), ShelfError> {
        let package = Arc::new(Package::read(bytes)?);
        let hash = hash_of(bytes);
        if self.look(&hash).is_err() {
            write(&self.dir, &hash, bytes)?;
        }
        let mut known = self.known.packages.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(hash, Arc::downgrade(&package));
        Ok((hash, package))
    }
}

/// Where a package lies in a folder.
pub(super) fn path_in(dir: &Path, hash: &Hash) -> PathBuf {
    dir.join(format!("{}.tgz", hex(hash)))
}

fn bytes_in(dir: &Path, hash: &Hash) -> Result<Vec<u8>, ShelfError> {
    let file = match File::open(path_in(dir, hash)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(ShelfError::Missing),
        Err(error) => return Err(error.into()),
    };
    let mut bytes = Vec::new();
    file.take(MAX_ARCHIVE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if hash_of(&bytes) == *hash { Ok(bytes) } else { Err(ShelfError::Changed) }
}

/// Writes a file, whole or not at all; its folder is made where there is none.
pub(super) fn write(dir: &Path, hash: &Hash, bytes: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    let beside = dir.join(format!("{}.{}.new", hex(hash), std::process::id()));
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path_in(dir, hash)))
        .and_then(|()| File::open(dir)?.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

pub(super) fn hash_of(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}
