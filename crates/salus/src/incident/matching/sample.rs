//! Reads a sample: CSV with a header, JSON, one JSON document a line (FHIR or flat), or lines of plain text.
//!
//! Never: prints a value; takes more than [`MAX_BYTES`] or [`MAX_SAMPLE_ROWS`]. State: none.

use super::fields::{Field, Row, date, plain, words};
use crate::failure::Failure;
use crate::messages::say;
use salus_trust_api::wire::incident::MAX_SAMPLE_ROWS;
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;

/// The largest sample, in bytes.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The most columns that are looked at, and the longest value, in bytes.
const MAX_COLUMNS: usize = 200;
const MAX_VALUE_BYTES: usize = 1_000;
/// How deep a flat object may lie in another.
const MAX_DEPTH: usize = 4;

/// A sample.
#[derive(Debug)]
pub struct Sample {
    /// SHA-256 of the file.
    pub hash: [u8; 32],
    /// Rows that say something that can be looked for.
    pub rows: Vec<Row>,
    /// How the file was read: `csv`, `json`, `ndjson`, `text`.
    pub format: &'static str,
    /// Columns that say nothing that is compared: how many.
    pub other_columns: usize,
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Sample, Failure> {
    let unreadable = |why: &dyn std::fmt::Display| {
        Failure::could_not(say("cannot-read").with("path", path.display()).with("why", why))
    };
    let file = std::fs::File::open(path).map_err(|why| unreadable(&why))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|why| unreadable(&why))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::could_not(say("sample-too-large").with("mib", MAX_BYTES / 1024 / 1024)));
    }
    let sample = parse(&bytes).ok_or_else(|| Failure::could_not(say("sample-not-read")))?;
    match sample.rows.len() {
        0 => Err(Failure::could_not(say("sample-empty").with("format", sample.format))),
        rows if rows > MAX_SAMPLE_ROWS as usize => {
            Err(Failure::could_not(say("sample-too-many").with("rows", rows).with("most", MAX_SAMPLE_ROWS)))
        }
        _ => Ok(sample),
    }
}

/// None: it is no text, or begins like JSON and is none.
pub fn parse(bytes: &[u8]) -> Option<Sample> {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut out =
        Sample { hash: hash.as_ref().try_into().ok()?, rows: Vec::new(), format: "text", other_columns: 0 };
    let text = std::str::from_utf8(bytes).map_or_else(|_| latin_1(bytes), str::to_owned);
    let text = text.trim_start_matches('\u{feff}');
    let first = text.trim_start().chars().next()?;
    if first == '{' || first == '[' {
        json(text, &mut out)?;
    } else if let Some((separator, columns)) = header(text) {
        out.format = "csv";
        out.other_columns = columns.iter().filter(|column| column.is_none()).count();
        csv(text, separator, &columns, &mut out.rows);
    } else {
        let lines = text.lines().zip(1..).filter_map(|(line, place)| plain_line(line, place));
        out.rows.extend(lines);
    }
    Some(out)
}

/// Each byte is a letter: what is no UTF-8 is an export of an older program.
fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn json(text: &str, out: &mut Sample) -> Option<()> {
    if let Ok(whole) = serde_json::from_str::<Value>(text) {
        out.format = "json";
        let entries = whole.get("entry").and_then(Value::as_array);
        let all: Vec<&Value> = match (&whole, entries) {
            (Value::Array(all), _) => all.iter().collect(),
            (_, Some(entries)) => entries.iter().filter_map(|entry| entry.get("resource")).collect(),
            (one, None) => vec![one],
        };
        out.rows.extend(all.into_iter().zip(1..).filter_map(|(value, place)| object(value, place)));
        return Some(());
    }
    out.format = "ndjson";
    for (line, place) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        let value: Value = serde_json::from_str(line).ok()?;
        out.rows.extend(object(&value, place));
    }
    Some(())
}

/// A row of an object; none where it says nothing.
fn object(value: &Value, place: u64) -> Option<Row> {
    let mut row = Row { place, ..Row::default() };
    match value.get("resourceType").and_then(Value::as_str) {
        Some(kind) => resource(kind, value, &mut row),
        None => flat(value, 0, &mut row),
    }
    settle(&mut row);
    (!row.values.is_empty()).then_some(row)
}

fn add(row: &mut Row, field: Field, value: &str) {
    let value = value.trim();
    if !value.is_empty() && value.len() <= MAX_VALUE_BYTES && row.values.len() < MAX_COLUMNS {
        row.values.push((field, value.to_owned()));
    }
}

