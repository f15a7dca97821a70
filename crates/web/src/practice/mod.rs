//! The pages of a practice under `/{cell}/…`: which there are, and the way of a request to the one that answers it.
//!
//! A page is a line in the table of its area, an arm in its area's `answer`, and a template for its body. What it reads it reads
//! through [`PageAsk`], which keeps until when it may be sent; [`Page::answer`] puts the frame around it.
//!
//! Never: decides who may see what; sends a page later than its admissions allow. State: none.

mod admin;
mod arrivals;
mod budget;
mod chart;
mod clock;
mod due;
mod exports;
mod find;
mod inbox;
mod lines;
mod look;
mod me;
mod open;
mod page;
mod reason;
mod rest;
mod session;
mod sign_in;
mod status;
mod tasks;
mod today;
mod trouble;
mod typed;
pub(crate) mod view;
mod words;
mod write;

use crate::answer::Answer;
use crate::outcome::{DPOP_NONCE, Refused};
use crate::text;
use crate::web::Web;
pub(crate) use admin::OnceIds;
pub(crate) use clock::Clock;
use http::header::{HeaderName, LOCATION};
use http::request::Parts;
use http::{Method, StatusCode};
use hyper::body::Incoming;
use page::Around;
pub(crate) use page::{Page, Rail, html, part, see_other};
pub(crate) use reason::Bound;
use salus_records::{Cell, RecordsError};
pub(crate) use session::{PageAsk, Person, Role};
use std::sync::Arc;
pub(crate) use trouble::Trouble;

/// The most bytes of a form.
pub(crate) const MAX_FORM_BYTES: usize = 256 * 1024;
/// The most bytes of a form with files. It is above what an address takes, so that what is too large is said on its page.
const MAX_UPLOAD_FORM_BYTES: usize = 64 * 1024 * 1024;
/// The addresses whose forms may have files.
const UPLOADS: &[&str] = &["/{cell}/admin/checks"];

/// A method and the pattern of an address. `{…}` stands for one part of it, which is not empty.
pub(crate) type Route = (&'static str, &'static str);

/// A part of the pages, with a table and a module of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    Admin,
    Budget,
    Exports,
    Chart,
    Look,
    SignIn,
    Today,
    Find,
    Inbox,
    Tasks,
    Open,
    Write,
    Reason,
    Me,
    Paper,
}

/// All pages. Where two patterns fit, the one that says more counts: `/{cell}/patient/new` before `/{cell}/patient/{id}`.
const AREAS: &[(Area, &[Route])] = &[
    (Area::Look, look::ROUTES),
    (Area::SignIn, sign_in::ROUTES),
    (Area::Today, today::ROUTES),
    (Area::Find, find::ROUTES),
    (Area::Inbox, inbox::ROUTES),
    (Area::Tasks, tasks::ROUTES),
    (Area::Open, open::ROUTES),
    (Area::Write, write::ROUTES),
    (Area::Budget, budget::ROUTES),
    (Area::Exports, exports::ROUTES),
    (Area::Chart, chart::ROUTES),
    (Area::Admin, admin::ROUTES),
    (Area::Reason, reason::ROUTES),
    (Area::Me, me::ROUTES),
    (Area::Paper, me::DOOR_ROUTES),
];

/// Where a request leads.
#[derive(Debug)]
pub(crate) struct Routed {
    area: Area,
    /// The pattern, for the log and for the area's `answer`.
    pub pattern: &'static str,
    /// What stands for the pattern's `{…}`, but for the cell.
    values: Vec<String>,
    /// The cell's name.
    pub cell: String,
    /// Empty, or what the address takes instead of the request's method.
    allowed: String,
}

/// Reads the path; none when it is no page's.
pub(crate) fn route(method: &Method, path: &str) -> Option<Routed> {
    let path: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let fitting = AREAS.iter().flat_map(|(area, routes)| routes.iter().map(move |route| (*area, route)));
    let fitting = fitting.filter(|(_, (_, pattern))| fits(pattern, &path));
    let literal = |pattern: &str| pattern.split('/').filter(|part| !part.starts_with('{')).count();
    let most = fitting.clone().map(|(_, (_, pattern))| literal(pattern)).max()?;
    let mut best = fitting.filter(|(_, (_, pattern))| literal(pattern) == most);
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let same = best.clone().find(|(_, (name, _))| *name == method);
    let allowed = match same {
        Some(_) => String::new(),
        None => best.clone().map(|(_, (name, _))| *name).collect::<Vec<_>>().join(", "),
    };
    let (area, (_, pattern)) = same.or_else(|| best.next())?;
    let mut values = pattern.split('/').skip(1).zip(&path).filter(|(part, _)| part.starts_with('{'));
    let mut decoded = values.by_ref().map(|(_, value)| crate::query::percent_decode(value));
    let cell = decoded.next()??.into_owned();
    let values = decoded.map(|value| value.map(std::borrow::Cow::into_owned)).collect::<Option<_>>()?;
    Some(Routed { area, pattern, values, cell, allowed })
}

