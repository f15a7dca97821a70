//! An Observation as a table, a curve or a line shows it.
//!
//! Never: converts or rounds. State: none.

use super::code::Concept;
use super::date::When;
use super::json::{all, is, one, raw, text};
use super::quantity::{Quantity, Range, Standing, decimal};
use salus_frame::Language;
use salus_records::fhir::json::{Kind, Value};

/// The most components of one value that are shown.
const MAX_COMPONENTS: usize = 24;

/// A measured value, or what was found instead of one.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// The Observation's id.
    pub id: String,
    /// What was measured.
    pub concept: Concept,
    /// The value in words; empty when there is none.
    pub shown: String,
    /// Its unit.
    pub unit: String,
    /// For drawing.
    pub number: Option<f64>,
    /// In which range it is as usual.
    pub range: Option<Range>,
    /// What it means.
    pub standing: Standing,
    /// When it was measured.
    pub when: Option<When>,
    /// Its parts, such as systolic and diastolic pressure.
    pub components: Vec<Measured>,
    /// The Encounter in which it was measured.
    pub encounter: Option<String>,
    /// Whether it may still change.
    pub is_preliminary: bool,
    /// What was written beside it.
    pub note: Option<String>,
}

impl Measured {
    /// An Observation. None for one that was entered in error or says nothing.
    pub(crate) fn of(observation: Value<'_>, language: Language) -> Option<Self> {
        if is(observation, "status", "entered-in-error") || is(observation, "status", "cancelled") {
            return None;
        }
        let mut value = Self::part(observation, language)?;
        value.id = raw(observation, "id").unwrap_or_default();
        value.when =
            when(observation, &["effectiveDateTime", "effectiveInstant", "effectivePeriod.start", "issued"]);
        value.encounter = reference(observation, "encounter", "Encounter");
        value.is_preliminary =
            is(observation, "status", "preliminary") || is(observation, "status", "registered");
        value.note = text(observation, "note.text");
        let parts = all(observation, "component").take(MAX_COMPONENTS);
        value.components = parts.filter_map(|part| Self::part(part, language)).collect();
        value.join_blood_pressure();
        if value.shown.is_empty() && value.standing == Standing::Unsaid {
            let worst =
                value.components.iter().map(|part| part.standing).find(|standing| standing.is_abnormal());
            value.standing = worst.unwrap_or_default();
        }
        Some(value)
    }

    /// What an Observation and its components have in common.
    fn part(part: Value<'_>, language: Language) -> Option<Self> {
        let concept = Concept::at(part, "code")?;
        let quantity = part.get("valueQuantity").and_then(|quantity| Quantity::of(quantity, language));
        let range = Range::of(part, language);
        let number = quantity.as_ref().and_then(|quantity| quantity.number).or_else(|| integer(part));
        let standing = Standing::of(part, number, range.as_ref());
        let (shown, unit) = match quantity {
            Some(quantity) => (quantity.shown, quantity.unit),
            None => (words(part, language).unwrap_or_default(), String::new()),
        };
        Some(Self {
            id: String::new(),
            concept,
            shown,
            unit,
            number,
            range,
            standing,
            when: None,
            components: Vec::new(),
            encounter: None,
            is_preliminary: false,
            note: None,
        })
    }

    /// Systolic and diastolic pressure are one value to whoever reads them.
    fn join_blood_pressure(&mut self) {
        let part = |code: &str| self.components.iter().find(|part| part.concept.code == code);
        let (Some(systolic), Some(diastolic)) = (part("8480-6"), part("8462-4")) else { return };
        if !self.shown.is_empty() || systolic.shown.is_empty() || diastolic.shown.is_empty() {
            return;
        }
        self.shown = format!("{}/{}", systolic.shown, diastolic.shown);
        self.unit = match systolic.unit.as_str() {
            "mm[Hg]" => "mmHg".to_owned(),
            unit => unit.to_owned(),
        };
        self.number = systolic.number;
        self.range = match (&systolic.range, &diastolic.range) {
            (Some(systolic), Some(diastolic)) => Some(Range {
                shown: match (&systolic.ends, &diastolic.ends) {
                    ([_, high], [_, low]) if !high.is_empty() && !low.is_empty() => format!("≤ {high}/{low}"),
                    _ => format!("{} / {}", systolic.shown, diastolic.shown),
                },
                low: systolic.low,
                high: systolic.high,
                ends: systolic.ends.clone(),
            }),
            _ => None,
        };
        if self.standing == Standing::Unsaid {
            let parts = [systolic.standing, diastolic.standing];
            let worst = parts.into_iter().find(|standing| standing.is_abnormal());
            self.standing = worst.unwrap_or(systolic.standing);
        }
    }

    /// The value with its unit, as one reads it.
    pub(crate) fn with_unit(&self) -> String {
        if self.unit.is_empty() { self.shown.clone() } else { format!("{}\u{a0}{}", self.shown, self.unit) }
    }
}

fn integer(part: Value<'_>) -> Option<f64> {
    let value = part.get("valueInteger").filter(|value| value.kind() == Kind::Number)?;
    value.raw().parse().ok().filter(|number: &f64| number.is_finite())
}

