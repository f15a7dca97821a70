//! A practice: its organisation, its people and the insurers of its patients, under ids that depend on the seed alone. Pure.
//!
//! The insurers of Germany are invented, with numbers that have the right form; those of France are the public bodies of its region
//! and invented mutual societies.

use crate::identifiers::{ik, lanr, rpps};
use crate::places::landline;
use crate::resource::{bundle as transaction, hl7, put, refer, text};
use crate::{Locale, World};
use serde_json::{Value, json};

/// How many physicians work in a practice.
pub(crate) const PHYSICIANS: usize = 3;

/// Somebody who works in the practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// The id of the Practitioner.
    pub id: String,
    /// As one writes it, with a title.
    pub name: String,
    /// A physician, or a medical assistant.
    pub is_physician: bool,
}

/// Family name, given name, whether a woman, what they are in the practice.
type Person = (&'static str, &'static str, bool, &'static str);

const GERMAN: [Person; 5] = [
    ("Rombach", "Katharina", true, "Fachärztin für Allgemeinmedizin"),
    ("Aydın", "Emre", false, "Facharzt für Innere Medizin, Hausarzt"),
    ("Bühler", "Annette", true, "Fachärztin für Kinder- und Jugendmedizin"),
    ("Disch", "Sandra", true, "Medizinische Fachangestellte"),
    ("Hättich", "Lukas", false, "Medizinischer Fachangestellter"),
];

const FRENCH: [Person; 5] = [
    ("Thévenet", "Claire", true, "Médecin généraliste"),
    ("Benali", "Karim", false, "Médecin généraliste"),
    ("Genin", "Sylvie", true, "Pédiatre"),
    ("Chavanne", "Nathalie", true, "Assistante médicale"),
    ("Roche", "Mathieu", false, "Assistant médical"),
];

/// An insurer: its name, and whether it is a private one.
pub(crate) struct Insurer {
    pub(crate) name: &'static str,
    pub(crate) is_private: bool,
    /// So many of a hundred are insured there.
    share: u64,
}

const fn insurer(name: &'static str, is_private: bool, share: u64) -> Insurer {
    Insurer { name, is_private, share }
}

const GERMAN_INSURERS: [Insurer; 7] = [
    insurer("Gesundheitskasse Südbaden", false, 34),
    insurer("Oberrhein Ersatzkasse", false, 24),
    insurer("BKK Dreisamtal", false, 13),
    insurer("IKK Handwerk Schwarzwald", false, 11),
    insurer("Bundesweite Angestelltenkasse", false, 7),
    insurer("Rheintal Private Krankenversicherung", true, 7),
    insurer("Belchen Krankenversicherung a. G.", true, 4),
];

const FRENCH_INSURERS: [Insurer; 5] = [
    insurer("CPAM du Rhône", false, 78),
    insurer("CPAM de l'Isère", false, 6),
    insurer("CPAM de l'Ain", false, 4),
    insurer("MSA Ain-Rhône", false, 5),
    insurer("Mutuelle des Traboules", true, 7),
];

pub(crate) fn insurers(locale: Locale) -> &'static [Insurer] {
    match locale {
        Locale::German => &GERMAN_INSURERS,
        Locale::French => &FRENCH_INSURERS,
    }
}

/// Ids that everything of a practice refers to.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub(crate) organization: String,
    pub(crate) staff: Vec<String>,
    pub(crate) insurers: Vec<String>,
}

impl Ids {
    pub(crate) fn of(world: &World) -> Self {
        let mut random = world.random(0);
        Self {
            organization: random.uuid(),
            staff: (0..people(world.locale).len()).map(|_| random.uuid()).collect(),
            insurers: insurers(world.locale).iter().map(|_| random.uuid()).collect(),
        }
    }

    /// The reference to somebody of the practice.
    pub(crate) fn practitioner(&self, at: usize) -> String {
        format!("Practitioner/{}", self.staff.get(at).map_or("", String::as_str))
    }
}

