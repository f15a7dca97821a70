//! `GET [base]/openapi.json`: what is offered, as OpenAPI 3.0 describes it, made from the table from which requests are routed.
//!
//! Never: says what the table does not have. State: none; it is made once.

use super::patch;
use super::table::{OFFERS, Offer, Shape, Verb};
use crate::answer::Answer;
use crate::negotiate::{NDJSON, OFFERED, PLAIN_JSON};
use http::{HeaderValue, Method, StatusCode, header};
use salus_records::fhir::ResourceType;
use salus_records::fhir::json::quote;
use salus_records::fhir::terminology::ListOperation;
use salus_records::{Cell, is_compartment};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// All but the cell's own address.
static PATHS: LazyLock<String> = LazyLock::new(|| format!("{},{}", paths(), components()));

pub(super) fn answer(cell: &Cell) -> Answer {
    let body = format!(
        r#"{{"openapi":"3.0.3","info":{{"title":{},"version":"{}","description":{}}},"servers":[{{"url":{}}}],{}}}"#,
        quote(&format!("Salus: FHIR R4 of {}", cell.name())),
        env!("CARGO_PKG_VERSION"),
        quote(
            "Made from the table from which requests are routed. Search parameters and profiles: metadata."
        ),
        quote(cell.base_url()),
        *PATHS
    );
    Answer::new(StatusCode::OK)
        .header(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))
        .body(PLAIN_JSON, body)
}

