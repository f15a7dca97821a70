//! Numbers of people, practices and insurers in Germany and France whose form, and mostly a check digit, tells a typing error.
//!
//! For: forms, where a wrong one is an error, and validation, where it is a warning: what comes from elsewhere is kept as it
//! was sent, and official examples carry wrong ones.
//!
//! Never: says whether a number was given to anybody. State: none.

use std::borrow::Cow;

use crate::{Issue, IssueCode, Message, Severity};

/// A kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Number {
    /// Krankenversichertennummer, the unchanging part: a letter, eight digits, a check digit (Vereinbarung nach § 290 SGB V,
    /// Anlage 1).
    Kvnr,
    /// Numéro d'inscription au répertoire: 13 places and a key of two (INSEE). Also the matricule of the INS.
    Nir,
    /// Institutionskennzeichen: nine digits, the last of which checks the third to the eighth (Gemeinsames Rundschreiben
    /// Institutionskennzeichen, section 1.3).
    Ik,
    /// Lebenslange Arztnummer: six digits, a check digit, two digits of the specialty (KBV, Richtlinie nach § 75 Abs. 7 SGB V).
    Lanr,
    /// Betriebsstättennummer: nine digits, none of which checks the others (KBV, the same).
    Bsnr,
    /// Répertoire partagé des professionnels de santé: eleven digits, the last by Luhn's rule (ANS).
    Rpps,
}

/// What tells that a number is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFault {
    /// It has another length, or other characters.
    Form,
    /// The check digit does not fit: a digit is wrong, or two have changed places.
    CheckDigit,
}

impl Number {
    /// The kind that an identifier's system stands for.
    pub fn of_system(system: &str) -> Option<Self> {
        Some(match system {
            "http://fhir.de/sid/gkv/kvid-10"
            | "http://fhir.de/sid/pkv/kvid-10"
            | "http://fhir.de/NamingSystem/gkv/kvid-10" => Self::Kvnr,
            // INS-NIR, INS-NIA and the two of the test and demonstration numbers.
            "urn:oid:1.2.250.1.213.1.4.8"
            | "urn:oid:1.2.250.1.213.1.4.9"
            | "urn:oid:1.2.250.1.213.1.4.10"
            | "urn:oid:1.2.250.1.213.1.4.11" => Self::Nir,
            "http://fhir.de/sid/arge-ik/iknr" | "http://fhir.de/NamingSystem/arge-ik/iknr" => Self::Ik,
            "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR" => Self::Lanr,
            "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_BSNR" => Self::Bsnr,
            "https://rpps.esante.gouv.fr" | "http://rpps.fr" => Self::Rpps,
            _ => return None,
        })
    }

