//! What the experiments share: clients with budgets, the log as JSON, and copies of folders.

use salus_testkit::{Server, request, run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Whether the long runs are asked for.
pub fn long() -> bool {
    std::env::var_os("SALUS_LONG").is_some()
}

/// Synthea's bundles; none, said so, where there are no test data and none must be there.
pub fn synthea(test: &str) -> Option<PathBuf> {
    let data = std::env::var_os("SALUS_TEST_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let bundles = data.join("synthea");
    if bundles.is_dir() {
        return Some(bundles);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{test}: no test data");
    println!("not run: {test}: no test data");
    None
}

/// Runs a command that reports as JSON.
pub fn report(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A client of a cell, and a session of it.
pub struct Client {
    pub id: String,
    pub token: String,
    pub base: String,
}

impl Client {
    /// Makes a client with this many charts an hour.
    pub fn make(server: &Server, cell: usize, role: &str, charts: u32) -> Self {
        let charts = charts.to_string();
        let budgets = ["--chart-hour", &charts, "--chart-day", &charts, "--chart-30-days", &charts];
        Self::make_with(server, cell, role, &budgets)
    }

    /// Makes a client with these budgets, else the default ones.
    pub fn make_with(server: &Server, cell: usize, role: &str, budgets: &[&str]) -> Self {
        let cell = &server.cells[cell];
        let data = ["--data", server.data_text()];
        let create = ["client", "create", "--cell", &cell.name, "--name", "an experiment", "--role", role];
        let made = report(&[&create, budgets, &data].concat());
        let id = made["client"].as_str().unwrap().to_owned();
        let token = Self::session(server, &id);
        Self { id, token, base: cell.fhir_base_url.clone() }
    }

    /// Begins another session of a client.
    pub fn session(server: &Server, id: &str) -> String {
        let begun = report(&["client", "token", "--client", id, "--data", server.data_text()]);
        begun["token"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, path: &str) -> std::io::Result<salus_testkit::Response> {
        let authorization = format!("Bearer {}", self.token);
        request("GET", &format!("{}{path}", self.base), &[("authorization", &authorization)], b"")
    }
}

/// All entries of a cell's log, by number.
pub fn log_of(server: &Server, cell: usize) -> BTreeMap<u64, Value> {
    let mut entries = BTreeMap::new();
    let mut from = 0;
    loop {
        let page = report(&[
            "log",
            "show",
            "--cell",
            &server.cells[cell].name,
            "--from",
            &from.to_string(),
            "--limit",
            "1000",
            "--data",
            server.data_text(),
        ]);
        for entry in page["entries"].as_array().unwrap() {
            entries.insert(entry["number"].as_u64().unwrap(), entry.clone());
        }
        match page["next"].as_u64() {
            Some(next) => from = next,
            None => return entries,
        }
    }
}

/// `salus log verify`: exit code and what it said.
pub fn verify(data: &str) -> (Option<i32>, String) {
    let output = run(&["log", "verify", "--data", data]);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// Copies a folder with all that is in it, but for sockets.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(files(&entry.path())),
            kind if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// A patient with this family name.
pub fn patient(family: &str) -> String {
    format!(r#"{{"resourceType":"Patient","name":[{{"family":"{family}"}}],"birthDate":"1970-01-01"}}"#)
}

/// The id in a resource that came back.
pub fn id_of(response: &salus_testkit::Response) -> String {
    response.json()["id"].as_str().unwrap().to_owned()
}
