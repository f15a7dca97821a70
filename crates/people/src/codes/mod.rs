//! The codes that the demo's records use, with wording of our own in German and French: at most [`MAX_CODES`]. Whose systems
//! they are is said in NOTICE. Data only.

pub(crate) mod conditions;
pub(crate) mod measures;
pub(crate) mod medicines;
pub(crate) mod vaccines;

/// The most codes there may be altogether.
#[cfg(test)]
const MAX_CODES: usize = 200;

/// Wording in German and French.
pub(crate) type Words = [&'static str; 2];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_few_and_each_stands_once() {
        let mut codes: Vec<(&str, &str)> = Vec::new();
        let conditions: BTreeSet<&str> = conditions::ALL.iter().flat_map(|one| one.code).collect();
        codes.extend(conditions.iter().map(|code| ("icd", *code)));
        codes.extend(medicines::ALL.iter().map(|one| ("atc", one.atc)));
        codes.extend(vaccines::ALL.iter().map(|one| ("atc", one.atc)));
        let loinc: BTreeSet<&str> = measures::ALL.iter().flat_map(|one| one.loinc).collect();
        codes.extend(loinc.iter().chain(measures::OTHERS).map(|code| ("loinc", *code)));
        let distinct: BTreeSet<_> = codes.iter().collect();
        assert_eq!(distinct.len(), codes.len(), "a code stands twice");
        assert!(codes.len() <= MAX_CODES, "{}", codes.len());
    }

    /// LOINC's last digit is a check digit by Luhn's rule.
    #[test]
    fn loinc_codes_have_right_check_digits() {
        let all = measures::ALL.iter().flat_map(|one| one.loinc).chain(measures::OTHERS.iter().copied());
        for code in all {
            let (number, check) = code.split_once('-').unwrap();
            let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
            let digits = number.chars().rev().filter_map(|c| c.to_digit(10)).enumerate();
            let sum: u32 = digits.map(|(at, digit)| if at % 2 == 0 { doubled(digit) } else { digit }).sum();
            assert_eq!(((10 - sum % 10) % 10).to_string(), check, "{code}");
        }
    }
}
