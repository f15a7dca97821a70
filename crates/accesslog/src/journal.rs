//! The journal's bytes: segments of frames, each of which is one commit (or a part of a large one).
//!
//! A frame is `"SLJ1" ‖ payload length (4) ‖ segment (8) ‖ sequence (8) ‖ previous frame's checksum (16) ‖ checksum (16) ‖
//! payload`, integers little endian. The checksum is the first half of SHA-256 over all of it but itself; since it
//! covers the previous one, a frame that is stale, moved or left out breaks the chain. What follows the last frame of a
//! segment is zero. See docs/formats/log.md.
//!
//! Never: reads or writes a file. State: a [`Builder`] is owned by the log that appends.

use crate::Tree;
use aws_lc_rs::digest;
use salus_seal::entry::MAX_ENTRY_BYTES;
use salus_seal::{CellId, tile};
use std::ops::Range;

mod scan;

pub(crate) use scan::{Journal, scan};

const MAGIC: [u8; 4] = *b"SLJ1";
const CHECKSUM_AT: usize = 40;
/// The length of what stands before a frame's payload, in bytes.
pub(crate) const HEADER_BYTES: usize = 56;
/// The length of the head that the first frame of a segment has at the front of its payload, in bytes.
const HEAD_BYTES: usize = 8 + 32;
const FLAG_HEAD: u8 = 1;
const TAG_PLATFORM: u8 = 0;
const TAG_CELL: u8 = 1;
/// More than any run's tag, cell, first index, count and first length, in bytes.
const RUN_OVERHEAD_BYTES: usize = 1 + 16 + 8 + 4 + 2;

/// The smallest segment, in bytes: an eighth of it still holds an entry of the largest size.
pub(crate) const MIN_SEGMENT_BYTES: u64 = 1024 * 1024;
/// The largest segment, in bytes.
pub(crate) const MAX_SEGMENT_BYTES: u64 = 256 * 1024 * 1024;

/// A frame's checksum.
pub(crate) type Checksum = [u8; 16];

/// The longest frame of a segment, in bytes.
pub(crate) fn max_frame_bytes(segment_bytes: u64) -> usize {
    (segment_bytes / 8) as usize
}

/// Where in the chain the next frame stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Link {
    pub sequence: u64,
    pub previous: Checksum,
}

/// What the head of a segment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub segment_bytes: u64,
    /// SHA-256 of the log's origin, so that no other installation's journal is taken for ours.
    pub origin: [u8; 32],
}

/// The head's hash of an origin.
pub(crate) fn origin_hash(origin: &str) -> [u8; 32] {
    let mut out = [0u8; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, origin.as_bytes()).as_ref());
    out
}

/// A frame in the making: its runs are added, then it is sealed into its place.
#[derive(Debug)]
pub(crate) struct Builder {
    bytes: Vec<u8>,
    run: Option<(Tree, usize, u32)>,
}

impl Default for Builder {
    fn default() -> Self {
        let mut bytes = Vec::with_capacity(512);
        bytes.resize(HEADER_BYTES + 1, 0);
        Self { bytes, run: None }
    }
}

impl Builder {
    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.run.is_none()
    }

    /// How long the frame would be with one more entry, in bytes, head included.
    pub fn len_with(&self, entry: &[u8]) -> usize {
        self.len() + RUN_OVERHEAD_BYTES + entry.len()
    }

    /// How long the frame is, in bytes, head included.
    pub fn len(&self) -> usize {
        self.bytes.len() + HEAD_BYTES
    }

    /// Adds an entry of at most [`MAX_ENTRY_BYTES`], the leaf `index` of its tree.
    pub fn push(&mut self, tree: Tree, index: u64, entry: &[u8]) {
        debug_assert!(entry.len() <= MAX_ENTRY_BYTES);
        match &mut self.run {
            Some((last, at, count)) if *last == tree => {
                *count += 1;
                if let Some(field) = self.bytes.get_mut(*at..*at + 4) {
                    field.copy_from_slice(&count.to_le_bytes());
                }
            }
            _ => {
                match tree {
                    Tree::Platform => self.bytes.push(TAG_PLATFORM),
                    Tree::Cell(cell) => {
                        self.bytes.push(TAG_CELL);
                        self.bytes.extend_from_slice(&cell.0);
                    }
                }
                self.bytes.extend_from_slice(&index.to_le_bytes());
                self.run = Some((tree, self.bytes.len(), 1));
                self.bytes.extend_from_slice(&1u32.to_le_bytes());
            }
        }
        self.bytes.extend_from_slice(&(entry.len() as u16).to_be_bytes());
        self.bytes.extend_from_slice(entry);
    }

    /// The frame's bytes at this place of the chain, and where the chain goes on.
    pub fn seal(self, segment: u64, link: Link, head: Option<Head>) -> (Frame, Link) {
        let mut bytes = self.bytes;
        let mut runs_at = HEADER_BYTES + 1;
        if let Some(head) = head {
            let head_bytes = head.segment_bytes.to_le_bytes().into_iter().chain(head.origin);
            bytes.splice(runs_at..runs_at, head_bytes);
            bytes[HEADER_BYTES] = FLAG_HEAD;
            runs_at += HEAD_BYTES;
        }
        let payload_bytes = (bytes.len() - HEADER_BYTES) as u32;
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&payload_bytes.to_le_bytes());
        bytes[8..16].copy_from_slice(&segment.to_le_bytes());
        bytes[16..24].copy_from_slice(&link.sequence.to_le_bytes());
        bytes[24..CHECKSUM_AT].copy_from_slice(&link.previous);
        let checksum = checksum(&bytes);
        bytes[CHECKSUM_AT..HEADER_BYTES].copy_from_slice(&checksum);
        let next = Link { sequence: link.sequence + 1, previous: checksum };
        (Frame { segment, bytes, runs_at }, next)
    }
}

