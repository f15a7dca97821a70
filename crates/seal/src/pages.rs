//! Sealed pages: a file that is written once, as a sequence of pages under one key, each of which opens by itself.
//!
//! A page holds [`PAGE_BYTES`] of plaintext, the last one what is left (nothing only in an empty file), and is
//! AES-256-GCM under the file's key. The nonce is the page's number (8, little endian), whether it is the last (1) and
//! three zero bytes; the associated data is `"salus page v1\0" ‖ file id (16) ‖ page number (8, little endian) ‖ last (1)`. So
//! a page that is moved, doubled, left out or put into another file does not open, and neither does the last page of a
//! file that was cut or lengthened. Whoever reads only some pages has to open the last one to know the length.
//!
//! Never: seals two pages under one key and nonce: a [`PageWriter`] owns its key, and a file is not changed. Wraps of
//! the key are the caller's. State: a [`PageWriter`] owns the page in the making; it is wiped.

use crate::keys::{Cipher, NONCE_BYTES, TAG_BYTES};
use crate::{FileKey, SealError};
use std::ops::Range;
use zeroize::Zeroizing;

/// The plaintext of every page but the last, in bytes.
pub const PAGE_BYTES: usize = 4096;
/// A sealed page but the last, in bytes.
pub const SEALED_PAGE_BYTES: usize = PAGE_BYTES + TAG_BYTES;
/// The most pages of one file: 16 TiB of plaintext.
pub const MAX_PAGES: u64 = 1 << 32;

const LABEL: &[u8; 14] = b"salus page v1\0";

/// A file's name, which binds its pages to it: random, or a number that the caller never uses twice.
pub type FileId = [u8; 16];

fn nonce(page: u64, last: bool) -> [u8; NONCE_BYTES] {
    let mut nonce = [0u8; NONCE_BYTES];
    nonce[..8].copy_from_slice(&page.to_le_bytes());
    nonce[8] = u8::from(last);
    nonce
}

fn associated(file: &FileId, page: u64, last: bool) -> [u8; 14 + 16 + 8 + 1] {
    let mut out = [0u8; 39];
    out[..14].copy_from_slice(LABEL);
    out[14..30].copy_from_slice(file);
    out[30..38].copy_from_slice(&page.to_le_bytes());
    out[38] = u8::from(last);
    out
}

/// Seals one file, from its beginning to its end.
#[derive(Debug)]
pub struct PageWriter {
    cipher: Cipher,
    file: FileId,
    page: u64,
    buffer: Zeroizing<Vec<u8>>,
}

impl PageWriter {
    /// A writer under a fresh key, which it gives back for the caller to wrap.
    pub fn new(file: FileId) -> Result<(Self, FileKey), SealError> {
        let key = FileKey::random()?;
        Ok((Self::under(&key, file)?, key))
    }

    /// A writer under this key, which has sealed nothing before.
    fn under(key: &FileKey, file: FileId) -> Result<Self, SealError> {
        let buffer = Zeroizing::new(Vec::with_capacity(PAGE_BYTES));
        Ok(Self { cipher: Cipher::new(key.expose())?, file, page: 0, buffer })
    }

