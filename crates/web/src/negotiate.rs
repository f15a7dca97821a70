//! What the client accepts and what it sends: JSON, or a clear no.
//!
//! Never: answers in another format than the one asked for. State: none.

use crate::outcome::Refused;
use crate::text;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

/// How the answer's JSON is called.
pub(crate) const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";
pub(crate) const PLAIN_JSON: &str = "application/json; charset=utf-8";

/// The content type of the answer.
///
/// Errors: 406 when the client takes no JSON.
pub(crate) fn answer_type(headers: &HeaderMap, query: Option<&str>) -> Result<&'static str, Refused> {
    let refused = || Refused::new(StatusCode::NOT_ACCEPTABLE, text::not_acceptable());
    if let Some(format) = query.and_then(|query| crate::query::first(query, "_format")) {
        // An unencoded plus in a query means a space.
        return json_type(&format.replace(' ', "+"))
            .or((format == "json").then_some(FHIR_JSON))
            .ok_or_else(refused);
    }
    let mut saw_any = false;
    let mut best: Option<(&'static str, u16)> = None;
    for value in headers.get_all(ACCEPT) {
        let value = value.to_str().map_err(|_| refused())?;
        for range in value.split(',').filter(|range| !range.trim().is_empty()) {
            saw_any = true;
            let weight = weight_thousandths(range);
            if weight > 0
                && let Some(name) = json_type(range)
                && best.is_none_or(|(_, highest)| weight > highest)
            {
                best = Some((name, weight));
            }
        }
    }
    match best {
        Some((name, _)) => Ok(name),
        None if saw_any => Err(refused()),
        None => Ok(FHIR_JSON),
    }
}

/// The name under which a media range takes our JSON, if it does.
fn json_type(range: &str) -> Option<&'static str> {
    let mut parts = range.split(';').map(str::trim);
    let name = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/fhir+json" | "*/*" | "application/*" => FHIR_JSON,
        "application/json" | "text/json" | "text/*" => PLAIN_JSON,
        _ => return None,
    };
    for parameter in parts {
        match parameter.split_once('=') {
            Some(("charset", charset)) if !is_utf8(charset) => return None,
            Some(("fhirVersion", version)) if version.trim_matches('"') != "4.0" => return None,
            _ => {}
        }
    }
    Some(name)
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

fn weight_thousandths(range: &str) -> u16 {
    let weight = range.split(';').find_map(|part| part.trim().strip_prefix("q="));
    match weight.map(str::parse::<f32>) {
        None => 1000,
        Some(Ok(weight)) => (weight.clamp(0.0, 1.0) * 1000.0) as u16,
        Some(Err(_)) => 0,
    }
}

/// Errors: 415 unless the body is FHIR in JSON, in UTF-8, not compressed.
pub(crate) fn check_sent_type(headers: &HeaderMap) -> Result<(), Refused> {
    let refused = || Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text::unsupported_media_type());
    let encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = sent.is_some_and(|sent| !sent.contains('*') && json_type(sent).is_some());
    if is_json && !encoded { Ok(()) } else { Err(refused()) }
}

/// Errors: 415 unless the body is a form in UTF-8, not compressed.
pub(crate) fn check_form_type(headers: &HeaderMap) -> Result<(), Refused> {
    let encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = sent.split(';').map(str::trim);
    let is_form =
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let is_utf8 = parts.all(|part| part.strip_prefix("charset=").is_none_or(is_utf8));
    if is_form && is_utf8 && !encoded {
        return Ok(());
    }
    Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text::not_a_form()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(accept: Option<&'static str>, query: Option<&str>) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT, accept.parse().unwrap());
        }
        answer_type(&headers, query).ok()
    }

    #[test]
    fn json_in_any_of_its_names_and_nothing_else() {
        for (accept, query, expected) in [
            (None, None, Some(FHIR_JSON)),
            (Some(""), None, Some(FHIR_JSON)),
            (Some("*/*"), None, Some(FHIR_JSON)),
            (Some("application/fhir+json"), None, Some(FHIR_JSON)),
            (Some("Application/FHIR+JSON; charset=UTF-8"), None, Some(FHIR_JSON)),
            (Some("application/json"), None, Some(PLAIN_JSON)),
            (Some("application/json;q=0.5, application/fhir+json"), None, Some(FHIR_JSON)),
            (Some("application/fhir+xml, application/json;q=0.1"), None, Some(PLAIN_JSON)),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), None, Some(FHIR_JSON)),
            (Some("application/fhir+json; fhirVersion=4.0"), None, Some(FHIR_JSON)),
            (Some("application/fhir+json; fhirVersion=5.0"), None, None),
            (Some("application/fhir+json; charset=latin1"), None, None),
            (Some("application/fhir+json;q=0"), None, None),
            (Some("application/fhir+xml"), None, None),
            (Some("application/fhir+xml"), Some("_format=json"), Some(FHIR_JSON)),
            (Some("*/*"), Some("_format=application/fhir%2Bjson"), Some(FHIR_JSON)),
            (Some("*/*"), Some("a=b&_format=application/fhir+json"), Some(FHIR_JSON)),
            (Some("*/*"), Some("_format=xml"), None),
            (Some("*/*"), Some("_format=application/fhir%2Bxml"), None),
        ] {
            assert_eq!(accepts(accept, query), expected, "{accept:?} {query:?}");
        }
    }

    #[test]
    fn only_json_is_taken() {
        for (sent, encoding, taken) in [
            (Some("application/fhir+json"), None, true),
            (Some("application/json; charset=utf-8"), None, true),
            (Some("application/fhir+json; charset=\"UTF-8\""), Some("identity"), true),
            (Some("application/fhir+json; charset=iso-8859-1"), None, false),
            (Some("application/fhir+json"), Some("gzip"), false),
            (Some("application/fhir+xml"), None, false),
            (Some("application/x-www-form-urlencoded"), None, false),
            (Some("*/*"), None, false),
            (None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(sent) = sent {
                headers.insert(CONTENT_TYPE, sent.parse().unwrap());
            }
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
            }
            assert_eq!(check_sent_type(&headers).is_ok(), taken, "{sent:?} {encoding:?}");
        }
    }
}
