//! Everything that is not FHIR, by axum's router.
//!
//! State: none.

use crate::answer::Answer;
use crate::outcome::Refused;
use crate::web::Web;
use crate::{fhir, health, home, metrics, text, token};
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{ALLOW, CACHE_CONTROL, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use salus_frame::assets;
use std::sync::Arc;

pub(crate) fn router(web: Arc<Web>) -> Router {
    Router::new()
        .route("/", get(home::answer).fallback(only_get))
        .route("/assets/{file}", get(asset).fallback(only_get))
        .route("/healthz", get(health::answer).fallback(only_get))
        .route("/metrics", get(metrics::answer).fallback(only_get))
        .route("/{cell}/oauth/token", post(token::answer).fallback(only_post))
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(token::MAX_TOKEN_BODY_BYTES))
        .with_state(web)
}

/// A file that pages load. One that is asked for by its plain name may be another one tomorrow.
async fn asset(uri: Uri, headers: HeaderMap) -> Answer {
    let Some((asset, is_exact)) = assets::find(uri.path()) else { return unknown(headers).await };
    let keep = if is_exact { assets::KEEP } else { "no-cache" };
    Answer::new(StatusCode::OK)
        .body(asset.content_type, asset.bytes)
        .header(CACHE_CONTROL, HeaderValue::from_static(keep))
        .header(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        )
}

async fn unknown(headers: HeaderMap) -> Answer {
    Refused::new(StatusCode::NOT_FOUND, text::unknown_address()).into_answer(fhir::language(&headers))
}

async fn only_get(headers: HeaderMap) -> Answer {
    not_allowed(&headers, "GET, HEAD")
}

async fn only_post(headers: HeaderMap) -> Answer {
    not_allowed(&headers, "POST")
}

fn not_allowed(headers: &HeaderMap, allowed: &'static str) -> Answer {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, text::method_not_allowed())
        .with(ALLOW, allowed)
        .into_answer(fhir::language(headers))
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        Self::into_response(self).map(Body::new)
    }
}