/// The path of a shape behind the base, and the names of what stands in it.
fn path_of(shape: Shape) -> (&'static str, &'static [&'static str]) {
    match shape {
        Shape::Base => ("/", &[]),
        Shape::Metadata => ("/metadata", &[]),
        Shape::Smart => ("/.well-known/smart-configuration", &[]),
        Shape::OpenApi => ("/openapi.json", &[]),
        Shape::SystemSearch => ("/_search", &[]),
        Shape::SystemHistory => ("/_history", &[]),
        Shape::Type => ("/{type}", &["type"]),
        Shape::TypeSearch => ("/{type}/_search", &["type"]),
        Shape::TypeHistory => ("/{type}/_history", &["type"]),
        Shape::Compartment => ("/{compartment}/{id}/{within}", &["compartment", "id", "within"]),
        Shape::CompartmentSearch => {
            ("/{compartment}/{id}/{within}/_search", &["compartment", "id", "within"])
        }
        Shape::Instance => ("/{type}/{id}", &["type", "id"]),
        Shape::History => ("/{type}/{id}/_history", &["type", "id"]),
        Shape::Version => ("/{type}/{id}/_history/{version}", &["type", "id", "version"]),
        Shape::TypeValidate => ("/{type}/$validate", &["type"]),
        Shape::Validate => ("/{type}/{id}/$validate", &["type", "id"]),
        Shape::Meta => ("/{type}/{id}/$meta", &["type", "id"]),
        Shape::LastN => ("/Observation/$lastn", &[]),
        Shape::Document => ("/Composition/{id}/$document", &["id"]),
        Shape::MetaAdd => ("/{type}/{id}/$meta-add", &["type", "id"]),
        Shape::MetaDelete => ("/{type}/{id}/$meta-delete", &["type", "id"]),
        Shape::Everything => ("/Patient/{id}/$everything", &["id"]),
        Shape::SystemExport => ("/$export", &[]),
        Shape::PatientExport => ("/Patient/$export", &[]),
        Shape::GroupExport => ("/Group/{id}/$export", &["id"]),
        Shape::ExportStatus => ("/$export-status/{id}", &["id"]),
        Shape::ExportFile => ("/$export-file/{id}/{version}", &["id", "version"]),
        Shape::Import => ("/$import", &[]),
        Shape::AsyncStatus => ("/$async-status/{id}", &["id"]),
        Shape::Expand => ("/ValueSet/$expand", &[]),
        Shape::ExpandOne => ("/ValueSet/{id}/$expand", &["id"]),
        Shape::ValidateInSet => ("/ValueSet/$validate-code", &[]),
        Shape::ValidateInOne => ("/ValueSet/{id}/$validate-code", &["id"]),
        Shape::ValidateOfSystem => ("/CodeSystem/$validate-code", &[]),
        Shape::Lookup => ("/CodeSystem/$lookup", &[]),
        Shape::Subsumes => ("/CodeSystem/$subsumes", &[]),
    }
}

fn paths() -> String {
    let mut shapes: Vec<Shape> = Vec::new();
    for offer in &OFFERS {
        if !shapes.contains(&offer.shape) {
            shapes.push(offer.shape);
        }
    }
    let written = shapes.iter().map(|shape| {
        let (path, names) = path_of(*shape);
        let parameters: Vec<String> = names.iter().map(|name| reference("parameters", name)).collect();
        let operations: Vec<String> =
            OFFERS.iter().filter(|offer| offer.shape == *shape).flat_map(operations).collect();
        format!(r#"{}:{{"parameters":[{}],{}}}"#, quote(path), parameters.join(","), operations.join(","))
    });
    format!(r#""paths":{{{}}}"#, written.collect::<Vec<_>>().join(","))
}

/// A method, and HEAD beside GET.
fn operations(offer: &Offer) -> Vec<String> {
    let name: String =
        format!("{:?}{:?}", offer.verb, offer.shape).chars().filter(char::is_ascii_alphanumeric).collect();
    let of = |method: &str| {
        let body = body(offer.verb, &offer.method)
            .map(|body| format!(r#","requestBody":{body}"#))
            .unwrap_or_default();
        let own = parameters(offer.verb);
        // Where `Prefer` says other things, too, the way of the answer is among them.
        let is_said = !offer.verb.may_come_later() || method == "head" || own.contains(&"prefer");
        let later: &[&str] = if is_said { &[] } else { &["preferAsync"] };
        let parameters: Vec<String> =
            own.iter().chain(later).map(|name| reference("parameters", name)).collect();
        let security = match offer.verb {
            Verb::Capabilities | Verb::OpenApi | Verb::SmartConfiguration => r#","security":[]"#,
            _ => "",
        };
        format!(
            r#""{method}":{{"operationId":"{method}{name}","tags":["{}"],"parameters":[{}]{body}{security},"responses":{{{}}}}}"#,
            tag(offer.shape),
            parameters.join(","),
            responses(offer.verb, &offer.method, method)
        )
    };
    if offer.method == Method::GET && is_once(offer.shape) {
        // To ask only for its head would use it up.
        vec![of("get")]
    } else if offer.method == Method::GET {
        vec![of("get"), of("head")]
    } else {
        vec![of(&offer.method.as_str().to_ascii_lowercase())]
    }
}

/// Whether what is there is given once.
fn is_once(shape: Shape) -> bool {
    matches!(shape, Shape::ExportFile | Shape::AsyncStatus)
}

fn tag(shape: Shape) -> &'static str {
    if shape.is_of_the_system() { "system" } else { "records" }
}

fn reference(kind: &str, name: &str) -> String {
    format!(r##"{{"$ref":"#/components/{kind}/{name}"}}"##)
}

/// The parameters that a verb knows beside those of its path.
fn parameters(verb: Verb) -> &'static [&'static str] {
    match verb {
        Verb::OpenApi | Verb::SmartConfiguration => &[],
        Verb::Capabilities => &["format", "pretty", "metadataMode"],
        Verb::Read | Verb::Vread | Verb::Meta | Verb::Document => &["format", "pretty"],
        Verb::AsyncStatus => &["format", "pretty"],
        Verb::AsyncCancel => &[],
        Verb::Validate | Verb::ValidateStored => &["format", "pretty", "profile", "mode"],
        Verb::Search => &["format", "pretty", "count"],
        Verb::LastN => &["format", "pretty", "patient"],
        Verb::SearchForm => &[],
        Verb::History | Verb::HistoryAll => &["format", "pretty", "count", "since", "at"],
        Verb::Everything => &["format", "pretty", "count", "since", "types", "start", "end"],
        Verb::Export => &["preferAsync", "types", "since", "outputFormat"],
        Verb::ExportStatus | Verb::ExportCancel | Verb::ExportFile => &[],
        Verb::Import => &["format", "pretty"],
        Verb::Create | Verb::CarryOut => &["format", "pretty", "prefer"],
        Verb::MetaAdd | Verb::MetaDelete => &["format", "pretty", "ifMatch"],
        Verb::Update | Verb::UpdateBy | Verb::Patch | Verb::PatchBy => {
            &["format", "pretty", "prefer", "ifMatch"]
        }
        Verb::Delete | Verb::DeleteBy => &["format", "prefer", "ifMatch"],
        Verb::Lists(ListOperation::Expand) => &["format", "pretty", "url", "filter", "offset", "pageCount"],
        Verb::Lists(ListOperation::ValidateInSet) => {
            &["format", "pretty", "url", "codeSystem", "code", "display"]
        }
        Verb::Lists(ListOperation::ValidateOfSystem) => &["format", "pretty", "url", "code", "display"],
        Verb::Lists(ListOperation::Lookup) => &["format", "pretty", "codeSystem", "code"],
        Verb::Lists(ListOperation::Subsumes) => &["format", "pretty", "codeSystem", "codeA", "codeB"],
    }
}

fn body(verb: Verb, method: &Method) -> Option<String> {
    let content = |names: &[&str]| {
        let all: Vec<String> =
            names.iter().map(|name| format!(r#""{name}":{{"schema":{{"type":"object"}}}}"#)).collect();
        format!(r#"{{"required":true,"content":{{{}}}}}"#, all.join(","))
    };
    match verb {
        Verb::Create
        | Verb::Update
        | Verb::UpdateBy
        | Verb::CarryOut
        | Verb::MetaAdd
        | Verb::MetaDelete
        | Verb::Validate => Some(content(&["application/fhir+json", "application/fhir+xml"])),
        Verb::Patch | Verb::PatchBy => Some(content(&patch::FORMATS)),
        // What is asked may stand in the address.
        Verb::Lists(_) if method == Method::POST => {
            Some(content(&["application/fhir+json", "application/fhir+xml"]))
        }
        Verb::Import => {
            Some(format!(r#"{{"required":true,"content":{{"{NDJSON}":{{"schema":{{"type":"string"}}}}}}}}"#))
        }
        Verb::SearchForm => Some(content(&["application/x-www-form-urlencoded"])),
        _ => None,
    }
}

/// The statuses with which a verb is answered.
fn responses(verb: Verb, method: &Method, name: &str) -> String {
    const EVERY: [u16; 7] = [400, 401, 404, 406, 410, 429, 503];
    const WRITE: [u16; 9] = [403, 405, 409, 412, 413, 415, 422, 500, 507];
    const READ: [u16; 4] = [403, 405, 422, 500];
    let done: &[u16] = match verb {
        Verb::OpenApi | Verb::SmartConfiguration => {
            return r#""200":{"description":"done","content":{"application/json":{}}}"#.to_owned();
        }
        Verb::Capabilities => return format!("{},{},{}", status(200), status(400), status(406)),
        // A document is kept, and so created.
        Verb::Create | Verb::Update | Verb::UpdateBy | Verb::CarryOut => &[200, 201],
        Verb::Delete | Verb::DeleteBy => &[200, 204],
        Verb::Read | Verb::Vread => &[200, 304],
        Verb::ExportCancel | Verb::AsyncCancel => &[202],
        Verb::AsyncStatus => &[200, 202],
        // What is sent is Parameters, and small.
        Verb::Export => &[202, 413, 415],
        Verb::ExportStatus => &[200, 202, 409],
        _ => &[200],
    };
    let writes = body(verb, method).is_some() || matches!(verb, Verb::Delete | Verb::DeleteBy);
    let more: &[u16] = if writes { &WRITE } else { &READ };
    let later: &[u16] = if verb.may_come_later() && name != "head" { &[202] } else { &[] };
    let all = done.iter().chain(later).chain(&EVERY).chain(more);
    let all: Vec<String> = all.map(|code| status(*code)).collect();
    all.join(",")
}

fn status(code: u16) -> String {
    let (name, content) = match code {
        204 | 304 => ("empty", String::new()),
        202 => ("accepted", String::new()),
        200 | 201 => ("done", formats()),
        _ => ("OperationOutcome", formats()),
    };
    let content = if content.is_empty() { content } else { format!(r#","content":{content}"#) };
    let retry = match code {
        429 | 503 => r#","headers":{"Retry-After":{"description":"seconds","schema":{"type":"integer"}}}"#,
        _ => "",
    };
    format!(r#""{code}":{{"description":"{name}"{retry}{content}}}"#)
}

fn formats() -> String {
    let types = OFFERED.iter().filter(|name| name.contains('/'));
    let all: Vec<String> = types.map(|name| format!(r#""{name}":{{}}"#)).collect();
    format!("{{{}}}", all.join(","))
}

fn components() -> String {
    let names = |wanted: &dyn Fn(ResourceType) -> bool| {
        let all: Vec<String> =
            ResourceType::all().filter(|kind| wanted(*kind)).map(|kind| quote(kind.name())).collect();
        format!(r#"{{"type":"string","enum":[{}]}}"#, all.join(","))
    };
    let id = r#"{"type":"string","pattern":"^[A-Za-z0-9.-]{1,64}$"}"#;
    let version = r#"{"type":"string","pattern":"^[1-9][0-9]{0,8}$"}"#;
    let count = r#"{"type":"integer","minimum":0,"maximum":1000}"#;
    let mut out = String::from(r#""components":{"parameters":{"#);
    for (at, (key, name, place, schema)) in [
        ("type", "type", "path", names(&|_| true)),
        ("compartment", "compartment", "path", names(&is_compartment)),
        ("within", "within", "path", names(&|_| true)),
        ("id", "id", "path", id.to_owned()),
        ("version", "version", "path", version.to_owned()),
        ("format", "_format", "query", r#"{"type":"string","enum":["json","xml","html"]}"#.to_owned()),
        ("pretty", "_pretty", "query", r#"{"type":"boolean"}"#.to_owned()),
        ("count", "_count", "query", count.to_owned()),
        ("since", "_since", "query", r#"{"type":"string","format":"date-time"}"#.to_owned()),
        ("at", "_at", "query", r#"{"type":"string"}"#.to_owned()),
        ("types", "_type", "query", r#"{"type":"string"}"#.to_owned()),
        ("start", "start", "query", r#"{"type":"string","format":"date"}"#.to_owned()),
        ("end", "end", "query", r#"{"type":"string","format":"date"}"#.to_owned()),
        (
            "metadataMode",
            "mode",
            "query",
            r#"{"type":"string","enum":["full","terminology"]}"#.to_owned(),
        ),
        (
            "outputFormat",
            "_outputFormat",
            "query",
            r#"{"type":"string","enum":["application/fhir+ndjson","application/ndjson","ndjson"]}"#.to_owned(),
        ),
        ("preferAsync", "Prefer", "header", r#"{"type":"string","enum":["respond-async"]}"#.to_owned()),
        ("profile", "profile", "query", r#"{"type":"string","format":"uri"}"#.to_owned()),
        (
            "mode",
            "mode",
            "query",
            r#"{"type":"string","enum":["create","update","delete","profile"]}"#.to_owned(),
        ),
        ("patient", "patient", "query", r#"{"type":"string"}"#.to_owned()),
        ("url", "url", "query", r#"{"type":"string","format":"uri"}"#.to_owned()),
        ("filter", "filter", "query", r#"{"type":"string"}"#.to_owned()),
        ("offset", "offset", "query", r#"{"type":"integer","minimum":0}"#.to_owned()),
        ("pageCount", "count", "query", r#"{"type":"integer","minimum":0}"#.to_owned()),
        ("codeSystem", "system", "query", r#"{"type":"string","format":"uri"}"#.to_owned()),
        ("code", "code", "query", r#"{"type":"string"}"#.to_owned()),
        ("codeA", "codeA", "query", r#"{"type":"string"}"#.to_owned()),
        ("codeB", "codeB", "query", r#"{"type":"string"}"#.to_owned()),
        ("display", "display", "query", r#"{"type":"string"}"#.to_owned()),
        (
            "prefer",
            "Prefer",
            "header",
            r#"{"type":"string","enum":["return=minimal","return=representation","return=OperationOutcome","respond-async"]}"#
                .to_owned(),
        ),
        ("ifMatch", "If-Match", "header", r#"{"type":"string"}"#.to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let comma = if at > 0 { "," } else { "" };
        let required = place == "path";
        let _ = write!(
            out,
            r#"{comma}"{key}":{{"name":"{name}","in":"{place}","required":{required},"schema":{schema}}}"#
        );
    }
    out.push_str(
        r#"},"securitySchemes":{"token":{"type":"http","scheme":"bearer","description":"or DPoP (RFC 9449)"}}},"security":[{"token":[]}]"#,
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offer_is_described_once() {
        let page: serde_json::Value = serde_json::from_str(&format!("{{{}}}", *PATHS)).unwrap();
        let mut described = 0;
        for offer in &OFFERS {
            let (path, _) = path_of(offer.shape);
            let method = offer.method.as_str().to_ascii_lowercase();
            let operation = &page["paths"][path][&method];
            let done = ["200", "202"].iter().any(|code| operation["responses"][code].is_object());
            assert!(done, "{path} {method}");
            described += 1 + usize::from(offer.method == Method::GET && !is_once(offer.shape));
        }
        let paths = page["paths"].as_object().unwrap().values();
        let all = paths.map(|path| path.as_object().unwrap().len() - 1).sum::<usize>();
        assert_eq!(all, described);
        let text = PATHS.as_str();
        for part in text.split("#/components/").skip(1) {
            let (kind, rest) = part.split_once('/').unwrap();
            let (name, _) = rest.split_once('"').unwrap();
            assert!(page["components"][kind][name].is_object(), "{kind}/{name}");
        }
        assert_eq!(
            page["paths"]["/{type}/{id}"]["patch"]["requestBody"]["content"].as_object().unwrap().len(),
            3
        );
    }
}
