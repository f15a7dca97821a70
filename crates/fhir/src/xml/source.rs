//! The elements of an XML text, one after the other: comments and white space passed by, everything else that is no
//! element refused. Wraps quick-xml, and adds what that leaves to its callers: one root, characters, attributes,
//! entities.

use std::borrow::Cow;

use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{Error, NsReader};

use super::{MAX_ATTRIBUTES, NAMESPACE, XHTML, XmlCause, XmlFault, token};
use crate::validate::Path;

/// In which namespace an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Fhir,
    Xhtml,
    Other,
}

/// An element's start.
pub(super) struct Start<'x> {
    tag: BytesStart<'x>,
    pub space: Space,
    /// True for `<a/>`: no end follows.
    pub empty: bool,
    /// First byte of the tag.
    pub at: usize,
}

/// What comes next.
pub(super) enum Token<'x> {
    Start(Start<'x>),
    End,
    /// Nothing does.
    Nothing,
}

/// The attributes that FHIR's elements have.
#[derive(Default)]
pub(super) struct Attributes<'s> {
    pub value: Option<Cow<'s, str>>,
    pub id: Option<Cow<'s, str>>,
    pub url: Option<Cow<'s, str>>,
}

/// Which of them an element may have.
#[derive(Clone, Copy)]
pub(super) struct Allowed {
    pub value: bool,
    pub id: bool,
    pub url: bool,
    /// `xsi:schemaLocation`, which says nothing here.
    pub schema: bool,
}

impl Start<'_> {
    /// The name without its prefix.
    pub(super) fn name(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    pub(super) fn has_prefix(&self) -> bool {
        self.tag.name().prefix().is_some()
    }

    /// The attributes; a fault for each that is not allowed.
    pub(super) fn attributes(&self, allowed: Allowed) -> Result<Attributes<'_>, XmlCause> {
        let mut all = Attributes::default();
        for (count, attribute) in self.tag.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(XmlCause::Attributes);
            }
            let attribute = attribute.map_err(|error| attribute_cause(&error))?;
            let name = attribute.key.into_inner();
            let value = match attribute.value {
                Cow::Borrowed(raw) => token::attribute(raw)?,
                Cow::Owned(raw) => Cow::Owned(token::attribute(&raw)?.into_owned()),
            };
            match name {
                "value" if allowed.value => all.value = Some(value),
                "id" if allowed.id => all.id = Some(value),
                "url" if allowed.url => all.url = Some(value),
                "xsi:schemaLocation" if allowed.schema => {}
                _ if name == "xmlns" || name.starts_with("xmlns:") => {}
                _ => {
                    let name = crate::message::shown_name(name).map(str::to_owned);
                    return Err(XmlCause::UnknownAttribute { name });
                }
            }
        }
        Ok(all)
    }

    /// Checks the attributes of an element in a narrative, whichever they are.
    pub(super) fn check_attributes(&self) -> Result<(), XmlCause> {
        for (count, attribute) in self.tag.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(XmlCause::Attributes);
            }
            let attribute = attribute.map_err(|error| attribute_cause(&error))?;
            token::attribute(&attribute.value)?;
            // A prefix that is declared outside would mean nothing in JSON.
            let prefix = attribute.key.into_inner().split_once(':').map(|(prefix, _)| prefix);
            if prefix.is_some_and(|prefix| !matches!(prefix, "xml" | "xmlns")) {
                return Err(XmlCause::Narrative);
            }
        }
        Ok(())
    }

    /// True when the tag itself says that names without a prefix are XHTML's.
    pub(super) fn declares_xhtml(&self) -> bool {
        let mut attributes = self.tag.attributes();
        attributes.with_checks(false);
        attributes
            .take(MAX_ATTRIBUTES)
            .flatten()
            .any(|attribute| attribute.key.into_inner() == "xmlns" && attribute.value == XHTML)
    }
}

fn attribute_cause(error: &quick_xml::events::attributes::AttrError) -> XmlCause {
    match error {
        quick_xml::events::attributes::AttrError::Duplicated(..) => XmlCause::AttributeTwice,
        _ => XmlCause::Syntax,
    }
}

/// A text, read from its start.
pub(super) struct Source<'x> {
    pub text: &'x str,
    reader: NsReader<&'x [u8]>,
}

impl<'x> Source<'x> {
    pub(super) fn new(text: &'x str) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().check_comments = true;
        Self { text, reader }
    }

