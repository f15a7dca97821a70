//! The shapes of searches that public FHIR benchmarks use, each asked for many patients in turn.
//!
//! State: none. What is asked for is there: every answer has an entry.

use crate::people::{self, NUMBERS, PRACTITIONER_NUMBERS, Person, SYSTOLIC, WEIGHT};
use std::collections::HashMap;

/// How many different searches of a shape are asked in turn.
const SEARCHES: usize = 256;
/// How many entries a page has at most where many match.
const PAGE: &str = "_count=20";

/// A kind of search.
pub struct Shape {
    /// Its name in the tables.
    pub name: &'static str,
    ask: fn(&Asked) -> String,
    of: Of,
}

/// Of whom it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Patients evenly spread over all.
    Anybody,
    /// Patients whose family name nobody else has.
    Unique,
}

/// Whom a search is about.
struct Asked {
    person: Person,
    /// The id of the Patient.
    id: String,
}

/// Found by the number that only one patient has.
pub const IDENTIFIER: &str = "Patient by identifier";
/// Found by a name that only one patient has.
pub const NAME: &str = "Patient by name, one of that name";
/// What one patient's Observations of one code are found by.
pub const PATIENT_CODE: &str = "Observation by patient and code";
/// What one patient's Observations of a time are found by.
pub const PATIENT_DATE: &str = "Observation by patient and date";

const LOINC: &str = "http://loinc.org%7C";

/// All of them, in the order of the tables.
pub fn all() -> Vec<Shape> {
    let anybody = |name, ask| Shape { name, ask, of: Of::Anybody };
    let unique = |name, ask| Shape { name, ask, of: Of::Unique };
    vec![
        anybody(IDENTIFIER, |it| format!("/Patient?identifier={NUMBERS}%7C{}", it.person.identifier())),
        unique(NAME, |it| format!("/Patient?name={}", it.person.family())),
        anybody("Patient by name, any", |it| format!("/Patient?name={}&{PAGE}", it.person.family())),
        unique("Patient by name:contains", |it| {
            format!("/Patient?name:contains={}&{PAGE}", it.person.family().get(1..8).unwrap_or_default())
        }),
        anybody("Patient by birthdate", |it| format!("/Patient?birthdate={}", it.person.birth_date())),
        anybody("Patient by birthdate=ge", |it| {
            format!("/Patient?birthdate=ge{}&{PAGE}", it.person.birth_date())
        }),
        anybody("Patient by birthdate=lt", |it| {
            format!("/Patient?birthdate=lt{}&{PAGE}", it.person.birth_date())
        }),
        anybody("Patient by address", |it| {
            format!("/Patient?address={}&{PAGE}", it.person.street().replace(' ', "%20"))
        }),
        anybody("Patient by gender and family", |it| {
            format!("/Patient?gender={}&family={}&{PAGE}", it.person.gender(), it.person.family())
        }),
        anybody(PATIENT_CODE, |it| format!("/Observation?patient={}&code={LOINC}{WEIGHT}", it.id)),
        anybody(PATIENT_DATE, |it| format!("/Observation?patient={}&date=ge{}", it.id, it.person.day())),
        anybody("Observation by code", |it| {
            format!("/Observation?code={LOINC}{}&{PAGE}", it.person.laboratory_code())
        }),
        anybody("Observation by category", |_| format!("/Observation?category=laboratory&{PAGE}")),
        anybody("Observation by combo-code", |_| format!("/Observation?combo-code={LOINC}{SYSTOLIC}&{PAGE}")),
        anybody("Observation by date", |it| format!("/Observation?date={}&{PAGE}", it.person.day())),
        anybody("Condition by patient", |it| format!("/Condition?patient={}", it.id)),
        anybody("Encounter by patient", |it| format!("/Encounter?patient={}", it.id)),
        anybody("MedicationRequest by patient", |it| format!("/MedicationRequest?patient={}", it.id)),
        anybody("Encounter by date and practitioner", |it| {
            let practitioner = people::practitioner_id(it.person.practitioner());
            format!("/Encounter?date={}&practitioner=Practitioner/{practitioner}", it.person.day())
        }),
        anybody("_include", |it| {
            format!("/Encounter?patient={}&_include=Encounter:practitioner&_include=Encounter:patient", it.id)
        }),
        anybody("_revinclude", |it| format!("/Patient?_id={}&_revinclude=Observation:patient", it.id)),
        anybody("chain", |it| {
            format!(
                "/Observation?patient.identifier={NUMBERS}%7C{}&code={LOINC}{WEIGHT}",
                it.person.identifier()
            )
        }),
        anybody("chain by practitioner", |it| {
            let number = people::practitioner_number(it.person.practitioner());
            format!("/Encounter?practitioner.identifier={PRACTITIONER_NUMBERS}%7C{number}&{PAGE}")
        }),
        anybody("_has", |it| {
            format!("/Patient?_has:Condition:patient:code={}&{PAGE}", it.person.diagnosis())
        }),
        anybody("_total=accurate", |it| {
            format!("/Observation?code={LOINC}{}&_total=accurate&{PAGE}", it.person.laboratory_code())
        }),
    ]
}

impl Shape {
    /// The paths that are asked of `ids.len()` patients, whose Patients have these ids.
    pub fn paths(&self, ids: &[String]) -> Vec<String> {
        let asked = |number: &usize| Asked {
            person: Person::of(*number as u32),
            id: ids.get(*number).cloned().unwrap_or_default(),
        };
        self.numbers(ids.len()).iter().map(asked).map(|asked| (self.ask)(&asked)).collect()
    }

    fn numbers(&self, patients: usize) -> Vec<usize> {
        let candidates: Vec<usize> = match self.of {
            Of::Anybody => (0..patients).collect(),
            Of::Unique => unique(patients),
        };
        let step = candidates.len().div_ceil(SEARCHES).max(1);
        candidates.into_iter().step_by(step).collect()
    }
}

/// The patients whose family name nobody else has.
fn unique(patients: usize) -> Vec<usize> {
    let mut last: HashMap<String, (usize, u32)> = HashMap::new();
    for number in 0..patients {
        let one = last.entry(Person::of(number as u32).family()).or_default();
        *one = (number, one.1 + 1);
    }
    let mut numbers: Vec<usize> =
        last.into_values().filter(|(_, count)| *count == 1).map(|(number, _)| number).collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_ask_as_often_as_they_can_and_have_names_of_their_own() {
        let ids: Vec<String> = (0..1_000).map(|number| format!("id-{number}")).collect();
        let shapes = all();
        let names: std::collections::BTreeSet<&str> = shapes.iter().map(|shape| shape.name).collect();
        assert_eq!(names.len(), shapes.len());
        for shape in &shapes {
            let paths = shape.paths(&ids);
            assert!((50..=SEARCHES).contains(&paths.len()), "{}: {}", shape.name, paths.len());
            assert!(paths.iter().all(|path| !path.contains([' ', '|', '"'])), "{}", shape.name);
        }
        assert_eq!(unique(1), [0]);
    }
}