    /// Adds plaintext; the pages that are full and not the last for sure are appended to `out`.
    ///
    /// Errors: [`SealError::TooLarge`] beyond [`MAX_PAGES`]; then the file is void.
    pub fn write(&mut self, mut plain: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        while !plain.is_empty() {
            if self.buffer.len() == PAGE_BYTES {
                self.seal(false, out)?;
            }
            let (now, later) = plain.split_at(plain.len().min(PAGE_BYTES - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            plain = later;
        }
        Ok(())
    }

    /// Ends the file: its last page is appended to `out`.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), SealError> {
        self.seal(true, out)
    }

    fn seal(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), SealError> {
        if self.page >= MAX_PAGES {
            return Err(SealError::TooLarge { max_bytes: usize::MAX });
        }
        let mut sealed = Vec::with_capacity(self.buffer.len() + TAG_BYTES);
        sealed.extend_from_slice(&self.buffer);
        self.cipher.seal(nonce(self.page, last), &associated(&self.file, self.page, last), &mut sealed)?;
        out.extend_from_slice(&sealed);
        self.buffer.clear();
        self.page += 1;
        Ok(())
    }
}

/// Opens pages of one file, in any order.
#[derive(Debug)]
pub struct PageReader {
    cipher: Cipher,
    file: FileId,
    last: u64,
    sealed_bytes: u64,
}

impl PageReader {
    /// A reader of a file that is `sealed_bytes` long.
    ///
    /// Errors: [`SealError::Malformed`] when no file has this length.
    pub fn new(key: &FileKey, file: FileId, sealed_bytes: u64) -> Result<Self, SealError> {
        let page = SEALED_PAGE_BYTES as u64;
        let last = sealed_bytes.checked_sub(1).ok_or(SealError::Malformed)? / page;
        let rest = sealed_bytes - last * page;
        let least = TAG_BYTES as u64 + u64::from(last > 0);
        if rest < least || last >= MAX_PAGES {
            return Err(SealError::Malformed);
        }
        Ok(Self { cipher: Cipher::new(key.expose())?, file, last, sealed_bytes })
    }

    /// How many pages the file has, at least one.
    pub fn pages(&self) -> u64 {
        self.last + 1
    }

    /// How long the plaintext is, in bytes, if the last page opens.
    pub fn plain_bytes(&self) -> u64 {
        self.sealed_bytes - self.pages() * TAG_BYTES as u64
    }

    /// Where the sealed page lies in the file; `None` when there is no such page.
    pub fn sealed_range(&self, page: u64) -> Option<Range<u64>> {
        let start = page.checked_mul(SEALED_PAGE_BYTES as u64).filter(|_| page <= self.last)?;
        Some(start..(start + SEALED_PAGE_BYTES as u64).min(self.sealed_bytes))
    }

    /// Opens the page of this number in place: `sealed` is what lies in [`PageReader::sealed_range`].
    ///
    /// Errors: [`SealError::DoesNotOpen`] when it is not this page of this file, or was changed.
    pub fn open<'a>(&self, page: u64, sealed: &'a mut [u8]) -> Result<&'a mut [u8], SealError> {
        let length = self.sealed_range(page).map(|range| range.end - range.start);
        if length != Some(sealed.len() as u64) {
            return Err(SealError::Malformed);
        }
        let last = page == self.last;
        self.cipher.open(nonce(page, last), &associated(&self.file, page, last), sealed)
    }
}

