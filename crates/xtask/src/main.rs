//! The repository's tasks: `cargo run -p xtask -- TASK`. Each task is a module and a line in `main`.

mod arrows;
mod core;
mod definitions;
mod dictionary;
mod package;
mod search;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
usage: cargo run -p xtask -- TASK

  arrows        look whether a crate depends on one that it should not, or the binary on a second provider
  core          make crates/fhir/definitions/r4-core.gz from HL7's StructureDefinitions, ValueSets and CodeSystems
  definitions   make crates/fhir/definitions/r4.bin from HL7's StructureDefinitions
  dictionary    train crates/seal/dictionary/fhir-r4-1.zdict from HL7's examples
  search        make crates/fhir/definitions/search.bin and codes.bin from HL7's SearchParameters and CodeSystems
  test-data     fetch the public test data into target/test-data
  tidy          look whether the repository's text is as it should be
";

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let done = match task.as_str() {
        "arrows" => arrows::run(),
        "core" => core::run(),
        "definitions" => definitions::run(),
        "dictionary" => dictionary::run(),
        "search" => search::run(),
        "test-data" => package::fetch().map(|folder| println!("{}", folder.display())),
        "tidy" => tidy::run(),
        _ => Err(HELP.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
