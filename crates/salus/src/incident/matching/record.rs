//! What the versions of a Patient said, and in which time all that a row says was true of them.
//!
//! Never: keeps more of a version than what is compared. State: none.

use super::fields::{Field, Row, are_among, date, plain, words};
use salus_fhir::instant;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What one version said.
#[derive(Debug, Clone, Default)]
pub struct Version {
    /// Its number.
    pub version: u32,
    /// From then on, in milliseconds since 1970.
    pub from_ms: u64,
    /// Up to, and not with, then; `u64::MAX`: it is the last.
    pub to_ms: u64,
    id: String,
    numbers: Vec<String>,
    families: Vec<Vec<String>>,
    given: Vec<String>,
    birth: String,
    /// Street, whole address, postal code, town: of each address.
    addresses: Vec<Address>,
    phones: Vec<String>,
    mails: Vec<String>,
    /// Names of those who treat them, and what they are referred to by.
    doctors: Vec<Vec<String>>,
    /// References whose names are not known yet.
    pub doctor_references: Vec<String>,
    death: Option<String>,
}

#[derive(Debug, Clone)]
struct Address {
    street: Vec<String>,
    whole: Vec<String>,
    postal: String,
    city: Vec<String>,
}

/// A prescription: what it is called, and since when it stands there.
#[derive(Debug, Clone)]
pub struct Prescription {
    /// In milliseconds since 1970.
    pub from_ms: u64,
    /// Words of its names, and its codes.
    pub names: Vec<Vec<String>>,
}

/// Of a patient whom a row may be about.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Ascending.
    pub versions: Vec<Version>,
    /// None: they were not asked for.
    pub prescriptions: Option<Vec<Prescription>>,
}

/// How well a row fits a patient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    /// Whether it says who, and that is this patient.
    pub is_them: bool,
    /// Fields that were true in the best of the versions.
    pub fitting: BTreeSet<Field>,
    /// Fields that were not.
    pub other: BTreeSet<Field>,
    /// The versions in which all was true.
    pub versions: Vec<u32>,
    /// When all was true: from, and up to; ascending, apart from each other.
    pub spans: Vec<(u64, u64)>,
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

impl Version {
    /// What a resource says, as a history gives it.
    pub fn of(resource: &Value) -> Option<Self> {
        let meta = &resource["meta"];
        let mut out = Self {
            version: meta["versionId"].as_str()?.parse().ok()?,
            from_ms: instant::parse(meta["lastUpdated"].as_str()?)?,
            to_ms: u64::MAX,
            id: resource["id"].as_str()?.to_owned(),
            birth: resource["birthDate"].as_str().unwrap_or_default().to_owned(),
            ..Self::default()
        };
        let each = |name: &str| resource[name].as_array().into_iter().flatten();
        out.numbers = each("identifier").filter_map(|one| one["value"].as_str()).map(plain).collect();
        for name in each("name") {
            out.families.push(words(name["family"].as_str().unwrap_or_default()));
            out.given.extend(texts(&name["given"]).flat_map(words));
            out.given.extend(words(name["text"].as_str().unwrap_or_default()));
        }
        for address in each("address") {
            let lines = texts(&address["line"]).collect::<Vec<_>>().join(" ");
            let street = words(&lines);
            let city = words(address["city"].as_str().unwrap_or_default());
            let postal = plain(address["postalCode"].as_str().unwrap_or_default());
            let rest = [&postal, address["country"].as_str().unwrap_or_default()].map(words).concat();
            let whole = [street.clone(), city.clone(), rest].concat();
            out.addresses.push(Address { street, whole, postal, city });
        }
        for telecom in each("telecom") {
            let value = telecom["value"].as_str().unwrap_or_default();
            match telecom["system"].as_str() {
                Some("email") => out.mails.push(value.to_lowercase()),
                _ => out.phones.push(digits(value)),
            }
        }
        for doctor in each("generalPractitioner") {
            out.doctors.extend(doctor["display"].as_str().map(words));
            out.doctor_references.extend(doctor["reference"].as_str().map(str::to_owned));
        }
        out.death = match (&resource["deceasedDateTime"], &resource["deceasedBoolean"]) {
            (Value::String(when), _) => Some(when.clone()),
            (_, Value::Bool(true)) => Some(String::new()),
            _ => None,
        };
        Some(out)
    }

