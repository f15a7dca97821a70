//! What is being typed into a form, kept on the server: a QuestionnaireResponse in progress, sealed and admitted like any record.
//!
//! There is one of a person, form and patient, under an id that these decide. It is deleted with the transaction that saves the
//! form. It says whose it is; pages show it to nobody else, and no page shows it as a part of the chart.
//!
//! Never: keeps anything outside of the records. State: none.

use super::super::{PageAsk, Trouble};
use super::entry::{Entry, is_once};
use super::form::{Form, Typed};
use super::here::{found, list, text_at};
use salus_records::fhir::{ResourceType, instant};
use salus_records::{Precondition, RecordsError, derived_id};
use serde_json::{Value, json};

/// The type of its record.
const KIND: &str = "QuestionnaireResponse";
/// The system of the identifier that says whose it is.
const OWNER: &str = "urn:salus:draft-of";
/// How a form is named in it.
const QUESTIONNAIRE: &str = "urn:salus:form:";
/// How long a version is the newest at least, in milliseconds: what comes sooner is kept with what follows it, unless the page is
/// being left and nothing follows.
pub(super) const MIN_VERSION_MS: u64 = 3_000;
/// How many of somebody's drafts are listed.
const MAX_LISTED: &str = "20";

/// A draft that is there.
#[derive(Debug)]
pub(super) struct Draft {
    pub typed: Typed,
    /// The form's one-time id, so that it can't be saved twice by being opened twice.
    pub once: Option<String>,
    /// On what version the form was opened.
    pub base: String,
    /// When it was kept, in milliseconds since 1970.
    pub time_ms: u64,
}

/// Where somebody's draft of a form is.
pub(super) fn id(ask: &PageAsk<'_>, form: Form, patient: &str) -> Result<String, Trouble> {
    let owner = ask.person.principal.as_bytes();
    Ok(derived_id(&[b"draft", owner, form.name().as_bytes(), patient.as_bytes()])?)
}

fn kind() -> Result<ResourceType, Trouble> {
    Ok(ResourceType::from_name(KIND).ok_or(RecordsError::Internal)?)
}

/// The draft, if there is one.
pub(super) async fn load(ask: &PageAsk<'_>, form: Form, patient: &str) -> Result<Option<Draft>, Trouble> {
    let id = id(ask, form, patient)?;
    let opened = match salus_records::read(ask.cell, &ask.asker, kind()?, &id).await {
        Ok(opened) => opened,
        Err(RecordsError::NotFound | RecordsError::Gone { .. }) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    ask.admitted(opened.delivery.clone());
    let draft: Value = serde_json::from_slice(&opened.text).map_err(|_| RecordsError::Internal)?;
    let answer = |name: &str| {
        let item = list(&draft, "item").find(|item| text_at(item, "linkId") == name);
        item.map_or("", |item| text_at(item, "answer.0.valueString")).to_owned()
    };
    let sent: Vec<(String, String)> =
        form.fields().map(|field| (field.name.to_owned(), answer(field.name))).collect();
    let once = Some(answer("once")).filter(|once| is_once(once));
    Ok(Some(Draft { typed: Typed::of(form, &sent), once, base: answer("base"), time_ms: opened.time_ms }))
}

/// What came of keeping a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is kept, since this time in milliseconds since 1970.
    Now(u64),
    /// The version before is too young; what was typed is kept with what follows.
    Later,
}

/// Keeps what was typed, unless it is kept already.
pub(super) async fn keep(
    ask: &PageAsk<'_>,
    form: Form,
    patient: &str,
    typed: &Typed,
    (once, base): (&str, &str),
    is_last: bool,
) -> Result<Kept, Trouble> {
    if let Some(draft) = load(ask, form, patient).await? {
        if draft.typed.bytes() == typed.bytes() && draft.base == base {
            return Ok(Kept::Now(draft.time_ms));
        }
        if !is_last && ask.clock.now_ms().saturating_sub(draft.time_ms) < MIN_VERSION_MS {
            return Ok(Kept::Later);
        }
    }
    let id = id(ask, form, patient)?;
    let body = resource(ask, &id, form, patient, typed, (once, base)).to_string().into_bytes();
    let written =
        salus_records::update(ask.cell, &ask.asker, kind()?, &id, Precondition::default(), body).await?;
    Ok(Kept::Now(written.time_ms))
}

fn resource(
    ask: &PageAsk<'_>,
    id: &str,
    form: Form,
    patient: &str,
    typed: &Typed,
    (once, base): (&str, &str),
) -> Value {
    let all = typed.pairs().chain([("once", once), ("base", base)]);
    let items: Vec<Value> = all
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| json!({"linkId": name, "answer": [{"valueString": value}]}))
        .collect();
    let mut draft = json!({
        "resourceType": KIND,
        "id": id,
        "identifier": {"system": OWNER, "value": ask.person.principal},
        "questionnaire": format!("{QUESTIONNAIRE}{}", form.name()),
        "status": "in-progress",
        "authored": instant(ask.clock.now_ms()),
        "item": items,
    });
    if !patient.is_empty() {
        draft["subject"] = json!({"reference": format!("Patient/{patient}")});
    }
    if let Some(practitioner) = &ask.person.practitioner {
        draft["author"] = json!({"reference": format!("Practitioner/{practitioner}")});
    }
    draft
}

/// The entry that deletes it, for the transaction that saves the form.
pub(super) fn delete(ask: &PageAsk<'_>, form: Form, patient: &str) -> Result<Entry, Trouble> {
    Ok(Entry::Delete { kind: KIND, id: id(ask, form, patient)? })
}

/// Deletes it, if it is there.
pub(super) async fn discard(ask: &PageAsk<'_>, form: Form, patient: &str) -> Result<(), Trouble> {
    let id = id(ask, form, patient)?;
    match salus_records::delete(ask.cell, &ask.asker, kind()?, &id, Precondition::default()).await {
        Ok(_) | Err(RecordsError::NotFound) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub form: Form,
    /// Empty for a new patient.
    pub patient: String,
    /// When it was kept, as FHIR's instant.
    pub kept: String,
}

/// The drafts of whoever asks.
pub(super) async fn list_own(ask: &PageAsk<'_>) -> Result<Vec<Listed>, Trouble> {
    let own = format!("{OWNER}|{}", ask.person.principal);
    let parameters = [
        ("identifier", own.as_str()),
        ("status", "in-progress"),
        ("_sort", "-_lastUpdated"),
        ("_count", MAX_LISTED),
    ];
    let all = found(ask, KIND, &parameters).await?;
    Ok(all.iter().filter_map(|(_, draft)| listed(draft)).collect())
}

fn listed(draft: &Value) -> Option<Listed> {
    let form = Form::of_name(text_at(draft, "questionnaire").strip_prefix(QUESTIONNAIRE)?)?;
    let patient = text_at(draft, "subject.reference").strip_prefix("Patient/").unwrap_or_default().to_owned();
    Some(Listed { form, patient, kept: text_at(draft, "meta.lastUpdated").to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_forms_are_drafts() {
        let draft = |questionnaire: &str| json!({"questionnaire": questionnaire, "subject": {"reference": "Patient/1"}, "meta": {"lastUpdated": "x"}});
        let found = listed(&draft("urn:salus:form:note")).unwrap();
        assert_eq!((found.form, found.patient.as_str()), (Form::Note, "1"));
        for other in ["http://example.org/q", "urn:salus:form:", "urn:salus:form:evil"] {
            assert_eq!(listed(&draft(other)), None);
        }
        assert_eq!(listed(&json!({})), None);
    }
}
