//! The hierarchies of HL7's own code systems, for `:above` and `:below`. Read once, at the first use.
//!
//! Layout, little-endian: the magic `SALUSCS` and the version 1; a u16 count of systems, each its URL as a text (a u16 length
//! and UTF-8), a u16 count of codes in the order of their bytes, and for each its text, a byte that counts the codes right
//! above it, and their places, a u16 each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const MAGIC: &[u8; 8] = b"SALUSCS\x01";

/// A code and the places of those right above it.
type Codes = Vec<(&'static str, Vec<u16>)>;

static TABLE: LazyLock<BTreeMap<&'static str, Codes>> = LazyLock::new(|| {
    read(include_bytes!("../../definitions/codes.bin")).expect("the compiled table is whole: a test reads it")
});

/// The code and all above it; none when its system is not known here, or does not have it.
pub(super) fn above(system: &str, code: &str) -> Option<Vec<&'static str>> {
    let codes = TABLE.get(system)?;
    let at = codes.binary_search_by(|(known, _)| (*known).cmp(code)).ok()?;
    Some(closure(codes, at, |at, found| found.extend(codes[at].1.iter().map(|above| usize::from(*above)))))
}

/// The code and all below it; none when its system is not known here, or does not have it.
pub(super) fn below(system: &str, code: &str) -> Option<Vec<&'static str>> {
    let codes = TABLE.get(system)?;
    let at = codes.binary_search_by(|(known, _)| (*known).cmp(code)).ok()?;
    let is_above = |place: usize, at: usize| codes[place].1.iter().any(|above| usize::from(*above) == at);
    Some(closure(codes, at, |at, found| found.extend((0..codes.len()).filter(|place| is_above(*place, at)))))
}

fn closure(codes: &Codes, start: usize, next: impl Fn(usize, &mut Vec<usize>)) -> Vec<&'static str> {
    let (mut found, mut open) = (BTreeSet::from([start]), vec![start]);
    while let Some(at) = open.pop() {
        let mut more = Vec::new();
        next(at, &mut more);
        open.extend(more.into_iter().filter(|place| found.insert(*place)));
    }
    found.into_iter().map(|at| codes[at].0).collect()
}

fn take(rest: &mut &'static [u8], length: usize) -> Option<&'static [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn number(rest: &mut &'static [u8]) -> Option<u16> {
    take(rest, 2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn text(rest: &mut &'static [u8]) -> Option<&'static str> {
    let length = number(rest)?;
    std::str::from_utf8(take(rest, usize::from(length))?).ok()
}

/// Reads the table; None when it is damaged.
fn read(bytes: &'static [u8]) -> Option<BTreeMap<&'static str, Codes>> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let mut systems = BTreeMap::new();
    for _ in 0..number(&mut rest)? {
        let url = text(&mut rest)?;
        let count = number(&mut rest)?;
        let mut codes = Codes::new();
        for _ in 0..count {
            let code = text(&mut rest)?;
            let above = *take(&mut rest, 1)?.first()?;
            let above = (0..above)
                .map(|_| number(&mut rest).filter(|place| *place < count))
                .collect::<Option<_>>()?;
            codes.push((code, above));
        }
        if !codes.is_sorted_by(|a, b| a.0 < b.0) {
            return None;
        }
        systems.insert(url, codes);
    }
    rest.is_empty().then_some(systems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_table_is_refused() {
        let bytes: &'static [u8] = include_bytes!("../../definitions/codes.bin");
        assert!(read(bytes).is_some_and(|systems| systems.len() == 89));
        for end in (0..bytes.len()).step_by(997) {
            assert!(read(&bytes[..end]).is_none(), "cut at {end}");
        }
    }

    #[test]
    fn what_lies_above_and_below() {
        let confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        assert_eq!(above(confidentiality, "N"), Some(vec!["N", "_Confidentiality"]));
        let below = below(confidentiality, "_Confidentiality").expect("known");
        assert!(["L", "M", "N", "R", "U", "V"].iter().all(|code| below.contains(code)), "{below:?}");
        assert_eq!(super::below(confidentiality, "nonsense"), None);
        assert_eq!(super::above("http://loinc.org", "8480-6"), None);
    }
}
