//! Practices to look at, and ways to look at them.
#![allow(dead_code, reason = "each test file takes what it needs")]

use salus_people::{Locale, World};
use serde_json::Value;
use std::sync::OnceLock;

/// 2026-11-28, a Saturday.
pub const TODAY: i64 = 20_785;
/// How many patients are looked at.
pub const MADE: u64 = 200;

pub fn world(locale: Locale) -> World {
    World::new(locale, 1, TODAY)
}

fn resources(text: &str) -> Vec<Value> {
    let bundle: Value = serde_json::from_str(text).unwrap();
    bundle["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone()).collect()
}

/// The records of each patient, the Patient first.
pub fn all(locale: Locale) -> &'static [Vec<Value>] {
    static ALL: [OnceLock<Vec<Vec<Value>>>; 2] = [const { OnceLock::new() }; 2];
    let at = usize::from(locale == Locale::French);
    ALL[at].get_or_init(|| (0..MADE).map(|index| resources(&world(locale).patient(index))).collect())
}

/// Those of other seeds, on other days.
pub fn others() -> &'static [(i64, Vec<Vec<Value>>)] {
    static OTHERS: OnceLock<Vec<(i64, Vec<Vec<Value>>)>> = OnceLock::new();
    let made = |(locale, seed, day)| {
        let world = World::new(locale, seed, day);
        (day, (0..60).map(|index| resources(&world.patient(index))).collect())
    };
    let worlds = [(Locale::German, 2, 19_000), (Locale::French, 3, 25_202), (Locale::German, 4, TODAY + 3)];
    OTHERS.get_or_init(|| worlds.map(made).into())
}

pub fn practice(locale: Locale) -> Vec<Value> {
    resources(&world(locale).practice())
}

/// What goes on around a day.
pub fn day(locale: Locale, day: i64, minute: i64) -> Vec<Value> {
    world(locale).day(MADE, day, minute).iter().flat_map(|text| resources(text)).collect()
}

pub fn kind(resource: &Value) -> &str {
    resource["resourceType"].as_str().unwrap()
}

pub fn address(resource: &Value) -> String {
    format!("{}/{}", kind(resource), resource["id"].as_str().unwrap())
}

pub fn of_kind<'a>(chart: &'a [Value], name: &'a str) -> impl Iterator<Item = &'a Value> {
    chart.iter().filter(move |one| kind(one) == name)
}

pub fn code(resource: &Value) -> &str {
    let code =
        if resource["code"].is_object() { &resource["code"] } else { &resource["medicationCodeableConcept"] };
    code["coding"][0]["code"].as_str().unwrap_or_default()
}

/// Day and value of a measure, in order of days.
pub fn values(chart: &[Value], loinc: &str) -> Vec<(String, f64)> {
    let mut found: Vec<(String, f64)> = of_kind(chart, "Observation")
        .filter(|one| code(one) == loinc)
        .map(|one| {
            let value = one["valueQuantity"]["value"].to_string().parse().unwrap();
            (one["effectiveDateTime"].as_str().unwrap()[..10].to_owned(), value)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Every text of a resource with its path.
pub fn texts(resource: &Value) -> Vec<(String, String)> {
    fn walk(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) => found.push((path.to_owned(), text.clone())),
            Value::Array(list) => list.iter().for_each(|one| walk(path, one, found)),
            Value::Object(fields) => {
                fields.iter().for_each(|(name, one)| walk(&format!("{path}.{name}"), one, found))
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk("", resource, &mut found);
    found
}

/// Every day that a resource names, with its path.
pub fn days_in(resource: &Value) -> Vec<(String, String)> {
    let is_day = |text: &str| {
        text.len() >= 10
            && text
                .bytes()
                .take(10)
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
    };
    let mut found = texts(resource);
    found.retain(|(path, text)| is_day(text) && !path.ends_with("birthDate"));
    found.into_iter().map(|(path, text)| (path, text[..10].to_owned())).collect()
}

/// Such as `2026-11-28`.
pub fn date(day: i64) -> String {
    salus_fhir::instant(day as u64 * 86_400_000)[..10].to_owned()
}

/// Days since 1970 of a date that is not before.
pub fn day_number(date: &str) -> i64 {
    (salus_fhir::instant::parse(&format!("{date}T00:00:00Z")).unwrap() / 86_400_000) as i64
}
