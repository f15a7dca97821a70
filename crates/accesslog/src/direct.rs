//! Writes to the end of a preallocated file that are durable when they return, past the page cache.
//!
//! One `pwritev2` with `RWF_DSYNC` on a descriptor with `O_DIRECT` costs about half the CPU of `pwrite` and `fdatasync`, and
//! lets the device write through instead of flushing. Whole blocks are written: the last one again until it is full. A
//! block that is torn keeps what it had, since that part of it is written as it was.
//!
//! State: a [`Tail`] owns the last block's content, and the aligned memory that is written from.

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::{Errno, ReadWriteFlags, pwritev2};
use std::fs::File;
use std::io::{self, IoSlice};
use std::os::unix::fs::FileExt;

/// What offsets, lengths and addresses are multiples of; no disk in use wants more.
const BLOCK_BYTES: usize = 4096;

/// The end of a file that is written past the page cache.
pub(crate) struct Tail {
    /// Memory in which an aligned part begins at `aligned`.
    memory: Vec<u8>,
    aligned: usize,
    /// The file offset of the block that is not full, and how much of it is written.
    block: u64,
    filled: usize,
}

impl Tail {
    /// Switches a file to direct writes that begin at `offset`. `None` when its file system has none.
    pub fn begin(file: &File, offset: u64) -> io::Result<Option<Self>> {
        let filled = (offset % BLOCK_BYTES as u64) as usize;
        let mut tail = Self { memory: Vec::new(), aligned: 0, block: offset - filled as u64, filled: 0 };
        tail.reserve(BLOCK_BYTES);
        let (at, block) = (tail.aligned, tail.block);
        file.read_exact_at(tail.memory.get_mut(at..at + filled).unwrap_or_default(), block)?;
        tail.filled = filled;
        match fcntl_setfl(file, fcntl_getfl(file)? | OFlags::DIRECT) {
            Ok(()) => Ok(Some(tail)),
            Err(Errno::INVAL) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the next write is expected here.
    pub fn is_at(&self, offset: u64) -> bool {
        self.block + self.filled as u64 == offset
    }

    /// Appends these bytes; they are durable when it returns.
    pub fn append(&mut self, file: &File, bytes: &[u8]) -> io::Result<()> {
        let end = self.filled + bytes.len();
        let whole = end.next_multiple_of(BLOCK_BYTES);
        self.reserve(whole);
        let Some(buffer) = self.memory.get_mut(self.aligned..self.aligned + whole) else {
            return Err(io::ErrorKind::OutOfMemory.into());
        };
        let (used, rest) = buffer.split_at_mut(end);
        used[self.filled..].copy_from_slice(bytes);
        rest.fill(0);
        let written = pwritev2(file, &[IoSlice::new(buffer)], self.block, ReadWriteFlags::DSYNC)?;
        if written != whole {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let full = end / BLOCK_BYTES * BLOCK_BYTES;
        buffer.copy_within(full..end, 0);
        self.block += full as u64;
        self.filled = end - full;
        Ok(())
    }

    /// Makes room for so many aligned bytes, and keeps those that are there.
    fn reserve(&mut self, bytes: usize) {
        if self.memory.len() >= self.aligned + bytes {
            return;
        }
        let mut memory = vec![0; bytes.next_power_of_two() + BLOCK_BYTES];
        let aligned = memory.as_ptr().align_offset(BLOCK_BYTES);
        let old = self.memory.get(self.aligned..self.aligned + self.filled).unwrap_or_default();
        if let Some(new) = memory.get_mut(aligned..aligned + old.len()) {
            new.copy_from_slice(old);
        }
        (self.memory, self.aligned) = (memory, aligned);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
mod tests {
    use super::*;

    #[test]
    fn what_is_appended_in_pieces_is_what_the_file_holds() {
        let mut file = tempfile::tempfile().unwrap();
        let length = 64 * 1024;
        file.write_all_at(&vec![0; length], 0).unwrap();
        let mut expected = b"a head that was written before".to_vec();
        file.write_all_at(&expected, 0).unwrap();
        file.sync_data().unwrap();
        let Some(mut tail) = Tail::begin(&file, expected.len() as u64).unwrap() else {
            println!("not run: what_is_appended_in_pieces_is_what_the_file_holds: no direct writes here");
            return;
        };
        for piece in [1, 100, 4000, 4096, 8192, 5, 9000, 4095, 1, 4097] {
            assert!(tail.is_at(expected.len() as u64));
            let bytes: Vec<u8> = (0..piece).map(|n| (n % 251 + 1) as u8).collect();
            tail.append(&file, &bytes).unwrap();
            expected.extend_from_slice(&bytes);
            let mut held = Vec::new();
            fcntl_setfl(&file, fcntl_getfl(&file).unwrap() - OFlags::DIRECT).unwrap();
            io::Seek::seek(&mut file, io::SeekFrom::Start(0)).unwrap();
            io::Read::read_to_end(&mut file, &mut held).unwrap();
            fcntl_setfl(&file, fcntl_getfl(&file).unwrap() | OFlags::DIRECT).unwrap();
            assert_eq!(held.len(), length);
            assert!(held.starts_with(&expected), "{piece}");
            assert!(held[expected.len()..].iter().all(|byte| *byte == 0), "{piece}");
        }
    }
}
