//! Reading a journal back: its frames, its entries, and what a crash may have left behind them.
//!
//! State: none; a [`Journal`] borrows the segments' bytes.

use super::{
    HEAD_BYTES, HEADER_BYTES, Link, MAGIC, RUN_OVERHEAD_BYTES, Run, is_zero, max_frame_bytes, parse, runs,
};
use crate::Tree;
use salus_seal::entry::MAX_ENTRY_BYTES;
use std::collections::BTreeMap;
use std::ops::Range;

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
