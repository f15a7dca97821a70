//! An invented patient's records as those of a practice that exists: treated by its people, insured by its insurers, living where its patients
//! do. What speaks of the invented practice is left out.
//!
//! Never: makes anybody. State: none.

use salus_fhir::ResourceType;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Whose records those of canaries refer to. All ids are to be of records that are there.
#[derive(Debug, Clone)]
pub struct Practice {
    /// Ids of its Practitioners, at least one.
    pub practitioners: Vec<String>,
    /// The id of its Organization.
    pub organization: String,
    /// Ids of its insurers' Organizations; none: an insurer is named, and no record of the cell.
    pub insurers: Vec<String>,
    /// Where its patients live, each as `10115 Berlin`; none: where the invented ones do.
    pub places: Vec<String>,
}

/// One patient's bundle on its way.
struct Adopting<'a> {
    practice: &'a Practice,
    /// The practice's, by the id of the invented one.
    known: HashMap<String, String>,
    practitioners: usize,
    /// Which of the insurers and places it is, so that two patients have not the same.
    turn: usize,
}

impl Practice {
    /// All records that are referred to.
    pub fn records(&self) -> Vec<(ResourceType, String)> {
        let people = self.practitioners.iter().map(|id| ("Practitioner", id));
        let organizations = self.insurers.iter().chain([&self.organization]).map(|id| ("Organization", id));
        let all = people.chain(organizations);
        all.filter_map(|(kind, id)| Some((ResourceType::from_name(kind)?, id.clone()))).collect()
    }

    /// The bundle of one patient. None where it is no bundle.
    pub fn adopt(&self, bundle: &str) -> Option<String> {
        let mut bundle: Value = serde_json::from_str(bundle).ok()?;
        let turn = bundle
            .to_string()
            .bytes()
            .fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let entries = bundle.get_mut("entry")?.as_array_mut()?;
        // Letters are signed for the invented practice, within their pictures.
        entries.retain(|entry| !is_letter(&entry["resource"]));
        let mut adopting = Adopting { practice: self, known: HashMap::new(), practitioners: 0, turn };
        entries.iter_mut().for_each(|entry| adopting.walk("", &mut entry["resource"]));
        Some(bundle.to_string())
    }
}

fn is_letter(resource: &Value) -> bool {
    let is_document = resource["resourceType"] == "DocumentReference";
    let is_picture = resource["content"][0]["attachment"]["contentType"] == "application/pdf";
    resource["resourceType"] == "Binary" || is_document && is_picture
}

/// One of several, or none where there are none.
fn turn_of(all: &[String], turn: usize) -> Option<&String> {
    all.get(turn.checked_rem(all.len())?)
}

impl Adopting<'_> {
    /// `name`: of the element in which it stands.
    fn walk(&mut self, name: &str, value: &mut Value) {
        match value {
            Value::Array(all) => all.iter_mut().for_each(|one| self.walk(name, one)),
            Value::Object(fields) => {
                self.refer(name, fields);
                match name {
                    "address" => self.place(fields),
                    _ => fields.iter_mut().for_each(|(name, inner)| self.walk(name, inner)),
                }
                if let Some(Value::Array(all)) =
                    fields.get_mut("telecom").filter(|_| !self.practice.places.is_empty())
                {
                    all.retain(|one| one["value"].as_str().is_some_and(is_mobile));
                }
            }
            _ => {}
        }
    }

    fn refer(&mut self, name: &str, fields: &mut Map<String, Value>) {
        let Some(reference) = fields.get("reference").and_then(Value::as_str) else { return };
        let Some((kind, id)) = reference.split_once('/') else { return };
        let (kind, own) = match (kind, name) {
            ("Practitioner", _) => ("Practitioner", self.practitioner(id)),
            // Its name and number stay; a reference to the practice would say that it insures itself.
            ("Organization", "payor") => match turn_of(&self.practice.insurers, self.turn) {
                Some(insurer) => {
                    fields.clear();
                    ("Organization", insurer.clone())
                }
                None => return drop(fields.shift_remove("reference")),
            },
            ("Organization", _) => ("Organization", self.practice.organization.clone()),
            _ => return,
        };
        fields.insert("reference".to_owned(), format!("{kind}/{own}").into());
    }

    fn practitioner(&mut self, id: &str) -> String {
        if let Some(own) = self.known.get(id) {
            return own.clone();
        }
        let own = turn_of(&self.practice.practitioners, self.practitioners + self.turn)
            .cloned()
            .unwrap_or_default();
        self.practitioners += 1;
        self.known.insert(id.to_owned(), own.clone());
        own
    }

    fn place(&self, address: &mut Map<String, Value>) {
        let place = turn_of(&self.practice.places, self.turn).and_then(|place| place.split_once(' '));
        if let Some((code, city)) = place {
            address.insert("postalCode".to_owned(), code.into());
            address.insert("city".to_owned(), city.trim().into());
        }
    }
}

/// Whether a number says nothing of where somebody lives.
fn is_mobile(number: &str) -> bool {
    ["+49 1", "+33 6", "+33 7"].iter().any(|mobile| number.starts_with(mobile))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_people::{Locale, World, calendar};

    fn practice() -> Practice {
        Practice {
            practitioners: vec!["doc-1".into(), "doc-2".into()],
            organization: "org-1".into(),
            insurers: Vec::new(),
            places: Vec::new(),
        }
    }

    fn bundles(practice: &Practice) -> Vec<String> {
        let (today, _) = calendar::local(1_795_000_000_000);
        let world = World::new(Locale::German, 7, today).with_rare_names();
        (1 << 42..(1 << 42) + 20).map(|index| practice.adopt(&world.patient(index)).unwrap()).collect()
    }

    #[test]
    fn records_refer_to_nobody_but_the_practice_and_name_no_other() {
        for bundle in bundles(&practice()) {
            for (kind, allowed) in [("Practitioner/", "doc-"), ("Organization/", "org-1")] {
                let all: Vec<&str> = bundle.split(kind).skip(1).collect();
                assert!(!all.is_empty() && all.iter().all(|rest| rest.starts_with(allowed)), "{kind}");
            }
            for foreign in ["application/pdf", "\"Binary\""] {
                assert!(!bundle.contains(foreign), "{foreign}");
            }
            let bundle: Value = serde_json::from_str(&bundle).unwrap();
            let resources = bundle["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]);
            let covers: Vec<&Value> = resources.filter(|one| one["resourceType"] == "Coverage").collect();
            let is_named = |one: &&Value| {
                one["payor"][0]["reference"].is_null() && one["payor"][0]["display"].is_string()
            };
            assert!(covers.iter().all(is_named), "nobody is insured by the practice: {covers:?}");
        }
    }

    #[test]
    fn insurers_and_places_are_the_practices_where_they_are_named() {
        let insurers = vec!["ins-1".to_owned(), "ins-2".to_owned()];
        let places = vec!["10115 Berlin".to_owned(), "14467 Potsdam am See".to_owned()];
        let named = Practice { insurers, places, ..practice() };
        let all = bundles(&named);
        for bundle in &all {
            assert!(bundle.contains("Organization/ins-") && !bundle.contains("Freiburg"));
            let numbers = bundle.split("\"+49 ").skip(1);
            assert!(numbers.into_iter().all(|number| number.starts_with('1')), "no number of a town");
        }
        for (part, of) in
            [("ins-1", "insurers"), ("ins-2", "insurers"), ("14467", "places"), ("10115", "places")]
        {
            assert!(all.iter().any(|bundle| bundle.contains(part)), "all {of} have some");
        }
    }
}
