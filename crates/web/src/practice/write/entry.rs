//! Entries of the transaction by which a form is saved.
//!
//! What is created is put under an id that the form's one-time id and what was typed decide: sent twice, it is there once, and is
//! never written over.
//!
//! State: none.

use super::super::Trouble;
use super::form::{Form, Typed};
use salus_records::{RecordsError, derived_id};
use serde_json::{Value, json};

/// What is to be done with one record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    /// A new record, which must not be there.
    Create { kind: &'static str, id: String, resource: Value },
    /// A new version of this version.
    Update { kind: &'static str, id: String, version: u32, resource: Value },
    /// Away with it, if it is there.
    Delete { kind: &'static str, id: String },
}

impl Entry {
    pub(super) fn create(kind: &'static str, id: String, resource: Value) -> Self {
        Self::Create { kind, id, resource }
    }

    /// `Type/id`
    pub(super) fn reference(&self) -> String {
        let (Self::Create { kind, id, .. } | Self::Update { kind, id, .. } | Self::Delete { kind, id }) =
            self;
        format!("{kind}/{id}")
    }

    fn to_json(&self) -> Value {
        let url = self.reference();
        match self {
            Self::Create { kind, id, resource } => {
                let request = json!({"method": "PUT", "url": url, "ifNoneMatch": "*"});
                json!({"resource": named(kind, id, resource), "request": request})
            }
            Self::Update { kind, id, version, resource } => {
                let request = json!({"method": "PUT", "url": url, "ifMatch": format!("W/\"{version}\"")});
                json!({"resource": named(kind, id, resource), "request": request})
            }
            Self::Delete { .. } => json!({"request": {"method": "DELETE", "url": url}}),
        }
    }
}

/// The resource with its type and id.
fn named(kind: &str, id: &str, resource: &Value) -> Value {
    let mut resource = resource.clone();
    if let Some(members) = resource.as_object_mut() {
        members.shift_remove("resourceType");
        members.shift_remove("id");
        members.shift_insert(0, "resourceType".to_owned(), kind.into());
        members.shift_insert(1, "id".to_owned(), id.into());
    }
    resource
}

/// The transaction of these entries.
pub(super) fn bundle(entries: &[Entry]) -> Vec<u8> {
    let entries: Vec<Value> = entries.iter().map(Entry::to_json).collect();
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string().into_bytes()
}

/// The most characters of a form's one-time id.
pub(super) const MAX_ONCE_CHARS: usize = 36;

/// Gives ids to what a form creates.
pub(super) struct Ids<'a> {
    once: &'a str,
    form: Form,
    patient: &'a str,
    typed: Vec<u8>,
    given: u32,
}

impl<'a> Ids<'a> {
    pub(super) fn new(once: &'a str, form: Form, patient: &'a str, typed: &Typed) -> Self {
        Self { once, form, patient, typed: typed.bytes(), given: 0 }
    }

    pub(super) fn next(&mut self) -> Result<String, Trouble> {
        self.given += 1;
        let parts: [&[u8]; 5] = [
            self.once.as_bytes(),
            self.form.name().as_bytes(),
            self.patient.as_bytes(),
            &self.typed,
            &self.given.to_le_bytes(),
        ];
        Ok(derived_id(&parts)?)
    }
}

/// A one-time id: good if it is one of ours by its form. Another makes no harm: nothing is written over by it.
pub(super) fn is_once(text: &str) -> bool {
    text.len() == MAX_ONCE_CHARS && salus_records::is_id(text)
}

/// What a transaction's refusal says: whether something that was to be new is there, or something was changed meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It was saved before.
    Already,
    /// Somebody changed it.
    Changed,
}

impl Refused {
    /// By the first entry whose condition does not hold.
    pub(super) fn of(error: &RecordsError, entries: &[Entry]) -> Option<Self> {
        match error {
            RecordsError::Conflict => Some(Self::Changed),
            RecordsError::Precondition(issues) => {
                let place = issues.first()?.expression.strip_prefix("Bundle.entry[")?;
                let at: usize = place.split(']').next()?.parse().ok()?;
                match entries.get(at)? {
                    Entry::Create { .. } => Some(Self::Already),
                    _ => Some(Self::Changed),
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_form_has_the_same_ids_and_others_have_others() {
        let typed = Typed::default().with("text", "a");
        let first = |once: &str, patient: &str, typed: &Typed| {
            let mut ids = Ids::new(once, Form::Note, patient, typed);
            (ids.next().unwrap(), ids.next().unwrap())
        };
        let one = first("x", "1", &typed);
        assert_ne!(one.0, one.1);
        assert_eq!(one, first("x", "1", &typed));
        for other in
            [first("y", "1", &typed), first("x", "2", &typed), first("x", "1", &typed.with("text", "b"))]
        {
            assert_ne!(one.0, other.0);
        }
    }

    #[test]
    fn a_transaction_says_how_each_record_may_be_written() {
        let entries = [
            Entry::create("Patient", "a".into(), json!({"resourceType": "X", "active": true})),
            Entry::Update {
                kind: "Coverage",
                id: "b".into(),
                version: 3,
                resource: json!({"id": "y", "status": "active"}),
            },
            Entry::Delete { kind: "Basic", id: "c".into() },
        ];
        let text = String::from_utf8(bundle(&entries)).unwrap();
        assert!(text.contains(r#""resource":{"resourceType":"Patient","id":"a","active":true},"request":{"method":"PUT","url":"Patient/a","ifNoneMatch":"*"}"#), "{text}");
        assert!(text.contains(r#"{"resourceType":"Coverage","id":"b","status":"active"},"request":{"method":"PUT","url":"Coverage/b","ifMatch":"W/\"3\""}"#), "{text}");
        assert!(text.contains(r#"{"request":{"method":"DELETE","url":"Basic/c"}}"#), "{text}");
    }
}
