//! The words of a record: by what it is found, as they travel and rest, sealed, beside its body.
//!
//! Never: folds or cuts anything, which is the index's; leaves out a value of a parameter without saying so. State: none.

use salus_fhir::Resource;
use salus_fhir::search::{self, Custom, Name, Value};
use salus_trust_api::wire::words::{MAX_WORDS_BYTES, Made, Range, RecordName, Word, Words};

/// The most bytes of a record's words without its texts. A resource with more values than that cannot be found by them, so it is
/// refused.
const MAX_VALUES_BYTES: usize = 4 * 1024 * 1024;
/// Of a longer string, in bytes, only the beginning is a word.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

/// A resource has more values than a record may be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more values than a record may be found by")]
pub struct TooManyValues;

/// The encoded words of a resource that is stored under `id`, by R4's parameters and these of the cell's own, which `made` names.
/// `base_url` is the cell's, without a slash at its end.
///
/// # Errors
/// [`TooManyValues`]: what is over [`MAX_WORDS_BYTES`] is cut from the texts first.
pub fn words(
    resource: &Resource,
    id: &str,
    custom: &[Custom],
    base_url: &str,
    made: u64,
) -> Result<Vec<u8>, TooManyValues> {
    let found = search::values(resource, custom, base_url);
    let words = found.values.into_iter().map(|(parameter, value)| (parameter, word(value)));
    let mut words = Words {
        id: id.to_owned(),
        words: words.collect(),
        narrative: found.narrative,
        content: found.content,
    };
    let mut encoded = encode(&words)?;
    if encoded.len() > MAX_WORDS_BYTES {
        let over = encoded.len() - MAX_WORDS_BYTES;
        cut(&mut words.content, over);
        encoded = encode(&words)?;
    }
    if encoded.len() > MAX_WORDS_BYTES {
        let over = encoded.len() - MAX_WORDS_BYTES;
        cut(&mut words.narrative, over);
        encoded = encode(&words)?;
    }
    if encoded.len() > MAX_VALUES_BYTES {
        return Err(TooManyValues);
    }
    let made = Made { extraction: search::EXTRACTION, made };
    encoded.extend(postcard::to_stdvec(&made).map_err(|_| TooManyValues)?);
    Ok(encoded)
}

/// What cannot be encoded at all, nobody has found yet.
fn encode(words: &Words) -> Result<Vec<u8>, TooManyValues> {
    postcard::to_stdvec(words).map_err(|_| TooManyValues)
}

/// Shortens a text by at least `bytes`, at a character's edge.
fn cut(text: &mut String, bytes: usize) {
    let mut end = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

fn beginning(mut text: String) -> String {
    let over = text.len().saturating_sub(MAX_TEXT_BYTES);
    cut(&mut text, over);
    text
}

fn word(value: Value) -> Word {
    match value {
        Value::Text(text) => Word::Text(beginning(text)),
        Value::Token { system, code } => Word::Token { system, code },
        Value::Display(text) => Word::Display(beginning(text)),
        Value::OfType { system, code, value } => Word::OfType { system, code, value },
        Value::Uri(uri) => Word::Uri(uri),
        Value::Reference(name) => Word::Reference(record_name(name)),
        Value::Elsewhere(reference) => Word::Elsewhere(reference),
        Value::ReferenceIdentifier { system, value } => Word::ReferenceIdentifier { system, value },
        Value::Range(span) => Word::Range(range(span)),
        Value::Quantity { range: span, system, code, unit } => {
            Word::Quantity { range: range(span), system, code, unit }
        }
        Value::Composite(parts) => {
            Word::Composite(parts.into_iter().map(|part| part.into_iter().map(word).collect()).collect())
        }
    }
}

/// A record's name in words.
pub fn record_name(name: Name) -> RecordName {
    RecordName { kind: name.kind.code(), id: name.id }
}

/// A span in words.
pub fn range(span: search::Range) -> Range {
    Range { low: span.low, high: span.high }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_text_is_cut_between_characters() {
        for (bytes, left) in [(0, "aäb"), (1, "aä"), (2, "a"), (3, "a"), (4, ""), (9, "")] {
            let mut text = "aäb".to_owned();
            cut(&mut text, bytes);
            assert_eq!(text, left, "{bytes}");
        }
    }
}
