//! Whose a row is: candidates by what it says, and their histories, until one fits.
//!
//! Never: opens more than it must; keeps a text beyond what is compared. State: what is known of the candidates so far.

use super::ask::{Asking, Told, ToldAll, value};
use super::fields::{Field, Row, words};
use super::record::{Fit, Known, Prescription};
use crate::failure::Failure;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most candidates of one question that are looked at.
const MAX_CANDIDATES: usize = 5;
/// The most words of a plain line that are tried as a name.
const MAX_NAMES: usize = 4;
/// How many versions or prescriptions a page has.
const PAGE: usize = 200;

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is ours: this patient, and how it fits.
    Ours(String, Fit),
    /// Nobody here is like that.
    NotOurs,
    /// It does not say enough to look for anybody, or fits several.
    Unclear,
    /// A budget was spent before.
    NotLooked,
}

/// Looks for rows, one after the other.
pub struct Finder<'a> {
    asking: &'a mut Asking,
    known: HashMap<String, Known>,
    /// Names of those who treat, by reference.
    doctors: BTreeMap<String, Vec<String>>,
    /// In which entries each patient's history was admitted.
    pub entries: HashMap<String, Vec<u64>>,
    is_spent: bool,
}

impl<'a> Finder<'a> {
    /// Knows nobody yet.
    pub fn new(asking: &'a mut Asking) -> Self {
        let (known, doctors, entries) = (HashMap::new(), BTreeMap::new(), HashMap::new());
        Self { asking, known, doctors, entries, is_spent: false }
    }

    /// Whose a row is.
    pub async fn find(&mut self, row: &Row) -> Result<Found, Failure> {
        let mut tried = BTreeSet::new();
        let mut asked = false;
        let wants = Wants::of(row);
        for question in questions(row) {
            asked = true;
            let ids = match question {
                Question::Id(id) => vec![id],
                Question::Search(path) => self.search(&path).await?,
            };
            let mut fits: Vec<(String, Fit)> = Vec::new();
            for id in ids.into_iter().take(MAX_CANDIDATES).filter(|id| tried.insert(id.clone())) {
                if let Some(fit) = self.fit(&id, row, &wants).await? {
                    fits.push((id, fit));
                }
            }
            if let Some(found) = best(fits) {
                return Ok(found);
            }
            if self.is_spent {
                return Ok(Found::NotLooked);
            }
        }
        Ok(if asked { Found::NotOurs } else { Found::Unclear })
    }

    /// The versions' record and number are in the entry that admitted the history.
    async fn fit(&mut self, id: &str, row: &Row, wants: &Wants) -> Result<Option<Fit>, Failure> {
        if !self.known.contains_key(id) {
            let known = match self.all(&format!("/Patient/{}/_history?_count={PAGE}", value(id))).await? {
                ToldAll::There(versions, entries) => {
                    self.entries.insert(id.to_owned(), entries);
                    Known::of_history(&versions)
                }
                // Nobody, or spent: in that case it may be asked again.
                ToldAll::Not => Known::default(),
                ToldAll::Spent => return Ok(None),
            };
            self.known.insert(id.to_owned(), known);
        }
        if wants.doctor {
            self.name_doctors(id).await?;
        }
        let asks =
            wants.prescriptions && self.known.get(id).is_some_and(|known| known.prescriptions.is_none());
        if asks && self.known.get(id).is_some_and(|known| known.fit(row).is_them) {
            let prescriptions = self.prescriptions(id).await?;
            if let Some(known) = self.known.get_mut(id) {
                known.prescriptions = prescriptions;
            }
        }
        Ok(self.known.get(id).map(|known| known.fit(row)).filter(|fit| fit.is_them))
    }

