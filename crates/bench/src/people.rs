//! Thin patients to be searched for: as many as one likes, each made from its number, no two alike.
//!
//! Names, codes, cities and practitioners are drawn as they are in life: a few are common, most are rare (Zipf). Family names
//! are of nine letters and given names of six, from syllables of their own, so that none is the beginning of another.
//!
//! State: none; the same number makes the same patient.

use serde_json::{Value, json};

/// Resources of a patient, the Patient included.
pub const RESOURCES: u32 = 8;
/// Patients in one transaction.
const PATIENTS_PER_BUNDLE: u32 = 12;
/// Practitioners in one transaction.
const PRACTITIONERS_PER_BUNDLE: u32 = 100;
/// For so many patients there is another practitioner.
const PATIENTS_PER_PRACTITIONER: u32 = 250;
/// At least so many practitioners there are.
const FEWEST_PRACTITIONERS: u32 = 8;
const FAMILIES: u32 = 20_000;
const GIVEN_NAMES: u32 = 900;
const CITIES: u32 = 400;
const DIAGNOSES: u32 = 2_000;
const LABORATORY_CODES: u32 = 600;
const DRUGS: u32 = 1_000;

/// The system of the patients' numbers.
pub const NUMBERS: &str = "http://fhir.de/sid/gkv/kvid-10";
/// The system of the practitioners' numbers.
pub const PRACTITIONER_NUMBERS: &str = "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR";
/// Body weight, which every patient has.
pub const WEIGHT: &str = "29463-7";
/// Systolic blood pressure, a component of a panel that every patient has.
pub const SYSTOLIC: &str = "8480-6";

const FAMILY: [&str; 32] = [
    "bra", "den", "fel", "gol", "hau", "jor", "kam", "lin", "mar", "nol", "ost", "pet", "rau", "sel", "tor",
    "ulm", "vog", "wen", "zim", "ber", "cle", "dor", "ehr", "fri", "gra", "hol", "kes", "lau", "mey", "net",
    "pol", "rie",
];
const GIVEN: [&str; 32] = [
    "ann", "bea", "cla", "dia", "eli", "fio", "gab", "hel", "ida", "jul", "kat", "lea", "mia", "nor", "oli",
    "pia", "que", "ros", "sop", "tin", "urs", "val", "wil", "xen", "yva", "zoe", "alb", "bru", "con", "dav",
    "emi", "fra",
];

/// One patient, and what is known of them.
pub struct Person {
    number: u32,
    random: u64,
}

impl Person {
    /// The patient of this number.
    pub fn of(number: u32) -> Self {
        Self { number, random: mix(u64::from(number) + 1) }
    }

    /// The family name: nine letters.
    pub fn family(&self) -> String {
        let rank = zipf(self.draw(1), FAMILIES);
        // So that common names do not stand beside each other in the alphabet.
        let scattered = rank.wrapping_mul(7_919) % (32 * 32 * 32);
        capital(
            &[scattered / 1024, scattered / 32 % 32, scattered % 32].map(|at| syllable(&FAMILY, at)).concat(),
        )
    }

    /// The given name: six letters.
    pub fn given(&self) -> String {
        let scattered = zipf(self.draw(2), GIVEN_NAMES).wrapping_mul(331) % (32 * 32);
        capital(&[scattered / 32, scattered % 32].map(|at| syllable(&GIVEN, at)).concat())
    }

