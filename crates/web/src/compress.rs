//! Compression of answers, where the client asks for it.
//!
//! Never: compresses what is small, or changes an answer for a client that did not ask. State: none.

use crate::body::SendBody;
use axum::body::Body;
use http::header::ACCEPT_ENCODING;
use http::{HeaderValue, Request, Response};
use http_body::Body as _;
use std::convert::Infallible;
use tower::ServiceExt as _;
use tower_http::CompressionLevel;
use tower_http::compression::Compression;
use tower_http::compression::predicate::SizeAbove;

/// From how many bytes on an answer is compressed.
const MIN_COMPRESSED_BYTES: u64 = 1024;

/// The response, compressed as the request's Accept-Encoding asks for.
pub(crate) async fn compress(
    response: Response<SendBody>,
    accepts: Option<HeaderValue>,
) -> Response<SendBody> {
    let Some(accepts) = accepts.filter(|_| response.body().size_hint().lower() >= MIN_COMPRESSED_BYTES)
    else {
        return response;
    };
    let (parts, mut body) = response.into_parts();
    // What was admitted is delivered when its compressed form was taken, and not when the compressor took it.
    let delivery = body.take_delivery();
    let mut slot = Some(Response::from_parts(parts, body));
    let inner = tower::service_fn(move |_: Request<()>| {
        let response = slot.take().unwrap_or_else(|| Response::new(SendBody::default()));
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let service = Compression::new(inner)
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(MIN_COMPRESSED_BYTES - 1));
    let mut question = Request::new(());
    question.headers_mut().insert(ACCEPT_ENCODING, accepts);
    let Ok(response) = service.oneshot(question).await;
    response.map(|body| SendBody::stream(Body::new(body), delivery))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
    use http_body_util::BodyExt as _;

    async fn encoding(accept: Option<&'static str>, length: usize) -> (Option<String>, usize) {
        let mut response = Response::new(SendBody::new(vec![b'a'; length], None));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let response = compress(response, accept.map(HeaderValue::from_static)).await;
        let encoding =
            response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        (encoding, response.into_body().collect().await.unwrap().to_bytes().len())
    }

    #[tokio::test]
    async fn large_answers_are_compressed_where_that_is_asked_for() {
        for name in ["gzip", "br", "zstd"] {
            let (encoding, length) = encoding(Some(name), 10_000).await;
            assert_eq!(encoding.as_deref(), Some(name));
            assert!(length < 1_000, "{name}: {length}");
        }
        assert_eq!(encoding(None, 10_000).await, (None, 10_000));
        assert_eq!(encoding(Some("identity"), 10_000).await, (None, 10_000));
        assert_eq!(encoding(Some("gzip"), 1_000).await, (None, 1_000));
    }
}
