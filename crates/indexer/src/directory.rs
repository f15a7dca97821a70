//! Tantivy's directory, whose files are sealed pages.
//!
//! A file begins with [`HEADER_BYTES`]: `"SIX1" ‖ file id (16) ‖ nonce (12) ‖ the file's key under the index key (32 + 16)`, the
//! wrap bound to cell, name and file id; then come the pages of [`salus_seal::pages`]. Its name is a keyed number, so that names
//! say nothing. Files replaced atomically are sealed alike; locks are in memory.
//!
//! Never: writes plaintext; reads a page that does not open. Deleting a file overwrites its key's wrap first. State: the
//! folder, through one descriptor.

use crate::pages::PageCache;
use aws_lc_rs::hmac;
use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, unlinkat};
use salus_seal::keys::{Cipher, KEY_BYTES, NONCE_BYTES, TAG_BYTES, random};
use salus_seal::pages::{FileId, PAGE_BYTES, PageReader, PageWriter};
use salus_seal::{CellId, FileKey};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tantivy::HasLen;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};
use zeroize::Zeroizing;

const MAGIC: [u8; 4] = *b"SIX1";
/// What stands before the pages of a file, in bytes.
pub(crate) const HEADER_BYTES: usize = 4 + 16 + NONCE_BYTES + KEY_BYTES + TAG_BYTES;
/// How much a writer collects before it seals.
const WRITE_BUFFER_BYTES: usize = 64 * 1024;
/// Tantivy's list of the files that it made. What it does not list after a crash is removed when the index is opened.
const MANAGED: &str = ".managed.json";

static NEXT_FILE: AtomicU64 = AtomicU64::new(1);

/// The keys of one cell's index.
pub(crate) struct Keys {
    cell: CellId,
    wrap: Cipher,
    names: hmac::Key,
}

impl Keys {
    pub(crate) fn new(cell: CellId, index_key: &[u8; 32]) -> io::Result<Self> {
        let root = hmac::Key::new(hmac::HMAC_SHA256, index_key);
        let derived = |label: &[u8]| {
            let mut key = Zeroizing::new([0u8; 32]);
            key.copy_from_slice(hmac::sign(&root, label).as_ref());
            key
        };
        let wrap = Cipher::new(&derived(b"salus index wrap v1")).map_err(failed)?;
        let names = hmac::Key::new(hmac::HMAC_SHA256, derived(b"salus index names v1").as_slice());
        Ok(Self { cell, wrap, names })
    }

    fn number(&self, name: &Path) -> [u8; 16] {
        let tag = hmac::sign(&self.names, name.as_os_str().as_encoded_bytes());
        let mut number = [0u8; 16];
        for (to, from) in number.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        number
    }

    fn associated(&self, number: &[u8; 16], file: &FileId) -> Vec<u8> {
        [b"salus index file v1".as_slice(), &self.cell.0, number, file].concat()
    }

    fn header(&self, number: &[u8; 16], file: &FileId, key: &FileKey) -> io::Result<Vec<u8>> {
        let nonce: [u8; NONCE_BYTES] = random().map_err(failed)?;
        let mut wrapped = key.expose().to_vec();
        self.wrap.seal(nonce, &self.associated(number, file), &mut wrapped).map_err(failed)?;
        Ok([MAGIC.as_slice(), file, &nonce, &wrapped].concat())
    }

    fn open_header(
        &self,
        number: &[u8; 16],
        header: &[u8; HEADER_BYTES],
    ) -> Result<(FileId, FileKey), Broken> {
        let (magic, rest) = header.split_first_chunk::<4>().ok_or(Broken)?;
        let (file, rest) = rest.split_first_chunk::<16>().ok_or(Broken)?;
        let (nonce, wrapped) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Broken)?;
        if *magic != MAGIC {
            return Err(Broken);
        }
        let mut buffer = Zeroizing::new(wrapped.to_vec());
        let key = self.wrap.open(*nonce, &self.associated(number, file), &mut buffer).map_err(|_| Broken)?;
        let key: [u8; KEY_BYTES] = (&*key).try_into().map_err(|_| Broken)?;
        Ok((*file, FileKey::from_bytes(key)))
    }
}

/// Something does not open.
#[derive(Debug)]
struct Broken;

fn failed(error: salus_seal::SealError) -> io::Error {
    io::Error::other(error)
}

fn hex(bytes: &[u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Inner {
    folder: OwnedFd,
    keys: Arc<Keys>,
    cache: Arc<PageCache>,
    locks: Mutex<HashSet<PathBuf>>,
    unlocked: Condvar,
    broken: AtomicBool,
    #[cfg(test)]
    fail_at: std::sync::atomic::AtomicI64,
}

/// The directory. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SealedDirectory(Arc<Inner>);

impl std::fmt::Debug for SealedDirectory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedDirectory")
    }
}

