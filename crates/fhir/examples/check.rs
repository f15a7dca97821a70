//! Checks resources in JSON or XML: `cargo run -p salus-fhir --example check -- [--strict] [--package FILE.tgz]... FILE...`. Prints each
//! issue with its place and ends with 1 when one is an error.

use std::process::ExitCode;
use std::sync::Arc;

use salus_fhir::conform::{Library, Settings, check, is_valid};
use salus_fhir::package::Package;
use salus_fhir::{Issue, Language, Resource};

fn issues(bytes: Vec<u8>, library: &Library, settings: &Settings) -> Vec<Issue> {
    let json = if bytes.trim_ascii_start().starts_with(b"<") {
        match salus_fhir::xml::to_json(&bytes) {
            Ok(json) => json.into_bytes(),
            Err(fault) => return vec![fault.into_issue()],
        }
    } else {
        bytes
    };
    match Resource::parse_bytes(json, None) {
        Ok(resource) => check(&resource, library, settings),
        Err(issues) => issues,
    }
}

fn main() -> ExitCode {
    let (mut packages, mut files, mut settings) = (Vec::new(), Vec::new(), Settings::default());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--strict" => settings = Settings::strict(),
            "--package" => {
                let path = arguments.next().unwrap_or_default();
                match std::fs::read(&path)
                    .map_err(|error| error.to_string())
                    .and_then(|bytes| Package::read(&bytes).map_err(|error| error.to_string()))
                {
                    Ok(package) => packages.push(Arc::new(package)),
                    Err(error) => {
                        eprintln!("{path}: {error}");
                        return ExitCode::from(2);
                    }
                }
            }
            _ => files.push(argument),
        }
    }
    let library = Library::new(&packages);
    let mut all_valid = true;
    for file in files {
        let found = match std::fs::read(&file) {
            Ok(bytes) => issues(bytes, &library, &settings),
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        };
        all_valid &= is_valid(&found);
        println!("{file}: {}", if is_valid(&found) { "valid" } else { "not valid" });
        for issue in found {
            println!("  {} {}: {}", issue.severity.code(), issue.expression, issue.text(Language::En));
        }
    }
    if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
