//! References of a transaction: where a value names a fullUrl of the Bundle, the resolved address takes its place,
//! and every other byte stays (FHIR R4, section 3.1.0.11.2).
//!
//! Looked at are the properties that R4 gives a URI somewhere (`reference`, `url`, `system`, `valueUri`, ...), and the
//! `href` and `src` of a narrative. A `string` such as `Identifier.value` stays even when it equals a fullUrl.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::definitions;
use crate::json::{quote, unescape};

static URI_NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| definitions::get().uri_property_names().chain(["reference"]).collect());

/// What the property that was named last may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Uri,
    Narrative,
    Other,
}

/// `text`, a resource's JSON, with every reference that `resolve` knows replaced. Borrowed when nothing matches.
///
/// `resolve` is asked for a value up to `/_history/`, `|` or `#`, and only for values with a colon, as every fullUrl
/// has one. What follows `|` or `#` stays; a version of the client's is dropped, as the new record has its own.
pub fn references<'a>(text: &'a str, resolve: &dyn Fn(&str) -> Option<String>) -> Cow<'a, str> {
    let mut out = Replacer { text, out: String::new(), copied: 0 };
    let mut holds = Holds::Other;
    let mut at = 0;
    while let Some((start, end)) = next_string(text, at) {
        at = end + 1;
        let inside = &text[start..end];
        if is_key(text, at) {
            holds = match inside {
                "div" => Holds::Narrative,
                name if URI_NAMES.contains(name) => Holds::Uri,
                _ => Holds::Other,
            };
        } else if holds == Holds::Uri && inside.contains(':') {
            let value =
                if inside.contains('\\') { Cow::Owned(unescape(inside)) } else { Cow::Borrowed(inside) };
            if let Some(new) = resolved(&value, resolve) {
                let quoted = quote(&new);
                out.replace(start, end, &quoted[1..quoted.len() - 1]);
            }
        } else if holds == Holds::Narrative {
            narrative(text, start, end, resolve, &mut out);
        }
    }
    out.finish()
}

/// What stands between the quotes of the first string from `at` on: first byte and closing quote.
fn next_string(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let start = at + memchr::memchr(b'"', bytes.get(at..)?)? + 1;
    let mut end = start;
    loop {
        end += memchr::memchr2(b'"', b'\\', bytes.get(end..)?)?;
        if bytes.get(end) == Some(&b'"') {
            return Some((start, end));
        }
        end += 2;
    }
}

/// True when a colon follows: the string before was a member's name.
fn is_key(text: &str, at: usize) -> bool {
    let after = text.as_bytes().get(at..).unwrap_or_default();
    after.iter().find(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) == Some(&b':')
}

fn resolved(value: &str, resolve: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    if let Some(whole) = resolve(value) {
        return Some(whole);
    }
    if let Some((plain, version)) = value.split_once("/_history/") {
        let fragment = version.find('#').map_or("", |at| &version[at..]);
        return resolve(plain).map(|new| new + fragment);
    }
    let at = value.find(['|', '#'])?;
    resolve(&value[..at]).map(|new| new + &value[at..])
}

/// Replaces the addresses in a narrative's `href` and `src`.
fn narrative(
    text: &str,
    start: usize,
    end: usize,
    resolve: &dyn Fn(&str) -> Option<String>,
    out: &mut Replacer<'_>,
) {
    let mut at = start;
    while let Some(found) = memchr::memchr(b'=', &text.as_bytes()[at..end]) {
        let name_end = at + found;
        at = name_end + 1;
        let before = text[start..name_end].trim_end();
        if !["href", "src"].iter().any(|name| before.strip_suffix(name).is_some_and(ends_in_space)) {
            continue;
        }
        let after = text[at..end].trim_start();
        let value_start = end - after.len();
        let Some(mark) = ["\\\"", "'"].into_iter().find(|mark| after.starts_with(mark)) else { continue };
        let value_start = value_start + mark.len();
        let Some(length) = text[value_start..end].find(mark) else { return };
        at = value_start + length;
        let raw = &text[value_start..at];
        if !raw.contains(':') {
            continue;
        }
        if let Some(new) = resolved(&unescape(raw), resolve) {
            let new =
                new.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#39;");
            let quoted = quote(&new);
            out.replace(value_start, at, &quoted[1..quoted.len() - 1]);
        }
    }
}

/// True when JSON text ends in white space, escaped or not.
fn ends_in_space(text: &str) -> bool {
    text.ends_with(' ') || ["\\n", "\\t", "\\r"].iter().any(|space| text.ends_with(space))
}

/// Copies a text but for the ranges that are replaced, in ascending order.
struct Replacer<'a> {
    text: &'a str,
    out: String,
    copied: usize,
}

impl<'a> Replacer<'a> {
    fn replace(&mut self, start: usize, end: usize, new: &str) {
        if self.out.is_empty() {
            self.out.reserve(self.text.len() + new.len());
        }
        self.out.push_str(&self.text[self.copied..start]);
        self.out.push_str(new);
        self.copied = end;
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.copied..]);
        Cow::Owned(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::references;
    use std::borrow::Cow;

    fn resolve(url: &str) -> Option<String> {
        match url {
            "urn:uuid:a" => Some("Patient/1".to_owned()),
            "http://h/x/Patient/2" => Some("Patient/2&\"".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn values_that_name_an_entry_are_replaced() {
        for (before, after) in [
            (r#"{"reference": "urn:uuid:a"}"#, r#"{"reference": "Patient/1"}"#),
            (r#"{"reference" : "urn:uuid:a/_history/3"}"#, r#"{"reference" : "Patient/1"}"#),
            (r#"{"valueCanonical":"urn:uuid:a|1.0"}"#, r#"{"valueCanonical":"Patient/1|1.0"}"#),
            (r#"{"url":"urn:uuid:a#x"}"#, r#"{"url":"Patient/1#x"}"#),
            (r#"{"instantiatesUri":["x:y","urn:uuid:a"]}"#, r#"{"instantiatesUri":["x:y","Patient/1"]}"#),
            (r#"{"reference":"http:\/\/h\/x\/Patient\/2"}"#, r#"{"reference":"Patient/2&\""}"#),
            (
                r#"{"div":"<div><a\nhref=\"urn:uuid:a\">x</a><img src='http://h/x/Patient/2'/></div>"}"#,
                r#"{"div":"<div><a\nhref=\"Patient/1\">x</a><img src='Patient/2&amp;&quot;'/></div>"}"#,
            ),
        ] {
            assert_eq!(references(before, &resolve), after);
        }
    }

    #[test]
    fn all_else_stays_and_is_not_copied() {
        for text in [
            r#"{"reference":"urn:uuid:ab"}"#,
            r#"{"value":"urn:uuid:a"}"#,
            r#"{"display":"urn:uuid:a"}"#,
            r#"{"urn:uuid:a":"x"}"#,
            r#"{"reference":"x urn:uuid:a"}"#,
            r#"{"div":"<a data-href=\"urn:uuid:a\">urn:uuid:a href=urn:uuid:a</a>"}"#,
            r#"{"div":"<a href=\"urn:uuid:a"#,
            "",
            "\"",
            "\"\\",
            "{\"reference\":\"urn:uuid:a",
        ] {
            assert!(matches!(references(text, &resolve), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
