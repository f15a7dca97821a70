//! The order of hits: by the sort keys, then by record number, newest first.
//!
//! A record is placed by its least value, descending by its greatest; without a value it comes last either way. Numbers and dates
//! come before strings, where a parameter has both. Ids stand as [`key::name`](crate::key::name) writes them: UUIDs first.
//!
//! Never: compares more of a string than [`crate::entry::MAX_SORT_BYTES`]. State: none.

use crate::entry::{Column, Entry};
use crate::key::Place;
use crate::sealed::{ReadFailed, Sealed};
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

/// Where a hit stands within its segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalPosition {
    pub(crate) keys: Vec<Local>,
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
        let keys = self.keys.iter().zip(&other.keys).zip(sort);
        keys.map(|((one, other), key)| compare_local(one, other, key.descending))
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| other.record.cmp(&self.record))
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
    pub(crate) fn new(segment: Segment<'v>, sort: &[SortKey]) -> Result<Self, ReadFailed> {
        let keys = sort.iter().map(|key| KeyReader::new(segment, key)).collect::<Result<_, _>>()?;
        Ok(Self { segment, keys })
    }

    pub(crate) fn of(&self, doc: u32) -> LocalPosition {
        let keys = self.keys.iter().map(|key| key.of(self.segment, doc)).collect();
        LocalPosition { keys, record: self.segment.record(doc) }
    }

    /// A position of another segment, or of an earlier page, as it stands in this one.
    pub(crate) fn to_local(&self, position: &Position) -> Result<LocalPosition, ReadFailed> {
        let keys = self.keys.iter().zip(&position.keys).map(|(key, value)| key.to_local(value));
        Ok(LocalPosition { keys: keys.collect::<Result<_, _>>()?, record: position.record })
    }

    pub(crate) fn to_global(&self, position: &LocalPosition) -> Result<Position, ReadFailed> {
        let keys = self.keys.iter().zip(&position.keys).map(|(key, value)| key.to_global(*value));
        Ok(Position { keys: keys.collect::<Result<_, _>>()?, record: position.record })
    }
}

impl<'v> KeyReader<'v> {
    fn new(segment: Segment<'v>, key: &SortKey) -> Result<Self, ReadFailed> {
        let place = Place { parameter: key.parameter, component: 0 };
        let column = |quantity| segment.spans(&Column { place, quantity });
        let numbers = [column(false)?, column(true)?];
        let (mut strings, mut own) = (None, Vec::new());
        match segment {
            Segment::Sealed(sealed) if key.parameter == ID => strings = Some(sealed.name_column()),
            Segment::Sealed(sealed) => strings = Sealed::sorts(sealed, key.parameter)?.map(BytesColumn::from),
            Segment::Memory(memory) => {
                own.extend(memory.entries.iter().flat_map(|entry| texts(entry, key.parameter)).flatten());
                own.sort_unstable();
                own.dedup();
            }
        }
        Ok(Self { numbers, strings, own, parameter: key.parameter, descending: key.descending })
    }

    fn of(&self, segment: Segment<'v>, doc: u32) -> Local {
        let mut number: Option<i64> = None;
        for spans in &self.numbers {
            spans.any(doc, |_, span| {
                number = Some(match number {
                    None if self.descending => span.range.high,
                    None => span.range.low,
                    Some(known) if self.descending => known.max(span.range.high),
                    Some(known) => known.min(span.range.low),
                });
                false
            });
        }
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
