//! What the timeline shows of a record: one line, whatever it is.
//!
//! State: none.

use super::super::view::code::Concept;
use super::super::view::date::When;
use super::super::view::json::{is, paragraphs, plain, text};
use super::super::view::value::{Measured, reference, when};
use super::documents::{Paper, inline_text};
use super::gather::Who;
use super::medicine::Medicine;
use salus_frame::Language;
use salus_records::fhir::json::Value;

/// The most characters of a note that the timeline shows.
const MAX_NOTE_CHARS: usize = 1_200;

/// A kind of line, as the filter names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Diagnosis,
    Note,
    Procedure,
    Value,
    Report,
    Prescription,
    Vaccination,
    Document,
}

/// How the records of a kind are searched for.
pub(super) struct Source {
    pub kind: Kind,
    /// Its word in addresses.
    pub code: &'static str,
    /// The FHIR type.
    pub name: &'static str,
    /// The search parameter for its date.
    pub date: &'static str,
    /// What tells it from others of its type.
    pub only: Option<(&'static str, &'static str)>,
}

/// Of a note, and of a document that is none.
const NOTES: Option<(&str, &str)> = Some(("contenttype", PLAIN_TEXT));
pub(super) const NO_NOTES: (&str, &str) = ("contenttype:not", PLAIN_TEXT);
const PLAIN_TEXT: &str = "text/plain,text/plain; charset=utf-8,text/plain;charset=utf-8";

impl Kind {
    pub(super) const ALL: [Source; 8] = [
        source(Self::Diagnosis, "diagnoses", "Condition", "recorded-date", None),
        source(Self::Note, "notes", "DocumentReference", "date", NOTES),
        source(Self::Procedure, "procedures", "Procedure", "date", None),
        source(Self::Value, "values", "Observation", "date", None),
        source(Self::Report, "reports", "DiagnosticReport", "date", None),
        source(Self::Prescription, "prescriptions", "MedicationRequest", "authoredon", None),
        source(Self::Vaccination, "vaccinations", "Immunization", "date", None),
        source(Self::Document, "documents", "DocumentReference", "date", Some(NO_NOTES)),
    ];

    /// Its word, which also is its class.
    pub(super) fn class(self) -> &'static str {
        Self::ALL.iter().find(|source| source.kind == self).map_or("", |source| source.code)
    }

    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Diagnosis => "chart-timeline-diagnoses",
            Self::Note => "chart-timeline-notes",
            Self::Procedure => "chart-timeline-procedures",
            Self::Value => "chart-timeline-values",
            Self::Report => "chart-timeline-reports",
            Self::Prescription => "chart-timeline-prescriptions",
            Self::Vaccination => "chart-timeline-vaccinations",
            Self::Document => "chart-timeline-documents",
        }
    }
}

const fn source(
    kind: Kind,
    code: &'static str,
    name: &'static str,
    date: &'static str,
    only: Option<(&'static str, &'static str)>,
) -> Source {
    Source { kind, code, name, date, only }
}

/// A line.
#[derive(Debug)]
pub(super) struct Item {
    pub kind: Kind,
    pub when: Option<When>,
    pub title: String,
    pub code: String,
    pub detail: String,
    pub lines: Vec<String>,
    pub arrow: &'static str,
    pub is_abnormal: bool,
    /// The id of the document, where it can be opened.
    pub document: Option<String>,
    pub encounter: Option<String>,
    pub who: Option<Who>,
}

impl Item {
    fn new(kind: Kind, resource: Value<'_>, when: Option<When>, title: String) -> Self {
        Self {
            kind,
            when,
            title,
            code: String::new(),
            detail: String::new(),
            lines: Vec::new(),
            arrow: "",
            is_abnormal: false,
            document: None,
            encounter: reference(resource, "encounter", "Encounter"),
            who: None,
        }
    }

