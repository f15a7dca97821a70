//! Numbers with a comma or a point, and perhaps a unit behind.
//!
//! Never: changes the digits: `36,60` is `36.60`. State: none.

use salus_frame::Language;

/// The longest number that is looked at, in bytes, its unit included.
const MAX_NUMBER_BYTES: usize = 32;

/// A number as it was typed, written with a point.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decimal {
    /// As FHIR and JSON write it.
    pub text: String,
    /// For comparing.
    pub value: f64,
}

impl Decimal {
    /// Of a value with at most so many decimals, without zeros at the end.
    pub(crate) fn of(value: f64, decimals: usize) -> Self {
        let text = format!("{value:.decimals$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        Self { text: text.to_owned(), value }
    }
}

/// A number, or a text with numbers in it, as the reader's language writes it.
pub(crate) fn shown(text: &str, language: Language) -> String {
    match language {
        Language::De | Language::Fr => text.replace('.', ","),
        Language::En => text.to_owned(),
    }
}

/// The number, and the unit behind it, in small letters; none when it is none.
pub(crate) fn decimal(text: &str) -> Option<(Decimal, String)> {
    let text = text.trim();
    if text.len() > MAX_NUMBER_BYTES {
        return None;
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = match number.split_once([',', '.']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    // `1e5` is no number with a unit.
    if unit.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if !digits(whole, 7) || fraction.is_some_and(|fraction| !digits(fraction, 4)) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let text = fraction.map_or_else(|| whole.to_owned(), |fraction| format!("{whole}.{fraction}"));
    let value = text.parse().ok()?;
    Some((Decimal { text, value }, unit.trim().to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::{Decimal, decimal};

    #[test]
    fn comma_and_point_are_the_same_and_digits_stay() {
        for (typed, text, unit) in [
            ("36,6", "36.6", ""),
            ("36.60", "36.60", ""),
            (" 72,5 kg", "72.5", "kg"),
            ("072 KG", "72", "kg"),
            ("0,3", "0.3", ""),
            ("38,2°C", "38.2", "°c"),
        ] {
            let (number, found) = decimal(typed).unwrap();
            assert_eq!((number.text.as_str(), found.as_str()), (text, unit), "{typed}");
        }
        for typed in ["", "kg", ",5", "5,", "1.200,5", "1,2,3", "-5", "12345678", "1e5", &"1".repeat(99)] {
            assert!(decimal(typed).is_none(), "{typed}");
        }
        assert_eq!(Decimal::of(178.0, 1).text, "178");
        assert_eq!(Decimal::of(0.45, 2).text, "0.45");
    }
}
