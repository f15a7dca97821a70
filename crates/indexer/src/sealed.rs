//! One sealed segment as queries read it: its terms, and its columns, each opened once.
//!
//! Never: opens a column before a query needs it. State: what was opened, shared with the segment's later states (deletions make
//! a new state and change neither terms nor columns).

use crate::docs::{Budget, ColumnName, Cursor, Docs};
use crate::entry::{Column, Span};
use crate::key;
use crate::schema::{self, Fields, Number};
use salus_seal::Pseudonym;
use salus_trust_api::wire::words::Range;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::columnar::{BytesColumn, Column as Numbers, StrColumn, TermOrdHit};
use tantivy::fastfield::AliveBitSet;
use tantivy::index::{InvertedIndexReader, SegmentId};
use tantivy::postings::{SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, Segment, SegmentReader};

/// About how many bytes an open list of postings takes beside its bytes, in bytes: two decoded blocks of it.
const CURSOR_BYTES: usize = 2_048;

/// Reading failed: the disk, or pages that do not open.
#[derive(Debug)]
pub(crate) struct ReadFailed;

impl From<std::io::Error> for ReadFailed {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

impl From<tantivy::TantivyError> for ReadFailed {
    fn from(_: tantivy::TantivyError) -> Self {
        Self
    }
}

/// Spans of one column.
pub(crate) struct SpanColumn {
    low: Numbers<i64>,
    width: Numbers<i64>,
    occurrence: Option<Numbers<i64>>,
    bytes: u64,
}

impl SpanColumn {
    /// The spans of a document, in order.
    pub(crate) fn of(&self, doc: u32) -> impl Iterator<Item = Span> + '_ {
        let rows = self.low.index.value_row_ids(doc);
        rows.map(|row| {
            let low = self.low.values.get_val(row);
            let high = low.wrapping_add(self.width.values.get_val(row));
            let occurrence = self.occurrence.as_ref().map_or(0, |column| column.values.get_val(row));
            Span { occurrence: occurrence as u16, range: Range { low, high } }
        })
    }
}

impl SpanColumn {
    /// The low ends alone.
    pub(crate) fn lows(&self, doc: u32) -> impl Iterator<Item = i64> + '_ {
        self.low.values_for_doc(doc)
    }
}

/// What does not change in a segment's life.
struct Opened {
    reader: SegmentReader,
    terms: Arc<InvertedIndexReader>,
    record: Numbers<u64>,
    version: Numbers<u64>,
    kind: Numbers<u64>,
    name: BytesColumn,
    whose: Option<BytesColumn>,
    outgoing: Option<BytesColumn>,
    spans: Mutex<HashMap<Column, Option<Arc<SpanColumn>>>>,
    /// With the bytes of each.
    sorts: Mutex<HashMap<u16, Option<(StrColumn, u64)>>>,
}

/// A segment in one state.
pub(crate) struct Sealed {
    opened: Arc<Opened>,
    alive: Option<AliveBitSet>,
}

impl Sealed {
    /// Opens a segment, or a later state of one that is open.
    pub(crate) fn open(
        segment: &Segment,
        fields: &Fields,
        before: Option<&Sealed>,
    ) -> Result<Self, ReadFailed> {
        let reader = SegmentReader::open(segment)?;
        let alive = reader.alive_bitset().cloned();
        if let Some(before) = before {
            return Ok(Self { opened: before.opened.clone(), alive });
        }
        let fast = reader.fast_fields();
        let opened = Opened {
            terms: reader.inverted_index(fields.terms)?,
            record: fast.u64(schema::RECORD)?,
            version: fast.u64(schema::VERSION)?,
            kind: fast.u64(schema::KIND)?,
            name: fast.bytes(schema::NAME)?.ok_or(ReadFailed)?,
            whose: fast.bytes(schema::WHOSE)?,
            outgoing: fast.bytes(schema::OUTGOING)?,
            spans: Mutex::default(),
            sorts: Mutex::default(),
            reader,
        };
        Ok(Self { opened: Arc::new(opened), alive })
    }