fn checksum(frame: &[u8]) -> Checksum {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"salus journal v1");
    context.update(frame.get(..CHECKSUM_AT).unwrap_or_default());
    context.update(frame.get(HEADER_BYTES..).unwrap_or_default());
    let mut out = Checksum::default();
    for (to, from) in out.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    out
}

/// A committed frame, kept in memory until its entries are published.
#[derive(Debug)]
pub(crate) struct Frame {
    pub segment: u64,
    pub bytes: Vec<u8>,
    runs_at: usize,
}

impl Frame {
    /// A frame that was read back: only its runs count.
    pub fn recovered(segment: u64, runs: &[u8]) -> Self {
        Self { segment, bytes: runs.to_vec(), runs_at: 0 }
    }

    /// What it holds. Frames in memory are well formed.
    pub fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        runs(self.bytes.get(self.runs_at..).unwrap_or_default()).map_while(Result::ok)
    }
}

/// Entries of one tree with consecutive indexes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    pub tree: Tree,
    pub first: u64,
    pub entries: &'a [u8],
}

impl<'a> Run<'a> {
    /// The entries with their indexes.
    pub fn entries(&self) -> impl Iterator<Item = (u64, &'a [u8])> + use<'a> {
        (self.first..).zip(tile::entries(self.entries).map_while(Result::ok))
    }
}

/// The runs of a payload. Malformed bytes end them with `Err`.
pub(crate) fn runs(payload: &[u8]) -> impl Iterator<Item = Result<Run<'_>, ()>> {
    let mut rest = Some(payload);
    std::iter::from_fn(move || {
        let bytes = rest.filter(|bytes| !bytes.is_empty())?;
        let parsed = take_run(bytes);
        rest = parsed.map(|(_, after)| after);
        Some(parsed.map(|(run, _)| run).ok_or(()))
    })
}

fn take_run(bytes: &[u8]) -> Option<(Run<'_>, &[u8])> {
    let (tag, bytes) = bytes.split_first()?;
    let (tree, bytes) = match *tag {
        TAG_PLATFORM => (Tree::Platform, bytes),
        TAG_CELL => {
            let (cell, bytes) = bytes.split_first_chunk::<16>()?;
            (Tree::Cell(CellId(*cell)), bytes)
        }
        _ => return None,
    };
    let (first, bytes) = bytes.split_first_chunk::<8>()?;
    let (count, bytes) = bytes.split_first_chunk::<4>()?;
    let (first, count) = (u64::from_le_bytes(*first), u32::from_le_bytes(*count));
    first.checked_add(u64::from(count)).filter(|_| count > 0)?;
    let mut end = 0usize;
    for _ in 0..count {
        let length = bytes.get(end..)?.first_chunk::<2>()?;
        end = end.checked_add(2 + usize::from(u16::from_be_bytes(*length)))?;
    }
    let (entries, after) = bytes.split_at_checked(end)?;
    Some((Run { tree, first, entries }, after))
}

/// A frame as it stands in a segment.
struct Found<'a> {
    segment: u64,
    link: Link,
    checksum: Checksum,
    head: Option<Head>,
    runs: &'a [u8],
    end: usize,
}

/// The frame that begins here, if its checksum is right and its payload well formed.
fn parse(bytes: &[u8], at: usize) -> Option<Found<'_>> {
    let rest = bytes.get(at..)?;
    let header = rest.first_chunk::<HEADER_BYTES>()?;
    let field = |range: Range<usize>| header.get(range);
    if field(0..4)? != MAGIC {
        return None;
    }
    let length = u32::from_le_bytes(*field(4..8)?.first_chunk()?) as usize;
    let whole = rest.get(..HEADER_BYTES.checked_add(length)?)?;
    if field(CHECKSUM_AT..HEADER_BYTES)? != checksum(whole) {
        return None;
    }
    let (flags, payload) = whole.get(HEADER_BYTES..)?.split_first()?;
    let (head, runs_bytes) = match *flags {
        0 => (None, payload),
        FLAG_HEAD => {
            let (segment_bytes, payload) = payload.split_first_chunk::<8>()?;
            let (origin, payload) = payload.split_first_chunk::<32>()?;
            (Some(Head { segment_bytes: u64::from_le_bytes(*segment_bytes), origin: *origin }), payload)
        }
        _ => return None,
    };
    runs(runs_bytes).all(|run| run.is_ok()).then_some(())?;
    Some(Found {
        segment: u64::from_le_bytes(*field(8..16)?.first_chunk()?),
        link: Link {
            sequence: u64::from_le_bytes(*field(16..24)?.first_chunk()?),
            previous: *field(24..CHECKSUM_AT)?.first_chunk()?,
        },
        checksum: *field(CHECKSUM_AT..HEADER_BYTES)?.first_chunk()?,
        head,
        runs: runs_bytes,
        end: at + whole.len(),
    })
}

/// Whether all of it is zero. Compares in blocks, since segments are long and mostly zero.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    static ZEROS: [u8; 4096] = [0; 4096];
    bytes.chunks(ZEROS.len()).all(|block| ZEROS.starts_with(block))
}

/// The file name of a segment.
pub(crate) fn segment_name(number: u64) -> String {
    format!("{number:016x}")
}

/// The segment of a file name.
pub(crate) fn parse_segment_name(name: &str) -> Option<u64> {
    u64::from_str_radix(name, 16).ok().filter(|number| segment_name(*number) == name)
}

#[cfg(test)]
mod tests;
