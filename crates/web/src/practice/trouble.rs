//! What hindered a page, as a page: what happened, that nothing is lost, and what to do. The only place where that is decided.
//!
//! Never: tells what is missing from what was refused; says a technical word. State: none.

use super::page::Around;
use super::{Clock, Page, Person, Rail, see_other};
use crate::answer::Answer;
use crate::query::encode_query;
use askama::Template;
use http::StatusCode;
use http::header::{ALLOW, HeaderName, RETRY_AFTER};
use salus_frame::{Words, icon};
use salus_records::RecordsError;
use std::borrow::Cow;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Something about records.
    Records(RecordsError),
    /// As many links, applications or roles were given as one day may see.
    HandedOut {
        /// After how many seconds there is room for one more.
        retry_after_s: u32,
    },
    /// There is no such address.
    Unknown,
    /// The address takes these methods only.
    Method(String),
    /// Another origin sends a form.
    OtherOrigin,
    /// Nothing shows that the session is used by the browser that it belongs to.
    Unproved,
    /// An alarm suspended the session in which this is asked.
    Suspended,
    /// The query or the form is not readable.
    Unreadable,
}

impl From<RecordsError> for Trouble {
    fn from(error: RecordsError) -> Self {
        Self::Records(error)
    }
}

/// What is said.
struct Said {
    status: StatusCode,
    icon: &'static str,
    title: Cow<'static, str>,
    text: Vec<Cow<'static, str>>,
    retry_after_s: Option<u32>,
}

#[derive(Template)]
#[template(path = "practice/trouble.html")]
struct Body<'a> {
    t: Words,
    said: &'a Said,
    icon: &'static str,
    again: Option<&'a str>,
    /// Where a passkey is touched, where that is what is needed.
    touch: Option<String>,
    /// Where more is asked for, where a budget is spent.
    more: Option<String>,
    /// Where the chart that was asked for is opened in an emergency, and where it goes on from there.
    emergency: Option<(String, &'a str)>,
    home: Option<String>,
    sign_in: Option<String>,
}

impl Trouble {
    /// The answer: a page within the frame where somebody is signed in, else alone; to the sign-in without a session.
    pub(crate) fn answer(self, around: &Around<'_>, person: Option<&Person>) -> Answer {
        if self == Self::Records(RecordsError::NoSession) {
            // A session that was there when this page began says itself why it has ended.
            return match person {
                Some(_) if around.is_sent => see_other(around, &format!("{}/today", around.base)),
                Some(_) => see_other(around, &back(around)),
                None => sign_in(around),
            };
        }
        if matches!(self, Self::Unproved | Self::Records(RecordsError::StaleProof)) {
            return super::sign_in::unproved(around);
        }
        let t = around.words();
        let mut said = self.said(t);
        // What is said of the search field is for those who have one.
        if person.is_none() && said.status == StatusCode::NOT_FOUND {
            said.text.truncate(1);
        }
        // Whoever is suspended gets nowhere before they have signed in anew.
        let has_home = !around.base.is_empty() && self != Self::Suspended;
        let body = Body {
            t,
            icon: icon(said.icon),
            said: &said,
            again: said.retry_after_s.map(|_| around.here.as_str()),
            touch: touch(&self, around, person),
            more: (is_spent(&self) && person.is_some()).then(|| format!("{}/budget", around.base)),
            emergency: person.and_then(|_| emergency(&self, around)),
            home: has_home.then(|| format!("{}/today", around.base)),
            sign_in: (self == Self::Suspended).then(|| sign_in_address(around)),
        };
        let page = Page::new(Rail::Nowhere, said.title.clone(), &body).status(said.status);
        let mut answer = page.around(around, person);
        if let Some(seconds) = said.retry_after_s {
            answer = answer.header(RETRY_AFTER, seconds);
        }
        if let Self::Method(allowed) = &self {
            answer = answer.header(ALLOW, allowed.as_str());
        }
        if around.is_part {
            let mut header = String::new();
            crate::query::percent_encode(&mut header, &said.title);
            answer = answer.header(HeaderName::from_static("salus-say"), header);
        }
        answer
    }

