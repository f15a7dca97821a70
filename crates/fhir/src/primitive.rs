//! The formats of R4's primitive types (FHIR R4, section 2.24.0.1). Sees one value at a time and keeps nothing.

use crate::{PrimitiveKind as P, ResourceType};

/// The largest `string` or `markdown`, in bytes of UTF-8 (FHIR R4, 2.24.0.1: "SHALL NOT exceed 1MB").
pub const MAX_STRING_BYTES: usize = 1_048_576;

/// True when `text`, the value of a JSON string, is a value of `kind`, which must be a kind written as a string.
pub(crate) fn is_valid_text(kind: P, text: &str) -> bool {
    let bytes = text.as_bytes();
    match kind {
        P::String | P::Markdown => is_string(text),
        P::Code => is_code(text),
        P::Id => {
            (1..=64).contains(&bytes.len())
                && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        }
        P::Uri | P::Url | P::Canonical => !bytes.is_empty() && !has_white_space(text),
        P::Oid => is_oid(text),
        P::Uuid => is_uuid(bytes),
        P::Base64Binary => is_base64(bytes),
        P::Date => matches!(date(bytes), Some((_, rest)) if rest.is_empty()),
        P::DateTime => is_date_time(bytes),
        P::Instant => instant_parts(text).is_some(),
        P::Time => matches!(time(bytes), Some((_, rest)) if rest.is_empty()),
        P::Xhtml => crate::xhtml::is_narrative(text),
        P::Boolean | P::Decimal | P::Integer | P::UnsignedInt | P::PositiveInt => false,
    }
}

/// True when `number`, written as JSON wants it, is a value of `kind`, which must be a kind written as a number.
pub(crate) fn is_valid_number(kind: P, number: &str) -> bool {
    let within = |low: i64| {
        let digits = number.strip_prefix('-').unwrap_or(number);
        digits.len() <= 10
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && number.parse::<i64>().is_ok_and(|value| (low..=i64::from(i32::MAX)).contains(&value))
    };
    match kind {
        P::Decimal => true,
        P::Integer => within(i64::from(i32::MIN)),
        P::UnsignedInt => within(0) && !number.starts_with('-'),
        P::PositiveInt => within(1),
        _ => false,
    }
}

fn is_string(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() > MAX_STRING_BYTES {
        return false;
    }
    let visible = match bytes.first() {
        Some(first) if first.is_ascii_graphic() => true,
        _ => !text.trim().is_empty(),
    };
    visible && !bytes.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

fn is_code(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return !text.is_empty();
    }
    let mut after_space = true;
    for character in text.chars() {
        if character.is_control() && !character.is_whitespace() {
            return false;
        }
        if character.is_whitespace() && after_space {
            return false;
        }
        after_space = character.is_whitespace();
    }
    !after_space
}

fn has_white_space(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    text.chars().any(|character| character.is_whitespace() || character.is_control())
}

fn is_oid(text: &str) -> bool {
    let Some(numbers) = text.strip_prefix("urn:oid:") else { return false };
    let mut arcs = numbers.split('.');
    matches!(arcs.next(), Some("0" | "1" | "2"))
        && numbers.contains('.')
        && arcs.all(|arc| {
            !arc.is_empty()
                && arc.bytes().all(|byte| byte.is_ascii_digit())
                && (arc == "0" || !arc.starts_with('0'))
        })
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"urn:uuid:").is_some_and(|uuid| {
        uuid.len() == 36
            && uuid.iter().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            })
    })
}

/// Groups of four characters; white space may stand between them, padding only at the end.
fn is_base64(bytes: &[u8]) -> bool {
    let mut count = 0_usize;
    let mut padding = 0_usize;
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => count += 1,
            b'=' if padding < 2 => {
                padding += 1;
                count += 1;
            }
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => return false,
        }
    }
    count > 0 && count.is_multiple_of(4)
}

/// True for a literal reference: `#` and an id inside the resource, an absolute URI, `[Type]/[id]` with or without a
/// version, or a condition `[Type]?[query]`, as transactions have it (FHIR R4, sections 2.3.0.1 and 3.1.0.11.2).
pub(crate) fn is_reference(text: &str) -> bool {
    if has_white_space(text) || text.is_empty() {
        return false;
    }
    let plain = text.split_once('#').map_or(text, |(plain, _)| plain);
    let scheme = plain.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let is_type = |name: &str| ResourceType::from_name(name).is_some();
    let is_id = |id: &str| is_valid_text(P::Id, id);
    if plain.is_empty()
        || is_scheme
        || plain.split_once('?').is_some_and(|(name, query)| is_type(name) && !query.is_empty())
    {
        return true;
    }
    let mut steps = plain.split('/');
    steps.next().is_some_and(is_type)
        && steps.next().is_some_and(is_id)
        && match (steps.next(), steps.next(), steps.next()) {
            (None, ..) => true,
            (Some("_history"), Some(version), None) => is_id(version),
            _ => false,
        }
}

