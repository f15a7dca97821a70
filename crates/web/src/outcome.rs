//! From what went wrong to status and OperationOutcome: the only place where that is decided.
//!
//! Never: tells what is missing from what was refused. State: none.

use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::session;
use crate::text;
use crate::web::Web;
use http::header::{HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use salus_records::RecordsError;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::fhir::{Issue, Language};

/// What proofs are to repeat (RFC 9449, section 8).
pub(crate) const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// After how many seconds to come again when something is not there for a moment.
const COME_AGAIN_S: u32 = 1;

/// The same when words are to be extracted anew, which people approve.
const COME_AGAIN_EXTRACTED_S: u32 = 60;

/// The same while the cell is cut off: minutes at the least.
const COME_AGAIN_QUARANTINED_S: u32 = 300;

/// A request that is not answered with what it asked for.
#[derive(Debug)]
pub(crate) struct Refused {
    pub status: StatusCode,
    pub issues: Vec<Issue>,
    headers: Vec<(HeaderName, HeaderValue)>,
    is_stale: bool,
    entry: Option<u64>,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, issue: Issue) -> Self {
        Self { status, issues: vec![issue], headers: Vec::new(), is_stale: false, entry: None }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        self.headers.extend(value.try_into().ok().map(|value| (name, value)));
        self
    }

    /// Says how to sign in, where that is what is wrong. Whatever is wrong with a token or with its proof looks the same; only who has the session's key
    /// is told what its proofs are to repeat (RFC 9449, section 9).
    pub(crate) async fn challenged(self, web: &Web, headers: &HeaderMap) -> Self {
        if self.status != StatusCode::UNAUTHORIZED {
            return self;
        }
        if self.is_stale {
            return match web.records.trust().proof_nonce().await {
                Ok(nonce) => self
                    .with(WWW_AUTHENTICATE, "DPoP realm=\"salus\", error=\"use_dpop_nonce\", algs=\"ES256\"")
                    .with(DPOP_NONCE, nonce),
                Err(_) => RecordsError::Unavailable.into(),
            };
        }
        if session::proves(headers) {
            return self
                .with(WWW_AUTHENTICATE, "DPoP realm=\"salus\", error=\"invalid_token\", algs=\"ES256\"");
        }
        self.with(WWW_AUTHENTICATE, "Bearer realm=\"salus\"")
            .with(WWW_AUTHENTICATE, "DPoP realm=\"salus\", algs=\"ES256\"")
    }

    /// The OperationOutcome.
    pub(crate) fn outcome(&self, language: Language) -> String {
        operation_outcome(&self.issues, language)
    }

    pub(crate) fn into_answer(self, language: Language) -> Answer {
        let mut answer = Answer::new(self.status).body(FHIR_JSON, self.outcome(language));
        for (name, value) in self.headers {
            answer.headers.append(name, value);
        }
        match self.entry {
            Some(entry) => answer.admitted(entry),
            None => answer,
        }
    }
}

impl From<RecordsError> for Refused {
    fn from(error: RecordsError) -> Self {
        let several =
            |status, issues| Self { status, issues, headers: Vec::new(), is_stale: false, entry: None };
        match error {
            // How to sign in is said by `challenged`, which knows how it was tried.
            RecordsError::NoSession => Self::new(StatusCode::UNAUTHORIZED, text::no_session()),
            RecordsError::StaleProof => {
                Self { is_stale: true, ..Self::new(StatusCode::UNAUTHORIZED, text::no_session()) }
            }
            RecordsError::NotFound => Self::new(StatusCode::NOT_FOUND, text::not_found()),
            RecordsError::Gone { entry } => {
                Self { entry: Some(entry), ..Self::new(StatusCode::GONE, text::gone()) }
            }
            RecordsError::NotBegun => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, text::not_begun()).with(RETRY_AFTER, COME_AGAIN_S)
            }
            RecordsError::Quarantined => Self::new(StatusCode::SERVICE_UNAVAILABLE, text::quarantined())
                .with(RETRY_AFTER, COME_AGAIN_QUARANTINED_S),
            RecordsError::Forbidden => Self::new(StatusCode::FORBIDDEN, text::forbidden()),
            RecordsError::Budget { retry_after_s } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, text::budget()).with(RETRY_AFTER, retry_after_s)
            }
            // RFC 9470: the session is good, and its person must be asked again.
            RecordsError::TouchNeeded => Self::new(StatusCode::UNAUTHORIZED, text::touch_needed())
                .with(WWW_AUTHENTICATE, "Bearer realm=\"salus\", error=\"insufficient_user_authentication\""),
            RecordsError::Invalid(issues) | RecordsError::NotSupported(issues) => {
                several(StatusCode::UNPROCESSABLE_ENTITY, issues)
            }
            RecordsError::Malformed(issues) => several(StatusCode::BAD_REQUEST, issues),
            RecordsError::Precondition(issues) => several(StatusCode::PRECONDITION_FAILED, issues),
            // FHIR R4, section 3.1.0.9: the server refuses to perform the search.
            RecordsError::TooCostly(issues) => several(StatusCode::FORBIDDEN, issues),
            RecordsError::LinkEnded => Self::new(StatusCode::GONE, text::link_ended()),
            RecordsError::NotReady => Self::new(StatusCode::SERVICE_UNAVAILABLE, text::index_not_ready())
                .with(RETRY_AFTER, COME_AGAIN_S),
            RecordsError::NotExtracted(issues) => {
                several(StatusCode::SERVICE_UNAVAILABLE, issues).with(RETRY_AFTER, COME_AGAIN_EXTRACTED_S)
            }
            RecordsError::Conflict => Self::new(StatusCode::CONFLICT, text::conflict()),
            RecordsError::TooLarge { max_bytes } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, text::too_large(max_bytes))
            }
            RecordsError::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, text::busy()).with(RETRY_AFTER, COME_AGAIN_S)
            }
            RecordsError::Full => Self::new(StatusCode::INSUFFICIENT_STORAGE, text::full()),
            RecordsError::Unavailable => Self::new(StatusCode::SERVICE_UNAVAILABLE, text::unavailable())
                .with(RETRY_AFTER, COME_AGAIN_S),
            // An import that was carried out already is answered where it is known; elsewhere it cannot happen.
            RecordsError::AlreadyImported | RecordsError::Internal => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, text::internal())
            }
        }
    }
}
