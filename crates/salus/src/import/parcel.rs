//! Cuts files into parcels: a transaction or batch is one; collections and NDJSON become batches of at most
//! [`MAX_ENTRIES`], those of which others may refer first.
//!
//! Never: changes a resource's text; reads a file before its turn. State: none.

use super::Item;
use super::files::{Format, Source};
use super::report::Refused;
use crate::messages::say;
use aws_lc_rs::digest::{Context, SHA256, digest};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use salus_fhir::{ResourceType, is_of_the_house};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

/// The most entries of a batch that is made here.
pub const MAX_ENTRIES: usize = 500;
/// The most bytes of a batch that is made here, but for a single larger resource.
const MAX_BATCH_BYTES: usize = 8 * 1024 * 1024;
/// The largest JSON document, and the longest line, in bytes.
const MAX_DOCUMENT_BYTES: u64 = 512 * 1024 * 1024;

/// One bundle on its way.
#[derive(Debug)]
pub struct Parcel {
    /// The file it comes from, for the report.
    pub file: Arc<str>,
    /// The numbers of its entries in that file, where they are not just 0, 1, 2...
    pub numbers: Option<Vec<u64>>,
    /// The types of its entries, where the file holds resources without a Bundle around them.
    pub types: Option<Vec<ResourceType>>,
    /// Its name in the server's ledger: 64 hexadecimal digits.
    pub ledger: String,
    /// The bundle.
    pub body: Bytes,
    /// How many entries it has.
    pub entries: u64,
    /// Its share of the file's size, for the progress bar.
    pub bytes: u64,
}

impl Parcel {
    /// A bundle that is sent as it is.
    pub fn whole(file: &str, body: impl Into<Bytes>, entries: u64) -> Self {
        let body = body.into();
        Self {
            file: file.into(),
            numbers: None,
            types: None,
            ledger: hex_hash(&[&body]),
            bytes: body.len() as u64,
            body,
            entries,
        }
    }
}

/// SHA-256 over the parts, in hexadecimal digits.
pub fn hex_hash(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a document is.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "resourceType", default)]
    resource_type: String,
    #[serde(rename = "type", default)]
    kind: Option<IgnoredOrText>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    entry: Vec<IgnoredAny>,
}

/// `type` is text in a Bundle and something else in other resources.
#[derive(Deserialize)]
#[serde(untagged)]
enum IgnoredOrText {
    Text(String),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(borrow, default)]
    entry: Vec<CollectionEntry<'a>>,
}

#[derive(Deserialize)]
struct CollectionEntry<'a> {
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
}

/// Hands on all items of all files until the taker has gone.
pub(super) fn read_all(files: &[Source], hand: &mut dyn FnMut(Item) -> bool) {
    let mut stage = files.first().map_or(0, |file| file.stage);
    for file in files {
        if file.stage != stage && !hand(Item::Wait) {
            return;
        }
        stage = file.stage;
        let name: Arc<str> = file.path.display().to_string().into();
        let read = match file.format {
            Format::Json => read_json(file, &name, hand),
            Format::Ndjson => read_ndjson(file, &name, hand),
        };
        match read {
            Ok(true) => {}
            Ok(false) => return,
            Err(why) => {
                let rule = say("cannot-be-read").with("why", why);
                if !hand(Item::Refused(Refused::of_file(&name, rule))) {
                    return;
                }
            }
        }
    }
}

fn open(file: &Source) -> std::io::Result<Box<dyn BufRead>> {
    let opened = BufReader::new(File::open(&file.path)?);
    Ok(if file.is_gzip { Box::new(BufReader::new(MultiGzDecoder::new(opened))) } else { Box::new(opened) })
}

