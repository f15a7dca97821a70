//! `salus recover`: the trusted side from the recovery kit and the access log.
//!
//! Never: runs beside a server; changes a record. State: what it makes again in DIR/trust, and entries in the log.

use crate::admin::Output;
use crate::cli;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::say;
use crate::recovery;
use crate::serve::settings;
use salus_keyholder::recover::{Recover, recover};
use salus_seal::CellId;
use salus_store::{CellStore, Store as _, Tuning, cells};
use serde_json::json;

/// `salus recover`
pub fn run(command: &cli::Recover, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&command.data.directory())?;
    data.must_exist()?;
    let _lock = data.lock()?;
    let settings = settings(&data, command.config.as_deref(), output.language)?;
    let kit = match &command.recovery_kit {
        Some(kit) => recovery::read(kit)?,
        None => recovery::join(&command.share)?,
    };
    let asked = Recover {
        data_dir: data.path().to_owned(),
        root_key_file: settings.keyholder.root_key_file_in(&data),
        kit,
        witness_dirs: settings.keyholder.witness_dirs_in(&data),
        store_marks: store_marks(&data)?,
    };
    let done = recover(&asked).map_err(|why| Failure::could_not(say("not-recovered").with("why", why)))?;
    let ids = |cells: &[CellId]| cells.iter().map(ToString::to_string).collect::<Vec<_>>();
    let facts = json!({
        "identity": done.identity,
        "cells": ids(&done.cells),
        "behind": ids(&done.behind),
        "witness_put_aside": done.witness_put_aside,
    });
    let (count, behind) = (done.cells.len(), done.behind.len());
    let text =
        say("recovered").with("dir", data.path().display()).with("cells", count).with("behind", behind);
    output.report(&facts, |language| vec![text.text(language)]);
    Ok(())
}

/// The highest entry that each cell's records carry.
fn store_marks(data: &DataDir) -> Result<Vec<(CellId, u64)>, Failure> {
    let failed = |why| Failure::could_not(say("not-recovered").with("why", why));
    let mut marks = Vec::new();
    for cell in cells(data.path()).map_err(failed)? {
        let store = CellStore::open(data.path(), cell, Tuning::default()).map_err(failed)?;
        if let Some((entry, _)) = store.high_marks().map_err(failed)?.last_entry {
            marks.push((cell, entry));
        }
        store.close();
    }
    Ok(marks)
}
