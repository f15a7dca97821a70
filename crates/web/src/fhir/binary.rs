//! `GET|HEAD [base]/Binary/[id]` where what is accepted is no format of FHIR's: the content itself, under its own type (R4, Binary, section 2.44.3).
//!
//! Never: shows a content in a browser as a page of this origin. State: none.

use super::Ask;
use crate::answer::Answer;
use crate::outcome::Refused;
use crate::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde_json::Value;

/// A content that a browser was led to runs nothing and is nobody's page.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");

/// The content, where its type is accepted.
///
/// Errors: as for a read; 406 where another type is accepted.
pub(super) async fn answer(ask: &Ask<'_>) -> Result<Answer, Refused> {
    let opened = salus_records::read(ask.cell, &ask.asker, ask.kind()?, ask.id).await?;
    let refused = || Refused::new(StatusCode::NOT_ACCEPTABLE, text::not_acceptable());
    let binary: Value = serde_json::from_slice(&opened.text).map_err(|_| refused())?;
    let own = binary["contentType"].as_str().ok_or_else(refused)?;
    let accepted = ask.parts.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if !accepted.flat_map(|value| value.split(',')).any(|range| takes(range, own)) {
        return Err(refused());
    }
    let data = binary["data"].as_str().unwrap_or_default();
    // R4 lets white space stand in base64.
    let digits: Vec<u8> = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let content = STANDARD.decode(digits).map_err(|_| refused())?;
    let mut answer = Answer::new(StatusCode::OK)
        .version(opened.version, opened.time_ms)
        .header(CONTENT_TYPE, own)
        .header(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"))
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .delivering(opened.delivery);
    answer.body = content.into();
    Ok(answer)
}

/// Whether a media range takes a type, whatever the parameters of both.
fn takes(range: &str, own: &str) -> bool {
    let plain = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (range, own) = (plain(range), plain(own));
    let of_kind = range.strip_suffix("/*").zip(own.split_once('/'));
    range == own || of_kind.is_some_and(|(wanted, (kind, _))| wanted == kind)
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn a_range_takes_its_own_types_only() {
        for (range, own, expected) in [
            ("text/plain", "text/plain; charset=utf-8", true),
            (" image/*;q=0.5", "image/png", true),
            ("Application/PDF", "application/pdf", true),
            ("image/*", "application/pdf", false),
            ("image/png", "image/jpeg", false),
            ("x/*", "", false),
        ] {
            assert_eq!(takes(range, own), expected, "{range} {own}");
        }
    }
}
