//! Quantities, ranges and what a value means against them (FHIR R4, Quantity, Range, Observation.interpretation).
//!
//! Digits stand as they were written, trailing zeros too; only the decimal sign is the reader's. For comparing and drawing a number is
//! read as a floating-point one, which never is shown.
//!
//! Never: converts a unit. State: none.

use super::json::{all, is, text};
use salus_frame::Language;
use salus_records::fhir::json::{Kind, Value};

/// A quantity as it is shown, and as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    /// The number as it was written, with its comparator and the reader's decimal sign.
    pub shown: String,
    /// The same for comparing; None for what is no finite number.
    pub number: Option<f64>,
    /// The unit's words.
    pub unit: String,
}

impl Quantity {
    /// A Quantity with a value.
    pub(crate) fn of(quantity: Value<'_>, language: Language) -> Option<Self> {
        let value = quantity.get("value").filter(|value| value.kind() == Kind::Number)?;
        let comparator = quantity.get_str("comparator").unwrap_or_default();
        let comparator = match &*comparator {
            "<" => "< ",
            "<=" => "≤ ",
            ">=" => "≥ ",
            ">" => "> ",
            _ => "",
        };
        let unit = text(quantity, "unit").or_else(|| text(quantity, "code")).unwrap_or_default();
        // UCUM's word for a number without a unit.
        let unit = if unit == "1" { String::new() } else { unit };
        Some(Self {
            shown: format!("{comparator}{}", decimal(value.raw(), language)),
            number: value.raw().parse().ok().filter(|number: &f64| number.is_finite()),
            unit,
        })
    }
}

/// A JSON number with the reader's decimal sign.
pub(crate) fn decimal(digits: &str, language: Language) -> String {
    match language {
        Language::En => digits.to_owned(),
        Language::De | Language::Fr => digits.replacen('.', ",", 1),
    }
    .replacen('-', "−", 1)
}

/// The range in which a value is as usual.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range {
    /// `4,0–5,6`, `< 5,2`, `> 60`, or its own words.
    pub shown: String,
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The two ends as they were written.
    pub ends: [String; 2],
}

impl Range {
    /// The first reference range of an Observation or of one of its components: the normal one, or one without a type.
    pub(crate) fn of(observation: Value<'_>, language: Language) -> Option<Self> {
        let is_normal =
            |range: &Value<'_>| range.get("type").is_none() || is(*range, "type.coding.code", "normal");
        let range = all(observation, "referenceRange").find(is_normal)?;
        let end = |name: &str| range.get(name).and_then(|end| Quantity::of(end, language));
        let (low, high) = (end("low"), end("high"));
        let shown = match (&low, &high) {
            (Some(low), Some(high)) => format!("{}–{}", low.shown, high.shown),
            (None, Some(high)) => format!("≤ {}", high.shown),
            (Some(low), None) => format!("≥ {}", low.shown),
            (None, None) => text(range, "text")?,
        };
        let number = |end: &Option<Quantity>| end.as_ref().and_then(|end| end.number);
        let (from, to) = (number(&low), number(&high));
        let ends = [low, high].map(|end| end.map(|end| end.shown).unwrap_or_default());
        Some(Self { shown, low: from, high: to, ends })
    }
}

/// What a value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Standing {
    /// Nothing is said of it.
    #[default]
    Unsaid,
    /// As usual.
    Normal,
    /// Above.
    High,
    /// Dangerously above.
    VeryHigh,
    /// Below.
    Low,
    /// Dangerously below.
    VeryLow,
    /// Not as usual, in no direction.
    Abnormal,
}

impl Standing {
    /// What the laboratory said, else what the range says.
    pub(crate) fn of(observation: Value<'_>, number: Option<f64>, range: Option<&Range>) -> Self {
        let said = all(observation, "interpretation").flat_map(|concept| all(concept, "coding"));
        let said = said.filter_map(|coding| coding.get_str("code")).find_map(|code| Self::from_code(&code));
        said.unwrap_or_else(|| Self::within(number, range))
    }