/// The value where it is no quantity, or why there is none.
fn words(part: Value<'_>, language: Language) -> Option<String> {
    if let Some(concept) = Concept::at(part, "valueCodeableConcept") {
        return Some(concept.text);
    }
    if let Some(words) = text(part, "valueString") {
        return Some(words);
    }
    if let Some(value) = part.get("valueInteger") {
        return Some(decimal(value.raw(), language));
    }
    if let Some(value) = part.get("valueBoolean") {
        let yes = value.kind() == Kind::True;
        return Some(
            match (language, yes) {
                (Language::De, true) => "ja",
                (Language::De, false) => "nein",
                (Language::Fr, true) => "oui",
                (Language::Fr, false) => "non",
                (Language::En, true) => "yes",
                (Language::En, false) => "no",
            }
            .to_owned(),
        );
    }
    if let Some(range) = part.get("valueRange") {
        let end = |name: &str| range.get(name).and_then(|end| Quantity::of(end, language));
        let ends: Vec<String> =
            [end("low"), end("high")].into_iter().flatten().map(|end| end.shown).collect();
        return Some(ends.join("–")).filter(|shown| !shown.is_empty());
    }
    if let Some(ratio) = part.get("valueRatio") {
        let end = |name: &str| ratio.get(name).and_then(|end| Quantity::of(end, language));
        return Some(format!("{} : {}", end("numerator")?.shown, end("denominator")?.shown));
    }
    if let Some(when) = when(part, &["valueDateTime", "valuePeriod.start"]) {
        return Some(when.date_and_time(language));
    }
    text(part, "valueTime").or_else(|| Concept::at(part, "dataAbsentReason").map(|reason| reason.text))
}

/// The first date that is there at one of these paths.
pub(crate) fn when(resource: Value<'_>, paths: &[&str]) -> Option<When> {
    paths.iter().find_map(|path| raw(resource, path).and_then(|text| When::parse(&text)))
}

/// The id of a resource of a type that the reference at a path names on this server.
pub(crate) fn reference(resource: Value<'_>, path: &str, kind: &str) -> Option<String> {
    reference_of(one(resource, path)?, kind)
}

/// The id of a resource of a type that a Reference names on this server.
pub(crate) fn reference_of(reference: Value<'_>, kind: &str) -> Option<String> {
    let reference = raw(reference, "reference")?;
    let (rest, id) = reference.rsplit_once('/')?;
    let found = rest.rsplit('/').next()?;
    (found == kind && salus_records::is_id(id)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn measured(text: &str) -> Option<Measured> {
        Measured::of(Document::parse(text).unwrap().root(), Language::De)
    }

    #[test]
    fn blood_pressure_is_read_as_one_value() {
        let value = measured(
            r#"{"id":"1","status":"final","code":{"coding":[{"code":"85354-9"}],"text":"Blutdruck"},
                "effectiveDateTime":"2026-11-03T09:00:00+01:00","encounter":{"reference":"Encounter/e1"},
                "component":[
                 {"code":{"coding":[{"code":"8480-6"}]},"valueQuantity":{"value":152,"unit":"mm[Hg]"},
                  "referenceRange":[{"high":{"value":140}}]},
                 {"code":{"coding":[{"code":"8462-4"}]},"valueQuantity":{"value":85,"unit":"mm[Hg]"},
                  "referenceRange":[{"high":{"value":90}}]}]}"#,
        )
        .unwrap();
        assert_eq!(value.with_unit(), "152/85\u{a0}mmHg");
        assert_eq!(value.standing, Standing::High);
        assert_eq!(value.range.unwrap().shown, "≤ 140/90");
        assert_eq!(value.encounter.as_deref(), Some("e1"));
        assert_eq!(value.when.unwrap().iso(), "2026-11-03T09:00");
    }

    #[test]
    fn every_kind_of_value_has_words() {
        for (value, shown) in [
            (r#""valueString":"o. B.""#, "o. B."),
            (r#""valueInteger":-3"#, "−3"),
            (r#""valueBoolean":false"#, "nein"),
            (r#""valueCodeableConcept":{"text":"positiv"}"#, "positiv"),
            (r#""valueRange":{"low":{"value":1.0},"high":{"value":2}}"#, "1,0–2"),
            (r#""valueRatio":{"numerator":{"value":1},"denominator":{"value":64}}"#, "1 : 64"),
            (r#""valueDateTime":"2026-11""#, "11/2026"),
            (r#""dataAbsentReason":{"text":"Probe zu alt"}"#, "Probe zu alt"),
        ] {
            let text = format!(r#"{{"status":"final","code":{{"text":"x"}},{value}}}"#);
            assert_eq!(measured(&text).unwrap().shown, shown);
        }
        assert!(measured(r#"{"status":"entered-in-error","code":{"text":"x"}}"#).is_none());
        assert!(measured(r#"{"status":"final"}"#).is_none());
    }

    #[test]
    fn only_references_to_this_kind_of_record_are_followed() {
        let of = |reference: &str| {
            let text = format!(r#"{{"subject":{{"reference":"{reference}"}}}}"#);
            super::reference(Document::parse(text).unwrap().root(), "subject", "Patient")
        };
        assert_eq!(of("Patient/1").as_deref(), Some("1"));
        assert_eq!(of("http://localhost/praxis/fhir/Patient/1").as_deref(), Some("1"));
        for other in ["Group/1", "Patient/", "Patient/a b", "1", "#x", "Patient/1/_history/2"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