fn flat(value: &Value, depth: usize, row: &mut Row) {
    let Some(object) = value.as_object().filter(|_| depth < MAX_DEPTH) else { return };
    for (name, value) in object.iter().take(MAX_COLUMNS) {
        match (Field::of_column(name), value) {
            (_, Value::Object(_)) => flat(value, depth + 1, row),
            (Some(field), Value::String(text)) => add(row, field, text),
            (Some(field), Value::Number(number)) => add(row, field, &number.to_string()),
            (Some(Field::Death), Value::Bool(true)) => add(row, Field::Death, "true"),
            (Some(field), Value::Array(all)) => {
                all.iter().filter_map(Value::as_str).for_each(|text| add(row, field, text));
            }
            _ => {}
        }
    }
}

/// What a FHIR resource says of its patient.
fn resource(kind: &str, value: &Value, row: &mut Row) {
    let each = |name: &str| value[name].as_array().cloned().unwrap_or_default();
    if kind != "Patient" {
        let references = ["subject", "patient", "beneficiary", "for", "individual"];
        let reference = references.iter().find_map(|name| value[name]["reference"].as_str());
        if let Some(id) = reference.and_then(|reference| reference.rsplit("Patient/").next()) {
            add(row, Field::Id, id);
        }
        add(row, Field::Number, value["subscriberId"].as_str().unwrap_or_default());
        if kind.starts_with("Medication") {
            let said = &value["medicationCodeableConcept"];
            let display = said["coding"][0]["display"].as_str();
            add(row, Field::Prescription, said["text"].as_str().or(display).unwrap_or_default());
        }
        return;
    }
    add(row, Field::Id, value["id"].as_str().unwrap_or_default());
    for identifier in each("identifier") {
        add(row, Field::Number, identifier["value"].as_str().unwrap_or_default());
    }
    let name = &value["name"][0];
    add(row, Field::Family, name["family"].as_str().unwrap_or_default());
    let given: Vec<&str> = name["given"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    add(row, Field::Given, &given.join(" "));
    add(row, Field::Birth, value["birthDate"].as_str().unwrap_or_default());
    for address in each("address") {
        let lines = address["line"].as_array().into_iter().flatten().filter_map(Value::as_str);
        add(row, Field::Street, &lines.collect::<Vec<_>>().join(" "));
        add(row, Field::Postal, address["postalCode"].as_str().unwrap_or_default());
        add(row, Field::City, address["city"].as_str().unwrap_or_default());
    }
    for telecom in each("telecom") {
        let field = if telecom["system"] == "email" { Field::Mail } else { Field::Phone };
        add(row, field, telecom["value"].as_str().unwrap_or_default());
    }
    for doctor in each("generalPractitioner") {
        add(row, Field::Doctor, doctor["display"].as_str().unwrap_or_default());
    }
    add(row, Field::Death, value["deceasedDateTime"].as_str().unwrap_or_default());
}

/// `name` beside a given name is the family name; dates are written one way, and what is none is none.
fn settle(row: &mut Row) {
    let has_given = row.all(Field::Given).next().is_some();
    for (field, value) in &mut row.values {
        match field {
            Field::Name if has_given => *field = Field::Family,
            Field::Birth => *value = date(value).unwrap_or_default(),
            _ => {}
        }
    }
    row.values.retain(|(_, value)| !value.is_empty());
}

/// The separator and the columns of a first line that is a header.
fn header(text: &str) -> Option<(char, Vec<Option<Field>>)> {
    let line = text.lines().next()?;
    let separator = [';', ',', '\t', '|'].into_iter().max_by_key(|one| line.matches(*one).count())?;
    let first = records(line, separator).next()?;
    let columns: Vec<Option<Field>> =
        first.1.iter().take(MAX_COLUMNS).map(|name| Field::of_column(name)).collect();
    // A row of values has no column that is known; a header of one column is a list of numbers or names.
    columns.iter().any(Option::is_some).then_some((separator, columns))
}

fn csv(text: &str, separator: char, columns: &[Option<Field>], rows: &mut Vec<Row>) {
    for (place, record) in records(text, separator).skip(1) {
        let mut row = Row { place, ..Row::default() };
        for (column, value) in columns.iter().zip(&record) {
            if let Some(field) = column {
                add(&mut row, *field, value);
            }
        }
        settle(&mut row);
        if !row.values.is_empty() {
            rows.push(row);
        }
    }
}

/// Records by RFC 4180, each with the line that it begins on.
fn records(text: &str, separator: char) -> impl Iterator<Item = (u64, Vec<String>)> + '_ {
    let mut chars = text.chars().peekable();
    let mut line = 1;
    std::iter::from_fn(move || {
        chars.peek()?;
        let (begin, mut record, mut value, mut is_quoted) = (line, Vec::new(), String::new(), false);
        while let Some(c) = chars.next() {
            line += u64::from(c == '\n');
            match c {
                '"' if is_quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    value.push('"');
                }
                '"' if is_quoted || value.is_empty() => is_quoted = !is_quoted,
                '\n' if !is_quoted => break,
                '\r' if !is_quoted => {}
                c if c == separator && !is_quoted => record.push(std::mem::take(&mut value)),
                c => value.push(c),
            }
        }
        record.push(value);
        Some((begin, record))
    })
}

