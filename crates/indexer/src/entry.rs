//! From the words of a record version to what the index keeps of it: terms, spans, outgoing references, sort values.
//!
//! Never: keeps the words. State: none.

use crate::fold::fold;
use crate::key::{self, Form, Global, Key, Place};
use salus_seal::envelope::open_part;
use salus_seal::{Header, Part, PartKey, Pseudonym, SealError};
use salus_trust_api::wire::index::Item;
use salus_trust_api::wire::query::LAST_UPDATED;
use salus_trust_api::wire::words::{self, Made, Range, RecordName, Word, Words};
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes of a string by which records are sorted: what is equal up to there is equal.
pub(crate) const MAX_SORT_BYTES: usize = 64;
/// The most bytes of a term. What is longer is kept by its hash.
const MAX_TERM_BYTES: usize = 20 * 1024;

/// A column of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Column {
    pub(crate) place: Place,
    /// Of quantities; else of dates and numbers.
    pub(crate) quantity: bool,
}

/// One value of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Of which element it is, in a composite.
    pub(crate) occurrence: u16,
    pub(crate) range: Range,
}

/// What the index keeps of a record version.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) record: u64,
    pub(crate) version: u32,
    pub(crate) kind: u16,
    pub(crate) deleted: bool,
    /// Nothing older of this record can be known.
    pub(crate) fresh: bool,
    /// It takes the place of the same version with other words.
    pub(crate) anew: bool,
    pub(crate) whose: Vec<Pseudonym>,
    pub(crate) name: Vec<u8>,
    pub(crate) terms: BTreeSet<Vec<u8>>,
    pub(crate) spans: BTreeMap<Column, Vec<Span>>,
    /// Parameter and name of what it refers to.
    pub(crate) outgoing: BTreeSet<Vec<u8>>,
    /// Least and greatest.
    pub(crate) sorts: BTreeMap<u16, (String, String)>,
}

/// Opens an item's words; they are as long as a sealed part may be.
pub(crate) fn open(item: &Item) -> Result<(Words, Made), SealError> {
    if item.words.is_empty() {
        return Ok((Words::default(), Made::FIRST));
    }
    let plain = zeroize::Zeroizing::new(open_part(
        &item.header,
        Part::Words,
        &item.words,
        &PartKey::from_bytes(item.key.0),
    )?);
    words::read(&plain).map_err(|_| SealError::Malformed)
}

impl Entry {
    /// What is kept of a version with these words.
    pub(crate) fn new(header: &Header, whose: &[Pseudonym], words: &Words, made: Made, fresh: bool) -> Self {
        let mut entry = Self {
            record: header.record,
            version: header.version,
            kind: header.kind,
            deleted: header.deleted,
            fresh,
            whose: whose.to_vec(),
            ..Self::default()
        };
        if header.deleted {
            return entry;
        }
        entry.name = key::name(&RecordName { kind: header.kind, id: words.id.clone() });
        entry.terms.insert(key::record(header.record));
        entry.terms.insert(Key::global(Global::Kind).number(header.kind).0);
        entry.terms.insert(Key::global(Global::Name).bytes(&entry.name).0);
        entry.terms.insert(key::made(made).0);
        let time = i64::try_from(header.time_ms).unwrap_or(i64::MAX);
        let updated = Place { parameter: LAST_UPDATED, component: 0 };
        entry.span(updated, false, 0, Range { low: time, high: time });
        let mut occurrences: BTreeMap<u16, u16> = BTreeMap::new();
        for (parameter, word) in &words.words {
            let place = Place { parameter: *parameter, component: 0 };
            entry.terms.insert(Key::of(place, Form::Present).0);
            match word {
                Word::Composite(components) => {
                    let occurrence = occurrences.entry(*parameter).or_default();
                    entry.composite(*parameter, *occurrence, components);
                    *occurrence = occurrence.saturating_add(1);
                }
                word => entry.word(place, 0, word),
            }
        }
        for (what, text) in [(Global::Narrative, &words.narrative), (Global::Content, &words.content)] {
            for word in crate::fold::words(text) {
                entry.terms.insert(Key::global(what).text(&word).0);
            }
        }
        entry
    }

    /// The same, where something older of the record can be known.
    pub(crate) fn not_fresh(&self) -> Self {
        Self { fresh: false, ..self.clone() }
    }

    /// The same, where it takes the place of the same version with other words.
    pub(crate) fn anew(self) -> Self {
        Self { fresh: false, anew: true, ..self }
    }

