//! `GET [base]/metadata`: the CapabilityStatement, made from the table of what is offered.

use super::patch;
use super::table::{EXPORTS, IMPORT, OFFERS, Operation};
use crate::answer::Answer;
use crate::negotiate::{FHIR_JSON, OFFERED};
use crate::web::Web;
use http::{HeaderValue, StatusCode, header};
use salus_records::fhir::json::quote;
use salus_records::fhir::search::{self, Parameter, ParameterKind};
use salus_records::fhir::{ResourceType, instant};
use salus_records::{Cell, is_compartment};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// What `rest` says in every cell that has no search parameters of its own.
static RESOURCES: LazyLock<String> = LazyLock::new(|| resources(&[]));

pub(super) fn answer(web: &Web, cell: &Cell) -> Answer {
    Answer::new(StatusCode::OK)
        .header(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))
        .body(FHIR_JSON, statement(web, cell))
}

/// The CapabilityStatement.
pub(super) fn statement(web: &Web, cell: &Cell) -> String {
    let date = instant(web.started_ms);
    let (name, base, version) = (quote(cell.name()), quote(cell.base_url()), env!("CARGO_PKG_VERSION"));
    // SMART's extension for it wants an address where people authorise applications, too, which there is none of.
    let token = format!("{}/{}/oauth/token", web.public_base_url, cell.name());
    let token = quote(&format!("Tokens: {token}; see .well-known/smart-configuration."));
    let own = cell.own_parameters();
    let resources: Cow<'_, str> =
        if own.is_empty() { Cow::Borrowed(&RESOURCES) } else { Cow::Owned(resources(&own)) };
    let mut out = String::with_capacity(resources.len() + 2048);
    let _ = write!(
        out,
        concat!(
            r#"{{"resourceType":"CapabilityStatement","status":"active","date":"{}","kind":"instance","#,
            r#""software":{{"name":"Salus","version":"{}"}},"implementation":{{"description":{},"url":{}}},"#,
            r#""fhirVersion":"4.0.1","format":{},"patchFormat":{},"#,
            r#""rest":[{{"mode":"server","documentation":"Prefer: respond-async is followed wherever a token is asked for: 202, "#,
            r#"and a Bundle of type batch-response at Content-Location; $export has a manifest there.","security":{{"service":[{{"coding":[{{"#,
            r#""system":"http://terminology.hl7.org/CodeSystem/restful-security-service","code":"OAuth"}}],"#,
            r#""text":"OAuth 2.0 client credentials"}}],"description":{}}},{}}}]}}"#
        ),
        date,
        version,
        name,
        base,
        strings(&OFFERED),
        strings(&patch::FORMATS),
        token,
        resources
    );
    out
}

/// No SearchParameter of FHIR's defines it; who looks for it finds it.
const COUNT: &str = r#"{"name":"_count","type":"number"}"#;