    /// What hindered, in few words.
    pub(crate) fn title(&self, around: &Around<'_>) -> String {
        self.said(around.words()).title.into_owned()
    }

    fn said(&self, t: Words) -> Said {
        let say = |status, icon, title: &str, text: &[&str]| Said {
            status,
            icon,
            title: t.say(title),
            text: text.iter().map(|key| t.say(key)).collect(),
            retry_after_s: None,
        };
        let later = |said: Said, retry_after_s: u32| Said { retry_after_s: Some(retry_after_s), ..said };
        match self {
            Self::Records(error) => match error {
                RecordsError::Quarantined => later(
                    say(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "alert",
                        "trouble-cut-off",
                        &[
                            "trouble-cut-off-what",
                            "trouble-cut-off-safe",
                            "trouble-cut-off-may",
                            "trouble-cut-off-do",
                        ],
                    ),
                    300,
                ),
                RecordsError::NotFound | RecordsError::Forbidden | RecordsError::Gone { .. } => missing(&say),
                RecordsError::Budget { retry_after_s } => budget(
                    t,
                    *retry_after_s,
                    ["trouble-budget", "trouble-budget-what", "trouble-budget-when", "trouble-budget-help"],
                ),
                RecordsError::TouchNeeded => say(
                    StatusCode::FORBIDDEN,
                    "person",
                    "trouble-touch",
                    &["trouble-touch-what", "trouble-touch-do"],
                ),
                RecordsError::NotReady => later(
                    say(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "clock",
                        "trouble-index",
                        &["trouble-index-what", "trouble-wait"],
                    ),
                    5,
                ),
                RecordsError::Busy | RecordsError::Unavailable => later(
                    say(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "clock",
                        "trouble-away",
                        &["trouble-away-what", "trouble-wait"],
                    ),
                    5,
                ),
                RecordsError::Full => say(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "alert",
                    "trouble-full",
                    &["trouble-full-what", "trouble-help"],
                ),
                RecordsError::Conflict | RecordsError::Precondition(_) => {
                    say(StatusCode::CONFLICT, "alert", "trouble-conflict", &["trouble-conflict-what"])
                }
                RecordsError::TooCostly(_) => {
                    say(StatusCode::FORBIDDEN, "alert", "trouble-costly", &["trouble-costly-what"])
                }
                RecordsError::LinkEnded => {
                    say(StatusCode::GONE, "clock", "trouble-ended", &["trouble-ended-what"])
                }
                _ => say(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "alert",
                    "trouble-ours",
                    &["trouble-ours-what", "trouble-help"],
                ),
            },
            Self::HandedOut { retry_after_s } => budget(
                t,
                *retry_after_s,
                ["trouble-handed", "trouble-handed-what", "trouble-handed-when", "trouble-handed-help"],
            ),
            Self::Unknown => missing(&say),
            Self::Method(_) => {
                say(StatusCode::METHOD_NOT_ALLOWED, "alert", "trouble-missing", &["trouble-missing-what"])
            }
            Self::OtherOrigin => say(
                StatusCode::FORBIDDEN,
                "alert",
                "trouble-origin",
                &["trouble-origin-what", "trouble-origin-do"],
            ),
            Self::Unproved => {
                say(StatusCode::UNAUTHORIZED, "alert", "unproved", &["unproved-stuck", "unproved-stuck-do"])
            }
            Self::Suspended => say(
                StatusCode::UNAUTHORIZED,
                "alert",
                "trouble-suspended",
                &["trouble-suspended-what", "trouble-suspended-call", "trouble-suspended-do"],
            ),
            Self::Unreadable => {
                say(StatusCode::BAD_REQUEST, "alert", "trouble-unreadable", &["trouble-unreadable-what"])
            }
        }
    }
}

fn is_spent(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Records(RecordsError::Budget { .. }))
}

/// To the door, and back to where somebody was.
fn touch(trouble: &Trouble, around: &Around<'_>, person: Option<&Person>) -> Option<String> {
    person.filter(|_| *trouble == Trouble::Records(RecordsError::TouchNeeded))?;
    let to = if around.is_part { format!("{}/today", around.base) } else { around.here.clone() };
    Some(encode_query(&format!("{}/touch", around.base), &[("to".into(), to)]))
}

