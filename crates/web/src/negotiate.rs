//! What the client accepts and what it sends: JSON, XML, a page for a browser, or a clear no.
//!
//! Never: answers in another format than the one asked for. State: none.

use crate::outcome::Refused;
use crate::text;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use salus_records::Sent;

/// How the answer's JSON is called.
pub(crate) const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";
pub(crate) const PLAIN_JSON: &str = "application/json; charset=utf-8";
/// Many resources, one a line.
pub(crate) const NDJSON: &str = "application/fhir+ndjson";
const FHIR_XML: &str = "application/fhir+xml; charset=utf-8";
const PLAIN_XML: &str = "application/xml; charset=utf-8";
const TEXT_XML: &str = "text/xml; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// The formats that are offered, as the CapabilityStatement lists them.
pub(crate) const OFFERED: [&str; 5] =
    ["application/fhir+json", "json", "application/fhir+xml", "xml", "text/html"];

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    Xml,
    /// A page on which a resource is shown.
    Html,
}

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub syntax: Syntax,
    /// Its content type.
    pub name: &'static str,
    /// With a line for each member or element.
    pub pretty: bool,
}

impl Default for Format {
    fn default() -> Self {
        Self { syntax: Syntax::Json, name: FHIR_JSON, pretty: false }
    }
}

