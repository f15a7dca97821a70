//! A resource as a page for a browser: its JSON, a line for each element, references as links.
//!
//! Never: a script, a form, HTML of a record's: all that is a record's is text, its narrative too. State: none.

use crate::home::escape;
use http::HeaderValue;
use http::request::Parts;
use salus_frame::assets;
use salus_records::fhir::json::{Document, Value, pretty};
use salus_records::fhir::{Language, ResourceType};
use salus_records::is_id;
use std::fmt::Write as _;

/// Nothing but our own style sheet and icon, no frame around the page, and a sandbox in which no script runs, whatever a record says; it keeps
/// the origin, without which it would not get the style sheet.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-same-origin",
);

/// The page's words in one language.
struct Words {
    formats: &'static str,
    history: &'static str,
    outcome: &'static str,
    content: &'static str,
    capabilities: &'static str,
}

const DE: Words = Words {
    formats: "Andere Formate",
    history: "Geschichte",
    outcome: "Was zu sagen ist",
    content: "Inhalt",
    capabilities: "Was die Schnittstelle kann",
};

const FR: Words = Words {
    formats: "Autres formats",
    history: "Historique",
    outcome: "Ce qu’il y a à dire",
    content: "Contenu",
    capabilities: "Ce que l’interface sait faire",
};

const EN: Words = Words {
    formats: "Other formats",
    history: "History",
    outcome: "What is to be said",
    content: "Content",
    capabilities: "What the interface offers",
};

/// The page of a resource. `base` is the address of the cell's FHIR interface.
pub(super) fn page(json: &str, parts: &Parts, base: &str, language: Language) -> String {
    let words = match language {
        Language::De => &DE,
        Language::Fr => &FR,
        Language::En => &EN,
    };
    let document = Document::parse(json).ok();
    let root = document.as_ref().map(Document::root);
    let member = |name: &str| root.and_then(|root| root.get_str(name));
    let kind = member("resourceType").unwrap_or_default();
    let id = member("id").filter(|id| is_id(id));
    let title = match &id {
        Some(id) => format!("{kind}/{id}"),
        None => kind.to_string(),
    };
    let mut out = String::with_capacity(json.len() * 3 + 2048);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} – Salus</title>\n\
         <link rel=\"icon\" href=\"{}\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"{}\">\n</head>\n<body class=\"front\">\n<main>\n<h1>{title}</h1>\n",
        language.tag(),
        assets::address("icon.svg"),
        assets::address("salus.css"),
        title = escape(&title),
    );
    ways(&mut out, parts, base, (&kind, id.as_deref()), words);
    if kind == "OperationOutcome" {
        outcome(&mut out, root, words);
    }
    let _ = write!(out, "<h2>{}</h2>\n<pre tabindex=\"0\"><code>", words.content);
    for line in pretty(json).lines() {
        put_line(&mut out, line, base);
        out.push('\n');
    }
    let _ = write!(
        out,
        "</code></pre>\n</main>\n<footer><p>Salus {}</p></footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    out
}

/// Where one may go from here.
fn ways(out: &mut String, parts: &Parts, base: &str, (kind, id): (&str, Option<&str>), words: &Words) {
    let query = parts.uri.query().unwrap_or_default();
    let rest: Vec<&str> =
        query.split('&').filter(|part| !part.is_empty() && !part.starts_with("_format=")).collect();
    let with = |format: &str| {
        let all: Vec<&str> = rest.iter().copied().chain([format]).collect();
        escape(&format!("?{}", all.join("&")))
    };
    let _ = write!(
        out,
        "<p>{}: <a href=\"{}\">JSON</a> · <a href=\"{}\">XML</a>",
        words.formats,
        with("_format=json"),
        with("_format=xml")
    );
    if let Some(id) = id.filter(|_| ResourceType::from_name(kind).is_some()) {
        let _ = write!(
            out,
            " · <a href=\"{}\">{}</a>",
            escape(&format!("{base}/{kind}/{id}/_history")),
            words.history
        );
    }
    if !base.is_empty() {
        let _ =
            write!(out, " · <a href=\"{}\">{}</a>", escape(&format!("{base}/metadata")), words.capabilities);
    }
    out.push_str("</p>\n");
}

