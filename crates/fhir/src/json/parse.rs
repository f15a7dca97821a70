//! The parser behind [`super::Document`]: one pass, nodes in the text's order. Keeps nothing between calls.

use super::string::{four_hex, unescape};
use super::{Kind, Node};

/// How deep arrays and objects may lie in one another. The deepest official R4 example has 22 levels.
pub const MAX_DEPTH: usize = 64;

/// The largest text that is read at all: spans are 32 bits wide.
pub const MAX_TEXT_BYTES: usize = u32::MAX as usize;

/// Objects with more members than this are checked for duplicate names by hashing.
const MAX_COMPARED_KEYS: usize = 24;

/// Why a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The text ends in the middle of a value.
    End,
    /// A byte order mark stands before the value.
    ByteOrderMark,
    /// Something else than a value stands where a value belongs.
    Value,
    /// A member's name in quotes is missing.
    Key,
    /// `:` is missing behind a member's name.
    Colon,
    /// `,` or the closing bracket is missing.
    CommaOrEnd,
    /// Two members of one object have the same name.
    DuplicateKey,
    /// A number is not written as JSON wants it.
    Number,
    /// A control character stands unescaped in a string.
    ControlCharacter,
    /// A backslash is followed by something that is no escape.
    Escape,
    /// Half of a surrogate pair.
    LoneSurrogate,
    /// Deeper than [`MAX_DEPTH`].
    Depth,
    /// Something stands behind the value.
    Trailing,
    /// Larger than [`MAX_TEXT_BYTES`].
    Size,
}

/// Where and why a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not JSON at line {line}, column {column}: {cause:?}")]
pub struct Error {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What was found.
    pub cause: Cause,
}

struct Fault {
    at: usize,
    cause: Cause,
}

type Step = Result<(), Fault>;

/// All nodes of `text`.
pub(super) fn nodes(text: &str) -> Result<Vec<Node>, Error> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Error { line: 1, column: 1, cause: Cause::Size });
    }
    // Dense FHIR has a node for every 15 to 25 bytes; what is too much is given back by no one, so begin low.
    let mut parser = Parser {
        text,
        bytes: text.as_bytes(),
        at: 0,
        nodes: Vec::with_capacity(text.len() / 24 + 4),
        keys: Vec::new(),
    };
    match parser.document() {
        Ok(()) => Ok(parser.nodes),
        Err(fault) => Err(place(text, &fault)),
    }
}

fn place(text: &str, fault: &Fault) -> Error {
    let mut at = fault.at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
    Error {
        line: count(memchr::memchr_iter(b'\n', before.as_bytes()).count()),
        column: count(before[line_start..].chars().count()),
        cause: fault.cause,
    }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    /// Fingerprints and node indices of the names in all open objects, the innermost last.
    keys: Vec<(u64, u32)>,
}

