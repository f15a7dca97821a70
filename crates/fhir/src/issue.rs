//! What can be wrong, and where: one [`Issue`] per fault, as FHIR's OperationOutcome wants it.
//!
//! An issue never carries a value of the document it speaks of: names of properties and types only.

use crate::{Language, Message};

/// The most issues that one resource is reported with; the reader stops there.
pub const MAX_ISSUES: usize = 50;

/// How bad it is (FHIR R4, value set `issue-severity`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The action failed, no further checking was possible.
    Fatal,
    /// The action failed.
    Error,
    /// The action was done; something is doubtful.
    Warning,
    /// Nothing is wrong.
    Information,
}

impl Severity {
    /// FHIR's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

macro_rules! issue_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What kind of fault it is (FHIR R4, value set `issue-type`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum IssueCode { $($(#[$doc])* $name,)* }

        impl IssueCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// FHIR's code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

issue_codes! {
    /// Content invalid against the specification or a profile.
    Invalid = "invalid",
    /// A structural fault, such as a wrong JSON type or an unknown property.
    Structure = "structure",
    /// A required element is missing.
    Required = "required",
    /// A value's format is wrong.
    Value = "value",
    /// A rule between elements is broken.
    Invariant = "invariant",
    /// A fault of authentication, authorisation or permission.
    Security = "security",
    /// Nobody is signed in.
    Login = "login",
    /// The user or system is not known.
    Unknown = "unknown",
    /// The session has ended.
    Expired = "expired",
    /// The user may not do that.
    Forbidden = "forbidden",
    /// Something was left out of the answer for reasons of privacy.
    Suppressed = "suppressed",
    /// The content was understood but cannot be worked on.
    Processing = "processing",
    /// The interaction, operation, resource or profile is not supported.
    NotSupported = "not-supported",
    /// It would be there twice.
    Duplicate = "duplicate",
    /// A condition matched more than one record.
    MultipleMatches = "multiple-matches",
    /// It is not there.
    NotFound = "not-found",
    /// It was deleted.
    Deleted = "deleted",
    /// The content is too large.
    TooLong = "too-long",
    /// A code or system is not understood.
    CodeInvalid = "code-invalid",
    /// An extension is not acceptable.
    Extension = "extension",
    /// The operation was stopped to protect the server.
    TooCostly = "too-costly",
    /// A rule of business is broken.
    BusinessRule = "business-rule",
    /// The record was changed meanwhile.
    Conflict = "conflict",
    /// It may work another time.
    Transient = "transient",
    /// Something needed is locked.
    LockError = "lock-error",
    /// The store is not available.
    NoStore = "no-store",
    /// An unexpected fault inside.
    Exception = "exception",
    /// It took too long.
    Timeout = "timeout",
    /// Not everything is there.
    Incomplete = "incomplete",
    /// Too much was asked for in too little time.
    Throttled = "throttled",
    /// For information.
    Informational = "informational",
}

/// One fault, or one remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// Of what kind it is.
    pub code: IssueCode,
    /// Where it is, as a FHIRPath expression such as `Patient.name[0].given[1]`; empty when it has no place.
    pub expression: String,
    /// What was found, what the rule is, and how to mend it.
    pub message: Message,
}

impl Issue {
    /// An error without a place.
    pub fn new(code: IssueCode, message: Message) -> Self {
        Self { severity: Severity::Error, code, expression: String::new(), message }
    }

    /// The same issue, at a place.
    #[must_use]
    pub fn at(mut self, expression: impl Into<String>) -> Self {
        self.expression = expression.into();
        self
    }

    /// The same issue with another severity.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The message in one language.
    pub fn text(&self, language: Language) -> String {
        self.message.text(language)
    }
}
