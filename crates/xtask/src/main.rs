//! The repository's tasks: `cargo run -p xtask -- TASK`. Each task is a module and a line in `main`.

mod definitions;
mod package;

use std::process::ExitCode;

const HELP: &str = "\
usage: cargo run -p xtask -- TASK

  definitions   make crates/fhir/definitions/r4.bin from HL7's StructureDefinitions
  test-data     fetch the public test data into target/test-data
";

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let done = match task.as_str() {
        "definitions" => definitions::run(),
        "test-data" => package::fetch().map(|folder| println!("{}", folder.display())),
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
