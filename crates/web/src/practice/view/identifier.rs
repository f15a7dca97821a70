//! Insurance numbers and other identifiers, grouped so that they can be read aloud and compared.
//!
//! Never: checks a number; that is done where it is typed. State: none.

use super::json::{all, is, text};
use salus_records::fhir::json::Value;

/// The German insurance number of a person (Krankenversichertennummer): a letter and nine digits.
pub(crate) const KVNR: [&str; 2] =
    ["http://fhir.de/sid/gkv/kvid-10", "http://fhir.de/NamingSystem/gkv/kvid-10"];
/// The French national health identity (INS-NIR; INS-NIA while a number is provisional).
pub(crate) const INS: [&str; 2] = ["urn:oid:1.2.250.1.213.1.4.8", "urn:oid:1.2.250.1.213.1.4.9"];

/// What kind of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// German.
    Kvnr,
    /// French.
    Ins,
}

impl Kind {
    /// What it is called where it is used, in every language.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Kvnr => "KVNR",
            Self::Ins => "INS",
        }
    }
}

/// The insurance number of a Patient: its kind and the number, grouped.
pub(crate) fn insurance_number(patient: Value<'_>) -> Option<(Kind, String)> {
    let of = |systems: [&str; 2]| {
        let mut numbers = all(patient, "identifier").filter(|number| !is(*number, "use", "old"));
        numbers.find(|number| systems.iter().any(|system| is(*number, "system", system)))
    };
    if let Some(number) = of(KVNR).and_then(|number| text(number, "value")) {
        return Some((Kind::Kvnr, grouped_kvnr(&number)));
    }
    let number = of(INS).and_then(|number| text(number, "value"))?;
    Some((Kind::Ins, grouped_ins(&number)))
}

/// `A 123 456 789`.
pub(crate) fn grouped_kvnr(number: &str) -> String {
    grouped(number, 10, &[1, 3, 3, 3])
}

/// `1 84 12 76 451 089 46`: sex, year, month, department, commune, order, key.
pub(crate) fn grouped_ins(number: &str) -> String {
    grouped(number, 15, &[1, 2, 2, 2, 3, 3, 2])
}

/// Groups a number of the length that is expected; any other stays as it is.
fn grouped(number: &str, length: usize, groups: &[usize]) -> String {
    let compact: String = number.chars().filter(|character| !character.is_whitespace()).collect();
    if compact.len() != length || !compact.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return number.to_owned();
    }
    let mut rest = compact.as_str();
    let mut parts = Vec::with_capacity(groups.len());
    for group in groups {
        let (part, behind) = rest.split_at(*group);
        parts.push(part);
        rest = behind;
    }
    // No line breaks within a number.
    parts.join("\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    #[test]
    fn numbers_are_grouped_and_strange_ones_left_alone() {
        assert_eq!(grouped_kvnr("A123456780"), "A\u{a0}123\u{a0}456\u{a0}780");
        assert_eq!(grouped_ins("184127645108946"), "1\u{a0}84\u{a0}12\u{a0}76\u{a0}451\u{a0}089\u{a0}46");
        assert_eq!(grouped_ins("2 99 05 2A 004 312 60").len(), 15 + 6 * 2);
        assert_eq!(grouped_kvnr("A12"), "A12");
        assert_eq!(grouped_kvnr("ä23456780"), "ä23456780");
    }

    #[test]
    fn the_number_in_use_is_found_by_its_system() {
        let of = |text: &str| insurance_number(Document::parse(text).unwrap().root());
        let german = of(
            r#"{"identifier":[{"system":"x","value":"1"},{"use":"old","system":"http://fhir.de/sid/gkv/kvid-10","value":"B123456780"},
                {"system":"http://fhir.de/sid/gkv/kvid-10","value":"A123456780"}]}"#,
        );
        assert_eq!(german.unwrap(), (Kind::Kvnr, grouped_kvnr("A123456780")));
        let french =
            of(r#"{"identifier":[{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"184127645108946"}]}"#);
        assert_eq!(french.unwrap().0.label(), "INS");
        assert_eq!(of(r#"{"identifier":[{"system":"x","value":"1"}]}"#), None);
    }
}
