//! `GET [base]/.well-known/smart-configuration`: how an application gets a token (SMART App Launch 2.2, "Conformance"; RFC 8414).
//!
//! Never: names what is not done. People sign in at the door for the pages alone, so there is no authorization endpoint for applications, no launch
//! and no scope: what a client may do is its role's. State: none.

use crate::answer::Answer;
use crate::web::Web;
use http::{HeaderValue, StatusCode, header};
use salus_records::Cell;
use salus_records::fhir::json::quote;

pub(super) fn answer(web: &Web, cell: &Cell) -> Answer {
    Answer::new(StatusCode::OK)
        .header(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))
        .body("application/json; charset=utf-8", configuration(&web.public_base_url, cell.name()))
}

fn configuration(public_base_url: &str, cell: &str) -> String {
    let token = quote(&format!("{public_base_url}/{cell}/oauth/token"));
    format!(
        concat!(
            r#"{{"token_endpoint":{},"grant_types_supported":["client_credentials"],"#,
            r#""token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],"#,
            r#""dpop_signing_alg_values_supported":["ES256"],"#,
            // SMART wants it said: where a code is given (to the pages, by the door), it is by S256 alone.
            r#""code_challenge_methods_supported":["S256"],"#,
            r#""capabilities":["client-confidential-symmetric"]}}"#
        ),
        token
    )
}
