//! A resource: its text, checked, and what can be asked of it.
//!
//! The text stays as it was sent. A [`Resource`] exists only when the text is valid R4.

use std::borrow::Cow;
use std::ops::Range;

use crate::expression::expressions;
use crate::json::{Document, Value};
use crate::validate::{Findings, FoundReference, Path, Standing, Validator, type_name};
use crate::{Issue, IssueCode, Message, ResourceType, Severity};

/// One valid R4 resource.
#[derive(Clone)]
pub struct Resource {
    document: Document<'static>,
    kind: ResourceType,
    id: Option<String>,
    findings: Findings,
}

impl std::fmt::Debug for Resource {
    /// Type and size only: the rest is a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} bytes", self.kind, self.text().len())
    }
}

/// A literal reference in a resource.
#[derive(Clone, PartialEq, Eq)]
pub struct ReferenceAt<'a> {
    /// Where its `reference` stands, such as `Observation.subject.reference`.
    pub expression: String,
    /// The reference itself. A patient's: it belongs in no log.
    pub reference: Cow<'a, str>,
    /// The bytes of the JSON string in the resource's text, quotes included.
    pub span: Range<usize>,
}

impl Resource {
    /// Reads and checks a resource. `expected` is the type that the caller asked for, if any.
    ///
    /// # Errors
    /// Every fault found, at most [`crate::MAX_ISSUES`] of them. A text that is no JSON has one.
    pub fn parse(text: impl Into<String>, expected: Option<ResourceType>) -> Result<Self, Vec<Issue>> {
        let document = read(text.into())?;
        let root = document.root();
        let start =
            type_name(root).and_then(|name| ResourceType::from_name(&name)).map_or("", ResourceType::name);
        let mut validator = Validator::new();
        let path = Path::start(start);
        let kind = validator.resource(root, &path, Standing::Free);
        if let (Some(kind), Some(expected)) = (kind, expected)
            && kind != expected
        {
            let message = Message::TypeDiffers { found: kind.name(), expected: expected.name() };
            return Err(vec![Issue::new(IssueCode::Invalid, message).at(kind.name())]);
        }
        match kind {
            Some(kind) if validator.issues.is_empty() => {
                Ok(Self::checked(document, kind, validator.findings))
            }
            _ => Err(validator.issues),
        }
    }

    /// A resource that a validator has found valid.
    pub(crate) fn checked(document: Document<'static>, kind: ResourceType, findings: Findings) -> Self {
        let id = document.root().get_str("id").map(Cow::into_owned);
        Self { document, kind, id, findings }
    }

    /// [`Resource::parse`] for bytes that may not be UTF-8.
    ///
    /// # Errors
    /// As [`Resource::parse`], and for bytes that are not UTF-8.
    pub fn parse_bytes(bytes: Vec<u8>, expected: Option<ResourceType>) -> Result<Self, Vec<Issue>> {
        let text =
            String::from_utf8(bytes).map_err(|_| vec![Issue::new(IssueCode::Structure, Message::NotUtf8)])?;
        Self::parse(text, expected)
    }

    /// Its type.
    pub fn kind(&self) -> ResourceType {
        self.kind
    }

    /// The id that its text says.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The text, byte for byte as it was given.
    pub fn text(&self) -> &str {
        self.document.text()
    }

    /// Gives the text back.
    pub fn into_text(self) -> String {
        self.document.into_text()
    }

    /// Its JSON, to look into.
    pub fn root(&self) -> Value<'_> {
        self.document.root()
    }

    /// The canonical URLs in `meta.profile`, in order.
    pub fn meta_profiles(&self) -> Vec<Cow<'_, str>> {
        let profiles = self.root().get("meta").and_then(|meta| meta.get("profile"));
        profiles
            .map(|list| list.elements().filter_map(|profile| profile.as_str()).collect())
            .unwrap_or_default()
    }

    /// Puts in place of the warnings what a check by profiles found, with them; at most [`crate::MAX_ISSUES`].
    pub fn set_warnings(&mut self, mut warnings: Vec<Issue>) {
        warnings.truncate(crate::MAX_ISSUES);
        self.findings.warnings = warnings;
    }

    /// What is doubtful about it and was no reason to refuse it, such as a wrong check digit; at most [`crate::MAX_ISSUES`].
    pub fn warnings(&self) -> &[Issue] {
        &self.findings.warnings
    }

    /// All literal references: every `Reference.reference`, inner resources included, in the text's order.
    pub fn references(&self) -> Vec<ReferenceAt<'_>> {
        let literal = |found: &FoundReference| self.document.value(found.node).get("reference");
        let mut values: Vec<_> = self.findings.references.iter().filter_map(literal).collect();
        values.sort_by_key(Value::index);
        let nodes: Vec<_> = values.iter().map(Value::index).collect();
        let places = expressions(self, &nodes);
        values
            .into_iter()
            .zip(places)
            .filter_map(|(value, expression)| {
                Some(ReferenceAt { expression, reference: value.as_str()?, span: value.span() })
            })
            .collect()
    }

    /// The same resource with every reference that `resolve` knows replaced ([`crate::rewrite::references`]); none when there is none.
    /// It stays valid: an address takes an address's place.
    pub fn with_references(&self, resolve: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let Cow::Owned(text) = crate::rewrite::references(self.text(), resolve) else { return None };
        // Strings were replaced by strings: every node stands where it stood, so what was found in them still holds.
        let document = Document::parse(text).ok()?;
        Some(Self { document, kind: self.kind, id: self.id.clone(), findings: self.findings.clone() })
    }

    pub(crate) fn findings(&self) -> &Findings {
        &self.findings
    }

    pub(crate) fn value(&self, node: u32) -> Value<'_> {
        self.document.value(node)
    }
}

/// The text as JSON, or the one issue that it is none.
pub(crate) fn read<'a>(text: impl Into<Cow<'a, str>>) -> Result<Document<'a>, Vec<Issue>> {
    Document::parse(text).map_err(|error| {
        vec![Issue::new(IssueCode::Structure, Message::Json(error)).with_severity(Severity::Fatal)]
    })
}
