//! Sets of documents of one segment, walked in ascending order.
//!
//! One operation is enough: the first document from here on. Members of a conjunction leap over each other; columns and
//! negations are only asked about documents that the rest has found.
//!
//! Never: goes back. State: where it stands.

use crate::entry::Column;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::time::Instant;
use tantivy::index::SegmentId;
use tantivy::postings::SegmentPostings;
use tantivy::{DocSet as _, TERMINATED};

/// The end of every set.
pub(crate) const END: u32 = TERMINATED;
/// How many documents are looked at between two looks at the clock.
const STEPS_PER_LOOK: u32 = 1024;

/// The most bytes of documents, terms, names and open lists of postings that one query has, beside its page, its columns
/// ([`MAX_COLUMN_BYTES`]) and the cache of opened pages.
pub(crate) const MAX_QUERY_BYTES: u64 = 64 * 1024 * 1024;

/// The most bytes of columns that one query reads, each counted once. They stay open for the next query.
pub(crate) const MAX_COLUMN_BYTES: u64 = 256 * 1024 * 1024;

/// What a query may still spend.
pub(crate) struct Budget {
    deadline: Instant,
    steps: Cell<u32>,
    terms: Cell<u64>,
    bytes: Cell<u64>,
    column_bytes: Cell<u64>,
    columns: RefCell<HashSet<(SegmentId, ColumnName)>>,
    pub(crate) over: Cell<bool>,
}

impl Budget {
    pub(crate) fn new(deadline: Instant, terms: u64) -> Self {
        let (steps, over) = (Cell::new(0), Cell::new(false));
        let (bytes, column_bytes) = (Cell::new(MAX_QUERY_BYTES), Cell::new(MAX_COLUMN_BYTES));
        let columns = RefCell::default();
        Self { deadline, steps, terms: Cell::new(terms), bytes, column_bytes, columns, over }
    }

    /// The same, with room for so many bytes.
    #[cfg(test)]
    pub(crate) fn with_bytes(self, bytes: u64) -> Self {
        self.bytes.set(bytes);
        self
    }

    /// The same, with room for so many bytes of columns.
    #[cfg(test)]
    pub(crate) fn with_column_bytes(self, bytes: u64) -> Self {
        self.column_bytes.set(bytes);
        self
    }

    /// Counts a column that the query reads, the first time; true when it may not go on.
    pub(crate) fn column(&self, segment: SegmentId, name: ColumnName, bytes: u64) -> bool {
        if self.columns.borrow_mut().insert((segment, name)) {
            match self.column_bytes.get().checked_sub(bytes) {
                Some(left) => self.column_bytes.set(left),
                None => self.over.set(true),
            }
        }
        self.over.get()
    }

    /// Counts bytes that are given back when what comes of it goes; none when the query may not go on.
    pub(crate) fn lend(&self, bytes: usize) -> Option<Held<'_>> {
        if self.hold(bytes) { None } else { Some(Held { budget: self, bytes: bytes as u64 }) }
    }

    /// Counts bytes that the query keeps until its end; true when it may not go on. What it gives back meanwhile is not taken off:
    /// the bound is on all that it ever held.
    pub(crate) fn hold(&self, bytes: usize) -> bool {
        match self.bytes.get().checked_sub(bytes as u64) {
            Some(left) => self.bytes.set(left),
            None => self.over.set(true),
        }
        self.over.get()
    }

    /// Counts one step; true when the query may not go on.
    pub(crate) fn step(&self) -> bool {
        let steps = self.steps.get() + 1;
        if steps < STEPS_PER_LOOK {
            self.steps.set(steps);
        } else {
            self.steps.set(0);
            if Instant::now() >= self.deadline {
                self.over.set(true);
            }
        }
        self.over.get()
    }

    /// Counts one term that was looked at; true when the query may not go on.
    pub(crate) fn term(&self) -> bool {
        match self.terms.get().checked_sub(1) {
            Some(left) => self.terms.set(left),
            None => self.over.set(true),
        }
        self.step()
    }
}

/// Which column of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ColumnName {
    Spans(Column),
    /// A parameter's strings to sort by.
    Sorts(u16),
}

/// Bytes that are held as long as this is there.
pub(crate) struct Held<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.budget.bytes.set(self.budget.bytes.get() + self.bytes);
    }
}

/// An open list of postings.
pub(crate) struct Cursor<'a> {
    pub(crate) postings: SegmentPostings,
    pub(crate) _held: Held<'a>,
}