/// The patient whose chart was asked for: a few a day are opened in spite of a spent budget.
fn emergency<'a>(trouble: &Trouble, around: &'a Around<'_>) -> Option<(String, &'a str)> {
    let needs = is_spent(trouble) || *trouble == Trouble::Records(RecordsError::TouchNeeded);
    let rest = around.here.strip_prefix(&around.base)?.strip_prefix("/patient/").filter(|_| needs)?;
    let id = rest.split(['/', '?']).next().filter(|id| !id.is_empty() && *id != "new")?;
    Some((format!("{}/patient/{id}/emergency", around.base), around.here.as_str()))
}

fn missing(say: &impl Fn(StatusCode, &'static str, &str, &[&str]) -> Said) -> Said {
    say(StatusCode::NOT_FOUND, "search", "trouble-missing", &["trouble-missing-what", "trouble-missing-do"])
}

/// When there is room again, and who can help.
fn budget(t: Words, retry_after_s: u32, [title, what, when, help]: [&str; 4]) -> Said {
    let at = Clock::now().after_s(retry_after_s);
    let until = if retry_after_s < 12 * 3600 { at.strftime("%H:%M") } else { at.strftime("%d.%m. %H:%M") };
    Said {
        status: StatusCode::TOO_MANY_REQUESTS,
        icon: "clock",
        title: t.say(title),
        text: vec![t.say(what), t.say_with(when, "time", until.to_string()), t.say(help)],
        retry_after_s: Some(retry_after_s),
    }
}

/// To the sign-in, and from there back to a page that was asked for by address.
fn sign_in(around: &Around<'_>) -> Answer {
    see_other(around, &sign_in_address(around))
}

fn sign_in_address(around: &Around<'_>) -> String {
    encode_query(&format!("{}/sign-in", around.base), &[("to".into(), back(around))])
}

/// Where somebody was.
fn back(around: &Around<'_>) -> String {
    if around.is_part { format!("{}/today", around.base) } else { around.here.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_frame::{Language, Look, Theme};

    fn around() -> Around<'static> {
        Around {
            look: Look { language: Language::De, theme: Theme::System, keys: true },
            base: "/praxis".into(),
            cell: "praxis",
            here: "/praxis/patient/1?x=\"><script>".into(),
            is_part: false,
            is_sent: false,
            is_cut_off: false,
        }
    }

    #[test]
    fn what_is_missing_looks_like_what_is_refused() {
        let page = |error| Trouble::Records(error).answer(&around(), None).body;
        assert_eq!(page(RecordsError::NotFound), page(RecordsError::Forbidden));
        assert_eq!(page(RecordsError::NotFound), page(RecordsError::Gone { entry: 7 }));
        assert_eq!(page(RecordsError::NotFound), Trouble::Unknown.answer(&around(), None).body);
    }

    #[test]
    fn every_trouble_is_said_in_words_and_escaped() {
        for trouble in [
            Trouble::Unknown,
            Trouble::Unreadable,
            Trouble::OtherOrigin,
            Trouble::Method("POST".into()),
            Trouble::Records(RecordsError::Budget { retry_after_s: 90 }),
            Trouble::HandedOut { retry_after_s: 86_400 },
            Trouble::Records(RecordsError::TouchNeeded),
            Trouble::Records(RecordsError::NotReady),
            Trouble::Records(RecordsError::Unavailable),
            Trouble::Records(RecordsError::Internal),
        ] {
            let answer = trouble.clone().answer(&around(), None);
            let text = String::from_utf8(answer.body.to_vec()).unwrap();
            assert!(answer.status.as_u16() >= 400 && text.contains("<h1>"), "{trouble:?}");
            assert!(!text.contains("trouble-") && !text.contains("<script>"), "{trouble:?}: {text}");
        }
    }

    #[test]
    fn without_a_session_the_way_leads_to_the_sign_in_and_back() {
        let answer = Trouble::Records(RecordsError::NoSession).answer(&around(), None);
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let to = answer.headers["location"].to_str().unwrap();
        assert!(to.starts_with("/praxis/sign-in?to=/praxis/patient/1%3Fx%3D"), "{to}");
    }
}
