//! The words of a record: by what it is found, as they travel and rest, sealed, beside its body.
//!
//! Never: folds or cuts anything, which is the index's; leaves out a value of a parameter without saying so. State: none.

use crate::{Cell, RecordsError, text};
use salus_fhir::search::{self, Name, Value};
use salus_fhir::{Resource, ResourceType};
use salus_trust_api::wire::words::{MAX_WORDS_BYTES, Range, RecordName, Word, Words};

/// The most bytes of a record's words without its texts. A resource with more values than that cannot be found by them, so it is
/// refused.
const MAX_VALUES_BYTES: usize = 4 * 1024 * 1024;
/// Of a longer string, in bytes, only the beginning is a word.
pub(crate) const MAX_TEXT_BYTES: usize = 16 * 1024;

/// The encoded words of a resource that is stored under `id`.
///
/// Errors: [`RecordsError::Invalid`] for a resource with too many values.
pub(crate) fn words(cell: &Cell, resource: &Resource, id: &str) -> Result<Vec<u8>, RecordsError> {
    let found = search::values(resource, &cell.parameters().custom, cell.base_url());
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
        return Err(RecordsError::Invalid(vec![text::too_many_values(resource.kind().name())]));
    }
    Ok(encoded)
}

fn encode(words: &Words) -> Result<Vec<u8>, RecordsError> {
    postcard::to_stdvec(words).map_err(|_| RecordsError::Internal)
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

pub(crate) fn record_name(name: Name) -> RecordName {
    RecordName { kind: name.kind.code(), id: name.id }
}

pub(crate) fn name_of(kind: ResourceType, id: &str) -> RecordName {
    RecordName { kind: kind.code(), id: id.to_owned() }
}

pub(crate) fn range(span: search::Range) -> Range {
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
