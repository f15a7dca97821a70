//! Decimal numbers as they are written: exact, with their scale. Knows nothing of documents.

use std::cmp::Ordering;

/// The most decimal places that arithmetic keeps.
const MAX_SCALE: u32 = 28;

/// A number: `digits` / 10^`scale`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal {
    digits: i128,
    scale: u32,
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self { digits: value.into(), scale: 0 }
    }
}

impl Decimal {
    /// Reads a number as JSON or FHIRPath write it; None for what is none, or has more digits than 38.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (plain, exponent) = match text.split_once(['e', 'E']) {
            Some((plain, exponent)) => {
                (plain, exponent.strip_prefix('+').unwrap_or(exponent).parse::<i32>().ok()?)
            }
            None => (text, 0),
        };
        let (sign, plain) = match plain.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, plain.strip_prefix('+').unwrap_or(plain)),
        };
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut digits = 0_i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = byte.is_ascii_digit().then(|| i128::from(byte - b'0'))?;
            digits = digits.checked_mul(10)?.checked_add(digit)?;
        }
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        match u32::try_from(scale) {
            Ok(scale) => Some(Self { digits: sign * digits, scale }),
            Err(_) => {
                let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
                Some(Self { digits: (sign * digits).checked_mul(factor)?, scale: 0 })
            }
        }
    }

    /// Both with the larger of the two scales.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let raise = |number: Self| number.digits.checked_mul(10_i128.checked_pow(scale - number.scale)?);
        Some((raise(self)?, raise(other)?, scale))
    }

    /// How it stands to another number.
    pub(crate) fn compare(self, other: Self) -> Ordering {
        if let Some((left, right, _)) = self.aligned(other) {
            return left.cmp(&right);
        }
        self.approximate().partial_cmp(&other.approximate()).unwrap_or(Ordering::Equal)
    }

    fn approximate(self) -> f64 {
        self.digits as f64 / 10_f64.powi(i32::try_from(self.scale).unwrap_or(i32::MAX))
    }

    pub(crate) fn add(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Some(Self { digits: left.checked_add(right)?, scale })
    }

    pub(crate) fn negate(self) -> Self {
        Self { digits: self.digits.saturating_neg(), ..self }
    }

    pub(crate) fn multiply(self, other: Self) -> Option<Self> {
        let product = self.digits.checked_mul(other.digits)?;
        Some(Self { digits: product, scale: self.scale.checked_add(other.scale)? })
    }

    /// The quotient to eight places; None for a division by zero.
    pub(crate) fn divide(self, other: Self) -> Option<Self> {
        let (left, right, _) = self.aligned(other)?;
        if right == 0 {
            return None;
        }
        Some(Self { digits: left.checked_mul(100_000_000)?.checked_div(right)?, scale: 8 })
    }

    /// Whole quotient and remainder.
    pub(crate) fn divide_whole(self, other: Self) -> Option<(Self, Self)> {
        let (left, right, scale) = self.aligned(other)?;
        let quotient = left.checked_div(right)?;
        Some((Self { digits: quotient, scale: 0 }, Self { digits: left.checked_rem(right)?, scale }))
    }

    /// To so many places, halves away from zero.
    pub(crate) fn round(self, places: u32) -> Option<Self> {
        if places >= self.scale {
            return Some(self);
        }
        let factor = 10_i128.checked_pow((self.scale - places).min(MAX_SCALE + 10))?;
        let half = factor / 2;
        let shifted =
            if self.digits < 0 { self.digits.checked_sub(half)? } else { self.digits.checked_add(half)? };
        Some(Self { digits: shifted / factor, scale: places })
    }

    /// The largest whole number that is not above it.
    pub(crate) fn floor(self) -> Option<i64> {
        let factor = 10_i128.checked_pow(self.scale)?;
        i64::try_from(self.digits.div_euclid(factor)).ok()
    }

    /// Its value when it is a whole number.
    pub(crate) fn whole(self) -> Option<i64> {
        let factor = 10_i128.checked_pow(self.scale)?;
        (self.digits % factor == 0).then(|| i64::try_from(self.digits / factor).ok())?
    }

    /// Below zero.
    pub(crate) fn is_negative(self) -> bool {
        self.digits < 0
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = if digits.len() <= scale {
            format!("{}{digits}", "0".repeat(scale + 1 - digits.len()))
        } else {
            digits
        };
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;
    use std::cmp::Ordering;

    fn of(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    #[test]
    fn numbers_are_exact() {
        for (text, shown) in
            [("0.10", "0.10"), ("-1.5", "-1.5"), ("1e3", "1000"), ("1.50E-2", "0.0150"), ("+7", "7")]
        {
            assert_eq!(of(text).to_string(), shown);
        }
        assert_eq!(of("0.1").add(of("0.2")).expect("fits").compare(of("0.3")), Ordering::Equal);
        assert_eq!(of("1.0").compare(of("1")), Ordering::Equal);
        assert_eq!(of("-2.5").floor(), Some(-3));
        assert_eq!(of("2.45").round(1).expect("fits").to_string(), "2.5");
        assert_eq!(of("1").divide(of("3")).expect("fits").to_string(), "0.33333333");
        assert!(of("1").divide(of("0")).is_none());
        for text in ["", "-", ".", "1e", "1x", &"9".repeat(40), "1e99"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }
}
