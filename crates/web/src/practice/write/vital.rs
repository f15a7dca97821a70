//! Vital signs, several at once: an Observation each, blood pressure as one with two components.
//!
//! State: none.

use super::super::typed::number::shown;
use super::super::typed::vital::{Pressure, Vital};
use super::super::typed::{Wrong, date, time};
use super::super::{PageAsk, Trouble};
use super::entry::{Entry, Ids};
use super::form::{Form, Reader, Typed};
use super::here::{
    Change, Here, Opened, Reading, author, found, hl7, list, moment, shown_date, shown_fhir_date, shown_time,
    text_at,
};
use salus_frame::Language;
use serde_json::{Value, json};

/// LOINC's code of a blood pressure with both values.
const PRESSURE: &str = "85354-9";
/// How many of the last values are looked at to show one of each beside its field.
const LAST_VALUES: &str = "60";

/// The fields, but for blood pressure.
const SIGNS: [(&str, Vital); 5] = [
    ("pulse", Vital::Pulse),
    ("temperature", Vital::Temperature),
    ("weight", Vital::Weight),
    ("height", Vital::Height),
    ("saturation", Vital::Saturation),
];

pub(super) async fn open(ask: &PageAsk<'_>, here: &Here) -> Result<Opened, Trouble> {
    let typed = Typed::default()
        .with("date", shown_date(ask.clock.today(), ask.language()))
        .with("time", shown_time(ask.clock.time()));
    let parameters = [
        ("patient", here.id.as_str()),
        ("category", "vital-signs"),
        ("_sort", "-date"),
        ("_count", LAST_VALUES),
    ];
    let last = found(ask, "Observation", &parameters).await?;
    let mut beside = Vec::new();
    for (_, observation) in &last {
        if let Some((field, value)) = last_value(observation, ask.language())
            && !beside.iter().any(|(known, _)| *known == field)
        {
            let when = shown_fhir_date(text_at(observation, "effectiveDateTime"), ask.language());
            beside.push((field, format!("{value} · {when}")));
        }
    }
    Ok(Opened { typed, beside, ..Opened::default() })
}

/// The field to which an Observation belongs, and its value as one reads it.
fn last_value(observation: &Value, language: Language) -> Option<(&'static str, String)> {
    let is = |resource: &Value, code: &str| {
        resource
            .get("code")
            .is_some_and(|concept| list(concept, "coding").any(|coding| text_at(coding, "code") == code))
    };
    let value = |resource: &Value| -> Option<String> {
        Some(shown(&resource.get("valueQuantity")?.get("value")?.to_string(), language))
    };
    if text_at(observation, "status") == "entered-in-error" {
        return None;
    }
    if is(observation, PRESSURE) {
        let part = |vital: Vital| {
            list(observation, "component").find(|part| is(part, vital.loinc())).and_then(value)
        };
        return Some(("pressure", format!("{}/{}", part(Vital::Systolic)?, part(Vital::Diastolic)?)));
    }
    let (field, vital) = SIGNS.into_iter().find(|(_, vital)| is(observation, vital.loinc()))?;
    Some((field, format!("{} {}", value(observation)?, vital.unit().1)))
}

pub(super) fn read(
    ask: &PageAsk<'_>,
    here: &Here,
    typed: &Typed,
    ids: &mut Ids<'_>,
) -> Result<Reading, Trouble> {
    let today = ask.clock.today();
    let mut reader = Reader::new(Form::Vital, typed);
    let pressure = reader.read("pressure", Pressure::read);
    let signs = SIGNS.map(|(name, vital)| (vital, reader.read(name, |text| vital.read(text))));
    reader.needed("date", "missing-date");
    let day = reader.read("date", |text| date::past_day(text, today));
    reader.needed("time", "missing-time");
    let at = day.and_then(|day| reader.read("time", |text| moment(ask, day, time::time(text)?)));
    let is_empty = pressure.is_none() && signs.iter().all(|(_, value)| value.is_none());
    if is_empty && reader.faults.is_empty() {
        reader.fault("pressure", Wrong::new("missing-value"));
    }
    let (Some(at), []) = (at, reader.faults.as_slice()) else { return Ok(Err(reader.faults)) };
    let observation = |code: &str, title: String| {
        let mut observation = json!({
            "status": "final",
            "category": [hl7("observation-category", "vital-signs")],
            "code": coded(code, &title),
            "subject": here.reference(),
            "effectiveDateTime": at,
        });
        if let Some(author) = author(ask) {
            observation["performer"] = Value::Array(vec![author]);
        }
        observation
    };
    let words = |name: &str| ask.t.say(&format!("sign-{name}")).into_owned();
    let mut entries = Vec::new();
    if let Some(pressure) = pressure {
        let mut resource = observation(PRESSURE, words("pressure"));
        let parts = [
            (Vital::Systolic, "systolic", &pressure.systolic),
            (Vital::Diastolic, "diastolic", &pressure.diastolic),
        ];
        let parts = parts.map(|(vital, name, value)| {
            json!({"code": coded(vital.loinc(), &words(name)), "valueQuantity": quantity(vital, &value.text)})
        });
        resource["component"] = Value::Array(parts.into());
        entries.push(Entry::create("Observation", ids.next()?, resource));
    }
    for ((name, _), (vital, value)) in SIGNS.into_iter().zip(signs) {
        let Some(value) = value else { continue };
        let mut resource = observation(vital.loinc(), words(name));
        resource["valueQuantity"] = quantity(vital, &value.text);
        entries.push(Entry::create("Observation", ids.next()?, resource));
    }
    Ok(Ok(Change { entries, ..Change::default() }))
}

/// The code and our own word for it; LOINC's own is not repeated.
fn coded(code: &str, word: &str) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code}], "text": word})
}

/// With the digits that were typed.
fn quantity(vital: Vital, text: &str) -> Value {
    let number: serde_json::Number = text.parse().unwrap_or_else(|_| 0.into());
    let (code, shown) = vital.unit();
    json!({"value": number, "unit": shown, "system": "http://unitsofmeasure.org", "code": code})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_values_find_their_fields() {
        let weight = json!({"code": {"coding": [{"code": "29463-7"}]}, "valueQuantity": {"value": 72.5}});
        assert_eq!(last_value(&weight, Language::Fr), Some(("weight", "72,5 kg".into())));
        let part = |code: &str, value: u32| json!({"code": {"coding": [{"code": code}]}, "valueQuantity": {"value": value}});
        let pressure = json!({"code": {"coding": [{"code": "85354-9"}]}, "component": [part("8462-4", 80), part("8480-6", 120)]});
        assert_eq!(last_value(&pressure, Language::En), Some(("pressure", "120/80".into())));
        for other in
            [json!({}), json!({"code": {"coding": [{"code": "x"}]}}), json!({"code": 3, "component": "x"})]
        {
            assert_eq!(last_value(&other, Language::De), None);
        }
        assert_eq!(quantity(Vital::Weight, "72.50")["value"].to_string(), "72.50");
    }
}
