//! Invented patients: from a seed and a number, the same transaction each time. Nobody in it exists. Pure.

use super::identifiers::{kvnr, nir};
use super::practice::{self, Ids};
use super::random::Random;
use super::words::{ALLERGENS, DIAGNOSES, Diagnosis, LABORATORY, Laboratory, VACCINES, Words, words};
use super::{Locale, entry};
use serde_json::{Value, json};

/// The day the demo's people live up to, in days since 1970: 2026-11-01.
const TODAY: i64 = 20_758;
const DAY_MS: u64 = 86_400_000;
/// The fewest and the most records of a patient.
const SMALLEST_CHART: usize = 15;
const LARGEST_CHART: usize = 30;
/// From here on, nothing optional is added.
const FULL_CHART: usize = 24;
/// How many records a thin patient has.
pub const THIN_RESOURCES: usize = 8;

/// One patient with 15 to 30 records, as a transaction. Refers to the practice of the same seed.
pub fn bundle(locale: Locale, seed: u64, index: u64) -> String {
    let mut chart = Chart::new(locale, seed, index);
    chart.visits();
    chart.allergies();
    chart.vaccinations();
    if index == 0 {
        chart.keep_id();
    }
    chart.into_bundle()
}

/// The id of the first patient, which depends on the seed alone, as the practice's do.
pub fn first_id(locale: Locale, seed: u64) -> String {
    Chart::new(locale, seed, 0).id().to_owned()
}

/// One patient with exactly [`THIN_RESOURCES`] records, as a transaction.
pub fn thin_bundle(locale: Locale, seed: u64, index: u64) -> String {
    let mut chart = Chart::new(locale, seed, index);
    let day = TODAY - chart.random.between(1, 300);
    let visit = chart.visit(day);
    chart.vital_signs(&visit);
    chart.laboratory(&visit, &LABORATORY[4], false);
    let diagnosis = &DIAGNOSES[0];
    let condition = chart.condition(&visit, diagnosis);
    chart.medicine(&visit, diagnosis, &condition);
    chart.vaccination(day);
    chart.into_bundle()
}

struct Chart {
    locale: Locale,
    words: &'static Words,
    random: Random,
    ids: Ids,
    patient: String,
    age: i64,
    /// In centimetres and grams.
    height: i64,
    weight: i64,
    entries: Vec<Value>,
}

/// An encounter, as its records need it.
struct Visit {
    url: String,
    day: i64,
    doctor: String,
}

impl Chart {
    fn new(locale: Locale, seed: u64, index: u64) -> Self {
        let mut random = Random::new(seed ^ locale.place(), index + 1000);
        let age = random.between(1, 92);
        let adult_height = random.between(152, 192);
        let height = if age < 18 { 75 + (adult_height - 75) * age / 18 } else { adult_height };
        let weight = height * height * random.between(185, 310) / 100;
        let patient = format!("urn:uuid:{}", random.uuid());
        let ids = practice::ids(locale, seed);
        let mut chart = Self {
            locale,
            words: words(locale),
            random,
            ids,
            patient,
            age,
            height,
            weight,
            entries: Vec::new(),
        };
        chart.person();
        chart
    }

    fn id(&self) -> &str {
        self.patient.trim_start_matches("urn:uuid:")
    }

    /// The patient is put under the id that the others refer to, and not given one by the server.
    fn keep_id(&mut self) {
        let id = self.id().to_owned();
        for entry in self.entries.iter_mut().filter(|entry| entry["fullUrl"] == self.patient.as_str()) {
            entry["request"] = json!({"method": "PUT", "url": format!("Patient/{id}")});
            entry["resource"]["id"] = json!(id);
        }
    }

    fn into_bundle(self) -> String {
        json!({"resourceType": "Bundle", "type": "transaction", "entry": self.entries}).to_string()
    }

