//! Reads the files of a FHIR package: gzip around ustar. Every size is bounded before memory is taken, and nothing is
//! ever written to a disk.

use std::io::Read;

use super::PackageError;

/// The largest archive, in bytes.
pub const MAX_ARCHIVE_BYTES: usize = 64 << 20;

/// The most bytes that an archive may unpack to.
pub const MAX_UNPACKED_BYTES: u64 = 512 << 20;

/// The largest file in an archive, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// The most entries.
pub const MAX_ENTRIES: usize = 20_000;

/// How many bytes one byte of the archive may unpack to, beyond the first MiB.
pub const MAX_RATIO: u64 = 200;

/// How much of a path is shown, in characters.
const MAX_SHOWN_CHARS: usize = 100;

const BLOCK: usize = 512;

/// Calls `each` with the path and content of every regular file.
pub(super) fn files(bytes: &[u8], mut each: impl FnMut(&str, Vec<u8>)) -> Result<(), PackageError> {
    if bytes.len() > MAX_ARCHIVE_BYTES {
        return Err(PackageError::TooLarge);
    }
    let most = (bytes.len() as u64).saturating_mul(MAX_RATIO).saturating_add(1 << 20).min(MAX_UNPACKED_BYTES);
    let mut reader = Reader { inner: flate2::read::GzDecoder::new(bytes), left: most };
    let mut long_name = None;
    for _ in 0..MAX_ENTRIES {
        let mut header = [0; BLOCK];
        if !reader.block(&mut header)? || header.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let entry = Entry::read(&header)?;
        match entry.kind {
            b'0' | 0 | b'7' => {
                let path = long_name.take().unwrap_or(entry.path);
                let is_safe = !path.starts_with('/')
                    && !path.contains('\\')
                    && path.split('/').all(|part| part != "..");
                if !is_safe {
                    return Err(PackageError::Path(shown(&path)));
                }
                each(&path, reader.content(entry.size)?);
            }
            b'L' => long_name = Some(text(&reader.content(entry.size.min(MAX_FILE_BYTES))?)),
            b'x' => long_name = pax_path(&reader.content(entry.size)?).or(long_name),
            // Folders, and what says something of the whole archive.
            b'5' | b'g' => {
                reader.content(entry.size)?;
                long_name = None;
            }
            _ => return Err(PackageError::Link(shown(&long_name.take().unwrap_or(entry.path)))),
        }
    }
    Err(PackageError::TooMany)
}

/// A path as it may be shown: one line, and not longer than one.
fn shown(path: &str) -> Box<str> {
    let signs = path.chars().take(MAX_SHOWN_CHARS).map(|sign| if sign.is_control() { '?' } else { sign });
    let shown: String = signs.collect();
    if shown.len() < path.len() { format!("{shown}…").into() } else { shown.into() }
}

struct Entry {
    path: String,
    size: u64,
    kind: u8,
}

impl Entry {
    fn read(header: &[u8; BLOCK]) -> Result<Self, PackageError> {
        let sum: u64 = header
            .iter()
            .enumerate()
            .map(|(at, byte)| u64::from(if (148..156).contains(&at) { b' ' } else { *byte }))
            .sum();
        if octal(&header[148..156]) != Some(sum) {
            return Err(PackageError::Archive);
        }
        let name = text(&header[..100]);
        let prefix =
            if header[257..].starts_with(b"ustar\0") { text(&header[345..500]) } else { String::new() };
        Ok(Self {
            path: if prefix.is_empty() { name } else { format!("{prefix}/{name}") },
            size: octal(&header[124..136]).ok_or(PackageError::Archive)?,
            kind: header[156],
        })
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| !matches!(byte, 0 | b' '));
    let mut sum = 0_u64;
    for byte in digits {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 8)?;
        sum = sum.checked_mul(8)?.checked_add(u64::from(digit))?;
    }
    Some(sum)
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// The path that an extended header names: records of `length key=value` and a line's end.
fn pax_path(content: &[u8]) -> Option<String> {
    let records = String::from_utf8_lossy(content);
    records.lines().find_map(|line| line.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned))
}

struct Reader<R> {
    inner: R,
    /// How many bytes may still come.
    left: u64,
}

impl<R: Read> Reader<R> {
    /// One block; false at the end of the stream.
    fn block(&mut self, block: &mut [u8; BLOCK]) -> Result<bool, PackageError> {
        let mut filled = 0;
        while filled < BLOCK {
            match self.inner.read(&mut block[filled..]).map_err(|_| PackageError::Compression)? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(PackageError::Archive),
                count => filled += count,
            }
        }
        self.left = self.left.checked_sub(BLOCK as u64).ok_or(PackageError::TooLarge)?;
        Ok(true)
    }

    /// A file's content, and the padding behind it.
    fn content(&mut self, size: u64) -> Result<Vec<u8>, PackageError> {
        let padded = size.checked_next_multiple_of(BLOCK as u64).ok_or(PackageError::TooLarge)?;
        if size > MAX_FILE_BYTES || padded > self.left {
            return Err(PackageError::TooLarge);
        }
        self.left -= padded;
        // Memory grows with what comes, not with what the header promises.
        let mut content = Vec::new();
        let read = self
            .inner
            .by_ref()
            .take(padded)
            .read_to_end(&mut content)
            .map_err(|_| PackageError::Compression)?;
        if (read as u64) < size {
            return Err(PackageError::Archive);
        }
        content.truncate(usize::try_from(size).map_err(|_| PackageError::TooLarge)?);
        Ok(content)
    }
}