    /// A record of this kind. None for one that was entered in error or says nothing.
    pub(super) fn of(kind: Kind, resource: Value<'_>, language: Language) -> Option<Self> {
        if is(resource, "status", "entered-in-error") {
            return None;
        }
        match kind {
            Kind::Diagnosis => diagnosis(resource),
            Kind::Procedure => {
                let at = when(resource, &["performedDateTime", "performedPeriod.start"]);
                let concept = Concept::at(resource, "code")?;
                let mut item = Self::new(kind, resource, at, concept.text.clone());
                concept.shown_code().clone_into(&mut item.code);
                Some(item)
            }
            Kind::Value => value(resource, language),
            Kind::Report => {
                let at = when(resource, &["effectiveDateTime", "effectivePeriod.start", "issued"]);
                let mut item = Self::new(kind, resource, at, Concept::at(resource, "code")?.text);
                item.detail = text(resource, "conclusion").unwrap_or_default();
                item.who = Who::at(resource, "performer");
                Some(item)
            }
            Kind::Prescription => {
                let medicine = Medicine::of(resource)?;
                let mut item =
                    Self::new(kind, resource, when(resource, &["authoredOn"]), medicine.concept.text);
                item.detail = medicine.dose;
                Some(item)
            }
            Kind::Vaccination => {
                let at = when(resource, &["occurrenceDateTime"]);
                let mut item = Self::new(kind, resource, at, Concept::at(resource, "vaccineCode")?.text);
                item.detail = text(resource, "lotNumber").unwrap_or_default();
                Some(item)
            }
            Kind::Note | Kind::Document => {
                let paper = Paper::of(resource)?;
                if let Some(text) = inline_text(resource) {
                    return Some(note(resource, paper, &text));
                }
                let mut item = Self::new(Kind::Document, resource, paper.when, paper.name().to_owned());
                if !paper.title.is_empty() {
                    item.detail = paper.kind;
                }
                (item.document, item.encounter, item.who) = (Some(paper.id), paper.encounter, paper.author);
                Some(item)
            }
        }
    }
}

fn diagnosis(condition: Value<'_>) -> Option<Item> {
    if is(condition, "verificationStatus.coding.code", "entered-in-error") {
        return None;
    }
    let at = when(condition, &["recordedDate", "onsetDateTime", "onsetPeriod.start"]);
    let concept = Concept::at(condition, "code")?;
    let mut item = Item::new(Kind::Diagnosis, condition, at, concept.text.clone());
    concept.shown_code().clone_into(&mut item.code);
    Some(item)
}

/// A note: a document that is nothing but its text. What it is called is shown where that says more than that it is a note.
fn note(document: Value<'_>, paper: Paper, text: &str) -> Item {
    let title = if paper.title == paper.kind { String::new() } else { paper.title };
    let mut item = Item::new(Kind::Note, document, paper.when, title);
    item.lines = paragraphs(text, MAX_NOTE_CHARS);
    (item.encounter, item.who) = (paper.encounter, paper.author);
    item
}

fn value(observation: Value<'_>, language: Language) -> Option<Item> {
    let value = Measured::of(observation, language)?;
    let mut item = Item::new(Kind::Value, observation, value.when, value.concept.text.clone());
    item.detail = value.with_unit();
    if item.detail.is_empty() {
        let parts = value.components.iter().map(|part| format!("{} {}", part.concept.text, part.with_unit()));
        item.detail = plain(&parts.collect::<Vec<_>>().join(", "), 200);
    }
    item.arrow = value.standing.arrow();
    item.is_abnormal = value.standing.is_abnormal();
    Some(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn item(kind: Kind, text: &str) -> Option<Item> {
        Item::of(kind, Document::parse(text).unwrap().root(), Language::De)
    }

    #[test]
    fn each_kind_of_record_is_a_line() {
        let value = item(
            Kind::Value,
            r#"{"status":"final","code":{"text":"Kalium"},"valueQuantity":{"value":6.1,"unit":"mmol/l"},
                "interpretation":[{"coding":[{"code":"HH"}]}],"encounter":{"reference":"Encounter/1"}}"#,
        )
        .unwrap();
        assert_eq!((value.detail.as_str(), value.arrow, value.is_abnormal), ("6,1\u{a0}mmol/l", "⇈", true));
        assert_eq!(value.encounter.as_deref(), Some("1"));
        let note = item(
            Kind::Document,
            r#"{"status":"current","type":{"text":"Notiz"},"description":"Notiz",
                "content":[{"attachment":{"contentType":"text/plain; charset=utf-8","data":"YQpi"}}]}"#,
        );
        let note = note.unwrap();
        assert_eq!((note.kind, note.title.as_str()), (Kind::Note, ""));
        assert_eq!(note.lines, ["a", "b"]);
        let document = item(
            Kind::Document,
            r#"{"id":"d1","status":"current","type":{"text":"Arztbrief"},"description":"Kardiologie","date":"2026-01-02T10:00:00Z",
                "context":{"encounter":[{"reference":"Encounter/2"}]}}"#,
        )
        .unwrap();
        assert_eq!((document.title.as_str(), document.detail.as_str()), ("Kardiologie", "Arztbrief"));
        assert_eq!((document.document.as_deref(), document.encounter.as_deref()), (Some("d1"), Some("2")));
        for source in Kind::ALL {
            assert!(item(source.kind, r#"{"status":"entered-in-error","code":{"text":"x"}}"#).is_none());
            assert_eq!(source.kind.message(), format!("chart-timeline-{}", source.kind.class()));
        }
    }
}
