//! Pages as a browser asks for them, in a practice that is as full as one gets; beside them bare axum answering the same bytes, and
//! for what is typed into the search field a plain table.
//!
//! A page that is not answered as it should be is left out and said; it does not end the run. State: a data directory of its own.

use crate::browser::{self, Ask, Browser, encode};
use crate::context::Context;
use crate::error::BenchError;
use crate::http::Client;
use crate::load::{self, Bounds, Plan, Span, Subject};
use crate::measurement::Measurement;
use crate::peers::axum::{Axum, Line};
use crate::peers::find::Lines;
use crate::practice::{self, Practice};
use crate::procfs::Process;
use crate::server::{CELL, Salus};
use std::rc::Rc;
use std::time::Duration;

/// How many connections ask at once: somebody alone, and a full practice.
pub const CONNECTIONS: [u32; 2] = [1, 8];
/// At least so many answers are counted, unless it takes longer than [`LONGEST`].
pub const ANSWERS: usize = 200;
/// After this, what has come is counted.
const LONGEST: Duration = Duration::from_secs(10);
/// Different patients or words that are asked for in turn, where a page has them.
const DIFFERENT: usize = 64;
/// How many answers of each page are looked at.
const LOOKED_AT: usize = 8;
/// Headers that say how a body travels: each server's own.
const OF_THE_WAY: [&str; 5] = ["transfer-encoding", "content-length", "connection", "date", "keep-alive"];

/// What stands in the search field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A family name or its beginning.
    Family(String),
    /// Family and given name.
    Both(String, String),
    /// A birth date, as FHIR writes it.
    Birth(String),
}

impl Typed {
    fn text(&self) -> String {
        match self {
            Self::Family(family) => family.clone(),
            Self::Both(family, given) => format!("{family}, {given}"),
            Self::Birth(birth) => birth.clone(),
        }
    }
}

/// A page, and what is asked to get it.
#[derive(Debug)]
pub struct Page {
    /// Its name in the tables.
    pub name: &'static str,
    asks: Vec<Ask>,
}

/// Found by what is typed, as a whole page.
pub const FIND: &str = "find";
/// The list below the search field.
pub const TYPING: &str = "find, while one types";
/// A form's saving.
pub const SAVE: &str = "a form's saving";
/// All of them, in the order of the tables.
pub const NAMES: [&str; 12] = [
    "today",
    FIND,
    TYPING,
    "chart",
    "chart, thin patients",
    "timeline",
    "labs",
    "medication",
    "documents",
    "access",
    "a form's opening",
    SAVE,
];

/// Fills a practice with so many thin patients, and measures every page.
pub fn run(context: &mut Context) -> Result<(), BenchError> {
    let (mut salus, target) = Salus::fresh(context, "pages")?;
    let practice = practice::fill(&target, context.thin_patients)?;
    salus.wait_until_quiet()?;
    let loaded = Measurement::new("pages load", "salus", 0, 1, practice.loaded.0, practice.loaded.1);
    context.record.add(loaded.with("patients", practice.thin.len() as f64))?;
    let typed = typed(&practice);
    let lines = Lines::create(&context.data.join("lines.sqlite"), &practice.thin)?;
    context.record.add(lines.ask(context.effort, 1, &typed)?)?;
    let browser = Browser { address: target.address, token: target.token.clone() };
    for page in pages(&practice, &typed) {
        if let Err(error) = one(context, &salus, &browser, &page) {
            context.note(&format!("{} was not measured: {error}", page.name));
        }
    }
    salus.stop().map(drop)
}

/// What is asked of the search field: three letters, a name, both names, a birth date, of people from all of the alphabet.
fn typed(practice: &Practice) -> Vec<Typed> {
    let step = practice.thin.len().div_ceil(DIFFERENT).max(1);
    let one = |(at, who): (usize, &practice::Known)| match at % 4 {
        0 => Typed::Family(who.family.chars().take(3).collect()),
        1 => Typed::Family(who.family.clone()),
        2 => Typed::Both(who.family.clone(), who.given.clone()),
        _ => Typed::Birth(who.birth.clone()),
    };
    practice.thin.iter().step_by(step).enumerate().map(one).collect()
}

fn pages(practice: &Practice, typed: &[Typed]) -> Vec<Page> {
    let heavy = |part: &str| vec![Ask::Page(format!("/patient/{}{part}", practice.heavy))];
    let found = |typed: &Typed| format!("/find?q={}", encode(&typed.text()));
    let step = practice.thin.len().div_ceil(DIFFERENT).max(1);
    let thin = practice.thin.iter().step_by(step).map(|who| Ask::Page(format!("/patient/{}", who.id)));
    let (date, time) = (encode(&practice.now.0), encode(&practice.now.1));
    let form = format!("pulse=72&pressure=128%2F82&date={date}&time={time}");
    let asks = |name| match name {
        "today" => vec![Ask::Page("/today".to_owned())],
        FIND => typed.iter().map(|typed| Ask::Page(found(typed))).collect(),
        TYPING => typed.iter().map(|typed| Ask::Part(found(typed))).collect(),
        "chart" => heavy(""),
        "chart, thin patients" => thin.clone().collect(),
        "timeline" => heavy("/timeline"),
        "labs" => heavy("/labs"),
        "medication" => heavy("/medication"),
        "documents" => heavy("/documents"),
        "access" => heavy("/access"),
        SAVE => vec![Ask::Form(format!("/patient/{}/vital", practice.heavy), form.clone())],
        _ => heavy("/vital"),
    };
    NAMES.into_iter().map(|name| Page { name, asks: asks(name) }).collect()
}

