//! The npm package of HL7's definitions and examples, in target/test-data. Fetched once, never changed.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Name and version of the package.
pub const PACKAGE: &str = "hl7.fhir.r4.examples@4.0.1";

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// Runs a program to its end; an error says which one failed.
fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name}: {status}").into()) }
}

/// The folder that holds the package's files; fetches them with `npm pack` when they are not there.
pub fn fetch() -> Result<PathBuf, Box<dyn Error>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = target.join("test-data").join("hl7.fhir.r4.examples");
    if folder.join("package.json").exists() {
        return Ok(folder);
    }
    let unpacking = folder.with_extension(format!("{}.part", std::process::id()));
    std::fs::create_dir_all(&unpacking)?;
    run(Command::new("npm")
        .args(["pack", "--silent", PACKAGE])
        .stdout(std::process::Stdio::null())
        .current_dir(&unpacking))?;
    run(Command::new("tar").args(["xzf", "hl7.fhir.r4.examples-4.0.1.tgz"]).current_dir(&unpacking))?;
    // One rename makes the folder whole at once, so an interrupted fetch leaves no half of it.
    let renamed = std::fs::rename(unpacking.join("package"), &folder);
    std::fs::remove_dir_all(&unpacking)?;
    if !folder.join("package.json").exists() {
        renamed?;
    }
    Ok(folder)
}
