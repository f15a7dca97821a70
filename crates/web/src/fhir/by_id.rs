//! `GET [base]/[type]?_id=[ids]`

use super::table::SEARCH_PARAMETERS;
use super::{Ask, bundle};
use crate::answer::Answer;
use crate::outcome::Refused;
use crate::{query, text};
use http::StatusCode;

pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let kind = ask.kind()?;
    let ids = ids(ask.parts.uri.query().unwrap_or_default())?;
    let split: Vec<&str> = ids.split(',').collect();
    let found = salus_records::by_id(ask.cell, &ask.asker, kind, &split).await?;
    let mut out =
        String::with_capacity(256 + found.records.iter().map(|(_, text)| text.len() + 128).sum::<usize>());
    bundle::searchset(&mut out, ask.cell.base_url(), &found, &ids);
    let answer = Answer::new(StatusCode::OK).body(ask.json, out);
    Ok(match found.delivery {
        Some(delivery) => answer.delivering(delivery),
        None => answer,
    })
}

/// The value of `_id`.
///
/// Errors: 400 for any other parameter, and without it.
fn ids(query: &str) -> Result<String, Refused> {
    let refused = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let parameters = query::parameters(query).ok_or_else(|| refused(text::unreadable_query()))?;
    let known = SEARCH_PARAMETERS.map(|(name, ..)| name).join(", ");
    let mut ids = None;
    for (name, value) in parameters {
        match &*name {
            "_id" if ids.is_none() => ids = Some(value.into_owned()),
            "_format" | "_pretty" => {}
            other => return Err(refused(text::unknown_parameter(other, &known))),
        }
    }
    ids.ok_or_else(|| refused(text::unknown_parameter("", &known)))
}

#[cfg(test)]
mod tests {
    use super::ids;
    use salus_records::fhir::Language;

    #[test]
    fn only_ids_are_searched_by() {
        assert_eq!(ids("_id=a,b%2Cc&_format=json").unwrap(), "a,b,c");
        let outcome = |query| ids(query).unwrap_err().outcome(Language::En);
        assert!(outcome("name=Muster").contains("parameter name "));
        assert!(!outcome("name=Muster").contains("Muster"));
        assert!(!outcome("Max%20Muster").contains("Muster"));
        assert!(outcome("").contains("_id"));
        assert!(outcome("_id=a&_id=b").contains("_id"));
    }
}