/// Opens a whole file.
pub fn open_all(key: &FileKey, file: FileId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let reader = PageReader::new(key, file, sealed.len() as u64)?;
    let mut out = Zeroizing::new(Vec::with_capacity(sealed.len()));
    let mut buffer = Zeroizing::new(Vec::with_capacity(SEALED_PAGE_BYTES));
    for (number, page) in (0u64..).zip(sealed.chunks(SEALED_PAGE_BYTES)) {
        buffer.clear();
        buffer.extend_from_slice(page);
        out.extend_from_slice(reader.open(number, &mut buffer)?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: FileId = [6; 16];

    fn sealed(plain: &[u8]) -> (Vec<u8>, FileKey) {
        let (mut writer, key) = PageWriter::new(FILE).unwrap();
        let mut out = Vec::new();
        writer.write(plain, &mut out).unwrap();
        writer.finish(&mut out).unwrap();
        (out, key)
    }

    fn plain(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|n| (n / 3 % 251) as u8).collect()
    }

    #[test]
    fn files_of_every_kind_of_length_open_whole_and_page_by_page() {
        for bytes in [0, 1, 4095, 4096, 4097, 8192, 8193, 20_000] {
            let plain = plain(bytes);
            let (file, key) = sealed(&plain);
            assert_eq!(*open_all(&key, FILE, &file).unwrap(), plain, "{bytes}");
            let reader = PageReader::new(&key, FILE, file.len() as u64).unwrap();
            assert_eq!(reader.plain_bytes(), bytes as u64);
            assert_eq!(reader.pages(), bytes.div_ceil(PAGE_BYTES).max(1) as u64);
            for page in (0..reader.pages()).rev() {
                let range = reader.sealed_range(page).unwrap();
                let mut part = file[range.start as usize..range.end as usize].to_vec();
                let from = page as usize * PAGE_BYTES;
                assert_eq!(reader.open(page, &mut part).unwrap(), &plain[from..bytes.min(from + PAGE_BYTES)]);
            }
            assert_eq!(reader.sealed_range(reader.pages()), None);
        }
    }

    #[test]
    fn pages_that_are_swapped_cut_doubled_or_moved_do_not_open() {
        let (file, key) = sealed(&plain(4 * PAGE_BYTES));
        let pages: Vec<&[u8]> = file.chunks(SEALED_PAGE_BYTES).collect();
        let opens = |pages: &[&[u8]]| open_all(&key, FILE, &pages.concat());
        assert!(opens(&pages).is_ok());
        for wrong in [
            &[pages[1], pages[0], pages[2], pages[3]][..],
            &[pages[0], pages[1], pages[2]],
            &[pages[0]],
            &[pages[3]],
            &[pages[0], pages[0], pages[2], pages[3]],
            &[pages[0], pages[1], pages[2], pages[3], pages[3]],
            &[pages[0], pages[1], pages[2], pages[2]],
            &[pages[0], pages[1], pages[3]],
        ] {
            assert_eq!(opens(wrong).err(), Some(SealError::DoesNotOpen));
        }
        assert_eq!(open_all(&key, [7; 16], &file).err(), Some(SealError::DoesNotOpen));
        assert_eq!(open_all(&FileKey::random().unwrap(), FILE, &file).err(), Some(SealError::DoesNotOpen));
        let (other, _) = sealed(&plain(4 * PAGE_BYTES));
        let mixed = [&file[..SEALED_PAGE_BYTES], &other[SEALED_PAGE_BYTES..]].concat();
        assert_eq!(open_all(&key, FILE, &mixed).err(), Some(SealError::DoesNotOpen));
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_found() {
        let (file, key) = sealed(&plain(PAGE_BYTES + 50));
        for length in (0..file.len()).step_by(7).chain(file.len() - 70..file.len()) {
            assert!(open_all(&key, FILE, &file[..length]).is_err(), "cut to {length}");
        }
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_eq!(open_all(&key, FILE, &changed).err(), Some(SealError::DoesNotOpen), "byte {at}");
        }
    }

    #[test]
    fn two_files_share_no_key_and_no_bytes() {
        let (one, other) = (sealed(&plain(100)), sealed(&plain(100)));
        assert_ne!(one.0, other.0);
        assert_ne!(one.1.expose(), other.1.expose());
    }

    proptest! {
        #[test]
        fn writing_in_pieces_is_writing_at_once(pieces in proptest::collection::vec(0usize..6000, 0..6)) {
            let key = FileKey::from_bytes([9; 32]);
            let whole = plain(pieces.iter().sum());
            let mut at_once = Vec::new();
            let mut writer = PageWriter::under(&key, FILE).unwrap();
            writer.write(&whole, &mut at_once).unwrap();
            writer.finish(&mut at_once).unwrap();
            let mut in_pieces = Vec::new();
            let mut writer = PageWriter::under(&key, FILE).unwrap();
            let mut from = 0;
            for piece in pieces {
                writer.write(&whole[from..from + piece], &mut in_pieces).unwrap();
                from += piece;
            }
            writer.finish(&mut in_pieces).unwrap();
            prop_assert_eq!(at_once, in_pieces);
        }

        #[test]
        fn any_bytes_do_not_open(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
            prop_assert!(open_all(&FileKey::from_bytes([9; 32]), FILE, &bytes).is_err());
        }
    }
}
