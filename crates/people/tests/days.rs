//! What must hold of a day in the practice: somebody comes, states fit the hour, patients are there and live.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{TODAY, all, day, of_kind, practice};
use salus_people::Locale;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const LOCALES: [Locale; 2] = [Locale::German, Locale::French];
/// The Monday after.
const MONDAY: i64 = TODAY + 2;

fn states(resources: &[Value], on: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for one in of_kind(resources, "Appointment").filter(|one| one["start"].as_str().unwrap().starts_with(on))
    {
        *counts.entry(one["status"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn today_is_never_empty_and_states_fit_the_hour() {
    for locale in LOCALES {
        // A Saturday in the night, a Monday at a quarter past ten, a Monday in the evening.
        for (on, minute) in [(TODAY, 120), (MONDAY, 615), (MONDAY, 1290)] {
            let states = states(&day(locale, on, minute), &common::date(on));
            for state in ["fulfilled", "arrived", "booked"] {
                assert!(states.get(state).is_some_and(|count| *count > 0), "{on} {minute} {states:?}");
            }
            assert!((20..=34).contains(&states.values().sum::<usize>()), "{states:?}");
        }
        let resources = day(locale, MONDAY, 615);
        for one in of_kind(&resources, "Appointment") {
            let (start, status) = (one["start"].as_str().unwrap(), one["status"].as_str().unwrap());
            let now = format!("{}T10:15", common::date(MONDAY));
            if &start[..16] > &format!("{}T10:36", common::date(MONDAY)) {
                assert!(["booked", "cancelled"].contains(&status), "{one}");
            }
            if one["end"].as_str().unwrap()[..16] < *now {
                assert!(["fulfilled", "noshow", "cancelled"].contains(&status), "{one}");
            }
        }
        // Nothing is said to have been done after the moment.
        for one in of_kind(&resources, "Encounter") {
            assert!(
                one["period"]["end"].as_str().unwrap()[..16] <= *format!("{}T10:15", common::date(MONDAY))
            );
        }
    }
}

#[test]
fn the_day_is_of_patients_who_live_and_no_physician_is_twice_at_once() {
    for locale in LOCALES {
        let mut living = BTreeMap::new();
        for chart in all(locale) {
            let lives = chart[0].get("deceasedDateTime").is_none() && chart.len() > 1;
            living.insert(common::address(&chart[0]), lives);
        }
        let house: BTreeSet<String> = practice(locale).iter().map(common::address).collect();
        let resources = day(locale, MONDAY, 615);
        let (mut slots, mut comers) = (BTreeSet::new(), BTreeSet::new());
        for one in of_kind(&resources, "Appointment") {
            let [patient, doctor] =
                [0, 1].map(|at| one["participant"][at]["actor"]["reference"].as_str().unwrap());
            let start = one["start"].as_str().unwrap();
            assert!(living[patient] && house.contains(doctor));
            assert!(slots.insert((doctor.to_owned(), start.to_owned())), "{one}");
            assert!(comers.insert((patient.to_owned(), start[..10].to_owned())), "{one}");
        }
        for one in of_kind(&resources, "Task") {
            assert!(living[one["for"]["reference"].as_str().unwrap()], "{one}");
            assert!(house.contains(one["owner"]["reference"].as_str().unwrap()));
        }
        assert!(of_kind(&resources, "Task").count() > 8);
        // What came in since yesterday is of today, even on a Monday.
        let today = common::date(MONDAY);
        let reports = of_kind(&resources, "DiagnosticReport").map(|one| one["issued"].as_str().unwrap());
        let letters = of_kind(&resources, "DocumentReference").map(|one| one["date"].as_str().unwrap());
        assert!(reports.chain(letters).all(|at| at.starts_with(&today)));
        assert!(of_kind(&resources, "DiagnosticReport").count() > 4);
        assert!(of_kind(&resources, "DocumentReference").count() > 0);
    }
}

/// What is booked for tomorrow is what is there tomorrow, under the same ids.
#[test]
fn the_next_day_goes_on_with_what_was_booked() {
    let ids = |resources: &[Value], on: i64| -> BTreeSet<String> {
        let of_day = |one: &&Value| one["start"].as_str().unwrap().starts_with(&common::date(on));
        of_kind(resources, "Appointment").filter(of_day).map(common::address).collect()
    };
    for locale in LOCALES {
        let (monday, tuesday) = (day(locale, MONDAY, 600), day(locale, MONDAY + 1, 600));
        let (before, then) = (ids(&monday, MONDAY + 1), ids(&tuesday, MONDAY + 1));
        assert!(!before.is_empty() && before.is_subset(&then), "{} of {}", before.len(), then.len());
    }
    assert!(salus_people::World::new(Locale::German, 1, TODAY).day(0, TODAY, 600).is_empty());
}
