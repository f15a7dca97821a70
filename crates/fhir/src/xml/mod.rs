//! FHIR's XML (FHIR R4, section 2.6.1), to JSON and from it, so that JSON comes back as it was: numbers keep their
//! digits, a narrative its bytes, `null` in an array its place.
//!
//! It refuses what XML can do and FHIR does not need: document types, entities, processing instructions, CDATA, text
//! between elements, other namespaces, elements out of R4's order. It checks names, places and attributes; the JSON that
//! comes out is checked by [`crate::Resource::parse`] like any other. What JSON can hold and XML cannot is a fault
//! and never a silent loss. One thing is written otherwise: an entity of HTML in a narrative, such as `&nbsp;`,
//! becomes a character reference, which is the same character. State: none.

mod fault;
mod narrative;
mod read;
mod source;
mod texts;
mod token;
mod write;

pub use fault::{XmlCause, XmlFault};

use crate::json::{Document, Value};
use crate::validate::Path;

/// The namespace of every element but those of a narrative.
pub const NAMESPACE: &str = "http://hl7.org/fhir";

/// The namespace of a narrative.
pub(crate) const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// The largest XML that is read or written at all, in bytes; every smaller bound is the caller's.
pub const MAX_XML_BYTES: usize = 256 * 1024 * 1024;

/// How deep elements of a narrative may lie in one another.
pub(crate) const MAX_NARRATIVE_DEPTH: usize = 128;

/// The most attributes that one element may have.
pub(crate) const MAX_ATTRIBUTES: usize = 64;

/// How the XML is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// No white space between elements.
    Compact,
    /// A line for each element, indented by two spaces a level.
    Pretty,
}

/// The JSON of a resource in XML. The JSON has R4's names and shapes; formats of values, cardinalities and all else
/// are for [`crate::Resource::parse`] to check.
///
/// # Errors
/// The first fault, with line, column and place.
pub fn to_json(xml: &[u8]) -> Result<String, XmlFault> {
    if xml.len() > MAX_XML_BYTES {
        return Err(XmlFault::without_place(XmlCause::Size));
    }
    let text = std::str::from_utf8(xml).map_err(|_| XmlFault::without_place(XmlCause::NotUtf8))?;
    read::document(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The XML of a resource in JSON, with an XML declaration.
///
/// # Errors
/// That it is no JSON, is not shaped as R4 has it, or holds what XML cannot hold.
pub fn from_json(json: &str, layout: Layout) -> Result<String, XmlFault> {
    let document = Document::parse(json).map_err(|error| XmlFault::without_place(XmlCause::Json(error)))?;
    from_value(document.root(), layout)
}

/// [`from_json`] for JSON that is taken apart already.
///
/// # Errors
/// As [`from_json`].
pub fn from_value(resource: Value<'_>, layout: Layout) -> Result<String, XmlFault> {
    let name = crate::validate::type_name(resource).unwrap_or_default();
    let known = crate::ResourceType::from_name(&name).map_or("", crate::ResourceType::name);
    write::document(resource, &Path::start(known), layout)
}

/// What a reference such as `amp` or `#228` stands for, for readers of other XML.
pub(crate) use token::reference;

/// An attribute's value with its references undone, for readers of other XML; None for what is none.
pub(crate) fn attribute_value(raw: &str) -> Option<String> {
    token::attribute(raw).ok().map(std::borrow::Cow::into_owned)
}

/// What comes before the resource.
pub(crate) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
