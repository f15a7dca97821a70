//! Why XML is not taken, or JSON not written as XML: cause, line, column and place. The sentences are in `texts.rs`.
//!
//! Never a value of the document; of foreign names only those that look like names.

use crate::json;
use crate::{Issue, IssueCode, Message, PrimitiveKind, Severity};

/// Where and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("XML at line {line}, column {column}: {cause:?}")]
pub struct XmlFault {
    /// The line, from 1; 0 when it is about the whole, or about JSON.
    pub line: u32,
    /// The column in characters, from 1; 0 as for the line.
    pub column: u32,
    /// The place as a FHIRPath expression such as `Patient.name[0].given[1]`; empty outside of the resource.
    pub expression: String,
    /// What was found.
    pub cause: XmlCause,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlCause {
    /// Larger than [`super::MAX_XML_BYTES`].
    Size,
    /// The bytes are not UTF-8, or the declaration says that they are something else.
    NotUtf8,
    /// Not XML 1.0.
    Version,
    /// A tag, comment or attribute is not written as XML wants it, or the text ends too early.
    Syntax,
    /// An end tag that fits no start tag, or none.
    EndTag,
    /// A document type, and with it entities.
    DocumentType,
    /// A processing instruction.
    Instruction,
    /// CDATA.
    Cdata,
    /// An entity that is none of XML's own five.
    Entity,
    /// A character that XML does not have.
    Character,
    /// Text where only elements belong.
    Text,
    /// No element at all.
    NoRoot,
    /// Something stands behind the resource.
    SecondRoot,
    /// An element is not in FHIR's namespace, or a prefix is not declared.
    Namespace,
    /// The outermost element, or the one in `contained` or `resource`, names no type of R4.
    TypeUnknown {
        /// Types with similar names, the nearest first.
        nearest: Vec<&'static str>,
    },
    /// An element that its type does not have.
    UnknownElement {
        /// Its name, when it looks like one.
        name: Option<String>,
        /// The type it stands in, such as `Patient.contact`.
        owner: &'static str,
        /// Elements with similar names, the nearest first.
        nearest: Vec<String>,
    },
    /// An attribute that does not belong there.
    UnknownAttribute {
        /// Its name, when it looks like one.
        name: Option<String>,
    },
    /// An attribute twice.
    AttributeTwice,
    /// More than [`super::MAX_ATTRIBUTES`] attributes.
    Attributes,
    /// `id` or `url` as an element where it is an attribute.
    AttributeExpected {
        /// Which.
        name: &'static str,
    },
    /// A primitive element with neither value nor extension.
    ValueMissing,
    /// An element with nothing in it.
    Empty,
    /// An element twice that occurs once.
    NotRepeating,
    /// A choice element in two types.
    ChoiceTwice {
        /// The element, without `[x]`.
        name: &'static str,
    },
    /// An element behind one that comes after it in R4's order.
    Order {
        /// The element.
        name: &'static str,
        /// The one that it must stand before.
        before: &'static str,
    },
    /// A number or a boolean is not written as its type wants it.
    Format(PrimitiveKind),
    /// `contained` or `resource` does not hold exactly one resource.
    OneResource,
    /// Deeper than JSON may be ([`json::MAX_DEPTH`]), or a narrative deeper than its own bound.
    Depth,
    /// A narrative that is not one `div` of XHTML's namespace without prefixes.
    Narrative,
    /// The text is no JSON.
    Json(json::Error),
    /// JSON that is not shaped as R4 has it.
    Shape,
    /// JSON that XML cannot hold: an extension of what is an attribute, or a character that XML does not have.
    NotInXml,
}

impl XmlCause {
    /// Whether it is XML, and what it says is no FHIR.
    fn is_about_fhir(&self) -> bool {
        matches!(
            self,
            Self::Namespace
                | Self::TypeUnknown { .. }
                | Self::UnknownElement { .. }
                | Self::UnknownAttribute { .. }
                | Self::AttributeExpected { .. }
                | Self::ValueMissing
                | Self::Empty
                | Self::NotRepeating
                | Self::ChoiceTwice { .. }
                | Self::Order { .. }
                | Self::Format(_)
                | Self::OneResource
                | Self::Narrative
        )
    }
}

impl XmlFault {
    pub(crate) fn without_place(cause: XmlCause) -> Self {
        Self { line: 0, column: 0, expression: String::new(), cause }
    }

    pub(crate) fn at(expression: String, cause: XmlCause) -> Self {
        Self { line: 0, column: 0, expression, cause }
    }

    /// As an issue: fatal when it is no XML that can be taken, an error when it is XML and no FHIR.
    pub fn into_issue(self) -> Issue {
        let code = match &self.cause {
            XmlCause::Format(_) => IssueCode::Value,
            XmlCause::Size => IssueCode::TooLong,
            XmlCause::NotInXml | XmlCause::Shape => IssueCode::NotSupported,
            _ => IssueCode::Structure,
        };
        let severity = if self.cause.is_about_fhir() { Severity::Error } else { Severity::Fatal };
        let expression = self.expression.clone();
        Issue::new(code, Message::Xml(Box::new(self))).at(expression).with_severity(severity)
    }

    /// At byte `at` of `text`.
    pub(crate) fn in_text(text: &str, at: usize, expression: String, cause: XmlCause) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
        Self {
            line: count(memchr::memchr_iter(b'\n', before.as_bytes()).count()),
            column: count(before[line_start..].chars().count()),
            expression,
            cause,
        }
    }
}
