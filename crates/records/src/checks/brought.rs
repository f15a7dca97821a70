//! Packages that a cell's administrators bring: they lie in the cell's own folder, within bounds of the cell. What was looked at and is not in
//! force waits beside it, and goes after an hour.
//!
//! Never: writes beside the cell's folder; takes more than its bounds; removes what a line of the settings in force names. State: the files.

use super::settings::{CheckSettings, hex};
use super::shelf::{Hash, Shelf, ShelfError, hash_of, path_in, write};
use crate::Cell;
use salus_fhir::package::Package;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The most packages that administrators of one cell bring, those that wait among them.
pub const MAX_BROUGHT_PACKAGES: usize = 128;
/// How many bytes they are at most together.
pub const MAX_BROUGHT_BYTES: u64 = 256 << 20;
/// The largest of them, and of those that are sent together, in bytes.
pub const MAX_BROUGHT_AT_ONCE_BYTES: usize = 32 << 20;
/// How long what was looked at waits to be put in force.
const WAITING: Duration = Duration::from_secs(3_600);
/// The folder of what waits, within the cell's.
const WAITING_FOLDER: &str = "waiting";

/// One at a time: the bounds are looked at before something is written.
static WRITING: Mutex<()> = Mutex::new(());

/// The folder of a cell's own packages.
pub fn brought_folder(data_dir: &Path, cell: crate::CellId) -> PathBuf {
    data_dir.join("cells").join(cell.to_string()).join(crate::PACKAGES)
}

/// Reads a package that somebody brings. Nothing is written.
///
/// # Errors
/// [`ShelfError::Package`].
pub async fn read(cell: &Cell, bytes: &[u8]) -> Result<(Hash, Arc<Package>), ShelfError> {
    // To be unpacked, it weighs as heavy work does.
    let package = cell.heavy.run(usize::MAX, || Package::read(bytes)).await?;
    Ok((hash_of(bytes), Arc::new(package)))
}

/// Has a package that was read wait.
///
/// # Errors
/// [`ShelfError::Full`], [`ShelfError::Disk`]; nothing is kept then.
pub async fn bring(cell: &Cell, bytes: &[u8]) -> Result<(), ShelfError> {
    let shelf = Arc::clone(&cell.shelf);
    cell.heavy.run(usize::MAX, || shelf.bring(bytes).map(drop)).await
}

/// Keeps what waits and is named by settings that are about to be put in force.
///
/// # Errors
/// The disk.
pub async fn keep(cell: &Cell, settings: &CheckSettings) -> Result<(), ShelfError> {
    let hashes: Vec<Hash> = settings.packages.iter().map(|one| one.hash).collect();
    let shelf = Arc::clone(&cell.shelf);
    cell.heavy.run(usize::MAX, || shelf.keep(&hashes)).await
}

/// Those of a list whose files are not there, not even among those that wait.
pub async fn missing(cell: &Cell, settings: &CheckSettings) -> Vec<Hash> {
    let hashes: Vec<Hash> = settings.packages.iter().map(|one| one.hash).collect();
    let shelf = Arc::clone(&cell.shelf);
    let is_missing = |hash: &Hash| shelf.look(hash).is_err() && !shelf.waits(hash);
    cell.heavy.run(usize::MAX, || hashes.into_iter().filter(is_missing).collect()).await
}

/// How many packages that its administrators brought a cell keeps which no line of these settings names, and how many bytes they are.
pub async fn unnamed(cell: &Cell, settings: &CheckSettings) -> (usize, u64) {
    let hashes: Vec<Hash> = settings.packages.iter().map(|one| one.hash).collect();
    let Some(own) = cell.shelf.own.clone() else { return (0, 0) };
    let files = cell.heavy.run(0, || unnamed_in(&own, &hashes)).await;
    (files.len(), files.iter().map(|(_, bytes)| bytes).sum())
}

