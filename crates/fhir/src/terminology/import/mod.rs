//! Code lists as their publishers give them away: ICD-10-GM of the BfArM (ClaML, or the text file of its metadata) and LOINC's
//! CSV. Makes a FHIR CodeSystem of one.
//!
//! Never guesses: what is not understood is a fault with its line. Bounded: the file, codes, lengths. State: none.

mod claml;
mod icd;
mod loinc;

use crate::json::quote;
use crate::terminology::CodeSystem;

/// The largest file, in bytes.
pub const MAX_LIST_BYTES: usize = 256 << 20;

/// The most codes of a list.
pub const MAX_CODES: usize = 400_000;

/// The longest code, in bytes.
const MAX_CODE_BYTES: usize = 64;

/// The longest word for a code, in bytes.
const MAX_WORD_BYTES: usize = 4_096;

/// ICD-10-GM's URL, as the BfArM's profiles have it.
pub const ICD_10_GM: &str = "http://fhir.de/CodeSystem/bfarm/icd-10-gm";

/// LOINC's URL.
pub const LOINC: &str = "http://loinc.org";

/// Why a file is no code list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportFault {
    /// It is larger than [`MAX_LIST_BYTES`].
    #[error("the file has more than {} MiB", MAX_LIST_BYTES >> 20)]
    TooLarge,
    /// It has more than [`MAX_CODES`] codes.
    #[error("the file has more than {MAX_CODES} codes")]
    TooMany,
    /// It is not UTF-8.
    #[error("the file is not UTF-8: convert it first (old files of the BfArM are ISO 8859-1)")]
    NotUtf8,
    /// It is none of the formats.
    #[error(
        "the file is none of: ClaML, the text of codes of ICD-10-GM (icd10gm…syst_kodes.txt), LOINC's CSV"
    )]
    Format,
    /// It is a list that is not known here, and no URL was given.
    #[error("the file is not ICD-10-GM: say the URL of its code system")]
    Url,
    /// It does not say its version, and none was given.
    #[error("the file does not say its version: give one")]
    Version,
    /// A line or element that is not as the format has it.
    #[error("line {line}: {what}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// It has no codes.
    #[error("the file has no codes")]
    Empty,
}

/// What the caller knows of a file.
#[derive(Debug, Default, Clone)]
pub struct About<'a> {
    /// Its name, which may say the version.
    pub name: &'a str,
    /// The code system's URL, where the file's own is not wanted.
    pub url: Option<&'a str>,
    /// The version, where the file does not say it.
    pub version: Option<&'a str>,
}

/// A code list that was read.
#[derive(Debug)]
pub struct Imported {
    /// The code system's URL.
    pub url: String,
    /// Its version.
    pub version: String,
    /// How many codes it has.
    pub codes: usize,
    /// The CodeSystem, as JSON.
    pub resource: String,
}