    /// Errors: what is wrong with `text`, written without spaces, in capitals.
    pub fn check(self, text: &str) -> Result<(), NumberFault> {
        let (own, checking) = text.split_at_checked(self.checked_bytes()).ok_or(NumberFault::Form)?;
        if text.len() != self.bytes() || !text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err(NumberFault::Form);
        }
        let expected = self.check_digits(own).ok_or(NumberFault::Form)?;
        match self {
            _ if !checking.bytes().all(|b| b.is_ascii_digit()) => Err(NumberFault::Form),
            Self::Lanr if checking.get(..1) == Some(expected.as_str()) => Ok(()),
            Self::Bsnr => Ok(()),
            _ if checking == expected => Ok(()),
            _ => Err(NumberFault::CheckDigit),
        }
    }

    /// How long a number is, in bytes.
    fn bytes(self) -> usize {
        match self {
            Self::Kvnr => 10,
            Self::Nir => 15,
            Self::Ik | Self::Lanr | Self::Bsnr => 9,
            Self::Rpps => 11,
        }
    }

    /// How many bytes stand before the check digits.
    fn checked_bytes(self) -> usize {
        match self {
            Self::Kvnr | Self::Bsnr => 9,
            Self::Nir => 13,
            Self::Ik => 8,
            Self::Lanr => 6,
            Self::Rpps => 10,
        }
    }

    /// The check digits that belong behind the places before them; none when these have another form.
    pub fn check_digits(self, own: &str) -> Option<String> {
        if own.len() != self.checked_bytes() {
            return None;
        }
        let places = match self {
            Self::Kvnr => {
                let (letter, rest) = own.split_at_checked(1)?;
                let place = letter.bytes().next().filter(u8::is_ascii_uppercase)? - b'A' + 1;
                let mut places = vec![u64::from(place / 10), u64::from(place % 10)];
                places.extend(digits(rest)?);
                places
            }
            Self::Nir => return nir_key(own),
            _ => digits(own)?,
        };
        let check = match self {
            Self::Kvnr => crossed(&places, [1, 2]) % 10,
            Self::Ik => crossed(places.get(2..)?, [2, 1]) % 10,
            Self::Lanr => {
                let weights = [4, 9].into_iter().cycle();
                (10 - places.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u64>() % 10) % 10
            }
            Self::Rpps => (10 - crossed(&places, [1, 2]) % 10) % 10,
            Self::Bsnr | Self::Nir => return Some(String::new()),
        };
        Some(check.to_string())
    }

    /// What it is called, in the language of the country that gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kvnr => "KVNR",
            Self::Nir => "NIR/INS",
            Self::Ik => "IK",
            Self::Lanr => "LANR",
            Self::Bsnr => "BSNR",
            Self::Rpps => "RPPS",
        }
    }

    fn form(self) -> [&'static str; 3] {
        match self {
            Self::Kvnr => [
                "a capital letter and nine digits",
                "ein Großbuchstabe und neun Ziffern",
                "une lettre majuscule et neuf chiffres",
            ],
            Self::Nir => [
                "fifteen digits (2A or 2B for Corsica)",
                "fünfzehn Ziffern (2A oder 2B für Korsika)",
                "quinze chiffres (2A ou 2B pour la Corse)",
            ],
            Self::Ik | Self::Lanr | Self::Bsnr => ["nine digits", "neun Ziffern", "neuf chiffres"],
            Self::Rpps => ["eleven digits", "elf Ziffern", "onze chiffres"],
        }
    }

    /// The warning that an identifier is wrong. It holds nothing of it.
    pub(crate) fn warning(self, fault: NumberFault, expression: String) -> Issue {
        let name = self.name();
        let message = match fault {
            NumberFault::Form => {
                let [en, de, fr] = self.form();
                Message::of(
                    format!("This is no {name}, which is {en}. It was kept as it is; check it."),
                    format!(
                        "Das ist keine {name}; sie besteht aus: {de}. Sie wurde so übernommen; prüfen Sie sie."
                    ),
                    format!("Ce n’est pas un numéro {name} : {fr}. Il a été gardé tel quel ; vérifiez-le."),
                )
            }
            NumberFault::CheckDigit => Message::of(
                format!(
                    "The check digit of this {name} is wrong: a place was mistyped. It was kept as it is; check it."
                ),
                format!(
                    "Die Prüfziffer dieser {name} stimmt nicht: eine Stelle ist vertippt. Sie wurde so übernommen; prüfen Sie sie."
                ),
                format!(
                    "La clé de ce numéro {name} est fausse : un caractère est erroné. Il a été gardé tel quel ; vérifiez-le."
                ),
            ),
        };
        Issue::new(IssueCode::Value, message).with_severity(Severity::Warning).at(expression)
    }
}

/// A number as people write it, without its spaces, dots and dashes, in capitals.
pub fn plain(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() && !c.is_lowercase();
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let kept = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '/' | '\u{2011}' | '\u{2013}'));
    Cow::Owned(kept.map(|c| c.to_ascii_uppercase()).collect())
}

fn digits(text: &str) -> Option<Vec<u64>> {
    text.bytes().map(|b| b.is_ascii_digit().then(|| u64::from(b - b'0'))).collect()
}

/// Each digit by its weight, the digits of the products added.
fn crossed(digits: &[u64], weights: [u64; 2]) -> u64 {
    let products = digits.iter().zip(weights.into_iter().cycle()).map(|(digit, weight)| digit * weight);
    products.map(|product| product / 10 + product % 10).sum()
}

/// 97 less the remainder by 97. Corsica's departments 2A and 2B count as 19 and 18.
fn nir_key(own: &str) -> Option<String> {
    let number = match own.get(5..7)? {
        "2A" => format!("{}19{}", own.get(..5)?, own.get(7..)?),
        "2B" => format!("{}18{}", own.get(..5)?, own.get(7..)?),
        _ => own.to_owned(),
    };
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    Some(format!("{:02}", 97 - number % 97))
}

#[cfg(test)]
mod tests {
    use super::{Number, NumberFault, plain};
    use crate::{Resource, Severity};

