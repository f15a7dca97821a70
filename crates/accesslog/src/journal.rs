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
use std::collections::BTreeMap;
use std::ops::Range;

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

/// What is wrong with a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub segment: u64,
    pub what: String,
}

/// A write that a crash cut short: not zero, not a frame, and nothing valid after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Torn {
    pub segment: u64,
    pub range: Range<u64>,
}

/// What a journal holds.
#[derive(Debug, Default)]
pub(crate) struct Journal<'a> {
    /// The runs of every frame that has some, in order, with its segment.
    pub frames: Vec<(u64, &'a [u8])>,
    /// Each tree's entries, with consecutive indexes.
    pub entries: BTreeMap<Tree, Vec<(u64, &'a [u8])>>,
    /// Where the chain goes on.
    pub link: Link,
    pub torn: Option<Torn>,
    /// The last segment that has a frame: its number, where its frames end, and whether any of them holds an entry.
    pub last: Option<(u64, u64, bool)>,
    /// The segment after it that was made ahead, all zero but for what is torn, and its length in bytes.
    pub ahead: Option<(u64, u64)>,
}

/// Reads a journal's segments (number and bytes, ascending), as strictly as it can be. Without the hash of the origin,
/// any log's.
pub(crate) fn scan<'a>(
    segments: &'a [(u64, Vec<u8>)],
    origin: Option<&[u8; 32]>,
) -> Result<Journal<'a>, Problem> {
    let mut journal = Journal::default();
    let mut expected = None;
    for (position, (number, bytes)) in segments.iter().enumerate() {
        let problem = |what: &str| Problem { segment: *number, what: what.to_owned() };
        if position > 0
            && segments.get(position - 1).is_none_or(|(before, _)| before.checked_add(1) != Some(*number))
        {
            return Err(problem("the segment before it is missing"));
        }
        if journal.torn.is_some() && !is_zero(bytes) {
            return Err(problem("it has content although the segment before it ends in a torn frame"));
        }
        if journal.ahead.is_some() {
            return Err(problem("it follows a segment without a frame"));
        }
        let end = scan_segment(*number, bytes, origin, &mut expected, &mut journal)
            .map_err(|what| problem(&what))?;
        if let Some(from) =
            torn_from(bytes, end, *number, expected.map_or(0, |link: Link| link.sequence)).map_err(problem)?
        {
            let to = bytes.iter().rposition(|byte| *byte != 0).map_or(from, |last| last + 1);
            journal.torn = Some(Torn { segment: *number, range: from as u64..to as u64 });
        }
        if end == 0 {
            journal.ahead = Some((*number, bytes.len() as u64));
        }
    }
    journal.link = expected.unwrap_or_default();
    Ok(journal)
}

/// Reads the frames of one segment and gives where they end.
fn scan_segment<'a>(
    number: u64,
    bytes: &'a [u8],
    origin: Option<&[u8; 32]>,
    expected: &mut Option<Link>,
    journal: &mut Journal<'a>,
) -> Result<usize, String> {
    let mut at = 0;
    let mut holds_entries = false;
    while let Some(frame) = parse(bytes, at) {
        if frame.segment != number {
            return Err(format!("a frame of segment {:016x} at byte {at}", frame.segment));
        }
        if expected.is_some_and(|link| link != frame.link) {
            return Err(format!("the frame at byte {at} does not follow the one before it"));
        }
        match (at, &frame.head) {
            (0, Some(head)) if origin.is_some_and(|origin| head.origin != *origin) => {
                return Err("another log's journal".into());
            }
            (0, Some(head)) if head.segment_bytes != bytes.len() as u64 => {
                return Err(format!("{} bytes long, not {}", bytes.len(), head.segment_bytes));
            }
            (0, Some(_)) | (1.., None) => {}
            _ => return Err(format!("the frame at byte {at} has a head in the wrong place")),
        }
        for run in runs(frame.runs).map_while(Result::ok) {
            take_entries(&run, journal)?;
        }
        if !frame.runs.is_empty() {
            journal.frames.push((number, frame.runs));
            holds_entries = true;
        }
        let sequence = frame.link.sequence.checked_add(1).ok_or("the sequence ends")?;
        *expected = Some(Link { sequence, previous: frame.checksum });
        at = frame.end;
        journal.last = Some((number, at as u64, holds_entries));
    }
    Ok(at)
}

