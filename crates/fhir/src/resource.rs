//! A resource: its text, checked, and what can be asked of it.
//!
//! The text stays as it was sent. A [`Resource`] exists only when the text is valid R4.

use std::borrow::Cow;
use std::ops::Range;

use crate::definitions;
use crate::json::{Document, Kind, Value};
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
        let start = type_name(root).and_then(|name| ResourceType::from_name(&name)).map_or("", ResourceType::name);
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
            Some(kind) if validator.issues.is_empty() => Ok(Self::checked(document, kind, validator.findings)),
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

    /// All literal references: every `Reference.reference`, inner resources included, in the text's order.
    pub fn references(&self) -> Vec<ReferenceAt<'_>> {
        let literal = |found: &FoundReference| {
            let value = self.document.value(found.node).get("reference")?;
            let reference = value.as_str()?;
            Some(ReferenceAt { expression: self.expression(value.index()), reference, span: value.span() })
        };
        self.findings.references.iter().filter_map(literal).collect()
    }

    pub(crate) fn findings(&self) -> &Findings {
        &self.findings
    }

    pub(crate) fn value(&self, node: u32) -> Value<'_> {
        self.document.value(node)
    }

    /// The FHIRPath expression of a node, which is a value in this resource.
    pub(crate) fn expression(&self, node: u32) -> String {
        let definitions = definitions::get();
        let mut out = self.kind.name().to_owned();
        let mut owner = Some(definitions.resource(self.kind));
        let mut at = self.root();
        while at.index() < node {
            let inside = |value: &Value<'_>| value.holds(node);
            if at.kind() == Kind::Array {
                let Some((index, next)) = at.elements().enumerate().find(|(_, value)| inside(value)) else { break };
                out.push_str(&format!("[{index}]"));
                at = next;
            } else {
                let Some(member) = at.members().find(|member| inside(&member.value)) else { break };
                if let Some(named) = type_name(at).and_then(|name| ResourceType::from_name(&name)) {
                    owner = Some(definitions.resource(named));
                }
                let name = member.name();
                let plain = name.strip_prefix('_').unwrap_or(&name);
                let property = owner.and_then(|owner| definitions.property(owner, plain.as_bytes()));
                match property.map(|property| (definitions.element_by_number(property.element), property)) {
                    Some((element, property)) if element.choice => {
                        out.push_str(&format!(".{}.ofType({})", element.name, definitions.kind(property.value).name));
                    }
                    _ => out.push_str(&format!(".{plain}")),
                }
                owner = property.map(|property| {
                    if plain.len() < name.len() { definitions.element_type() } else { property.value }
                });
                at = member.value;
            }
        }
        out
    }
}

/// The text as JSON, or the one issue that it is none.
pub(crate) fn read<'a>(text: impl Into<Cow<'a, str>>) -> Result<Document<'a>, Vec<Issue>> {
    Document::parse(text).map_err(|error| {
        vec![Issue::new(IssueCode::Structure, Message::Json(error)).with_severity(Severity::Fatal)]
    })
}