/// An insurer, drawn as people are insured.
pub(crate) fn draw_insurer(locale: Locale, random: &mut crate::random::Random) -> usize {
    let all = insurers(locale);
    let mut left = random.below(all.iter().map(|one| one.share).sum());
    for (at, one) in all.iter().enumerate() {
        if left < one.share {
            return at;
        }
        left -= one.share;
    }
    0
}

/// The numbers of the insurers, in their order.
pub(crate) fn insurer_numbers(world: &World) -> Vec<String> {
    let mut random = world.random(3);
    insurers(world.locale).iter().map(|_| ik(&mut random)).collect()
}

fn people(locale: Locale) -> &'static [Person; 5] {
    match locale {
        Locale::German => &GERMAN,
        Locale::French => &FRENCH,
    }
}

pub(crate) fn staff(world: &World) -> Vec<Staff> {
    let ids = Ids::of(world).staff;
    let named = people(world.locale).iter().enumerate().zip(ids);
    named
        .map(|((at, (family, given, ..)), id)| {
            let name = match prefix(world.locale, at) {
                Some(prefix) => format!("{prefix} {given} {family}"),
                None => format!("{given} {family}"),
            };
            Staff { id, name, is_physician: at < PHYSICIANS }
        })
        .collect()
}

fn prefix(locale: Locale, at: usize) -> Option<&'static str> {
    (at < PHYSICIANS).then(|| locale.of(["Dr. med.", "Dr"]))
}

pub(crate) fn bundle(world: &World) -> String {
    let ids = Ids::of(world);
    let mut random = world.random(1);
    let mut roles = world.random(2);
    let mut entries = vec![put("Organization", &ids.organization, organization(world))];
    for ((insurer, id), number) in
        insurers(world.locale).iter().zip(&ids.insurers).zip(insurer_numbers(world))
    {
        entries.push(put("Organization", id, payer(world, insurer, &number)));
    }
    for (at, id) in ids.staff.iter().enumerate() {
        let (family, given, is_woman, what) = people(world.locale)[at];
        let mut person = json!({
            "active": true,
            "name": [{"use": "official", "family": family, "given": [given]}],
            "gender": if is_woman { "female" } else { "male" },
        });
        if let Some(prefix) = prefix(world.locale, at) {
            person["name"][0]["prefix"] = json!([prefix]);
            let (system, number) = match world.locale {
                Locale::German => ("https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR", lanr(&mut random)),
                Locale::French => ("https://rpps.esante.gouv.fr", rpps(&mut random)),
            };
            person["identifier"] = json!([{"system": system, "value": number}]);
        }
        entries.push(put("Practitioner", id, person));
        let role = json!({
            "active": true,
            "practitioner": refer(&ids.practitioner(at)),
            "organization": refer(&format!("Organization/{}", ids.organization)),
            "code": [text(what)],
        });
        entries.push(put("PractitionerRole", &roles.uuid(), role));
    }
    transaction(&entries)
}

fn organization(world: &World) -> Value {
    let (name, line, postal_code, city) = world.locale.of([
        ("Praxis Sonnenberg", "Sonnenberg 4", "79100", "Freiburg im Breisgau"),
        ("Cabinet Lumière", "4 rue de la Lumière", "69008", "Lyon"),
    ]);
    json!({
        "active": true,
        "type": [hl7("organization-type", "prov")],
        "name": name,
        "telecom": [{"system": "phone", "value": landline(world.locale, &mut world.random(4))}],
        "address": [{"line": [line], "city": city, "postalCode": postal_code, "country": world.locale.country()}],
    })
}

fn payer(world: &World, insurer: &Insurer, number: &str) -> Value {
    let mut payer = json!({"active": true, "type": [hl7("organization-type", "pay")], "name": insurer.name});
    if world.locale == Locale::German {
        payer["identifier"] = json!([{"system": crate::chart::IK, "value": number}]);
    }
    payer
}
