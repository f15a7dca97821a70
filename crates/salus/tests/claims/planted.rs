//! Claim 3: strings are planted in records, ids and refused input; then every file is searched for them, while the server
//! runs, after it was killed, and after it ended.

use crate::support::{Client, files, id_of};
use rustix::process::Signal;
use salus_testkit::{Server, Start, run};
use std::path::Path;

/// Planted; nothing of it can be there by chance.
const PLANTED: [&str; 6] = [
    "Zwirbelhuber",
    "Kaspressknödelgasse",
    "X987654321",
    "1931-07-23",
    "Quarkstrudelallergie",
    "z-kvnr-X110411319",
];

fn bodies() -> (String, String, String) {
    let patient = r#"{"resourceType":"Patient","id":"z-kvnr-X110411319","identifier":[{"system":"http://fhir.de/sid/gkv/kvid-10","value":"X987654321"}],
      "name":[{"family":"Zwirbelhuber","given":["Kaspressknödelgasse"]}],"birthDate":"1931-07-23"}"#;
    let allergy = r#"{"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"code":{"text":"Quarkstrudelallergie"},"patient":{"reference":"Patient/z-kvnr-X110411319"}}"#;
    let refused = r#"{"resourceType":"Patient","name":[{"family":"Zwirbelhuber","givven":["X987654321"]}],"birthDate":"1931-07-23T99"}"#;
    (patient.into(), allergy.into(), refused.into())
}

#[test]
fn no_file_holds_a_planted_string_or_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let start = Start { data: Some(data.clone()), patients: 0, ..Start::default() };
    let mut server = Server::start_with(&start);
    let (patient, allergy, refused) = bodies();
    let put = server.fhir(0, "PUT", "/Patient/z-kvnr-X110411319", &patient).unwrap();
    assert_eq!(put.status, 201, "{}", put.text());
    let allergy = server.fhir(0, "POST", "/AllergyIntolerance", &allergy).unwrap();
    assert_eq!(allergy.status, 201, "{}", allergy.text());
    assert_eq!(server.fhir(0, "POST", "/Patient", &refused).unwrap().status, 422, "refused");
    assert_eq!(server.fhir(0, "GET", "/Patient/z-kvnr-X110411319", "").unwrap().status, 200);
    assert_eq!(
        server.fhir(0, "GET", &format!("/AllergyIntolerance/{}", id_of(&allergy)), "").unwrap().status,
        200
    );
    assert_eq!(server.fhir(0, "DELETE", "/Patient/Zwirbelhuber", "").unwrap().status, 404);
    let ndjson = folder.path().join("in.ndjson");
    std::fs::write(&ndjson, format!("{}\n{}\n", patient.replace('\n', " "), refused)).unwrap();
    let imported = run(&[
        "import",
        "--cell",
        &server.cells[1].name,
        "--data",
        server.data_text(),
        ndjson.to_str().unwrap(),
    ]);
    assert_eq!(imported.status.code(), Some(1), "{}", String::from_utf8_lossy(&imported.stderr));
    std::fs::remove_file(&ndjson).unwrap();
    let client = Client::make(&server, 0, "fhir-reader", 10);
    assert_eq!(client.get("/Patient/z-kvnr-X110411319").unwrap().status, 200);

    let mut searched = search(&data, &client.token);
    server.kill_all();
    searched += search(&data, &client.token);
    let mut server = Server::start_with(&start);
    assert_eq!(server.fhir(0, "GET", "/Patient/z-kvnr-X110411319", "").unwrap().status, 200);
    server.end(Signal::TERM);
    searched += search(&data, &client.token);
    println!("searched {searched} files for {} strings in each of their encodings", PLANTED.len());
    assert!(searched > 30);
}

#[test]
fn only_the_root_keys_file_holds_the_root_key() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d");
    let mut server = Server::start_with(&Start { data: Some(data.clone()), patients: 1, ..Start::default() });
    server.end(Signal::TERM);
    let root = std::fs::read_to_string(data.join("trust/root.key")).unwrap();
    let root = root.trim();
    let bytes: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&root[at..at + 2], 16).unwrap()).collect();
    let holders: Vec<_> = files(&data)
        .into_iter()
        .filter(|path| {
            let file = std::fs::read(path).unwrap();
            contains(&file, root.as_bytes()) || contains(&file, &bytes)
        })
        .collect();
    assert_eq!(holders, [data.join("trust/root.key")]);
}

/// Searches every file; the number of files is what was looked at.
fn search(data: &Path, token: &str) -> usize {
    let files = files(data);
    for path in &files {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            // The log's publisher replaces partial tiles while the server runs.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => panic!("{}: {error}", path.display()),
        };
        for planted in PLANTED {
            for (encoding, needle) in encodings(planted) {
                assert!(!contains(&bytes, &needle), "{planted} ({encoding}) is in {}", path.display());
            }
        }
        assert!(!contains(&bytes, token.as_bytes()), "a token is in {}", path.display());
    }
    files.len()
}

fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
    let hex = text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    vec![
        ("as it is", text.as_bytes().to_vec()),
        ("lower case", text.to_lowercase().into_bytes()),
        ("UTF-16, little endian", utf16(u16::to_le_bytes)),
        ("UTF-16, big endian", utf16(u16::to_be_bytes)),
        ("hexadecimal", hex.into_bytes()),
        ("half of it", text.as_bytes()[..text.len() / 2 + 2].to_vec()),
    ]
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}