    /// The administrative gender.
    pub fn gender(&self) -> &'static str {
        if self.draw(3).is_multiple_of(2) { "female" } else { "male" }
    }

    /// The birth date; patients are up to 90 years old.
    pub fn birth_date(&self) -> String {
        date(1935, 90, self.draw(4))
    }

    /// The number that no other has.
    pub fn identifier(&self) -> String {
        format!(
            "{}{:09}",
            char::from(b'A' + (self.number % 26) as u8),
            mix(u64::from(self.number)) % 1000 * 1_000_000 + u64::from(self.number)
        )
    }

    /// The town.
    pub fn city(&self) -> String {
        let rank = zipf(self.draw(5), CITIES).wrapping_mul(7) % (32 * 32);
        format!("{}stadt", capital(&[rank / 32, rank % 32].map(|at| syllable(&GIVEN, at)).concat()))
    }

    /// Street and number.
    pub fn street(&self) -> String {
        let street = zipf(self.draw(6), 3_000).wrapping_mul(613) % (32 * 32 * 32);
        let name = [street / 1024, street / 32 % 32, street % 32].map(|at| syllable(&FAMILY, at)).concat();
        format!("{}weg {}", capital(&name), self.draw(7) % 90 + 1)
    }

    /// Whose patient it is.
    pub fn practitioner(&self) -> u32 {
        zipf(self.draw(8), practitioners(self.number)) - 1
    }

    /// The diagnosis's code.
    pub fn diagnosis(&self) -> String {
        format!("{}", 10_000_000 + zipf(self.draw(9), DIAGNOSES) * 1_237)
    }

    /// The code of what the laboratory measured.
    pub fn laboratory_code(&self) -> String {
        let code = 1_000 + zipf(self.draw(10), LABORATORY_CODES) * 11;
        format!("{code}-{}", code % 10)
    }

    /// The drug's code.
    pub fn drug(&self) -> String {
        format!("{}", 200_000 + zipf(self.draw(11), DRUGS) * 37)
    }

    /// The day of the visit, in the last five years.
    pub fn day(&self) -> String {
        date(2021, 5, self.draw(12))
    }

    fn draw(&self, what: u64) -> u64 {
        mix(self.random ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn uuid(&self, at: usize) -> String {
        format!("urn:uuid:{:08x}-0000-4000-8000-{at:012x}", self.number)
    }

    fn resources(&self) -> [Value; RESOURCES as usize] {
        let subject = json!({"reference": self.uuid(0)});
        let encounter = json!({"reference": self.uuid(1)});
        let (day, code) = (self.day(), self.laboratory_code());
        let time = format!("{day}T{:02}:30:00+01:00", self.draw(13) % 10 + 8);
        let observation = |category: &str, code: &str, display: &str| {
            json!({"resourceType": "Observation", "status": "final", "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", category, category)],
                "code": concept("http://loinc.org", code, display), "subject": subject, "encounter": encounter, "effectiveDateTime": time})
        };
        let (pressure, weight) = (self.draw(14) % 60, self.draw(15) % 60 + 45);
        let mut panel = observation("vital-signs", "85354-9", "Blood pressure panel");
        panel["component"] = json!([
            {"code": concept("http://loinc.org", SYSTOLIC, "Systolic blood pressure"), "valueQuantity": quantity(100 + pressure, "mm[Hg]")},
            {"code": concept("http://loinc.org", "8462-4", "Diastolic blood pressure"), "valueQuantity": quantity(60 + pressure / 2, "mm[Hg]")}]);
        let mut heavy = observation("vital-signs", WEIGHT, "Body weight");
        heavy["valueQuantity"] = quantity(weight, "kg");
        let mut laboratory = observation("laboratory", &code, &format!("Analyte {code}"));
        laboratory["valueQuantity"] = quantity(self.draw(16) % 400, "mmol/L");
        let (diagnosis, drug) = (self.diagnosis(), self.drug());
        [
            self.patient(),
            json!({"resourceType": "Encounter", "status": "finished", "subject": subject, "period": {"start": time, "end": time},
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "participant": [{"individual": {"reference": format!("Practitioner/{}", practitioner_id(self.practitioner()))}}]}),
            json!({"resourceType": "Condition", "subject": subject, "encounter": encounter, "onsetDateTime": day,
                "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"),
                "code": concept("http://snomed.info/sct", &diagnosis, &format!("Disorder {diagnosis}"))}),
            panel,
            heavy,
            laboratory,
            json!({"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": subject, "authoredOn": day,
                "medicationCodeableConcept": concept("http://www.nlm.nih.gov/research/umls/rxnorm", &drug, &format!("Tablet {drug}"))}),
            json!({"resourceType": "Immunization", "status": "completed", "patient": subject, "occurrenceDateTime": day,
                "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", "140", "Influenza, seasonal, injectable")}),
        ]
    }

    /// The Patient.
    pub fn patient(&self) -> Value {
        json!({"resourceType": "Patient", "active": true, "identifier": [{"system": NUMBERS, "value": self.identifier()}],
            "name": [{"use": "official", "family": self.family(), "given": [self.given()]}], "gender": self.gender(), "birthDate": self.birth_date(),
            "address": [{"line": [self.street()], "city": self.city(), "postalCode": format!("{:05}", self.draw(17) % 90_000 + 10_000), "country": "DE"}]})
    }

    /// The Observations.
    pub fn observations(&self) -> impl Iterator<Item = Value> {
        self.resources().into_iter().filter(|one| one["resourceType"] == "Observation")
    }

    fn entries(&self) -> impl Iterator<Item = Value> {
        let urls: Vec<String> = (0..RESOURCES as usize).map(|at| self.uuid(at)).collect();
        self.resources().into_iter().zip(urls).map(|(resource, url)| {
            let kind = resource["resourceType"].clone();
            json!({"fullUrl": url, "resource": resource, "request": {"method": "POST", "url": kind}})
        })
    }
}

