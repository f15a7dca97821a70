//! A body as it was sent: JSON, or XML that becomes JSON before anything else looks at it.
//!
//! State: none.

use salus_fhir::{Issue, IssueCode, Message, Severity, xml};

/// A body.
pub enum Sent {
    /// In JSON.
    Json(Vec<u8>),
    /// In XML.
    Xml(Vec<u8>),
}

impl From<Vec<u8>> for Sent {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Json(bytes)
    }
}

impl std::fmt::Debug for Sent {
    /// Its size only: the rest is a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

impl Sent {
    /// How long it is, in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Json(bytes) | Self::Xml(bytes) => bytes.len(),
        }
    }

    /// Its JSON.
    ///
    /// Errors: that it is not UTF-8, or no XML of FHIR.
    pub(crate) fn json(self) -> Result<String, Vec<Issue>> {
        match self {
            Self::Json(bytes) => String::from_utf8(bytes).map_err(|_| {
                vec![Issue::new(IssueCode::Structure, Message::NotUtf8).with_severity(Severity::Fatal)]
            }),
            Self::Xml(bytes) => xml::to_json(&bytes).map_err(|fault| vec![fault.into_issue()]),
        }
    }
}
