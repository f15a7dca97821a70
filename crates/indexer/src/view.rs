//! One state of an index, as a query sees it from its beginning to its end.
//!
//! Never: changes. State: the sealed segments, and the tail beside them, oldest first.

use crate::docs::{Budget, Docs};
use crate::entry::{Column, Span};
use crate::memory::Memory;
use crate::sealed::{ReadFailed, Sealed, SpanColumn};
use salus_seal::Pseudonym;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use tantivy::postings::TermInfo;

/// Up to this many terms are walked side by side; more are put together first.
pub(crate) const MOST_SIDE_BY_SIDE: usize = 4;

/// A state of an index.
#[derive(Clone, Default)]
pub(crate) struct View {
    pub(crate) sealed: Vec<Arc<Sealed>>,
    pub(crate) tail: Vec<Arc<Memory>>,
}

/// One segment of a view.
#[derive(Clone, Copy)]
pub(crate) enum Segment<'v> {
    Sealed(&'v Sealed),
    Memory(&'v Memory),
}

/// A segment, and what of the tail may have newer versions.
#[derive(Clone, Copy)]
pub(crate) struct Member<'v> {
    pub(crate) segment: Segment<'v>,
    newer: &'v [Arc<Memory>],
}

impl View {
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'_>> {
        let tail = self.tail.as_slice();
        let sealed = self.sealed.iter().map(move |one| Member { segment: Segment::Sealed(one), newer: tail });
        let memory = tail.iter().enumerate().map(move |(at, one)| Member {
            segment: Segment::Memory(one),
            newer: tail.get(at + 1..).unwrap_or_default(),
        });
        sealed.chain(memory)
    }

    /// The newest version of a record that is known, deletions too while they are in the tail.
    pub(crate) fn version_of(&self, record: u64) -> Result<Option<u32>, ReadFailed> {
        if let Some(version) = self.tail.iter().rev().find_map(|memory| memory.version(record)) {
            return Ok(Some(version));
        }
        for sealed in &self.sealed {
            if let Some(version) = sealed.version_of(record)? {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    /// Whether a record is there and not deleted.
    pub(crate) fn is_there(&self, record: u64) -> Result<bool, ReadFailed> {
        if let Some(newest) = self.tail.iter().rev().find_map(|memory| memory.entry_of(record)) {
            return Ok(!newest.deleted);
        }
        Ok(self.version_of(record)?.is_some())
    }

    /// Records that are found.
    pub(crate) fn records(&self) -> u64 {
        let mut count: u64 = self.sealed.iter().map(|sealed| sealed.alive_documents()).sum();
        let mut seen = HashSet::new();
        for entry in self.tail.iter().rev().flat_map(|memory| &memory.entries) {
            if !seen.insert(entry.record) {
                continue;
            }
            let is_sealed = !entry.fresh
                && self.sealed.iter().any(|sealed| matches!(sealed.version_of(entry.record), Ok(Some(_))));
            match (entry.deleted, is_sealed) {
                (true, true) => count = count.saturating_sub(1),
                (false, false) => count += 1,
                _ => {}
            }
        }
        count
    }
}

impl<'v> Member<'v> {
    /// Whether this document is the newest version of its record, and not deleted.
    pub(crate) fn is_alive(&self, doc: u32) -> bool {
        let (alive, record) = match self.segment {
            Segment::Sealed(sealed) => {
                if !sealed.is_alive(doc) {
                    return false;
                }
                if !self.newer.iter().any(|memory| memory.is_masking()) {
                    return true;
                }
                (true, sealed.record(doc))
            }
            Segment::Memory(memory) => match memory.entry(doc) {
                Some(entry) => (!entry.deleted, entry.record),
                None => return false,
            },
        };
        alive && !self.newer.iter().any(|memory| memory.masks(record))
    }
}

impl<'v> Segment<'v> {
    pub(crate) fn documents(&self) -> u32 {
        match self {
            Self::Sealed(sealed) => sealed.documents(),
            Self::Memory(memory) => memory.documents(),
        }
    }

    pub(crate) fn record(&self, doc: u32) -> u64 {
        match self {
            Self::Sealed(sealed) => sealed.record(doc),
            Self::Memory(memory) => memory.entry(doc).map_or(0, |entry| entry.record),
        }
    }

    pub(crate) fn version(&self, doc: u32) -> u32 {
        match self {
            Self::Sealed(sealed) => sealed.version(doc),
            Self::Memory(memory) => memory.entry(doc).map_or(0, |entry| entry.version),
        }
    }

    pub(crate) fn kind(&self, doc: u32) -> u16 {
        match self {
            Self::Sealed(sealed) => sealed.kind(doc),
            Self::Memory(memory) => memory.entry(doc).map_or(0, |entry| entry.kind),
        }
    }

    /// The patients of a document.
    pub(crate) fn whose(&self, doc: u32) -> Result<Vec<Pseudonym>, ReadFailed> {
        match self {
            Self::Sealed(sealed) => sealed.whose(doc).map(|number| sealed.pseudonym(number)).collect(),
            Self::Memory(memory) => Ok(memory.entry(doc).ok_or(ReadFailed)?.whose.clone()),
        }
    }

    /// The documents with this term.
    pub(crate) fn exact(&self, key: &[u8], budget: &'v Budget) -> Result<Docs<'v>, ReadFailed> {
        match self {
            Self::Sealed(sealed) => sealed.exact(key, budget),
            Self::Memory(memory) if budget.hold(size_of_val(memory.docs_of(key))) => Ok(Docs::Nothing),
            Self::Memory(memory) => Ok(memory.exact(key)),
        }
    }

    /// Terms with this prefix, by what `group` says of the rest; none: not meant.
    pub(crate) fn groups(
        &self,
        prefix: &[u8],
        budget: &Budget,
        group: &mut dyn FnMut(&[u8]) -> Option<u16>,
    ) -> Result<BTreeMap<u16, Terms<'v>>, ReadFailed> {
        let mut groups: BTreeMap<u16, Terms<'v>> = BTreeMap::new();
        match *self {
            Self::Sealed(sealed) => sealed.each(prefix, budget, &mut |rest, info| {
                if let Some(group) = group(rest).filter(|_| !budget.hold(size_of::<TermInfo>())) {
                    groups.entry(group).or_insert_with(|| Terms::new(*self)).infos.push(info.clone());
                }
            })?,
            Self::Memory(memory) => memory.each(prefix, budget, &mut |rest, docs| {
                if let Some(group) = group(rest).filter(|_| !budget.hold(size_of_val(docs))) {
                    groups.entry(group).or_insert_with(|| Terms::new(*self)).docs.extend_from_slice(docs);
                }
            }),
        }
        Ok(groups)
    }

    pub(crate) fn spans(&self, column: &Column, budget: &Budget) -> Result<Spans<'v>, ReadFailed> {
        Ok(match *self {
            Self::Sealed(sealed) => sealed.spans(column, budget)?.map_or(Spans::None, Spans::Sealed),
            Self::Memory(memory) => Spans::Memory(memory, *column),
        })
    }
}

/// Terms of one segment that are meant together.
pub(crate) struct Terms<'v> {
    segment: Segment<'v>,
    infos: Vec<TermInfo>,
    docs: Vec<u32>,
}

