//! Numbers of invented people, practices and insurers, with right check digits.

use crate::random::Random;
use salus_fhir::Number;

/// A number with its check digits behind its own places.
fn checked(number: Number, own: String) -> String {
    let check = number.check_digits(&own).unwrap_or_default();
    own + &check
}

fn digits(random: &mut Random, count: usize) -> String {
    (0..count).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
}

/// [`Number::Kvnr`].
pub fn kvnr(random: &mut Random) -> String {
    let mut own = String::from(char::from(b'A' + random.below(26) as u8));
    own.push_str(&digits(random, 8));
    checked(Number::Kvnr, own)
}

/// [`Number::Nir`]: sex, year, month, department, commune, order.
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
    checked(Number::Nir, format!("{number:013}"))
}

/// [`Number::Ik`]: 10 for an insurer, region and number.
pub fn ik(random: &mut Random) -> String {
    checked(Number::Ik, format!("10{}", digits(random, 6)))
}

/// [`Number::Lanr`], of a family doctor: the last two digits say so.
pub fn lanr(random: &mut Random) -> String {
    checked(Number::Lanr, digits(random, 6)) + "01"
}

/// [`Number::Rpps`].
pub fn rpps(random: &mut Random) -> String {
    checked(Number::Rpps, format!("10{}", digits(random, 8)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_pass_the_checks_of_forms_and_imports() {
        let mut random = Random::new(3, 11);
        for round in 0..500 {
            let (year, month) = (1930 + round % 90, 1 + round % 12);
            let nir = nir(&mut random, round % 2 == 0, year, month);
            let sex = if round % 2 == 0 { 2 } else { 1 };
            assert!(nir.starts_with(&format!("{sex}{:02}{month:02}", year % 100)), "{nir}");
            for (number, text) in [
                (Number::Kvnr, kvnr(&mut random)),
                (Number::Nir, nir),
                (Number::Ik, ik(&mut random)),
                (Number::Lanr, lanr(&mut random)),
                (Number::Rpps, rpps(&mut random)),
            ] {
                assert_eq!(number.check(&text), Ok(()), "{number:?} {text}");
            }
        }
    }
}