    fn add(&mut self, kind: &str, resource: Value) -> String {
        let url = format!("urn:uuid:{}", self.random.uuid());
        self.entries.push(entry(&url, "POST", kind, resource));
        url
    }

    fn person(&mut self) {
        let is_woman = self.random.chance(52);
        let birth_day = TODAY - self.age * 365 - self.random.between(0, 364);
        let birth_date = date(birth_day);
        let year = birth_date[..4].parse().unwrap_or(1970);
        let month = birth_date[5..7].parse().unwrap_or(1);
        let (system, number, kind) = match self.locale {
            Locale::German => ("http://fhir.de/sid/gkv/kvid-10", kvnr(&mut self.random), "KVZ10"),
            Locale::French => {
                ("urn:oid:1.2.250.1.213.1.4.8", nir(&mut self.random, is_woman, year, month), "INS-NIR")
            }
        };
        let kind_system = match self.locale {
            Locale::German => "http://fhir.de/CodeSystem/identifier-type-de-basis",
            Locale::French => "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203",
        };
        let given = self.random.pick(if is_woman { self.words.women } else { self.words.men });
        let surname = self.random.pick(self.words.surnames);
        let (postal_code, town) = self.random.pick(self.words.towns);
        let street = self.random.pick(self.words.streets);
        let house = self.random.between(1, 120);
        let line = match self.locale {
            Locale::German => format!("{street} {house}"),
            Locale::French => format!("{house} {street}"),
        };
        let phone = match self.locale {
            Locale::German => format!("+49 761 555 {:04}", self.random.below(10_000)),
            Locale::French => {
                format!("+33 4 99 55 {:02} {:02}", self.random.below(100), self.random.below(100))
            }
        };
        let patient = json!({
            "resourceType": "Patient",
            "identifier": [{
                "type": {"coding": [{"system": kind_system, "code": kind}]},
                "system": system,
                "value": number,
            }],
            "active": true,
            "name": [{"use": "official", "family": surname, "given": [given]}],
            "telecom": [{"system": "phone", "value": phone, "use": "home"}],
            "gender": if is_woman { "female" } else { "male" },
            "birthDate": birth_date,
            "address": [{"line": [line], "city": town, "postalCode": postal_code, "country": self.locale.country()}],
            "managingOrganization": {"reference": format!("Organization/{}", self.ids.organization)},
        });
        let url = self.patient.clone();
        self.entries.push(entry(&url, "POST", "Patient", patient));
    }

    /// Two to four visits, the oldest first; chronic diagnoses are made at the first and followed at each.
    fn visits(&mut self) {
        let count = self.random.between(2, 4);
        let chronic = self.diagnoses(true, (self.age / 25).min(2));
        let mut day = TODAY - self.random.between(500, 900);
        for number in 0..count {
            let visit = self.visit(day);
            self.vital_signs(&visit);
            if self.age < 18 {
                self.height(&visit);
            }
            if number == 0 {
                for diagnosis in &chronic {
                    let condition = self.condition(&visit, diagnosis);
                    self.medicine(&visit, diagnosis, &condition);
                }
            }
            let mut followed: Vec<usize> =
                chronic.iter().filter_map(|diagnosis| diagnosis.followed_by).collect();
            followed.dedup();
            for value in &followed {
                // Treatment helps: what was high at first tends to fall.
                let high = self.random.chance(85 - 20 * number as u64);
                if self.entries.len() < FULL_CHART {
                    self.laboratory(&visit, &LABORATORY[*value], high);
                }
            }
            if followed.is_empty() || self.random.chance(40) {
                let high = self.random.chance(15);
                self.laboratory(&visit, &LABORATORY[4], high);
            }
            if number == count - 1 {
                for diagnosis in self.diagnoses(false, 1) {
                    let condition = self.condition(&visit, diagnosis);
                    self.medicine(&visit, diagnosis, &condition);
                }
            }
            day += self.random.between(60, 150);
        }
    }

