//! A page: its body within the frame, with the headers that keep it to itself; or a part of one, for htmx.
//!
//! State: none.

use super::rest::Rest;
use super::words::words;
use super::{PageAsk, Person};
use crate::answer::Answer;
use crate::web::Web;
use askama::Template;
use http::header::{CONTENT_LANGUAGE, HeaderName, LOCATION, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use salus_frame::{Frame, Look, Nav, NavItem, PAGE_HEADERS, Shortcut, Whose, Words};
use salus_records::Cell;
use std::sync::Arc;

const HTML: &str = "text/html; charset=utf-8";

/// The entry of the rail to which a page belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rail {
    Today,
    Inbox,
    Patients,
    Tasks,
    Admin,
    /// None of them.
    Nowhere,
}

impl Rail {
    /// Icon, address and key of those that are shown to somebody.
    const ALL: [(Self, &'static str, &'static str, &'static str); 5] = [
        (Self::Today, "today", "today", "g t"),
        (Self::Inbox, "inbox", "inbox", "g i"),
        (Self::Patients, "patients", "find", "g p"),
        (Self::Tasks, "tasks", "tasks", "g a"),
        (Self::Admin, "admin", "admin", "g v"),
    ];
}

/// What is known around a page before anybody is signed in, and after.
#[derive(Debug)]
pub(crate) struct Around<'a> {
    pub look: Look,
    /// `/{cell}`; empty where there is no such cell.
    pub base: String,
    pub cell: &'a str,
    /// The path with its query.
    pub here: String,
    /// Whether htmx asks, and takes a part.
    pub is_part: bool,
    /// Whether something was sent to be done.
    pub is_sent: bool,
    /// Whether the cell is cut off.
    pub is_cut_off: bool,
}

impl<'a> Around<'a> {
    pub(crate) fn of(web: &Web, cell: Option<&'a Arc<Cell>>, parts: &Parts) -> Self {
        let name = cell.map_or("", |cell| cell.name());
        let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
        Self {
            look: Look::of(&parts.headers, None),
            base: if name.is_empty() { String::new() } else { format!("/{name}") },
            cell: name,
            here: here.to_owned(),
            is_part: asks_for_part(&parts.headers),
            is_sent: !matches!(parts.method, Method::GET | Method::HEAD),
            is_cut_off: !name.is_empty() && web.records.health().quarantined.contains(name),
        }
    }

    pub(crate) fn words(&self) -> Words {
        words(self.look.language)
    }
}

/// Whether htmx asks.
pub(crate) fn asks_for_part(headers: &HeaderMap) -> bool {
    headers.get("hx-request").is_some_and(|value| value == "true")
}

/// A page before it is an answer.
#[derive(Debug)]
pub(crate) struct Page {
    rail: Rail,
    title: String,
    body: String,
    banner: String,
    side: String,
    query: String,
    keys: Vec<Shortcut>,
    rest: Option<Rest>,
    status: StatusCode,
}

impl Page {
    /// A page with this body.
    pub(crate) fn new(rail: Rail, title: impl Into<String>, body: &impl Template) -> Self {
        Self {
            rail,
            title: title.into(),
            body: html(body),
            banner: String::new(),
            side: String::new(),
            query: String::new(),
            keys: Vec::new(),
            rest: None,
            status: StatusCode::OK,
        }
    }

    /// Who is open: HTML, of a template.
    #[must_use]
    pub(crate) fn banner(mut self, html: String) -> Self {
        self.banner = html;
        self
    }

    /// What must not be missed: HTML, of a template.
    #[must_use]
    pub(crate) fn side(mut self, html: String) -> Self {
        self.side = html;
        self
    }

    /// The page's own keys, for its sheet.
    #[must_use]
    pub(crate) fn keys(mut self, keys: Vec<Shortcut>) -> Self {
        self.keys = keys;
        self
    }

