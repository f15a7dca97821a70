//! A patient's chart: each part a page of its own, with an address and a key.
//!
//! Every page reads the head ([`who`]: who this is and what must not be missed) and what it shows, at once, in bounded searches about
//! this patient alone; what a bound leaves out is said on the page, with the way to it. A page is sent as long as everything on it is
//! admitted ([`PageAsk::admitted`]).
//!
//! Never: shows a record that was not admitted for this page; writes. State: none.

mod access;
mod curve;
mod curves;
mod documents;
mod gather;
mod insurance;
mod items;
mod labs;
mod medication;
mod medicine;
mod reports;
mod summary;
mod tell;
mod timeline;
mod vaccinations;
mod who;

use super::{Page, PageAsk, Rail, Route, Trouble, html};
use crate::answer::Answer;
pub(super) use access::{Look, looks_of};
use askama::Template;
use salus_frame::{Shortcut, Words};
use std::borrow::Cow;
use who::Head;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/{cell}/patient/{id}"),
    ("GET", "/{cell}/patient/{id}/timeline"),
    ("GET", "/{cell}/patient/{id}/labs"),
    ("GET", "/{cell}/patient/{id}/medication"),
    ("GET", "/{cell}/patient/{id}/vaccinations"),
    ("GET", "/{cell}/patient/{id}/documents"),
    ("GET", "/{cell}/patient/{id}/documents/{doc}"),
    ("GET", "/{cell}/patient/{id}/documents/{doc}/content"),
    ("GET", "/{cell}/patient/{id}/reports/{doc}"),
    ("GET", "/{cell}/patient/{id}/reports/{doc}/content"),
    ("GET", "/{cell}/patient/{id}/insurance"),
    ("GET", "/{cell}/patient/{id}/access"),
];

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let id = ask.value(0);
    if !salus_records::is_id(id) {
        return Err(Trouble::Unknown);
    }
    let part = ask.route.strip_prefix("/{cell}/patient/{id}").unwrap_or_default();
    match part {
        "" => summary::answer(ask, id).await,
        "/timeline" => timeline::answer(ask, id).await,
        "/labs" => labs::answer(ask, id).await,
        "/medication" => medication::answer(ask, id).await,
        "/vaccinations" => vaccinations::answer(ask, id).await,
        "/documents" => documents::answer(ask, id).await,
        "/documents/{doc}" => documents::answer_one(ask, id).await,
        "/documents/{doc}/content" => documents::content(ask, id).await,
        "/reports/{doc}" => reports::answer(ask, id).await,
        "/reports/{doc}/content" => reports::content(ask, id).await,
        "/insurance" => insurance::answer(ask, id).await,
        "/access" => access::answer(ask, id).await,
        _ => Err(Trouble::Unknown),
    }
}

/// A part of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Summary,
    Timeline,
    Labs,
    Medication,
    Vaccinations,
    Documents,
    Insurance,
    Access,
}

impl Part {
    /// With its key, its message and its address behind the patient's.
    const ALL: [(Self, &'static str, &'static str, &'static str); 8] = [
        (Self::Summary, "1", "chart-summary", ""),
        (Self::Timeline, "2", "chart-timeline", "/timeline"),
        (Self::Labs, "3", "chart-labs", "/labs"),
        (Self::Medication, "4", "chart-medication", "/medication"),
        (Self::Vaccinations, "5", "chart-vaccinations", "/vaccinations"),
        (Self::Documents, "6", "chart-documents", "/documents"),
        (Self::Insurance, "7", "chart-insurance", "/insurance"),
        (Self::Access, "8", "chart-access", "/access"),
    ];

    fn message(self) -> &'static str {
        Self::ALL.iter().find(|(part, ..)| *part == self).map_or("", |(_, _, message, _)| message)
    }
}

/// A tab.
struct Tab {
    label: Cow<'static, str>,
    key: &'static str,
    to: &'static str,
    is_active: bool,
}

#[derive(Template)]
#[template(path = "practice/chart/banner.html")]
struct Banner<'a> {
    t: Words,
    head: &'a Head,
    place: &'a str,
    tabs: Vec<Tab>,
}

#[derive(Template)]
#[template(path = "practice/chart/side.html")]
struct Side<'a> {
    t: Words,
    head: &'a Head,
    place: &'a str,
    looks: Vec<&'a access::Look>,
    /// Forms that write into the chart.
    forms: Vec<(String, &'static str, String)>,
}

/// `/{cell}/patient/{id}`
fn place(ask: &PageAsk<'_>, id: &str) -> String {
    format!("{}/patient/{id}", ask.base())
}

/// A page of the chart around its body.
fn page(
    ask: &PageAsk<'_>,
    head: &Head,
    part: Part,
    keys: Vec<Shortcut>,
    body: &impl Template,
    looks: &[access::Look],
) -> Answer {
    let title = format!("{} · {}", head.who.name.sorted(), ask.t.say(part.message()));
    dressed(ask, head, Some(part), keys, Page::new(Rail::Patients, title, body), looks).answer(ask)
}

/// Puts who is open, and what must not be missed, around a page that is not one of the chart's own. What is asked for as a part is
/// shown within a page that has it.
///
/// Errors: as for any page of the chart.
pub(super) async fn around(
    ask: &PageAsk<'_>,
    id: &str,
    keys: Vec<Shortcut>,
    page: Page,
) -> Result<Page, Trouble> {
    if ask.around.is_part {
        return Ok(page.keys(keys));
    }
    let head = Head::gather(ask, id).await?;
    Ok(dressed(ask, &head, None, keys, page, &[]))
}

fn dressed(
    ask: &PageAsk<'_>,
    head: &Head,
    part: Option<Part>,
    keys: Vec<Shortcut>,
    page: Page,
    looks: &[access::Look],
) -> Page {
    let t = ask.t;
    let place = place(ask, &head.who.id);
    let tabs = Part::ALL.map(|(of, key, message, to)| Tab {
        label: t.say(message),
        key,
        to,
        is_active: Some(of) == part,
    });
    let mut all: Vec<Shortcut> =
        tabs.iter().map(|tab| Shortcut::patient(tab.key, tab.label.clone().into_owned())).collect();
    let mut forms = Vec::new();
    // Within a form the others are not offered: what is being typed comes first.
    if part.is_some() {
        all.extend(super::write::shortcuts(t, &ask.rights));
        forms = super::write::links(t, ask.base(), &head.who.id, &ask.rights);
    }
    all.extend(keys);
    let banner = html(&Banner { t, head, place: &place, tabs: tabs.into() });
    // The last time of each person; but every look that stands out.
    let mut last: Vec<&access::Look> = Vec::new();
    for look in looks {
        if look.is_emergency || !look.without.is_empty() || !last.iter().any(|other| other.who == look.who) {
            last.push(look);
        }
    }
    let looks = last;
    let side = html(&Side { t, head, place: &place, looks, forms });
    page.banner(banner).side(side).keys(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_own_key_and_address() {
        let mut keys: Vec<_> = Part::ALL.iter().map(|(_, key, ..)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Part::ALL.len());
        for (part, _, message, to) in Part::ALL {
            assert_eq!(part.message(), message);
            let address = format!("/{{cell}}/patient/{{id}}{to}");
            assert!(ROUTES.contains(&("GET", &address)), "{address}");
        }
    }
}