    /// At most `count` different diagnoses that fit the age.
    fn diagnoses(&mut self, chronic: bool, count: i64) -> Vec<&'static Diagnosis> {
        let fitting: Vec<&Diagnosis> =
            DIAGNOSES.iter().filter(|d| d.is_chronic == chronic && d.from_age <= self.age).collect();
        let mut chosen: Vec<&Diagnosis> = Vec::new();
        for _ in 0..if fitting.is_empty() { 0 } else { count } {
            let diagnosis = *self.random.pick(&fitting);
            if chosen.iter().all(|other| other.code != diagnosis.code) {
                chosen.push(diagnosis);
            }
        }
        chosen
    }

    fn visit(&mut self, day: i64) -> Visit {
        let doctor = format!("Practitioner/{}", self.random.pick(&self.ids.doctors));
        let minute = self.random.between(8 * 60, 17 * 60);
        let reason = *self.random.pick(self.words.reasons);
        let encounter = json!({
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": {"reference": self.patient},
            "participant": [{"individual": {"reference": doctor}}],
            "period": {"start": time(day, minute), "end": time(day, minute + 15)},
            "reasonCode": [{"text": reason}],
            "serviceProvider": {"reference": format!("Organization/{}", self.ids.organization)},
        });
        Visit { url: self.add("Encounter", encounter), day, doctor }
    }

    /// Blood pressure, and weight, which goes up and down a little.
    fn vital_signs(&mut self, visit: &Visit) {
        let systolic = 100 + self.age / 3 + self.random.between(0, 35);
        let diastolic = 60 + self.age / 8 + self.random.between(0, 20);
        let part = |code: &str, display: &str, value: i64| {
            json!({
                "code": coded("http://loinc.org", code, display),
                "valueQuantity": quantity(value.to_string(), "mm[Hg]"),
            })
        };
        let [pressure, upper, lower] = match self.locale {
            Locale::German => ["Blutdruck", "Blutdruck, oberer Wert", "Blutdruck, unterer Wert"],
            Locale::French => ["Tension", "Tension, valeur haute", "Tension, valeur basse"],
        };
        let components = json!([part("8480-6", upper, systolic), part("8462-4", lower, diastolic)]);
        let mut observation =
            self.observation(visit, "vital-signs", coded("http://loinc.org", "85354-9", pressure));
        observation["component"] = components;
        self.add("Observation", observation);

        self.weight = (self.weight + self.random.between(-1500, 1500)).max(4_000);
        let display = self.locale.of(["Körpergewicht", "Poids"]);
        let mut observation =
            self.observation(visit, "vital-signs", coded("http://loinc.org", "29463-7", display));
        observation["valueQuantity"] = quantity(decimal(self.weight / 100, 1), "kg");
        self.add("Observation", observation);
    }

    /// Children grow; of adults it is not measured.
    fn height(&mut self, visit: &Visit) {
        let display = self.locale.of(["Körpergröße", "Taille"]);
        let mut observation =
            self.observation(visit, "vital-signs", coded("http://loinc.org", "8302-2", display));
        observation["valueQuantity"] = quantity(self.height.to_string(), "cm");
        self.add("Observation", observation);
    }

    fn laboratory(&mut self, visit: &Visit, value: &Laboratory, high: bool) {
        let (low, top) = if high { value.high } else { value.usual };
        let measured = self.random.between(low, top);
        let code = coded("http://loinc.org", value.code, self.locale.of(value.display));
        let mut observation = self.observation(visit, "laboratory", code);
        observation["valueQuantity"] = quantity(decimal(measured, value.digits), value.unit);
        let (usual_low, usual_high) = value.usual;
        observation["referenceRange"] = json!([{
            "low": quantity(decimal(usual_low, value.digits), value.unit),
            "high": quantity(decimal(usual_high, value.digits), value.unit),
        }]);
        self.add("Observation", observation);
    }

    fn observation(&self, visit: &Visit, category: &str, code: Value) -> Value {
        let system = "http://terminology.hl7.org/CodeSystem/observation-category";
        json!({
            "resourceType": "Observation",
            "status": "final",
            "category": [{"coding": [{"system": system, "code": category}]}],
            "code": code,
            "subject": {"reference": self.patient},
            "encounter": {"reference": visit.url},
            "effectiveDateTime": time(visit.day, 10 * 60),
            "performer": [{"reference": visit.doctor}],
        })
    }

    fn condition(&mut self, visit: &Visit, diagnosis: &Diagnosis) -> String {
        let system = match self.locale {
            Locale::German => "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
            Locale::French => "http://hl7.org/fhir/sid/icd-10",
        };
        let status = if diagnosis.is_chronic { "active" } else { "resolved" };
        let condition = json!({
            "resourceType": "Condition",
            "clinicalStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": status,
            }]},
            "verificationStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed",
            }]},
            "category": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "encounter-diagnosis",
            }]}],
            "code": coded(system, diagnosis.code, self.locale.of(diagnosis.display)),
            "subject": {"reference": self.patient},
            "encounter": {"reference": visit.url},
            "recordedDate": date(visit.day),
            "recorder": {"reference": visit.doctor},
        });
        self.add("Condition", condition)
    }

    fn medicine(&mut self, visit: &Visit, diagnosis: &Diagnosis, condition: &str) {
        let Some((code, name, times)) = diagnosis.medicine else { return };
        let dosage = match self.locale {
            Locale::German => format!("{times}-mal täglich"),
            Locale::French => format!("{times} fois par jour"),
        };
        let request = json!({
            "resourceType": "MedicationRequest",
            "status": if diagnosis.is_chronic { "active" } else { "completed" },
            "intent": "order",
            "medicationCodeableConcept": coded("http://www.whocc.no/atc", code, name),
            "subject": {"reference": self.patient},
            "encounter": {"reference": visit.url},
            "authoredOn": date(visit.day),
            "requester": {"reference": visit.doctor},
            "reasonReference": [{"reference": condition}],
            "dosageInstruction": [{
                "text": dosage,
                "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}},
            }],
        });
        self.add("MedicationRequest", request);
    }

    fn allergies(&mut self) {
        for (substance, category) in ALLERGENS {
            if self.entries.len() >= FULL_CHART || !self.random.chance(12) {
                continue;
            }
            let allergy = json!({
                "resourceType": "AllergyIntolerance",
                "clinicalStatus": {"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active",
                }]},
                "category": [category],
                "criticality": if self.random.chance(20) { "high" } else { "low" },
                "code": {"text": self.locale.of(*substance)},
                "patient": {"reference": self.patient},
            });
            self.add("AllergyIntolerance", allergy);
        }
    }

    fn vaccinations(&mut self) {
        let wanted = self.entries.len() + self.random.between(1, 3) as usize;
        while self.entries.len() < wanted.clamp(SMALLEST_CHART, LARGEST_CHART) {
            let day = TODAY - self.random.between(10, 364 * self.age.min(9));
            self.vaccination(day);
        }
    }

    fn vaccination(&mut self, day: i64) {
        let (code, display) = self.random.pick(VACCINES);
        let lot =
            format!("{}{:05}", char::from(b'A' + self.random.below(26) as u8), self.random.below(100_000));
        let immunization = json!({
            "resourceType": "Immunization",
            "status": "completed",
            "vaccineCode": coded("http://www.whocc.no/atc", code, self.locale.of(*display)),
            "patient": {"reference": self.patient},
            "occurrenceDateTime": date(day),
            "primarySource": true,
            "lotNumber": lot,
            "performer": [{"actor": {"reference": format!("Practitioner/{}", self.random.pick(&self.ids.doctors))}}],
        });
        self.add("Immunization", immunization);
    }
}

