//! `salus init`: a data directory, its keys, the recovery kit, a commented configuration.
//!
//! Never: overwrites anything; leaves the recovery kit or its shares in the data directory. State: what it makes.

use crate::admin::Output;
use crate::cli;
use crate::config::keys::default_file;
use crate::data_dir::{DataDir, Purpose, cannot_write, write_private};
use crate::failure::Failure;
use crate::messages::say;
use crate::recovery::ShareFiles;
use salus_keyholder::setup::{Made, SetUp, init};
use salus_seal::shares::Scheme;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Where the kit goes when nothing is said.
const KIT_FILE: &str = "salus-recovery-kit.txt";

/// `salus init`
pub fn run(command: &cli::Init, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&command.data.directory())?;
    let places = places(command, &data)?;
    match data.purpose()? {
        None => data.create(Purpose::Installation)?,
        // An earlier try that was cut off goes on; one that was finished is refused by the set-up itself.
        Some(_) if !data.trust().join("identity").exists() => {}
        Some(_) => {
            return Err(Failure::could_not(say("already-initialised").with("dir", data.path().display())));
        }
    }
    let (made, shares) = make_recoverable(&data, command.root_key.as_deref(), &places)?;
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
        "recovery_kit": places.kit,
        "recovery_shares": shares.as_ref().map(|shares| &shares.files),
        "configuration": configuration,
    });
    let (dir, file) = (data.path().display(), configuration.display());
    let done = match &places.kit {
        Some(kit) => {
            say("initialised").with("dir", dir).with("kit", kit.display()).with("configuration", file)
        }
        None => say("initialised-split").with("dir", dir).with("configuration", file),
    };
    let lines = [Some(done), shares.as_ref().map(ShareFiles::made)];
    output.report(&facts, |language| lines.iter().flatten().map(|line| line.text(language)).collect());
    Ok(())
}

/// Where the recovery secret goes: as a whole, in shares, or both.
struct Places {
    kit: Option<PathBuf>,
    shares: Option<(PathBuf, Scheme)>,
}

fn places(command: &cli::Init, data: &DataDir) -> Result<Places, Failure> {
    let shares = command.recovery_shares_dir.as_deref().map(absolute).zip(command.recovery_shares);
    let kit = match &command.recovery_kit {
        None if shares.is_some() => None,
        kit => Some(absolute(kit.as_deref().unwrap_or(Path::new(KIT_FILE)))),
    };
    let places = kit.iter().chain(shares.iter().map(|(dir, _)| dir));
    for place in places {
        if place.starts_with(data.path()) {
            return Err(Failure::could_not(say("kit-inside").with("path", place.display())));
        }
    }
    Ok(Places { kit, shares })
}

/// Makes the keys, and what recovers them. Its places must be good before a key exists that nothing else can bring back; and when
/// it cannot be written after all, there is no installation.
fn make_recoverable(
    data: &DataDir,
    root_key: Option<&Path>,
    places: &Places,
) -> Result<(Made, Option<ShareFiles>), Failure> {
    if let Some(kit) = &places.kit {
        write_private(kit, b"")?;
    }
    let clear = || places.kit.iter().for_each(|kit| drop(std::fs::remove_file(kit)));
    let shares = places.shares.as_ref().map(|(dir, scheme)| ShareFiles::make(dir, *scheme));
    let shares = shares.transpose().inspect_err(|_| clear())?;
    let made = make_keys(data, root_key).and_then(|made| {
        let kept = keep(&made.recovery_kit, places.kit.as_deref(), shares.as_ref());
        kept.inspect_err(|_| drop(std::fs::remove_file(data.trust().join("identity"))))?;
        Ok(made)
    });
    let made = made.inspect_err(|_| {
        clear();
        shares.iter().for_each(ShareFiles::remove);
    })?;
    Ok((made, shares))
}

fn keep(text: &str, kit: Option<&Path>, shares: Option<&ShareFiles>) -> Result<(), Failure> {
    if let Some(kit) = kit {
        std::fs::write(kit, text.as_bytes()).map_err(|why| cannot_write(kit, &why))?;
    }
    shares.map_or(Ok(()), |shares| shares.fill(text))
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