/// True for what [`is_reference`] refuses and published documents have all the same: a relative address that no record has. An id without its
/// type, or what follows an address, as the `Task/[id]/$accept?ac=[code]` of Germany's prescriptions.
pub(crate) fn is_loose_reference(text: &str) -> bool {
    let is_id = |id: &str| is_valid_text(P::Id, id);
    let Some((name, rest)) = text.split_once('/') else { return is_id(text) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (id, more) = rest.split_at(end);
    ResourceType::from_name(name).is_some() && is_id(id) && more.len() > 1 && !has_white_space(more)
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

/// Two digits within a range, and what follows.
fn two(bytes: &[u8], low: u32, high: u32) -> Option<(u32, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(2)?;
    let value = number(digits)?;
    (low..=high).contains(&value).then_some((value, rest))
}

/// Year, month and day; 0 for what is not said.
type Date = (u32, u32, u32);

fn date(bytes: &[u8]) -> Option<(Date, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(4)?;
    let year = number(digits).filter(|year| *year > 0)?;
    let Some(after) = rest.strip_prefix(b"-") else { return Some(((year, 0, 0), rest)) };
    let (month, rest) = two(after, 1, 12)?;
    let Some(after) = rest.strip_prefix(b"-") else { return Some(((year, month, 0), rest)) };
    let (day, rest) = two(after, 1, days_in(year, month))?;
    Some(((year, month, day), rest))
}

pub(crate) fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Hour, minute, second, and milliseconds of the fraction.
type Time = (u32, u32, u32, u32);

fn time(bytes: &[u8]) -> Option<(Time, &[u8])> {
    let (hour, rest) = two(bytes, 0, 23)?;
    let (minute, rest) = two(rest.strip_prefix(b":")?, 0, 59)?;
    let (second, rest) = two(rest.strip_prefix(b":")?, 0, 60)?;
    let Some(fraction) = rest.strip_prefix(b".") else { return Some(((hour, minute, second, 0), rest)) };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = fraction.split_at_checked(length).filter(|(digits, _)| !digits.is_empty())?;
    let milli =
        (0..3).fold(0, |sum, at| sum * 10 + digits.get(at).map_or(0, |digit| u32::from(digit - b'0')));
    Some(((hour, minute, second, milli), rest))
}

/// `Z` or an offset of at most 14 hours, in minutes.
fn offset(bytes: &[u8]) -> Option<i32> {
    let (sign, rest) = bytes.split_first()?;
    if *sign == b'Z' {
        return rest.is_empty().then_some(0);
    }
    let (hours, rest) = two(rest, 0, 14)?;
    let (minutes, rest) = two(rest.strip_prefix(b":")?, 0, 59)?;
    if !rest.is_empty() || (hours == 14 && minutes > 0) {
        return None;
    }
    let total = (hours * 60 + minutes) as i32;
    match sign {
        b'+' => Some(total),
        b'-' => Some(-total),
        _ => None,
    }
}

fn is_date_time(bytes: &[u8]) -> bool {
    let Some(((_, _, day), rest)) = date(bytes) else { return false };
    if rest.is_empty() {
        return true;
    }
    day > 0 && rest.strip_prefix(b"T").and_then(time).and_then(|(_, rest)| offset(rest)).is_some()
}

/// What an instant says, before its offset is taken into account.
pub(crate) struct InstantParts {
    pub year: u32,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub milli: u32,
    pub offset_minutes: i32,
}

/// The parts of an instant; None when it is none.
pub(crate) fn instant_parts(text: &str) -> Option<InstantParts> {
    let ((year, month, day), rest) = date(text.as_bytes())?;
    let ((hour, minute, second, milli), rest) = time(rest.strip_prefix(b"T")?)?;
    let offset_minutes = offset(rest)?;
    (day > 0).then_some(InstantParts { year, month, day, hour, minute, second, milli, offset_minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: P, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(is_valid_text(kind, text), "{kind:?} should take {text:?}");
        }
        for text in bad {
            assert!(!is_valid_text(kind, text), "{kind:?} should refuse {text:?}");
        }
    }

    #[test]
    fn texts() {
        check(P::String, &["a", " a", "\u{e4}\n", "\tx"], &["", " ", "\n\t", "a\u{0}", "\u{1b}[0m"]);
        check(P::Code, &["a", "a b", "\u{e4}\u{f6}"], &["", " a", "a ", "a  b", "a\u{1}"]);
        check(P::Id, &["a", "A-1.b", &"x".repeat(64)], &["", "a_b", "\u{e4}", &"x".repeat(65), "a/b"]);
        check(P::Uri, &["a", "urn:x", "http://h/\u{e4}"], &["", "a b", "a\n", "\u{a0}"]);
        check(
            P::Oid,
            &["urn:oid:1.2.3", "urn:oid:2.16.840.0"],
            &["1.2.3", "urn:oid:3.1", "urn:oid:1", "urn:oid:1.02", "urn:oid:1."],
        );
        check(
            P::Uuid,
            &["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
            &[
                "c757873d-ec9a-4326-a141-556f43239520",
                "urn:uuid:C757873d-ec9a-4326-a141-556f43239520",
                "urn:uuid:c757873d",
            ],
        );
        check(
            P::Base64Binary,
            &["QUJD", "QUI=", "QQ==", "QUJD\n QUJD"],
            &["", "QUJ", "QU=D", "Q===", "QU-D"],
        );
        assert!(!is_string(&"x".repeat(MAX_STRING_BYTES + 1)));
        assert!(is_string(&"x".repeat(MAX_STRING_BYTES)));
    }

    #[test]
    fn references() {
        for text in [
            "Patient/1",
            "Patient/1/_history/2",
            "Patient/1#x",
            "#",
            "#p1",
            "http://h/x y".trim_end_matches(" y"),
            "urn:uuid:a",
            "Patient?identifier=http://h|1",
            "x-ehr+v1:1",
        ] {
            assert!(is_reference(text), "{text}");
        }
        for text in [
            "",
            "Patient",
            "Patient/",
            "patient/1",
            "/Patient/1",
            "../Patient/1",
            "Patient/1/",
            "Patient/1/_history",
            "Patient/1/x/2",
            "Patient/1/_history/2/3",
            "Pat/1",
            "Patient/a b",
            "Patient/\u{e4}",
            "Patient?",
            "1x:y",
            ":x",
            "Patient/1 ",
            "h/Patient/1",
        ] {
            assert!(!is_reference(text), "{text}");
        }
        for text in
            ["281a985c-f25b-4aae-91a6-41ad744080b0", "Task/4711/$accept?ac=777b", "ChargeItem/a5?ac=1"]
        {
            assert!(!is_reference(text) && is_loose_reference(text), "{text}");
        }
        for text in [
            "",
            "a b",
            "/Patient/1",
            "../Patient/1",
            "Patient/",
            "Patient/1/",
            "Patients/1/x",
            "Patient/1/a b",
        ] {
            assert!(!is_loose_reference(text), "{text}");
        }
    }

    #[test]
    fn moments() {
        check(
            P::Date,
            &["2026", "2026-11", "2026-11-22", "2024-02-29", "0001-01-01"],
            &[
                "",
                "26",
                "0000",
                "2026-13",
                "2026-00",
                "2026-02-29",
                "1900-02-29",
                "2026-11-22T17:00:00Z",
                "2026-1-2",
                "20261122",
            ],
        );
        check(
            P::DateTime,
            &["2026", "2026-11-22", "2026-11-22T17:00:00Z", "2026-11-22T17:00:60.5+14:00"],
            &[
                "2026-11T17:00:00Z",
                "2026-11-22T17:00Z",
                "2026-11-22T17:00:00",
                "2026-11-22T24:00:00Z",
                "2026-11-22 17:00:00Z",
                "2026-11-22T17:00:00+14:01",
                "2026-11-22T17:00:00.Z",
            ],
        );
        check(
            P::Instant,
            &["2026-11-22T17:00:00Z", "2026-11-22T17:00:00.123456-00:30"],
            &["2026-11-22", "2026-11-22T17:00:00", "2026-11-22T17:00:00z", "2026-11-22T17:00:00ZZ"],
        );
        check(P::Time, &["17:00:00", "23:59:60.999"], &["17:00", "24:00:00", "17:00:00Z", "7:00:00"]);
    }

    #[test]
    fn numbers() {
        for (kind, good, bad) in [
            (
                P::Integer,
                vec!["0", "-0", "-2147483648", "2147483647"],
                vec!["2147483648", "-2147483649", "1.0", "1e3", "99999999999999999999"],
            ),
            (P::UnsignedInt, vec!["0", "2147483647"], vec!["-1", "-0", "1.5"]),
            (P::PositiveInt, vec!["1"], vec!["0", "-1", "1e0"]),
            (P::Decimal, vec!["0.10", "-1E+400", "1"], vec![]),
        ] {
            assert!(good.iter().all(|number| is_valid_number(kind, number)), "{kind:?}");
            assert!(!bad.iter().any(|number| is_valid_number(kind, number)), "{kind:?}");
        }
    }
}
