//! The text file of codes in the BfArM's metadata of ICD-10-GM (`icd10gm2025syst_kodes.txt`): one code a line, fields
//! between semicolons, as `Liesmich.txt` beside it describes them. Field 7 is the code without dash, asterisk and exclamation mark,
//! field 9 its title; non-terminal codes (N in field 2) can't be used by themselves.

use std::collections::HashSet;

use super::{About, Head, ICD_10_GM, ImportFault, Row, push, year};

/// The fewest fields of a line; how many more there are differs by year.
const MIN_FIELDS: usize = 9;

/// The most fields of a line.
const MAX_FIELDS: usize = 64;

fn fields(line: &str) -> Vec<&str> {
    line.split(';').take(MAX_FIELDS + 1).map(|field| field.trim().trim_matches('"')).collect()
}

/// True when the first line is one of this file's.
pub(super) fn is_it(text: &str) -> bool {
    let first = fields(text.lines().next().unwrap_or_default());
    first.len() >= MIN_FIELDS && matches!(first[0], "3" | "4" | "5") && matches!(first[1], "T" | "N")
}

pub(super) fn read(text: &str, about: &About<'_>) -> Result<(Head, Vec<Row>), ImportFault> {
    let version = about.version.or_else(|| year(about.name)).ok_or(ImportFault::Version)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut known = HashSet::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let fields = fields(line);
        let at = index + 1;
        let fault = |what| ImportFault::Line { line: at, what };
        if !(MIN_FIELDS..=MAX_FIELDS).contains(&fields.len()) {
            return Err(fault("a line has at least nine fields between semicolons"));
        }
        let is_abstract = match fields[1] {
            "T" => false,
            "N" => true,
            _ => return Err(fault("the second field is T or N")),
        };
        // A non-terminal code may keep the full stop that its finer ones continue.
        let code = fields[6].trim_end_matches(['.', '-', '*', '!', '+', '†']).to_owned();
        if !is_code(&code) {
            return Err(fault("the seventh field is no code of ICD-10-GM"));
        }
        if !known.insert(code.clone()) {
            return Err(fault("the code stands there twice"));
        }
        let mut properties = vec![("chapter", fields[3].to_owned()), ("group", fields[4].to_owned())];
        properties.retain(|(_, text)| !text.is_empty());
        let parents = parent(&code).map(str::to_owned).into_iter().collect();
        let display = fields[8].to_owned();
        push(&mut rows, Row { code, display, parents, properties, is_abstract, ..Row::default() }, at)?;
    }
    // A code without the coarser one that it belongs to is at the top.
    for row in &mut rows {
        row.parents.retain(|parent| known.contains(parent));
    }
    Ok((head(about, version), rows))
}

pub(super) fn head(about: &About<'_>, version: &str) -> Head {
    Head {
        url: about.url.unwrap_or(ICD_10_GM).to_owned(),
        version: version.to_owned(),
        name: "ICD-10-GM",
        language: "de",
        is_case_sensitive: true,
        copyright: "Bundesinstitut für Arzneimittel und Medizinprodukte (BfArM)",
    }
}

/// A letter, two digits, and one or two signs behind a full stop.
fn is_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() >= 3
        && bytes[0].is_ascii_uppercase()
        && bytes[1..3].iter().all(u8::is_ascii_digit)
        && match &bytes[3..] {
            [] => true,
            [b'.', rest @ ..] => matches!(rest.len(), 1 | 2) && rest.iter().all(u8::is_ascii_alphanumeric),
            _ => false,
        }
}

/// The coarser code.
fn parent(code: &str) -> Option<&str> {
    match code.len() {
        5 => code.get(..3),
        6 => code.get(..5),
        _ => None,
    }
}