fn take_entries<'a>(run: &Run<'a>, journal: &mut Journal<'a>) -> Result<(), String> {
    let list = journal.entries.entry(run.tree).or_default();
    for (index, entry) in run.entries() {
        if list.last().is_some_and(|(last, _)| last + 1 != index) {
            return Err(format!("tree {}: entry {index} does not follow the one before it", run.tree));
        }
        list.push((index, entry));
    }
    Ok(())
}

/// Where a torn write begins, if what follows the frames is not zero.
///
/// Errors: when it is more than one torn write can leave, or a whole frame stands behind it; then it is damage.
fn torn_from(bytes: &[u8], end: usize, number: u64, sequence: u64) -> Result<Option<usize>, &'static str> {
    let Some(rest) = bytes.get(end..) else { return Ok(None) };
    if is_zero(rest) {
        return Ok(None);
    }
    let longest = max_frame_bytes(bytes.len() as u64)
        .max(MAX_ENTRY_BYTES + HEADER_BYTES + HEAD_BYTES + RUN_OVERHEAD_BYTES);
    if !is_zero(rest.get(longest + 1..).unwrap_or_default()) {
        return Err("bytes that are neither a frame nor zero, more than an unfinished write leaves");
    }
    let whole_frame_behind = (end..end.saturating_add(longest).min(bytes.len()))
        .filter(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(&MAGIC)))
        .filter_map(|at| parse(bytes, at))
        .any(|frame| frame.segment == number && frame.link.sequence >= sequence);
    if whole_frame_behind {
        return Err("a damaged frame, with a whole one behind it");
    }
    Ok(Some(end))
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORIGIN: [u8; 32] = [3; 32];
    const LENGTH: usize = 16 * 1024;

    fn cell(n: u8) -> Tree {
        Tree::Cell(CellId([n; 16]))
    }

    /// A segment with a head and three commits, where its frames end, and the link that follows.
    fn segment(number: u64, mut link: Link, mut index: u64) -> (Vec<u8>, Vec<usize>, Link) {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        let mut head = Some(Head { segment_bytes: LENGTH as u64, origin: ORIGIN });
        for n in 0..3u64 {
            let mut builder = Builder::default();
            builder.push(cell(1), index, &[n as u8; 40]);
            builder.push(cell(1), index + 1, b"");
            builder.push(Tree::Platform, index, b"platform");
            builder.push(cell(1), index + 2, b"again");
            builder.push(Tree::Platform, index + 1, b"platform");
            builder.push(Tree::Platform, index + 2, b"platform");
            index += 3;
            let (frame, next) = builder.seal(number, link, head.take());
            bytes.extend_from_slice(&frame.bytes);
            ends.push(bytes.len());
            link = next;
        }
        bytes.resize(LENGTH, 0);
        (bytes, ends, link)
    }

    fn two_segments() -> (Vec<(u64, Vec<u8>)>, Vec<usize>) {
        let (one, _, link) = segment(7, Link { sequence: 90, previous: [8; 16] }, 100);
        let (two, ends, _) = segment(8, link, 109);
        (vec![(7, one), (8, two), (9, vec![0; LENGTH])], ends)
    }

    #[test]
    fn what_was_sealed_is_read_back() {
        let (segments, ends) = two_segments();
        let journal = scan(&segments, Some(&ORIGIN)).unwrap();
        for tree in [cell(1), Tree::Platform] {
            let indexes: Vec<u64> = journal.entries[&tree].iter().map(|(index, _)| *index).collect();
            assert_eq!(indexes, (100..118).collect::<Vec<_>>());
        }
        assert_eq!(journal.entries[&cell(1)][2].1, b"again");
        assert_eq!((journal.link.sequence, journal.last), (96, Some((8, ends[2] as u64, true))));
        assert_eq!((journal.ahead, journal.torn), (Some((9, LENGTH as u64)), None));
        assert!(scan(&segments, Some(&[4; 32])).is_err(), "another log's");
        assert!(scan(&segments, None).is_ok());
    }

    #[test]
    fn a_cut_anywhere_in_the_last_frame_is_torn_and_anywhere_else_is_damage() {
        let (segments, ends) = two_segments();
        for end in 0..ends[2] {
            let mut cut = segments.clone();
            cut[1].1[end..].fill(0);
            if end < ends[0] {
                // None is made ahead of a segment that has no frame yet.
                cut.pop();
            }
            let journal = scan(&cut, Some(&ORIGIN)).unwrap();
            let whole = ends.iter().rev().find(|at| **at <= end).copied().unwrap_or(0);
            let torn = journal.torn.map(|torn| torn.range);
            // A frame may end in zeros; what is cut of them is not missed, and neither is the frame.
            assert!(torn.is_none_or(|range| range.start == whole as u64 && range.end <= end as u64), "{end}");
            assert_eq!(journal.last.map(|last| last.0), Some(if whole > 0 { 8 } else { 7 }));
        }
        for at in 0..ends[1] {
            let mut changed = segments.clone();
            changed[1].1[at] ^= 1;
            assert!(scan(&changed, Some(&ORIGIN)).is_err(), "byte {at}");
        }
        for at in (0..LENGTH).step_by(13) {
            let mut changed = segments.clone();
            changed[0].1[at] ^= 1;
            assert!(scan(&changed, Some(&ORIGIN)).is_err(), "byte {at} of the segment before");
        }
        for at in ends[2] + 1..LENGTH {
            let mut changed = segments.clone();
            changed[1].1[at] = 1;
            assert!(
                scan(&changed, Some(&ORIGIN)).map_or(true, |journal| journal.torn.is_some()),
                "byte {at}"
            );
        }
    }

    #[test]
    fn frames_that_are_stale_moved_or_left_out_are_damage() {
        let (segments, ends) = two_segments();
        let wrong = |change: &dyn Fn(&mut Vec<(u64, Vec<u8>)>)| {
            let mut changed = segments.clone();
            change(&mut changed);
            scan(&changed, Some(&ORIGIN)).is_err()
        };
        assert!(wrong(&|list| drop(list.remove(1))), "a segment is missing");
        assert!(wrong(&|list| list[1].1 = list[0].1.clone()), "a segment in another's place");
        assert!(wrong(&|list| list.insert(2, (9, list[1].1.clone()))), "a segment again");
        assert!(
            wrong(&|list| {
                list[1].1.drain(ends[0]..ends[1]);
                list[1].1.resize(LENGTH, 0);
            }),
            "a frame is missing"
        );
        assert!(
            wrong(&|list| {
                let frame = list[1].1[ends[1]..ends[2]].to_vec();
                list[1].1[ends[2]..ends[2] + frame.len()].copy_from_slice(&frame);
            }),
            "a frame again"
        );
        assert!(wrong(&|list| list[0].1.truncate(LENGTH - 1)), "shorter than its head says");
        assert!(wrong(&|list| list[2].1[0] = 1) || scan(&segments, None).is_ok());
        assert!(wrong(&|list| list.push((10, vec![0; LENGTH]))), "two segments ahead");
    }

    #[test]
    fn segments_have_one_name_each() {
        assert_eq!(parse_segment_name(&segment_name(0xAB)), Some(0xAB));
        for name in ["lock", "reserve", "ab", "00000000000000AB", "+0000000000000ab", "000000000000000ab"] {
            assert_eq!(parse_segment_name(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_journal_or_torn(bytes in proptest::collection::vec(any::<u8>(), 1..3000)) {
            let mut bytes = bytes;
            bytes.push(1);
            bytes.resize(LENGTH, 0);
            let segments = vec![(1, bytes)];
            let journal = scan(&segments, None).unwrap();
            prop_assert!(journal.torn.is_some() && journal.entries.is_empty());
        }

        #[test]
        fn any_payload_is_runs_or_an_error(payload in proptest::collection::vec(0u8..4, 0..200)) {
            let read: Vec<_> = runs(&payload).collect();
            if read.iter().all(Result::is_ok) {
                for run in read.into_iter().flatten() {
                    prop_assert!(run.entries().count() > 0);
                }
            } else {
                prop_assert!(read.iter().filter(|run| run.is_err()).count() == 1);
            }
        }

        #[test]
        fn several_changed_bytes_are_no_other_journal(
            changes in proptest::collection::vec((0usize..2 * LENGTH, 1u8..=255), 1..4),
        ) {
            let (segments, _) = two_segments();
            let mut changed = segments.clone();
            for (at, by) in changes {
                changed[at / LENGTH].1[at % LENGTH] ^= by;
            }
            if changed != segments {
                let whole = scan(&segments, None).unwrap();
                match scan(&changed, None) {
                    Err(_) => {}
                    Ok(journal) => prop_assert!(journal.torn.is_some() && journal.frames.len() <= whole.frames.len()),
                }
            }
        }
    }
}
