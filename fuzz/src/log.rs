//! A log's folder as somebody hands it over: the journal, tiles, checkpoints and keys, of which any byte may be foreign.

use salus_accesslog::disk::{Disk, DiskFile, Entry};
use salus_accesslog::verify::{Known, directory_on};
use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

const ROOT: &str = "/log";
/// The longest file of a folder that is made of foreign bytes, in bytes.
const MAX_FILE_BYTES: usize = 2 * 1024 * 1024;

/// A folder is written as, for each file: the length of its name (1), its name, its length (4, little endian), how many bytes
/// follow (4), and these; zeros make up the rest.
pub fn folder(data: &[u8]) {
    is_good(data);
}

/// Whether the folder is found to be a good log; none when it can't be looked at.
pub fn is_good(data: &[u8]) -> Option<bool> {
    let disk = Folder(unpack(data)?);
    let report = directory_on(&disk, Path::new(ROOT), &Known::default(), false).ok()?;
    assert_eq!(report.is_good(), report.findings.is_empty());
    Some(report.is_good())
}

/// A folder's files as [`folder`] reads them.
pub fn pack(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        let stored = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        out.push(name.len() as u8);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(&(stored as u32).to_le_bytes());
        out.extend_from_slice(&bytes[..stored]);
    }
    out
}

fn unpack(mut data: &[u8]) -> Option<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    while let Some((length, rest)) = data.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (stored, rest) = rest.split_first_chunk::<4>()?;
        // Cut short, it is a file that was cut short.
        let (bytes, rest) = rest.split_at(rest.len().min(u32::from_le_bytes(*stored) as usize));
        let mut bytes = bytes.to_vec();
        bytes.resize((u32::from_le_bytes(*length) as usize).min(MAX_FILE_BYTES), 0);
        files.insert(Path::new(ROOT).join(std::str::from_utf8(name).ok()?.trim_start_matches('/')), bytes);
        data = rest;
    }
    Some(files)
}

/// A disk that can only be read.
struct Folder(BTreeMap<PathBuf, Vec<u8>>);

fn no<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl Disk for Folder {
    fn list(&self, path: &Path) -> io::Result<Vec<(String, Entry)>> {
        let mut found = BTreeMap::new();
        for (file, bytes) in &self.0 {
            let Ok(below) = file.strip_prefix(path) else { continue };
            let mut steps = below.components();
            let Some(name) = steps.next().map(|step| step.as_os_str().to_string_lossy().into_owned()) else {
                continue;
            };
            let entry = if steps.next().is_some() { Entry::Folder } else { Entry::File(bytes.len() as u64) };
            found.insert(name, entry);
        }
        if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found.into_iter().collect()) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn create_dir(&self, _: &Path) -> io::Result<()> {
        no()
    }

    fn create(&self, _: &Path) -> io::Result<Box<dyn DiskFile>> {
        no()
    }

    fn open(&self, _: &Path) -> io::Result<Box<dyn DiskFile>> {
        no()
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        no()
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        no()
    }

    fn remove_dir(&self, _: &Path) -> io::Result<()> {
        no()
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        no()
    }

    fn sync_all(&self, _: &Path) -> io::Result<()> {
        no()
    }

    fn lock(&self, _: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        no()
    }
}
