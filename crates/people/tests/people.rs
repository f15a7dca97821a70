//! What must hold of every practice that is made: valid records that lead to each other, numbers that pass their checks, days in their
//! order, values that follow from illness and treatment.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{MADE, TODAY, all, days_in, kind, of_kind, practice, texts, world};
use salus_fhir::conform::{self, Library, Settings};
use salus_fhir::{Number, Severity};
use salus_people::characters::LONG_HISTORY;
use salus_people::{Locale, THIN_RESOURCES, World};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const LOCALES: [Locale; 2] = [Locale::German, Locale::French];

/// A transaction that our reader and validator take, whose ids and full URLs are there once.
fn accept(text: &str) -> usize {
    let bundle = salus_fhir::bundle::Bundle::parse(text).unwrap_or_else(|issues| panic!("{issues:?}"));
    for entry in &bundle.entries {
        match &entry.resource {
            Err(issues) => panic!("{issues:?} {:?}", entry.full_url),
            Ok(resource) => {
                let warnings: Vec<_> = resource.iter().flat_map(|one| one.warnings()).collect();
                assert!(warnings.is_empty(), "{warnings:?} {:?}", entry.full_url);
            }
        }
    }
    bundle.entries.len()
}

/// R4's rules, lists and extensions, of the first of each type.
#[test]
fn records_keep_the_rules_of_r4() {
    let library = Library::new([]);
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for locale in LOCALES {
        let world = world(locale);
        let texts = std::iter::once(world.practice())
            .chain((0..MADE).map(|index| world.patient(index)))
            .chain([world.thin(0)])
            .chain(world.day(MADE, TODAY, 615));
        for text in texts {
            let bundle = salus_fhir::bundle::Bundle::parse(&text).unwrap();
            for resource in
                bundle.entries.iter().filter_map(|entry| entry.resource.as_ref().unwrap().as_ref())
            {
                let count = seen.entry(resource.kind().name()).or_default();
                *count += 1;
                if *count % 20 > 4 {
                    continue;
                }
                let issues = conform::check(resource, &library, &Settings::default());
                let errors: Vec<_> =
                    issues.iter().filter(|issue| issue.severity == Severity::Error).collect();
                assert!(errors.is_empty(), "{errors:?} {}", resource.text());
            }
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

#[test]
fn every_record_is_valid_r4() {
    for locale in LOCALES {
        let world = world(locale);
        accept(&world.practice());
        let mut sizes = Vec::new();
        for index in 0..MADE {
            sizes.push(accept(&world.patient(index)));
            assert_eq!(accept(&world.thin(index)), THIN_RESOURCES);
        }
        for text in world.day(MADE, TODAY, 615) {
            accept(&text);
        }
        let mean = sizes.iter().sum::<usize>() / sizes.len();
        assert!((55..=75).contains(&mean), "{mean}");
        let long = sizes[LONG_HISTORY as usize];
        assert!((480..=700).contains(&long), "{long}");
        assert_eq!(sizes.iter().min(), Some(&1), "one of whom only the name is known");
        let usual: Vec<usize> = sizes.iter().copied().filter(|size| *size > 1 && *size < 480).collect();
        assert!(usual.iter().all(|size| (8..=220).contains(size)), "{usual:?}");
    }
}

/// Every reference leads to a record of the same patient or of the practice.
#[test]
fn references_lead_somewhere() {
    for locale in LOCALES {
        let house: BTreeSet<String> = practice(locale).iter().map(common::address).collect();
        for chart in all(locale) {
            let own: BTreeSet<String> = chart.iter().map(common::address).collect();
            for resource in chart {
                for (path, text) in texts(resource) {
                    if path.ends_with(".reference") || path.ends_with("attachment.url") {
                        assert!(own.contains(&text) || house.contains(&text), "{path} {text}");
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_happens_before_birth_after_death_or_in_the_future() {
    for locale in LOCALES {
        all(locale).iter().for_each(|chart| happens_in_life(chart, TODAY));
    }
    for (day, charts) in common::others() {
        charts.iter().for_each(|chart| happens_in_life(chart, *day));
    }
}

fn happens_in_life(chart: &[Value], today: i64) {
    // What lasts into the future by its nature.
    let may_last = ["period.end", "validityPeriod.end"];
    let patient = &chart[0];
    let Some(birth) = patient["birthDate"].as_str() else { return };
    let death = patient["deceasedDateTime"].as_str().map(|text| &text[..10]);
    let last = death.map_or_else(|| common::date(today), str::to_owned);
    for resource in chart.iter().filter(|one| kind(one) != "RelatedPerson") {
        for (path, day) in days_in(resource) {
            let lasts = may_last.iter().any(|end| path.ends_with(end))
                && ["Coverage", "MedicationRequest"].contains(&kind(resource));
            assert!(birth <= &day, "{birth} {path} {day} {resource}");
            assert!(lasts || day <= last, "{last} {path} {day} {resource}");
        }
        let period = ["period", "effectivePeriod"].map(|name| &resource[name]);
        for period in period.into_iter().filter(|period| period["end"].is_string()) {
            assert!(period["start"].as_str() <= period["end"].as_str(), "{resource}");
        }
    }
}

#[test]
fn numbers_pass_their_checks() {
    for locale in LOCALES {
        let mut numbers = BTreeSet::new();
        for chart in all(locale) {
            let patient = &chart[0];
            let Some(number) = patient["identifier"][0]["value"].as_str() else { continue };
            assert!(numbers.insert(number.to_owned()), "{number} is there twice");
            let is_right = match locale {
                Locale::German => Number::Kvnr.check(number).is_ok(),
                Locale::French => {
                    let birth = patient["birthDate"].as_str().unwrap();
                    let sex = if patient["gender"] == "female" { "2" } else { "1" };
                    let begin = format!("{sex}{}{}", &birth[2..4], &birth[5..7]);
                    number.starts_with(&begin) && Number::Nir.check(number).is_ok()
                }
            };
            assert!(is_right, "{number}");
        }
        assert_eq!(numbers.len() as u64, MADE - 1);
    }
    for payer in of_kind(&practice(Locale::German), "Organization").filter(|one| one["identifier"].is_array())
    {
        assert!(Number::Ik.check(payer["identifier"][0]["value"].as_str().unwrap()).is_ok(), "{payer}");
    }
    for (locale, number) in LOCALES.into_iter().zip([Number::Lanr, Number::Rpps]) {
        let house = practice(locale);
        let mut physicians = 0;
        for one in of_kind(&house, "Practitioner").filter(|one| one["identifier"].is_array()) {
            let [system, value] =
                ["system", "value"].map(|name| one["identifier"][0][name].as_str().unwrap());
            assert_eq!((Number::of_system(system), number.check(value)), (Some(number), Ok(())), "{one}");
            physicians += 1;
        }
        assert!(physicians > 1);
    }
}

#[test]
fn families_live_together_and_mostly_share_a_name() {
    for locale in LOCALES {
        let mut houses: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for chart in all(locale).iter().filter(|chart| chart[0]["address"].is_array()) {
            houses.entry(chart[0]["address"][0].to_string()).or_default().push(&chart[0]);
        }
        let families: Vec<&Vec<&Value>> = houses.values().filter(|people| people.len() > 2).collect();
        assert!(families.len() as u64 >= MADE / 20 * 2, "{}", families.len());
        let shared = families.iter().filter(|people| {
            let name = |one: &Value| one["name"][0]["family"].as_str().unwrap().to_owned();
            let last = name(people.last().unwrap());
            people.iter().filter(|one| name(one) == last).count() + 1 >= people.len()
        });
        assert!(shared.count() * 10 >= families.len() * 8);
        // Whom to call lives at the same address, by the same number.
        for chart in all(locale) {
            for relative in of_kind(chart, "RelatedPerson").filter(|one| one["address"].is_array()) {
                assert_eq!(relative["address"], chart[0]["address"]);
            }
        }
    }
}

#[test]
fn ages_are_those_of_a_practice() {
    for locale in LOCALES {
        let years: Vec<i64> = all(locale)
            .iter()
            .filter_map(|chart| Some(2026 - chart[0]["birthDate"].as_str()?[..4].parse::<i64>().unwrap()))
            .collect();
        let share = |from: i64, to: i64| {
            years.iter().filter(|age| (from..=to).contains(*age)).count() * 100 / years.len()
        };
        assert!((12..=30).contains(&share(0, 17)), "{}", share(0, 17));
        assert!((25..=50).contains(&share(65, 110)), "{}", share(65, 110));
        assert!(years.iter().all(|age| (0..=96).contains(age)));
    }
}

#[test]
fn the_same_seed_and_day_give_the_same_and_others_give_others() {
    let one = world(Locale::German);
    assert_eq!(one.patient(5), one.patient(5));
    assert_eq!(one.day(30, TODAY, 600), one.day(30, TODAY, 600));
    assert_ne!(one.patient(5), one.patient(6));
    assert_ne!(one.patient(5), world(Locale::French).patient(5));
    assert_ne!(one.patient(5), World::new(Locale::German, 2, TODAY).patient(5));
    let next = World::new(Locale::German, 1, TODAY + 1);
    assert_eq!(one.patient_id(5), next.patient_id(5));
    assert!(one.patient(5).contains(&one.patient_id(5)));
}

#[test]
fn one_may_be_put_on_any_day() {
    for day in [10_957, 20_000, 25_000, 40_000] {
        for locale in LOCALES {
            let world = World::new(locale, 3, day);
            for index in 0..40 {
                accept(&world.patient(index));
            }
            assert!(world.day(40, day + 3, 700).iter().map(|text| accept(text)).sum::<usize>() > 40);
        }
    }
}
