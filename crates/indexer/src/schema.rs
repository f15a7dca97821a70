//! What a sealed segment keeps: Tantivy's schema, and a document of it.
//!
//! `terms` holds the keys of [`crate::key`]; the columns hold numbers that are read of every hit. Columns of parameters are paths of
//! one JSON field, so that there is one for each parameter that has values, and none for the others.
//!
//! Never: stores a document's text. State: none.

use crate::entry::{Column, Entry};
use std::collections::BTreeMap;
use tantivy::TantivyDocument;
use tantivy::schema::{BytesOptions, Field, JsonObjectOptions, NumericOptions, OwnedValue, Schema};

/// The fields.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) terms: Field,
    record: Field,
    version: Field,
    kind: Field,
    name: Field,
    whose: Field,
    outgoing: Field,
    columns: Field,
}

/// Names of the fast fields.
pub(crate) const RECORD: &str = "r";
pub(crate) const VERSION: &str = "v";
pub(crate) const KIND: &str = "k";
pub(crate) const NAME: &str = "n";
pub(crate) const WHOSE: &str = "p";
pub(crate) const OUTGOING: &str = "o";

/// A number of a column.
#[derive(Clone, Copy)]
pub(crate) enum Number {
    Low,
    /// High less low.
    Width,
    Occurrence,
}

fn column_key(column: &Column, number: Number) -> String {
    let quantity = if column.quantity { 'q' } else { 'r' };
    let number = match number {
        Number::Low => 'l',
        Number::Width => 'w',
        Number::Occurrence => 'o',
    };
    format!("{quantity}{:04x}{:02x}{number}", column.place.parameter, column.place.component)
}

fn sort_key(parameter: u16) -> String {
    format!("s{parameter:04x}")
}

/// The fast field of a column's numbers.
pub(crate) fn column_path(column: &Column, number: Number) -> String {
    format!("c.{}", column_key(column, number))
}

/// The fast field of a parameter's least and greatest strings.
pub(crate) fn sort_path(parameter: u16) -> String {
    format!("c.{}", sort_key(parameter))
}

impl Fields {
    pub(crate) fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let fast = || NumericOptions::default().set_fast();
        let bytes = || BytesOptions::default().set_fast();
        let fields = Self {
            terms: schema.add_bytes_field("t", BytesOptions::default().set_indexed()),
            record: schema.add_u64_field(RECORD, fast()),
            version: schema.add_u64_field(VERSION, fast()),
            kind: schema.add_u64_field(KIND, fast()),
            name: schema.add_bytes_field(NAME, bytes()),
            whose: schema.add_bytes_field(WHOSE, bytes()),
            outgoing: schema.add_bytes_field(OUTGOING, bytes()),
            columns: schema.add_json_field("c", JsonObjectOptions::default().set_fast("raw")),
        };
        (schema.build(), fields)
    }

    /// An entry as a document.
    pub(crate) fn document(&self, entry: &Entry) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        for term in &entry.terms {
            document.add_bytes(self.terms, term);
        }
        document.add_u64(self.record, entry.record);
        document.add_u64(self.version, u64::from(entry.version));
        document.add_u64(self.kind, u64::from(entry.kind));
        document.add_bytes(self.name, &entry.name);
        for patient in &entry.whose {
            document.add_bytes(self.whose, &patient.0);
        }
        for reference in &entry.outgoing {
            document.add_bytes(self.outgoing, reference);
        }
        let mut columns: BTreeMap<String, OwnedValue> = BTreeMap::new();
        for (column, spans) in &entry.spans {
            let mut put = |number: Number, values: Vec<OwnedValue>| {
                columns.insert(column_key(column, number), OwnedValue::Array(values));
            };
            put(Number::Low, spans.iter().map(|span| OwnedValue::I64(span.range.low)).collect());
            let width =
                |span: &crate::entry::Span| OwnedValue::I64(span.range.high.wrapping_sub(span.range.low));
            put(Number::Width, spans.iter().map(width).collect());
            if column.place.component > 0 {
                put(
                    Number::Occurrence,
                    spans.iter().map(|span| OwnedValue::I64(i64::from(span.occurrence))).collect(),
                );
            }
        }
        for (parameter, (least, greatest)) in &entry.sorts {
            let mut values = vec![OwnedValue::Str(least.clone())];
            if greatest != least {
                values.push(OwnedValue::Str(greatest.clone()));
            }
            columns.insert(sort_key(*parameter), OwnedValue::Array(values));
        }
        document.add_object(self.columns, columns);
        document
    }
}