/// Removes them: how many there were.
///
/// # Errors
/// The disk; some may be gone then.
pub async fn remove_unnamed(cell: &Cell, settings: &CheckSettings) -> Result<usize, ShelfError> {
    let hashes: Vec<Hash> = settings.packages.iter().map(|one| one.hash).collect();
    let shelf = Arc::clone(&cell.shelf);
    let remove = || {
        let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let files = unnamed_in(shelf.own_folder()?, &hashes);
        files.iter().try_for_each(|(file, _)| fs::remove_file(file))?;
        Ok(files.len())
    };
    cell.heavy.run(0, remove).await
}

/// The packages in a folder that none of these is, with their sizes in bytes. What waits there, or is none of ours, is not among them.
pub fn unnamed_in(folder: &Path, named: &[Hash]) -> Vec<(PathBuf, u64)> {
    let kept: HashSet<String> = named.iter().map(|hash| format!("{}.tgz", hex(hash))).collect();
    let is_ours = |name: &str| {
        name.strip_suffix(".tgz")
            .is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|sign| sign.is_ascii_hexdigit()))
    };
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = files
        .filter(|file| file.file_name().to_str().is_some_and(|name| is_ours(name) && !kept.contains(name)));
    let mut all: Vec<(PathBuf, u64)> = files
        .filter_map(|file| Some((file.path(), file.metadata().ok().filter(fs::Metadata::is_file)?.len())))
        .collect();
    all.sort();
    all
}

impl Shelf {
    fn own_folder(&self) -> Result<&Path, ShelfError> {
        let none = || ShelfError::Disk(std::io::Error::from(std::io::ErrorKind::NotFound));
        self.own.as_deref().ok_or_else(none)
    }

    fn bring(&self, bytes: &[u8]) -> Result<Hash, ShelfError> {
        let (hash, own) = (hash_of(bytes), self.own_folder()?);
        let waiting = own.join(WAITING_FOLDER);
        let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        sweep(&waiting);
        if self.look(&hash).is_err() && !self.waits(&hash) {
            let all = [own, waiting.as_path()].map(taken);
            let (count, sum) = all.iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
            if count >= MAX_BROUGHT_PACKAGES || sum + bytes.len() as u64 > MAX_BROUGHT_BYTES {
                return Err(ShelfError::Full);
            }
            write(&waiting, &hash, bytes)?;
        }
        Ok(hash)
    }

    fn waits(&self, hash: &Hash) -> bool {
        self.own.as_ref().is_some_and(|own| path_in(&own.join(WAITING_FOLDER), hash).exists())
    }

    fn keep(&self, hashes: &[Hash]) -> Result<(), ShelfError> {
        let own = self.own_folder()?;
        let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        for hash in hashes.iter().filter(|hash| self.waits(hash)) {
            fs::rename(path_in(&own.join(WAITING_FOLDER), hash), path_in(own, hash))?;
        }
        if own.exists() {
            fs::File::open(own)?.sync_all()?;
        }
        Ok(())
    }
}

/// How many files a folder has, and how large they are together.
fn taken(folder: &Path) -> (usize, u64) {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = files.filter_map(|file| file.metadata().ok()).filter(fs::Metadata::is_file);
    sizes.fold((0, 0), |(count, sum), file| (count + 1, sum + file.len()))
}