    /// What stands in the search field.
    #[must_use]
    pub(crate) fn query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.query);
        self
    }

    #[must_use]
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The answer, within the frame, or the body alone for htmx; good as long as what was read for it is admitted.
    pub(crate) fn answer(self, ask: &PageAsk<'_>) -> Answer {
        // What was just saved can be undone from whatever page is shown next.
        let body = super::write::notice(ask) + &hidden(ask) + &self.body;
        let page = Self { body, rest: ask.rest(), ..self };
        let answer = page.around(&ask.around, Some(&ask.person));
        ask.deliver(answer)
    }

    /// The answer for somebody, or nobody.
    pub(crate) fn around(self, around: &Around<'_>, person: Option<&Person>) -> Answer {
        let status = self.status;
        let body = if around.is_part { self.body } else { self.framed(around, person) };
        send(around, status, body)
    }

    fn framed(&self, around: &Around<'_>, person: Option<&Person>) -> String {
        let t = around.words();
        let role = person.map(|person| person.role.words(t));
        let foot = self.rest.map(|rest| rest.html(t, &around.base)).unwrap_or_default();
        let nav = person.map(|person| Nav {
            base: &around.base,
            cell: around.cell,
            items: items(t, person, self.rail),
            query: &self.query,
            foot: &foot,
            whose: role.as_deref().map(|role| Whose { name: &person.name, role }),
        });
        let look_action = format!("{}/look", around.base);
        let mark = person
            .filter(|person| person.role.administers())
            .map(|_| html(&AlarmMark { base: &around.base }));
        let banner = mark.unwrap_or_default() + &self.banner;
        Frame {
            look: around.look,
            title: &self.title,
            nav,
            look_action: (!around.base.is_empty()).then_some(look_action.as_str()),
            here: &around.here,
            banner: &banner,
            side: &self.side,
            keys: &self.keys,
            body: &self.body,
        }
        .render()
    }
}

/// What the reader's role keeps from the page.
#[derive(Template)]
#[template(source = "<p class=\"note\" role=\"note\">{{ said }}</p>", ext = "html")]
struct Hidden {
    said: String,
}

fn hidden(ask: &PageAsk<'_>) -> String {
    let hidden = ask.hidden();
    if hidden.is_empty() {
        return String::new();
    }
    let what: Vec<_> = hidden.iter().map(|one| ask.t.say(super::admin::category_words(one))).collect();
    html(&Hidden { said: ask.t.say_with("roles-hidden", "what", what.join(", ")).into_owned() })
}

/// Where an administrator is told of alarms, within two seconds.
#[derive(Template)]
#[template(path = "practice/alarm_place.html")]
struct AlarmMark<'a> {
    base: &'a str,
}

fn items(t: Words, person: &Person, rail: Rail) -> Vec<NavItem> {
    let shown = Rail::ALL.into_iter().filter(|(of, ..)| match of {
        Rail::Admin => person.role.administers(),
        _ => person.role.treats(),
    });
    let item = |(of, name, to, key): (Rail, &'static str, &'static str, &'static str)| {
        let label = match of {
            Rail::Today => t.say("rail-today"),
            Rail::Inbox => t.say("rail-inbox"),
            Rail::Patients => t.say("rail-patients"),
            Rail::Tasks => t.say("rail-tasks"),
            Rail::Admin | Rail::Nowhere => t.say("rail-admin"),
        };
        NavItem { name, to, label, key, is_active: of == rail }
    };
    shown.map(item).collect()
}

/// A template's HTML.
pub(crate) fn html(template: &impl Template) -> String {
    // It writes into a string, and fails only where a value's own formatting does: none of ours can.
    template.render().unwrap_or_default()
}

/// A part of a page, for htmx.
pub(crate) fn part(ask: &PageAsk<'_>, template: &impl Template) -> Answer {
    ask.deliver(send(&ask.around, StatusCode::OK, html(template)))
}

/// To another page of ours, after something was done (RFC 9110, section 15.4.4).
pub(crate) fn see_other(around: &Around<'_>, to: &str) -> Answer {
    if around.is_part {
        let answer = send(around, StatusCode::OK, String::new());
        return answer.header(HeaderName::from_static("hx-redirect"), to);
    }
    Answer::new(StatusCode::SEE_OTHER).header(LOCATION, to)
}

/// To another page of ours, also for htmx, which takes its part in place of this answer.
pub(crate) fn go_on(to: &str) -> Answer {
    Answer::new(StatusCode::SEE_OTHER).header(LOCATION, to)
}

fn send(around: &Around<'_>, status: StatusCode, body: String) -> Answer {
    let mut answer = Answer::new(status).body(HTML, body);
    for (name, value) in PAGE_HEADERS {
        answer.headers.insert(name, value);
    }
    answer
        .header(CONTENT_LANGUAGE, HeaderValue::from_static(around.look.language.tag()))
        .header(VARY, HeaderValue::from_static("accept-language, cookie, hx-request"))
}
