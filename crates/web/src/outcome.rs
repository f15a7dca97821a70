//! From what went wrong to status and OperationOutcome: the only place where that is decided.
//!
//! Never: tells what is missing from what was refused. State: none.

use crate::answer::Answer;
use crate::negotiate::FHIR_JSON;
use crate::text;
use http::header::{HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use salus_records::RecordsError;
use salus_records::fhir::outcome::operation_outcome;
use salus_records::fhir::{Issue, Language};

/// After how many seconds to come again when something is not there for a moment.
const COME_AGAIN_S: u32 = 1;

/// The same when words are to be extracted anew, which people approve.
const COME_AGAIN_EXTRACTED_S: u32 = 60;

/// A request that is not answered with what it asked for.
#[derive(Debug)]
pub(crate) struct Refused {
    pub status: StatusCode,
    pub issues: Vec<Issue>,
    header: Option<(HeaderName, HeaderValue)>,
    entry: Option<u64>,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, issue: Issue) -> Self {
        Self { status, issues: vec![issue], header: None, entry: None }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        self.header = value.try_into().ok().map(|value| (name, value));
        self
    }

    /// The OperationOutcome.
    pub(crate) fn outcome(&self, language: Language) -> String {
        operation_outcome(&self.issues, language)
    }

    pub(crate) fn into_answer(self, language: Language) -> Answer {
        let mut answer = Answer::new(self.status).body(FHIR_JSON, self.outcome(language));
        if let Some((name, value)) = self.header {
            answer = answer.header(name, value);
        }
        match self.entry {
            Some(entry) => answer.admitted(entry),
            None => answer,
        }
    }
}

impl From<RecordsError> for Refused {
    fn from(error: RecordsError) -> Self {
        let several = |status, issues| Self { status, issues, header: None, entry: None };
        match error {
            RecordsError::NoSession => Self::new(StatusCode::UNAUTHORIZED, text::no_session())
                .with(WWW_AUTHENTICATE, "Bearer realm=\"salus\""),
            RecordsError::NotFound => Self::new(StatusCode::NOT_FOUND, text::not_found()),
            RecordsError::Gone { entry } => {
                Self { entry: Some(entry), ..Self::new(StatusCode::GONE, text::gone()) }
            }
            RecordsError::Forbidden => Self::new(StatusCode::FORBIDDEN, text::forbidden()),
            RecordsError::Budget { retry_after_s } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, text::budget()).with(RETRY_AFTER, retry_after_s)
            }
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