    /// The byte behind what came last.
    pub(super) fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len())
    }

    /// A fault at a byte.
    pub(super) fn fault(&self, at: usize, path: &Path<'_>, cause: XmlCause) -> XmlFault {
        XmlFault::in_text(self.text, at, path.expression(), cause)
    }

    /// The next start or end, inside a resource.
    pub(super) fn next(&mut self, path: &Path<'_>) -> Result<Token<'x>, XmlFault> {
        loop {
            let at = self.position();
            let cause = match self.event(path)? {
                Event::Start(tag) => return Ok(Token::Start(self.start(tag, false, at, path)?)),
                Event::Empty(tag) => return Ok(Token::Start(self.start(tag, true, at, path)?)),
                Event::End(_) => return Ok(Token::End),
                Event::Eof => return Ok(Token::Nothing),
                Event::Comment(_) => continue,
                Event::Text(text) if token::is_space(&text) => continue,
                Event::Decl(declaration) if at == 0 => match declaration_cause(&declaration) {
                    Some(cause) => cause,
                    None => continue,
                },
                Event::Text(_) => XmlCause::Text,
                Event::GeneralRef(name) if token::reference(&name).is_some() => XmlCause::Text,
                Event::GeneralRef(_) => XmlCause::Entity,
                Event::CData(_) => XmlCause::Cdata,
                Event::Decl(_) | Event::PI(_) => XmlCause::Instruction,
                Event::DocType(_) => XmlCause::DocumentType,
            };
            return Err(self.fault(at, path, cause));
        }
    }

    /// Passes by all inside an element of a narrative, its end included.
    pub(super) fn skip_narrative(&mut self, path: &Path<'_>) -> Result<(), XmlFault> {
        let mut depth = 1;
        while depth > 0 {
            let at = self.position();
            let cause = match self.event(path)? {
                Event::Start(tag) => {
                    depth += 1;
                    self.inside(tag, at, path)?;
                    if depth <= super::MAX_NARRATIVE_DEPTH {
                        continue;
                    }
                    XmlCause::Depth
                }
                Event::Empty(tag) => {
                    self.inside(tag, at, path)?;
                    continue;
                }
                Event::End(_) => {
                    depth -= 1;
                    continue;
                }
                Event::Text(text) if token::is_text(&text) => continue,
                Event::Comment(text) if token::is_text(&text) => continue,
                Event::Text(_) | Event::Comment(_) => XmlCause::Character,
                Event::GeneralRef(name) if token::reference(&name).is_some() => continue,
                Event::GeneralRef(_) => XmlCause::Entity,
                Event::CData(_) => XmlCause::Cdata,
                Event::Decl(_) | Event::PI(_) => XmlCause::Instruction,
                Event::DocType(_) => XmlCause::DocumentType,
                Event::Eof => XmlCause::Syntax,
            };
            return Err(self.fault(at, path, cause));
        }
        Ok(())
    }

    /// An element inside a narrative.
    fn inside(&self, tag: BytesStart<'x>, at: usize, path: &Path<'_>) -> Result<(), XmlFault> {
        let start = self.start(tag, false, at, path)?;
        start.check_attributes().map_err(|cause| self.fault(at, path, cause))?;
        let right = start.space == Space::Xhtml && !start.has_prefix();
        if right { Ok(()) } else { Err(self.fault(at, path, XmlCause::Narrative)) }
    }

    fn start(
        &self,
        tag: BytesStart<'x>,
        empty: bool,
        at: usize,
        path: &Path<'_>,
    ) -> Result<Start<'x>, XmlFault> {
        let space = match self.reader.resolver().resolve_element(tag.name()).0 {
            ResolveResult::Bound(Namespace(NAMESPACE)) => Space::Fhir,
            ResolveResult::Bound(Namespace(XHTML)) => Space::Xhtml,
            ResolveResult::Bound(_) | ResolveResult::Unbound => Space::Other,
            ResolveResult::Unknown(_) => return Err(self.fault(at, path, XmlCause::Namespace)),
        };
        Ok(Start { tag, space, empty, at })
    }

    fn event(&mut self, path: &Path<'_>) -> Result<Event<'x>, XmlFault> {
        self.reader.read_event().map_err(|error| {
            let cause = match error {
                Error::IllFormed(
                    quick_xml::errors::IllFormedError::MismatchedEndTag { .. }
                    | quick_xml::errors::IllFormedError::UnmatchedEndTag(_)
                    | quick_xml::errors::IllFormedError::MissingEndTag(_),
                ) => XmlCause::EndTag,
                Error::Namespace(_) => XmlCause::Namespace,
                _ => XmlCause::Syntax,
            };
            let at = usize::try_from(self.reader.error_position()).unwrap_or(0);
            self.fault(at, path, cause)
        })
    }
}

/// What is wrong with an XML declaration.
fn declaration_cause(declaration: &BytesDecl<'_>) -> Option<XmlCause> {
    if !declaration.version().is_ok_and(|version| version == "1.0") {
        return Some(XmlCause::Version);
    }
    match declaration.encoding() {
        None => None,
        Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii") => None,
        Some(_) => Some(XmlCause::NotUtf8),
    }
}
