//! `GET [base]/metadata`: the CapabilityStatement, made from the table of what is offered.

use super::table::{OFFERS, SEARCH_PARAMETERS, Shape};
use crate::answer::Answer;
use crate::web::Web;
use http::{HeaderValue, StatusCode, header};
use salus_records::Cell;
use salus_records::fhir::json::quote;
use salus_records::fhir::{ResourceType, instant};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// What `rest` says, the same in every cell.
static RESOURCES: LazyLock<String> = LazyLock::new(resources);

pub(super) fn answer(web: &Web, cell: &Cell, json: &'static str) -> Answer {
    let date = instant(web.started_ms);
    let (name, base, version) = (quote(cell.name()), quote(cell.base_url()), env!("CARGO_PKG_VERSION"));
    let token = quote(&format!("{}/{}/oauth/token", web.public_base_url, cell.name()));
    let mut out = String::with_capacity(RESOURCES.len() + 2048);
    let _ = write!(
        out,
        concat!(
            r#"{{"resourceType":"CapabilityStatement","status":"active","date":"{}","kind":"instance","#,
            r#""software":{{"name":"Salus","version":"{}"}},"implementation":{{"description":{},"url":{}}},"#,
            r#""fhirVersion":"4.0.1","format":["application/fhir+json","json"],"#,
            r#""rest":[{{"mode":"server","security":{{"extension":[{{"#,
            r#""url":"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris","#,
            r#""extension":[{{"url":"token","valueUri":{}}}]}}],"service":[{{"coding":[{{"#,
            r#""system":"http://terminology.hl7.org/CodeSystem/restful-security-service","code":"OAuth"}}],"#,
            r#""text":"OAuth 2.0 client credentials"}}]}},{}}}]}}"#
        ),
        date, version, name, base, token, *RESOURCES
    );
    Answer::new(StatusCode::OK)
        .header(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))
        .body(json, out)
}

fn resources() -> String {
    let codes_at = |is_type: bool| {
        let offers = OFFERS.iter().filter(move |offer| (offer.shape != Shape::Base) == is_type);
        let codes = offers.flat_map(|offer| offer.codes).map(|code| format!(r#"{{"code":"{code}"}}"#));
        codes.collect::<Vec<_>>().join(",")
    };
    let parameters: Vec<_> = SEARCH_PARAMETERS
        .iter()
        .map(|(name, kind, url)| format!(r#"{{"name":"{name}","definition":"{url}","type":"{kind}"}}"#))
        .collect();
    let resources: Vec<_> = ResourceType::all()
        .map(|kind| {
            format!(
                concat!(
                    r#"{{"type":"{}","interaction":[{}],"versioning":"versioned-update","readHistory":true,"#,
                    r#""updateCreate":true,"conditionalCreate":false,"conditionalRead":"full-support","#,
                    r#""conditionalUpdate":false,"conditionalDelete":"not-supported","#,
                    r#""referencePolicy":["literal","logical"],"searchParam":[{}]}}"#
                ),
                kind,
                codes_at(true),
                parameters.join(",")
            )
        })
        .collect();
    format!(r#""resource":[{}],"interaction":[{}]"#, resources.join(","), codes_at(false))
}