fn fits(pattern: &str, path: &[&str]) -> bool {
    let parts = pattern.split('/').skip(1);
    parts.clone().count() == path.len()
        && parts
            .zip(path)
            .all(|(part, given)| if part.starts_with('{') { !given.is_empty() } else { part == *given })
}

/// What the pages' worker says when it can lead on itself: each address needs a proof of its own, and a browser that is led on repeats
/// the one that it has.
const LEADS: HeaderName = HeaderName::from_static("salus-leads");
/// Where it is to lead.
const LEAD_TO: HeaderName = HeaderName::from_static("salus-lead-to");

/// Answers a request to a page: with the page, or with what hindered it as a page.
pub(crate) async fn answer(
    web: &Arc<Web>,
    cell: Option<&Arc<Cell>>,
    parts: &Parts,
    body: Incoming,
    routed: Routed,
    address: [u8; 16],
) -> Answer {
    // What each page needs while it waits lies on the heap: all of them together are more than a worker's stack should hold.
    let mut answer = Box::pin(answered(web, cell, parts, body, routed, address)).await;
    if answer.status == StatusCode::SEE_OTHER
        && parts.headers.contains_key(LEADS)
        && let Some(to) = answer.headers.remove(LOCATION)
    {
        answer.status = StatusCode::OK;
        answer.headers.insert(LEAD_TO, to);
    }
    answer
}

async fn answered(
    web: &Arc<Web>,
    cell: Option<&Arc<Cell>>,
    parts: &Parts,
    body: Incoming,
    routed: Routed,
    address: [u8; 16],
) -> Answer {
    let around = Around::of(web, cell, parts);
    let Some(cell) = cell else { return Trouble::Unknown.answer(&around, None) };
    let (area, pattern) = (routed.area, routed.pattern);
    let received = match session::receive(web, parts, body, &routed).await {
        Ok(received) => received,
        Err(trouble) => return trouble.answer(&around, None),
    };
    // These are for everybody.
    match area {
        Area::Look => {
            if let Some(asker) = session::asker(cell, parts, received.proof, address) {
                look::remember(web, &asker, &received.form).await;
            }
            return look::answer(&around, &received.form, web.has_tls);
        }
        Area::SignIn => {
            let asked = sign_in::Asked { web, cell, parts, received: &received, pattern, address };
            return Box::pin(sign_in::answer(&around, &asked)).await;
        }
        Area::Paper => {
            return Box::pin(me::paper(&around, (web.as_ref(), cell, parts), &received, address)).await;
        }
        _ => {}
    }
    let mut ask = match session::begin(web, cell, parts, received, routed, address).await {
        Ok(ask) => ask,
        Err(trouble) => return hindered(web, trouble, &around, None).await,
    };
    if area != Area::Reason {
        // On the heap, as what is rare: every page would carry its size otherwise.
        match Box::pin(reason::asked(&mut ask)).await {
            Ok(None) => {}
            Ok(Some(question)) => return question,
            Err(trouble) => return hindered(web, trouble, &ask.around, Some(&ask.person)).await,
        }
    }
    match Box::pin(reach(&ask, area)).await {
        Ok(answer) => answer,
        Err(trouble) => hindered(web, trouble, &ask.around, Some(&ask.person)).await,
    }
}

/// The page that says what hindered; with what the browser's proofs are to repeat, where that is what is wrong.
async fn hindered(web: &Web, trouble: Trouble, around: &Around<'_>, person: Option<&Person>) -> Answer {
    let is_stale = trouble == Trouble::Records(RecordsError::StaleProof);
    let answer = trouble.answer(around, person);
    if !is_stale {
        return answer;
    }
    match web.records.trust().proof_nonce().await {
        Ok(nonce) => answer.header(DPOP_NONCE, nonce),
        Err(_) => answer,
    }
}