/// One page: looked at, weighed, and measured beside axum.
fn one(context: &mut Context, salus: &Salus, browser: &Browser, page: &Page) -> Result<(), BenchError> {
    let (lines, looked) = look(browser, page)?;
    let looked = match page.asks.first() {
        Some(ask @ Ask::Page(_)) => {
            let weight = browser.weigh(ask)?;
            looked
                .with("html_bytes", weight.html_bytes as f64)
                .with("compressed_bytes", weight.compressed_bytes as f64)
                .with("all_bytes", weight.all_bytes as f64)
                .with("before_paint", weight.before_paint as f64)
                .with("requests", weight.requests as f64)
        }
        _ => looked,
    };
    context.record.add(looked)?;
    let axum = Axum::start_with(&context.data, lines.into_iter())?;
    let beside = Browser { address: axum.address, ..browser.clone() };
    for connections in CONNECTIONS {
        measure(context, "page axum", (&beside, &axum.processes()), page, connections)?;
        if let Err(error) = measure(context, "page", (browser, &salus.processes()), page, connections) {
            context.note(&format!("{} with {connections} connections was not measured: {error}", page.name));
        }
    }
    Ok(())
}

fn measure(
    context: &mut Context,
    what: &'static str,
    (browser, processes): (&Browser, &[Process]),
    page: &Page,
    connections: u32,
) -> Result<(), BenchError> {
    let requests: Vec<Rc<[u8]>> = page.asks.iter().map(|ask| browser.request(ask).into()).collect();
    let plan = Plan::spread(&requests, connections, page.asks.first().map_or(200, Ask::status));
    let subject = Subject { name: page.name, address: browser.address, processes };
    let span = Span { warm: context.effort.span.warm / 2, counted: context.effort.span.counted / 2 };
    let bounds = Bounds { span, answers: ANSWERS, more: LONGEST.saturating_sub(span.counted) };
    context.record.add(load::run_at_least(what, &subject, plan, bounds, 1)?)
}

/// Sees every answer once, as it is given beside Salus, too; and how many entries of the log a page leaves.
fn look(browser: &Browser, page: &Page) -> Result<(Vec<Line>, Measurement), BenchError> {
    let mut client = Client::connect(browser.address)?;
    let (mut lines, mut entries) = (Vec::new(), 0);
    for ask in &page.asks {
        let answer = browser.see(&mut client, ask)?;
        if lines.len() < LOOKED_AT {
            entries += browser::entries(&answer);
        }
        let is_kept = |(name, _): &(String, String)| !OF_THE_WAY.contains(&name.as_str());
        lines.push(Line {
            path: format!("/{CELL}{}", ask.path()),
            status: answer.status,
            headers: answer.headers.into_iter().filter(is_kept).collect(),
            body: answer.body,
        });
    }
    let looked_at = lines.len().clamp(1, LOOKED_AT);
    let looked = Measurement::new("page look", page.name, 0, 1, lines.len() as u64, Duration::from_secs(1));
    Ok((lines, looked.with("entries", entries as f64 / looked_at as f64)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::Known;

    #[test]
    fn every_page_is_asked_for_with_what_is_there() {
        let thin = (0..500).map(|at| Known {
            id: format!("thin-{at}"),
            family: "Müller".to_owned(),
            given: "Anna".to_owned(),
            birth: "1970-02-01".to_owned(),
        });
        let practice = Practice {
            thin: thin.collect(),
            heavy: "heavy".to_owned(),
            loaded: (0, Duration::ZERO),
            now: ("2026-11-28".to_owned(), "09:15".to_owned()),
        };
        let typed = typed(&practice);
        assert_eq!(typed.first(), Some(&Typed::Family("Mül".to_owned())));
        let pages = pages(&practice, &typed);
        assert_eq!(pages.len(), NAMES.len());
        for page in &pages {
            assert!((1..=DIFFERENT).contains(&page.asks.len()), "{}", page.name);
            assert!(page.asks.iter().all(|ask| !ask.path().contains([' ', 'ü'])), "{}", page.name);
        }
        assert_eq!(pages[6].asks, [Ask::Page("/patient/heavy/labs".to_owned())]);
        assert_eq!(pages[1].asks[2].path(), "/find?q=M%C3%BCller%2C%20Anna");
    }
}
