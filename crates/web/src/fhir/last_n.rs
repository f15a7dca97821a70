//! `GET [base]/Observation/$lastn?patient=…`: of each kind of observation of a patient, the newest ones.
//!
//! It is a search by date, all of whose pages are read; the observations are grouped by their codes. Never: says that these are
//! the newest when it has not seen all. State: none.

use super::{Ask, search};
use crate::answer::Answer;
use crate::outcome::Refused;
use crate::{query, text};
use http::StatusCode;
use salus_records::fhir::json::{Document, Value};
use salus_records::{Mode, Page, PageEntry, SearchAsk};
use std::collections::HashMap;

/// The most pages, of a thousand observations each, that are looked through.
const MAX_PAGES: usize = 5;

/// How many of each kind are given when the client does not say.
const DEFAULT_MAX: usize = 1;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let kind = ask.kind()?;
    let given = query::parameters(ask.parts.uri.query().unwrap_or_default());
    let given = given.ok_or_else(|| refused(text::unreadable_query()))?;
    let mut max: Option<usize> = None;
    let mut parameters = Vec::new();
    for (name, value) in given {
        match &*name {
            "max" if max.is_some() => return Err(refused(text::given_twice("max"))),
            "max" => {
                let number = value.parse().ok().filter(|max| *max > 0);
                max = Some(number.ok_or_else(|| refused(text::bad_parameter("max")))?);
            }
            "_format" | "_pretty" => {}
            "_sort" | "_count" | "_include" | "_revinclude" | "_summary" | "_elements" | "_total" => {
                return Err(refused(text::unknown_parameter(
                    &name,
                    "patient, subject, category, code, date, max",
                )));
            }
            _ => parameters.push((name.into_owned(), value.into_owned())),
        }
    }
    let is_of_one =
        |(name, _): &(String, String)| matches!(name.split(':').next(), Some("patient" | "subject"));
    if !parameters.iter().any(is_of_one) {
        return Err(refused(text::patient_needed()));
    }
    for (name, value) in [("_sort", "-date"), ("_count", "1000")] {
        parameters.push((name.to_owned(), value.to_owned()));
    }
    let asked = SearchAsk::new(Some(kind), parameters, false);
    let mut page = salus_records::search(ask.cell, &ask.asker, asked).await?;
    let mut groups = Groups { max: max.unwrap_or(DEFAULT_MAX), seen: HashMap::new() };
    groups.keep(&mut page);
    for _ in 1..MAX_PAGES {
        let Some(link) = page.next.take() else { break };
        let mut more = salus_records::search_on(ask.cell, &ask.asker, &link).await?;
        groups.keep(&mut more);
        page.entries.append(&mut more.entries);
        page.next = more.next;
        page.delivery = page.delivery.with(more.delivery);
    }
    if page.next.is_some() {
        return Err(Refused::new(StatusCode::FORBIDDEN, text::too_many_observations(MAX_PAGES * 1000)));
    }
    page.total = Some(page.entries.len() as u64);
    page.rounded = false;
    Ok(search::page(ask, &page, None, ask.format).delivering(page.delivery))
}

/// How many of each kind were kept; a kind is known by any of its codes.
struct Groups {
    max: usize,
    seen: HashMap<String, usize>,
}

impl Groups {
    fn keep(&mut self, page: &mut Page) {
        page.entries.retain(|entry| entry.mode == Mode::Match && self.is_kept(entry));
    }

    fn is_kept(&mut self, entry: &PageEntry) -> bool {
        let names = std::str::from_utf8(&entry.text).ok().and_then(|text| Document::parse(text).ok());
        let names = names.map(|document| kinds(document.root())).unwrap_or_default();
        let before = names.iter().filter_map(|name| self.seen.get(name)).max().copied().unwrap_or(0);
        if before >= self.max {
            return false;
        }
        for name in names {
            self.seen.insert(name, before + 1);
        }
        true
    }
}

/// By what observations are of one kind: system and code of each coding, or the text where there is none.
fn kinds(observation: Value<'_>) -> Vec<String> {
    let Some(code) = observation.get("code") else { return vec![String::new()] };
    let codings = code.get("coding").into_iter().flat_map(|codings| codings.elements());
    let mut all: Vec<String> = codings
        .filter_map(|coding| {
            let system = coding.get_str("system").unwrap_or_default();
            Some(format!("{system}|{}", coding.get_str("code")?))
        })
        .collect();
    if all.is_empty() {
        all.push(code.get_str("text").unwrap_or_default().into_owned());
    }
    all
}
