//! Code lists as their publishers give them away: added on the command line, they answer over HTTP within a second; what is none is said and leaves nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_testkit::{Server, Start, run};
use serde_json::Value;

const ICD: &str = "4;T;X;01;A00;A00.0;A00.0;A000;Cholera durch Vibrio cholerae O:1, Biovar cholerae;Cholera\n\
    4;T;X;01;A00;A00.1;A00.1;A001;Cholera durch Vibrio cholerae O:1, Biovar eltor;Cholera\n";
const LOOKUP: &str = "/CodeSystem/$lookup?system=http://fhir.de/CodeSystem/bfarm/icd-10-gm&code=";

fn add(server: &Server, file: &str) -> std::process::Output {
    run(&["codes", "add", "--cell", &server.cells[0].name, "--data", server.data_text(), "--json", file])
}

#[test]
fn a_code_list_that_is_added_answers_and_one_that_is_none_leaves_nothing() {
    let mut server = Server::start_with(&Start { patients: 0, ..Start::default() });
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (good, bad) = (path("icd10gm2025syst_kodes.txt"), path("icd10gm2024syst_kodes.txt"));
    std::fs::write(&good, ICD).unwrap();
    std::fs::write(&bad, format!("{ICD}4;X;X;01;A00;A00.9;A00.9;A009;Cholera\n")).unwrap();
    let ask = |code: &str| server.fhir(0, "GET", &format!("{LOOKUP}{code}"), "").unwrap();
    let before = ask("A00.0");
    assert!(
        before.status >= 400 && before.text().contains("icd-10-gm"),
        "{}: {}",
        before.status,
        before.text()
    );

    let refused = add(&server, &bad);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("line 3"), "{said}");
    let kept = std::fs::read_dir(server.data.join("packages")).map_or(0, Iterator::count);
    assert_eq!(kept, 0, "nothing of it was kept");

    let added = add(&server, &good);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let told: Value = serde_json::from_slice(&added.stdout).unwrap();
    assert_eq!(told["packages"][0]["package"], "codes.fhir.de.codesystem.bfarm.icd-10-gm", "{told}");
    assert_eq!(
        (&told["packages"][0]["version"], &told["packages"][0]["code_systems"]),
        (&"2025".into(), &1.into())
    );
    salus_testkit::server::wait_for("the list to count", || ask("A00.0").status == 200);
    assert!(ask("A00.0").text().contains("Biovar cholerae"));
    assert_eq!(ask("Z99.9").status, 422, "{}", ask("Z99.9").text());
    let elsewhere = server.fhir(1, "GET", &format!("{LOOKUP}A00.0"), "").unwrap();
    assert!(elsewhere.status >= 400, "the other cell has none");
    server.end(rustix::process::Signal::TERM);
}
