//! Insurance numbers of invented people, with right check digits: Germany's KVNR, France's NIR (the core of the INS).

use crate::random::Random;

/// Ten places (Krankenversichertennummer): a letter, eight digits, a check digit by the modulus-10 rule of Anlage 1 of the
/// Vereinbarung nach § 290 SGB V: the letter counts as two digits (A = 01), each second place is doubled and its digits
/// added.
pub fn kvnr(random: &mut Random) -> String {
    let letter = random.below(26);
    let digits: Vec<u64> = (0..8).map(|_| random.below(10)).collect();
    let letter_digits = [(letter + 1) / 10, (letter + 1) % 10];
    let mut text = String::from(char::from(b'A' + letter as u8));
    text.extend(digits.iter().map(|digit| digit_char(*digit)));
    let sum: u64 = letter_digits
        .iter()
        .chain(&digits)
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    text.push(digit_char(sum % 10));
    text
}

/// Fifteen digits (numéro d'inscription au répertoire): sex, year, month, department, commune, order, and the key
/// 97 - (number mod 97).
pub fn nir(random: &mut Random, is_woman: bool, year: i64, month: i64) -> String {
    // Departments on the mainland without Corsica, whose letters the key's rule treats apart.
    let department = if random.chance(60) {
        69
    } else {
        *random.pick(&[13, 31, 33, 35, 38, 44, 54, 59, 67, 75, 76, 92, 94])
    };
    let number = (if is_woman { 2 } else { 1 }) * 1_000_000_000_000
        + (year % 100) as u64 * 10_000_000_000
        + month as u64 * 100_000_000
        + department * 1_000_000
        + (random.below(300) + 1) * 1_000
        + (random.below(600) + 1);
    format!("{number:013}{:02}", 97 - number % 97)
}

/// Nine digits (Institutionskennzeichen): 10 for an insurer, region and number, a check digit over the third to the eighth, of
/// which each first is doubled and its digits added (ARGE IK, Gemeinsames Rundschreiben).
pub fn ik(random: &mut Random) -> String {
    let digits: Vec<u64> = (0..6).map(|_| random.below(10)).collect();
    let sum: u64 = digits
        .iter()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    let mut text = String::from("10");
    text.extend(digits.iter().map(|digit| digit_char(*digit)));
    text.push(digit_char(sum % 10));
    text
}

/// The identifier of a doctor in Germany (lebenslange Arztnummer): six digits, a check digit (weights 4 and 9, modulus 10), two
/// digits of the specialty.
pub fn lanr(random: &mut Random) -> String {
    let digits: Vec<u64> = (0..6).map(|_| random.below(10)).collect();
    let sum: u64 = digits.iter().zip([4, 9, 4, 9, 4, 9]).map(|(digit, weight)| digit * weight).sum();
    let mut text: String = digits.iter().map(|digit| digit_char(*digit)).collect();
    text.push(digit_char((10 - sum % 10) % 10));
    text + "01"
}

/// The identifier of a professional in France (RPPS): eleven digits, the last by Luhn's rule.
pub fn rpps(random: &mut Random) -> String {
    let mut digits = vec![1, 0];
    digits.extend((0..8).map(|_| random.below(10)));
    let check = (10 - luhn_sum(&digits, true) % 10) % 10;
    digits.push(check);
    digits.iter().map(|digit| digit_char(*digit)).collect()
}

/// Luhn's sum; whether the last digit counts double.
fn luhn_sum(digits: &[u64], last_doubles: bool) -> u64 {
    let doubled = |digit: u64| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let places = digits.iter().rev().enumerate();
    places.map(|(place, digit)| if (place % 2 == 0) == last_doubles { doubled(*digit) } else { *digit }).sum()
}

fn digit_char(digit: u64) -> char {
    char::from(b'0' + (digit % 10) as u8)
}

#[cfg(test)]
mod tests {
    use super::{Random, ik, kvnr, lanr, luhn_sum, nir, rpps};

    /// The check as it is published for the KVNR, written another way than above: A123456780 is the standard's example.
    fn kvnr_is_right(text: &str) -> bool {
        let (letter, rest) = text.split_at(1);
        let letter = letter.as_bytes()[0] - b'A' + 1;
        let all = format!("{letter:02}{rest}");
        let digits: Vec<u32> = all.chars().filter_map(|c| c.to_digit(10)).collect();
        let sum: u32 = digits[..10]
            .iter()
            .zip([1, 2].into_iter().cycle())
            .map(|(digit, weight)| {
                (digit * weight).to_string().chars().filter_map(|c| c.to_digit(10)).sum::<u32>()
            })
            .sum();
        text.len() == 10 && sum % 10 == digits[10]
    }

    fn ik_is_right(text: &str) -> bool {
        let cross = |number: u32| number / 10 + number % 10;
        let d: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        let doubled: u32 = [d[2], d[4], d[6]].iter().map(|digit| cross(2 * digit)).sum();
        d.len() == 9 && (doubled + d[3] + d[5] + d[7]) % 10 == d[8]
    }

    /// Together with the check digit, which weighs one, the weighted sum is a multiple of ten.
    fn lanr_is_right(text: &str) -> bool {
        let d: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        d.len() == 9 && (4 * (d[0] + d[2] + d[4]) + 9 * (d[1] + d[3] + d[5]) + d[6]).is_multiple_of(10)
    }

    /// What forms and imports check by, in another crate, agrees with what is made here.
    #[test]
    fn numbers_pass_the_checks_of_forms_and_imports() {
        use salus_fhir::Number;
        let mut random = Random::new(3, 11);
        for round in 0..500 {
            let (year, month) = (1930 + round % 90, 1 + round % 12);
            for (number, text) in [
                (Number::Kvnr, kvnr(&mut random)),
                (Number::Nir, nir(&mut random, round % 2 == 0, year, month)),
                (Number::Ik, ik(&mut random)),
                (Number::Lanr, lanr(&mut random)),
                (Number::Rpps, rpps(&mut random)),
            ] {
                assert_eq!(number.check(&text), Ok(()), "{number:?} {text}");
            }
        }
    }

    #[test]
    fn check_digits_are_right() {
        assert!(kvnr_is_right("A123456780") && !kvnr_is_right("A123456781"));
        let mut random = Random::new(7, 7);
        for _ in 0..500 {
            let kvnr = kvnr(&mut random);
            assert!(kvnr_is_right(&kvnr), "{kvnr}");
            let nir = nir(&mut random, true, 1987, 3);
            let (number, key) = nir.split_at(13);
            assert!(nir.starts_with("28703"), "{nir}");
            assert_eq!((number.parse::<u64>().unwrap() + key.parse::<u64>().unwrap()) % 97, 0, "{nir}");
            let rpps: Vec<u64> = rpps(&mut random).bytes().map(|b| u64::from(b - b'0')).collect();
            assert_eq!((rpps.len(), luhn_sum(&rpps, false) % 10), (11, 0));
            assert!(lanr_is_right(&lanr(&mut random)) && ik_is_right(&ik(&mut random)));
        }
        // A published number of an insurer, and one digit beside it.
        assert!(ik_is_right("108018007") && !ik_is_right("108018107"));
        // INSEE's worked example: 2 55 08 14 168 025 has the key 38.
        assert_eq!(97 - 2_550_814_168_025_u64 % 97, 38);
    }
}