impl<'v> Terms<'v> {
    pub(crate) fn new(segment: Segment<'v>) -> Self {
        Self { segment, infos: Vec::new(), docs: Vec::new() }
    }

    /// One more term.
    pub(crate) fn add(&mut self, key: &[u8], budget: &Budget) -> Result<(), ReadFailed> {
        match self.segment {
            Segment::Sealed(_) if budget.hold(size_of::<TermInfo>()) => {}
            Segment::Sealed(sealed) => self.infos.extend(sealed.term(key)?),
            Segment::Memory(memory) if budget.hold(size_of_val(memory.docs_of(key))) => {}
            Segment::Memory(memory) => self.docs.extend_from_slice(memory.docs_of(key)),
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: Terms<'v>) {
        self.infos.extend(other.infos);
        self.docs.extend(other.docs);
    }

    /// The documents that have any of them.
    pub(crate) fn into_docs(mut self, budget: &'v Budget) -> Result<Docs<'v>, ReadFailed> {
        let documents = self.segment.documents();
        if let Segment::Sealed(sealed) = self.segment {
            if self.infos.len() <= MOST_SIDE_BY_SIDE {
                let members = self.infos.iter().map(|info| sealed.postings(info, budget));
                return Ok(Docs::or(members.collect::<Result<_, _>>()?, documents));
            }
            let sum: u64 = self.infos.iter().map(|info| u64::from(info.doc_freq)).sum();
            let is_many = sum > u64::from(documents / 64);
            let bytes = if is_many { u64::from(documents / 8) } else { sum * size_of::<u32>() as u64 };
            // The query ends as too costly; what it would have found is not told.
            if budget.hold(usize::try_from(bytes).unwrap_or(usize::MAX)) {
                return Ok(Docs::Nothing);
            }
            if is_many {
                return bits(sealed, &self.infos, documents, budget);
            }
            for info in &self.infos {
                walk(sealed.postings(info, budget)?, budget, &mut |doc| self.docs.push(doc));
            }
        }
        self.docs.sort_unstable();
        self.docs.dedup();
        Ok(if self.docs.is_empty() { Docs::Nothing } else { Docs::List(self.docs, 0) })
    }
}

fn bits<'v>(
    sealed: &Sealed,
    infos: &[TermInfo],
    documents: u32,
    budget: &Budget,
) -> Result<Docs<'v>, ReadFailed> {
    let mut bits = crate::docs::Bits::new(documents);
    for info in infos {
        walk(sealed.postings(info, budget)?, budget, &mut |doc| bits.insert(doc));
    }
    Ok(Docs::Bits(bits))
}

