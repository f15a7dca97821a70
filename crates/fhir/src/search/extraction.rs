//! The version of what is taken from resources.
//!
//! Words say by which version they were taken. When the table of parameters or the taking of values changes so that a
//! parameter of R4 has other values than before, [`EXTRACTION`] is raised and the parameter's number goes into [`CHANGED`] with
//! it: it is not searched by any more until the words that are older were extracted anew, which two approve. A change that
//! adds a parameter is one, too. State: none.

/// The version by which this program takes values.
pub const EXTRACTION: u32 = 2;

/// Parameters of R4, by number, that were taken otherwise before a version, with that version.
///
/// Since 2 the parts of a name are found (`name` of Patient, Person, Practitioner and RelatedPerson, `phonetic`), and telephone numbers
/// however they are written (`phone`, `telecom`, and `contact` of Subscription).
pub const CHANGED: &[(u16, u32)] = &[
    (889, 2),
    (963, 2),
    (968, 2),
    (976, 2),
    (995, 2),
    (1027, 2),
    (1091, 2),
    (1264, 2),
    (1370, 2),
    (1371, 2),
    (1372, 2),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::by_number;

    /// When this fails: raise [`EXTRACTION`], say in [`CHANGED`] which parameters are taken otherwise, and put the new hash here.
    #[test]
    fn a_table_that_changes_is_another_version() {
        const THEIR_FNV1A: (u32, u64) = (2, 0xab6f_54d3_b82d_7168);
        let bytes = include_bytes!("../../definitions/search.bin");
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        assert_eq!((EXTRACTION, hash), THEIR_FNV1A, "{hash:#x}");
    }

    #[test]
    fn what_changed_is_there_and_not_from_the_future() {
        for (number, version) in CHANGED {
            assert!(by_number(*number).is_some(), "{number}");
            assert!(*version > 1, "{number}: before there were versions");
            assert!(*version <= EXTRACTION, "{number}: a version to come");
        }
    }
}