    async fn name_doctors(&mut self, id: &str) -> Result<(), Failure> {
        let versions = self.known.get(id).into_iter().flat_map(|known| &known.versions);
        let wanted: BTreeSet<String> =
            versions.flat_map(|version| &version.doctor_references).cloned().collect();
        for reference in wanted {
            let is_local = reference.split_once('/').is_some_and(|(kind, id)| {
                ["Practitioner", "PractitionerRole", "Organization"].contains(&kind) && !id.contains('/')
            });
            if !is_local || self.doctors.contains_key(&reference) {
                continue;
            }
            let (kind, own) = reference.split_once('/').unwrap_or_default();
            if let Told::There(resource, _) = self.get(&format!("/{kind}/{}", value(own))).await? {
                let name = &resource["name"][0];
                let given = name["given"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let parts =
                    given.chain([name["family"].as_str(), resource["name"].as_str()].into_iter().flatten());
                self.doctors.insert(reference, words(&parts.collect::<Vec<_>>().join(" ")));
            }
        }
        let doctors = &self.doctors;
        if let Some(known) = self.known.get_mut(id) {
            known.versions.iter_mut().for_each(|version| version.name_doctors(doctors));
        }
        Ok(())
    }

    async fn prescriptions(&mut self, id: &str) -> Result<Option<Vec<Prescription>>, Failure> {
        let path = format!("/MedicationRequest?patient={}&_count={PAGE}", value(&format!("Patient/{id}")));
        Ok(match self.all(&path).await? {
            ToldAll::There(resources, _) => Some(resources.iter().filter_map(Prescription::of).collect()),
            ToldAll::Not => Some(Vec::new()),
            ToldAll::Spent => None,
        })
    }

    /// The Patients of a search's first page; those that a Coverage is for.
    async fn search(&mut self, path: &str) -> Result<Vec<String>, Failure> {
        let Told::There(bundle, _) = self.get(path).await? else { return Ok(Vec::new()) };
        let entries = bundle["entry"].as_array().into_iter().flatten();
        let id = |entry: &Value| {
            let resource = &entry["resource"];
            match resource["resourceType"].as_str()? {
                "Patient" => resource["id"].as_str().map(str::to_owned),
                "Coverage" => {
                    resource["beneficiary"]["reference"].as_str()?.strip_prefix("Patient/").map(str::to_owned)
                }
                _ => None,
            }
        };
        Ok(entries.filter_map(id).collect())
    }

    async fn all(&mut self, path: &str) -> Result<ToldAll, Failure> {
        if self.is_spent {
            return Ok(ToldAll::Spent);
        }
        let told = self.asking.all(path).await?;
        self.is_spent = matches!(told, ToldAll::Spent);
        Ok(told)
    }

    async fn get(&mut self, path: &str) -> Result<Told, Failure> {
        if self.is_spent {
            return Ok(Told::Spent);
        }
        let told = self.asking.get(path).await?;
        self.is_spent = matches!(told, Told::Spent);
        Ok(told)
    }
}

/// The one that fits best; several that fit as well leave it unclear.
fn best(mut fits: Vec<(String, Fit)>) -> Option<Found> {
    let rank = |fit: &Fit| (!fit.versions.is_empty(), fit.fitting.len());
    fits.sort_by_key(|(_, fit)| std::cmp::Reverse(rank(fit)));
    let mut fits = fits.into_iter();
    let (id, fit) = fits.next()?;
    let is_tie = fits.next().is_some_and(|(_, other)| rank(&other) == rank(&fit));
    Some(if is_tie { Found::Unclear } else { Found::Ours(id, fit) })
}

/// What must be asked for beside the Patient.
struct Wants {
    doctor: bool,
    prescriptions: bool,
}

impl Wants {
    fn of(row: &Row) -> Self {
        let has = |field| row.all(field).next().is_some();
        Self { doctor: has(Field::Doctor), prescriptions: has(Field::Prescription) }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Question {
    Id(String),
    Search(String),
}

/// What to ask for a row, the surest first. A name may have changed since, so the birth date is tried with each part of it.
fn questions(row: &Row) -> Vec<Question> {
    let mut all = Vec::new();
    let search = |kind: &str, query: &[(&str, &str)]| {
        let query: Vec<String> = query.iter().map(|(name, text)| format!("{name}={}", value(text))).collect();
        Question::Search(format!("/{kind}?{}&_count={}", query.join("&"), MAX_CANDIDATES))
    };
    let is_id = |id: &&str| {
        !id.is_empty()
            && id.len() <= 64
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    };
    all.extend(row.all(Field::Id).filter(is_id).map(|id| Question::Id(id.to_owned())));
    for number in row.all(Field::Number) {
        all.push(search("Patient", &[("identifier", number)]));
        all.push(search("Coverage", &[("identifier", number)]));
    }
    let first = |field| row.all(field).next();
    let name = first(Field::Name).map(|name| name.split_whitespace().collect::<Vec<_>>()).unwrap_or_default();
    let loose = row.words.iter().filter(|word| word.len() > 2 && !word.bytes().any(|b| b.is_ascii_digit()));
    let names = name.into_iter().rev().chain(loose.map(String::as_str)).take(MAX_NAMES);
    if let Some(birth) = first(Field::Birth) {
        for (field, parameter) in [(Field::Family, "family"), (Field::Given, "given")] {
            let one = first(field).and_then(|name| name.split_whitespace().next());
            let whole = if field == Field::Family { first(field) } else { one };
            all.extend(whole.map(|name| search("Patient", &[("birthdate", birth), (parameter, name)])));
        }
        all.extend(names.map(|name| search("Patient", &[("birthdate", birth), ("name", name)])));
        if let (true, Some(postal)) = (row.words.is_empty(), first(Field::Postal)) {
            all.push(search("Patient", &[("birthdate", birth), ("address-postalcode", postal)]));
        }
    } else if let (Some(family), Some(given)) = (first(Field::Family), first(Field::Given)) {
        let given = given.split_whitespace().next().unwrap_or_default();
        all.push(search("Patient", &[("family", family), ("given", given)]));
    } else {
        let names: Vec<(&str, &str)> = names.map(|name| ("name", name)).collect();
        if names.len() > 1 {
            all.push(search("Patient", &names));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn asked(text: &str) -> Vec<String> {
        let row = sample::parse(text.as_bytes()).unwrap().rows.remove(0);
        let path = |question| match question {
            Question::Id(id) => id,
            Question::Search(path) => path.replace("&_count=5", ""),
        };
        questions(&row).into_iter().map(path).collect()
    }

    #[test]
    fn the_surest_question_is_asked_first() {
        assert_eq!(
            asked("kvnr,nachname,vorname,geburtsdatum\nA1,Müller,Anna Maria,1.2.1970"),
            [
                "/Patient?identifier=A1",
                "/Coverage?identifier=A1",
                "/Patient?birthdate=1970-02-01&family=M%C3%BCller",
                "/Patient?birthdate=1970-02-01&given=Anna"
            ]
        );
        assert_eq!(asked(r#"{"id":"../x","name":"A"}"#), Vec::<String>::new(), "an id is no path");
        assert_eq!(asked("name,plz\nAnna Müller,50667"), ["/Patient?name=M%C3%BCller&name=Anna"]);
    }

    #[test]
    fn two_who_fit_as_well_leave_it_unclear() {
        let fit = |fields: &[Field]| Fit {
            is_them: true,
            fitting: fields.iter().copied().collect(),
            ..Fit::default()
        };
        let two = [("a".to_owned(), fit(&[Field::Birth])), ("b".to_owned(), fit(&[Field::Birth]))];
        assert_eq!(best(two.to_vec()), Some(Found::Unclear));
        let better = [two[0].clone(), ("b".to_owned(), fit(&[Field::Birth, Field::City]))];
        assert!(matches!(best(better.to_vec()), Some(Found::Ours(id, _)) if id == "b"));
        assert_eq!(best(Vec::new()), None);
    }
}
