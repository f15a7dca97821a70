//! Vital signs as people type them: with a comma, with or without a unit, blood pressure as `120/80`.
//!
//! What cannot be is not taken, and what was probably meant is named. The bounds are wide on purpose: what a sick person may have
//! must not be refused.
//!
//! Never: takes a value that cannot be; says what a value means. State: none.

use super::Wrong;
use super::number::{Decimal, decimal};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vital {
    Pulse,
    Temperature,
    Weight,
    Height,
    Saturation,
    /// The upper value of a blood pressure.
    Systolic,
    /// The lower value.
    Diastolic,
}

/// A blood pressure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pressure {
    pub systolic: Decimal,
    pub diastolic: Decimal,
}

impl Vital {
    /// LOINC's code.
    pub(crate) fn loinc(self) -> &'static str {
        match self {
            Self::Pulse => "8867-4",
            Self::Temperature => "8310-5",
            Self::Weight => "29463-7",
            Self::Height => "8302-2",
            Self::Saturation => "59408-5",
            Self::Systolic => "8480-6",
            Self::Diastolic => "8462-4",
        }
    }

    /// UCUM's unit, and as people read it.
    pub(crate) fn unit(self) -> (&'static str, &'static str) {
        match self {
            Self::Pulse => ("/min", "/min"),
            Self::Temperature => ("Cel", "°C"),
            Self::Weight => ("kg", "kg"),
            Self::Height => ("cm", "cm"),
            Self::Saturation => ("%", "%"),
            Self::Systolic | Self::Diastolic => ("mm[Hg]", "mmHg"),
        }
    }

    /// What can be, in the unit.
    fn bounds(self) -> (f64, f64) {
        match self {
            Self::Pulse => (20.0, 300.0),
            Self::Temperature => (25.0, 45.0),
            Self::Weight => (0.3, 400.0),
            Self::Height => (20.0, 260.0),
            Self::Saturation => (40.0, 100.0),
            Self::Systolic => (40.0, 300.0),
            Self::Diastolic => (20.0, 200.0),
        }
    }

    /// A value as somebody types it.
    fn example(self) -> &'static str {
        match self {
            Self::Pulse => "72",
            Self::Temperature => "36.6",
            Self::Weight => "72.5",
            Self::Height => "178",
            Self::Saturation => "97",
            Self::Systolic => "120",
            Self::Diastolic => "80",
        }
    }

    /// What the number is to be multiplied with to be in our unit; none for a unit that is not one of this sign.
    fn factor(self, unit: &str, value: f64) -> Option<f64> {
        let same = match (self, unit) {
            // A height of 1,78 is in metres, whatever stands behind it.
            (Self::Height, "" | "m") if value < 3.0 => return Some(100.0),
            (Self::Weight, "g" | "gr") => return Some(0.001),
            (_, "") => true,
            (Self::Pulse, unit) => matches!(unit, "/min" | "bpm" | "/ min"),
            (Self::Temperature, unit) => matches!(unit, "°c" | "c" | "grad" | "°"),
            (Self::Weight, unit) => matches!(unit, "kg" | "kilo"),
            (Self::Height, unit) => unit == "cm",
            (Self::Saturation, unit) => unit == "%",
            (Self::Systolic | Self::Diastolic, unit) => matches!(unit, "mmhg" | "mm hg" | "mm[hg]"),
        };
        same.then_some(1.0)
    }

    /// The value in our unit.
    ///
    /// Errors: what is no number, has another unit, or cannot be.
    pub(crate) fn read(self, text: &str) -> Result<Decimal, Wrong> {
        let wrong = |key| Wrong::new(key).with("example", self.example());
        let (number, unit) = decimal(text).ok_or_else(|| wrong("wrong-number"))?;
        if self == Self::Pulse && number.text.contains('.') {
            return Err(wrong("wrong-whole-number"));
        }
        let factor = self.factor(&unit, number.value);
        let factor = factor.ok_or_else(|| Wrong::new("wrong-unit").with("unit", self.unit().1))?;
        // What needs no factor keeps its digits.
        let number = if factor == 1.0 { number } else { Decimal::of(number.value * factor, 3) };
        self.check(number)
    }

    fn check(self, number: Decimal) -> Result<Decimal, Wrong> {
        let (low, high) = self.bounds();
        let can_be = |value: f64| (low..=high).contains(&value);
        if can_be(number.value) {
            return Ok(number);
        }
        // A digit too many, a comma that was forgotten, or one in the wrong place.
        let meant =
            [0.1, 0.01, 10.0].into_iter().map(|factor| number.value * factor).find(|value| can_be(*value));
        Err(match meant {
            Some(meant) => Wrong::new("wrong-value-meant")
                .with("value", &number.text)
                .with("meant", Decimal::of(meant, 1).text),
            None => Wrong::new("wrong-value-bounds").with("low", low).with("high", high),
        })
    }
}