/// Shows all documents of a set.
pub(crate) fn walk(mut docs: Docs<'_>, budget: &Budget, show: &mut dyn FnMut(u32)) {
    let mut doc = docs.seek(0);
    while doc != crate::docs::END && !budget.step() {
        show(doc);
        doc = docs.seek(doc + 1);
    }
}

/// A column of spans of one segment.
pub(crate) enum Spans<'v> {
    None,
    Sealed(Arc<SpanColumn>),
    Memory(&'v Memory, Column),
}

impl Spans<'_> {
    /// Whether one of a document's spans, with its place in the column, meets this.
    pub(crate) fn any(&self, doc: u32, mut meets: impl FnMut(u16, Span) -> bool) -> bool {
        match self {
            Self::None => false,
            Self::Sealed(column) => (0u16..=u16::MAX).zip(column.of(doc)).any(|(nth, span)| meets(nth, span)),
            Self::Memory(memory, column) => {
                (0u16..=u16::MAX).zip(memory.spans(doc, column)).any(|(nth, span)| meets(nth, *span))
            }
        }
    }

    /// The least or the greatest end of a document's spans.
    pub(crate) fn end(&self, doc: u32, greatest: bool) -> Option<i64> {
        match self {
            Self::None => None,
            Self::Sealed(column) if greatest => column.of(doc).map(|span| span.range.high).max(),
            Self::Sealed(column) => column.lows(doc).min(),
            Self::Memory(memory, column) => {
                let ranges = memory.spans(doc, column).iter().map(|span| span.range);
                if greatest {
                    ranges.map(|range| range.high).max()
                } else {
                    ranges.map(|range| range.low).min()
                }
            }
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}
