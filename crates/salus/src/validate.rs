//! `salus validate`: checks files by R4 and packages of profiles, without a server.
//!
//! State: none.

use crate::admin::Output;
use crate::admin::package::{bytes_of, no_package, open};
use crate::cli::{Strictness, Validate};
use crate::failure::Failure;
use crate::messages::say;
use salus_fhir::package::Package;
use salus_fhir::{Issue, Resource, xml};
use salus_records::checks::{Checks, Entry};
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// The largest resource, in bytes.
const MAX_RESOURCE_BYTES: u64 = 256 * 1024 * 1024;

/// The name by which what comes is read from the standard input.
const STANDARD_INPUT: &str = "-";

/// Checks and reports.
pub fn run(command: &Validate, output: Output) -> Result<(), Failure> {
    let mut packages = Vec::new();
    for file in &command.package {
        let package = Package::read(&bytes_of(file)?).map_err(|error| no_package(file, error))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let version = Entry::version_of(&name, &package.name, &package.version);
        let is_strict = command
            .check
            .map_or(Entry::is_strict_by_name(&package.name), |check| check == Strictness::Strict);
        // No file is looked for by it; it only has to be another for each.
        let mut hash = [0; 32];
        hash.iter_mut().zip((packages.len() as u64).to_le_bytes()).for_each(|(byte, of)| *byte = of);
        let entry = Entry::new(&package.name, version, hash, is_strict);
        packages.push((entry.ok_or_else(|| no_package(file, "its name"))?, Arc::new(package)));
    }
    let checks = Checks::by(packages);
    let profiles: Vec<&str> = command.profile.iter().map(String::as_str).collect();
    let mut all = Vec::new();
    for file in &command.files {
        let issues = match read(file)? {
            Ok(resource) => {
                resource.warnings().iter().cloned().chain(checks.check(&resource, &profiles)).collect()
            }
            Err(issues) => issues,
        };
        all.push((file, issues));
    }
    let is_valid = |issues: &[Issue]| salus_fhir::conform::is_valid(issues);
    let told: Vec<Value> = all
        .iter()
        .map(|(file, issues)| {
            let valid = is_valid(issues);
            let issues: Vec<Value> = issues
                .iter()
                .map(|issue| {
                    json!({"severity": issue.severity.code(), "code": issue.code.code(), "expression": issue.expression,
                        "text": issue.text(output.language)})
                })
                .collect();
            json!({"file": file.display().to_string(), "valid": valid, "issues": issues})
        })
        .collect();
    output.report(&told.into(), |language| {
        let mut lines = Vec::new();
        for (file, issues) in &all {
            let said = if is_valid(issues) {
                say("validate-valid").with("file", file.display())
            } else {
                say("validate-not").with("file", file.display())
            };
            lines.push(said.text(language));
            let line = |issue: &Issue| {
                // What is wrong with all of it has no place.
                let space = if issue.expression.is_empty() { "" } else { " " };
                let (severity, text) = (issue.severity.code(), issue.text(language));
                format!("  {severity}{space}{}: {text}", issue.expression)
            };
            lines.extend(issues.iter().map(line));
        }
        lines
    });
    let count = all.iter().filter(|(_, issues)| !is_valid(issues)).count();
    if count == 0 { Ok(()) } else { Err(Failure::no(say("validate-count").with("count", count))) }
}

/// Errors: it cannot be read at all; within, what is wrong with it.
fn read(file: &Path) -> Result<Result<Resource, Vec<Issue>>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::could_not(say("cannot-read").with("path", file.display()).with("why", error))
    };
    let mut bytes = Vec::new();
    let read = match file.as_os_str() == STANDARD_INPUT {
        true => std::io::stdin().lock().take(MAX_RESOURCE_BYTES + 1).read_to_end(&mut bytes),
        false => open(file)?.take(MAX_RESOURCE_BYTES + 1).read_to_end(&mut bytes),
    };
    if read.map_err(unreadable)? as u64 > MAX_RESOURCE_BYTES {
        let said =
            say("validate-too-large").with("path", file.display()).with("mib", MAX_RESOURCE_BYTES >> 20);
        return Err(Failure::could_not(said));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start();
    if !text.starts_with(b"<") {
        return Ok(Resource::parse_bytes(text.to_vec(), None));
    }
    Ok(xml::to_json(&bytes)
        .map_err(|fault| vec![fault.into_issue()])
        .and_then(|json| Resource::parse(json, None)))
}