/// Removes what has waited for too long.
fn sweep(waiting: &Path) {
    for file in fs::read_dir(waiting).into_iter().flatten().flatten() {
        let age = file.metadata().ok().and_then(|file| file.modified().ok()?.elapsed().ok());
        if age.is_some_and(|age| age > WAITING) {
            let _ = fs::remove_file(file.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    fn package(name: &str, bytes: usize) -> Vec<u8> {
        // What cannot be compressed, so that its size is what it says.
        let (mut text, mut random) = (String::from("\""), 1_u64);
        while text.len() < bytes {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(&format!("{random:016x}"));
        }
        text.push('"');
        salus_fhir::package::pack(name, "1", &[("a.json", &text)]).unwrap()
    }

    #[test]
    fn what_is_brought_waits_is_kept_or_goes_within_its_bounds() {
        let dir = tempfile::tempdir().unwrap();
        let (shared, own) = (dir.path().join("packages"), dir.path().join("cells/1/packages"));
        let shelf = Shelf::new(&shared).with(&own);
        let hash = shelf.bring(&package("a", 1)).unwrap();
        assert!(shelf.waits(&hash));
        assert!(matches!(shelf.look(&hash), Err(ShelfError::Missing)), "what waits does not count");
        shelf.keep(&[hash, [0; 32]]).unwrap();
        assert!(shelf.look(&hash).is_ok() && !shelf.waits(&hash));
        // Another cell does not see it; the machine's folder has none of it.
        assert!(Shelf::new(&shared).with(&dir.path().join("cells/2/packages")).look(&hash).is_err());
        assert!(!shared.exists());

        // What waits longer than an hour goes; what is kept stays.
        let late = shelf.bring(&package("late", 1)).unwrap();
        let before = SystemTime::now() - WAITING - Duration::from_secs(1);
        for folder in [own.join(WAITING_FOLDER), own.clone()] {
            for file in fs::read_dir(folder).unwrap().flatten().filter(|file| file.path().is_file()) {
                fs::File::options().write(true).open(file.path()).unwrap().set_modified(before).unwrap();
            }
        }
        shelf.bring(&package("b", 1)).unwrap();
        assert!(!shelf.waits(&late) && shelf.look(&hash).is_ok());

        // As many as there may be, and what is there already is no other.
        for at in 2..MAX_BROUGHT_PACKAGES {
            fs::write(own.join(format!("{at}.tgz")), b"x").unwrap();
        }
        assert!(matches!(shelf.bring(&package("c", 1)), Err(ShelfError::Full)));
        assert!(shelf.bring(&package("a", 1)).is_ok() && shelf.bring(&package("b", 1)).is_ok());
        fs::remove_file(own.join("2.tgz")).unwrap();
        fs::File::create(own.join("3.tgz")).unwrap().set_len(MAX_BROUGHT_BYTES - 500_000).unwrap();
        assert!(matches!(shelf.bring(&package("c", 2_000_000)), Err(ShelfError::Full)));
        assert!(shelf.bring(&package("c", 1)).is_ok());
    }

    #[test]
    fn what_no_line_names_is_found_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("own");
        let shelf = Shelf::new(&dir.path().join("packages")).with(&own);
        let hashes = ["a", "b"].map(|name| shelf.bring(&package(name, 1)).unwrap());
        assert!(unnamed_in(&own, &[]).is_empty(), "what waits is swept by its time");
        shelf.keep(&hashes).unwrap();
        fs::write(own.join("notes.tgz"), b"not ours").unwrap();
        let [(file, bytes)] = &unnamed_in(&own, &hashes[..1])[..] else { panic!() };
        assert_eq!((file, *bytes), (&path_in(&own, &hashes[1]), fs::metadata(file).unwrap().len()));
        assert!(unnamed_in(&own, &hashes).is_empty() && unnamed_in(&dir.path().join("none"), &[]).is_empty());
    }

    #[test]
    fn a_file_that_was_changed_in_one_folder_is_taken_from_the_other() {
        let dir = tempfile::tempdir().unwrap();
        let (shared, own) = (dir.path().join("packages"), dir.path().join("own"));
        let shelf = Shelf::new(&shared).with(&own);
        let hash = shelf.bring(&package("a", 1)).unwrap();
        shelf.keep(&[hash]).unwrap();
        fs::create_dir_all(&shared).unwrap();
        fs::write(path_in(&shared, &hash), b"changed").unwrap();
        assert!(shelf.look(&hash).is_ok());
        fs::write(path_in(&own, &hash), b"changed too").unwrap();
        assert!(matches!(shelf.look(&hash), Err(ShelfError::Changed)));
    }
}
