//! What must hold of lives: values follow from illness and treatment, medicines from reasons, and those who are in every practice on
//! purpose are there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{TODAY, address, all, code, day_number, of_kind, values, world};
use salus_people::Locale;
use salus_people::characters::{LONG_HISTORY, MANY_MEDICINES, NEWBORN, ONLY_NAME, PREGNANT};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const LOCALES: [Locale; 2] = [Locale::German, Locale::French];

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// When somebody began a medicine that was started here, at the earliest.
fn start(chart: &[Value], atc: &str) -> Option<i64> {
    let mut days: Vec<i64> = of_kind(chart, "MedicationStatement")
        .filter(|one| code(one) == atc && one["context"].is_object())
        .map(|one| day_number(one["effectivePeriod"]["start"].as_str().unwrap()))
        .collect();
    days.sort_unstable();
    days.first().copied()
}

/// Of a measure, the mean just when a medicine was begun and the mean some months later, over all in whom both are known.
fn before_and_after(atc: &str, loinc: [&str; 2], months: (i64, i64)) -> (f64, f64, usize) {
    let mut found = Vec::new();
    for (locale, loinc) in LOCALES.into_iter().zip(loinc) {
        for chart in all(locale) {
            let Some(began) = start(chart, atc) else { continue };
            let values = values(chart, loinc);
            let of = |from: i64, to: i64| {
                mean(
                    values
                        .iter()
                        .filter(|(day, _)| (from..=to).contains(&(day_number(day) - began)))
                        .map(|(_, value)| *value),
                )
            };
            found.extend(of(-20, 10).zip(of(months.0 * 30, months.1 * 30)));
        }
    }
    let count = found.len();
    (mean(found.iter().map(|(a, _)| *a)).unwrap(), mean(found.iter().map(|(_, b)| *b)).unwrap(), count)
}

#[test]
fn values_follow_treatment() {
    let (at_first, later, count) = before_and_after("A10BA02", ["4548-4"; 2], (5, 11));
    assert!(count >= 3 && at_first > 7.6 && later < at_first - 1.0, "HbA1c {at_first} {later} {count}");
    let (at_first, later, count) = before_and_after("H03AA01", ["3016-3"; 2], (6, 20));
    assert!(count >= 3 && at_first > 7.0 && later < 4.0, "TSH {at_first} {later} {count}");
    let (at_first, later, count) = before_and_after("B03AA07", ["718-7"; 2], (3, 9));
    assert!(count >= 1 && later > at_first + 1.0, "haemoglobin {at_first} {later} {count}");
}

#[test]
fn kidneys_fail_slowly_and_metformin_is_stopped() {
    for locale in LOCALES {
        let chart = &all(locale)[LONG_HISTORY as usize];
        let creatinine = if locale == Locale::German { "2160-0" } else { "14682-9" };
        let ends = |loinc: &str| {
            let values = values(chart, loinc);
            let head = mean(values.iter().take(4).map(|(_, value)| *value)).unwrap();
            (head, mean(values.iter().rev().take(4).map(|(_, value)| *value)).unwrap(), values.len())
        };
        let (first, last, count) = ends(creatinine);
        assert!(last > first * 1.9 && count > 12, "{first} {last} {count}");
        let (first, last, _) = ends("98979-8");
        assert!(first > 55.0 && last < 32.0, "{first} {last}");
        let (first, last, _) = ends("2823-3");
        assert!(last > first + 0.5 && last < 6.3, "{first} {last}");
        let metformin: Vec<&Value> =
            of_kind(chart, "MedicationStatement").filter(|one| code(one) == "A10BA02").collect();
        assert!(metformin.iter().all(|one| one["status"] == "stopped"));
        assert!(
            metformin
                .iter()
                .any(|one| one["statusReason"][0]["text"].as_str().unwrap().contains("30 ml/min"))
        );
        // The later ones are said to be in the fourth stage.
        assert!(of_kind(chart, "Condition").any(|one| code(one) == "N18.4"));
    }
}

