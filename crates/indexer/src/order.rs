//! The order of hits: by the sort keys, then by record number, newest first.
//!
//! A record is placed by its least value, descending by its greatest; without a value it comes last either way. Numbers and dates
//! come before strings, where a parameter has both. Ids stand as [`key::name`](crate::key::name) writes them: UUIDs first.
//!
//! Never: compares more of a string than [`crate::entry::MAX_SORT_BYTES`]. State: none.

use crate::docs::Budget;
use crate::entry::{Column, Entry};
use crate::key::Place;
use crate::sealed::ReadFailed;
use crate::view::{Segment, Spans};
use salus_trust_api::wire::query::{ID, SortKey};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use tantivy::columnar::{BytesColumn, TermOrdHit};

/// Where a hit stands under one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Value {
    Number(i64),
    Text(Vec<u8>),
    Missing,
}

/// Where a hit stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) keys: Vec<Value>,
    pub(crate) record: u64,
}

/// A value within one segment: strings by their number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Local {
    Number(i64),
    /// Twice the string's number and one; a string that is not in the segment stands between, at an even one.
    Text(u64),
    Missing,
}

/// Where a hit stands within its segment. One is made of each document of a walk, so that one key needs no memory of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalPosition {
    /// Under the first key; [`Local::Missing`] without keys.
    first: Local,
    others: Vec<Local>,
    pub(crate) record: u64,
}

fn directed(ordering: Ordering, descending: bool) -> Ordering {
    if descending { ordering.reverse() } else { ordering }
}

fn compare(one: &Value, other: &Value, descending: bool) -> Ordering {
    match (one, other) {
        (Value::Missing, Value::Missing) => Ordering::Equal,
        (Value::Missing, _) => Ordering::Greater,
        (_, Value::Missing) => Ordering::Less,
        (Value::Number(a), Value::Number(b)) => directed(a.cmp(b), descending),
        (Value::Text(a), Value::Text(b)) => directed(a.cmp(b), descending),
        (Value::Number(_), Value::Text(_)) => directed(Ordering::Less, descending),
        (Value::Text(_), Value::Number(_)) => directed(Ordering::Greater, descending),
    }
}

fn compare_local(one: &Local, other: &Local, descending: bool) -> Ordering {
    match (one, other) {
        (Local::Missing, Local::Missing) => Ordering::Equal,
        (Local::Missing, _) => Ordering::Greater,
        (_, Local::Missing) => Ordering::Less,
        (Local::Number(a), Local::Number(b)) => directed(a.cmp(b), descending),
        (Local::Text(a), Local::Text(b)) => directed(a.cmp(b), descending),
        (Local::Number(_), Local::Text(_)) => directed(Ordering::Less, descending),
        (Local::Text(_), Local::Number(_)) => directed(Ordering::Greater, descending),
    }
}

impl Position {
    pub(crate) fn compare(&self, other: &Self, sort: &[SortKey]) -> Ordering {
        let keys = self.keys.iter().zip(&other.keys).zip(sort);
        keys.map(|((one, other), key)| compare(one, other, key.descending))
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| other.record.cmp(&self.record))
    }
}

impl LocalPosition {
    pub(crate) fn compare(&self, other: &Self, sort: &[SortKey]) -> Ordering {
        self.keys()
            .zip(other.keys())
            .zip(sort)
            .map(|((one, other), key)| compare_local(one, other, key.descending))
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| other.record.cmp(&self.record))
    }

    /// Whether it comes before whatever has this under the first key.
    pub(crate) fn is_before(&self, first: &Local, sort: &[SortKey]) -> bool {
        sort.first().is_some_and(|key| compare_local(&self.first, first, key.descending).is_lt())
    }

    fn keys(&self) -> impl Iterator<Item = &Local> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// The least and the greatest string of an entry under this key.
fn texts(entry: &Entry, parameter: u16) -> Option<[&[u8]; 2]> {
    if parameter == ID {
        return Some([&entry.name, &entry.name]);
    }
    let (least, greatest) = entry.sorts.get(&parameter)?;
    Some([least.as_bytes(), greatest.as_bytes()])
}

/// The values of one key in one segment.
struct KeyReader<'v> {
    numbers: [Spans<'v>; 2],
    strings: Option<BytesColumn>,
    /// Sorted, of a segment in memory.
    own: Vec<&'v [u8]>,
    parameter: u16,
    descending: bool,
}

/// The sort values of one segment.
pub(crate) struct OrderReader<'v> {
    segment: Segment<'v>,
    keys: Vec<KeyReader<'v>>,
}