    /// Takes in what those are called who treat them.
    pub fn name_doctors(&mut self, names: &BTreeMap<String, Vec<String>>) {
        self.doctors.extend(self.doctor_references.iter().filter_map(|one| names.get(one)).cloned());
    }

    /// Whether this was true.
    fn says(&self, field: Field, value: &str) -> bool {
        let said = words(value);
        let is_family = |said: &[String]| self.families.iter().any(|family| are_among(said, family));
        match field {
            Field::Id => self.id == value,
            Field::Number => self.numbers.contains(&plain(value)),
            Field::Family => is_family(&said),
            Field::Given => are_among(&said, &self.given),
            Field::Name => {
                let all: Vec<String> = self.families.iter().flatten().chain(&self.given).cloned().collect();
                are_among(&said, &all) && said.iter().any(|word| is_family(std::slice::from_ref(word)))
            }
            Field::Birth => date(value).is_some_and(|day| day == self.birth),
            Field::Street => self.addresses.iter().any(|address| {
                are_among(&said, &address.whole) && said.iter().any(|word| address.street.contains(word))
            }),
            Field::Postal => self.addresses.iter().any(|address| address.postal == plain(value)),
            Field::City => self.addresses.iter().any(|address| are_among(&said, &address.city)),
            Field::Phone => self.phones.iter().any(|phone| same_number(phone, &digits(value))),
            Field::Mail => self.mails.contains(&value.to_lowercase()),
            Field::Doctor => self.doctors.iter().any(|doctor| are_alike(&said, doctor)),
            Field::Death => self.death.as_ref().is_some_and(|death| match date(value) {
                Some(day) => death.starts_with(&day),
                None => ["true", "yes", "ja", "oui", "1", "x"].contains(&value.to_lowercase().as_str()),
            }),
            // That is in records of its own.
            Field::Prescription => true,
        }
    }