    fn composite(&mut self, parameter: u16, occurrence: u16, components: &[Vec<Word>]) {
        for (component, words) in (1u8..=u8::MAX).zip(components) {
            let place = Place { parameter, component };
            if !words.is_empty() {
                self.put(place, occurrence, Key::of(place, Form::Present));
            }
            for word in words {
                self.word(place, occurrence, word);
            }
        }
    }

    fn put(&mut self, place: Place, occurrence: u16, key: Key) {
        let key = if key.0.len() > MAX_TERM_BYTES { shorten(&key) } else { key };
        let key = if place.component == 0 { key } else { key.number(occurrence) };
        self.terms.insert(key.0);
    }

    fn word(&mut self, place: Place, occurrence: u16, word: &Word) {
        let key = match word {
            Word::Text(text) => {
                let folded = fold(text);
                self.sort(place, &folded);
                text_key(place, &folded, text)
            }
            Word::Token { system, code } => {
                if let Some(code) = code {
                    self.sort(place, &fold(code));
                }
                if let Some(system) = system {
                    self.put(place, occurrence, Key::of(place, Form::System).text(system));
                }
                token_key(place, Form::Token, system.as_deref(), code.as_deref())
            }
            Word::Display(text) => Key::of(place, Form::Display).text(&fold(text)),
            Word::OfType { system, code, value } => of_type_key(place, system.as_deref(), code, value),
            Word::Uri(uri) => {
                self.sort(place, uri);
                Key::of(place, Form::Uri).text(uri)
            }
            Word::Reference(name) => {
                let name = key::name(name);
                if place.component == 0 {
                    self.outgoing.insert([key::outgoing(place.parameter).as_slice(), &name].concat());
                }
                Key::of(place, Form::Reference).bytes(&name)
            }
            Word::Elsewhere(text) => Key::of(place, Form::Elsewhere).text(text),
            Word::ReferenceIdentifier { system, value } => {
                token_key(place, Form::ReferenceIdentifier, system.as_deref(), Some(value))
            }
            Word::Range(range) => {
                self.span(place, false, occurrence, *range);
                return;
            }
            Word::Quantity { range, system, code, unit } => {
                let nth = self.span(place, true, occurrence, *range);
                self.terms
                    .insert(token_key(place, Form::Unit, system.as_deref(), code.as_deref()).number(nth).0);
                if let Some(unit) = unit.as_ref().filter(|unit| Some(*unit) != code.as_ref()) {
                    self.terms.insert(exact(Key::of(place, Form::UnitText).text(unit)).number(nth).0);
                }
                return;
            }
            Word::Composite(_) => return,
        };
        self.put(place, occurrence, key);
    }

    /// Adds a span; gives its place in the column.
    fn span(&mut self, place: Place, quantity: bool, occurrence: u16, range: Range) -> u16 {
        let column = self.spans.entry(Column { place, quantity }).or_default();
        column.push(Span { occurrence, range });
        u16::try_from(column.len() - 1).unwrap_or(u16::MAX)
    }

    fn sort(&mut self, place: Place, value: &str) {
        if place.component > 0 {
            return;
        }
        let mut end = value.len().min(MAX_SORT_BYTES);
        while !value.is_char_boundary(end) {
            end -= 1;
        }
        let value = value.get(..end).unwrap_or_default();
        let (least, greatest) =
            self.sorts.entry(place.parameter).or_insert_with(|| (value.to_owned(), value.to_owned()));
        if value < least.as_str() {
            *least = value.to_owned();
        } else if value > greatest.as_str() {
            *greatest = value.to_owned();
        }
    }
}

/// A term too long to be kept: its beginning, and a hash of all of it.
pub(crate) fn shorten(key: &Key) -> Key {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &key.0);
    let start = key.0.get(..MAX_TERM_BYTES - 32).unwrap_or(&key.0);
    Key(start.to_vec()).bytes(hash.as_ref())
}

/// The key of a string: folded, then itself where it differs.
pub(crate) fn text_key(place: Place, folded: &str, text: &str) -> Key {
    let key = Key::of(place, Form::Text).text(folded);
    let key = if text == folded { key.byte(0) } else { key.byte(1).text(text) };
    exact(key)
}

/// A key as [`Entry`] keeps it.
pub(crate) fn exact(key: Key) -> Key {
    if key.0.len() > MAX_TERM_BYTES { shorten(&key) } else { key }
}

/// The key of a token.
pub(crate) fn token_key(place: Place, form: Form, system: Option<&str>, code: Option<&str>) -> Key {
    exact(Key::of(place, form).option(code).option(system))
}

/// The key of an identifier with its type.
pub(crate) fn of_type_key(place: Place, system: Option<&str>, code: &str, value: &str) -> Key {
    exact(Key::of(place, Form::OfType).text(code).text(value).option(system))
}
