//! `salus index ...`: how the search indexes fare, and making them anew while the old ones answer.
//!
//! Never: waits for a rebuild without saying how far it is. State: none.

use super::{Administration, Output, extraction, table, unexpected};
use crate::cli::Index;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_fhir::Language;
use salus_trust_api::wire::extract::CellExtraction;
use salus_trust_api::wire::{AdminAnswer, AdminAsk, CellIndex, IndexState};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How often it is asked how far a rebuild is.
const ASK_EVERY: Duration = Duration::from_millis(250);
/// How often that is said.
const SAY_EVERY: Duration = Duration::from_secs(2);

/// Asks and reports.
pub fn run(command: &Index, output: Output) -> Result<(), Failure> {
    match command {
        Index::Status { report } => {
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            let indexes = indexes(&mut administration)?;
            tell(&indexes, &extraction::all(&mut administration)?, output);
            Ok(())
        }
        Index::Extract { cell, by, report } => extraction::ask(cell, by, report, output),
        Index::Approve { cell, by, no_wait, report } => {
            extraction::approve(cell, by, *no_wait, report, output)
        }
        Index::Rebuild { cell, no_wait, report } => {
            let mut administration = Administration::connect(&DataDir::at(&report.data.directory())?)?;
            match administration.ask(AdminAsk::RebuildIndex { cell: cell.clone() })? {
                AdminAnswer::Done => {}
                _ => return Err(unexpected()),
            }
            let of_cell = |index: &CellIndex| cell.as_ref().is_none_or(|cell| *cell == index.cell);
            let mut indexes = indexes(&mut administration)?;
            indexes.retain(of_cell);
            if !no_wait {
                wait(&mut administration, &mut indexes, of_cell, output.language)?;
            }
            tell(&indexes, &[], output);
            Ok(())
        }
    }
}

fn indexes(administration: &mut Administration) -> Result<Vec<CellIndex>, Failure> {
    match administration.ask(AdminAsk::IndexStatus)? {
        AdminAnswer::Index(indexes) => Ok(indexes),
        _ => Err(unexpected()),
    }
}

/// Waits until all of them are made, and says on stderr how far they are.
fn wait(
    administration: &mut Administration,
    indexes: &mut Vec<CellIndex>,
    of_cell: impl Fn(&CellIndex) -> bool,
    language: Language,
) -> Result<(), Failure> {
    let mut said = Instant::now();
    while indexes.iter().any(|index| index.state != IndexState::Ready) {
        if said.elapsed() >= SAY_EVERY {
            said = Instant::now();
            for index in indexes.iter().filter(|index| index.state != IndexState::Ready) {
                let (given, about) = index.progress.unwrap_or_default();
                let far =
                    say("index-progress").with("cell", &index.cell).with("given", given).with("about", about);
                eprintln!("{}", far.text(language));
            }
        }
        std::thread::sleep(ASK_EVERY);
        *indexes = self::indexes(administration)?;
        indexes.retain(&of_cell);
    }
    Ok(())
}

/// Tells how indexes fare, and the extractions of those cells that are given.
fn tell(indexes: &[CellIndex], extractions: &[CellExtraction], output: Output) {
    let of = |index: &CellIndex| extractions.iter().find(|one| one.cell == index.cell);
    let cell = |index: &CellIndex| {
        let mut cell = to_json(index);
        if let Some(of) = of(index) {
            extraction::add_json(of, &mut cell);
        }
        cell
    };
    let cells: Vec<Value> = indexes.iter().map(cell).collect();
    output.report(&json!({"cells": cells}), |language| {
        let mut lines = lines(indexes, language);
        lines.extend(extractions.iter().flat_map(|one| extraction::lines(one, language)));
        lines
    });
}

fn to_json(index: &CellIndex) -> Value {
    let progress = index.progress.map(|(given, about)| json!({"given": given, "about": about}));
    let kept = index.index.as_ref().map(|status| {
        json!({
            "records": status.records,
            "segments": status.segments,
            "bytes": status.bytes,
            "tail": status.tail,
            "rebuilding_records": status.rebuilding,
        })
    });
    json!({
        "cell": index.cell,
        "state": match index.state {
            IndexState::NotThere => "not-there",
            IndexState::Behind => "behind",
            IndexState::Ready => "ready",
            IndexState::Rebuilding => "rebuilding",
        },
        "progress": progress,
        "unreadable": index.unreadable,
        "index": kept,
    })
}

fn state(state: IndexState) -> Say {
    match state {
        IndexState::NotThere => say("index-not-there"),
        IndexState::Behind => say("index-behind"),
        IndexState::Ready => say("index-ready"),
        IndexState::Rebuilding => say("index-rebuilding"),
    }
}

fn lines(indexes: &[CellIndex], language: Language) -> Vec<String> {
    let text = |said: Say| said.text(language);
    let heads = [
        say("head-cell"),
        say("head-state"),
        say("head-records"),
        say("head-segments"),
        say("head-bytes"),
        say("head-unreadable"),
    ];
    let mut rows = vec![heads.map(text).to_vec()];
    rows.extend(indexes.iter().map(|index| {
        let mut state = text(state(index.state));
        if let Some((given, about)) = index.progress {
            state += &format!(" ({given}/{about})");
        }
        let kept = |figure: fn(&salus_trust_api::wire::index::IndexStatus) -> u64| {
            index.index.as_ref().map_or_else(|| "?".into(), |status| figure(status).to_string())
        };
        vec![
            index.cell.clone(),
            state,
            kept(|status| status.records),
            kept(|status| u64::from(status.segments)),
            kept(|status| status.bytes),
            index.unreadable.to_string(),
        ]
    }));
    table(&rows)
}