fn resources(own: &[Parameter]) -> String {
    let codes_at = |is_type: bool| {
        let offers = OFFERS.iter().filter(move |offer| offer.shape.is_of_the_system() != is_type);
        let codes = offers.flat_map(|offer| offer.codes).map(|code| format!(r#"{{"code":"{code}"}}"#));
        codes.collect::<Vec<_>>().join(",")
    };
    let referring = referring();
    let resources: Vec<_> = ResourceType::all()
        .map(|kind| {
            let mut all: Vec<&Parameter> = search::parameters(kind).collect();
            all.extend(own.iter().filter(|own| own.is_for(kind)));
            let mut parameters: Vec<_> = all.iter().copied().map(parameter).collect();
            parameters.push(COUNT.to_owned());
            let includes: Vec<_> = (all.iter())
                .filter(|parameter| parameter.kind == ParameterKind::Reference)
                .map(|parameter| format!(r#""{kind}:{}""#, parameter.code))
                .collect();
            let reverse = referring.get(&kind).map(|names| names.join(",")).unwrap_or_default();
            format!(
                concat!(
                    r#"{{"type":"{}","interaction":[{}],"versioning":"versioned-update","readHistory":true,"#,
                    r#""updateCreate":true,"conditionalCreate":true,"conditionalRead":"full-support","#,
                    r#""conditionalUpdate":true,"conditionalDelete":"single","#,
                    r#""referencePolicy":["literal","logical"]{}{}{}{}}}"#
                ),
                kind,
                codes_at(true),
                list("searchInclude", &[&[r#""*""#.to_owned()], includes.as_slice()].concat().join(",")),
                list("searchRevInclude", &reverse),
                list("searchParam", &parameters.join(",")),
                list("operation", &operations(kind)),
            )
        })
        .collect();
    let common: Vec<_> = search::common()
        .iter()
        .filter(|common| common.offered)
        .map(|common| format!(r#"{{"name":"{}","type":"{}"}}"#, common.code, common.kind.code()))
        .collect();
    let common = [common.as_slice(), &[COUNT.to_owned()]].concat();
    let compartment = |kind: ResourceType| {
        let name = kind.name().to_ascii_lowercase();
        format!(r#""http://hl7.org/fhir/CompartmentDefinition/{name}""#)
    };
    let compartments: Vec<_> =
        ResourceType::all().filter(|kind| is_compartment(*kind)).map(compartment).collect();
    format!(
        r#""resource":[{}],"interaction":[{}]{}{}{}"#,
        resources.join(","),
        codes_at(false),
        list("searchParam", &common.join(",")),
        list("operation", &exports(None).chain([import()]).collect::<Vec<_>>().join(",")),
        list("compartment", &compartments.join(","))
    )
}

/// The operations on records of a type.
fn operations(kind: ResourceType) -> String {
    let all = OFFERS.iter().filter_map(|offer| offer.verb.operation());
    // One that has several addresses is listed once.
    let mut own: Vec<Operation> = all.filter(|one| one.of.is_none_or(|of| of == kind.name())).collect();
    own.dedup_by(|one, other| one.name == other.name);
    let written =
        own.iter().map(|one| format!(r#"{{"name":"{}","definition":{}}}"#, one.name, quote(one.definition)));
    written.chain(exports(Some(kind.name()))).collect::<Vec<_>>().join(",")
}

/// The bulk export at a type, or at the base.
fn exports(of: Option<&str>) -> impl Iterator<Item = String> {
    let own = EXPORTS.iter().filter(move |(at, _)| *at == of);
    own.map(|(_, definition)| format!(r#"{{"name":"export","definition":{}}}"#, quote(definition)))
}

fn import() -> String {
    let (name, definition) = IMPORT;
    format!(r#"{{"name":"{name}","definition":{}}}"#, quote(definition))
}

fn parameter(parameter: &Parameter) -> String {
    let Parameter { code, url, kind, .. } = parameter;
    format!(r#"{{"name":"{code}","definition":{},"type":"{}"}}"#, quote(url), kind.code())
}

/// An array of strings.
fn strings(names: &[&str]) -> String {
    format!("[{}]", names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(","))
}

/// A member that is left out when it is empty.
fn list(name: &str, items: &str) -> String {
    if items.is_empty() { String::new() } else { format!(r#","{name}":[{items}]"#) }
}

/// For each type the reference parameters that say they lead to it. Those that may lead anywhere are offered as well and not
/// listed: they would be listed with each of the types.
fn referring() -> BTreeMap<ResourceType, Vec<String>> {
    let mut all: BTreeMap<ResourceType, Vec<String>> = BTreeMap::new();
    for source in ResourceType::all() {
        for parameter in search::parameters(source).filter(|one| one.kind == ParameterKind::Reference) {
            if parameter.targets.len() > MAX_TARGETS_LISTED {
                continue;
            }
            for target in &parameter.targets {
                all.entry(*target).or_default().push(format!(r#""{source}:{}""#, parameter.code));
            }
        }
    }
    all
}

/// What leads to more types than these leads anywhere.
const MAX_TARGETS_LISTED: usize = 20;