fn coded(system: &str, code: &str, display: &str) -> Value {
    json!({"coding": [{"system": system, "code": code, "display": display}], "text": display})
}

fn quantity(value: String, unit: &str) -> Value {
    // Digits as they were composed: `7.0` stays `7.0`.
    let number: serde_json::Number = value.parse().unwrap_or_else(|_| 0.into());
    json!({"value": number, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit})
}

/// A number of which the last `digits` stand behind the point.
fn decimal(value: i64, digits: usize) -> String {
    let scale = 10_i64.pow(digits as u32);
    if digits == 0 { value.to_string() } else { format!("{}.{:0digits$}", value / scale, value % scale) }
}

/// Of people born before 1970 too: the Gregorian calendar repeats after 400 years, which are 146,097 days.
fn date(day: i64) -> String {
    let later: String =
        salus_fhir::instant((day + 146_097).max(0) as u64 * DAY_MS).chars().take(10).collect();
    match (later.get(..4).and_then(|year| year.parse::<i64>().ok()), later.get(4..)) {
        (Some(year), Some(rest)) => format!("{:04}{rest}", year - 400),
        _ => later,
    }
}

fn time(day: i64, minute: i64) -> String {
    let ms = day.max(0) as u64 * DAY_MS + minute.max(0) as u64 * 60_000;
    salus_fhir::instant(ms)
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_CHART, SMALLEST_CHART, THIN_RESOURCES, bundle, date, decimal, thin_bundle};
    use crate::demo::{Locale, practice};
    use salus_fhir::bundle::Bundle;
    use std::collections::{BTreeMap, BTreeSet};

    fn parsed(text: &str) -> Bundle {
        let bundle = Bundle::parse(text).unwrap_or_else(|issues| panic!("{issues:?}"));
        for entry in &bundle.entries {
            if let Err(issues) = &entry.resource {
                panic!("{issues:?}");
            }
        }
        bundle
    }

    #[test]
    fn two_hundred_of_each_are_valid_r4_and_of_the_promised_size() {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        let mut sizes = BTreeSet::new();
        for locale in [Locale::German, Locale::French] {
            assert_eq!(parsed(&practice::bundle(locale, 1)).entries.len(), 4);
            for index in 0..200 {
                let bundle = parsed(&bundle(locale, 1, index));
                sizes.insert(bundle.entries.len());
                for entry in &bundle.entries {
                    let resource = entry.resource.as_ref().unwrap().as_ref().unwrap();
                    *kinds.entry(resource.kind().name()).or_default() += 1;
                }
            }
        }
        assert!(sizes.iter().all(|size| (SMALLEST_CHART..=LARGEST_CHART).contains(size)), "{sizes:?}");
        assert_eq!(kinds.len(), 7, "{kinds:?}");
    }

    #[test]
    fn thin_patients_have_exactly_eight_records() {
        for index in 0..100 {
            for locale in [Locale::German, Locale::French] {
                assert_eq!(parsed(&thin_bundle(locale, 3, index)).entries.len(), THIN_RESOURCES, "{index}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_people_and_another_gives_others() {
        assert_eq!(bundle(Locale::German, 1, 5), bundle(Locale::German, 1, 5));
        assert_ne!(bundle(Locale::German, 1, 5), bundle(Locale::German, 2, 5));
        assert_ne!(bundle(Locale::German, 1, 5), bundle(Locale::German, 1, 6));
        assert_ne!(bundle(Locale::German, 1, 5), bundle(Locale::French, 1, 5));
    }

    #[test]
    fn dates_before_1970_and_decimals() {
        for (day, text) in
            [(0, "1970-01-01"), (-1, "1969-12-31"), (-25_567, "1900-01-01"), (20_758, "2026-11-01")]
        {
            assert_eq!(date(day), text);
        }
        assert_eq!([decimal(70, 1), decimal(105, 2), decimal(70, 0)], ["7.0", "1.05", "70"]);
    }
}
