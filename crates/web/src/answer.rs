//! An answer before it is a response: status, headers, body, and what admitted it.
//!
//! State: none.

use crate::body::SendBody;
use crate::negotiate::Format;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use salus_records::Delivery;
use std::time::{Duration, UNIX_EPOCH};

/// Names the log entry that admitted the answer.
pub(crate) const LOG_ENTRY: HeaderName = HeaderName::from_static("salus-log-entry");

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Until when it may be sent, if it was admitted.
    pub delivery: Option<Delivery>,
    /// The log entry that admitted it.
    pub entry: Option<u64>,
    /// How its resource is to be written, where the body of the request says so.
    pub format: Option<Format>,
}

impl Answer {
    /// An answer that no cache keeps.
    pub(crate) fn new(status: StatusCode) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Self { status, headers, body: Bytes::new(), delivery: None, entry: None, format: None }
    }

    #[must_use]
    pub(crate) fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = body.into();
        self
    }

    /// A header; one whose value cannot stand in a header is left out.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.headers.insert(name, value);
        }
        self
    }

    /// ETag and Last-Modified.
    #[must_use]
    pub(crate) fn version(self, version: u32, time_ms: u64) -> Self {
        self.header(ETAG, format!("W/\"{version}\"")).header(LAST_MODIFIED, http_date(time_ms))
    }

    #[must_use]
    pub(crate) fn admitted(self, entry: u64) -> Self {
        let mut answer = self.header(LOG_ENTRY, HeaderValue::from(entry));
        answer.entry = Some(entry);
        answer
    }

    #[must_use]
    pub(crate) fn delivering(self, delivery: Delivery) -> Self {
        let mut answer = self.admitted(delivery.entry());
        answer.delivery = Some(delivery);
        answer
    }

    pub(crate) fn into_response(self) -> Response<SendBody> {
        let mut response = Response::new(SendBody::new(self.body, self.delivery));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// HTTP's date of a time in milliseconds since 1970 (RFC 9110, section 5.6.7).
pub(crate) fn http_date(time_ms: u64) -> String {
    // HTTP's dates end with the year 9999.
    let time_ms = time_ms.min(salus_records::fhir::instant::MAX_MILLISECONDS);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(time_ms))
}