    /// Whether the words of a plain line are about them: a family and a given name are among them, and where there is a postal code, the
    /// street too.
    fn is_among(&self, row: &Row) -> bool {
        let has = |words: &[String]| are_among(words, &row.words);
        let is_named = self.families.iter().any(|family| has(family))
            && self.given.iter().any(|given| row.words.contains(given));
        let is_there = row.all(Field::Postal).next().is_none()
            || self.addresses.iter().any(|address| has(&address.street));
        is_named && is_there
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// With or without the country's code.
fn same_number(one: &str, other: &str) -> bool {
    let tail = |text: &str| text.get(text.len().saturating_sub(8)..).unwrap_or_default().to_owned();
    one == other || one.len() >= 8 && other.len() >= 8 && tail(one) == tail(other)
}

/// `Dr. Müller` and `Dr. med. Anna Müller`: all words of the shorter, without titles.
fn are_alike(one: &[String], other: &[String]) -> bool {
    let plain = |words: &[String]| -> Vec<String> {
        let is_title = |word: &&String| ["dr", "med", "prof", "docteur", "m", "mme"].contains(&word.as_str());
        words.iter().filter(|word| !is_title(word)).cloned().collect()
    };
    let (one, other) = (plain(one), plain(other));
    are_among(&one, &other) || are_among(&other, &one)
}

impl Known {
    /// From the versions of a history, in whatever order.
    pub fn of_history(resources: &[Value]) -> Self {
        let mut versions: Vec<Version> = resources.iter().filter_map(Version::of).collect();
        versions.sort_unstable_by_key(|version| version.version);
        let begins: Vec<u64> = versions.iter().skip(1).map(|next| next.from_ms).collect();
        for (version, ends_ms) in versions.iter_mut().zip(begins) {
            version.to_ms = ends_ms;
        }
        Self { versions, prescriptions: None }
    }

    /// How well a row fits.
    pub fn fit(&self, row: &Row) -> Fit {
        let mut fit = Fit::default();
        let since_ms = self.prescribed_since(row);
        for version in &self.versions {
            let is_so = |field: &Field| row.all(*field).all(|value| version.says(*field, value));
            let mut fitting: BTreeSet<Field> = row.fields().into_iter().filter(is_so).collect();
            if since_ms.is_none() {
                fitting.remove(&Field::Prescription);
            }
            let is_among = row.words.is_empty() || version.is_among(row);
            fit.is_them |= is_them(row, &fitting, is_among);
            let is_whole = fitting.len() == row.fields().len() && is_among;
            let since_ms = since_ms.unwrap_or(0).max(version.from_ms);
            if is_whole && since_ms < version.to_ms {
                fit.versions.push(version.version);
                match fit.spans.last_mut().filter(|(_, end)| *end == since_ms) {
                    Some((_, end)) => *end = version.to_ms,
                    None => fit.spans.push((since_ms, version.to_ms)),
                }
            }
            if fitting.len() > fit.fitting.len() || fit.versions.last() == Some(&version.version) {
                fit.fitting = fitting;
            }
        }
        fit.other = row.fields().difference(&fit.fitting).copied().collect();
        fit
    }

    /// Since when all prescriptions of a row stand there; none: not all of them do.
    fn prescribed_since(&self, row: &Row) -> Option<u64> {
        let mut since_ms = 0;
        for value in row.all(Field::Prescription) {
            for one in value.split([';', '+', '\n']).map(words).filter(|said| !said.is_empty()) {
                let all = self.prescriptions.iter().flatten();
                let fits = |names: &Vec<String>| are_among(&one, names) || are_among(names, &one);
                let fitting = all.filter(|known| known.names.iter().any(fits));
                since_ms = since_ms.max(fitting.map(|known| known.from_ms).min()?);
            }
        }
        Some(since_ms)
    }
}

/// Whether what is true says who: the id, a number, or the birth date with a name.
fn is_them(row: &Row, fitting: &BTreeSet<Field>, is_among: bool) -> bool {
    let has = |field| fitting.contains(&field);
    let is_named = has(Field::Name) || has(Field::Family) || has(Field::Given);
    let is_whole_name = has(Field::Name) || has(Field::Family) && has(Field::Given);
    let is_somewhere = [Field::Postal, Field::Street, Field::Phone, Field::Mail].into_iter().any(has);
    has(Field::Id)
        || has(Field::Number)
        || has(Field::Birth) && (is_named || !row.words.is_empty() && is_among)
        || is_whole_name && is_somewhere
}

impl Prescription {
    /// What a MedicationRequest says.
    pub fn of(resource: &Value) -> Option<Self> {
        let said = &resource["medicationCodeableConcept"];
        let codings = said["coding"].as_array().into_iter().flatten();
        let codes = codings.flat_map(|coding| [coding["display"].as_str(), coding["code"].as_str()]);
        let display = resource["medicationReference"]["display"].as_str();
        let names = codes.chain([said["text"].as_str(), display]).flatten().map(words);
        let authored = resource["authoredOn"].as_str().and_then(instant::parse);
        let updated = resource["meta"]["lastUpdated"].as_str().and_then(instant::parse)?;
        // What was changed since was there before: when it was written out, if it says so.
        let is_first = resource["meta"]["versionId"] == "1";
        let from_ms = if is_first { updated } else { authored.unwrap_or(0).min(updated) };
        Some(Self { from_ms, names: names.filter(|name| !name.is_empty()).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn known() -> Known {
        let version = |version: u32, day: &str, family: &str, street: &str, postal: &str| {
            serde_json::json!({
                "resourceType": "Patient", "id": "a", "meta": {"versionId": version.to_string(), "lastUpdated": format!("{day}T00:00:00Z")},
                "identifier": [{"value": "A123456789"}], "birthDate": "1970-02-01",
                "name": [{"family": family, "given": ["Anna", "Maria"]}],
                "address": [{"line": [street], "postalCode": postal, "city": "Köln"}],
                "generalPractitioner": [{"display": "Dr. med. Eva Stern"}],
            })
        };
        Known::of_history(&[
            version(3, "2026-03-03", "Schmitz", "Neustr. 1", "50667"),
            version(2, "2026-02-01", "Müller", "Hauptstraße 5", "50668"),
            version(1, "2026-01-01", "Müller", "Hauptstraße 5", "50668"),
        ])
    }

    fn fit(csv: &str) -> Fit {
        known().fit(&sample::parse(csv.as_bytes()).unwrap().rows[0])
    }

    fn at(day: &str) -> u64 {
        instant::parse(&format!("{day}T00:00:00Z")).unwrap()
    }

    #[test]
    fn a_row_is_true_while_all_of_it_was() {
        let before =
            fit("nachname,vorname,geburtsdatum,strasse,plz\nMUELLER,Anna,01.02.1970,Hauptstr. 5,50668");
        assert_eq!((before.versions, before.spans), (vec![1, 2], vec![(at("2026-01-01"), at("2026-03-03"))]));
        let since = fit("name;birthdate;address\nAnna Schmitz;1970-02-01;Neustraße 1, 50667 Köln");
        assert_eq!((since.versions, since.spans), (vec![3], vec![(at("2026-03-03"), u64::MAX)]));
        let doctor = fit("kvnr,arzt\nA123456789,Dr. Stern");
        assert_eq!(doctor.spans, [(at("2026-01-01"), u64::MAX)]);
        assert_eq!(fit("kvnr,arzt\nA123456789,Dr. Mond").other, BTreeSet::from([Field::Doctor]));
    }

    #[test]
    fn a_row_of_two_times_is_them_and_true_at_none() {
        let mixed = fit("nachname,vorname,geburtsdatum,plz\nSchmitz,Anna,1970-02-01,50668");
        assert!(mixed.is_them && mixed.versions.is_empty() && mixed.spans.is_empty(), "{mixed:?}");
        assert_eq!(mixed.other.len(), 1);
    }

    #[test]
    fn somebody_else_is_not_them() {
        for row in [
            "nachname,vorname,geburtsdatum\nMeier,Anton,01.02.1970",
            "nachname,vorname,geburtsdatum\nMüller,Anna,02.02.1970",
            "kvnr\nB123456789",
            "vorname,plz\nAnna,50667",
        ] {
            assert!(!fit(row).is_them, "{row}");
        }
    }

    #[test]
    fn plain_lines_are_compared_by_their_words() {
        let old = fit("Müller, Anna  *1.2.1970, Hauptstr. 5, 50668 Köln");
        assert_eq!((old.is_them, old.versions), (true, vec![1, 2]));
        assert!(!fit("Meier Anton 1.2.1970").is_them);
    }

    #[test]
    fn a_prescription_is_true_since_it_stands_there() {
        let mut known = known();
        let resource = serde_json::json!({"meta": {"versionId": "1", "lastUpdated": "2026-02-15T00:00:00Z"},
            "medicationCodeableConcept": {"text": "Ibuprofen 600 mg", "coding": [{"code": "123"}]}});
        known.prescriptions = Some(vec![Prescription::of(&resource).unwrap()]);
        let row = |text: &str| sample::parse(text.as_bytes()).unwrap().rows.remove(0);
        let fit = known.fit(&row("kvnr,plz,medikament\nA123456789,50668,IBUPROFEN"));
        assert_eq!(fit.spans, [(at("2026-02-15"), at("2026-03-03"))]);
        let other = known.fit(&row("kvnr,medikament\nA123456789,Ramipril"));
        assert!(other.is_them && other.spans.is_empty() && other.other.contains(&Field::Prescription));
    }
}
