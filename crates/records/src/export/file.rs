//! The sealed files of exports: NDJSON in compressed pieces, each with its length before it, sealed as pages under a key of the file's own.
//!
//! They lie in `DIR/cells/<cell>/exports/<export>/<file>.sealed`. Never: a plaintext or a key on disk. State: a [`FileWriter`] owns the file in
//! the making.

use crate::RecordsError;
use salus_seal::pages::{FileId, PageWriter, open_all};
use salus_seal::{FileKey, compress, decompress};
use salus_trust_api::wire::SecretKey;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use zeroize::{Zeroize as _, Zeroizing};

/// About how much NDJSON is compressed at once, in bytes; one resource always fits.
const PIECE_BYTES: usize = 256 * 1024;
/// The largest piece that is opened, in bytes.
const MAX_PIECE_BYTES: usize = 256 * 1024 * 1024;

/// The name to which a file's pages are bound; no export has the number of another.
pub(super) fn id(export: u64, file: u32) -> FileId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&export.to_le_bytes());
    id[8..12].copy_from_slice(&file.to_le_bytes());
    id[12..].copy_from_slice(b"xprt");
    id
}

/// Writes one file.
pub(super) struct FileWriter {
    pages: PageWriter,
    key: FileKey,
    out: File,
    piece: Zeroizing<Vec<u8>>,
    /// How many resources it holds.
    pub records: u32,
    /// How many bytes of NDJSON.
    pub bytes: usize,
}

impl FileWriter {
    /// A new file under a fresh key; one that is there is written over.
    pub(super) fn create(path: &Path, id: FileId) -> Result<Self, RecordsError> {
        let (pages, key) = PageWriter::new(id).map_err(|_| RecordsError::Internal)?;
        let out = File::create(path).map_err(fault)?;
        Ok(Self { pages, key, out, piece: Zeroizing::default(), records: 0, bytes: 0 })
    }

    /// Adds a resource.
    pub(super) fn add(&mut self, resource: &[u8]) -> Result<(), RecordsError> {
        // A stored text may be pretty: within a line, what is between the tokens may be no end of line.
        self.piece
            .extend(resource.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
        self.piece.push(b'\n');
        self.records += 1;
        self.bytes += resource.len() + 1;
        if self.piece.len() >= PIECE_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), RecordsError> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let packed = Zeroizing::new(compress(&self.piece, 0).map_err(|_| RecordsError::Internal)?);
        self.piece.zeroize();
        let mut sealed = Vec::with_capacity(packed.len() + 4096);
        let length = (packed.len() as u32).to_le_bytes();
        for part in [length.as_slice(), &packed] {
            self.pages.write(part, &mut sealed).map_err(|_| RecordsError::Internal)?;
        }
        self.out.write_all(&sealed).map_err(fault)
    }

    /// Ends the file, and gives its key.
    pub(super) fn finish(mut self) -> Result<(SecretKey, u32), RecordsError> {
        self.flush()?;
        let mut sealed = Vec::new();
        self.pages.finish(&mut sealed).map_err(|_| RecordsError::Internal)?;
        self.out.write_all(&sealed).map_err(fault)?;
        Ok((SecretKey(*self.key.expose()), self.records))
    }
}

/// The NDJSON of a file.
pub(super) fn open(mut file: File, key: &SecretKey, id: FileId) -> Result<Zeroizing<Vec<u8>>, RecordsError> {
    let mut sealed = Vec::new();
    file.read_to_end(&mut sealed).map_err(fault)?;
    let packed = open_all(&FileKey::from_bytes(key.0), id, &sealed).map_err(|_| RecordsError::Internal)?;
    let mut rest = packed.as_slice();
    let mut text = Zeroizing::new(Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let (piece, after) = after.split_at_checked(length).ok_or(RecordsError::Internal)?;
        let piece = Zeroizing::new(decompress(piece, MAX_PIECE_BYTES).map_err(|_| RecordsError::Internal)?);
        text.extend_from_slice(&piece);
        rest = after;
    }
    Ok(text)
}

fn fault(error: std::io::Error) -> RecordsError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => RecordsError::Full,
        _ => RecordsError::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_opens_whole_with_its_key_and_name_and_holds_no_plaintext() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("0.sealed");
        let mut writer = FileWriter::create(&path, id(7, 0)).unwrap();
        let resource = br#"{"resourceType":"Patient","name":"Mustermann"}"#;
        for _ in 0..20_000 {
            writer.add(resource).unwrap();
        }
        writer.add(b"{\n \"pretty\": true\r\n}").unwrap();
        let (key, records) = writer.finish().unwrap();
        assert_eq!(records, 20_001);
        let sealed = std::fs::read(&path).unwrap();
        assert!(!sealed.windows(10).any(|part| part == b"Mustermann"));
        let file = || File::open(&path).unwrap();
        let text = open(file(), &key, id(7, 0)).unwrap();
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        assert_eq!((lines.len(), lines[0], lines[20_001].len()), (20_002, resource.as_slice(), 0));
        assert_eq!(lines[20_000], b"{  \"pretty\": true  }");
        assert!(
            open(file(), &key, id(7, 1)).is_err() && open(file(), &SecretKey([1; 32]), id(7, 0)).is_err()
        );
    }
}
