//! Checks any labelled documents and prints how many were accepted and refused, by what counted for them and by label; those that came out
//! otherwise with what was found: `cargo run --release -p salus-fhir --example labelled [--fhir] TABLE FOLDER...`
//!
//! TABLE has a line for each document, tab-separated: `valid` or `invalid`, the packages that count (`name-version,name-version`), the file in
//! XML or JSON, and under which name it is counted. FOLDER... hold the packages (`name-version.tgz`); the first that has one counts. Checks as
//! the publishers of the German profiles do; with `--fhir` as FHIR has it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use salus_fhir::conform::{Library, Settings, check, is_valid};
use salus_fhir::package::Package;
use salus_fhir::{Issue, Language, Resource, Severity};

/// The most issues that are shown of a document.
const MAX_SHOWN: usize = 6;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from).peekable();
    let is_plain = arguments.next_if(|argument| argument.as_os_str() == "--fhir").is_some();
    let settings = if is_plain { Settings::default() } else { Settings::strict() };
    let Some(table) = arguments.next() else { return usage("a table is missing") };
    let folders: Vec<PathBuf> = arguments.collect();
    let table = match std::fs::read_to_string(&table) {
        Ok(table) => table,
        Err(error) => return usage(&format!("{}: {error}", table.display())),
    };
    let mut libraries: HashMap<&str, Arc<Library>> = HashMap::new();
    let mut counts: BTreeMap<(&str, &str), (u32, u32)> = BTreeMap::new();
    for line in table.lines() {
        let [label, packages, file, name] = line.split('\t').collect::<Vec<_>>()[..] else {
            return usage(&format!("not four columns: {line}"));
        };
        let library = libraries.entry(packages).or_insert_with(|| Arc::new(load(packages, &folders)));
        let issues = match std::fs::read(file) {
            Ok(text) => issues(text, library, &settings),
            Err(error) => return usage(&format!("{file}: {error}")),
        };
        let valid = is_valid(&issues);
        let (accepted, refused) = counts.entry((name, label)).or_default();
        *(if valid { accepted } else { refused }) += 1;
        if valid != (label == "valid") {
            println!("{label}: {file}");
            let errors = issues.iter().filter(|issue| issue.severity == Severity::Error);
            for issue in errors.take(MAX_SHOWN) {
                println!("    {} {}", issue.expression, issue.text(Language::En));
            }
        }
    }
    for ((name, label), (accepted, refused)) in counts {
        println!("{name:<48} labelled {label:<8} {accepted:>4} accepted {refused:>4} refused");
    }
    ExitCode::SUCCESS
}

fn usage(fault: &str) -> ExitCode {
    eprintln!("{fault}; give a table and the folders of the packages");
    ExitCode::from(2)
}

/// The packages of a list. One that is not there or cannot be read is said, and left out.
fn load(list: &str, folders: &[PathBuf]) -> Library {
    let read = |path: &Path| std::fs::read(path).ok();
    let found: Vec<Arc<Package>> = list
        .split(',')
        .filter_map(|name| {
            let bytes = folders.iter().find_map(|folder| read(&folder.join(format!("{name}.tgz"))));
            let package = bytes.map(|bytes| Package::read(&bytes));
            match package {
                Some(Ok(package)) => return Some(Arc::new(package)),
                Some(Err(error)) => eprintln!("{name}: {error}"),
                None => eprintln!("{name}: not there"),
            }
            None
        })
        .collect();
    Library::new(&found)
}

fn issues(text: Vec<u8>, library: &Library, settings: &Settings) -> Vec<Issue> {
    // JSON may begin with a byte order mark, too.
    let is_json = text.iter().find(|byte| b"{<".contains(byte)) == Some(&b'{');
    let json = if is_json {
        Ok(String::from_utf8_lossy(&text).into_owned())
    } else {
        salus_fhir::xml::to_json(&text)
    };
    let json = match json {
        Ok(json) => json,
        Err(fault) => return vec![fault.into_issue()],
    };
    match Resource::parse(json, None) {
        Ok(resource) => check(&resource, library, settings),
        Err(issues) => issues,
    }
}
