//! A second, slow evaluation of searches over resources in memory, straight from R4's text: for property tests of the fast
//! one. It folds and compares by itself; what it has in common with the other is [`super::values`] and [`super::parse`].
//! [`Condition::InValueSet`] and [`Condition::InList`] are met by nothing: whoever resolves them does so before.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{
    Comparison, Condition, Custom, ID, LAST_UPDATED, Name, Range, Search, SortKey, System, Test, Value,
    Values, values,
};
use crate::{Resource, ResourceType, instant};

struct Record {
    kind: ResourceType,
    name: Option<Name>,
    /// When it was written: `meta.lastUpdated`.
    written: Option<i64>,
    values: Values,
}

/// Resources that can be searched, by their places in the order in which they were given.
pub struct Scan {
    records: Vec<Record>,
    by_name: HashMap<Name, usize>,
}

impl Scan {
    /// Takes the values of resources. Of two with the same type and id the later counts.
    pub fn new<'r>(
        resources: impl IntoIterator<Item = &'r Resource>,
        custom: &[Custom],
        base_url: &str,
    ) -> Self {
        let mut scan = Self { records: Vec::new(), by_name: HashMap::new() };
        for resource in resources {
            let name = resource.id().map(|id| Name { kind: resource.kind(), id: id.to_owned() });
            if let Some(name) = &name {
                scan.by_name.insert(name.clone(), scan.records.len());
            }
            let meta = resource.root().get("meta");
            let written =
                meta.and_then(|meta| meta.get_str("lastUpdated")).and_then(|text| instant::parse(&text));
            let values = values(resource, custom, base_url);
            let written = written.and_then(|ms| i64::try_from(ms).ok());
            scan.records.push(Record { kind: resource.kind(), name, written, values });
        }
        scan
    }

    /// The places of all that a search finds, in its order: after the last key, and without any, the later ones first.
    pub fn find(&self, search: &Search) -> Vec<usize> {
        let all = Condition::All(search.conditions.clone());
        let newest = |at: usize, record: &Record| {
            record.name.as_ref().is_none_or(|name| self.by_name.get(name) == Some(&at))
        };
        let mut found: Vec<usize> = (0..self.records.len())
            .filter(|at| newest(*at, &self.records[*at]))
            .filter(|at| search.kinds.is_empty() || search.kinds.contains(&self.records[*at].kind))
            .filter(|at| self.meets(*at, &all))
            .collect();
        found.sort_by(|left, right| {
            let keys = search.sort.iter().map(|key| self.compare(*left, *right, *key));
            keys.into_iter().find(|order| order.is_ne()).unwrap_or(right.cmp(left))
        });
        found
    }

    /// True when the record at a place meets a condition.
    pub fn meets(&self, at: usize, condition: &Condition) -> bool {
        let record = &self.records[at];
        match condition {
            Condition::All(all) => all.iter().all(|inner| self.meets(at, inner)),
            Condition::Any(any) => any.iter().any(|inner| self.meets(at, inner)),
            Condition::Not(inner) => !self.meets(at, inner),
            Condition::Kind(kinds) => kinds.contains(&record.kind),
            Condition::Id(name) => record.name.as_ref() == Some(name),
            Condition::Present(number) => record.of(*number).next().is_some(),
            Condition::Value(LAST_UPDATED, Test::Range(comparison, query)) => {
                record.written.is_some_and(|at| compare(*comparison, Range { low: at, high: at }, *query))
            }
            Condition::Value(number, test) => record.of(*number).any(|value| holds(value, test)),
            Condition::Composite(number, tests) => record.of(*number).any(|value| composite(value, tests)),
            Condition::RefersTo { parameter, kinds, meets } => record.of(*parameter).any(|value| {
                let Value::Reference(name) = value else { return false };
                let target =
                    self.by_name.get(name).filter(|_| kinds.is_empty() || kinds.contains(&name.kind));
                target.is_some_and(|target| self.meets(*target, meets))
            }),
            Condition::ReferredToBy { kind, parameter, meets } => {
                let Some(own) = &record.name else { return false };
                let refers = |other: &Record| {
                    other.kind == *kind
                        && other
                            .of(*parameter)
                            .any(|value| matches!(value, Value::Reference(name) if name == own))
                };
                let mut others = self.records.iter().enumerate();
                others.any(|(other, referring)| refers(referring) && self.meets(other, meets))
            }
            Condition::Narrative(words) => has_words(&record.values.narrative, words),
            Condition::Content(words) => has_words(&record.values.content, words),
            Condition::InValueSet { .. } | Condition::InList(_) => false,
        }
    }

    /// Records without a value come last, whichever way.
    fn compare(&self, left: usize, right: usize, key: SortKey) -> Ordering {
        let of = |at: usize| {
            let record = &self.records[at];
            if key.parameter == LAST_UPDATED {
                return record.written.map(Key::Number);
            }
            if key.parameter == ID {
                return record.name.as_ref().map(id_key);
            }
            let keys = record.of(key.parameter).filter_map(|value| sort_key(value, key.descending));
            if key.descending { keys.max() } else { keys.min() }
        };
        match (of(left), of(right)) {
            (Some(left), Some(right)) if key.descending => right.cmp(&left),
            (Some(left), Some(right)) => left.cmp(&right),
            (left, right) => right.is_some().cmp(&left.is_some()),
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
}

/// UUIDs first, as the index has them; of one id, in the order of the types' codes.
fn id_key(name: &Name) -> Key {
    let digits = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let parts: Vec<&str> = name.id.split('-').collect();
    let is_uuid = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.into_iter().all(digits);
    Key::Text(format!("{} {} {:04x}", if is_uuid { 1 } else { 2 }, name.id, name.kind.code()))
}

fn sort_key(value: &Value, descending: bool) -> Option<Key> {
    let end = |range: &Range| Key::Number(if descending { range.high } else { range.low });
    match value {
        Value::Range(range) | Value::Quantity { range, .. } => Some(end(range)),
        Value::Text(text) => Some(Key::Text(fold(text))),
        Value::Token { code: Some(text), .. } | Value::Uri(text) => Some(Key::Text(text.clone())),
        _ => None,
    }
}

impl Record {
    fn of(&self, number: u16) -> impl Iterator<Item = &Value> {
        self.values.values.iter().filter(move |(of, _)| *of == number).map(|(_, value)| value)
    }
}

fn composite(value: &Value, tests: &[Test]) -> bool {
    let Value::Composite(parts) = value else { return false };
    parts.len() == tests.len()
        && parts.iter().zip(tests).all(|(values, test)| values.iter().any(|value| holds(value, test)))
}

fn system_is(wanted: &System, system: Option<&String>) -> bool {
    match wanted {
        System::Any => true,
        System::None => system.is_none(),
        System::Is(wanted) => system == Some(wanted),
    }
}

fn is_or_any(wanted: Option<&String>, found: Option<&String>) -> bool {
    wanted.is_none() || wanted == found
}

/// Whether a value meets a test.
fn holds(value: &Value, test: &Test) -> bool {
    match (value, test) {
        (Value::Text(text), Test::Starts(wanted)) => fold(text).starts_with(&fold(wanted)),
        (Value::Text(text), Test::Contains(wanted)) => fold(text).contains(&fold(wanted)),
        (Value::Text(text), Test::Exact(wanted)) => text == wanted,
        (Value::Token { system, code }, Test::Token { system: wanted, code: wanted_code }) => {
            system_is(wanted, system.as_ref()) && is_or_any(wanted_code.as_ref(), code.as_ref())
        }
        (Value::Display(text), Test::Display(wanted)) => {
            let (text, wanted) = (fold(text), fold(wanted));
            let inside = |at: usize| text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            text.match_indices(&wanted).any(|(at, _)| !inside(at))
        }
        (
            Value::OfType { system, code, value },
            Test::OfType { system: wanted, code: wanted_code, value: wanted_value },
        ) => is_or_any(wanted.as_ref(), system.as_ref()) && code == wanted_code && value == wanted_value,
        (Value::Uri(uri), Test::Uri(wanted)) => {
            uri == wanted
                || (!wanted.contains('|') && uri.split_once('|').is_some_and(|(url, _)| url == wanted))
        }
        (Value::Uri(uri), Test::UriAbove(wanted)) => is_at_or_below(wanted, uri),
        (Value::Uri(uri), Test::UriBelow(wanted)) => is_at_or_below(uri, wanted),
        (Value::Reference(name), Test::Reference(wanted)) => name == wanted,
        (Value::Reference(name), Test::ReferenceId(wanted)) => name.id == *wanted,
        (Value::Elsewhere(text), Test::Elsewhere(wanted)) => text == wanted,
        (
            Value::ReferenceIdentifier { system, value },
            Test::ReferenceIdentifier { system: wanted, value: wanted_value },
        ) => system_is(wanted, system.as_ref()) && is_or_any(wanted_value.as_ref(), Some(value)),
        (Value::Range(range), Test::Range(comparison, query)) => compare(*comparison, *range, *query),
        (
            Value::Quantity { range, system, code, unit },
            Test::Quantity { comparison, range: query, system: wanted, unit: wanted_unit },
        ) => {
            let of_unit = match wanted_unit {
                None => true,
                Some(_) if matches!(wanted, System::Is(_)) => wanted_unit == code,
                Some(_) => wanted_unit == code || wanted_unit == unit,
            };
            of_unit && system_is(wanted, system.as_ref()) && compare(*comparison, *range, *query)
        }
        _ => false,
    }
}

/// `uri` is `above`, or begins with it and a `/`.
fn is_at_or_below(uri: &str, above: &str) -> bool {
    let rest = uri.strip_prefix(above.strip_suffix('/').unwrap_or(above));
    uri == above || rest.is_some_and(|rest| rest.starts_with('/'))
}

/// FHIR R4, 3.1.1.4.5: each prefix as its sentence there says it, of the value's range and the search's.
fn compare(comparison: Comparison, value: Range, query: Range) -> bool {
    let contains = query.low <= value.low && value.high <= query.high;
    let above_overlaps = query.high < i64::MAX && value.high > query.high;
    let below_overlaps = query.low > i64::MIN && value.low < query.low;
    match comparison {
        Comparison::Eq => contains,
        Comparison::Ne => !contains,
        Comparison::Gt => above_overlaps,
        Comparison::Lt => below_overlaps,
        Comparison::Ge => above_overlaps || contains,
        Comparison::Le => below_overlaps || contains,
        Comparison::Sa => value.low > query.high,
        Comparison::Eb => value.high < query.low,
        Comparison::Ap => !(value.high < query.low || value.low > query.high),
    }
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn has_words(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (words(text), words(wanted));
    wanted.iter().all(|word| text.contains(word))
}

/// Text without case, diacritics, ligatures and double spaces, as far as letters of European languages go.
pub fn fold(text: &str) -> String {
    let mut folded = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        match LETTERS.iter().find(|(letters, _)| letters.contains(character)) {
            Some((_, plain)) => folded.push_str(plain),
            None if ('\u{300}'..='\u{36f}').contains(&character) => {}
            None if character.is_whitespace() || character.is_control() => folded.push(' '),
            None => folded.push(character),
        }
    }
    folded.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

const LETTERS: [(&str, &str); 27] = [
    ("\u{2018}\u{2019}\u{2bc}\u{2032}", "'"),
    ("àáâãäåāăą", "a"),
    ("æ", "ae"),
    ("çćĉċč", "c"),
    ("ďđð", "d"),
    ("èéêëēĕėęě", "e"),
    ("ﬁ", "fi"),
    ("ﬂ", "fl"),
    ("ĝğġģ", "g"),
    ("ĥ", "h"),
    ("ìíîïĩīĭįı", "i"),
    ("ĳ", "ij"),
    ("ĵ", "j"),
    ("ķ", "k"),
    ("ĺļľł", "l"),
    ("ñńņň", "n"),
    ("òóôõöøōŏő", "o"),
    ("œ", "oe"),
    ("ŕŗř", "r"),
    ("śŝşšș", "s"),
    ("ß", "ss"),
    ("ţťț", "t"),
    ("þ", "th"),
    ("ùúûüũūŭůűų", "u"),
    ("ŵ", "w"),
    ("ýÿŷ", "y"),
    ("źżž", "z"),
];

#[cfg(test)]
#[path = "../../tests/support/mod.rs"]
mod support;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Options, escaped, parse};

    fn scan() -> Scan {
        let texts = [
            r#"{"resourceType":"Patient","id":"a","meta":{"lastUpdated":"2026-01-01T00:00:00Z"},"gender":"female","name":[{"family":"Müller-Weiß","given":["Zoë"]}],"birthDate":"1980-02-01","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Kopf<b>schmerz</b> seit gestern</div>"}}"#,
            r#"{"resourceType":"Patient","id":"b","gender":"male","name":[{"family":"von der Heide"}],"birthDate":"1980"}"#,
            r#"{"resourceType":"Patient","id":"c","name":[{"family":"Adam"}]}"#,
            r#"{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic pressure"}]},"subject":{"reference":"Patient/a"},"effectiveDateTime":"2020-05-01T10:00:00Z","valueQuantity":{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}"#,
            r#"{"resourceType":"Observation","id":"p","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"subject":{"reference":"Patient/b"},"effectivePeriod":{"start":"2020-01-01"},"hasMember":[{"reference":"Observation/o"}]}"#,
        ];
        let resources: Vec<_> =
            texts.iter().map(|text| Resource::parse(*text, None).expect("valid")).collect();
        Scan::new(&resources, &[], "https://h/fhir")
    }

    #[test]
    fn finds_what_the_specification_says() {
        let scan = scan();
        for (kind, name, value, found) in [
            ("Patient", "name", "muller", vec![0]),
            ("Patient", "family", "heide", vec![1]),
            ("Patient", "family", "von", vec![1]),
            ("Patient", "family:exact", "adam", vec![]),
            ("Patient", "family:contains", "weiss", vec![0]),
            ("Patient", "given", "ZOE", vec![0]),
            ("Patient", "gender:not", "male", vec![2, 0]),
            ("Patient", "gender:missing", "true", vec![2]),
            ("Patient", "birthdate", "1980", vec![1, 0]),
            ("Patient", "birthdate", "1980-02-01", vec![0]),
            ("Patient", "birthdate", "gt1980-06", vec![1]),
            ("Patient", "birthdate", "sa1979", vec![1, 0]),
            ("Patient", "birthdate", "ne1980", vec![]),
            ("Patient", "_lastUpdated", "ge2026", vec![0]),
            ("Patient", "_text", "kopfschmerz gestern", vec![0]),
            ("Patient", "_id", "b,c", vec![2, 1]),
            ("Patient", "_has:Observation:patient:code", "8480-6", vec![0]),
            ("Patient", "_has:Observation:patient:_has:Observation:has-member:code", "8462-4", vec![0]),
            ("Observation", "code", "http://loinc.org|8480-6", vec![3]),
            ("Observation", "code", "|8480-6", vec![]),
            ("Observation", "code:text", "press", vec![3]),
            ("Observation", "subject", "Patient/a", vec![3]),
            ("Observation", "subject", "b", vec![4]),
            ("Observation", "patient.family", "heide", vec![4]),
            ("Observation", "date", "ge2020-05-01", vec![4, 3]),
            ("Observation", "date", "2020-05-01", vec![3]),
            ("Observation", "value-quantity", "120||mmHg", vec![3]),
            ("Observation", "value-quantity", "lt100", vec![]),
            ("Observation", "code-value-quantity", "8480-6$ge119", vec![3]),
            ("Observation", "_sort", "-code", vec![3, 4]),
            ("Patient", "_sort", "birthdate", vec![1, 0, 2]),
            ("Patient", "_sort", "-family", vec![1, 0, 2]),
        ] {
            let options = Options {
                lenient: false,
                leaves_out_empty: false,
                base_url: "https://h/fhir",
                now_ms: 0,
                custom: &[],
            };
            let search = parse(ResourceType::from_name(kind), &[(name.into(), value.into())], &options);
            assert_eq!(scan.find(&search.expect("understood")), found, "{name}={value}");
        }
    }

    /// The places in `stored`, in their order, of what a search for quantities finds.
    fn numbers(stored: &[&str], name: &str, value: &str) -> Vec<usize> {
        let of = |value: &&str| {
            let text = format!(
                r#"{{"resourceType":"Observation","status":"final","code":{{"text":"c"}},"valueQuantity":{{{value}}}}}"#
            );
            Resource::parse(text, None).expect("valid")
        };
        let resources: Vec<_> = stored.iter().map(of).collect();
        let options = Options {
            lenient: false,
            leaves_out_empty: false,
            base_url: "https://h/fhir",
            now_ms: 0,
            custom: &[],
        };
        let search = parse(ResourceType::from_name("Observation"), &[(name.into(), value.into())], &options);
        let mut found = Scan::new(&resources, &[], "https://h/fhir").find(&search.expect("understood"));
        if name != "_sort" {
            found.reverse();
        }
        found
    }

    /// R4's page on search, "number" and "quantity": what is stored is exactly itself, what is searched for is as precise as
    /// it is written, and with an order it is exactly itself too.
    #[test]
    fn stored_numbers_are_points() {
        let stored = [
            r#""value":79.4"#,
            r#""value":79.5"#,
            r#""value":80"#,
            r#""value":80.00"#,
            r#""value":80.49"#,
            r#""value":80.5"#,
            r#""value":100"#,
            r#""value":90,"comparator":"<""#,
            r#""value":90,"comparator":">""#,
        ];
        for (wanted, found) in [
            ("80", vec![1, 2, 3, 4]),
            ("80.0", vec![2, 3]),
            ("80.5", vec![4, 5]),
            ("8e1", vec![1, 2, 3, 4]),
            ("100", vec![6]),
            ("1e2", vec![6]),
            ("ne80", vec![0, 5, 6, 7, 8]),
            ("gt100", vec![8]),
            ("ge100", vec![6, 8]),
            ("lt80", vec![0, 1, 7]),
            ("le80", vec![0, 1, 2, 3, 7]),
            ("gt80", vec![4, 5, 6, 7, 8]),
            ("sa80", vec![4, 5, 6, 8]),
            ("eb80", vec![0, 1]),
            ("sa90", vec![6, 8]),
            ("eb90", vec![0, 1, 2, 3, 4, 5, 7]),
            ("ap100", vec![6, 8]),
        ] {
            assert_eq!(numbers(&stored, "value-quantity", wanted), found, "{wanted}");
        }
        let mixed = ["5.44", "5", "5.4", "-1", "1e1", "5.39"].map(|number| format!(r#""value":{number}"#));
        let mixed = mixed.each_ref().map(String::as_str);
        assert_eq!(numbers(&mixed, "_sort", "value-quantity"), [3, 1, 5, 2, 0, 4]);
        assert_eq!(numbers(&mixed, "_sort", "-value-quantity"), [4, 0, 2, 5, 1, 3]);
    }

    /// A query's modifier and value that a record with this value must meet; none when a value can't be written as a query.
    fn query(value: &Value) -> Option<(&'static str, String)> {
        let part = |text: &Option<String>| text.as_deref().map(escaped).unwrap_or_default();
        Some(match value {
            Value::Text(text) | Value::Display(text) if fold(text).is_empty() => return None,
            Value::Text(text) => (":exact", escaped(text)),
            Value::Display(text) => (":text", escaped(text)),
            Value::Token { system: None, code } => ("", part(code)),
            Value::Token { system, code } => ("", format!("{}|{}", part(system), part(code))),
            Value::OfType { system, code, value } => {
                (":of-type", format!("{}|{}|{}", part(system), escaped(code), escaped(value)))
            }
            Value::Uri(uri) | Value::Elsewhere(uri) if !uri.contains(':') => return None,
            Value::Uri(uri) => ("", escaped(uri)),
            Value::Elsewhere(text) => ("", escaped(text)),
            Value::Reference(name) => ("", format!("{}/{}", name.kind, name.id)),
            Value::ReferenceIdentifier { system, value } => {
                (":identifier", format!("{}|{}", part(system), escaped(value)))
            }
            Value::Range(_) | Value::Quantity { .. } | Value::Composite(_) => (":missing", "false".into()),
        })
    }

    /// HL7's examples, each by itself: what has a value is found by it, and not by what it has not.
    #[test]
    fn every_example_is_found_by_each_of_its_values() {
        let Some(folder) = support::examples("found by each value") else { return };
        let base_url = "https://h/fhir";
        let options = Options { lenient: false, leaves_out_empty: false, base_url, now_ms: 0, custom: &[] };
        let (mut asked, mut faults) = (0, Vec::new());
        for (file, text) in support::files(&folder) {
            let Ok(resource) = Resource::parse(text, None) else { continue };
            let scan = Scan::new([&resource], &[], base_url);
            for (number, value) in &scan.records[0].values.values {
                let parameter = super::super::by_number(*number).expect("a parameter");
                let Some((modifier, wanted)) = query(value) else { continue };
                let pair = (format!("{}{modifier}", parameter.code), wanted);
                asked += 1;
                match parse(Some(resource.kind()), std::slice::from_ref(&pair), &options) {
                    Ok(search) if scan.find(&search) == [0] => {}
                    Ok(_) => faults.push(format!("{file}: not found by {pair:?}")),
                    Err(issues) => {
                        faults.push(format!("{file}: {pair:?}: {}", issues[0].text(crate::Language::En)))
                    }
                }
                let not = (format!("{}:missing", parameter.code), "true".to_owned());
                if let Ok(search) = parse(Some(resource.kind()), &[not], &options) {
                    assert!(scan.find(&search).is_empty(), "{file}: {}", parameter.code);
                }
            }
        }
        assert!(
            faults.is_empty() && asked > 100_000,
            "{asked} asked, {}:\n{}",
            faults.len(),
            faults[..faults.len().min(20)].join("\n")
        );
    }
}
