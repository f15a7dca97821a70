//! Reports: documents that other systems have sent (FHIR documents), by their Compositions, and what stands in them for people to read.
//!
//! Their text is somebody else's HTML. It is sent by a route of its own, in a sandbox in which nothing is executed and nothing fetched.
//!
//! Never: puts a report's HTML into a page of ours; shows another patient's. State: none.

use super::super::view::code::Concept;
use super::super::view::json::{is, raw, text};
use super::super::view::value::{reference, when};
use super::super::{PageAsk, Trouble, html};
use super::documents::{Paper, View, Viewer, saved_or_shown};
use super::gather::{Found, Names, Who, find};
use super::tell::Told;
use super::who::Head;
use super::{Part, access, page, place};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Shortcut, Words};
use salus_records::RecordsError;
use salus_records::fhir::json::{Document, Value};

/// How many reports the page of documents lists.
const MAX_REPORTS: u32 = 50;
/// How deep sections within sections are read, and how many are.
const MAX_SECTION_DEPTH: usize = 8;
const MAX_SECTIONS: usize = 200;

/// A report as a browser's frame gets it.
#[derive(Template)]
#[template(path = "practice/chart/report.html")]
struct Report<'a> {
    t: Words,
    title: &'a str,
    sections: Vec<Section>,
}

/// A heading and what stands below it, as HTML of the report's.
struct Section {
    title: String,
    div: String,
}

/// The newest of a patient.
pub(super) async fn list(ask: &PageAsk<'_>, id: &str) -> Result<Found, Trouble> {
    find(ask, "Composition", id, &[("_sort", "-date")], MAX_REPORTS).await
}

/// A Composition as a line of the list and as the head of the viewer.
pub(super) fn paper(composition: Value<'_>) -> Option<Paper> {
    if is(composition, "status", "entered-in-error") {
        return None;
    }
    Some(Paper {
        part: "reports",
        id: raw(composition, "id").unwrap_or_default(),
        kind: Concept::at(composition, "type").map(|kind| kind.text).unwrap_or_default(),
        title: text(composition, "title").unwrap_or_default(),
        when: when(composition, &["date"]),
        told: None,
        author: Who::at(composition, "author"),
        who: String::new(),
        content_type: "text/html".to_owned(),
        size: String::new(),
        is_superseded: false,
        encounter: reference(composition, "encounter", "Encounter"),
    })
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let (head, looks, read) =
        tokio::join!(Head::gather(ask, id), access::last(ask, id), composition(ask, id));
    let (head, read) = (head?, read?);
    let mut paper = paper(read.root()).ok_or(Trouble::Unknown)?;
    let names = Names::read(ask, paper.author.iter()).await;
    paper.who = names.of(paper.author.as_ref());
    paper.told = Told::maybe(paper.when, head.today, ask.language());
    let view = if sections(read.root()).is_empty() { View::Nothing } else { View::Report };
    let place = place(ask, id);
    let body = Viewer { t: ask.t, place: &place, paper, view };
    let keys = vec![
        Shortcut::page("s", ask.t.say("chart-documents-save")),
        Shortcut::page("l", ask.t.say("chart-documents-back")),
    ];
    Ok(page(ask, &head, Part::Documents, keys, &body, &looks?))
}

/// What stands in a report.
pub(super) async fn content(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let read = composition(ask, id).await?;
    let paper = paper(read.root()).ok_or(Trouble::Unknown)?;
    let report = Report { t: ask.t, title: paper.name(), sections: sections(read.root()) };
    let bytes = html(&report).into_bytes();
    let is_saved = ask.query("save").is_some();
    Ok(ask.deliver(saved_or_shown(bytes, "text/html; charset=utf-8", paper.name(), "html", is_saved)))
}

/// The Composition that is addressed, when it is of this patient.
async fn composition(ask: &PageAsk<'_>, id: &str) -> Result<Document<'static>, Trouble> {
    let name = ask.value(1);
    if !salus_records::is_id(name) {
        return Err(Trouble::Unknown);
    }
    let opened = ask.read("Composition", name).await?;
    let text = String::from_utf8(opened.text).map_err(|_| RecordsError::Internal)?;
    let read = Document::parse(text).map_err(|_| RecordsError::Internal)?;
    let is_of_patient = reference(read.root(), "subject", "Patient").is_some_and(|patient| patient == id);
    if is_of_patient { Ok(read) } else { Err(Trouble::Unknown) }
}

/// What is there to read: of the whole, then of each section, those within others behind them.
fn sections(composition: Value<'_>) -> Vec<Section> {
    let mut all = Vec::new();
    add(&mut all, composition, String::new(), 0);
    all
}

fn add(all: &mut Vec<Section>, of: Value<'_>, title: String, depth: usize) {
    let div = text_of(of);
    if !div.is_empty() {
        all.push(Section { title, div });
    }
    if depth == MAX_SECTION_DEPTH {
        return;
    }
    for section in of.get("section").into_iter().flat_map(|sections| sections.elements()) {
        if all.len() >= MAX_SECTIONS {
            return;
        }
        add(all, section, text(section, "title").unwrap_or_default(), depth + 1);
    }
}

/// The narrative of a Composition or section; empty where there is none.
fn text_of(of: Value<'_>) -> String {
    let narrative = of.get("text").filter(|text| text.get_str("status").as_deref() != Some("empty"));
    let div = narrative.and_then(|text| text.get_str("div"));
    div.map(|div| div.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_read_is_found_in_all_sections_in_their_order() {
        let nested = (0..20).fold(String::from(r#"{"title":"deep"}"#), |inner, _| {
            format!(r#"{{"text":{{"status":"generated","div":"<div/>"}},"section":[{inner}]}}"#)
        });
        let text = format!(
            r#"{{"text":{{"status":"empty","div":"<div>no</div>"}},"section":[
                {{"title":"Eins","text":{{"status":"generated","div":"<div>1</div>"}},
                  "section":[{{"title":"Zwei","text":{{"status":"generated","div":"<div>2</div>"}}}}]}},
                {{"title":"Leer"}}, {nested}]}}"#
        );
        let document = Document::parse(text.as_str()).unwrap();
        let found = sections(document.root());
        let told: Vec<(&str, &str)> =
            found.iter().map(|section| (section.title.as_str(), section.div.as_str())).collect();
        assert_eq!(told[..2], [("Eins", "<div>1</div>"), ("Zwei", "<div>2</div>")]);
        assert_eq!(told.len(), 2 + MAX_SECTION_DEPTH, "as deep as is read");
    }
}