impl SealedDirectory {
    /// A directory over an existing folder.
    pub(crate) fn open(folder: &Path, keys: Arc<Keys>, cache: Arc<PageCache>) -> io::Result<Self> {
        let folder =
            rustix::fs::open(folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self(Arc::new(Inner {
            folder,
            keys,
            cache,
            locks: Mutex::default(),
            unlocked: Condvar::new(),
            broken: AtomicBool::new(false),
            #[cfg(test)]
            fail_at: std::sync::atomic::AtomicI64::new(i64::MAX),
        })))
    }

    /// Whether something did not open since this was made.
    pub(crate) fn is_broken(&self) -> bool {
        self.0.broken.load(Ordering::Relaxed)
    }

    /// The name at rest of a file.
    pub(crate) fn at_rest(&self, path: &Path) -> String {
        hex(&self.0.keys.number(path))
    }

    /// Lets the `n`th operation on the disk from now on fail, once.
    #[cfg(test)]
    pub(crate) fn fail_at(&self, n: i64) {
        self.0.fail_at.store(n, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(crate) fn steps_left(&self) -> i64 {
        self.0.fail_at.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    fn step(&self) -> io::Result<()> {
        match self.0.fail_at.fetch_sub(1, Ordering::Relaxed) {
            0 => Err(io::Error::other("a fault of the test")),
            _ => Ok(()),
        }
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self, reason = "only tests have faults")]
    fn step(&self) -> io::Result<()> {
        Ok(())
    }

    fn open_file(&self, name: &str, flags: OFlags) -> io::Result<File> {
        self.step()?;
        let mode = Mode::RUSR | Mode::WUSR;
        Ok(File::from(openat(&self.0.folder, name, flags | OFlags::CLOEXEC | OFlags::NOFOLLOW, mode)?))
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.step()?;
        Ok(rustix::fs::fsync(&self.0.folder)?)
    }

    fn breaks(&self) -> io::Error {
        self.0.broken.store(true, Ordering::Relaxed);
        io::Error::new(io::ErrorKind::InvalidData, "sealed pages of the index do not open")
    }

    fn create(&self, path: &Path, at_rest: &str) -> io::Result<SealedWriter> {
        let number = self.0.keys.number(path);
        let id: FileId = random().map_err(failed)?;
        let (pages, key) = PageWriter::new(id).map_err(failed)?;
        let out = self.0.keys.header(&number, &id, &key)?;
        let file = self.open_file(at_rest, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
        Ok(SealedWriter { directory: self.clone(), file, pages: Some(pages), out })
    }

    fn handle(&self, path: &Path) -> io::Result<SealedFile> {
        let number = self.0.keys.number(path);
        let file = self.open_file(&hex(&number), OFlags::RDONLY)?;
        let sealed_bytes = file.metadata()?.len();
        let pages_bytes = sealed_bytes.checked_sub(HEADER_BYTES as u64).ok_or_else(|| self.breaks())?;
        let mut header = [0u8; HEADER_BYTES];
        file.read_exact_at(&mut header, 0)?;
        let (id, key) = self.0.keys.open_header(&number, &header).map_err(|_| self.breaks())?;
        let reader = PageReader::new(&key, id, pages_bytes).map_err(|_| self.breaks())?;
        let length = usize::try_from(reader.plain_bytes()).map_err(io::Error::other)?;
        let file_number = NEXT_FILE.fetch_add(1, Ordering::Relaxed);
        let handle = SealedFile { directory: self.clone(), file, reader, number: file_number, length };
        // Only the last page tells that the file was not cut.
        handle.page(handle.reader.pages() - 1)?;
        Ok(handle)
    }

    fn read_error(&self, path: &Path, error: io::Error) -> OpenReadError {
        match error.kind() {
            io::ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.to_owned()),
            _ => OpenReadError::wrap_io_error(error, path.to_owned()),
        }
    }
}

struct SealedWriter {
    directory: SealedDirectory,
    file: File,
    pages: Option<PageWriter>,
    out: Vec<u8>,
}

impl SealedWriter {
    fn put_out(&mut self) -> io::Result<()> {
        self.directory.step()?;
        self.file.write_all(&self.out)?;
        self.out.clear();
        Ok(())
    }

    fn finish(&mut self, sync: bool) -> io::Result<()> {
        let pages = self.pages.take().ok_or_else(|| io::Error::other("ended twice"))?;
        pages.finish(&mut self.out).map_err(failed)?;
        self.put_out()?;
        if sync {
            self.directory.step()?;
            self.file.sync_data()?;
        }
        Ok(())
    }
}

impl Write for SealedWriter {
    fn write(&mut self, plain: &[u8]) -> io::Result<usize> {
        let pages = self.pages.as_mut().ok_or_else(|| io::Error::other("ended already"))?;
        pages.write(plain, &mut self.out).map_err(failed)?;
        if self.out.len() >= WRITE_BUFFER_BYTES {
            self.put_out()?;
        }
        Ok(plain.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for SealedWriter {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.finish(true)
    }
}

struct SealedFile {
    directory: SealedDirectory,
    file: File,
    reader: PageReader,
    number: u64,
    length: usize,
}

impl std::fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedFile({})", self.number)
    }
}

impl HasLen for SealedFile {
    fn len(&self) -> usize {
        self.length
    }
}

impl SealedFile {
    fn page(&self, page: u64) -> io::Result<OwnedBytes> {
        let place = (self.number, page * PAGE_BYTES as u64, PAGE_BYTES);
        if let Some(found) = self.directory.0.cache.get(place) {
            return Ok(found);
        }
        self.directory.step()?;
        let range = self.reader.sealed_range(page).ok_or_else(|| self.directory.breaks())?;
        let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        let mut sealed = vec![0u8; length];
        self.file.read_exact_at(&mut sealed, HEADER_BYTES as u64 + range.start)?;
        let plain = self.reader.open(page, &mut sealed).map_err(|_| self.directory.breaks())?.len();
        sealed.truncate(plain);
        let bytes = OwnedBytes::new(sealed);
        self.directory.0.cache.put(place, bytes.clone());
        Ok(bytes)
    }
}

impl FileHandle for SealedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start >= range.end {
            return Ok(OwnedBytes::empty());
        }
        if range.end > self.length {
            return Err(self.directory.breaks());
        }
        let (first, last) = (range.start / PAGE_BYTES, (range.end - 1) / PAGE_BYTES);
        if first == last {
            let start = range.start - first * PAGE_BYTES;
            return Ok(self.page(first as u64)?.slice(start..start + range.len()));
        }
        // Ranges over several pages are kept whole, so that a long list of postings is put together once.
        let place = (self.number, range.start as u64, range.len() + PAGE_BYTES);
        if let Some(found) = self.directory.0.cache.get(place) {
            return Ok(found);
        }
        let mut out = Vec::with_capacity(range.len());
        for page in first..=last {
            let bytes = self.page(page as u64)?;
            let start = range.start.saturating_sub(page * PAGE_BYTES);
            let end = (range.end - page * PAGE_BYTES).min(PAGE_BYTES);
            out.extend_from_slice(bytes.get(start..end).ok_or_else(|| self.directory.breaks())?);
        }
        let bytes = OwnedBytes::new(out);
        if self.directory.0.cache.keeps(bytes.len()) {
            self.directory.0.cache.put(place, bytes.clone());
        }
        Ok(bytes)
    }
}

