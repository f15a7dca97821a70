//! schemathesis against `openapi.json`: whatever it makes of the description, no answer is a server's error, and each has a status, a type and headers
//! that the description names.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salus_testkit::{Server, Start, request};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is checked of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,unsupported_method,ignored_auth";

/// How a body is sent that has no name among those that it knows: each line as it was made.
const HOOKS: &str = r#"import schemathesis

@schemathesis.serializer("application/fhir+ndjson")
def lines(context, value):
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")}
"#;

/// Runs it; gives what it said where it found something.
fn schemathesis(folder: &Path, base: &str, token: &str, more: &[&str]) -> Result<String, String> {
    std::fs::write(folder.join("hooks.py"), HOOKS).unwrap();
    let paths = std::env::join_paths([python_path(), folder.to_owned()]).unwrap();
    let mut command = Command::new("python3");
    command.current_dir(folder).env("PYTHONPATH", paths).env("NO_COLOR", "1");
    command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONDONTWRITEBYTECODE", "1");
    command.args(["-m", "schemathesis.cli", "run", "openapi.json", "--url", base, "--checks", CHECKS]);
    command.args([
        "--header",
        &format!("Authorization: Bearer {token}"),
        "--seed",
        "1",
        "--continue-on-failure",
    ]);
    command.args(["--generation-database", "none"]);
    let output = command.args(more).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}

/// Where `./test` puts Python's packages.
fn python_path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let tools = test.ancestors().nth(3).unwrap().join("tools");
    std::env::var_os("PYTHONPATH").map_or(tools, PathBuf::from)
}

fn is_there() -> bool {
    let import = Command::new("python3")
        .env("PYTHONPATH", python_path())
        .args(["-c", "import schemathesis"])
        .stderr(std::process::Stdio::null())
        .status();
    import.is_ok_and(|status| status.success())
}

#[test]
fn every_answer_is_one_that_the_description_names() {
    if !is_there() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no schemathesis");
        println!(
            "not run: the description against its answers: Python has no schemathesis (./test installs it)"
        );
        return;
    }
    let mut server = Server::start_with(&Start { patients: 3, ..Start::default() });
    let (base, token) = (server.cells[0].fhir_base_url.clone(), server.cells[0].token.clone());
    let folder = tempfile::tempdir().unwrap();
    let described = request("GET", &format!("{base}/openapi.json"), &[], b"").unwrap();
    std::fs::write(folder.path().join("openapi.json"), &described.body).unwrap();
    let is_long = std::env::var_os("SALUS_LONG").is_some();
    let (phases, examples) = if is_long { ("coverage,fuzzing", "300") } else { ("fuzzing", "8") };
    let all = ["--phases", phases, "--max-examples", examples];
    // Ids that nobody has, then a patient's, of which there are versions.
    let said = schemathesis(folder.path(), &base, &token, &all).unwrap_or_else(|said| panic!("{said}"));
    assert!(said.contains("Test cases:"), "{said}");
    let found = server.fhir(0, "GET", "/Patient?_count=1", "").unwrap().json();
    let id = found["entry"][0]["resource"]["id"].as_str().unwrap();
    let known = format!(
        "[parameters]\n\"path.type\" = \"Patient\"\n\"path.id\" = \"{id}\"\n\"path.version\" = \"1\"\n"
    );
    std::fs::write(folder.path().join("schemathesis.toml"), known).unwrap();
    let of_one = [&all[..], &["--include-path-regex", "[{]id[}]"]].concat();
    schemathesis(folder.path(), &base, &token, &of_one).unwrap_or_else(|said| panic!("{said}"));
    server.end(rustix::process::Signal::TERM);
}
