//! Insurance cards over time: the one in force first.
//!
//! State: none.

use super::super::view::code::Concept;
use super::super::view::date::When;
use super::super::view::identifier::{grouped_ins, grouped_kvnr};
use super::super::view::json::{is, text};
use super::super::view::value::when;
use super::super::{PageAsk, Trouble};
use super::access;
use super::gather::{Names, Who, find};
use super::tell::Told;
use super::who::Head;
use super::{Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::Words;
use salus_records::fhir::json::Value;

/// How many cards the page opens at most.
const MAX_CARDS: u32 = 60;

struct Card {
    payor: Option<Who>,
    insurer: String,
    insurer_number: String,
    kind: String,
    number: String,
    relationship: String,
    start: Option<When>,
    end: Option<When>,
    from: Option<Told>,
    to: Option<Told>,
    is_active: bool,
    is_over: bool,
}

#[derive(Template)]
#[template(path = "practice/chart/insurance.html")]
struct Body {
    t: Words,
    cards: Vec<Card>,
    left_out: u64,
}

pub(super) async fn answer(ask: &PageAsk<'_>, id: &str) -> Result<Answer, Trouble> {
    let (head, looks, found) =
        tokio::join!(Head::gather(ask, id), access::last(ask, id), find(ask, "Coverage", id, &[], MAX_CARDS));
    let (head, found) = (head?, found?);
    let mut cards = found.read(card);
    let names = Names::read(ask, cards.iter().filter_map(|card| card.payor.as_ref())).await;
    for card in &mut cards {
        card.insurer = names.of(card.payor.as_ref());
        card.is_over = card.end.is_some_and(|end| end.day < head.today);
        card.from = Told::maybe(card.start, head.today, ask.language());
        card.to = Told::maybe(card.end, head.today, ask.language());
    }
    cards.sort_by_key(|card| std::cmp::Reverse((card.is_active && !card.is_over, card.start)));
    let body = Body { t: ask.t, cards, left_out: found.left_out() };
    Ok(page(ask, &head, Part::Insurance, Vec::new(), &body, &looks?))
}

fn card(card: Value<'_>) -> Option<Card> {
    if is(card, "status", "entered-in-error") || is(card, "status", "draft") {
        return None;
    }
    let number = text(card, "subscriberId").or_else(|| text(card, "identifier.value")).unwrap_or_default();
    // Each of the two leaves what is not its own as it is.
    let number = grouped_ins(&grouped_kvnr(&number));
    Some(Card {
        payor: Who::at(card, "payor"),
        insurer: String::new(),
        insurer_number: text(card, "payor.identifier.value").unwrap_or_default(),
        kind: Concept::at(card, "type").map(|kind| kind.text).unwrap_or_default(),
        number,
        relationship: Concept::at(card, "relationship").map(|relation| relation.code).unwrap_or_default(),
        start: when(card, &["period.start"]),
        end: when(card, &["period.end"]),
        from: None,
        to: None,
        is_active: is(card, "status", "active"),
        is_over: false,
    })
}
