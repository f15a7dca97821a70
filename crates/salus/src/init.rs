//! `salus init`: a data directory, its keys, the recovery kit, a commented configuration.
//!
//! Never: overwrites anything; leaves the recovery kit in the data directory. State: what it makes.

use crate::admin::Output;
use crate::cli;
use crate::config::keys::default_file;
use crate::data_dir::{DataDir, Purpose, cannot_write, write_private};
use crate::failure::Failure;
use crate::messages::say;
use salus_keyholder::setup::{Made, SetUp, init};
use serde_json::json;
use std::path::{Path, PathBuf};

/// `salus init`
pub fn run(command: &cli::Init, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&command.data.directory())?;
    let kit = std::path::absolute(&command.recovery_kit)
        .map_err(|why| cannot_write(&command.recovery_kit, &why))?;
    if kit.starts_with(data.path()) {
        return Err(Failure::could_not(say("kit-inside").with("path", kit.display())));
    }
    match data.purpose()? {
        None => data.create(Purpose::Installation)?,
        // An earlier try that was cut off goes on; one that was finished is refused by the set-up itself.
        Some(_) if !data.trust().join("identity").exists() => {}
        Some(_) => {
            return Err(Failure::could_not(say("already-initialised").with("dir", data.path().display())));
        }
    }
    // Its place must be good before a key exists that only the kit can bring back.
    write_private(&kit, b"")?;
    let made = make_keys(&data, command.root_key.as_deref());
    let made = made.inspect_err(|_| drop(std::fs::remove_file(&kit)))?;
    std::fs::write(&kit, made.recovery_kit.as_bytes()).map_err(|why| cannot_write(&kit, &why))?;
    let mut settings = default_file();
    if let Some(root_key) = &command.root_key {
        let line =
            format!("root_key_file = {}", toml::Value::String(absolute(root_key).display().to_string()));
        settings = settings.replace("# root_key_file = \"\"", &line);
    }
    let configuration = data.configuration();
    if !configuration.exists() {
        write_private(&configuration, settings.as_bytes())?;
    }
    let facts = json!({
        "data": data.path(),
        "installation": made.installation,
        "recovery_kit": kit,
        "configuration": configuration,
    });
    let (dir, kit, file) = (data.path().display(), kit.display(), configuration.display());
    let done = say("initialised").with("dir", dir).with("kit", kit).with("configuration", file);
    output.report(&facts, |language| vec![done.text(language)]);
    Ok(())
}

/// Makes the trusted side's keys. The root key lies in the data directory unless another place is named.
pub fn make_keys(data: &DataDir, root_key: Option<&Path>) -> Result<Made, Failure> {
    let root_key_file = root_key.map_or_else(|| data.trust().join("root.key"), absolute);
    let set_up = SetUp { data_dir: data.path().to_owned(), root_key_file };
    init(&set_up).map_err(|why| Failure::could_not(say("keys-not-made").with("why", why)))
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
