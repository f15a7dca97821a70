//! JSON by RFC 8259, borrowed from its text: every node keeps its byte span, numbers keep their digits, and a string
//! without escapes is never copied.
//!
//! It never changes the text, and refuses what two readers could understand differently: duplicate keys, lone
//! surrogates, a byte order mark, trailing bytes. A [`Document`] owns the nodes; a [`Value`] is a view of one.

mod parse;
mod pretty;
mod same;
mod string;

use std::borrow::Cow;

pub use parse::{Cause, Error, MAX_DEPTH, MAX_TEXT_BYTES};
pub use pretty::pretty;
pub(crate) use same::fits;
pub use same::same;
pub use string::quote;
pub(crate) use string::unescape;

/// What a node is. A key is a node of its own, right before its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A number; its digits are [`Value::raw`].
    Number,
    /// A string.
    String,
    /// `[...]`
    Array,
    /// `{...}`
    Object,
    /// A member's name.
    Key,
}

/// One node: where it stands in the text and where the next one that is not inside it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    kind: Kind,
    escaped: bool,
    /// First byte, the opening quote or bracket included.
    start: u32,
    /// One past the last byte.
    end: u32,
    /// Index of the node after this one and all that is inside it.
    next: u32,
}

/// A JSON text with its nodes, in the order of the text.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    text: Cow<'a, str>,
    nodes: Vec<Node>,
}

impl<'a> Document<'a> {
    /// Reads `text`, which is one JSON value with nothing but white space around it.
    ///
    /// # Errors
    /// The first fault, with line and column. A text above [`MAX_TEXT_BYTES`] is refused; every smaller bound is the
    /// caller's.
    pub fn parse(text: impl Into<Cow<'a, str>>) -> Result<Self, Error> {
        let text = text.into();
        let nodes = parse::nodes(&text)?;
        Ok(Self { text, nodes })
    }

    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        self.value(0)
    }

    /// The text, byte for byte as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives the text back.
    pub fn into_text(self) -> String {
        self.text.into_owned()
    }

    /// The value that is node `index` of this document (an index that [`Value::index`] gave).
    pub(crate) fn value(&self, index: u32) -> Value<'_> {
        Value { text: &self.text, nodes: &self.nodes, index }
    }
}

/// A view of one value in a [`Document`].
#[derive(Clone, Copy)]
pub struct Value<'a> {
    text: &'a str,
    nodes: &'a [Node],
    index: u32,
}

impl std::fmt::Debug for Value<'_> {
    /// Kind and place only: what a value holds may be a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} at {:?}", self.kind(), self.span())
    }
}

impl<'a> Value<'a> {
    fn node(&self) -> &'a Node {
        &self.nodes[self.index as usize]
    }

    pub(crate) fn index(&self) -> u32 {
        self.index
    }

    /// Node `index` of the same document.
    pub(crate) fn at(&self, index: u32) -> Value<'a> {
        Value { text: self.text, nodes: self.nodes, index }
    }

    /// What it is; never [`Kind::Key`].
    pub fn kind(&self) -> Kind {
        self.node().kind
    }

    /// Its bytes in the document's text, quotes and brackets included.
    pub fn span(&self) -> std::ops::Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// Its text as written, quotes and brackets included.
    pub fn raw(&self) -> &'a str {
        &self.text[self.span()]
    }

    /// True for a string that is written with at least one escape.
    pub(crate) fn is_escaped(&self) -> bool {
        self.node().escaped
    }

    /// What stands between the quotes of a string, escapes as written.
    pub(crate) fn inside(&self) -> &'a str {
        let node = self.node();
        &self.text[node.start as usize + 1..node.end as usize - 1]
    }

    /// True when node `index` is this value or inside it.
    pub(crate) fn holds(&self, index: u32) -> bool {
        (self.index..self.node().next).contains(&index)
    }

    /// A string's value; borrowed when it has no escapes.
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        match self.kind() {
            Kind::String => Some(self.unquoted()),
            _ => None,
        }
    }

    fn unquoted(&self) -> Cow<'a, str> {
        if self.is_escaped() { Cow::Owned(unescape(self.inside())) } else { Cow::Borrowed(self.inside()) }
    }

    /// True for an object or array without content.
    pub fn is_empty(&self) -> bool {
        self.node().next == self.index + 1
    }

    /// The elements of an array; nothing for any other kind.
    pub fn elements(&self) -> Elements<'a> {
        let end = if self.kind() == Kind::Array { self.node().next } else { self.index + 1 };
        Elements { at: self.at(self.index + 1), end }
    }

    /// The members of an object, in the text's order; nothing for any other kind.
    pub fn members(&self) -> Members<'a> {
        let end = if self.kind() == Kind::Object { self.node().next } else { self.index + 1 };
        Members { at: self.at(self.index + 1), end }
    }

    /// The member of an object that is called `name`.
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.members().find(|member| member.is(name)).map(|member| member.value)
    }

    /// The string of the member that is called `name`.
    pub fn get_str(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).and_then(|value| value.as_str())
    }

    /// This value's part of the document as a document of its own.
    pub(crate) fn detach(&self) -> Document<'static> {
        let node = self.node();
        let nodes = self.nodes[self.index as usize..node.next as usize]
            .iter()
            .map(|inner| Node {
                start: inner.start - node.start,
                end: inner.end - node.start,
                next: inner.next - self.index,
                ..*inner
            })
            .collect();
        Document { text: Cow::Owned(self.raw().to_owned()), nodes }
    }
}

/// The elements of an array, see [`Value::elements`].
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    at: Value<'a>,
    end: u32,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        if self.at.index >= self.end {
            return None;
        }
        let value = self.at;
        self.at.index = value.node().next;
        Some(value)
    }
}

/// One member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    key: Value<'a>,
    /// What stands behind the colon.
    pub value: Value<'a>,
}

impl<'a> Member<'a> {
    /// The member's name.
    pub fn name(&self) -> Cow<'a, str> {
        self.key.unquoted()
    }

    /// True when the member is called `name`.
    pub fn is(&self, name: &str) -> bool {
        if self.key.is_escaped() { self.key.unquoted() == name } else { self.key.inside() == name }
    }

    /// From the name's opening quote to the value's end.
    pub fn span(&self) -> std::ops::Range<usize> {
        self.key.span().start..self.value.span().end
    }

    /// The name as it is written between its quotes. No name of FHIR has an escape.
    pub(crate) fn key_text(&self) -> &'a str {
        self.key.inside()
    }

    /// The name's bytes in the text, quotes included.
    pub(crate) fn key_span(&self) -> std::ops::Range<usize> {
        self.key.span()
    }
}

/// The members of an object, see [`Value::members`].
#[derive(Debug, Clone)]
pub struct Members<'a> {
    at: Value<'a>,
    end: u32,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        if self.at.index >= self.end {
            return None;
        }
        let key = self.at;
        let value = key.at(key.index + 1);
        self.at.index = value.node().next;
        Some(Member { key, value })
    }
}