/// What an OperationOutcome says, as sentences.
fn outcome(out: &mut String, root: Option<Value<'_>>, words: &Words) {
    let Some(issues) = root.and_then(|root| root.get("issue")) else { return };
    let _ = write!(out, "<h2>{}</h2>\n<ul>\n", words.outcome);
    for issue in issues.elements() {
        let text = issue.get_str("diagnostics").or_else(|| issue.get("details")?.get_str("text"));
        let place = issue.get("expression").and_then(|all| all.elements().next()?.as_str());
        let place = place.map(|place| format!("<code>{}</code>: ", escape(&place))).unwrap_or_default();
        let _ = writeln!(out, "<li>{place}{}</li>", escape(&text.unwrap_or_default()));
    }
    out.push_str("</ul>\n");
}

/// A line of JSON; what names a record here is a link to it.
fn put_line(out: &mut String, line: &str, base: &str) {
    let Some((before, value)) = line.split_once(": \"") else { return out.push_str(&escape(line)) };
    let value = value.strip_suffix(',').unwrap_or(value);
    let Some(value) = value.strip_suffix('"').filter(|value| !value.contains('\\')) else {
        return out.push_str(&escape(line));
    };
    let target = match before.trim() {
        "\"reference\"" if is_here(value) => format!("{base}/{value}"),
        "\"reference\"" | "\"url\"" | "\"fullUrl\"" if is_below(value, base) => value.to_owned(),
        _ => return out.push_str(&escape(line)),
    };
    let comma = if line.ends_with(',') { "," } else { "" };
    let (before, target, value) = (escape(before), escape(&target), escape(value));
    let _ = write!(out, "{before}: &quot;<a href=\"{target}\">{value}</a>&quot;{comma}");
}

fn is_below(value: &str, base: &str) -> bool {
    !base.is_empty() && value.strip_prefix(base).is_some_and(|rest| rest.starts_with(['/', '?']))
}

/// `Type/id`, with or without a version.
fn is_here(value: &str) -> bool {
    let parts: Vec<&str> = value.split('/').collect();
    let [kind, id, rest @ ..] = parts.as_slice() else { return false };
    ResourceType::from_name(kind).is_some()
        && is_id(id)
        && match rest {
            [] => true,
            ["_history", version] => is_id(version),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn shown(json: &str, uri: &str) -> String {
        let (parts, ()) = Request::builder().uri(uri).body(()).unwrap().into_parts();
        page(json, &parts, "http://h/c/fhir", Language::De)
    }

    #[test]
    fn what_is_a_records_is_text_and_references_are_links() {
        let page = shown(
            r#"{"resourceType":"Observation","id":"a","text":{"div":"<div><script>x</script></div>"},"subject":{"reference":"Patient/1"},"performer":[{"reference":"javascript:x"},{"reference":"Patient/\"><script>"}],"url":"http://h/c/fhir/Observation?a=\"><script>","implicitRules":"http://h/c/fhirx"}"#,
            "/c/fhir/Observation/a?_format=html&x=%22%3E&y=\"><script>".split('"').next().unwrap(),
        );
        assert!(!page.contains("<script>") && !page.contains("javascript:x\""), "{page}");
        assert!(page.contains("<a href=\"http://h/c/fhir/Patient/1\">Patient/1</a>"), "{page}");
        assert!(page.contains("<h1>Observation/a</h1>") && page.contains("/Observation/a/_history"));
        assert!(page.contains("?x=%22%3E&amp;y=&amp;_format=json"), "{page}");
        assert_eq!(page.matches("<a href").count(), 5, "{page}");
        assert!(page.starts_with("<!doctype html>\n<html lang=\"de\">"));
    }

    #[test]
    fn an_outcome_is_read_as_sentences() {
        let page = shown(
            r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"value","diagnostics":"a < b","expression":["Patient.name[0]"]}]}"#,
            "/",
        );
        assert!(page.contains("<li><code>Patient.name[0]</code>: a &lt; b</li>"), "{page}");
    }
}
