//! Numbers: in a resource each is exactly itself; in a search it may mean all that its digits imply (FHIR R4, search,
//! "number"): `5.4` is from 5.35 up to, not including, 5.45.

use super::super::{Range, order};

/// Numbers with more digits have no more precision than a double has.
const MAX_DIGITS: usize = 30;

/// A decimal number: `digits * 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Decimal {
    digits: i128,
    exponent: i32,
    /// How many digits count, and whether an exponent was written.
    significant: usize,
    scientific: bool,
}

impl Decimal {
    /// Reads a number as JSON writes it; a plus and zeros before it are taken too. None for what is none, or has more than
    /// [`MAX_DIGITS`] digits.
    pub(in super::super) fn read(text: &str) -> Option<Self> {
        let (sign, rest) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent.parse::<i32>().ok()?)),
            None => (rest, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let faulty = (whole.is_empty() && fraction.is_empty())
            || (fraction.is_empty() && mantissa.ends_with('.'))
            || !all_digits(whole)
            || !all_digits(fraction)
            || whole.len() + fraction.len() > MAX_DIGITS;
        if faulty {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse::<i128>().ok()?;
        let places = i32::try_from(fraction.len()).ok()?;
        Some(Self {
            digits: digits * sign,
            exponent: exponent.unwrap_or(0).checked_sub(places)?,
            significant: digits.to_string().len(),
            scientific: exponent.is_some(),
        })
    }

    /// The number itself.
    pub(in super::super) fn exact(self) -> f64 {
        double(self.digits, self.exponent)
    }

    /// The numbers that are written so when they are rounded to as many digits.
    pub(in super::super) fn span(self) -> Range {
        // R4's own example takes 1e2 for 95 up to 105: one digit with an exponent counts as two.
        let shift = usize::from(self.scientific && self.significant == 1);
        let (digits, exponent) = if shift == 1 {
            (self.digits * 10, self.exponent.saturating_sub(1))
        } else {
            (self.digits, self.exponent)
        };
        let bound = |half: i128| order(double(digits * 10 + half, exponent.saturating_sub(1)));
        let low = bound(-5);
        // Beyond what doubles can tell apart, both bounds are one.
        Range { low, high: bound(5).saturating_sub(1).max(low) }
    }

    /// The number alone.
    pub(in super::super) fn point(self) -> Range {
        let at = order(self.exact());
        Range { low: at, high: at }
    }

    /// From a tenth below to a tenth above.
    pub(in super::super) fn about(self) -> Range {
        let exact = self.exact();
        if !exact.is_finite() {
            return self.point();
        }
        let tenth = exact.abs() / 10.0;
        Range { low: order(exact - tenth), high: order(exact + tenth) }
    }
}

/// The double nearest to `digits * 10^exponent`.
fn double(digits: i128, exponent: i32) -> f64 {
    format!("{digits}e{exponent}").parse().unwrap_or(0.0)
}

/// A number in a resource, as JSON writes it: a point, whatever its precision. None for what is no number.
pub(in super::super) fn point(raw: &str) -> Option<Range> {
    let at = order(raw.parse::<f64>().ok()?);
    Some(Range { low: at, high: at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(low: f64, below: f64) -> Range {
        Range { low: order(low), high: order(below) - 1 }
    }

    #[test]
    fn precision_is_what_the_digits_say() {
        for (text, low, below) in [
            ("100", 99.5, 100.5),
            ("100.00", 99.995, 100.005),
            ("1e2", 95.0, 105.0),
            ("1.0e2", 95.0, 105.0),
            ("5.4", 5.35, 5.45),
            ("5.40e-3", 0.005395, 0.005405),
            ("-5.4", -5.45, -5.35),
            ("0", -0.5, 0.5),
            ("+07", 6.5, 7.5),
            (".5", 0.45, 0.55),
        ] {
            assert_eq!(Decimal::read(text).map(Decimal::span), Some(of(low, below)), "{text}");
        }
        for text in ["", "-", ".", "1.", "e5", "1e", "1e5.0", "1,5", "a", "0x10", "1e99999999999"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    #[test]
    fn in_a_resource_a_number_is_a_point() {
        for (text, at) in [("100", 100.0), ("100.00", 100.0), ("1e2", 100.0), ("-5.40", -5.4), ("-0", 0.0)] {
            assert_eq!(point(text), Some(Range { low: order(at), high: order(at) }), "{text}");
        }
        assert_eq!(point(&"9".repeat(40)), Some(Range { low: order(1e40), high: order(1e40) }));
        for text in ["null", "true", "\"5\"", "{}", ""] {
            assert_eq!(point(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_lies_within_its_own_span(digits in -99_999_999_i64..99_999_999, places in 0_u32..6) {
            let text = format!("{digits}e-{places}");
            let decimal = Decimal::read(&text).expect("a number");
            let (span, at) = (decimal.span(), order(decimal.exact()));
            prop_assert!(span.low <= at && at <= span.high);
            prop_assert_eq!(point(&text), Some(decimal.point()));
            prop_assert!(decimal.about().low <= at && at <= decimal.about().high);
        }

        #[test]
        fn never_panics(text in "[-+]?[0-9]{0,35}[.]?[0-9]{0,4}([eE][-+]?[0-9]{0,11})?") {
            let spans = Decimal::read(&text).map(|decimal| [decimal.span(), decimal.about(), decimal.point()]);
            for span in spans.into_iter().flatten().chain(point(&text)) {
                prop_assert!(span.low <= span.high, "{text}");
            }
        }
    }
}