struct Held {
    directory: SealedDirectory,
    path: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.directory.0.locks.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
        self.directory.0.unlocked.notify_all();
    }
}

impl Directory for SealedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.handle(path).map(|file| Arc::new(file) as _).map_err(|error| self.read_error(path, error))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let name = self.at_rest(path);
        let result: io::Result<()> = (|| {
            let file = self.open_file(&name, OFlags::WRONLY)?;
            file.write_all_at(&[0; HEADER_BYTES], 0)?;
            self.step()?;
            file.sync_data()?;
            Ok(unlinkat(&self.0.folder, &name, AtFlags::empty())?)
        })();
        result.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => DeleteError::FileDoesNotExist(path.to_owned()),
            _ => DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() },
        })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        match self.open_file(&self.at_rest(path), OFlags::RDONLY) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.read_error(path, error)),
        }
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        match self.create(path, &self.at_rest(path)) {
            Ok(writer) => Ok(BufWriter::with_capacity(PAGE_BYTES * 4, Box::new(writer))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OpenWriteError::FileAlreadyExists(path.to_owned()))
            }
            Err(error) => Err(OpenWriteError::wrap_io_error(error, path.to_owned())),
        }
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.handle(path)
            .and_then(|file| Ok(file.read_bytes(0..file.length)?.to_vec()))
            .map_err(|error| self.read_error(path, error))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let sync = path.as_os_str() != MANAGED;
        let beside = hex(&random().map_err(failed)?);
        let written: io::Result<()> = (|| {
            let mut writer = self.create(path, &beside)?;
            writer.write_all(data)?;
            writer.finish(sync)?;
            self.step()?;
            Ok(renameat(&self.0.folder, &beside, &self.0.folder, self.at_rest(path))?)
        })();
        if written.is_err() {
            let _ = unlinkat(&self.0.folder, &beside, AtFlags::empty());
        }
        written?;
        if sync { self.sync_folder() } else { Ok(()) }
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.sync_folder()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        let mut locks = self.0.locks.lock().unwrap_or_else(PoisonError::into_inner);
        while locks.contains(&lock.filepath) {
            if !lock.is_blocking {
                return Err(LockError::LockBusy);
            }
            locks = self.0.unlocked.wait(locks).unwrap_or_else(PoisonError::into_inner);
        }
        locks.insert(lock.filepath.clone());
        let held = Held { directory: self.clone(), path: lock.filepath.clone() };
        Ok(DirectoryLock::from(Box::new(held)))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