/// How many practitioners there are for so many patients.
pub fn practitioners(patients: u32) -> u32 {
    (patients / PATIENTS_PER_PRACTITIONER + 1).max(FEWEST_PRACTITIONERS)
}

/// The id of a practitioner's record.
pub fn practitioner_id(number: u32) -> String {
    let (high, low) = (mix(u64::from(number) ^ 0x70ac), mix(u64::from(number) ^ 0x171e));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// The number that a practitioner is known by.
pub fn practitioner_number(number: u32) -> String {
    format!("{:09}", 100_000_000 + number)
}

/// Transactions of the practitioners with these numbers.
pub fn practitioner_bundles(numbers: std::ops::Range<u32>) -> Vec<String> {
    let entry = |number: u32| {
        let (id, person) = (practitioner_id(number), Person::of(u32::MAX - number));
        json!({"fullUrl": format!("urn:uuid:{id}"), "request": {"method": "PUT", "url": format!("Practitioner/{id}")},
            "resource": {"resourceType": "Practitioner", "id": id, "name": [{"family": person.family(), "given": [person.given()]}],
                "identifier": [{"system": PRACTITIONER_NUMBERS, "value": practitioner_number(number)}]}})
    };
    bundles(numbers, PRACTITIONERS_PER_BUNDLE, |number| vec![entry(number)])
}

/// Transactions of the patients with these numbers.
pub fn patient_bundles(numbers: std::ops::Range<u32>) -> Vec<String> {
    bundles(numbers, PATIENTS_PER_BUNDLE, |number| Person::of(number).entries().collect())
}

fn bundles(numbers: std::ops::Range<u32>, each: u32, entries: impl Fn(u32) -> Vec<Value>) -> Vec<String> {
    let starts = numbers.clone().step_by(each as usize);
    starts
        .map(|start| {
            let all: Vec<Value> = (start..(start + each).min(numbers.end)).flat_map(&entries).collect();
            json!({"resourceType": "Bundle", "type": "transaction", "entry": all}).to_string()
        })
        .collect()
}

fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({"coding": [{"system": system, "code": code, "display": display}], "text": display})
}

fn quantity(value: u64, unit: &str) -> Value {
    json!({"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit})
}

fn syllable(syllables: &[&'static str; 32], at: u32) -> &'static str {
    syllables.get(at as usize % 32).copied().unwrap_or_default()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn date(from_year: u64, years: u64, random: u64) -> String {
    format!(
        "{}-{:02}-{:02}",
        from_year + random % years,
        random / years % 12 + 1,
        random / years / 12 % 28 + 1
    )
}

/// A rank from 1 to `most`, each as likely as one divided by it.
fn zipf(random: u64, most: u32) -> u32 {
    let share = (random >> 11) as f64 / (1u64 << 53) as f64;
    (f64::from(most + 1).powf(share) as u32).clamp(1, most)
}

/// SplitMix64's finalizer.
fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn a_few_names_are_common_most_are_rare_and_none_begins_another() {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for number in 0..10_000 {
            let person = Person::of(number);
            assert_eq!((person.family().len(), person.given().len()), (9, 6));
            *counts.entry(person.family()).or_default() += 1;
        }
        let most = counts.values().max().copied().unwrap();
        let once = counts.values().filter(|count| **count == 1).count();
        assert!((400..1_200).contains(&most) && once > 1_000, "{most} {once}");
        assert!(FAMILY.iter().all(|syllable| !GIVEN.contains(syllable)));
    }

    #[test]
    fn every_patient_has_eight_resources_and_a_number_of_their_own() {
        let bundles = patient_bundles(3..40);
        let (mut urls, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for bundle in &bundles {
            let bundle: Value = serde_json::from_str(bundle).unwrap();
            for entry in bundle["entry"].as_array().unwrap() {
                assert!(urls.insert(entry["fullUrl"].as_str().unwrap().to_owned()));
                if let Some(number) = entry["resource"]["identifier"][0]["value"].as_str() {
                    assert!(numbers.insert(number.to_owned()));
                }
            }
        }
        assert_eq!((urls.len(), numbers.len()), (37 * RESOURCES as usize, 37));
    }

    #[test]
    fn a_patients_practitioner_is_among_those_there_are() {
        for number in (0..64_000).step_by(97) {
            assert!(Person::of(number).practitioner() < practitioners(number));
        }
        let ids: BTreeSet<String> = (0..300).map(practitioner_id).collect();
        assert!(ids.len() == 300 && ids.iter().all(|id| id.len() == 36));
    }
}
