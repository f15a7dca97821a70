//! What a line shows of somebody: name, birth date, age. Asked for many at once, as glimpses; practitioners by name. And what no line
//! shows, of the few records of a list that a page has room for.
//!
//! State: none.

use super::view::age::age;
use super::view::date::{Day, When};
use super::view::json::raw;
use super::view::name::{Name, called};
use super::{PageAsk, Trouble};
use salus_frame::Language;
use salus_records::RecordsError;
use salus_records::fhir::json::{Document, Value};
use std::collections::{BTreeSet, HashMap};

/// How many ids one search names.
const IDS_PER_SEARCH: usize = 50;
/// The most ids that are looked up for one page.
pub(crate) const MAX_IDS: usize = 400;

/// A patient in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatientLine {
    pub id: String,
    /// As a card index has it; empty for who has none.
    pub name: String,
    /// The family name at birth, where it is another.
    pub maiden: String,
    /// As the reader's language writes it.
    pub birth: String,
    /// For HTML's `time`.
    pub birth_iso: String,
    pub age: String,
}

impl PatientLine {
    /// Of a Patient, or of its line.
    pub(crate) fn of(patient: Value<'_>, today: Day, language: Language) -> Option<Self> {
        let birth = raw(patient, "birthDate").as_deref().and_then(When::parse);
        let name = Name::of(patient).unwrap_or_default();
        Some(Self {
            id: raw(patient, "id")?,
            name: name.sorted(),
            maiden: name.maiden,
            birth: birth.map_or_else(String::new, |birth| birth.date(language)),
            birth_iso: birth.map_or_else(String::new, When::iso),
            age: birth.and_then(|birth| age(birth, today, language)).unwrap_or_default(),
        })
    }
}

/// The day on which the page is made.
pub(crate) fn today(ask: &PageAsk<'_>) -> Day {
    When::of_ms(ask.clock.now_ms()).day
}

/// The lines of a search's hits, in their order.
pub(crate) fn lines_of(ask: &PageAsk<'_>, page: &super::session::Hits) -> Vec<PatientLine> {
    let today = today(ask);
    let documents = page.entries.iter().filter_map(|entry| document(&entry.text));
    documents.filter_map(|document| PatientLine::of(document.root(), today, ask.language())).collect()
}

/// A stored text, read.
pub(crate) fn document(text: &[u8]) -> Option<Document<'_>> {
    Document::parse(std::str::from_utf8(text).ok()?).ok()
}

/// The lines of these patients, by id.
pub(crate) async fn patients(
    ask: &PageAsk<'_>,
    ids: &BTreeSet<String>,
) -> Result<HashMap<String, PatientLine>, Trouble> {
    let mut found = HashMap::new();
    for ids in chunks(ids) {
        let parameters =
            [("_id", ids.as_str()), ("_elements", "name,birthDate"), ("_count", "50"), ("_total", "none")];
        let page = ask.search("Patient", &parameters).await?;
        found.extend(lines_of(ask, &page).into_iter().map(|line| (line.id.clone(), line)));
    }
    Ok(found)
}

/// What these practitioners are called, by id.
pub(crate) async fn practitioners(
    ask: &PageAsk<'_>,
    ids: &BTreeSet<String>,
) -> Result<HashMap<String, String>, Trouble> {
    let mut found = HashMap::new();
    for ids in chunks(ids) {
        let parameters = [("_id", ids.as_str()), ("_count", "50"), ("_total", "none")];
        let page = ask.search("Practitioner", &parameters).await?;
        for entry in &page.entries {
            let name = document(&entry.text).and_then(|document| {
                Name::of(document.root()).map(|name| name.short()).or_else(|| called(document.root()))
            });
            found.extend(name.map(|name| (entry.id.clone(), name)));
        }
    }
    Ok(found)
}

/// What `read` reads of whole records, by id: a chart each. Of all of them nothing, where the budget has no room or the role may not read.
pub(crate) async fn whole(
    ask: &PageAsk<'_>,
    kind: &str,
    ids: &BTreeSet<String>,
    read: impl Fn(Value<'_>) -> Option<String>,
) -> Result<HashMap<String, String>, Trouble> {
    let mut found = HashMap::new();
    for ids in chunks(ids) {
        let parameters = [("_id", ids.as_str()), ("_count", "50"), ("_total", "none")];
        match ask.search(kind, &parameters).await {
            Ok(page) => found.extend(page.entries.iter().filter_map(|entry| {
                document(&entry.text).and_then(|document| Some((entry.id.clone(), read(document.root())?)))
            })),
            Err(Trouble::Records(
                RecordsError::Budget { .. }
                | RecordsError::TouchNeeded
                | RecordsError::NotFound
                | RecordsError::TooCostly(_),
            )) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(found)
}

/// Ids as values of `_id`. Of what is no id nothing is asked, so that none of it is read as syntax.
fn chunks(ids: &BTreeSet<String>) -> Vec<String> {
    let good: Vec<&str> =
        ids.iter().map(String::as_str).filter(|id| salus_records::is_id(id)).take(MAX_IDS).collect();
    good.chunks(IDS_PER_SEARCH).map(|ids| ids.join(",")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_id_is_not_asked_for() {
        let ids = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(chunks(&ids(&["a", "b,c", "", "d"])), ["a,d"]);
        assert_eq!(chunks(&ids(&[])), Vec::<String>::new());
        let many: BTreeSet<String> = (0..1000).map(|at| format!("id-{at}")).collect();
        assert_eq!(chunks(&many).len(), MAX_IDS / IDS_PER_SEARCH);
    }

    #[test]
    fn a_line_says_who_it_is() {
        let text = r#"{"resourceType":"Patient","id":"1","name":[{"family":"Müller","given":["Anna"]}],"birthDate":"1970-02-01"}"#;
        let document = document(text.as_bytes()).unwrap();
        let on = When::parse("2026-11-28").unwrap().day;
        let line = PatientLine::of(document.root(), on, Language::De).unwrap();
        assert_eq!((&*line.name, &*line.birth, &*line.age), ("Müller, Anna", "01.02.1970", "56 J."));
    }
}
