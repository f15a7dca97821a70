//! One-time ids of the forms that make a link or a secret: a page that is loaded again sends its form again, and must make nothing new.
//!
//! Never: says whether an id was used or forgotten; nothing is made either way. State: the ids that were given out and not used, until
//! the process ends.

use super::super::{PageAsk, Trouble};
use super::{Part, Said, page};
use crate::answer::Answer;
use http::StatusCode;
use salus_frame::icon;
use salus_records::fresh_id;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many ids are kept; the oldest makes room.
const MAX_GIVEN: usize = 4_096;

/// The ids that were given out, each with the principal whose form has it.
#[derive(Debug, Default)]
pub(crate) struct OnceIds(Mutex<VecDeque<(String, String)>>);

impl OnceIds {
    fn give(&self, principal: &str, id: &str) {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if given.len() >= MAX_GIVEN {
            given.pop_front();
        }
        given.push_back((principal.to_owned(), id.to_owned()));
    }

    /// Whether it was given to them, and not taken since.
    fn take(&self, principal: &str, id: &str) -> bool {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = given.iter().position(|(whose, one)| whose == principal && one == id);
        at.and_then(|at| given.remove(at)).is_some()
    }
}

/// An id for a form that is about to be shown.
pub(super) fn give(ask: &PageAsk<'_>) -> Result<String, Trouble> {
    let id = fresh_id()?;
    ask.web.once.give(&ask.person.principal, &id);
    Ok(id)
}

/// Whether the form that was sent may be carried out: the first time, and from one of our pages.
pub(super) fn take(ask: &PageAsk<'_>) -> bool {
    ask.web.once.take(&ask.person.principal, ask.field("once").unwrap_or_default())
}

/// Says that a form was sent before: what it made was shown once, and nothing new was made. `to` leads to where it can be made again.
pub(super) async fn shown_once(ask: &PageAsk<'_>, part: Part, to: String) -> Result<Answer, Trouble> {
    // Whoever is no administrator learns that, and nothing of forms.
    super::ask::people(ask).await?;
    let t = ask.t;
    let (title, back) = (t.say("admin-once"), t.say("admin-back"));
    let text = ["admin-once-what", "admin-once-again"].map(|key| t.say(key).into_owned()).into();
    let said = Said { icon: icon("alert"), title: &title, text, to, to_words: &back };
    Ok(page(ask, part, title.clone(), None, &said).status(StatusCode::CONFLICT).answer(ask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_good_once_and_for_whom_it_was_given() {
        let ids = OnceIds::default();
        ids.give("bea", "1");
        assert!(!ids.take("ada", "1") && !ids.take("bea", "2") && !ids.take("bea", ""));
        assert!(ids.take("bea", "1"));
        assert!(!ids.take("bea", "1"));
    }

    #[test]
    fn the_oldest_makes_room() {
        let ids = OnceIds::default();
        for at in 0..=MAX_GIVEN {
            ids.give("bea", &at.to_string());
        }
        assert!(!ids.take("bea", "0"));
        assert!(ids.take("bea", "1") && ids.take("bea", &MAX_GIVEN.to_string()));
    }
}