/// Whether an address that leads nowhere is asked for by a person, who is told so with a page.
pub(crate) fn is_for_people(parts: &Parts) -> bool {
    let accept = parts.headers.get(http::header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Whether an address of no page is answered by [`elsewhere`].
pub(crate) fn is_ours(parts: &Parts) -> bool {
    is_for_people(parts) || is_of_a_cell_alone(parts)
}

/// Whether it is nothing but one name, which may be a cell's.
fn is_of_a_cell_alone(parts: &Parts) -> bool {
    let name = parts.uri.path().trim_matches('/');
    !name.is_empty() && !name.contains('/') && matches!(parts.method, Method::GET | Method::HEAD)
}

/// Answers at an address that leads nowhere; that of a cell alone leads to its day, whoever asks: a bookmark, a monitor, a program that looks
/// whether it is there.
pub(crate) async fn elsewhere(web: &Arc<Web>, parts: &Parts) -> Answer {
    let path = parts.uri.path();
    let name = path.trim_matches('/');
    let cell = web.records.find_cell(name.split('/').next().unwrap_or_default()).await;
    let around = Around::of(web, cell.as_ref(), parts);
    if cell.is_some() && is_of_a_cell_alone(parts) {
        return page::go_on(&format!("{}/today", around.base));
    }
    if !is_for_people(parts) {
        let refused = Refused::new(StatusCode::NOT_FOUND, text::unknown_address());
        return refused.into_answer(crate::fhir::language(&parts.headers));
    }
    Trouble::Unknown.answer(&around, None)
}

/// The answer when it took too long.
pub(crate) fn late(web: &Web, cell: Option<&Arc<Cell>>, parts: &Parts) -> Answer {
    Trouble::Records(RecordsError::Unavailable).answer(&Around::of(web, cell, parts), None)
}

async fn reach(ask: &PageAsk<'_>, area: Area) -> Result<Answer, Trouble> {
    match area {
        Area::Look | Area::SignIn | Area::Paper => Err(Trouble::Unknown),
        Area::Me => Box::pin(me::answer(ask)).await,
        // A patient has pages of their own.
        _ if ask.person.role == Role::Patient => {
            Ok(see_other(&ask.around, &format!("{}/me", ask.around.base)))
        }
        Area::Admin => Box::pin(admin::answer(ask)).await,
        // Who administers opens no chart, so there is nothing to be seen: only pages that refuse.
        Area::Today | Area::Inbox | Area::Tasks
            if !ask.person.role.treats()
                && matches!(ask.route, "/{cell}/today" | "/{cell}/inbox" | "/{cell}/tasks") =>
        {
            Ok(see_other(&ask.around, &format!("{}/admin", ask.around.base)))
        }
        Area::Today => Box::pin(today::answer(ask)).await,
        Area::Find => Box::pin(find::answer(ask)).await,
        Area::Inbox => Box::pin(inbox::answer(ask)).await,
        Area::Tasks => Box::pin(tasks::answer(ask)).await,
        Area::Open => Box::pin(open::answer(ask)).await,
        Area::Write => Box::pin(write::answer(ask)).await,
        Area::Budget => Box::pin(budget::answer(ask)).await,
        Area::Exports => Box::pin(exports::answer(ask)).await,
        Area::Chart => Box::pin(chart::answer(ask)).await,
        Area::Reason => Box::pin(reason::answer(ask)).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_page_or_nowhere() {
        let routed = route(&Method::POST, "/praxis/look").unwrap();
        assert_eq!((routed.pattern, &*routed.cell, &*routed.allowed), ("/{cell}/look", "praxis", ""));
        assert_eq!(route(&Method::GET, "/praxis/look").unwrap().allowed, "POST");
        for other in
            ["/", "/praxis", "/praxis/", "/praxis/look/", "//look", "/praxis/fhir/look", "/a/b/look", "look"]
        {
            assert!(route(&Method::POST, other).is_none(), "{other}");
        }
    }

    #[test]
    fn no_two_pages_share_an_address() {
        let mut all: Vec<Route> = AREAS.iter().flat_map(|(_, routes)| routes.iter().copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        for (method, pattern) in all {
            assert!(
                pattern.starts_with("/{cell}") && ["GET", "POST"].contains(&method),
                "{method} {pattern}"
            );
        }
    }
}
