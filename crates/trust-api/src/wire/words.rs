//! What is looked for: the words of a record version, as the record server takes them from a resource and the indexer keeps
//! them.
//!
//! A word is a value of a search parameter, by the parameter's number (`salus_fhir::search`), not yet folded or cut into
//! terms: that is the indexer's, for words and queries alike. Words travel and rest sealed as [`salus_seal::Part::Words`].
//!
//! Never: a resource's text beyond what a parameter names. State: none.

use serde::{Deserialize, Serialize};

/// The largest encoded [`Words`], in bytes. What is over it is cut from `narrative` and `content`, never from `words`.
pub const MAX_WORDS_BYTES: usize = 1024 * 1024;

/// A search parameter's number: fixed for ever for those of the specification (below 0x8000), given out by the cell for its
/// own (from 0x8000 on).
pub type ParameterNumber = u16;

/// Everything by which one record version is found.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The record's id, as it stands in the resource.
    pub id: String,
    /// The values of its parameters.
    pub words: Vec<(ParameterNumber, Word)>,
    /// The text of its narrative without markup (`_text`).
    pub narrative: String,
    /// All its strings (`_content`), a space between them.
    pub content: String,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({} hidden)", self.words.len())
    }
}

/// By what words were made. Stands behind encoded [`Words`]; where nothing does, they are of the first extraction, and of no
/// parameters but R4's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Made {
    /// The version of the program's own extraction.
    pub extraction: u32,
    /// The entry of the latest change of the cell's own parameters that was known.
    pub made: u64,
}

impl Made {
    /// Of words that say nothing.
    pub const FIRST: Self = Self { extraction: 1, made: 0 };
}

/// Words with what they were made by.
///
/// # Errors
/// What postcard cannot read, or something behind it.
pub fn read(bytes: &[u8]) -> Result<(Words, Made), postcard::Error> {
    let (words, rest) = postcard::take_from_bytes::<Words>(bytes)?;
    if rest.is_empty() {
        return Ok((words, Made::FIRST));
    }
    let (made, rest) = postcard::take_from_bytes::<Made>(rest)?;
    if rest.is_empty() { Ok((words, made)) } else { Err(postcard::Error::DeserializeBadEncoding) }
}

/// One value of a parameter. A value of a composite holds others.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// A string, as it stands in the resource.
    Text(String),
    /// A Coding, code, Identifier, ContactPoint, boolean...; a code without a system has none.
    Token {
        /// Its system.
        system: Option<String>,
        /// Its code or value.
        code: Option<String>,
    },
    /// What `:text` looks for: a display, CodeableConcept.text, Identifier.type.text.
    Display(String),
    /// What `:of-type` looks for: an identifier's type and value.
    OfType {
        /// The type's system.
        system: Option<String>,
        /// The type's code.
        code: String,
        /// The identifier's value.
        value: String,
    },
    /// A uri, url or canonical, as it stands in the resource.
    Uri(String),
    /// A reference to a record of this cell.
    Reference(RecordName),
    /// A reference to anything else, as it stands in the resource.
    Elsewhere(String),
    /// What `:identifier` looks for: a Reference's identifier.
    ReferenceIdentifier {
        /// Its system.
        system: Option<String>,
        /// Its value.
        value: String,
    },
    /// A date or number with its precision: from `low` to `high`, both included. Open ends are `i64::MIN` and `i64::MAX`.
    Range(Range),
    /// A quantity: its number with its precision, and its unit.
    Quantity {
        /// The number.
        range: Range,
        /// The unit's system.
        system: Option<String>,
        /// The unit's code.
        code: Option<String>,
        /// The unit for people.
        unit: Option<String>,
    },
    /// A composite: for each component its values, all of one element.
    Composite(Vec<Vec<Word>>),
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Word(hidden)")
    }
}

/// A span of times (milliseconds since 1970, UTC) or numbers ([`order`]), both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Range {
    /// The least.
    pub low: i64,
    /// The greatest.
    pub high: i64,
}

/// A record by its name: type and id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordName {
    /// The type's code.
    pub kind: u16,
    /// The id.
    pub id: String,
}

impl std::fmt::Debug for RecordName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecordName({}, hidden)", self.kind)
    }
}

/// A number as an integer that sorts as it does. Numbers that have the same nearest double are one.
pub fn order(number: f64) -> i64 {
    // -0.0 is 0.0; the bits of positive doubles sort as they do, those of negative ones the other way round.
    let bits = (number + 0.0).to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits).wrapping_sub(1) } else { bits }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_they_do() {
        let numbers = [f64::MIN, -1e9, -2.5, -2.0, -1e-300, 0.0, 1e-300, 2.0, 2.5, 1e9, f64::MAX];
        for pair in numbers.windows(2) {
            assert!(order(pair[0]) < order(pair[1]), "{pair:?}");
        }
        assert_eq!(order(-0.0), order(0.0));
    }

    #[test]
    fn words_say_by_what_they_were_made() {
        let words = Words { id: "1".into(), ..Words::default() };
        let mut bytes = postcard::to_stdvec(&words).unwrap();
        assert_eq!(read(&bytes), Ok((words.clone(), Made::FIRST)));
        let made = Made { extraction: 3, made: 70_000 };
        bytes.extend(postcard::to_stdvec(&made).unwrap());
        assert_eq!(read(&bytes), Ok((words, made)));
        bytes.push(0);
        assert!(read(&bytes).is_err());
    }

    #[test]
    fn words_print_nothing_of_a_patient() {
        let words =
            Words { id: "secret".into(), words: vec![(1, Word::Text("secret".into()))], ..Words::default() };
        assert!(!format!("{words:?} {:?}", words.words[0].1).contains("secret"));
    }
}
