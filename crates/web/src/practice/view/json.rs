//! Ways through a resource's JSON to what a page shows, and the text that may stand on a page.
//!
//! Whatever is shown passes through [`plain`]: bounded, on one line, without characters that hide, overwrite or turn round what
//! stands beside them. Escaping for HTML is the templates'.
//!
//! Never: panics on a resource of another shape; what is not there is None. State: none.

use salus_records::fhir::json::{Kind, Value};

/// The most characters of one text on a page; the rest is shown as an ellipsis.
pub(crate) const MAX_TEXT_CHARS: usize = 400;

/// The value at a path such as `name.family`; of an array the first element.
pub(crate) fn one<'a>(value: Value<'a>, path: &str) -> Option<Value<'a>> {
    let mut at = first(value)?;
    for name in path.split('.') {
        at = first(at.get(name)?)?;
    }
    Some(at)
}

fn first(value: Value<'_>) -> Option<Value<'_>> {
    match value.kind() {
        Kind::Array => value.elements().next(),
        _ => Some(value),
    }
}

/// The elements at a name: all of an array, or the one value.
pub(crate) fn all<'a>(value: Value<'a>, name: &str) -> impl Iterator<Item = Value<'a>> {
    let found = value.get(name);
    let array = found.filter(|found| found.kind() == Kind::Array);
    let single = found.filter(|found| found.kind() != Kind::Array);
    array.into_iter().flat_map(|array| array.elements()).chain(single)
}

/// The text at a path, as a page may show it. None for what is empty.
pub(crate) fn text(value: Value<'_>, path: &str) -> Option<String> {
    let found = one(value, path)?;
    let shown = plain(&found.as_str()?, MAX_TEXT_CHARS);
    (!shown.is_empty()).then_some(shown)
}

/// The text at a path as it is written, for comparing and for links; never for showing.
pub(crate) fn raw(value: Value<'_>, path: &str) -> Option<String> {
    one(value, path)?.as_str().map(|text| text.into_owned())
}

/// A code at a path, compared with one of ours.
pub(crate) fn is(value: Value<'_>, path: &str, code: &str) -> bool {
    one(value, path).and_then(|found| found.as_str()).is_some_and(|found| found == code)
}

/// A text on one line, of at most this many characters, without control characters and those that turn the direction of writing.
pub(crate) fn plain(text: &str, max_chars: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max_chars));
    let mut chars = 0;
    let mut space = false;
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() {
            space = !out.is_empty();
            continue;
        }
        if turns_or_hides(character) {
            continue;
        }
        if chars >= max_chars {
            out.push('…');
            return out;
        }
        if std::mem::take(&mut space) {
            out.push(' ');
            chars += 1;
        }
        out.push(character);
        chars += 1;
    }
    out
}

/// A text of several lines, each as [`plain`] has it, of at most this many characters in all.
pub(crate) fn paragraphs(text: &str, max_chars: usize) -> Vec<String> {
    let mut left = max_chars;
    let mut lines = Vec::new();
    for line in text.lines() {
        if left == 0 {
            lines.push("…".to_owned());
            break;
        }
        let line = plain(line, left);
        left = left.saturating_sub(line.chars().count().max(1));
        if !(line.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.push(line);
        }
    }
    lines
}

/// Embeddings, overrides and isolates of the writing direction, and what has no width (Unicode, UAX #9).
fn turns_or_hides(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    #[test]
    fn paths_lead_to_the_first_of_many_or_nowhere() {
        let document =
            Document::parse(r#"{"name":[{"given":["Anna","Eva"]},{"given":["B"]}],"active":true}"#).unwrap();
        let root = document.root();
        assert_eq!(text(root, "name.given").as_deref(), Some("Anna"));
        assert_eq!(all(root, "name").count(), 2);
        assert_eq!(all(root, "active").count(), 1);
        assert_eq!(all(root, "none").count(), 0);
        for path in ["", "name.family", "active", "active.x", "name.given.x"] {
            assert_eq!(text(root, path), None, "{path}");
        }
    }

    #[test]
    fn what_turns_hides_or_is_endless_is_not_shown() {
        assert_eq!(plain("a\u{202e}b\u{0}c\r\n d\u{200b}", 100), "ab c d");
        assert_eq!(plain("ääää", 2), "ää…");
        assert_eq!(plain(" \t ", 10), "");
        assert_eq!(paragraphs("a\n\n\nb\u{7}\nc", 100), ["a", "", "b", "c"]);
        assert_eq!(paragraphs("abc\ndef", 3), ["abc", "…"]);
    }
}
