//! What a search finds over HTTP is what a slow scan of the opened records finds, read straight from the specification: for
//! thousands of queries made from the values of HL7's examples and of Synthea's patients.

use crate::support::{Cell, Http, Salus, test_data};
use salus_records::fhir::search::naive::Scan;
use salus_records::fhir::search::{self, ParameterKind, Range, Value};
use salus_records::fhir::{Resource, instant};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// How many random queries are asked, unless `SALUS_TEST_QUERIES` says another number, which also makes them other ones.
const QUERIES: usize = 1_500;
/// How many resources of each type and parameter are looked for by it.
const RESOURCES_PER_PARAMETER: usize = 3;
/// The hits of a page that are compared one by one; of what is more, the number.
const PAGE: usize = 100;

/// A small generator (xorshift64*), so that a failure can be repeated.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }

    pub(crate) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// HL7's examples, where they have been fetched.
fn examples(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("test-data/hl7.fhir.r4.examples");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{name}: no examples");
    println!("not run: {name}: no test data (cargo run -p xtask -- test-data)");
    None
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// Everything that is stored, in the order in which it was written.
fn stored(cell: &Cell, http: &mut Http) -> Vec<Resource> {
    let mut all = Vec::new();
    let mut next = Some("_history?_count=500".to_owned());
    while let Some(at) = next {
        let reply = cell.send_on(http, "GET", &at, &[], b"");
        assert_eq!(reply.status, 200, "{}", reply.text());
        let bundle = reply.json();
        for entry in bundle["entry"].as_array().map(Vec::as_slice).unwrap_or_default() {
            all.push(Resource::parse(entry["resource"].to_string(), None).unwrap());
        }
        let links = bundle["link"].as_array().unwrap();
        let link = links.iter().find(|link| link["relation"] == "next");
        next =
            link.map(|link| link["url"].as_str().unwrap().split_once("/praxis/fhir/").unwrap().1.to_owned());
    }
    all.reverse();
    all
}

/// A cell with Synthea's smallest patients and HL7's examples.
fn fill(cell: &Cell, http: &mut Http, name: &str) -> bool {
    let (Some(data), Some(examples)) = (test_data(name), examples(name)) else { return false };
    let mut bundles = json_files(&data.join("synthea"));
    bundles.sort_by_key(|path| std::fs::metadata(path).unwrap().len());
    for path in bundles.iter().take(8) {
        let reply = cell.send_on(http, "POST", "", &[], &std::fs::read(path).unwrap());
        assert_eq!(reply.status, 200, "{}: {}", path.display(), reply.text());
    }
    let mut texts: Vec<(String, String, Vec<u8>)> = Vec::new();
    for path in json_files(&examples) {
        let bytes = std::fs::read(path).unwrap();
        let Ok(json) = serde_json::from_slice::<Json>(&bytes) else { continue };
        if let (Some(kind), Some(id)) = (json["resourceType"].as_str(), json["id"].as_str()) {
            texts.push((kind.to_owned(), id.to_owned(), bytes));
        }
    }
    // Of the definitions, which are alike, some.
    let definitions = [
        "StructureDefinition",
        "SearchParameter",
        "ValueSet",
        "CodeSystem",
        "ConceptMap",
        "OperationDefinition",
    ];
    let mut at = 0;
    texts.retain(|(kind, _, bytes)| {
        at += 1;
        bytes.len() < 200_000 && (!definitions.contains(&kind.as_str()) || at % 20 == 0)
    });
    // Whoever is named must be there first.
    let mut named: Vec<String> = Vec::new();
    for (_, _, bytes) in &texts {
        for rest in String::from_utf8_lossy(bytes).split("\"Patient/").skip(1) {
            named.extend(rest.split(['"', '/', '#']).next().map(str::to_owned));
        }
    }
    named.sort();
    named.dedup();
    named.retain(|id| !texts.iter().any(|(kind, known, _)| kind == "Patient" && known == id));
    for id in named {
        let text = format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
        texts.push(("Patient".to_owned(), id, text.into_bytes()));
    }
    texts.sort_by_key(|(kind, _, _)| kind != "Patient");
    let mut taken = 0;
    for (kind, id, bytes) in texts {
        let prefer = [("Prefer", "return=minimal")];
        taken +=
            usize::from(cell.send_on(http, "PUT", &format!("{kind}/{id}"), &prefer, &bytes).status == 201);
    }
    assert!(taken > 1_000, "{taken}");
    true
}

struct World {
    resources: Vec<Resource>,
    values: Vec<Vec<(u16, Value)>>,
    by_name: HashMap<(String, String), usize>,
    scan: Scan,
    base_url: String,
}

impl World {
    fn new(cell: &Cell, http: &mut Http) -> Self {
        let base_url = format!("http://localhost:{}/praxis/fhir", cell.address.port());
        let resources = stored(cell, http);
        let values =
            resources.iter().map(|resource| search::values(resource, &[], &base_url).values).collect();
        let name =
            |resource: &Resource| (resource.kind().name().to_owned(), resource.id().unwrap().to_owned());
        let by_name = resources.iter().enumerate().map(|(at, resource)| (name(resource), at)).collect();
        let scan = Scan::new(&resources, &[], &base_url);
        Self { resources, values, by_name, scan, base_url }
    }

    /// A condition that a resource meets, or nearly: name and value.
    fn condition(&self, random: &mut Random, at: usize) -> Option<(String, String)> {
        let (number, value) = random.of(self.values.get(at).filter(|values| !values.is_empty())?);
        let parameter = search::by_number(*number)?;
        let code = &parameter.code;
        if random.below(12) == 0 {
            return Some((format!("{code}:missing"), ["true", "false"][random.below(2)].to_owned()));
        }
        if let (Value::Reference(name), 0) = (value, random.below(3)) {
            let target = *self.by_name.get(&(name.kind.name().to_owned(), name.id.clone()))?;
            let (inner, value) = self.condition(random, target)?;
            return Some((format!("{code}:{}.{inner}", name.kind), value));
        }
        if random.below(40) == 0 {
            let text = self.resources[at].text();
            let words: Vec<&str> =
                text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 4).collect();
            let name = ["_text", "_content"][random.below(2)];
            return Some((name.to_owned(), (*random.of(&words)).to_owned()));
        }
        written(random, code, parameter.kind, value)
    }

    fn query(&self, random: &mut Random) -> Option<(usize, Vec<(String, String)>)> {
        let at = random.below(self.resources.len());
        let mut query = vec![self.condition(random, at)?];
        match random.below(6) {
            0 | 1 => query.extend(self.condition(random, at)),
            2 => {
                // Values of others of the same type, as alternatives.
                let other = random.below(self.resources.len());
                if let Some((name, value)) = self.condition(random, other)
                    && name == query[0].0
                {
                    query[0].1.push(',');
                    query[0].1.push_str(&value);
                }
            }
            3 => query.extend(self.has(random, at)),
            4 => query.extend(self.sort(random, at)),
            _ => {}
        }
        Some((at, query))
    }

    /// An order by parameters that the resource has values of; sometimes a wide one, with nothing else asked for.
    fn sort(&self, random: &mut Random, at: usize) -> Option<(String, String)> {
        let values = self.values.get(at)?;
        let mut keys = vec![["_lastUpdated", "-_lastUpdated", "_id", "-_id"][random.below(4)].to_owned()];
        for _ in 0..1 + random.below(2) {
            let parameter = search::by_number(random.of(values).0)?;
            if matches!(
                parameter.kind,
                // Codes and URIs are ordered by the index alone: the specification does not say how.
                ParameterKind::Date | ParameterKind::String | ParameterKind::Quantity | ParameterKind::Number
            ) {
                keys.insert(0, format!("{}{}", ["", "-"][random.below(2)], parameter.code));
            }
        }
        Some(("_sort".to_owned(), keys.join(",")))
    }

    /// `_has` of a record that refers to this one.
    fn has(&self, random: &mut Random, at: usize) -> Option<(String, String)> {
        let me = self.resources.get(at)?;
        let mut referring = Vec::new();
        for (other, values) in self.values.iter().enumerate() {
            for (number, value) in values {
                if matches!(value, Value::Reference(name) if name.kind == me.kind() && Some(name.id.as_str()) == me.id())
                {
                    referring.push((other, *number));
                }
            }
        }
        if referring.is_empty() {
            return None;
        }
        let (other, number) = *random.of(&referring);
        let (inner, value) = self.condition(random, other)?;
        let kind = self.resources[other].kind();
        Some((format!("_has:{kind}:{}:{inner}", search::by_number(number)?.code), value))
    }
}

