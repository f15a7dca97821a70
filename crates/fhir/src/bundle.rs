//! A Bundle taken apart: each entry with its request and its resource, each resource checked on its own, so that a
//! bad entry of a batch does not refuse the others.
//!
//! It does nothing that an entry asks for. A document that is to be kept whole is read with [`Resource::parse`].

use crate::definitions;
use crate::json::{Kind, Value};
use crate::resource::read;
use crate::validate::{Path, Standing, Step, Validator, type_name};
use crate::{Issue, IssueCode, JsonKind, MAX_ISSUES, Message, Resource, ResourceType};

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
        let document = read(text)?;
        let root = document.root();
        let definitions = definitions::get();
        let mut validator = Validator::new();
        let path = Path::start("Bundle");
        let found = type_name(root).and_then(|name| ResourceType::from_name(&name));
        if let Some(found) = found.filter(|found| found.name() != "Bundle") {
            let message = Message::TypeDiffers { found: found.name(), expected: "Bundle" };
            return Err(vec![Issue::new(IssueCode::Invalid, message).at(found.name())]);
        }
        validator.apart = definitions.find("Bundle").map(|bundle| (bundle, "entry"));
        validator.resource(root, &path, Standing::Free);
        let kind = root.get_str("type").and_then(|code| BundleType::from_code(&code));
        if kind.is_none() && root.get_str("type").is_some() {
            validator.report(&path.then(Step::Name("type")), IssueCode::CodeInvalid, unknown_type());
        }
        let entries_path = path.then(Step::Name("entry"));
        let count = check_list(root, &mut validator, &entries_path);
        let (Some(kind), true) = (kind, validator.issues.is_empty()) else { return Err(validator.issues) };
        let mut entries = Vec::with_capacity(count);
        for (index, value) in root.get("entry").iter().flat_map(Value::elements).enumerate() {
            entries.push(entry(kind, index, value, &entries_path.then(Step::Index(index))));
        }
        Ok(Self { kind, id: string(root, "id"), entries })
    }
}

fn unknown_type() -> Message {
    let codes: Vec<_> = BundleType::ALL.iter().map(|(_, code)| *code).collect();
    let codes = codes.join(", ");
    Message::of(
        format!("Unknown bundle type. Use one of {codes}."),
        format!("Unbekannter Bundle-Typ. Verwenden Sie einen von {codes}."),
        format!("Type de Bundle inconnu. Utilisez l’un de {codes}."),
    )
}

/// Checks the list of entries without looking into them; their number.
fn check_list(root: Value<'_>, validator: &mut Validator, path: &Path<'_>) -> usize {
    let Some(list) = root.get("entry") else { return 0 };
    let message = match list.kind() {
        Kind::Array if list.is_empty() => Message::EmptyArray,
        Kind::Array => {
            let count = list.elements().take(MAX_ENTRIES + 1).count();
            if count > MAX_ENTRIES {
                validator.report(path, IssueCode::TooLong, Message::TooManyEntries { max: MAX_ENTRIES });
            }
            return count;
        }
        Kind::Null => Message::Null,
        _ => Message::Repeating,
    };
    validator.report(path, IssueCode::Structure, message);
    0
}

/// Checks one entry, and the resource in it, and takes both apart.
fn entry(kind: BundleType, index: usize, value: Value<'_>, path: &Path<'_>) -> Entry {
    let mut around = Validator::new();
    let definitions = definitions::get();
    match definitions.find("Bundle.entry") {
        Some(owner) if value.kind() == Kind::Object => {
            around.apart = Some((owner, "resource"));
            around.object(value, owner, path);
        }
        _ => around.report(
            path,
            IssueCode::Structure,
            Message::Kind { expected: JsonKind::Object, found: value.kind().into() },
        ),
    }
    let asks = matches!(kind, BundleType::Batch | BundleType::Transaction) && value.kind() == Kind::Object;
    if asks && value.get("request").is_none() {
        around.report(&path.then(Step::Name("request")), IssueCode::Required, Message::RequestMissing);
    }
    let resource = match value.get("resource") {
        None if around.issues.is_empty() => Ok(None),
        None => Err(around.issues),
        Some(inner) => inner_resource(inner, &path.then(Step::Name("resource")), around.issues),
    };
    Entry { index, full_url: string(value, "fullUrl"), request: value.get("request").map(request), resource }
}

/// The resource of an entry as one of its own, unless it or the entry around it has issues.
fn inner_resource(
    value: Value<'_>,
    path: &Path<'_>,
    mut issues: Vec<Issue>,
) -> Result<Option<Resource>, Vec<Issue>> {
    let document = value.detach();
    let mut validator = Validator::new();
    let kind = validator.resource(document.root(), path, Standing::Free);
    issues.append(&mut validator.issues);
    issues.truncate(MAX_ISSUES);
    match kind {
        Some(kind) if issues.is_empty() => Ok(Some(Resource::checked(document, kind, validator.findings))),
        _ => Err(issues),
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