    /// Published examples: the KVNR of the standard, INSEE's worked NIR, the IK of three insurers.
    const RIGHT: [(Number, &str); 12] = [
        (Number::Kvnr, "A123456780"),
        (Number::Kvnr, "Z999999997"),
        (Number::Nir, "255081416802538"),
        (Number::Nir, "269054958815780"),
        (Number::Nir, "199012A00100103"),
        (Number::Nir, "199012B00100130"),
        (Number::Ik, "101575519"),
        (Number::Ik, "104212505"),
        (Number::Ik, "104940005"),
        (Number::Lanr, "123456601"),
        (Number::Bsnr, "721111100"),
        (Number::Rpps, "10003693180"),
    ];

    #[test]
    fn right_numbers_are_right() {
        for (number, text) in RIGHT {
            assert_eq!(
                number.check(text),
                Ok(()),
                "{number:?} {text} {:?}",
                number.check_digits(&text[..number.checked_bytes()])
            );
        }
    }

    #[test]
    fn every_single_wrong_digit_is_found_where_the_rule_can() {
        for (number, text) in RIGHT {
            for at in 0..text.len() {
                let mut bytes = text.as_bytes().to_vec();
                if !bytes[at].is_ascii_digit() {
                    continue;
                }
                bytes[at] = b'0' + (bytes[at] - b'0' + 1) % 10;
                let wrong = String::from_utf8(bytes).unwrap();
                // These places are not checked: an IK's class and region, a LANR's specialty, a BSNR.
                let unchecked = match number {
                    Number::Bsnr => true,
                    Number::Ik => at < 2,
                    Number::Lanr => at > 6,
                    _ => false,
                };
                assert_eq!(number.check(&wrong).is_ok(), unchecked, "{number:?} {wrong}");
            }
        }
    }

    #[test]
    fn other_forms_are_no_numbers() {
        for (number, text) in RIGHT {
            for bad in
                ["", &text[1..], &format!("{text}0"), &text.replace('1', "ä"), &text.replace(['1', '0'], "x")]
            {
                if bad != text {
                    assert_eq!(number.check(bad), Err(NumberFault::Form), "{number:?} {bad}");
                }
            }
        }
        for bad in ["1123456780", "a123456780", "A12345678A", "Ä12345678"] {
            assert_eq!(Number::Kvnr.check(bad), Err(NumberFault::Form), "{bad}");
        }
        assert_eq!(Number::Nir.check("199012C00100130"), Err(NumberFault::Form));
    }

    #[test]
    fn spaces_and_small_letters_are_how_people_write() {
        assert_eq!(plain("a 123 456 780"), "A123456780");
        assert_eq!(plain("2 55 08 14 168 025 38"), "255081416802538");
        assert_eq!(plain("1-99.01 2b/001 001 30"), "199012B00100130");
        assert_eq!(plain("A123456780"), "A123456780");
    }

    #[test]
    fn a_wrong_number_is_a_warning_at_its_place_without_its_value() {
        let text = r#"{"resourceType":"Patient","identifier":[{"system":"http://x","value":"1"},
            {"system":"http://fhir.de/sid/gkv/kvid-10","value":"A123456781"}],
            "contact":[{"organization":{"identifier":{"system":"http://fhir.de/sid/arge-ik/iknr","value":"12"}}}]}"#;
        let resource = Resource::parse(text, None).unwrap();
        let places: Vec<_> = resource.warnings().iter().map(|issue| issue.expression.as_str()).collect();
        assert_eq!(
            places,
            ["Patient.identifier[1].value", "Patient.contact[0].organization.identifier.value"]
        );
        for issue in resource.warnings() {
            assert_eq!(issue.severity, Severity::Warning);
            assert!(!issue.text(crate::Language::De).contains("A123456781"));
        }
        let right = text.replace("A123456781", "A123456780").replace("\"12\"", "\"101575519\"");
        assert!(Resource::parse(right, None).unwrap().warnings().is_empty());
    }

    #[test]
    fn a_resource_with_many_wrong_numbers_has_a_bounded_number_of_warnings() {
        let one = r#"{"system":"http://fhir.de/sid/gkv/kvid-10","value":"A123456781"}"#;
        let text = format!(r#"{{"resourceType":"Patient","identifier":[{}]}}"#, [one; 500].join(","));
        assert_eq!(Resource::parse(text, None).unwrap().warnings().len(), crate::MAX_ISSUES);
    }
}