/// A value as a query writes it.
pub(crate) fn written(
    random: &mut Random,
    code: &str,
    kind: ParameterKind,
    value: &Value,
) -> Option<(String, String)> {
    let plain = |value: String| Some((code.to_owned(), value));
    let with = |modifier: &str, value: String| Some((format!("{code}:{modifier}"), value));
    let prefixes = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"];
    match value {
        Value::Text(text) if !text.trim().is_empty() && text.len() < 200 => match random.below(4) {
            0 => with("exact", escaped(text)),
            1 => with("contains", escaped(&middle(random, text))),
            _ => plain(escaped(&text.chars().take(1 + random.below(8)).collect::<String>())),
        },
        Value::Token { system, code: token } => {
            let token = token.as_deref().map(escaped).unwrap_or_default();
            match (random.below(6), system) {
                (0, Some(system)) => plain(format!("{}|", escaped(system))),
                (1, _) => plain(format!("|{token}")),
                (2, _) => with("not", token),
                (3 | 4, Some(system)) => plain(format!("{}|{token}", escaped(system))),
                _ => plain(token),
            }
        }
        Value::Display(text) => with("text", escaped(text.split_whitespace().next()?)),
        Value::OfType { system: Some(system), code: token, value } => {
            with("of-type", format!("{}|{}|{}", escaped(system), escaped(token), escaped(value)))
        }
        Value::Uri(uri) => match random.below(4) {
            0 if kind == ParameterKind::Uri => with("below", escaped(uri.rsplit_once('/')?.0)),
            1 if kind == ParameterKind::Uri => with("above", escaped(&format!("{uri}/x"))),
            _ => plain(escaped(uri)),
        },
        Value::Reference(name) => match random.below(3) {
            0 => plain(name.id.clone()),
            1 => with(name.kind.name(), name.id.clone()),
            _ => plain(format!("{}/{}", name.kind, name.id)),
        },
        Value::ReferenceIdentifier { system: Some(system), value } => {
            with("identifier", format!("{}|{}", escaped(system), escaped(value)))
        }
        Value::Range(range) => {
            let prefix = random.of(&prefixes);
            plain(format!("{prefix}{}", point(random, kind, *range)?))
        }
        Value::Quantity { range, system, code: unit, .. } => {
            let number = point(random, ParameterKind::Number, *range)?;
            let prefix = random.of(&prefixes);
            match (random.below(3), system, unit) {
                (0, Some(system), Some(unit)) => {
                    plain(format!("{prefix}{number}|{}|{}", escaped(system), escaped(unit)))
                }
                (1, _, Some(unit)) => plain(format!("{prefix}{number}||{}", escaped(unit))),
                _ => plain(format!("{prefix}{number}")),
            }
        }
        Value::Composite(parts) => {
            let mut all = Vec::new();
            for part in parts {
                // A part's prefix or value as it stands alone; modifiers have no place here.
                let value = part.iter().find_map(|value| match value {
                    Value::Token { code: Some(token), .. } => Some(escaped(token)),
                    Value::Quantity { range, .. } => point(random, ParameterKind::Number, *range),
                    Value::Text(text) if text.len() < 100 => Some(escaped(text)),
                    Value::Reference(name) => Some(format!("{}/{}", name.kind, name.id)),
                    Value::Uri(uri) => Some(escaped(uri)),
                    _ => None,
                });
                all.push(value?);
            }
            plain(all.join("$"))
        }
        _ => None,
    }
}

