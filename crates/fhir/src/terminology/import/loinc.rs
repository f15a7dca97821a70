//! LOINC's CSV (`Loinc.csv`, `LoincTableCore.csv`): the first line names the columns; values may stand in quotes, with commas and line
//! ends inside.

use super::{About, Head, ImportFault, LOINC, Row, push};

/// Columns that become properties, by FHIR's names for them.
const PROPERTIES: [&str; 9] = [
    "COMPONENT",
    "PROPERTY",
    "TIME_ASPCT",
    "SYSTEM",
    "SCALE_TYP",
    "METHOD_TYP",
    "CLASS",
    "CLASSTYPE",
    "STATUS",
];

/// Columns with other words for a code.
const WORDS: [&str; 2] = ["SHORTNAME", "DisplayName"];

/// The most columns.
const MAX_COLUMNS: usize = 128;

/// True when the first line names LOINC's columns.
pub(super) fn is_it(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains("LOINC_NUM"))
}

pub(super) fn read(text: &str, about: &About<'_>) -> Result<(Head, Vec<Row>), ImportFault> {
    let mut reader = Reader { rest: text, line: 1 };
    let names = reader.record()?.ok_or(ImportFault::Empty)?;
    let column = |name: &str| names.iter().position(|other| other == name);
    let missing =
        ImportFault::Line { line: 1, what: "the columns LOINC_NUM and LONG_COMMON_NAME are missing" };
    let (Some(code), Some(display)) = (column("LOINC_NUM"), column("LONG_COMMON_NAME")) else {
        return Err(missing);
    };
    let properties: Vec<_> = PROPERTIES.into_iter().filter_map(|name| Some((name, column(name)?))).collect();
    let words: Vec<_> = WORDS.into_iter().filter_map(column).collect();
    let changed = column("VersionLastChanged");
    let mut rows = Vec::new();
    let mut newest: Option<(u32, u32, String)> = None;
    loop {
        let line = reader.line;
        let Some(mut fields) = reader.record()? else { break };
        if fields.len() != names.len() {
            return Err(ImportFault::Line { line, what: "it has another number of columns than the first" });
        }
        if let Some(version) = changed.map(|at| &fields[at]).and_then(|version| release(version)) {
            newest = newest.max(Some(version));
        }
        let mut row = Row {
            properties: properties.iter().map(|(name, at)| (*name, fields[*at].clone())).collect(),
            words: words.iter().map(|at| fields[*at].clone()).collect(),
            display: std::mem::take(&mut fields[display]),
            code: std::mem::take(&mut fields[code]),
            ..Row::default()
        };
        row.properties.retain(|(_, text)| !text.is_empty());
        row.words.retain(|word| !word.is_empty() && *word != row.display);
        push(&mut rows, row, line)?;
    }
    let own = newest.map(|(_, _, version)| version);
    let version = about.version.map(str::to_owned).or(own).ok_or(ImportFault::Version)?;
    let head = Head {
        url: about.url.unwrap_or(LOINC).to_owned(),
        version,
        name: "LOINC",
        language: "en",
        is_case_sensitive: false,
        copyright: "This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief Institute, Inc. and the LOINC Committee, and is available at no cost under the license at http://loinc.org/license.",
    };
    Ok((head, rows))
}

/// A release such as 2.77, so that it can be compared; a letter behind it does not count.
fn release(text: &str) -> Option<(u32, u32, String)> {
    let (major, minor) = text.split_once('.')?;
    let minor = minor.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
    let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
    Some((major, minor, format!("{major}.{minor:02}")))
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    /// The next line's values; none at the end.
    fn record(&mut self) -> Result<Option<Vec<String>>, ImportFault> {
        while let Some(rest) = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n')) {
            self.rest = rest;
            self.line += 1;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        loop {
            if fields.len() >= MAX_COLUMNS {
                return Err(ImportFault::Line { line: self.line, what: "it has too many columns" });
            }
            fields.push(self.field()?);
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            let end = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n'));
            if end.is_none() && !self.rest.is_empty() {
                let what = "something stands between a quoted value and the next comma";
                return Err(ImportFault::Line { line: self.line, what });
            }
            self.rest = end.unwrap_or(self.rest);
            self.line += usize::from(end.is_some());
            return Ok(Some(fields));
        }
    }

    fn field(&mut self) -> Result<String, ImportFault> {
        let Some(mut quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
            let (plain, rest) = self.rest.split_at(end);
            let plain = if rest.starts_with('\n') { plain.trim_end_matches('\r') } else { plain };
            self.rest = rest;
            return Ok(plain.trim().to_owned());
        };
        let begun = self.line;
        let mut out = String::new();
        loop {
            let what = "a quote is opened and not closed";
            let (part, rest) = quoted.split_once('"').ok_or(ImportFault::Line { line: begun, what })?;
            out.push_str(part);
            self.line += part.bytes().filter(|byte| *byte == b'\n').count();
            match rest.strip_prefix('"') {
                // A doubled quote stands for one.
                Some(rest) => {
                    out.push('"');
                    quoted = rest;
                }
                None => {
                    self.rest = rest;
                    return Ok(out.trim().to_owned());
                }
            }
        }
    }
}
