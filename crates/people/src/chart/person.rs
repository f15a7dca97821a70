//! Who the patient is: the Patient, those who are close, what is not borne, and what must not be missed.

use super::{Allergen, Chart};
use crate::Locale;
use crate::calendar::{date, time};
use crate::codes::conditions::PREGNANCY;
use crate::codes::medicines::{self as m};
use crate::household::{Character, Part, Person};
use crate::identifiers::{kvnr, nir};
use crate::places::mobile;
use crate::resource::{hl7, put, refer, text};
use serde_json::{Value, json};

/// Of patients, so many of a hundred have told an address for mail.
const WITH_MAIL: u64 = 34;

pub(super) static ALLERGENS: [Allergen; 8] = [
    Allergen {
        name: ["Penicillin", "Pénicilline"],
        category: "medication",
        reaction: ["Hautausschlag", "Éruption cutanée"],
        forbids: "J01CA04",
        is_high: true,
    },
    Allergen {
        name: ["Metamizol", "Métamizole"],
        category: "medication",
        reaction: ["Blutdruckabfall", "Chute de tension"],
        forbids: "N02BB02",
        is_high: true,
    },
    Allergen {
        name: ["Ibuprofen", "Ibuprofène"],
        category: "medication",
        reaction: ["Atemnot", "Gêne respiratoire"],
        forbids: "M01AE01",
        is_high: true,
    },
    Allergen {
        name: ["Birkenpollen", "Pollen de bouleau"],
        category: "environment",
        reaction: ["Niesen, tränende Augen", "Éternuements, larmoiement"],
        forbids: "",
        is_high: false,
    },
    Allergen {
        name: ["Hausstaubmilben", "Acariens"],
        category: "environment",
        reaction: ["Schnupfen am Morgen", "Rhinite matinale"],
        forbids: "",
        is_high: false,
    },
    Allergen {
        name: ["Haselnüsse", "Noisettes"],
        category: "food",
        reaction: ["Kribbeln im Mund", "Picotements dans la bouche"],
        forbids: "",
        is_high: false,
    },
    Allergen {
        name: ["Wespengift", "Venin de guêpe"],
        category: "biologic",
        reaction: ["Nesselsucht", "Urticaire"],
        forbids: "",
        is_high: true,
    },
    Allergen {
        name: ["Pflaster (Kolophonium)", "Sparadrap (colophane)"],
        category: "environment",
        reaction: ["Juckreiz, Rötung", "Démangeaisons, rougeur"],
        forbids: "",
        is_high: false,
    },
];

