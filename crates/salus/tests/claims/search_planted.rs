//! Claim 3, where search is: after an import, none of the patients' names, identifiers and codes stands in any file, while
//! the index is being written, while it serves, after a kill and after an end.

use crate::support::{files, synthea};
use rustix::process::Signal;
use salus_testkit::{Server, Start, run};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is shorter stands in noise by chance.
const MIN_NEEDLE_BYTES: usize = 6;
/// Patients whose strings are searched for; the others would say nothing more.
const PATIENTS: usize = 12;

#[test]
fn after_an_import_no_file_holds_a_name_an_identifier_or_a_code() {
    let Some(synthea) = synthea("after_an_import_no_file_holds_a_name_an_identifier_or_a_code") else {
        return;
    };
    let planted = planted(&synthea);
    assert!(planted.words.len() > 200, "{}", planted.words.len());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let start = Start { data: Some(data.clone()), patients: 0, ..Start::default() };
    let mut server = Server::start_with(&start);
    let done = AtomicBool::new(false);
    let passes = std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut passes = 0;
            while !done.load(Ordering::Relaxed) {
                planted.look(&data.join("index"));
                passes += 1;
            }
            passes
        });
        let cell = &server.cells[0].name;
        let imported =
            run(&["import", "--cell", cell, "--data", server.data_text(), synthea.to_str().unwrap()]);
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        is_found(&server, &planted);
        // Until what was written lately lies in files, too.
        std::thread::sleep(std::time::Duration::from_secs(2));
        done.store(true, Ordering::Relaxed);
        watching.join().unwrap()
    });
    let mut looked = planted.look(&data);
    server.kill_all();
    looked += planted.look(&data);
    let mut server = Server::start_with(&start);
    is_found(&server, &planted);
    server.end(Signal::TERM);
    looked += planted.look(&data);
    let index: u64 = files(&data.join("index")).iter().map(|path| path.metadata().unwrap().len()).sum();
    println!(
        "{} strings in {looked} files, and {passes} times in the index while it was written; the index has {index} bytes",
        planted.words.len()
    );
    assert!(index > 200_000, "there is no index to look into: {index} bytes");
}

