//! The journal's format: what is written is read, and nothing else is.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

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
        assert!(scan(&changed, Some(&ORIGIN)).map_or(true, |journal| journal.torn.is_some()), "byte {at}");
    }
}

#[test]
fn frames_that_are_stale_moved_or_left_out_are_damage() {
    let (segments, ends) = two_segments();
    #[allow(clippy::type_complexity, reason = "a change of the journal, said once")]
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
