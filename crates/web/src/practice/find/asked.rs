//! What somebody typed to find a patient: parts of a name in any order, a birth date in any usual form, an insurance number, a
//! telephone number.
//!
//! A date is read day before month, as it is written in Germany and France; English speakers there do so too.
//!
//! State: none.

use crate::practice::typed::date::{Sense, read};
use jiff::civil::Date;
use salus_records::fhir::search::{escaped, phone_digits};

/// The fewest characters that are searched for.
pub(super) const MIN_CHARS: usize = 2;
/// The most words of a name.
const MAX_WORDS: usize = 6;
/// The fewest digits of a telephone number.
const MIN_PHONE_DIGITS: usize = 7;
/// The first year that is read as one of birth.
const MIN_YEAR: i16 = 1890;
/// German and French insurance numbers, by system.
const KVNR: &str = "http://fhir.de/sid/gkv/kvid-10";
const INS: &str = "urn:oid:1.2.250.1.213.1.4.8";

/// What was typed, as parameters of a search. All must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub parameters: Vec<(&'static str, String)>,
}

impl Asked {
    /// Reads what was typed. None for what is too short, or nothing that could be searched for. `today` is the latest birth date.
    pub(super) fn read(q: &str, today: Date) -> Option<Self> {
        let q = q.trim();
        if q.chars().count() < MIN_CHARS {
            return None;
        }
        if let Some(parameters) = number(q, today) {
            return Some(Self { parameters });
        }
        let mut parameters = Vec::new();
        let mut name = Vec::new();
        let words: Vec<&str> =
            q.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty()).take(MAX_WORDS).collect();
        let mut left = words.as_slice();
        while let Some((word, rest)) = left.split_first() {
            left = rest;
            // With its month in letters, a date is three words.
            if let [month, year, rest @ ..] = rest
                && month.starts_with(char::is_alphabetic)
                && let Some(date) = date(&format!("{word} {month} {year}"), today)
            {
                parameters.push(("birthdate", date));
                left = rest;
                continue;
            }
            match date(word, today).or_else(|| year_of_two(word, today).filter(|_| words.len() > 1)) {
                Some(date) => parameters.push(("birthdate", date)),
                // What has a digit is no part of a name. It is not passed over: whoever typed it means that it fits.
                None if word.chars().any(|c| c.is_ascii_digit()) => return None,
                None => name.push(*word),
            }
        }
        parameters.splice(0..0, name.into_iter().map(|word| ("name", escaped(word))));
        let letters: usize = parameters
            .iter()
            .map(|(name, value)| if *name == "name" { value.chars().count() } else { MIN_CHARS })
            .sum();
        (letters >= MIN_CHARS).then_some(Self { parameters })
    }
}

/// A whole insurance or telephone number.
fn number(q: &str, today: Date) -> Option<Vec<(&'static str, String)>> {
    let plain: String = q.chars().filter(|c| !c.is_whitespace()).collect();
    let upper = plain.to_ascii_uppercase();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if upper.len() == 10
        && upper.starts_with(|c: char| c.is_ascii_uppercase())
        && upper.get(1..).is_some_and(digits)
    {
        return Some(vec![("identifier", format!("{KVNR}|{upper}"))]);
    }
    // With or without its key of two digits; 2A and 2B are Corsica.
    let is_ins = |text: &str| {
        text.bytes()
            .enumerate()
            .all(|(at, byte)| byte.is_ascii_digit() || at == 6 && matches!(byte, b'A' | b'B'))
    };
    if matches!(upper.len(), 13 | 15) && is_ins(&upper) && upper.starts_with(['1', '2', '3', '4', '7', '8']) {
        return Some(vec![("identifier", format!("{INS}|{upper}"))]);
    }
    let is_phone =
        q.starts_with(['+', '0']) && q.chars().all(|c| c.is_ascii_digit() || " +-/().".contains(c));
    let phone = phone_digits(q).filter(|phone| is_phone && phone.len() >= MIN_PHONE_DIGITS);
    phone.filter(|_| date(q, today).is_none()).map(|phone| vec![("phone", phone)])
}