/// A set of documents.
pub(crate) enum Docs<'a> {
    Nothing,
    /// All documents of a segment of this many.
    Everything(u32),
    Postings(Box<Cursor<'a>>),
    /// Ascending, and where it stands.
    List(Vec<u32>, usize),
    Bits(Bits),
    /// At least one; in ascending order of cost.
    And(Vec<Docs<'a>>),
    Or(Vec<Docs<'a>>),
    /// All of a segment of this many that are not in it.
    Not(Box<Docs<'a>>, u32),
    /// All of a segment of this many of which this is true.
    Check(Box<dyn Fn(u32) -> bool + 'a>, u32, &'a Budget),
}

/// A bit for each document.
pub(crate) struct Bits {
    words: Vec<u64>,
    count: u32,
}

impl Bits {
    pub(crate) fn new(documents: u32) -> Self {
        Self { words: vec![0; documents as usize / 64 + 1], count: 0 }
    }

    pub(crate) fn insert(&mut self, doc: u32) {
        if let Some(word) = self.words.get_mut(doc as usize / 64) {
            let bit = 1u64 << (doc % 64);
            self.count += u32::from(*word & bit == 0);
            *word |= bit;
        }
    }

    fn has(&self, doc: u32) -> bool {
        self.words.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    fn from(&self, doc: u32) -> u32 {
        let at = doc as usize / 64;
        let Some(first) = self.words.get(at) else { return END };
        let masked = first & (u64::MAX << (doc % 64));
        if masked != 0 {
            return (at * 64) as u32 + masked.trailing_zeros();
        }
        for (number, word) in self.words.iter().enumerate().skip(at + 1) {
            if *word != 0 {
                return (number * 64) as u32 + word.trailing_zeros();
            }
        }
        END
    }
}

impl<'a> Docs<'a> {
    /// All of these at once.
    pub(crate) fn and(mut members: Vec<Docs<'a>>, documents: u32) -> Docs<'a> {
        if members.iter().any(|member| matches!(member, Docs::Nothing)) {
            return Docs::Nothing;
        }
        members.retain(|member| !matches!(member, Docs::Everything(_)));
        members.sort_by_key(|member| (member.only_asked(), member.cost()));
        match members.len() {
            0 => Docs::Everything(documents),
            1 => members.remove(0),
            _ => Docs::And(members),
        }
    }

    /// Any of these.
    pub(crate) fn or(mut members: Vec<Docs<'a>>, documents: u32) -> Docs<'a> {
        members.retain(|member| !matches!(member, Docs::Nothing));
        if members.iter().any(|member| matches!(member, Docs::Everything(_))) {
            return Docs::Everything(documents);
        }
        match members.len() {
            0 => Docs::Nothing,
            1 => members.remove(0),
            _ => Docs::Or(members),
        }
    }

    /// None of this.
    pub(crate) fn not(inner: Docs<'a>, documents: u32) -> Docs<'a> {
        match inner {
            Docs::Nothing => Docs::Everything(documents),
            Docs::Everything(_) => Docs::Nothing,
            inner => Docs::Not(Box::new(inner), documents),
        }
    }

    /// Whether it is better asked about documents than walked.
    pub(crate) fn only_asked(&self) -> bool {
        match self {
            Docs::Not(..) | Docs::Check(..) => true,
            Docs::And(members) => members.iter().all(Docs::only_asked),
            Docs::Or(members) => members.iter().any(Docs::only_asked),
            _ => false,
        }
    }

    /// Whether seeking in it costs little, wherever its next document is.
    fn leaps(&self) -> bool {
        matches!(self, Docs::Nothing | Docs::Postings(..) | Docs::List(..))
    }

    /// About how many documents it has.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Docs::Nothing => 0,
            Docs::Everything(documents) | Docs::Not(_, documents) | Docs::Check(_, documents, _) => {
                *documents
            }
            Docs::Postings(cursor) => cursor.postings.doc_freq(),
            Docs::List(list, _) => list.len() as u32,
            Docs::Bits(bits) => bits.count,
            Docs::And(members) => members.iter().map(Docs::cost).min().unwrap_or(0),
            Docs::Or(members) => members.iter().map(Docs::cost).fold(0, u32::saturating_add),
        }
    }

    /// The first document from `from` on; [`END`] when there is none. `from` never falls.
    pub(crate) fn seek(&mut self, from: u32) -> u32 {
        match self {
            Docs::Nothing => END,
            Docs::Everything(documents) => {
                if from < *documents {
                    from
                } else {
                    END
                }
            }
            Docs::Postings(cursor) => {
                let postings = &mut cursor.postings;
                let here = postings.doc();
                if here >= from {
                    here
                } else if here + 1 == from {
                    postings.advance()
                } else {
                    postings.seek(from)
                }
            }
            Docs::List(list, at) => {
                let rest = list.get(*at..).unwrap_or_default();
                if rest.first().is_some_and(|doc| *doc < from) {
                    *at += rest.partition_point(|doc| *doc < from);
                }
                list.get(*at).copied().unwrap_or(END)
            }
            Docs::Bits(bits) => bits.from(from),
            Docs::And(members) => seek_and(members, from),
            Docs::Or(members) => members.iter_mut().map(|member| member.seek(from)).min().unwrap_or(END),
            Docs::Not(inner, documents) => {
                let mut doc = from;
                while doc < *documents && inner.has(doc) {
                    doc += 1;
                }
                if doc < *documents { doc } else { END }
            }
            Docs::Check(check, documents, budget) => {
                let mut doc = from;
                while doc < *documents && !budget.step() {
                    if check(doc) {
                        return doc;
                    }
                    doc += 1;
                }
                END
            }
        }
    }

    /// Whether this document is in it. Documents are asked for in ascending order.
    pub(crate) fn has(&mut self, doc: u32) -> bool {
        match self {
            Docs::Everything(documents) => doc < *documents,
            Docs::Bits(bits) => bits.has(doc),
            Docs::And(members) => members.iter_mut().all(|member| member.has(doc)),
            Docs::Or(members) => members.iter_mut().any(|member| member.has(doc)),
            Docs::Not(inner, _) => !inner.has(doc),
            Docs::Check(check, ..) => check(doc),
            other => other.seek(doc) == doc,
        }
    }
}

fn seek_and(members: &mut [Docs<'_>], from: u32) -> u32 {
    let Some((driver, others)) = members.split_first_mut() else { return END };
    let mut doc = driver.seek(from);
    'driver: while doc != END {
        for other in others.iter_mut() {
            if !other.leaps() {
                if !other.has(doc) {
                    doc = driver.seek(doc + 1);
                    continue 'driver;
                }
            } else {
                let there = other.seek(doc);
                if there != doc {
                    doc = if there == END { END } else { driver.seek(there) };
                    continue 'driver;
                }
            }
        }
        return doc;
    }
    END
}