#[test]
fn anticoagulation_is_in_its_range_mostly_and_flagged() {
    for locale in LOCALES {
        let chart = &all(locale)[LONG_HISTORY as usize];
        let values = values(chart, "6301-6");
        let treated: Vec<f64> = values.iter().skip(4).map(|(_, value)| *value).collect();
        let inside = treated.iter().filter(|value| (2.0..=3.0).contains(*value)).count();
        assert!(treated.len() > 40 && inside * 10 > treated.len() * 7 && inside < treated.len());
        let flags: Vec<&Value> = of_kind(chart, "Flag").collect();
        assert_eq!(flags.len(), 1, "{flags:?}");
        for chart in all(locale) {
            let thins = of_kind(chart, "MedicationStatement").any(|one| {
                one["status"] == "active" && ["B01AA04", "B01AA03", "B01AF02"].contains(&code(one))
            });
            assert!(!thins || of_kind(chart, "Flag").count() > 0);
        }
    }
}

#[test]
fn those_who_are_there_on_purpose_are_there() {
    for locale in LOCALES {
        let charts = all(locale);
        let active = |chart: &[Value]| {
            let taken = of_kind(chart, "MedicationStatement").filter(|one| one["status"] == "active");
            taken.map(|one| code(one).to_owned()).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(active(&charts[MANY_MEDICINES as usize]), 12);
        let birth = day_number(charts[NEWBORN as usize][0]["birthDate"].as_str().unwrap());
        assert_eq!(TODAY - birth, 9);
        assert!(
            values(&charts[NEWBORN as usize], "29463-7")
                .iter()
                .all(|(_, kilograms)| (2.3..4.8).contains(kilograms))
        );
        let pregnant = &charts[PREGNANT as usize];
        assert_eq!(pregnant[0]["gender"], "female");
        assert!(
            of_kind(pregnant, "Flag").count() == 1
                && of_kind(pregnant, "Condition").any(|one| code(one).starts_with("Z34"))
        );
        let weights = values(pregnant, "29463-7");
        assert!(weights.last().unwrap().1 > weights[0].1 + 2.0, "{weights:?}");
        assert_eq!(charts[ONLY_NAME as usize].len(), 1);
        assert!(
            charts[ONLY_NAME as usize][0]["name"].is_array()
                && charts[ONLY_NAME as usize][0].get("birthDate").is_none()
        );
        let dead = charts.iter().filter(|chart| chart[0]["deceasedDateTime"].is_string()).count();
        assert!((3..=16).contains(&dead), "{dead}");
    }
}

#[test]
fn children_grow() {
    let mut checked = 0;
    for chart in LOCALES.into_iter().flat_map(all) {
        let Some(birth) =
            chart[0]["birthDate"].as_str().filter(|birth| *birth > "2008-12-01").map(day_number)
        else {
            continue;
        };
        let heights = values(chart, "8302-2");
        assert!(heights.is_sorted_by(|(_, a), (_, b)| *b >= a - 0.6), "{heights:?}");
        for (day, kilograms) in values(chart, "29463-7") {
            let age = (day_number(&day) - birth) as f64 / 365.25;
            let (least, most) = (2.2 + 1.4 * age, 5.5 + 7.5 * age.max(0.9));
            assert!((least..=most).contains(&kilograms), "{age} years, {kilograms} kg");
            checked += 1;
        }
    }
    assert!(checked > 150, "{checked}");
}

#[test]
fn medicines_have_reasons_and_are_not_given_to_those_who_do_not_bear_them() {
    let mut refused = 0;
    let charts =
        LOCALES.into_iter().flat_map(all).chain(common::others().iter().flat_map(|(_, charts)| charts));
    for chart in charts {
        let conditions: BTreeMap<String, &Value> =
            of_kind(chart, "Condition").map(|one| (address(one), one)).collect();
        for one in of_kind(chart, "MedicationStatement").chain(of_kind(chart, "MedicationRequest")) {
            let reason = one["reasonReference"][0]["reference"].as_str().unwrap();
            assert!(conditions.contains_key(reason), "{one}");
            assert!((one["status"] == "stopped") >= one["statusReason"].is_array(), "{one}");
        }
        for (allergen, atc) in
            [("Pen", "J01CA04"), ("Metam", "N02BB02"), ("Métam", "N02BB02"), ("Ibu", "M01AE01")]
        {
            let allergic = of_kind(chart, "AllergyIntolerance").any(|one| {
                one["code"]["text"]
                    .as_str()
                    .unwrap()
                    .replace('é', "e")
                    .starts_with(&allergen.replace('é', "e"))
            });
            if allergic {
                refused += 1;
                assert!(of_kind(chart, "MedicationStatement").all(|one| code(one) != atc));
            }
        }
        // Nobody takes one medicine twice at once.
        let mut active: Vec<&str> =
            of_kind(chart, "MedicationStatement").filter(|one| one["status"] == "active").map(code).collect();
        let count = active.len();
        active.sort_unstable();
        active.dedup();
        assert_eq!(active.len(), count);
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn reports_group_their_values_and_signs_follow_the_ranges() {
    let mut abnormal = 0;
    for chart in LOCALES.into_iter().flat_map(all) {
        let observations: BTreeMap<String, &Value> =
            of_kind(chart, "Observation").map(|one| (address(one), one)).collect();
        for report in of_kind(chart, "DiagnosticReport") {
            for result in report["result"].as_array().unwrap() {
                let value = observations[result["reference"].as_str().unwrap()];
                assert_eq!(value["effectiveDateTime"], report["effectiveDateTime"]);
            }
        }
        for one in observations.values().filter(|one| one["referenceRange"].is_array()) {
            let number = |value: &Value| value["value"].to_string().parse::<f64>().ok();
            let value = number(&one["valueQuantity"]).unwrap();
            let range = &one["referenceRange"][0];
            let sign = match () {
                () if number(&range["high"]).is_some_and(|high| value > high) => "H",
                () if number(&range["low"]).is_some_and(|low| value < low) => "L",
                () => "",
            };
            let said = one["interpretation"][0]["coding"][0]["code"].as_str().unwrap_or_default();
            assert_eq!(said, sign, "{one}");
            abnormal += usize::from(!sign.is_empty());
        }
    }
    assert!(abnormal > 300, "{abnormal}");
}

#[test]
fn letters_are_small_and_whole() {
    let mut count = 0;
    for chart in LOCALES.into_iter().flat_map(all) {
        for binary in of_kind(chart, "Binary") {
            let data = binary["data"].as_str().unwrap();
            // "%PDF-1.4" and its end, in base64 of any phase.
            assert!(data.starts_with("JVBERi0xLjQ") && data.len() < 2_900, "{}", data.len());
            count += 1;
        }
        for reference in of_kind(chart, "DocumentReference") {
            let attachment = &reference["content"][0]["attachment"];
            assert!(attachment["url"].is_string() != attachment["data"].is_string());
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn the_heavy_chart_is_as_heavy_as_it_says() {
    let (id, bundles) = world(Locale::German).heavy();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for text in &bundles {
        let bundle: Value = serde_json::from_str(text).unwrap();
        for entry in bundle["entry"].as_array().unwrap() {
            let resource = &entry["resource"];
            *counts.entry(common::kind(resource).to_owned()).or_default() += 1;
            assert!(ids.insert(address(resource)));
        }
    }
    assert_eq!(counts["Encounter"], salus_people::HEAVY_ENCOUNTERS);
    assert_eq!(counts["Observation"], salus_people::HEAVY_OBSERVATIONS);
    assert!(ids.contains(&format!("Patient/{id}")) && counts["MedicationStatement"] > 5);
    assert!(salus_fhir::bundle::Bundle::parse(&bundles[3]).is_ok());
}