/// A date or number within a span, written with some precision.
fn point(random: &mut Random, kind: ParameterKind, range: Range) -> Option<String> {
    if kind == ParameterKind::Date {
        let at = if range.low == i64::MIN { range.high } else { range.low };
        let at = instant::instant(u64::try_from(at).ok()?);
        return Some(at[..[4, 7, 10, 24][random.below(4)]].to_owned());
    }
    // `order` the other way round.
    let of = |order: i64| {
        f64::from_bits((if order < 0 { i64::MIN.wrapping_sub(order).wrapping_sub(1) } else { order }) as u64)
    };
    let middle = (of(range.low) + of(range.high)) / 2.0;
    (middle.is_finite() && middle.abs() < 1e9).then(|| format!("{middle:.*}", random.below(4)))
}

fn middle(random: &mut Random, text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let from = random.below(letters.len());
    letters[from..(from + 2 + random.below(6)).min(letters.len())].iter().collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        if matches!(letter, '\\' | ',' | '$' | '|') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

pub(crate) fn encoded(query: &[(String, String)]) -> String {
    let encode = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs: Vec<_> =
        query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

#[test]
fn searches_find_what_a_scan_of_the_records_finds() {
    let salus = Salus::start();
    let cell = salus.cell("praxis");
    let mut http = cell.http();
    if !fill(&cell, &mut http, "searches_find_what_a_scan_of_the_records_finds") {
        return;
    }
    let world = World::new(&cell, &mut http);
    let queries = std::env::var("SALUS_TEST_QUERIES").map_or(QUERIES, |number| number.parse().unwrap());
    let mut random = Random(0x5eed_cafe ^ queries as u64);
    let mut differ = Vec::new();
    let mut ask = |at: usize, query: &[(String, String)]| {
        let kind = world.resources[at].kind();
        let options = search::Options {
            lenient: false,
            leaves_out_empty: false,
            base_url: &world.base_url,
            now_ms: 0,
            custom: &[],
        };
        let address = format!("{kind}?{}", encoded(query));
        let reply =
            cell.send_on(&mut http, "GET", &format!("{address}&_count={PAGE}&_elements=id"), &[], b"");
        let Ok(parsed) = search::parse(Some(kind), query, &options) else {
            assert_eq!(reply.status, 400, "{address}: {}", reply.text());
            return None;
        };
        if reply.status != 200 {
            // A reading that is refused for its cost, or for a value set that is not here, is no wrong answer.
            assert!([403, 422].contains(&reply.status), "{address}: {} {}", reply.status, reply.text());
            return None;
        }
        let expected = world.scan.find(&parsed);
        let bundle = reply.json();
        let entries = bundle["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found: Vec<&str> =
            entries.iter().map(|entry| entry["resource"]["id"].as_str().unwrap()).collect();
        let first: Vec<&str> =
            expected.iter().take(PAGE).map(|at| world.resources[*at].id().unwrap()).collect();
        if bundle["total"] != expected.len() || found != first {
            differ.push(format!(
                "{address}: found {} {:?}, expected {} {:?}",
                bundle["total"],
                found.first(),
                expected.len(),
                first.first()
            ));
        }
        Some(expected)
    };

    let (mut asked, mut with_hits) = (0, 0);
    while asked < queries {
        let Some((at, query)) = world.query(&mut random) else { continue };
        if let Some(expected) = ask(at, &query) {
            asked += 1;
            with_hits += usize::from(!expected.is_empty());
        }
    }
    assert!(with_hits > queries / 3, "{with_hits} of {queries} found anything");

    // Every parameter, by values of some resources that have it.
    let mut seen: HashMap<(u16, &str), usize> = HashMap::new();
    let (mut looked_for, mut missed) = (0, Vec::new());
    for (at, values) in world.values.iter().enumerate() {
        let kind = world.resources[at].kind().name();
        for (number, value) in values {
            let count = seen.entry((*number, kind)).or_default();
            if *count >= RESOURCES_PER_PARAMETER {
                continue;
            }
            let Some(parameter) = search::by_number(*number) else { continue };
            // Without `:not`, `:missing` and prefixes, the resource itself must be found.
            let query = match value {
                Value::Token { system: Some(system), code: Some(code) } => {
                    format!("{}|{}", escaped(system), escaped(code))
                }
                Value::Token { code: Some(code), .. } => escaped(code),
                Value::Text(text) if !text.trim().is_empty() && text.len() < 200 => escaped(text),
                Value::Uri(uri) => escaped(uri),
                Value::Reference(name) => format!("{}/{}", name.kind, name.id),
                Value::Range(range) if parameter.kind == ParameterKind::Date && range.low > 0 => {
                    format!("ge{}", instant::instant(range.low as u64))
                }
                _ => continue,
            };
            *count += 1;
            let id = ("_id".to_owned(), world.resources[at].id().unwrap().to_owned());
            let query = vec![(parameter.code.clone(), query), id];
            if let Some(expected) = ask(at, &query) {
                looked_for += 1;
                if expected != [at] {
                    missed.push(format!("{kind}?{}", encoded(&query)));
                }
            }
        }
    }
    assert!(looked_for > 1_000, "{looked_for}");
    assert!(missed.is_empty(), "not found by values of their own: {missed:#?}");
    let shown: Vec<&String> = differ.iter().take(40).collect();
    assert!(differ.is_empty(), "{} of {} differ: {shown:#?}", differ.len(), asked + looked_for);
    println!("{asked} random queries, {with_hits} with hits; {looked_for} by a parameter's own value");
}