impl Pressure {
    /// `120/80`, also with spaces, a dash or `zu` between.
    ///
    /// Errors: what is no pair of numbers, what cannot be, and pairs in the wrong order.
    pub(crate) fn read(text: &str) -> Result<Self, Wrong> {
        let wrong = || Wrong::new("wrong-pressure");
        let text = text.trim().to_lowercase();
        let text = text.strip_suffix("mmhg").unwrap_or(&text).trim_end();
        let (upper, lower) = text.split_once(['/', '-', ' ', '\\']).ok_or_else(wrong)?;
        let lower = lower.trim_start().trim_start_matches(['/', '-']).trim_start();
        let lower = lower.strip_prefix("zu ").or_else(|| lower.strip_prefix("sur ")).unwrap_or(lower);
        let number = |text: &str| match decimal(text) {
            Some((number, unit)) if unit.is_empty() => Ok(number),
            _ => Err(wrong()),
        };
        let (upper, lower) = (number(upper)?, number(lower)?);
        let systolic = Vital::Systolic.check(upper.clone());
        let diastolic = Vital::Diastolic.check(lower.clone());
        if systolic.is_err() || diastolic.is_err() {
            return Err(meant(&upper, &lower));
        }
        if lower.value >= upper.value {
            let swapped = format!("{}/{}", lower.text, upper.text);
            return Err(Wrong::new("wrong-pressure-order").with("meant", swapped));
        }
        Ok(Self { systolic: upper, diastolic: lower })
    }
}

/// Names the pressure that was probably meant: in France also in centimetres (`12/8`).
fn meant(upper: &Decimal, lower: &Decimal) -> Wrong {
    let typed = format!("{}/{}", upper.text, lower.text);
    for (one, other) in [(10.0, 10.0), (0.1, 1.0), (1.0, 0.1), (0.1, 0.1), (10.0, 1.0), (1.0, 10.0)] {
        let (one, other) = (Decimal::of(upper.value * one, 0), Decimal::of(lower.value * other, 0));
        let can_be =
            Vital::Systolic.check(one.clone()).is_ok() && Vital::Diastolic.check(other.clone()).is_ok();
        if can_be && other.value < one.value {
            return Wrong::new("wrong-value-meant")
                .with("value", typed)
                .with("meant", format!("{}/{}", one.text, other.text));
        }
    }
    Wrong::new("wrong-pressure-bounds")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressure(text: &str) -> Result<(String, String), String> {
        match Pressure::read(text) {
            Ok(pressure) => Ok((pressure.systolic.text, pressure.diastolic.text)),
            Err(wrong) => {
                Err(wrong.arguments.last().map_or(wrong.key.to_owned(), |(_, meant)| meant.clone()))
            }
        }
    }

    #[test]
    fn blood_pressure_is_a_pair_that_can_be() {
        for text in ["120/80", "120 / 80", "120-80", "120 80", "120/80 mmHg", "120 zu 80", " 120/80 "] {
            assert_eq!(pressure(text), Ok(("120".into(), "80".into())), "{text}");
        }
        for (text, expected) in [
            ("1200/80", "120/80"),
            ("120/800", "120/80"),
            ("12/8", "120/80"),
            ("80/120", "120/80"),
            ("120", "wrong-pressure"),
            ("120/", "wrong-pressure"),
            ("/80", "wrong-pressure"),
            ("1/1/1", "wrong-pressure"),
            ("999999/1", "wrong-pressure-bounds"),
            ("<script>/80", "wrong-pressure"),
        ] {
            assert_eq!(pressure(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn units_are_understood_and_digits_stay() {
        for (vital, typed, text) in [
            (Vital::Weight, "72,50", "72.50"),
            (Vital::Weight, "3450 g", "3.45"),
            (Vital::Height, "1,78", "178"),
            (Vital::Height, "1,78 m", "178"),
            (Vital::Height, "178 cm", "178"),
            (Vital::Temperature, "38,2 °C", "38.2"),
            (Vital::Saturation, "97 %", "97"),
            (Vital::Pulse, "72/min", "72"),
        ] {
            assert_eq!(vital.read(typed).map(|number| number.text), Ok(text.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_and_what_was_meant_is_named() {
        for (vital, typed, key, meant) in [
            (Vital::Temperature, "382", "wrong-value-meant", "38.2"),
            (Vital::Weight, "7250", "wrong-value-meant", "72.5"),
            (Vital::Saturation, "970", "wrong-value-meant", "97"),
            (Vital::Pulse, "7", "wrong-value-meant", "70"),
            (Vital::Temperature, "100000", "wrong-value-bounds", "45"),
            (Vital::Weight, "72 lb", "wrong-unit", "kg"),
        ] {
            let wrong = vital.read(typed).unwrap_err();
            assert_eq!((wrong.key, wrong.arguments.last().unwrap().1.as_str()), (key, meant), "{typed}");
        }
        for (vital, typed, key) in [
            (Vital::Weight, "x", "wrong-number"),
            (Vital::Pulse, "x", "wrong-number"),
            (Vital::Pulse, "72,5", "wrong-whole-number"),
        ] {
            let wrong = vital.read(typed).unwrap_err();
            assert_eq!((wrong.key, wrong.arguments), (key, vec![("example", vital.example().to_owned())]));
            assert!(vital.read(vital.example()).is_ok());
        }
    }
}
