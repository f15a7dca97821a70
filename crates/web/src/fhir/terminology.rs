//! `GET [base]/metadata?mode=terminology`: the TerminologyCapabilities, from the lists that count today in the cell.
//!
//! Never: names a list that is a record of the cell, which is for whoever may read it. State: none.

use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::web::Web;
use http::{HeaderValue, StatusCode, header};
use salus_records::fhir::instant;
use salus_records::fhir::json::quote;
use salus_records::{Cell, checks};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The parameters of an expansion that are known.
const EXPANSION: [&str; 7] =
    ["filter", "offset", "count", "activeOnly", "includeDesignations", "displayLanguage", "valueSetVersion"];

pub(super) fn answer(web: &Web, cell: &Cell) -> Answer {
    Answer::new(StatusCode::OK)
        .header(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))
        .body(FHIR_JSON, statement(web, cell))
}

fn statement(web: &Web, cell: &Cell) -> String {
    let (name, base) = (quote(cell.name()), quote(cell.base_url()));
    let mut out = format!(
        concat!(
            r#"{{"resourceType":"TerminologyCapabilities","status":"active","date":"{}","kind":"instance","#,
            r#""software":{{"name":"Salus","version":"{}"}},"implementation":{{"description":{},"url":{}}},"codeSystem":["#
        ),
        instant(web.started_ms),
        env!("CARGO_PKG_VERSION"),
        name,
        base
    );
    let library = cell.checks().library_on(&checks::today());
    // A package's list counts before the same one of R4.
    let mut systems = BTreeMap::new();
    for system in library.lists().code_systems() {
        systems.entry(&*system.url).or_insert(system);
    }
    for (at, (url, system)) in systems.into_iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(out, r#"{comma}{{"uri":{}"#, quote(url));
        if !system.version.is_empty() {
            let _ = write!(out, r#","version":[{{"code":{},"isDefault":true}}]"#, quote(&system.version));
        }
        out.push_str(r#","subsumption":true}"#);
    }
    let parameters = EXPANSION.map(|name| format!(r#"{{"name":"{name}"}}"#));
    let _ = write!(
        out,
        concat!(
            r#"],"expansion":{{"hierarchical":false,"paging":true,"incomplete":true,"parameter":[{}],"#,
            r#""textFilter":"Each word of the filter stands in the code or in its display."}},"#,
            r#""validateCode":{{"translations":false}}}}"#
        ),
        parameters.join(",")
    );
    out
}