    /// HL7's v3-ObservationInterpretation.
    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "N" | "NEG" => Self::Normal,
            "H" | "HU" | "U" => Self::High,
            "HH" | "HH>" => Self::VeryHigh,
            "L" | "LU" | "D" => Self::Low,
            "LL" | "LL<" => Self::VeryLow,
            "A" | "AA" | "POS" | "R" | "I" => Self::Abnormal,
            _ => return None,
        })
    }

    fn within(number: Option<f64>, range: Option<&Range>) -> Self {
        let (Some(number), Some(range)) = (number, range) else { return Self::Unsaid };
        if range.low.is_some_and(|low| number < low) {
            Self::Low
        } else if range.high.is_some_and(|high| number > high) {
            Self::High
        } else if range.low.is_some() || range.high.is_some() {
            Self::Normal
        } else {
            Self::Unsaid
        }
    }

    /// Whether it stands out.
    pub(crate) fn is_abnormal(self) -> bool {
        !matches!(self, Self::Unsaid | Self::Normal)
    }

    /// Whether somebody should act on it now.
    pub(crate) fn is_dangerous(self) -> bool {
        matches!(self, Self::VeryHigh | Self::VeryLow)
    }

    /// The message that says it.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Unsaid | Self::Normal => "chart-standing-normal",
            Self::High => "chart-standing-high",
            Self::VeryHigh => "chart-standing-very-high",
            Self::Low => "chart-standing-low",
            Self::VeryLow => "chart-standing-very-low",
            Self::Abnormal => "chart-standing-abnormal",
        }
    }

    /// Its sign.
    pub(crate) fn arrow(self) -> &'static str {
        match self {
            Self::Unsaid | Self::Normal => "",
            Self::High => "↑",
            Self::VeryHigh => "⇈",
            Self::Low => "↓",
            Self::VeryLow => "⇊",
            Self::Abnormal => "!",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn quantity(text: &str, language: Language) -> Option<Quantity> {
        Quantity::of(Document::parse(text).unwrap().root(), language)
    }

    #[test]
    fn digits_stand_as_they_were_written() {
        let shown = |text: &str, language| quantity(text, language).unwrap().shown;
        assert_eq!(shown(r#"{"value":6.30}"#, Language::De), "6,30");
        assert_eq!(shown(r#"{"value":6.30}"#, Language::En), "6.30");
        assert_eq!(
            shown(r#"{"value":0.10000000000000000001,"comparator":"<"}"#, Language::Fr),
            "< 0,10000000000000000001"
        );
        assert_eq!(shown(r#"{"value":-2}"#, Language::De), "−2");
        assert_eq!(shown(r#"{"value":1.20e3}"#, Language::En), "1.20e3");
        assert_eq!(quantity(r#"{"value":"6"}"#, Language::De), None);
        assert_eq!(quantity(r#"{"value":1e999}"#, Language::De).unwrap().number, None);
        assert_eq!(quantity(r#"{"value":1,"code":"mg"}"#, Language::De).unwrap().unit, "mg");
    }

    #[test]
    fn a_value_is_judged_by_the_laboratory_first_and_else_by_the_range() {
        let read = |text: &str, number: f64| {
            let document = Document::parse(text).unwrap();
            let range = Range::of(document.root(), Language::De);
            let standing = Standing::of(document.root(), Some(number), range.as_ref());
            (range.map(|range| range.shown).unwrap_or_default(), standing)
        };
        let range = r#"{"referenceRange":[{"low":{"value":4.0},"high":{"value":5.6}}]}"#;
        assert_eq!(read(range, 5.6), ("4,0–5,6".to_owned(), Standing::Normal));
        assert_eq!(read(range, 5.61).1, Standing::High);
        assert_eq!(read(range, 3.9).1, Standing::Low);
        let said =
            r#"{"referenceRange":[{"high":{"value":5}}],"interpretation":[{"coding":[{"code":"HH"}]}]}"#;
        assert_eq!(read(said, 1.0), ("≤ 5".to_owned(), Standing::VeryHigh));
        let words = r#"{"referenceRange":[{"type":{"coding":[{"code":"therapeutic"}]},"low":{"value":2}},{"text":"negativ"}]}"#;
        assert_eq!(read(words, 1.0), ("negativ".to_owned(), Standing::Unsaid));
        assert_eq!(read("{}", 1.0).1, Standing::Unsaid);
    }
}
