//! `GET /{cell}/find?q=…`: patients and actions by what is typed; as a page, and as the list below the search field.
//!
//! By name and birth date a search costs a glimpse for each line. An insurance number or a telephone number is no part of a line:
//! such a search costs a chart, so it is made only when the number is whole, and then reaches the one or few who have it.
//!
//! Never: asks for what is too short. State: none.

mod actions;
mod asked;

use super::lines::{PatientLine, lines_of};
use super::write::{adds_patients, folded};
use super::{Page, PageAsk, Rail, Route, Trouble, part};
use crate::answer::Answer;
use actions::{Action, actions};
use askama::Template;
use asked::Asked;
use salus_frame::{Words, icon};
use salus_records::RecordsError;

pub(super) const ROUTES: &[Route] = &[("GET", "/{cell}/find")];

/// How many lines stand below the field, and on the page.
const SHORT: usize = 8;
const LONG: usize = 40;

#[derive(Template)]
#[template(path = "practice/find/list.html")]
struct List<'a> {
    t: Words,
    base: &'a str,
    q: &'a str,
    lines: Vec<PatientLine>,
    actions: Vec<Action>,
    has_more: bool,
    is_asked: bool,
    /// Why nobody could be looked for.
    why: Option<String>,
}

#[derive(Template)]
#[template(path = "practice/find/page.html")]
struct Body<'a> {
    t: Words,
    base: &'a str,
    q: &'a str,
    lines: Vec<PatientLine>,
    actions: Vec<Action>,
    has_more: bool,
    is_asked: bool,
    treats: bool,
    adds: bool,
}

impl List<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

impl Body<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let q = ask.query("q").unwrap_or_default().trim();
    let treats = ask.person.role.treats();
    let asked = Asked::read(q, ask.clock.today()).filter(|_| treats);
    let count = if ask.around.is_part { SHORT } else { LONG };
    let found = match &asked {
        Some(asked) => found(ask, asked, count + 1).await,
        None => Ok(Vec::new()),
    };
    // Below the field there is something to do whether or not somebody could be looked for.
    let (mut lines, why) = match found {
        Ok(lines) => (lines, None),
        Err(trouble) if ask.around.is_part && hinders_patients_only(&trouble) => {
            (Vec::new(), Some(trouble.title(&ask.around)))
        }
        Err(trouble) => return Err(trouble),
    };
    let has_more = lines.len() > count;
    lines.truncate(count);
    let is_asked = asked.is_some();
    let adds = treats && adds_patients(&ask.rights);
    let (t, base, actions) = (ask.t, ask.base(), actions(ask, q));
    if ask.around.is_part {
        return Ok(part(ask, &List { t, base, q, lines, actions, has_more, is_asked, why }));
    }
    let rail = if treats { Rail::Patients } else { Rail::Nowhere };
    let title = if q.is_empty() { t.say("rail-patients") } else { t.say_with("find-title", "q", q) };
    let body = Body { t, base, q, lines, actions, has_more, is_asked, treats, adds };
    Ok(Page::new(rail, title, &body).query(q).answer(ask))
}

/// Whether it keeps from looking for patients, and from nothing else.
fn hinders_patients_only(trouble: &Trouble) -> bool {
    use RecordsError::{Budget, Busy, Forbidden, NotFound, NotReady, TooCostly, Unavailable};
    matches!(
        trouble,
        Trouble::Records(Budget { .. } | Busy | Forbidden | NotFound | NotReady | TooCostly(_) | Unavailable)
    )
}

/// The lines that fit, by name; who is found by a name of before stands behind those who have it now.
async fn found(ask: &PageAsk<'_>, asked: &Asked, count: usize) -> Result<Vec<PatientLine>, Trouble> {
    let count = count.to_string();
    let mut parameters: Vec<(&str, &str)> =
        asked.parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    parameters.extend([
        ("_elements", "name,birthDate"),
        ("_sort", "family,given"),
        ("_count", count.as_str()),
        ("_total", "none"),
    ]);
    let page = ask.search("Patient", &parameters).await?;
    let words: Vec<String> =
        asked.parameters.iter().filter(|(name, _)| *name == "name").map(|(_, word)| folded(word)).collect();
    let mut lines = lines_of(ask, &page);
    lines.sort_by_key(|line| {
        let name = format!(" {}", folded(&line.name));
        !words.iter().all(|word| name.contains(&format!(" {word}")))
    });
    Ok(lines)
}