    pub(crate) fn id(&self) -> SegmentId {
        self.opened.reader.segment_id()
    }

    /// Documents, deleted ones counted.
    pub(crate) fn documents(&self) -> u32 {
        self.opened.reader.max_doc()
    }

    /// Documents that were not deleted.
    pub(crate) fn alive_documents(&self) -> u64 {
        self.alive.as_ref().map_or(u64::from(self.documents()), |alive| alive.num_alive_docs() as u64)
    }

    pub(crate) fn is_alive(&self, doc: u32) -> bool {
        self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc))
    }

    pub(crate) fn record(&self, doc: u32) -> u64 {
        self.opened.record.values.get_val(doc)
    }

    pub(crate) fn version(&self, doc: u32) -> u32 {
        self.opened.version.values.get_val(doc) as u32
    }

    pub(crate) fn kind(&self, doc: u32) -> u16 {
        self.opened.kind.values.get_val(doc) as u16
    }

    /// The version of a record that is here and alive.
    pub(crate) fn version_of(&self, record: u64) -> Result<Option<u32>, ReadFailed> {
        let Some(info) = self.term(&key::record(record))? else { return Ok(None) };
        let mut docs = self.cursor(&info)?;
        let mut doc = docs.doc();
        while doc != crate::docs::END {
            if self.is_alive(doc) {
                return Ok(Some(self.version(doc)));
            }
            doc = docs.advance();
        }
        Ok(None)
    }

    /// A number for each patient of a document, the same for the same patient within this segment.
    pub(crate) fn whose(&self, doc: u32) -> impl Iterator<Item = u64> + '_ {
        self.opened.whose.iter().flat_map(move |column| column.term_ords(doc))
    }

    /// The patient of such a number.
    pub(crate) fn pseudonym(&self, number: u64) -> Result<Pseudonym, ReadFailed> {
        let mut bytes = Vec::new();
        let column = self.opened.whose.as_ref().ok_or(ReadFailed)?;
        column.ord_to_bytes(number, &mut bytes)?;
        Ok(Pseudonym(bytes.as_slice().try_into().map_err(|_| ReadFailed)?))
    }

    /// Numbers of what a document refers to, with the parameter.
    pub(crate) fn outgoing(&self, doc: u32) -> impl Iterator<Item = u64> + '_ {
        self.opened.outgoing.iter().flat_map(move |column| column.term_ords(doc))
    }

    /// The names of all documents: id, then type.
    pub(crate) fn name_column(&self) -> BytesColumn {
        self.opened.name.clone()
    }

    /// The number of a document's name.
    pub(crate) fn name_number(&self, doc: u32) -> Option<u64> {
        self.opened.name.term_ords(doc).next()
    }

    /// The names of such numbers.
    pub(crate) fn names(
        &self,
        numbers: &BTreeSet<u64>,
        show: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ReadFailed> {
        let numbers: Vec<u64> = numbers.iter().copied().collect();
        let all = self.opened.name.dictionary().sorted_ords_to_term_cb(&numbers, |name| show(name))?;
        if all { Ok(()) } else { Err(ReadFailed) }
    }

    /// Of such numbers of outgoing references, the names that are referred to by this parameter.
    pub(crate) fn outgoing_names(
        &self,
        numbers: &BTreeSet<u64>,
        parameter: u16,
        show: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ReadFailed> {
        let Some(column) = &self.opened.outgoing else { return Ok(()) };
        let prefix = key::outgoing(parameter);
        let first = |hit| match hit {
            TermOrdHit::Exact(number) | TermOrdHit::Next(number) => number,
        };
        let start = first(column.dictionary().term_ord_or_next(prefix)?);
        let numbers: Vec<u64> = match parameter.checked_add(1) {
            Some(next) => {
                let end = first(column.dictionary().term_ord_or_next(key::outgoing(next))?);
                if start >= end { Vec::new() } else { numbers.range(start..end).copied().collect() }
            }
            None => numbers.range(start..).copied().collect(),
        };
        let all = column.dictionary().sorted_ords_to_term_cb(&numbers, |name| {
            if let Some(name) = name.strip_prefix(&prefix) {
                show(name);
            }
        })?;
        if all { Ok(()) } else { Err(ReadFailed) }
    }

    pub(crate) fn term(&self, key: &[u8]) -> Result<Option<TermInfo>, ReadFailed> {
        Ok(self.opened.terms.terms().get(key)?)
    }

    pub(crate) fn exact<'b>(&self, key: &[u8], budget: &'b Budget) -> Result<Docs<'b>, ReadFailed> {
        match self.term(key)? {
            Some(info) => self.postings(&info, budget),
            None => Ok(Docs::Nothing),
        }
    }

    /// The documents of a term; none when the query may not go on.
    pub(crate) fn postings<'b>(&self, info: &TermInfo, budget: &'b Budget) -> Result<Docs<'b>, ReadFailed> {
        let Some(held) = budget.lend(CURSOR_BYTES + info.postings_range.len()) else {
            return Ok(Docs::Nothing);
        };
        Ok(Docs::Postings(Box::new(Cursor { postings: self.cursor(info)?, _held: held })))
    }

    fn cursor(&self, info: &TermInfo) -> Result<SegmentPostings, ReadFailed> {
        Ok(self.opened.terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?)
    }

    /// Shows all terms with this prefix.
    pub(crate) fn each(
        &self,
        prefix: &[u8],
        budget: &Budget,
        show: &mut dyn FnMut(&[u8], &TermInfo),
    ) -> Result<(), ReadFailed> {
        let mut stream = self.opened.terms.terms().range().ge(prefix).into_stream()?;
        while let Some((term, info)) = stream.next() {
            let Some(rest) = term.strip_prefix(prefix) else { break };
            if budget.term() {
                break;
            }
            show(rest, info);
        }
        Ok(())
    }

    /// A column of spans; none also when the query may not go on.
    pub(crate) fn spans(
        &self,
        column: &Column,
        budget: &Budget,
    ) -> Result<Option<Arc<SpanColumn>>, ReadFailed> {
        let name = ColumnName::Spans(*column);
        let mut spans = self.opened.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = spans.get(column) {
            let found = found.clone();
            return Ok(found.filter(|found| !budget.column(self.id(), name, found.bytes)));
        }
        let paths = [Number::Low, Number::Width, Number::Occurrence]
            .map(|number| schema::column_path(column, number));
        let bytes = paths.iter().map(|path| self.column_bytes(path)).sum::<Result<_, _>>()?;
        if budget.column(self.id(), name, bytes) {
            return Ok(None);
        }
        let [low, width, occurrence] = &paths;
        let fast = self.opened.reader.fast_fields();
        let (low, width) = (fast.column_opt::<i64>(low)?, fast.column_opt::<i64>(width)?);
        let occurrence = match column.place.component {
            0 => None,
            _ => fast.column_opt::<i64>(occurrence)?,
        };
        let found = low.zip(width).map(|(low, width)| Arc::new(SpanColumn { low, width, occurrence, bytes }));
        spans.insert(*column, found.clone());
        Ok(found)
    }

    /// A parameter's strings to sort by; none also when the query may not go on.
    pub(crate) fn sorts(&self, parameter: u16, budget: &Budget) -> Result<Option<StrColumn>, ReadFailed> {
        let name = ColumnName::Sorts(parameter);
        let mut sorts = self.opened.sorts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = sorts.get(&parameter) {
            let found = found.clone();
            let found = found.filter(|(_, bytes)| !budget.column(self.id(), name, *bytes));
            return Ok(found.map(|(column, _)| column));
        }
        let path = schema::sort_path(parameter);
        let bytes = self.column_bytes(&path)?;
        if budget.column(self.id(), name, bytes) {
            return Ok(None);
        }
        let found = self.opened.reader.fast_fields().str(&path)?;
        sorts.insert(parameter, found.clone().map(|column| (column, bytes)));
        Ok(found)
    }

    fn column_bytes(&self, path: &str) -> Result<u64, ReadFailed> {
        Ok(self.opened.reader.fast_fields().column_num_bytes(path)?.get_bytes())
    }
}
