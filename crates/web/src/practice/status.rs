//! Changing the status of a record: what a key at a line does, and what undoes it.
//!
//! Never: overwrites what somebody else did meanwhile. State: none.

use super::lines::document;
use super::{PageAsk, Trouble};
use salus_records::fhir::ResourceType;
use salus_records::fhir::json::Kind;
use salus_records::{Match, Precondition, RecordsError};

/// Sets the status of a record that has the status `was`.
///
/// Errors: [`RecordsError::Conflict`] when it has another by now; as reading and updating.
pub(crate) async fn set_status(
    ask: &PageAsk<'_>,
    kind: &str,
    id: &str,
    was: &str,
    status: &'static str,
) -> Result<(), Trouble> {
    let opened = ask.read(kind, id).await?;
    let text = with_status(&opened.text, was, status)?;
    let kind = ResourceType::from_name(kind).ok_or(RecordsError::Internal)?;
    let precondition = Precondition { matches: Some(Match::Version(opened.version)), must_be_new: false };
    match salus_records::update(ask.cell, &ask.asker, kind, id, precondition, text).await {
        Ok(_) => Ok(()),
        Err(RecordsError::Precondition(_)) => Err(RecordsError::Conflict.into()),
        Err(error) => Err(error.into()),
    }
}

/// The text with another status; everything else stays as it is written.
fn with_status(text: &[u8], was: &str, status: &'static str) -> Result<Vec<u8>, RecordsError> {
    let document = document(text).ok_or(RecordsError::Internal)?;
    let value = document.root().get("status").filter(|value| value.kind() == Kind::String);
    let value = value.ok_or(RecordsError::Conflict)?;
    if value.as_str().is_none_or(|here| here != was) {
        return Err(RecordsError::Conflict);
    }
    let (before, after) = (text.get(..value.span().start), text.get(value.span().end..));
    let (before, after) = before.zip(after).ok_or(RecordsError::Internal)?;
    Ok([before, b"\"", status.as_bytes(), b"\"", after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_status_changes_and_only_from_what_was_seen() {
        let text = br#"{ "participant":[{"status":"accepted"}], "status" : "booked","x":1.50}"#;
        let changed = with_status(text, "booked", "arrived").unwrap();
        assert_eq!(
            String::from_utf8(changed).unwrap(),
            r#"{ "participant":[{"status":"accepted"}], "status" : "arrived","x":1.50}"#
        );
        assert_eq!(with_status(text, "arrived", "fulfilled"), Err(RecordsError::Conflict));
        assert_eq!(with_status(b"{}", "booked", "arrived"), Err(RecordsError::Conflict));
    }
}