impl Chart<'_> {
    pub(super) fn draw_allergies(&mut self) {
        if self.character == Character::LongHistory {
            self.allergies.push(&ALLERGENS[0]);
            return;
        }
        if self.person.age(self.end) < 3 {
            return;
        }
        for allergen in &ALLERGENS {
            if self.allergies.len() < 2 && self.random.chance(if allergen.is_high { 3 } else { 5 }) {
                self.allergies.push(allergen);
            }
        }
    }

    /// Whether a medicine may be given.
    pub(super) fn bears(&self, medicine: &m::Medicine) -> bool {
        self.allergies.iter().all(|allergen| allergen.forbids != medicine.atc)
    }

    /// Nationwide, people are known by this number.
    pub(super) fn number(&self) -> (&'static str, String) {
        let mut random = self.world.random(
            0x4e55 ^ self.id.bytes().fold(7, |sum: u64, byte| sum.wrapping_mul(31) + u64::from(byte)),
        );
        match self.world.locale {
            Locale::German => ("http://fhir.de/sid/gkv/kvid-10", kvnr(&mut random)),
            Locale::French => {
                let (year, month, _) = crate::calendar::civil(self.person.birth);
                ("urn:oid:1.2.250.1.213.1.4.8", nir(&mut random, self.person.is_woman, year, month))
            }
        }
    }

    pub(super) fn write_person(&mut self) {
        self.write_person_alone();
        if self.character != Character::OnlyName {
            self.write_relatives();
        }
    }

    /// The Patient without those who are close.
    pub(super) fn write_person_alone(&mut self) {
        let person = self.person.clone();
        let mut patient = json!({"name": names(&person)});
        if self.character != Character::OnlyName {
            self.describe(&person, &mut patient);
        }
        let id = self.id.clone();
        self.entries.push(put("Patient", &id, patient));
    }

    fn describe(&mut self, person: &Person, patient: &mut Value) {
        let (kind_system, kind) = self.world.locale.of([
            ("http://fhir.de/CodeSystem/identifier-type-de-basis", "KVZ10"),
            ("https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "INS-NIR"),
        ]);
        let (system, number) = self.number();
        patient["identifier"] = json!([{
            "use": "official",
            "type": {"coding": [{"system": kind_system, "code": kind}]},
            "system": system,
            "value": number,
        }]);
        patient["active"] = json!(self.death.is_none());
        patient["gender"] = json!(gender(person));
        patient["birthDate"] = json!(date(person.birth));
        if let Some(day) = self.death {
            patient["deceasedDateTime"] = json!(time(day, self.random.between(60, 1380)));
        }
        let telecom = self.telecom(person);
        if !telecom.is_empty() {
            patient["telecom"] = json!(telecom);
        }
        patient["address"] = json!([self.address()]);
        if person.part == Part::Partner {
            patient["maritalStatus"] = hl7("v3-MaritalStatus", "M");
        }
        let doctor = self.ids.practitioner(self.doctor);
        patient["generalPractitioner"] = json!([refer(&doctor)]);
        patient["managingOrganization"] = refer(&format!("Organization/{}", self.ids.organization));
    }

    fn telecom(&mut self, person: &Person) -> Vec<Value> {
        let mut telecom = Vec::new();
        if let Some(number) = &self.household.landline {
            telecom.push(json!({"system": "phone", "value": number, "use": "home"}));
        }
        if let Some(number) = &person.mobile {
            telecom.push(json!({"system": "phone", "value": number, "use": "mobile"}));
        }
        if (16..80).contains(&person.age(self.end)) && self.random.chance(WITH_MAIL) {
            let mail = format!("{}.{}@example.com", folded(&person.given[0]), folded(&person.family));
            telecom.push(json!({"system": "email", "value": mail}));
        }
        telecom
    }

    fn address(&self) -> Value {
        let place = &self.household.place;
        json!({
            "use": "home",
            "line": [place.line],
            "city": place.town,
            "postalCode": place.postal_code,
            "country": self.world.locale.country(),
        })
    }

    /// Whom to call: the partner, the parents, a grown-up child.
    fn write_relatives(&mut self) {
        let people = self.household.people.clone();
        let partners: Vec<&Person> = people.iter().filter(|one| one.part == Part::Partner).collect();
        let found: Vec<(&Person, &str)> = match self.person.part {
            Part::Partner => {
                let others =
                    people.iter().enumerate().filter(|(at, one)| *at != self.at && one.part == Part::Partner);
                others.map(|(_, one)| (one, "SPS")).collect()
            }
            Part::Child => {
                partners.iter().map(|one| (*one, if one.is_woman { "MTH" } else { "FTH" })).collect()
            }
            // A grandparent bears the name of the father, who is the second.
            Part::Grandparent => partners.last().map(|one| (*one, "SONC")).into_iter().collect(),
            Part::Alone => Vec::new(),
        };
        let address = self.address();
        for (relative, relationship) in found {
            let telecom: Vec<&String> = relative.mobile.iter().chain(&self.household.landline).collect();
            let contact = self.relative(relative, relationship, &telecom, Some(address.clone()));
            self.add("RelatedPerson", contact);
        }
        let age = self.person.age(self.end);
        if self.person.part == Part::Alone && age > 60 && self.random.chance(75) {
            let is_woman = self.random.chance(60);
            let birth = self.person.birth + crate::calendar::days_of_years(self.random.between(22, 34));
            let mut child = self.person.clone();
            child.given = vec![crate::names::Origin::local().given(
                self.world.locale,
                is_woman,
                birth,
                &mut self.random,
            )];
            (child.is_woman, child.birth, child.birth_name) = (is_woman, birth, None);
            let number = mobile(self.world.locale, &mut self.random);
            let contact = self.relative(&child, if is_woman { "DAUC" } else { "SONC" }, &[&number], None);
            self.add("RelatedPerson", contact);
        }
    }

    fn relative(
        &self,
        who: &Person,
        relationship: &str,
        telecom: &[&String],
        address: Option<Value>,
    ) -> Value {
        let word = match (relationship, who.is_woman) {
            ("SPS", true) => ["Ehefrau", "Épouse"],
            ("SPS", false) => ["Ehemann", "Époux"],
            ("MTH", _) => ["Mutter", "Mère"],
            ("FTH", _) => ["Vater", "Père"],
            ("DAUC", _) => ["Tochter", "Fille"],
            _ => ["Sohn", "Fils"],
        };
        let mut kind = hl7("v3-RoleCode", relationship);
        kind["text"] = json!(self.words(word));
        let mut relative = json!({
            "active": true,
            "patient": refer(&self.patient()),
            "relationship": [kind],
            "name": names(who),
            "gender": gender(who),
            "birthDate": date(who.birth),
        });
        let telecom: Vec<Value> =
            telecom.iter().map(|number| json!({"system": "phone", "value": number})).collect();
        if !telecom.is_empty() {
            relative["telecom"] = json!(telecom);
        }
        if let Some(address) = address {
            relative["address"] = json!([address]);
        }
        relative
    }

    pub(super) fn write_allergies(&mut self) {
        for allergen in self.allergies.clone() {
            let known = self.begin.max(self.person.birth + 300);
            let allergy = json!({
                "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
                "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
                "type": if allergen.category == "medication" && allergen.forbids == "M01AE01" { "intolerance" } else { "allergy" },
                "category": [allergen.category],
                "criticality": if allergen.is_high { "high" } else { "low" },
                "code": text(self.words(allergen.name)),
                "patient": refer(&self.patient()),
                "recordedDate": date(known),
                "recorder": refer(&self.ids.practitioner(self.doctor)),
                "reaction": [{
                    "manifestation": [text(self.words(allergen.reaction))],
                    "severity": if allergen.is_high { "severe" } else { "mild" },
                }],
            });
            self.add("AllergyIntolerance", allergy);
        }
    }

    /// What must not be missed.
    pub(super) fn write_flags(&mut self) {
        if self.death.is_some() {
            return;
        }
        let mut flags: Vec<(String, i64)> = Vec::new();
        let thinned = self.therapies.iter().filter(|one| one.end.is_none());
        for one in thinned {
            if [&m::PHENPROCOUMON, &m::WARFARIN, &m::APIXABAN].contains(&one.medicine) {
                let words = self.world.locale.of(["Blutgerinnung gehemmt", "Sous anticoagulant"]);
                flags.push((format!("{words} ({})", self.words(one.medicine.name)), one.start));
            }
        }
        for course in &self.courses {
            if course.plan.diagnosis == &PREGNANCY {
                let due = course.onset + 280;
                let words = match self.world.locale {
                    Locale::German => format!("Schwanger, Termin {}", date(due)),
                    Locale::French => format!("Enceinte, terme le {}", date(due)),
                };
                flags.push((words, course.onset + 44));
            }
        }
        for (words, start) in flags {
            let flag = json!({
                "status": "active",
                "category": [hl7("flag-category", "clinical")],
                "code": text(&words),
                "subject": refer(&self.patient()),
                "period": {"start": date(start)},
                "author": refer(&self.ids.practitioner(self.doctor)),
            });
            self.add("Flag", flag);
        }
    }
}

fn gender(person: &Person) -> &'static str {
    if person.is_woman { "female" } else { "male" }
}

fn names(person: &Person) -> Value {
    let mut names = vec![json!({"use": "official", "family": person.family, "given": person.given})];
    if let Some(name) = &person.birth_name {
        names.push(json!({"use": "maiden", "family": name}));
    }
    json!(names)
}

/// A name in the letters of a mail address.
fn folded(name: &str) -> String {
    let mut out = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' | '-' => out.push(letter),
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'œ' => out.push_str("oe"),
            'à' | 'â' | 'ã' | 'á' | 'ą' => out.push('a'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' => out.push('e'),
            'î' | 'ï' | 'í' | 'ı' => out.push('i'),
            'ô' | 'õ' | 'ó' => out.push('o'),
            'ù' | 'û' | 'ú' => out.push('u'),
            'ç' | 'ć' => out.push('c'),
            'ş' | 'ś' => out.push('s'),
            'ğ' => out.push('g'),
            'ł' => out.push('l'),
            'ñ' | 'ń' => out.push('n'),
            'ż' | 'ź' => out.push('z'),
            ' ' => out.push('.'),
            _ => {}
        }
    }
    out
}