/// A line of plain text: its date is a birth date, what looks like an insurance number is one, five digits are a postal code.
fn plain_line(line: &str, place: u64) -> Option<Row> {
    let mut row = Row { place, ..Row::default() };
    let parts = line.split([' ', '\t', ',', ';', '|', ':', '(', ')', '"']).filter(|part| !part.is_empty());
    let mut rest = Vec::new();
    for part in parts.take(MAX_COLUMNS).map(|part| part.trim_matches(|c: char| !c.is_alphanumeric())) {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let only = plain(part);
        if let Some(day) = date(part).filter(|_| part.len() >= 8) {
            add(&mut row, Field::Birth, &day);
        } else if digits >= 9 && only.len() <= 20 {
            add(&mut row, Field::Number, &only);
        } else if digits == 5 && only.len() == 5 {
            add(&mut row, Field::Postal, part);
        } else {
            rest.push(part);
        }
    }
    row.words = words(&rest.join(" "));
    let says_who = row.all(Field::Number).next().is_some()
        || row.all(Field::Birth).next().is_some() && !row.words.is_empty();
    says_who.then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> (&'static str, Vec<Row>) {
        let sample = parse(text.as_bytes()).unwrap();
        (sample.format, sample.rows)
    }

    fn of(row: &Row, field: Field) -> String {
        row.all(field).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn a_sheet_is_read_by_its_header() {
        let text = "\u{feff}Name;Vorname;Geburtsdatum;Straße;PLZ;Preis\r\n\"Müller; von\";Änne;01.02.1970;\"Am \"\"Tor\"\"\n5\";01234;9\r\n;;;;;3\n";
        let (format, rows) = rows(text);
        assert_eq!((format, rows.len(), rows[0].place), ("csv", 1, 2));
        assert_eq!(of(&rows[0], Field::Family), "Müller; von");
        assert_eq!(of(&rows[0], Field::Birth), "1970-02-01");
        assert_eq!(of(&rows[0], Field::Street), "Am \"Tor\"\n5");
        let latin = b"nom,pr\xe9nom\nH\xe9bert,L\xe9a\n";
        assert_eq!(of(&parse(latin).unwrap().rows[0], Field::Family), "Hébert");
    }

    #[test]
    fn json_is_read_flat_nested_and_as_fhir() {
        let flat =
            r#"[{"nom":"Hébert","prenom":"Léa","adresse":{"rue":"5 rue du Port","cp":29000}},{"x":1}]"#;
        let (format, found) = rows(flat);
        assert_eq!((format, found.len(), of(&found[0], Field::Postal).as_str()), ("json", 1, "29000"));
        let fhir = r#"{"resourceType":"Patient","id":"a-1","name":[{"family":"M","given":["A","B"]}],"birthDate":"1970-01-01","identifier":[{"value":"X1"}]}
{"resourceType":"MedicationRequest","subject":{"reference":"Patient/a-1"},"medicationCodeableConcept":{"text":"Ibuprofen"}}"#;
        let (format, found) = rows(fhir);
        assert_eq!((format, found.len()), ("ndjson", 2));
        assert_eq!((of(&found[0], Field::Id), of(&found[1], Field::Id)), ("a-1".into(), "a-1".into()));
        assert_eq!(of(&found[0], Field::Given), "A B");
        assert_eq!(of(&found[1], Field::Prescription), "Ibuprofen");
        let bundle = format!(
            r#"{{"resourceType":"Bundle","entry":[{{"resource":{}}}]}}"#,
            fhir.lines().next().unwrap()
        );
        assert_eq!(rows(&bundle).1.len(), 1);
        assert!(parse(b"{\"a\":1}\nno json").is_none());
    }

    #[test]
    fn plain_lines_are_read_where_they_say_who() {
        let (format, rows) =
            rows("the best data!\nM\u{fc}ller Anna 1.2.1970 12345 Berlin\nA123456789 sold\n\n");
        assert_eq!((format, rows.len()), ("text", 2));
        assert_eq!(
            (of(&rows[0], Field::Birth), of(&rows[0], Field::Postal)),
            ("1970-02-01".into(), "12345".into())
        );
        assert!(rows[0].words.contains(&"muller".to_owned()) || rows[0].words.contains(&"mullr".to_owned()));
        assert_eq!(of(&rows[1], Field::Number), "A123456789");
    }

    #[test]
    fn foreign_bytes_do_no_harm() {
        for bytes in
            [&b""[..], b"\xff\xfe\x00", b"\"", b"[", b"{", b";;;;", b"name\n\"\"\"", b"[[[[]]]]", b"\n\n"]
        {
            let _ = parse(bytes);
        }
    }
}
