//! A practice: its organisation and three doctors, under ids that depend on the seed alone. Pure.

use super::identifiers::{lanr, rpps};
use super::random::Random;
use super::words::words;
use super::{Locale, entry};
use serde_json::{Value, json};

/// How many doctors work in a practice.
pub const DOCTORS: usize = 3;

/// The ids of a practice's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids {
    /// Of the Organization.
    pub organization: String,
    /// Of the Practitioners.
    pub doctors: [String; DOCTORS],
}

/// The ids of the practice of that seed.
pub fn ids(locale: Locale, seed: u64) -> Ids {
    let mut random = Random::new(seed, locale.place());
    Ids { organization: random.uuid(), doctors: std::array::from_fn(|_| random.uuid()) }
}

/// A transaction that puts the practice.
pub fn bundle(locale: Locale, seed: u64) -> String {
    let ids = ids(locale, seed);
    let mut random = Random::new(seed, locale.place() + 1);
    let mut entries = vec![put("Organization", &ids.organization, organization(locale, &ids.organization))];
    for (place, id) in ids.doctors.iter().enumerate() {
        entries.push(put("Practitioner", id, doctor(locale, id, place, &mut random)));
    }
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
}

fn put(kind: &str, id: &str, resource: Value) -> Value {
    entry(&format!("urn:uuid:{id}"), "PUT", &format!("{kind}/{id}"), resource)
}

fn organization(locale: Locale, id: &str) -> Value {
    let (name, line, postal_code, city, phone) = match locale {
        Locale::German => {
            ("Praxis Sonnenberg", "Sonnenberg 4", "79098", "Freiburg im Breisgau", "+49 761 555 0")
        }
        Locale::French => ("Cabinet Lumière", "4 montée de la Lumière", "69003", "Lyon", "+33 4 78 55 00 00"),
    };
    json!({
        "resourceType": "Organization",
        "id": id,
        "active": true,
        "name": name,
        "telecom": [{"system": "phone", "value": phone}],
        "address": [{"line": [line], "city": city, "postalCode": postal_code, "country": locale.country()}],
    })
}

fn doctor(locale: Locale, id: &str, place: usize, random: &mut Random) -> Value {
    let words = words(locale);
    let is_woman = place.is_multiple_of(2);
    let given = random.pick(if is_woman { words.women } else { words.men });
    let (prefix, system, number) = match locale {
        Locale::German => ("Dr. med.", "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR", lanr(random)),
        Locale::French => ("Dr", "urn:oid:1.2.250.1.71.4.2.1", rpps(random)),
    };
    json!({
        "resourceType": "Practitioner",
        "id": id,
        "identifier": [{"system": system, "value": number}],
        "active": true,
        "name": [{"family": random.pick(words.surnames), "given": [given], "prefix": [prefix]}],
        "gender": if is_woman { "female" } else { "male" },
    })
}