impl<'v> OrderReader<'v> {
    pub(crate) fn new(segment: Segment<'v>, sort: &[SortKey], budget: &Budget) -> Result<Self, ReadFailed> {
        let keys = sort.iter().map(|key| KeyReader::new(segment, key, budget)).collect::<Result<_, _>>()?;
        Ok(Self { segment, keys })
    }

    /// What a document has under the first key.
    pub(crate) fn first(&self, doc: u32) -> Local {
        self.keys.first().map_or(Local::Missing, |key| key.of(self.segment, doc))
    }

    /// Where a document stands, of which [`OrderReader::first`] is known.
    pub(crate) fn position(&self, doc: u32, first: Local) -> LocalPosition {
        let others = self.keys.iter().skip(1).map(|key| key.of(self.segment, doc)).collect();
        LocalPosition { first, others, record: self.segment.record(doc) }
    }

    /// A position of another segment, or of an earlier page, as it stands in this one.
    pub(crate) fn to_local(&self, position: &Position) -> Result<LocalPosition, ReadFailed> {
        let mut keys = self.keys.iter().zip(&position.keys).map(|(key, value)| key.to_local(value));
        let first = keys.next().transpose()?.unwrap_or(Local::Missing);
        Ok(LocalPosition { first, others: keys.collect::<Result<_, _>>()?, record: position.record })
    }

    pub(crate) fn to_global(&self, position: &LocalPosition) -> Result<Position, ReadFailed> {
        let keys = self.keys.iter().zip(position.keys()).map(|(key, value)| key.to_global(*value));
        Ok(Position { keys: keys.collect::<Result<_, _>>()?, record: position.record })
    }
}

impl<'v> KeyReader<'v> {
    fn new(segment: Segment<'v>, key: &SortKey, budget: &Budget) -> Result<Self, ReadFailed> {
        let place = Place { parameter: key.parameter, component: 0 };
        let column = |quantity| segment.spans(&Column { place, quantity }, budget);
        let numbers = [column(false)?, column(true)?];
        let (mut strings, mut own) = (None, Vec::new());
        match segment {
            Segment::Sealed(sealed) if key.parameter == ID => strings = Some(sealed.name_column()),
            Segment::Sealed(sealed) => strings = sealed.sorts(key.parameter, budget)?.map(BytesColumn::from),
            Segment::Memory(memory) => {
                own.extend(memory.entries.iter().flat_map(|entry| texts(entry, key.parameter)).flatten());
                own.sort_unstable();
                own.dedup();
            }
        }
        Ok(Self { numbers, strings, own, parameter: key.parameter, descending: key.descending })
    }

    fn of(&self, segment: Segment<'v>, doc: u32) -> Local {
        let ends = self.numbers.iter().filter_map(|spans| spans.end(doc, self.descending));
        let number = if self.descending { ends.max() } else { ends.min() };
        let text = || match segment {
            Segment::Sealed(_) => {
                let ords = self.strings.iter().flat_map(|column| column.term_ords(doc));
                if self.descending { ords.max() } else { ords.min() }
            }
            Segment::Memory(memory) => {
                let [least, greatest] = texts(memory.entry(doc)?, self.parameter)?;
                let value = if self.descending { greatest } else { least };
                self.own.binary_search(&value).ok().map(|at| at as u64)
            }
        };
        // Numbers come before strings: the least is a number where there is one, the greatest a string.
        let number = number.map(Local::Number);
        let text = || text().map(|ord| Local::Text(ord * 2 + 1));
        let found = if self.descending { text().or(number) } else { number.or_else(text) };
        found.unwrap_or(Local::Missing)
    }

    fn to_local(&self, value: &Value) -> Result<Local, ReadFailed> {
        Ok(match value {
            Value::Number(number) => Local::Number(*number),
            Value::Missing => Local::Missing,
            Value::Text(text) => Local::Text(match &self.strings {
                None => match self.own.binary_search(&text.as_slice()) {
                    Ok(at) => at as u64 * 2 + 1,
                    Err(at) => (at as u64) * 2,
                },
                Some(column) => match column.dictionary().term_ord_or_next(text)? {
                    TermOrdHit::Exact(ord) => ord * 2 + 1,
                    // Beyond the last it is the greatest number there is.
                    TermOrdHit::Next(ord) => ord.saturating_mul(2),
                },
            }),
        })
    }

    fn to_global(&self, value: Local) -> Result<Value, ReadFailed> {
        Ok(match value {
            Local::Number(number) => Value::Number(number),
            Local::Missing => Value::Missing,
            Local::Text(twice) => Value::Text(match &self.strings {
                None => {
                    let text = self.own.get((twice / 2) as usize).ok_or(ReadFailed)?;
                    text.to_vec()
                }
                Some(column) => {
                    let mut text = Vec::new();
                    column.ord_to_bytes(twice / 2, &mut text)?;
                    text
                }
            }),
        })
    }
}
