//! The file operations that the log is made of, behind a trait, so that tests can let each of them fail.
//!
//! Never: retries; decides what a failure means. State: [`RealDisk`] has none; a [`DiskFile`] owns its descriptor.

use crate::direct::Tail;
use rustix::fs::{FlockOperation, Mode, OFlags};
use std::any::Any;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The largest file that is read, in bytes: no segment, tile or bundle is larger.
pub const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A regular file of this length, in bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A link, a socket, or whatever else has no place in a log.
    Other,
}

/// A file that is open for writing.
pub trait DiskFile: Send {
    /// Writes all bytes at this offset.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Returns when the file's content is durable (`fdatasync`).
    fn sync(&self) -> io::Result<()>;
    /// Writes at the end of what is written, in a file of zeros; durable when it returns. After a failure the file is
    /// not written any more.
    fn commit_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_at(offset, bytes)?;
        self.sync()
    }
}

/// The file operations of the log.
pub trait Disk: Send + Sync {
    /// Makes a folder; one that is there already is fine. Its parent is there.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// What is in a folder, by name, in no order. A folder that is not there is an error.
    fn list(&self, path: &Path) -> io::Result<Vec<(String, Entry)>>;
    /// A whole file of at most [`MAX_FILE_BYTES`].
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Makes an empty file for writing, in place of what was there.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Opens a file that is there for writing.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Gives a file another name, in place of what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Returns when the names in a folder are durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Returns when everything on this folder's file system is durable: for when there are many files.
    fn sync_all(&self, path: &Path) -> io::Result<()>;
    /// Makes and locks a file for as long as the answer lives; `None` when another process has it locked.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>>;
}

/// The machine's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

struct RealFile {
    file: File,
    commits: Commits,
}

/// How a file commits, which its first commit finds out.
enum Commits {
    Unknown,
    Direct(Tail),
    Buffered,
}

impl RealFile {
    fn boxed(file: impl Into<File>) -> Box<dyn DiskFile> {
        Box::new(Self { file: file.into(), commits: Commits::Unknown })
    }
}

impl DiskFile for RealFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn commit_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if matches!(self.commits, Commits::Unknown) {
            self.commits = Tail::begin(&self.file, offset)?.map_or(Commits::Buffered, Commits::Direct);
        }
        match &mut self.commits {
            Commits::Direct(tail) if tail.is_at(offset) => tail.append(&self.file, bytes),
            Commits::Direct(_) => Err(io::ErrorKind::InvalidInput.into()),
            _ => {
                self.write_at(offset, bytes)?;
                self.sync()
            }
        }
    }
}

impl Disk for RealDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<(String, Entry)>> {
        let mut out = Vec::new();
        for item in fs::read_dir(path)? {
            let item = item?;
            let kind = match item.file_type()? {
                kind if kind.is_dir() => Entry::Folder,
                kind if kind.is_file() => match item.metadata() {
                    Ok(metadata) => Entry::File(metadata.len()),
                    // It went away between the listing and now.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                },
                _ => Entry::Other,
            };
            // A name that is no text is none of ours; it is kept visible by its replacement characters.
            out.push((item.file_name().to_string_lossy().into_owned(), kind));
        }
        Ok(out)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut file = File::open(path)?;
        bytes.reserve_exact(file.metadata()?.len().min(MAX_FILE_BYTES) as usize);
        file.by_ref().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::open(path, flags, Mode::from_raw_mode(0o640))?;
        Ok(RealFile::boxed(file))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = rustix::fs::open(path, OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
        Ok(RealFile::boxed(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn sync_all(&self, path: &Path) -> io::Result<()> {
        Ok(rustix::fs::syncfs(File::open(path)?)?)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        let file = File::options().create(true).append(true).open(path)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