#[test]
fn the_search_for_planted_strings_finds_what_is_planted() {
    let folder = tempfile::tempdir().unwrap();
    let needles = Needles::new(BTreeSet::from([
        "Zwirbelhuber".to_owned(),
        "f26f7274-a5d0-404b-b76d-2547fba51a3b".to_owned(),
    ]));
    let noise: Vec<u8> = (0..9_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for hidden in [
        b"Zwirbelhuber".to_vec(),
        b"zwirbelhuber".to_vec(),
        "Zwirbel".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        b"lhuber".to_vec(),
        vec![0xf2, 0x6f, 0x72, 0x74, 0xa5, 0xd0, 0x40, 0x4b, 0xb7, 0x6d, 0x25, 0x47, 0xfb, 0xa5, 0x1a, 0x3b],
    ] {
        let mut bytes = noise.clone();
        assert_eq!(needles.found_in(&bytes), None);
        bytes.splice(4_321..4_321, hidden.iter().copied());
        std::fs::write(folder.path().join("file"), &bytes).unwrap();
        assert!(needles.found_in(&bytes).is_some(), "{hidden:?}");
    }
}

/// A planted name is found, so the index has it.
fn is_found(server: &Server, planted: &Needles) {
    let family = planted.family.replace('\'', "%27");
    salus_testkit::server::wait_for("a planted name to be found", || {
        let found = server.fhir(0, "GET", &format!("/Patient?family={family}"), "").unwrap();
        assert!([200, 503].contains(&found.status), "{}", found.text());
        found.status == 200 && found.json()["entry"].as_array().is_some_and(|entries| !entries.is_empty())
    });
}

/// The strings of some patients.
fn planted(synthea: &Path) -> Needles {
    let mut words = BTreeSet::new();
    let mut family = String::new();
    let mut paths = files(synthea);
    paths.sort();
    for path in paths.iter().take(PATIENTS) {
        let bundle: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for resource in bundle["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]) {
            if resource["resourceType"] == "Patient" {
                family = resource["name"][0]["family"].as_str().unwrap().to_owned();
                patient(resource, &mut words);
            }
            let coded = ["Condition", "Procedure", "AllergyIntolerance"];
            if coded.iter().any(|kind| resource["resourceType"] == *kind) {
                let coding = &resource["code"]["coding"][0];
                words.extend(
                    ["code", "display"].iter().filter_map(|field| Some(coding[*field].as_str()?.to_owned())),
                );
            }
        }
    }
    words.retain(|word| word.len() >= MIN_NEEDLE_BYTES);
    Needles { family, ..Needles::new(words) }
}

fn patient(resource: &Value, words: &mut BTreeSet<String>) {
    let texts = |value: &Value, words: &mut BTreeSet<String>| words.extend(value.as_str().map(str::to_owned));
    for name in resource["name"].as_array().unwrap() {
        texts(&name["family"], words);
        name["given"].as_array().unwrap().iter().for_each(|given| texts(given, words));
    }
    resource["identifier"]
        .as_array()
        .unwrap()
        .iter()
        .for_each(|identifier| texts(&identifier["value"], words));
    resource["telecom"].as_array().unwrap().iter().for_each(|telecom| texts(&telecom["value"], words));
    texts(&resource["address"][0]["line"][0], words);
    texts(&resource["birthDate"], words);
}

/// Strings in all their encodings, to be looked for in one pass.
struct Needles {
    words: BTreeSet<String>,
    /// The family name of one of the patients.
    family: String,
    all: Vec<(String, Vec<u8>)>,
    /// Whether a needle begins with these three bytes.
    begins: Vec<bool>,
    /// Needles by their first bytes.
    by_beginning: HashMap<[u8; MIN_NEEDLE_BYTES], Vec<usize>>,
}

impl Needles {
    fn new(words: BTreeSet<String>) -> Self {
        let mut needles = Self {
            family: String::new(),
            all: Vec::new(),
            begins: vec![false; 1 << 24],
            by_beginning: HashMap::new(),
            words: BTreeSet::new(),
        };
        for word in &words {
            for needle in encodings(word) {
                let Some(first) = needle.first_chunk() else { continue };
                needles.begins[at(first)] = true;
                needles.by_beginning.entry(*first).or_default().push(needles.all.len());
                needles.all.push((word.clone(), needle));
            }
        }
        Self { words, ..needles }
    }

    /// The first of the strings that stands in these bytes.
    fn found_in(&self, bytes: &[u8]) -> Option<&str> {
        for start in 0..bytes.len().saturating_sub(MIN_NEEDLE_BYTES - 1) {
            let rest = &bytes[start..];
            if self.begins[at(rest)]
                && let Some(candidates) = self.by_beginning.get(&rest[..MIN_NEEDLE_BYTES])
                && let Some(found) =
                    candidates.iter().map(|at| &self.all[*at]).find(|(_, needle)| rest.starts_with(needle))
            {
                return Some(&found.0);
            }
        }
        None
    }

    /// Looks into every file below a folder; how many there were.
    fn look(&self, folder: &Path) -> usize {
        let mut looked = 0;
        for path in files(folder) {
            // Files come and go while the server runs.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            for bytes in [&bytes, name.as_bytes()] {
                if let Some(word) = self.found_in(bytes) {
                    panic!("{word:?} is in {}", path.display());
                }
            }
            looked += 1;
        }
        looked
    }
}

fn at(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
}

/// As it is, as an index would fold it, as wide text, in hexadecimal, the two halves of it, and a UUID's bytes.
fn encodings(word: &str) -> Vec<Vec<u8>> {
    let wide = |bytes: fn(u16) -> [u8; 2]| word.encode_utf16().take(7).flat_map(bytes).collect();
    let hex = word.bytes().take(12).map(|byte| format!("{byte:02x}")).collect::<String>();
    let middle = (word.len() / 2..word.len()).find(|at| word.is_char_boundary(*at)).unwrap_or(0);
    let (first, second) = word.split_at(middle);
    let digits: Vec<u8> = word
        .split('-')
        .collect::<String>()
        .as_bytes()
        .chunks(2)
        .filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok())
        .collect();
    let mut all = vec![
        word.as_bytes().to_vec(),
        word.to_lowercase().into_bytes(),
        word.to_uppercase().into_bytes(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        hex.into_bytes(),
        first.to_lowercase().into_bytes(),
        second.to_lowercase().into_bytes(),
    ];
    if word.len() == 36 && digits.len() == 16 {
        all.push(digits);
    }
    all.retain(|needle| needle.len() >= MIN_NEEDLE_BYTES);
    all
}
