//! Forms that write into a chart: a note, vital signs, an allergy, an appointment, address and insurance, a new patient.
//!
//! A form is opened with what is there, or with what was being typed; it is read, what is wrong is said beside the field, what is
//! doubtful is asked once; it is saved as one transaction, and for ten minutes it can be undone.
//!
//! Never: writes over what somebody else changed meanwhile; loses what was typed, whatever went wrong. State: none.

mod address;
mod allergy;
mod appointment;
mod draft;
mod entry;
mod form;
mod here;
mod insurance;
mod likeness;
mod merge;
mod note;
mod parts;
mod patient;
mod save;
mod show;
mod undo;
mod vital;

use super::{PageAsk, Route, Trouble};
use crate::answer::Answer;
pub(crate) use form::Form;
pub(crate) use likeness::folded;
use salus_frame::{Shortcut, Words};
use salus_records::RecordsError;
use salus_records::policy::Rights;
pub(crate) use undo::notice;

/// The addresses of forms.
pub(super) const ROUTES: &[Route] = &[
    ("GET", "/{cell}/patient/new"),
    ("POST", "/{cell}/patient/new"),
    ("GET", "/{cell}/patient/{id}/address"),
    ("POST", "/{cell}/patient/{id}/address"),
    ("GET", "/{cell}/patient/{id}/insurance/new"),
    ("POST", "/{cell}/patient/{id}/insurance/new"),
    ("GET", "/{cell}/patient/{id}/note"),
    ("POST", "/{cell}/patient/{id}/note"),
    ("GET", "/{cell}/patient/{id}/vital"),
    ("POST", "/{cell}/patient/{id}/vital"),
    ("GET", "/{cell}/patient/{id}/allergy"),
    ("POST", "/{cell}/patient/{id}/allergy"),
    ("GET", "/{cell}/patient/{id}/appointment"),
    ("POST", "/{cell}/patient/{id}/appointment"),
    ("POST", "/{cell}/write/alike"),
    ("POST", "/{cell}/write/times"),
    ("POST", "/{cell}/write/draft"),
    ("POST", "/{cell}/write/discard"),
    ("GET", "/{cell}/write/drafts"),
    ("POST", "/{cell}/undo"),
];

/// Answers what one of these addresses is asked.
pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    match ask.route {
        "/{cell}/write/alike" => parts::alike(ask).await,
        "/{cell}/write/times" => parts::times(ask).await,
        "/{cell}/write/draft" => parts::keep_draft(ask).await,
        "/{cell}/write/discard" => parts::discard_draft(ask).await,
        "/{cell}/write/drafts" => parts::drafts(ask).await,
        "/{cell}/undo" => undo::answer(ask).await,
        route => {
            let form = Form::ALL.into_iter().find(|form| route == format!("/{{cell}}{}", form.path("{id}")));
            let form = form.ok_or(Trouble::Unknown)?;
            match ask.method() {
                "POST" => save::save(ask, form).await,
                // Nothing is filled in that could not be saved.
                _ if !form.is_for(&ask.rights) => Err(RecordsError::Forbidden.into()),
                _ => save::open(ask, form).await,
            }
        }
    }
}

/// Whether this role may add patients.
pub(crate) fn adds_patients(rights: &Rights) -> bool {
    Form::Patient.is_for(rights)
}

/// The forms of a patient's chart that a role with these rights may save.
fn of_chart(rights: &Rights) -> impl Iterator<Item = Form> {
    Form::ALL.into_iter().filter(|form| *form != Form::Patient && form.is_for(rights))
}

/// The keys by which forms of a patient's chart are opened, for its sheet of keys.
pub(crate) fn shortcuts(t: Words, rights: &Rights) -> Vec<Shortcut> {
    of_chart(rights).map(|form| Shortcut::patient(form.key(), t.say(&here::title_key(form)))).collect()
}

/// The forms of a patient's chart: where each is, its key, and what it is called.
pub(crate) fn links(
    t: Words,
    base: &str,
    patient: &str,
    rights: &Rights,
) -> Vec<(String, &'static str, String)> {
    let link = |form: Form| {
        (format!("{base}{}", form.path(patient)), form.key(), t.say(&here::title_key(form)).into_owned())
    };
    of_chart(rights).map(link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use form::Kind;
    use salus_frame::Language;

    #[test]
    fn every_form_has_its_address() {
        for form in Form::ALL {
            let pattern = format!("/{{cell}}{}", form.path("{id}"));
            for method in ["GET", "POST"] {
                assert!(ROUTES.contains(&(method, pattern.as_str())), "{method} {pattern}");
            }
        }
    }

    /// Labels, hints, groups and choices are found by names that are put together.
    #[test]
    fn every_field_has_its_words() {
        for language in Language::ALL {
            let t = super::super::words::words(language);
            let there = |key: String| assert_ne!(t.say(&key), key, "{language:?}");
            for form in Form::ALL {
                there(here::title_key(form));
                for (group, fields) in form.groups() {
                    if !group.is_empty() {
                        there(format!("group-{group}"));
                    }
                    for field in *fields {
                        there(format!("field-{}", field.name));
                        if field.hint {
                            there(format!("hint-{}", field.name));
                        }
                        match field.kind {
                            Kind::Radio(choices) => {
                                choices
                                    .iter()
                                    .for_each(|choice| there(format!("choice-{}-{choice}", field.name)));
                            }
                            Kind::Select(form::COUNTRIES) => {
                                form::COUNTRIES
                                    .iter()
                                    .for_each(|code| there(format!("country-{}", code.to_lowercase())));
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }
}
