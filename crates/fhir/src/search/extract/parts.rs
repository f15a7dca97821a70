//! What of a name and of a telephone number is a value of its own, so that it is found by a part, or however it is written.
//!
//! Never: changes a value; these stand beside the whole one. State: none.

use super::super::Value;
use crate::json::Value as Json;
use std::borrow::Cow;

/// The longest name that has parts, in bytes: what is longer is none.
const MAX_NAME_BYTES: usize = 256;
/// The most parts of one name that are values of their own.
const MAX_PARTS: usize = 8;
/// The fewest digits of a telephone number that is found however it is written.
const MIN_PHONE_DIGITS: usize = 5;
/// The most digits of a telephone number (ITU-T E.164: 15), with what is dialled before it.
const MAX_PHONE_DIGITS: usize = 20;
/// The calling codes of countries within which a number begins with 0 in their place: Germany, France, Austria, Switzerland, Luxembourg
/// and Belgium.
const COUNTRIES: [&str; 6] = ["49", "33", "43", "41", "352", "32"];

/// Of given and family names what begins at each of their words: `der Heide` and `Heide` of `von der Heide`, `Schnarrenberger` of
/// `Leutheusser-Schnarrenberger`, `Maria` of `Anna Maria`. Of a name that is one text, what begins at each word of it.
pub(super) fn of_name(name: Json<'_>, out: &mut impl FnMut(Value)) {
    let family = name.get_str("family");
    let given: Vec<Cow<'_, str>> =
        name.get("given").into_iter().flat_map(|all| all.elements()).filter_map(|one| one.as_str()).collect();
    let text = name.get_str("text").filter(|_| family.is_none() && given.is_empty());
    let names = given.into_iter().chain(text).chain(family).filter(|name| name.len() <= MAX_NAME_BYTES);
    for whole in names {
        tails(&whole).for_each(|tail| out(Value::Text(tail.to_owned())));
    }
}

/// What begins at each word but the first.
fn tails(name: &str) -> impl Iterator<Item = &str> {
    fn ends_word(c: char) -> bool {
        c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\'' | '’')
    }
    fn next<'n>(rest: &&'n str) -> Option<&'n str> {
        let (_, rest) = rest.split_once(ends_word)?;
        let rest = rest.trim_start_matches(ends_word);
        rest.chars().any(char::is_alphanumeric).then_some(rest)
    }
    std::iter::successors(next(&name.trim().trim_start_matches(ends_word)), next).take(MAX_PARTS)
}

/// Of what is no mail address, the digits of the telephone number.
pub(super) fn of_contact(point: Json<'_>, out: &mut impl FnMut(Value)) {
    let is_number = match point.get_str("system").as_deref() {
        Some("phone" | "fax" | "sms" | "pager") | None => true,
        Some(_) => false,
    };
    let Some(value) = point.get_str("value").filter(|_| is_number) else { return };
    if let Some(digits) = phone_digits(&value).filter(|digits| *digits != value) {
        out(Value::Token { system: None, code: Some(digits) });
    }
}

/// A telephone number as it is looked for, however it is written: `0761 12-34`, `+49 (0)761/1234` and `0049 761 1234` are `07611234`. That of
/// another country begins with `+`. None for what is no telephone number.
pub fn phone_digits(written: &str) -> Option<String> {
    let written = written.trim();
    if !written
        .chars()
        .all(|c| c.is_ascii_digit() || " \u{a0}\u{202f}\t+-\u{2010}\u{2011}\u{2013}/().".contains(c))
    {
        return None;
    }
    let is_abroad = written.starts_with('+') || written.starts_with("(+") || written.starts_with("00");
    let bare = if is_abroad { written.replace("(0)", "") } else { written.to_owned() };
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    if !(MIN_PHONE_DIGITS..=MAX_PHONE_DIGITS).contains(&digits.len()) {
        return None;
    }
    if !is_abroad {
        return Some(digits);
    }
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let within = COUNTRIES.iter().find_map(|country| digits.strip_prefix(country));
    Some(match within {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None => format!("+{digits}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_name_but_the_first_begins_a_part() {
        for (name, parts) in [
            ("von der Heide", &["der Heide", "Heide"][..]),
            ("de la Cruz Gómez", &["la Cruz Gómez", "Cruz Gómez", "Gómez"]),
            ("Leutheusser-Schnarrenberger", &["Schnarrenberger"]),
            ("Meier – Abel", &["– Abel", "Abel"]),
            ("d’Artagnan", &["Artagnan"]),
            (" O'Brien-", &["Brien-"]),
            ("Müller", &[]),
            ("- ' -", &[]),
            ("", &[]),
        ] {
            assert_eq!(tails(name).collect::<Vec<_>>(), parts, "{name}");
        }
        assert_eq!(tails(&"a ".repeat(1_000)).count(), MAX_PARTS);
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for written in [
            "0761 1234",
            "0761/12-34",
            "+49 (0)761/12 34",
            "0049761 1234",
            "+497611234",
            "(0761) 1234",
            "+49 0761 1234",
        ] {
            assert_eq!(phone_digits(written).as_deref(), Some("07611234"), "{written}");
        }
        assert_eq!(phone_digits("06.12.34.56.78"), phone_digits("+33 6 12 34 56 78"));
        assert_eq!(phone_digits("+1 555 0100").as_deref(), Some("+15550100"));
        for none in ["", "030 1", "0761 1234 Praxis", "a@b.de", "tel:07611234", "123456789012345678901"] {
            assert_eq!(phone_digits(none), None, "{none}");
        }
    }
}