/// A code as a file has it.
#[derive(Debug, Default)]
struct Row {
    code: String,
    display: String,
    /// Other words.
    words: Vec<String>,
    /// Codes right above.
    parents: Vec<String>,
    /// Name and text.
    properties: Vec<(&'static str, String)>,
    is_abstract: bool,
}

/// What a file is, besides its codes.
struct Head {
    url: String,
    version: String,
    name: &'static str,
    language: &'static str,
    is_case_sensitive: bool,
    copyright: &'static str,
}

/// Reads a code list.
///
/// # Errors
/// [`ImportFault`], with the line where there is one.
pub fn read(bytes: &[u8], about: &About<'_>) -> Result<Imported, ImportFault> {
    if bytes.len() > MAX_LIST_BYTES {
        return Err(ImportFault::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ImportFault::NotUtf8)?;
    let text = text.trim_start_matches('\u{feff}');
    let (head, rows) = if text.trim_start().starts_with('<') {
        claml::read(text, about)?
    } else if loinc::is_it(text) {
        loinc::read(text, about)?
    } else if icd::is_it(text) {
        icd::read(text, about)?
    } else {
        return Err(ImportFault::Format);
    };
    if rows.is_empty() {
        return Err(ImportFault::Empty);
    }
    let resource = write(&head, &rows);
    Ok(Imported { url: head.url, version: head.version, codes: rows.len(), resource })
}

/// The same as a code system that is used at once.
///
/// # Errors
/// As [`read`].
pub fn code_system(bytes: &[u8], about: &About<'_>) -> Result<CodeSystem, ImportFault> {
    let imported = read(bytes, about)?;
    let document = crate::json::Document::parse(imported.resource).map_err(|_| ImportFault::Format)?;
    CodeSystem::read(document.root()).ok_or(ImportFault::Format)
}

/// Adds a row when it is within the bounds.
fn push(rows: &mut Vec<Row>, row: Row, line: usize) -> Result<(), ImportFault> {
    let fault = |what| Err(ImportFault::Line { line, what });
    if row.code.is_empty()
        || row.code.len() > MAX_CODE_BYTES
        || row.code.contains(|sign: char| sign.is_whitespace() || sign.is_control())
    {
        return fault("the code is empty, too long or has a space");
    }
    // FHIR's strings have none of them.
    let is_odd =
        |text: &str| text.chars().any(|sign| sign.is_control() && !matches!(sign, '\t' | '\n' | '\r'));
    let texts = row.words.iter().chain(&row.parents).chain(row.properties.iter().map(|(_, text)| text));
    if is_odd(&row.code) || is_odd(&row.display) || texts.into_iter().any(|text| is_odd(text)) {
        return fault("a control character stands there");
    }
    if row.display.is_empty() || row.display.len() > MAX_WORD_BYTES {
        return fault("the code has no title, or one that is too long");
    }
    if rows.len() >= MAX_CODES {
        return Err(ImportFault::TooMany);
    }
    rows.push(row);
    Ok(())
}

/// The first four digits that look like a year in a file's name.
fn year(name: &str) -> Option<&str> {
    let is_year = |part: &&str| part.len() == 4 && part.starts_with("20");
    name.split(|sign: char| !sign.is_ascii_digit()).find(is_year)
}

/// The CodeSystem, as JSON.
fn write(head: &Head, rows: &[Row]) -> String {
    let mut out = String::with_capacity(rows.len() * 200);
    let mut member = |name: &str, text: &str| {
        out.push_str(&format!(",\"{name}\":{}", quote(text)));
    };
    member("url", &head.url);
    member("version", &head.version);
    member("language", head.language);
    member("name", head.name);
    member("title", head.name);
    member("status", "active");
    member("copyright", head.copyright);
    member("content", "complete");
    member("hierarchyMeaning", "is-a");
    out.insert_str(0, "{\"resourceType\":\"CodeSystem\"");
    out.push_str(&format!(",\"caseSensitive\":{},\"count\":{}", head.is_case_sensitive, rows.len()));
    definitions(rows, &mut out);
    out.push_str(",\"concept\":[");
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        concept(row, head, &mut out);
    }
    out.push_str("]}");
    out
}

/// Which properties the codes have.
fn definitions(rows: &[Row], out: &mut String) {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for row in rows {
        for (name, _) in &row.properties {
            if !names.contains(&(name, "string")) {
                names.push((name, "string"));
            }
        }
    }
    if rows.iter().any(|row| !row.parents.is_empty()) {
        names.push(("parent", "code"));
    }
    if rows.iter().any(|row| row.is_abstract) {
        names.push(("notSelectable", "boolean"));
    }
    if names.is_empty() {
        return;
    }
    let all: Vec<_> =
        names.iter().map(|(name, kind)| format!("{{\"code\":\"{name}\",\"type\":\"{kind}\"}}")).collect();
    out.push_str(&format!(",\"property\":[{}]", all.join(",")));
}

fn concept(row: &Row, head: &Head, out: &mut String) {
    out.push_str(&format!("{{\"code\":{},\"display\":{}", quote(&row.code), quote(&row.display)));
    if !row.words.is_empty() {
        let language = quote(head.language);
        let words: Vec<_> = row
            .words
            .iter()
            .map(|word| format!("{{\"language\":{language},\"value\":{}}}", quote(word)))
            .collect();
        out.push_str(&format!(",\"designation\":[{}]", words.join(",")));
    }
    let mut properties: Vec<String> = row
        .parents
        .iter()
        .map(|parent| format!("{{\"code\":\"parent\",\"valueCode\":{}}}", quote(parent)))
        .collect();
    if row.is_abstract {
        properties.push("{\"code\":\"notSelectable\",\"valueBoolean\":true}".to_owned());
    }
    for (name, text) in &row.properties {
        properties.push(format!("{{\"code\":\"{name}\",\"valueString\":{}}}", quote(text)));
    }
    if !properties.is_empty() {
        out.push_str(&format!(",\"property\":[{}]", properties.join(",")));
    }
    out.push('}');
}

#[cfg(test)]
mod tests;
