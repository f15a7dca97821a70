//! A Bundle taken apart: each entry with its request and its resource, each resource checked on its own, so that a
//! bad entry of a batch does not refuse the others.
//!
//! It does nothing that an entry asks for. A document that is to be kept whole is read with [`Resource::parse`].

use crate::json::{Document, Value};
use crate::{Issue, IssueCode, Message, Resource, Severity};

/// The most entries that a Bundle may have.
pub const MAX_ENTRIES: usize = 10_000;

/// What a Bundle is for (FHIR R4, value set `bundle-type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BundleType {
    /// A document, whose first entry is a Composition.
    Document,
    /// A message, whose first entry is a MessageHeader.
    Message,
    /// All or nothing.
    Transaction,
    /// The answer to a transaction.
    TransactionResponse,
    /// Each for itself.
    Batch,
    /// The answer to a batch.
    BatchResponse,
    /// Versions of records.
    History,
    /// What a search found.
    Searchset,
    /// Just together.
    Collection,
}

impl BundleType {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Document, "document"),
        (Self::Message, "message"),
        (Self::Transaction, "transaction"),
        (Self::TransactionResponse, "transaction-response"),
        (Self::Batch, "batch"),
        (Self::BatchResponse, "batch-response"),
        (Self::History, "history"),
        (Self::Searchset, "searchset"),
        (Self::Collection, "collection"),
    ];

    /// The type of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == code).map(|(kind, _)| kind)
    }

    /// FHIR's code.
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// A Bundle's type and entries.
#[derive(Debug)]
pub struct Bundle {
    /// What it is for.
    pub kind: BundleType,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Its entries, in order.
    pub entries: Vec<Entry>,
}

/// One entry of a Bundle.
#[derive(Debug)]
pub struct Entry {
    /// Its place, from 0.
    pub index: usize,
    /// Its fullUrl.
    pub full_url: Option<String>,
    /// What is to be done.
    pub request: Option<Request>,
    /// The resource with its exact text, if there is one; or what is wrong with it or with the entry around it,
    /// expressions beginning with `Bundle.entry[i]`.
    pub resource: Result<Option<Resource>, Vec<Issue>>,
}

/// What an entry of a batch or transaction asks for. Holds values of the client's: not for logs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The address, relative to the server's base.
    pub url: String,
    /// `ifMatch`
    pub if_match: Option<String>,
    /// `ifNoneMatch`
    pub if_none_match: Option<String>,
    /// `ifNoneExist`
    pub if_none_exist: Option<String>,
    /// `ifModifiedSince`
    pub if_modified_since: Option<String>,
}

impl Bundle {
    /// Takes a Bundle apart and checks it and each of its entries.
    ///
    /// # Errors
    /// What is wrong with the text or with the Bundle itself: no JSON, no Bundle, no known type, more than
    /// [`MAX_ENTRIES`] entries. What is wrong with an entry is said in [`Entry::resource`].
    pub fn parse(text: &str) -> Result<Self, Vec<Issue>> {
        let document = Document::parse(text).map_err(|error| {
            vec![Issue::new(IssueCode::Structure, Message::Json(error)).with_severity(Severity::Fatal)]
        })?;
        let root = document.root();
        let kind = root.get_str("type").and_then(|code| BundleType::from_code(&code));
        let Some(kind) = kind.filter(|_| root.get_str("resourceType").as_deref() == Some("Bundle")) else {
            return Err(vec![Issue::new(IssueCode::Structure, Message::TypeMissing).at("Bundle")]);
        };
        let mut entries = Vec::new();
        if let Some(list) = root.get("entry") {
            for (index, value) in list.elements().enumerate() {
                let resource =
                    value.get("resource").map(|inner| Resource::parse(inner.raw(), None)).transpose();
                entries.push(Entry {
                    index,
                    full_url: string(value, "fullUrl"),
                    request: value.get("request").map(request),
                    resource,
                });
            }
        }
        Ok(Self { kind, id: string(root, "id"), entries })
    }
}

fn string(value: Value<'_>, name: &str) -> Option<String> {
    value.get_str(name).map(std::borrow::Cow::into_owned)
}

fn request(value: Value<'_>) -> Request {
    Request {
        method: string(value, "method").unwrap_or_default(),
        url: string(value, "url").unwrap_or_default(),
        if_match: string(value, "ifMatch"),
        if_none_match: string(value, "ifNoneMatch"),
        if_none_exist: string(value, "ifNoneExist"),
        if_modified_since: string(value, "ifModifiedSince"),
    }
}