/// A year of two digits, as FHIR writes the years that it may be.
fn year_of_two(word: &str, today: Date) -> Option<String> {
    let year =
        word.parse::<i16>().ok().filter(|_| word.len() == 2 && word.bytes().all(|b| b.is_ascii_digit()))?;
    let years = [1900 + year, 2000 + year].into_iter().filter(|year| *year <= today.year());
    Some(years.map(|year| year.to_string()).collect::<Vec<_>>().join(","))
}

/// A birth date with its year in any usual form, or a year alone, as FHIR writes it.
fn date(word: &str, today: Date) -> Option<String> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let parts = word.split(['.', '/', '-', ' ']).filter(|part| !part.is_empty()).count();
    if digits == 4 && word.len() == 4 {
        let year = word.parse::<i16>().ok()?;
        return (MIN_YEAR..=today.year()).contains(&year).then(|| year.to_string());
    }
    if !word.starts_with(|first: char| first.is_ascii_digit()) || (digits < 6 && parts != 3) {
        return None;
    }
    read(word, today, Sense::Past).filter(|date| *date <= today).map(|date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(q: &str) -> Vec<String> {
        let asked = Asked::read(q, Date::constant(2026, 11, 28));
        let parameters = asked.map(|asked| asked.parameters).unwrap_or_default();
        parameters.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn parts_of_a_name_come_in_any_order() {
        assert_eq!(read("mü an"), ["name=mü", "name=an"]);
        assert_eq!(read(" Müller,  Anna "), ["name=Müller", "name=Anna"]);
        assert_eq!(read("la mü"), ["name=la", "name=mü"]);
        assert_eq!(read("von"), ["name=von"]);
        assert_eq!(read("d’Arc|$\\"), ["name=d’Arc\\|\\$\\\\"]);
        assert_eq!(read("müller 1.2.1970"), ["name=müller", "birthdate=1970-02-01"]);
        for short in ["", "m", " m ", "1", "a1234"] {
            assert_eq!(read(short), Vec::<String>::new(), "{short:?}");
        }
    }

    #[test]
    fn a_birth_date_is_read_in_any_usual_form() {
        for form in [
            "1.2.1970",
            "01.02.1970",
            "01.02.70",
            "1.2.70",
            "1/2/70",
            "01/02/1970",
            "1-2-1970",
            "01021970",
            "010270",
            "1970-02-01",
            "1970-2-1",
            "19700201",
            "1.2.70.",
        ] {
            assert_eq!(read(form), ["birthdate=1970-02-01"], "{form}");
        }
        assert_eq!(read("1.2.26"), ["birthdate=2026-02-01"]);
        assert_eq!(read("1.2.27"), ["birthdate=1927-02-01"]);
        assert_eq!(read("1970"), ["birthdate=1970"]);
        for form in ["1 feb 1970", "1. Februar 1970", "1 février 1970", "1 Feb 70"] {
            assert_eq!(read(form), ["birthdate=1970-02-01"], "{form}");
            assert_eq!(
                read(&format!("an {form} mü")),
                ["name=an", "name=mü", "birthdate=1970-02-01"],
                "{form}"
            );
        }
        assert_eq!(read("mü 83"), ["name=mü", "birthdate=1983"]);
        assert_eq!(read("mü 24"), ["name=mü", "birthdate=1924,2024"]);
        for unread in ["mü 1", "mü x83", "mü 1.2", "83"] {
            assert_eq!(read(unread), Vec::<String>::new(), "{unread}");
        }
        for none in ["31.2.1970", "1.13.1970", "1.2", "1.2.3.4", "99999999", "2099"] {
            assert_eq!(read(none), Vec::<String>::new(), "{none}");
        }
    }

    #[test]
    fn only_a_whole_number_is_searched_for() {
        assert_eq!(read("a123456780"), [format!("identifier={KVNR}|A123456780")]);
        assert_eq!(read("A 123 456 780"), [format!("identifier={KVNR}|A123456780")]);
        assert_eq!(read("1 70 02 2A 123 456 78"), [format!("identifier={INS}|170022A12345678")]);
        assert_eq!(read("A12345678"), Vec::<String>::new());
        for written in ["0761 555-12", "+49 761 55512", "0049 (0)761/55512"] {
            assert_eq!(read(written), ["phone=076155512"], "{written}");
        }
        assert_eq!(read("0761"), Vec::<String>::new());
    }
}