/// The format of the answer: `_format` counts before Accept.
///
/// Errors: 406 when the client takes none of ours; 400 for `_format` or `_pretty` that is there twice, and for a `_pretty` that is neither true nor false.
pub(crate) fn format(headers: &HeaderMap, query: Option<&str>) -> Result<Format, Refused> {
    let refused = || Refused::new(StatusCode::NOT_ACCEPTABLE, text::not_acceptable());
    let asked = |name: &str| query.and_then(|query| crate::query::first(query, name));
    let pretty = match query.filter(|query| query.contains("_pretty") || query.contains("_format")) {
        Some(query) => is_pretty(query)?,
        None => false,
    };
    if let Some(format) = asked("_format") {
        // An unencoded plus in a query means a space.
        let (syntax, name) = match &*format.to_ascii_lowercase() {
            "json" => (Syntax::Json, FHIR_JSON),
            "xml" => (Syntax::Xml, FHIR_XML),
            "html" => (Syntax::Html, HTML),
            _ => range(&format.replace(' ', "+")).ok_or_else(refused)?,
        };
        return Ok(Format { syntax, name, pretty });
    }
    let mut saw_any = false;
    let mut best: Option<((Syntax, &'static str), u16)> = None;
    for value in headers.get_all(ACCEPT) {
        let value = value.to_str().map_err(|_| refused())?;
        for part in value.split(',').filter(|part| !part.trim().is_empty()) {
            saw_any = true;
            let weight = weight_thousandths(part);
            if weight > 0
                && let Some(found) = range(part)
                && best.is_none_or(|(_, highest)| weight > highest)
            {
                best = Some((found, weight));
            }
        }
    }
    match best {
        Some(((syntax, name), _)) => Ok(Format { syntax, name, pretty }),
        None if saw_any => Err(refused()),
        None => Ok(Format { pretty, ..Format::default() }),
    }
}

fn is_pretty(query: &str) -> Result<bool, Refused> {
    let bad = |issue| Refused::new(StatusCode::BAD_REQUEST, issue);
    let given = crate::query::parameters(query).ok_or_else(|| bad(text::unreadable_query()))?;
    for name in ["_format", "_pretty"] {
        if given.iter().filter(|(other, _)| other == name).count() > 1 {
            return Err(bad(text::given_twice(name)));
        }
    }
    match given.iter().find(|(name, _)| name == "_pretty").map(|(_, value)| &**value) {
        Some("true") => Ok(true),
        None | Some("false" | "") => Ok(false),
        Some(_) => Err(bad(text::bad_pretty())),
    }
}

/// What a media range takes of ours, and under which name.
fn range(range: &str) -> Option<(Syntax, &'static str)> {
    let mut parts = range.split(';').map(str::trim);
    let found = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/fhir+json" | "*/*" | "application/*" => (Syntax::Json, FHIR_JSON),
        "application/json" | "text/json" | "text/*" => (Syntax::Json, PLAIN_JSON),
        "application/fhir+xml" => (Syntax::Xml, FHIR_XML),
        "application/xml" => (Syntax::Xml, PLAIN_XML),
        "text/xml" => (Syntax::Xml, TEXT_XML),
        "text/html" | "application/xhtml+xml" => (Syntax::Html, HTML),
        _ => return None,
    };
    for parameter in parts {
        match parameter.split_once('=') {
            Some(("charset", charset)) if !is_utf8(charset) => return None,
            Some(("fhirVersion", version)) if version.trim_matches('"') != "4.0" => return None,
            _ => {}
        }
    }
    Some(found)
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

/// The body as what it is sent as.
///
/// Errors: 415 unless that is FHIR in JSON or XML, in UTF-8, not compressed.
pub(crate) fn sent(headers: &HeaderMap) -> Result<fn(Vec<u8>) -> Sent, Refused> {
    let refused = || Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text::unsupported_media_type());
    let encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let syntax = sent.filter(|sent| !sent.contains('*') && !encoded).and_then(range);
    match syntax {
        Some((Syntax::Json, _)) => Ok(Sent::Json),
        Some((Syntax::Xml, _)) => Ok(Sent::Xml),
        Some((Syntax::Html, _)) | None => Err(refused()),
    }
}

/// Errors: 415 unless the body is a form in UTF-8, not compressed.
pub(crate) fn check_form_type(headers: &HeaderMap) -> Result<(), Refused> {
    match is_sent_as(headers, &["application/x-www-form-urlencoded"]) {
        true => Ok(()),
        false => Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text::not_a_form())),
    }
}

/// Whether the body is sent under one of these names, in UTF-8, not compressed.
pub(crate) fn is_sent_as(headers: &HeaderMap, names: &[&str]) -> bool {
    let encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = sent.split(';').map(str::trim);
    let is_named = parts.next().is_some_and(|sent| names.iter().any(|name| name.eq_ignore_ascii_case(sent)));
    is_named && !encoded && parts.all(|part| part.strip_prefix("charset=").is_none_or(is_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(accept: Option<&'static str>, query: Option<&str>) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT, accept.parse().unwrap());
        }
        format(&headers, query).ok().map(|format| format.name)
    }

    #[test]
    fn a_format_in_any_of_its_names_and_nothing_else() {
        for (accept, query, expected) in [
            (None, None, Some(FHIR_JSON)),
            (Some(""), None, Some(FHIR_JSON)),
            (Some("*/*"), None, Some(FHIR_JSON)),
            (Some("application/fhir+json"), None, Some(FHIR_JSON)),
            (Some("Application/FHIR+JSON; charset=UTF-8"), None, Some(FHIR_JSON)),
            (Some("application/json"), None, Some(PLAIN_JSON)),
            (Some("application/json;q=0.5, application/fhir+json"), None, Some(FHIR_JSON)),
            (Some("application/fhir+xml, application/json;q=0.1"), None, Some(FHIR_XML)),
            (Some("application/fhir+xml;q=0.1, application/json"), None, Some(PLAIN_JSON)),
            (Some("text/turtle, application/json;q=0.1"), None, Some(PLAIN_JSON)),
            (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), None, Some(HTML)),
            (Some("application/xml"), None, Some(PLAIN_XML)),
            (Some("text/xml; charset=utf-8"), None, Some(TEXT_XML)),
            (Some("application/fhir+json; fhirVersion=4.0"), None, Some(FHIR_JSON)),
            (Some("application/fhir+json; fhirVersion=5.0"), None, None),
            (Some("application/fhir+xml; fhirVersion=3.0"), None, None),
            (Some("application/fhir+json; charset=latin1"), None, None),
            (Some("application/fhir+json;q=0"), None, None),
            (Some("text/turtle"), None, None),
            (Some("application/fhir+xml"), Some("_format=json"), Some(FHIR_JSON)),
            (Some("*/*"), Some("_format=application/fhir%2Bjson"), Some(FHIR_JSON)),
            (Some("*/*"), Some("a=b&_format=application/fhir+json"), Some(FHIR_JSON)),
            (Some("application/json"), Some("_format=xml"), Some(FHIR_XML)),
            (Some("*/*"), Some("_format=application/fhir%2Bxml"), Some(FHIR_XML)),
            (Some("*/*"), Some("_format=application/fhir+xml"), Some(FHIR_XML)),
            (Some("*/*"), Some("_format=text/xml"), Some(TEXT_XML)),
            (Some("*/*"), Some("_format=HTML"), Some(HTML)),
            (Some("*/*"), Some("_format=text/html"), Some(HTML)),
            (Some("*/*"), Some("_format=ttl"), None),
            (Some("*/*"), Some("_format="), None),
        ] {
            assert_eq!(accepts(accept, query), expected, "{accept:?} {query:?}");
        }
        let pretty = |query| format(&HeaderMap::new(), Some(query)).unwrap().pretty;
        assert!(pretty("_pretty=true") && pretty("_format=xml&_pretty=true"));
        assert!(!pretty("_pretty=false") && !pretty("_pretty=") && !pretty("a=b"));
        for bad in ["_pretty=maybe", "_pretty=true&_pretty=true", "_format=json&_format=xml", "_pretty=%zz"] {
            let refused = format(&HeaderMap::new(), Some(bad)).unwrap_err();
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }

    #[test]
    fn json_and_xml_are_taken() {
        for (kind, encoding, taken) in [
            (Some("application/fhir+json"), None, Some(false)),
            (Some("application/json; charset=utf-8"), None, Some(false)),
            (Some("application/fhir+json; charset=\"UTF-8\""), Some("identity"), Some(false)),
            (Some("application/fhir+json; charset=iso-8859-1"), None, None),
            (Some("application/fhir+json"), Some("gzip"), None),
            (Some("application/fhir+xml"), None, Some(true)),
            (Some("application/xml; charset=utf-8"), None, Some(true)),
            (Some("text/xml"), None, Some(true)),
            (Some("text/xml; charset=utf-16"), None, None),
            (Some("text/html"), None, None),
            (Some("application/x-www-form-urlencoded"), None, None),
            (Some("*/*"), None, None),
            (None, None, None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(kind) = kind {
                headers.insert(CONTENT_TYPE, kind.parse().unwrap());
            }
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
            }
            let is_xml = sent(&headers).ok().map(|sent| matches!(sent(Vec::new()), Sent::Xml(_)));
            assert_eq!(is_xml, taken, "{kind:?} {encoding:?}");
        }
    }
}