/// False when the taker has gone.
fn read_json(file: &Source, name: &Arc<str>, hand: &mut dyn FnMut(Item) -> bool) -> std::io::Result<bool> {
    let mut text = Vec::new();
    open(file)?.take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut text)?;
    let refuse = |rule| Item::Refused(Refused::of_file(name, rule));
    if text.len() as u64 > MAX_DOCUMENT_BYTES {
        return Ok(hand(refuse(say("document-too-large").with("bytes", MAX_DOCUMENT_BYTES))));
    }
    let Ok(head) = serde_json::from_slice::<Head>(&text) else { return Ok(hand(refuse(say("not-json")))) };
    let kind = match &head.kind {
        Some(IgnoredOrText::Text(kind)) => kind.as_str(),
        _ => "",
    };
    match (head.resource_type.as_str(), kind) {
        ("Bundle", "transaction" | "batch") => {
            let mut parcel = Parcel::whole(name, text, head.entry.len() as u64);
            parcel.bytes = file.bytes;
            Ok(hand(Item::Parcel(parcel)))
        }
        ("Bundle", "collection") => {
            let Ok(collection) = serde_json::from_slice::<Collection<'_>>(&text) else {
                return Ok(hand(refuse(say("not-json"))));
            };
            let hash = digest(&SHA256, &text);
            let mut batches =
                Batches::new(name, hash.as_ref(), (file.bytes, text.len()), Around::Bundle, hand);
            for pass in [Pass::ReferredTo, Pass::Others] {
                batches.begin(pass);
                for (number, entry) in (0..).zip(&collection.entry) {
                    if !batches.add(number, entry.resource.map_or("", RawValue::get)) {
                        return Ok(false);
                    }
                }
                if !batches.end() {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        ("Bundle", _) => Ok(hand(refuse(say("bundle-type")))),
        ("", _) => Ok(hand(refuse(say("no-resource")))),
        _ => {
            let hash = digest(&SHA256, &text);
            let mut batches =
                Batches::new(name, hash.as_ref(), (file.bytes, text.len()), Around::Nothing, hand);
            let text = String::from_utf8_lossy(&text);
            let own = pass_of(&head);
            batches.begin(own);
            Ok(batches.add(0, &text) && batches.end())
        }
    }
}

fn read_ndjson(file: &Source, name: &Arc<str>, hand: &mut dyn FnMut(Item) -> bool) -> std::io::Result<bool> {
    let mut context = Context::new(&SHA256);
    let mut length = 0;
    each_line(file, &mut |_, line| {
        length += line.len();
        context.update(line.as_bytes());
        context.update(b"\n");
        true
    })?;
    let hash = context.finish();
    let mut batches = Batches::new(name, hash.as_ref(), (file.bytes, length), Around::Nothing, hand);
    for pass in [Pass::ReferredTo, Pass::Others] {
        batches.begin(pass);
        if !each_line(file, &mut |number, line| batches.add(number, line))? || !batches.end() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Each line that holds something, with its number from 1; false when the visitor wants no more.
fn each_line(file: &Source, visit: &mut dyn FnMut(u64, &str) -> bool) -> std::io::Result<bool> {
    let mut lines = open(file)?;
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        if (&mut lines).take(MAX_DOCUMENT_BYTES).read_line(&mut line)? == 0 {
            break;
        }
        let text = line.trim();
        if !text.is_empty() && !visit(number, text) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What others may refer to goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    ReferredTo,
    Others,
}

fn pass_of(head: &Head) -> Pass {
    let kind = ResourceType::from_name(&head.resource_type);
    if head.resource_type == "Patient" || kind.is_some_and(is_of_the_house) {
        Pass::ReferredTo
    } else {
        Pass::Others
    }
}

/// What stands around a resource in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    Bundle,
    Nothing,
}

/// Gathers resources into batches of PUT (with an id) and POST (without).
struct Batches<'a> {
    name: &'a Arc<str>,
    hash: &'a [u8],
    file_bytes: u64,
    text_bytes: usize,
    around: Around,
    hand: &'a mut dyn FnMut(Item) -> bool,
    pass: Pass,
    handed: bool,
    text: String,
    numbers: Vec<u64>,
    types: Vec<ResourceType>,
}

impl<'a> Batches<'a> {
    fn new(
        name: &'a Arc<str>,
        hash: &'a [u8],
        (file_bytes, text_bytes): (u64, usize),
        around: Around,
        hand: &'a mut dyn FnMut(Item) -> bool,
    ) -> Self {
        Self {
            name,
            hash,
            file_bytes,
            text_bytes,
            around,
            hand,
            pass: Pass::ReferredTo,
            handed: false,
            text: String::new(),
            numbers: Vec::new(),
            types: Vec::new(),
        }
    }

    fn begin(&mut self, pass: Pass) {
        self.pass = pass;
    }

    /// False when the taker has gone.
    fn add(&mut self, number: u64, resource: &str) -> bool {
        let Ok(head) = serde_json::from_str::<Head>(resource) else {
            // Said once, in the last pass.
            return self.pass == Pass::ReferredTo
                || (self.hand)(Item::Refused(Refused::of_entry(self.name, number, say("not-json"))));
        };
        if pass_of(&head) != self.pass {
            return true;
        }
        let full = self.numbers.len() >= MAX_ENTRIES || self.text.len() + resource.len() > MAX_BATCH_BYTES;
        if full && !self.numbers.is_empty() && !self.flush() {
            return false;
        }
        let Some(kind) = ResourceType::from_name(&head.resource_type) else {
            return (self.hand)(Item::Refused(Refused::of_entry(self.name, number, say("no-resource"))));
        };
        let request = match &head.id {
            Some(id) => serde_json::json!({"method": "PUT", "url": format!("{}/{id}", head.resource_type)}),
            None => serde_json::json!({"method": "POST", "url": head.resource_type}),
        };
        self.text.push_str(if self.numbers.is_empty() { "" } else { "," });
        self.text.push_str("{\"resource\":");
        self.text.push_str(resource);
        self.text.push_str(",\"request\":");
        self.text.push_str(&request.to_string());
        self.text.push('}');
        self.numbers.push(number);
        self.types.push(kind);
        true
    }

    /// Ends a pass: the rest, and then what comes waits for it.
    fn end(&mut self) -> bool {
        let sent = self.flush();
        let wait = self.handed && self.pass == Pass::ReferredTo;
        sent && (!wait || (self.hand)(Item::Wait))
    }

    fn flush(&mut self) -> bool {
        let (Some(first), Some(last)) = (self.numbers.first(), self.numbers.last()) else { return true };
        let range =
            [[u64::from(self.pass == Pass::Others), *first, *last].map(u64::to_be_bytes).concat()].concat();
        let ledger = hex_hash(&[self.hash, &range]);
        let entries = std::mem::take(&mut self.text);
        let bytes = (self.file_bytes as u128 * entries.len() as u128 / self.text_bytes.max(1) as u128) as u64;
        let types = std::mem::take(&mut self.types);
        let parcel = Parcel {
            types: (self.around == Around::Nothing).then_some(types),
            file: self.name.clone(),
            entries: self.numbers.len() as u64,
            numbers: Some(std::mem::take(&mut self.numbers)),
            ledger,
            body: format!("{{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{entries}]}}").into(),
            bytes,
        };
        self.handed = true;
        (self.hand)(Item::Parcel(parcel))
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::find;
    use super::{Item, MAX_ENTRIES, read_all};
    use std::io::Write as _;
    use std::path::Path;

    fn items(file: &Path) -> Vec<Item> {
        let mut items = Vec::new();
        read_all(&find(&[file.to_owned()]).unwrap(), &mut |item| {
            items.push(item);
            true
        });
        items
    }

    fn shape(items: &[Item]) -> Vec<String> {
        let one = |item: &Item| match item {
            Item::Parcel(parcel) => {
                format!("{} of {:?}", parcel.entries, parcel.numbers.as_ref().map(|n| n[0]))
            }
            Item::Refused(refused) => format!("refused {:?}", refused.entry),
            Item::Wait => "wait".into(),
        };
        items.iter().map(one).collect()
    }

    #[test]
    fn a_transaction_is_sent_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let text = br#" {"resourceType":"Bundle", "type":"transaction","entry":[{},{}]}"#;
        let file = folder.path().join("a.json");
        std::fs::write(&file, text).unwrap();
        let plain = items(&file);
        let [Item::Parcel(parcel)] = plain.as_slice() else { panic!("{:?}", shape(&plain)) };
        assert_eq!((&parcel.body[..], parcel.entries), (&text[..], 2));

        let packed = folder.path().join("a.json.gz");
        let mut encoder = flate2::write::GzEncoder::new(
            std::fs::File::create(&packed).unwrap(),
            flate2::Compression::fast(),
        );
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap();
        let unpacked = items(&packed);
        let [Item::Parcel(same)] = unpacked.as_slice() else { panic!("{:?}", shape(&unpacked)) };
        assert_eq!(same.ledger, parcel.ledger);
    }

    #[test]
    fn lines_become_batches_and_patients_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mixed.ndjson");
        let mut text = String::from("{\"resourceType\":\"Observation\"}\n\n");
        for number in 0..=MAX_ENTRIES {
            text.push_str(&format!("{{\"resourceType\":\"Patient\",\"id\":\"p{number}\"}}\n"));
        }
        text.push_str("no json\n");
        std::fs::write(&file, text).unwrap();
        let items = items(&file);
        assert_eq!(
            shape(&items),
            ["500 of Some(3)", "1 of Some(503)", "wait", "refused Some(504)", "1 of Some(1)"]
        );
        let Item::Parcel(last) = &items[4] else { panic!() };
        assert_eq!(
            last.body,
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Observation"},"request":{"method":"POST","url":"Observation"}}]}"#
        );
        let Item::Parcel(first) = &items[0] else { panic!() };
        assert!(
            std::str::from_utf8(&first.body)
                .unwrap()
                .contains(r#""request":{"method":"PUT","url":"Patient/p0"}"#)
        );
    }

    #[test]
    fn a_collection_becomes_batches_and_other_documents_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, expected) in [
            (
                "c.json",
                r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Condition"}},{"resource":{"resourceType":"Patient"}},{}]}"#,
                &["1 of Some(1)", "wait", "refused Some(2)", "1 of Some(0)"][..],
            ),
            ("one.json", r#"{"resourceType":"Patient","type":{"a":1}}"#, &["1 of Some(0)", "wait"]),
            ("d.json", r#"{"resourceType":"Bundle","type":"document"}"#, &["refused None"]),
            ("x.json", "{", &["refused None"]),
            ("y.json", "{}", &["refused None"]),
        ] {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            assert_eq!(shape(&items(&file)), expected, "{name}");
        }
    }
}