impl Parser<'_> {
    fn document(&mut self) -> Step {
        if self.text.starts_with('\u{feff}') {
            return self.fail(Cause::ByteOrderMark);
        }
        self.skip_space();
        self.value(0)?;
        self.skip_space();
        if self.at < self.bytes.len() { self.fail(Cause::Trailing) } else { Ok(()) }
    }

    fn fail<T>(&self, cause: Cause) -> Result<T, Fault> {
        let cause = if self.at >= self.bytes.len() { Cause::End } else { cause };
        Err(Fault { at: self.at, cause })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Step {
        match self.peek() {
            Some(b'"') => self.string(Kind::String),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Kind::True),
            Some(b'f') => self.word("false", Kind::False),
            Some(b'n') => self.word("null", Kind::Null),
            _ => self.fail(Cause::Value),
        }
    }

    fn push(&mut self, kind: Kind, escaped: bool, start: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, escaped, start: start as u32, end: self.at as u32, next });
    }

    fn close(&mut self, index: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = self.at as u32;
            node.next = next;
        }
    }

    fn word(&mut self, word: &str, kind: Kind) -> Step {
        let start = self.at;
        if !self.bytes[start..].starts_with(word.as_bytes()) {
            return self.fail(Cause::Value);
        }
        self.at += word.len();
        self.push(kind, false, start);
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Step {
        let index = self.open(Kind::Array, depth)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            self.close(index);
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            if self.comma_or(b']')? {
                self.close(index);
                return Ok(());
            }
        }
    }

    fn open(&mut self, kind: Kind, depth: usize) -> Result<usize, Fault> {
        if depth >= MAX_DEPTH {
            return self.fail(Cause::Depth);
        }
        let index = self.nodes.len();
        let start = self.at;
        self.at += 1;
        self.push(kind, false, start);
        self.skip_space();
        Ok(index)
    }

    /// Steps over a comma (false) or the closing bracket (true).
    fn comma_or(&mut self, end: u8) -> Result<bool, Fault> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                Ok(false)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(true)
            }
            _ => self.fail(Cause::CommaOrEnd),
        }
    }

    fn object(&mut self, depth: usize) -> Step {
        let index = self.open(Kind::Object, depth)?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            self.close(index);
            return Ok(());
        }
        let first_key = self.keys.len();
        let mut escaped = false;
        loop {
            escaped |= self.key(first_key)?;
            self.value(depth + 1)?;
            if self.comma_or(b'}')? {
                break;
            }
        }
        self.close(index);
        if escaped || self.keys.len() - first_key > MAX_COMPARED_KEYS {
            self.check_names(first_key)?;
        }
        self.keys.truncate(first_key);
        Ok(())
    }

    /// A name and its colon. True when the name is written with escapes.
    fn key(&mut self, first_key: usize) -> Result<bool, Fault> {
        if self.peek() != Some(b'"') {
            return self.fail(Cause::Key);
        }
        let start = self.at;
        let index = self.nodes.len();
        self.string(Kind::Key)?;
        let escaped = self.nodes[index].escaped;
        let inside = &self.bytes[start + 1..self.at - 1];
        let print = fingerprint(inside);
        if self.keys.len() - first_key < MAX_COMPARED_KEYS {
            for (other, other_index) in &self.keys[first_key..] {
                if *other == print && self.inside(*other_index) == inside {
                    return Err(Fault { at: start, cause: Cause::DuplicateKey });
                }
            }
        }
        self.keys.push((print, index as u32));
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.fail(Cause::Colon);
        }
        self.at += 1;
        self.skip_space();
        Ok(escaped)
    }

    fn inside(&self, index: u32) -> &[u8] {
        let node = &self.nodes[index as usize];
        &self.bytes[node.start as usize + 1..node.end as usize - 1]
    }

    /// The thorough check for duplicate names: many members, or names with escapes.
    fn check_names(&self, first_key: usize) -> Step {
        let mut seen = std::collections::HashSet::new();
        for (_, index) in &self.keys[first_key..] {
            let node = &self.nodes[*index as usize];
            let name = unescape(&self.text[node.start as usize + 1..node.end as usize - 1]);
            if !seen.insert(name) {
                return Err(Fault { at: node.start as usize, cause: Cause::DuplicateKey });
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Step {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return self.fail(Cause::Number),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        if let Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'+' | b'-') = self.peek() {
            return self.fail(Cause::Number);
        }
        self.push(Kind::Number, false, start);
        Ok(())
    }

    fn digits(&mut self) -> Step {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.fail(Cause::Number);
        }
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self, kind: Kind) -> Step {
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        loop {
            self.at = plain_end(self.bytes, self.at);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return self.fail(Cause::ControlCharacter),
            }
        }
        self.at += 1;
        self.push(kind, escaped, start);
        Ok(())
    }

    fn escape(&mut self) -> Step {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let Some(code) = four_hex(self.bytes, self.at + 2) else { return self.fail(Cause::Escape) };
                match code {
                    0xD800..=0xDBFF => {
                        let low = if self.bytes.get(self.at + 6..self.at + 8) == Some(b"\\u") {
                            four_hex(self.bytes, self.at + 8)
                        } else {
                            None
                        };
                        if !matches!(low, Some(0xDC00..=0xDFFF)) {
                            return self.fail(Cause::LoneSurrogate);
                        }
                        self.at += 12;
                    }
                    0xDC00..=0xDFFF => return self.fail(Cause::LoneSurrogate),
                    _ => self.at += 6,
                }
            }
            _ => return self.fail(Cause::Escape),
        }
        Ok(())
    }
}

/// Eight bytes of a name in one word, its length mixed in: equal names have equal fingerprints.
fn fingerprint(name: &[u8]) -> u64 {
    let mut word = [0; 8];
    let length = name.len().min(8);
    word[..length].copy_from_slice(&name[name.len() - length..]);
    u64::from_le_bytes(word) ^ (name.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The first position from `at` on that holds a quote, a backslash or a control character, or the text's end.
/// Eight bytes at a time; the lowest marked byte is always a true one.
#[inline]
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * b'"' as u64);
        let backslash = word ^ (ONES * b'\\' as u64);
        let marks = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let marks = marks & HIGH;
        if marks != 0 {
            return at + marks.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if *byte < 0x20 || *byte == b'"' || *byte == b'\\' {
            break;
        }
        at += 1;
    }
    at
}
