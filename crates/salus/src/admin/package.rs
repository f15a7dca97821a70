//! `salus package ...`: packages of profiles, in which cells they count, and how strictly it is checked.
//!
//! A file is read here and kept beside the cells; that it counts is an entry of each cell's log.
//!
//! Never: a patient; puts a file there that is no package. State: none.

use super::package_files::{MAX_NAMED_FILES, passed_by, tidy};
use super::versions::{history, text};
use super::{Administration, Output, table, unexpected};
use crate::cli::{Breaking, Change, Codes, Package, Strictness};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::messages::{Say, say};
use salus_fhir::package::{MAX_ARCHIVE_BYTES, pack, validity};
use salus_fhir::terminology::import::{self, About, MAX_LIST_BYTES};
use salus_fhir::{Language, ResourceType};
use salus_records::checks::{CheckSettings, Checks, Demand, Entry, Shelf, brought_folder};
use salus_trust_api::wire::checks::{ChecksAnswer, ChecksAsk, ChecksDraft, ChecksShown};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Asks and reports.
pub fn run(command: &Package, output: Output) -> Result<(), Failure> {
    let data = DataDir::at(&command.report().data.directory())?;
    let mut asking = Asking { administration: Administration::connect(&data)?, output };
    match command {
        Package::Add { check, change, files } => add(&mut asking, &data, *check, change, files),
        Package::List { cell, .. } => list(&mut asking, &data, cell.as_deref()),
        Package::Remove { change, packages } => remove(&mut asking, change, packages),
        Package::Tidy { cell, remove, .. } => tidy(&mut asking, &data, cell, *remove),
        Package::Mode { change, .. } => {
            let table = table_of(command)?;
            asking.change(change, |settings| mode(command, table.as_ref(), settings))
        }
        Package::Show { cell, version, .. } => {
            let found = match version {
                None => asking.shown(cell)?.text,
                Some(version) => match asking.ask(cell, ChecksAsk::Text(*version))? {
                    ChecksAnswer::Text(text) => text,
                    _ => return Err(unexpected()),
                },
            };
            text(&found, output);
            Ok(())
        }
        Package::History { cell, .. } => match asking.ask(cell, ChecksAsk::Versions)? {
            ChecksAnswer::Versions(versions) => {
                history(&versions, say("package-history-none"), output);
                Ok(())
            }
            _ => Err(unexpected()),
        },
        Package::Revert { cell, version, .. } => {
            let version = match version.as_str() {
                "own" => None,
                entry => Some(entry.parse().map_err(|_| Failure::could_not(say("role-no-version")))?),
            };
            let against = asking.shown(cell)?.version;
            let entry = asking.set(cell, ChecksDraft::Version(version), against, "")?;
            asking.report(&[(cell.clone(), Some(entry))], Vec::new(), Value::Null);
            Ok(())
        }
    }
}

/// Makes a package of each code list, and keeps it like any other.
pub fn add_codes(command: &Codes, output: Output) -> Result<(), Failure> {
    let Codes::Add { change, url, version, files } = command;
    let data = DataDir::at(&change.report.data.directory())?;
    let mut made = Vec::new();
    for file in files {
        let bytes = bytes_up_to(file, MAX_LIST_BYTES)?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let about = About { name: &name, url: url.as_deref(), version: version.as_deref() };
        let no_list = |why: &dyn std::fmt::Display| {
            Failure::no(say("codes-none").with("file", file.display()).with("why", why))
        };
        let list = import::read(&bytes, &about).map_err(|fault| no_list(&fault))?;
        let package = package_name(&list.url);
        let packed = pack(&package, &list.version, &[("CodeSystem.json", &list.resource)]);
        let packed = packed.ok_or_else(|| no_list(&"URL"))?;
        // What this program would not read again is not kept.
        salus_fhir::package::Package::read(&packed).map_err(|error| no_list(&error))?;
        made.push((PathBuf::from(format!("{package}-{}.tgz", list.version)), packed));
    }
    let mut asking = Asking { administration: Administration::connect(&data)?, output };
    keep(&mut asking, &data, Some(Strictness::Fhir), change, &made)
}

/// What the package of a code list is called: by the URL of its code system.
fn package_name(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let sign = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' };
    let words: Vec<String> =
        rest.split(['/', ':', '.']).map(|word| word.chars().map(sign).collect()).collect();
    format!("codes.{}", words.iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join("."))
}

/// A connection, and how to report.
pub(super) struct Asking {
    pub administration: Administration,
    pub output: Output,
}

impl Asking {
    fn ask(&mut self, cell: &str, ask: ChecksAsk) -> Result<ChecksAnswer, Failure> {
        match self.administration.ask(AdminAsk::Checks { cell: cell.to_owned(), ask })? {
            AdminAnswer::Checks(answer) => Ok(answer),
            _ => Err(unexpected()),
        }
    }

    pub(super) fn shown(&mut self, cell: &str) -> Result<ChecksShown, Failure> {
        match self.ask(cell, ChecksAsk::Show)? {
            ChecksAnswer::Shown(shown) => Ok(shown),
            _ => Err(unexpected()),
        }
    }

    fn set(
        &mut self,
        cell: &str,
        draft: ChecksDraft,
        against: Option<u64>,
        reason: &str,
    ) -> Result<u64, Failure> {
        match self.ask(cell, ChecksAsk::Set { draft, against, reason: reason.to_owned() })? {
            ChecksAnswer::Set(entry) => Ok(entry),
            ChecksAnswer::Overtaken => Err(Failure::no(say("package-overtaken").with("cell", cell))),
            _ => Err(unexpected()),
        }
    }

    /// The cells that are meant: those that were named, or all.
    pub(super) fn cells(&mut self, named: &[String]) -> Result<Vec<String>, Failure> {
        if !named.is_empty() {
            return Ok(named.to_vec());
        }
        Ok(self.administration.status()?.cells.into_iter().map(|cell| cell.info.name).collect())
    }

    /// Changes the settings of cells: of all, or, when one cannot be changed, of those before it.
    fn change(
        &mut self,
        change: &Change,
        mut to: impl FnMut(&mut CheckSettings) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let done = self.changed(change, &mut to)?;
        self.report(&done, Vec::new(), Value::Null);
        Ok(())
    }

    fn changed(
        &mut self,
        change: &Change,
        to: &mut dyn FnMut(&mut CheckSettings) -> Result<(), Failure>,
    ) -> Result<Vec<(String, Option<u64>)>, Failure> {
        let mut done = Vec::new();
        for cell in self.cells(&change.cell)? {
            let shown = self.shown(&cell)?;
            let before = read(&cell, &shown)?;
            let mut settings = before.clone();
            to(&mut settings)?;
            if settings == before {
                done.push((cell, None));
                continue;
            }
            let text = settings.write();
            // What this program would not read again is not put in force.
            CheckSettings::read(&text).map_err(|fault| {
                Failure::no(say("package-settings").with("cell", &cell).with("why", fault))
            })?;
            let entry = self.set(&cell, ChecksDraft::Text(text), shown.version, &change.reason)?;
            done.push((cell, Some(entry)));
        }
        Ok(done)
    }

    fn report(&self, done: &[(String, Option<u64>)], before: Vec<Say>, more: Value) {
        let cells: Vec<Value> =
            done.iter().map(|(cell, entry)| json!({"cell": cell, "entry": entry})).collect();
        self.output.report(&json!({"cells": cells, "packages": more}), |language| {
            let line = |(cell, entry): &(String, Option<u64>)| {
                let said = match entry {
                    Some(entry) => say("package-set").with("cell", cell).with("entry", entry),
                    None => say("package-same").with("cell", cell),
                };
                said.text(language)
            };
            before.iter().map(|said| said.text(language)).chain(done.iter().map(line)).collect()
        });
    }
}

pub(super) fn read(cell: &str, shown: &ChecksShown) -> Result<CheckSettings, Failure> {
    let unreadable = |fault| Failure::no(say("package-settings").with("cell", cell).with("why", fault));
    CheckSettings::read(&shown.text).map_err(unreadable)
}

/// A package's bytes, and not more than it may have.
pub(crate) fn bytes_of(file: &Path) -> Result<Vec<u8>, Failure> {
    bytes_up_to(file, MAX_ARCHIVE_BYTES)
}

/// Opens a file: a pipe may never end, a device may never answer.
pub(crate) fn open(file: &Path) -> Result<File, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::could_not(say("cannot-read").with("path", file.display()).with("why", error))
    };
    if !std::fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err(Failure::could_not(say("no-regular-file").with("path", file.display())));
    }
    File::open(file).map_err(unreadable)
}

/// A file's bytes, up to one more than a bound.
fn bytes_up_to(file: &Path, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::could_not(say("cannot-read").with("path", file.display()).with("why", error))
    };
    let mut bytes = Vec::new();
    let opened = open(file)?;
    opened.take(max_bytes as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// What is said of a file that is no package.
pub(crate) fn no_package(file: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::no(say("package-none").with("file", file.display()).with("why", why))
}

fn add(
    asking: &mut Asking,
    data: &DataDir,
    check: Option<Strictness>,
    change: &Change,
    files: &[PathBuf],
) -> Result<(), Failure> {
    let mut read = Vec::new();
    for file in files {
        // All are read before the first is kept.
        let bytes = bytes_of(file)?;
        salus_fhir::package::Package::read(&bytes).map_err(|error| no_package(file, error))?;
        read.push((file.clone(), bytes));
    }
    keep(asking, data, check, change, &read)
}

/// Puts packages with the others, and has cells use them.
fn keep(
    asking: &mut Asking,
    data: &DataDir,
    check: Option<Strictness>,
    change: &Change,
    read: &[(PathBuf, Vec<u8>)],
) -> Result<(), Failure> {
    let shelf = Shelf::new(&data.packages());
    let (mut entries, mut said, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for (file, bytes) in read {
        let (hash, package) = shelf.put(bytes).map_err(|error| no_package(file, error))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let version = Entry::version_of(&name, &package.name, &package.version);
        let is_strict =
            check.map_or(Entry::is_strict_by_name(&package.name), |check| check == Strictness::Strict);
        let entry = Entry::new(&package.name, version, hash, is_strict);
        let entry = entry.ok_or_else(|| no_package(file, "its name"))?;
        let (profiles, sets, systems) =
            (package.profile_count(), package.value_sets.len(), package.code_systems.len());
        told.push(
            json!({"package": entry.name, "version": entry.version, "strict": is_strict, "profiles": profiles,
            "value_sets": sets, "code_systems": systems, "passed_by": package.passed_by.len(),
            "passed_by_files": package.passed_by.iter().take(MAX_NAMED_FILES).map(|(file, _)| file).collect::<Vec<_>>()}),
        );
        said.push(
            say("package-read")
                .with("name", &entry.name)
                .with("version", &entry.version)
                .with("profiles", profiles)
                .with("sets", sets)
                .with("systems", systems)
                .with("passed", package.passed_by.len()),
        );
        said.extend(passed_by(&package.passed_by));
        entries.push((entry, package));
    }
    let mut lacking: Vec<String> = Vec::new();
    let done = asking.changed(change, &mut |settings| {
        entries.iter().for_each(|(entry, _)| drop(settings.put(entry.clone())));
        for (name, version) in entries.iter().flat_map(|(_, package)| settings.lacking(package)) {
            let lacks = format!("{name} {version}");
            if !lacking.contains(&lacks) {
                lacking.push(lacks);
            }
        }
        Ok(())
    })?;
    if !lacking.is_empty() {
        said.push(say("package-lacks").with("names", lacking.join(", ")));
    }
    asking.report(&done, said, told.into());
    Ok(())
}

fn remove(asking: &mut Asking, change: &Change, packages: &[String]) -> Result<(), Failure> {
    let mut found = false;
    let done = asking.changed(change, &mut |settings| {
        settings.packages.retain(|one| {
            let is_named = packages.iter().any(|wanted| match wanted.split_once('@') {
                Some((name, version)) => one.name == name && one.version == version,
                None => one.name == *wanted,
            });
            found |= is_named;
            !is_named
        });
        Ok(())
    })?;
    if !found {
        return Err(Failure::no(say("admin-not-found").with("what", packages.join(", "))));
    }
    asking.report(&done, Vec::new(), Value::Null);
    Ok(())
}

/// The table that is asked for: none; the program's own; one of one's own.
fn table_of(command: &Package) -> Result<Option<Option<String>>, Failure> {
    let Package::Mode { table: Some(file), .. } = command else { return Ok(None) };
    if file.as_os_str() == "kbv" {
        return Ok(Some(None));
    }
    let text = String::from_utf8(bytes_of(file)?).unwrap_or_default();
    match validity::read(&text) {
        Ok(documents) if !documents.is_empty() => {
            // It begins with its first document, as settings have it.
            let lines = text.lines().skip_while(|line| line.split_whitespace().next() != Some("document"));
            Ok(Some(Some(lines.map(|line| format!("{line}\n")).collect())))
        }
        outcome => {
            let line = outcome.err().unwrap_or(1);
            Err(Failure::no(say("package-table").with("file", file.display()).with("line", line)))
        }
    }
}

fn mode(
    command: &Package,
    table: Option<&Option<String>>,
    settings: &mut CheckSettings,
) -> Result<(), Failure> {
    let Package::Mode { import, demand, free, strict, fhir, .. } = command else { return Ok(()) };
    if let Some(import) = import {
        settings.import_warns = *import == Breaking::Warn;
    }
    let no_type = |name: &str| Failure::could_not(say("package-type").with("name", name));
    for name in free {
        let kind = ResourceType::from_name(name).ok_or_else(|| no_type(name))?;
        settings.demanded.retain(|one| one.kind != kind);
    }
    for one in demand {
        let (name, profile) = one.split_once('=').ok_or_else(|| no_type(one))?;
        let kind = ResourceType::from_name(name).ok_or_else(|| no_type(name))?;
        let demand = Demand { kind, profile: profile.to_owned() };
        if !settings.demanded.contains(&demand) {
            settings.demanded.push(demand);
        }
    }
    for (names, is_strict) in [(strict, true), (fhir, false)] {
        for name in names {
            let mut found = settings.packages.iter_mut().filter(|one| one.name == *name).peekable();
            if found.peek().is_none() {
                return Err(Failure::no(say("admin-not-found").with("what", name)));
            }
            found.for_each(|one| one.is_strict = is_strict);
        }
    }
    if let Some(table) = table {
        settings.table.clone_from(table);
    }
    Ok(())
}

fn list(asking: &mut Asking, data: &DataDir, cell: Option<&str>) -> Result<(), Failure> {
    let shared = Shelf::new(&data.packages());
    let ids: Vec<_> = asking.administration.status()?.cells.into_iter().map(|cell| cell.info).collect();
    let named: Vec<String> = cell.map(str::to_owned).into_iter().collect();
    let (mut all, mut told) = (Vec::new(), Vec::new());
    for cell in asking.cells(&named)? {
        let shown = asking.shown(&cell)?;
        // What the cell's administrators brought lies with the cell.
        let own = ids.iter().find(|info| info.name == cell).map(|info| brought_folder(data.path(), info.id));
        let shelf = own.map_or_else(|| Shelf::new(&data.packages()), |own| shared.with(&own));
        let checks = Checks::of(&shown, &Arc::new(shelf));
        let settings = &checks.settings;
        let packages: Vec<Value> = settings
            .packages
            .iter()
            .map(|one| {
                let package = checks.packages().iter().find(|(entry, _)| entry == one).map(|(_, package)| package);
                json!({"package": one.name, "version": one.version, "strict": one.is_strict, "usable": package.is_some(),
                    "profiles": package.map(|package| package.profile_count()), "counts": when(&checks, one)})
            })
            .collect();
        let demanded: Vec<String> =
            settings.demanded.iter().map(|one| format!("{}={}", one.kind, one.profile)).collect();
        told.push(json!({"cell": cell, "version": shown.version, "import_warns": settings.import_warns,
            "demanded": demanded, "packages": packages, "own_table": settings.table.is_some()}));
        all.push((cell, checks));
    }
    asking.output.report(&told.into(), |language| {
        all.iter().flat_map(|(cell, checks)| lines(cell, checks, language)).collect()
    });
    Ok(())
}

/// When a package counts, by the table: from and until, as it has them.
fn when(checks: &Checks, entry: &Entry) -> Vec<String> {
    let lines = checks.table().iter().flat_map(|document| &document.packages);
    let own = lines.filter(|line| line.package == entry.name && line.version == entry.version);
    let mut all: Vec<String> = own
        .map(|line| {
            let bound = |day: &Option<String>| day.clone().unwrap_or_else(|| "-".to_owned());
            format!("{}..{}", bound(&line.from), bound(&line.until))
        })
        .collect();
    all.dedup();
    all
}

fn lines(cell: &str, checks: &Checks, language: Language) -> Vec<String> {
    let settings = &checks.settings;
    let mut lines =
        vec![say("package-cell").with("cell", cell).with("count", settings.packages.len()).text(language)];
    let row = |one: &Entry| {
        let is_usable = checks.packages().iter().any(|(entry, _)| entry == one);
        let strict = if one.is_strict { "strict" } else { "fhir" };
        let state = if is_usable { String::new() } else { say("package-unusable").text(language) };
        vec![
            format!("  {}", one.name),
            one.version.clone(),
            strict.to_owned(),
            when(checks, one).join(" "),
            state,
        ]
    };
    lines.extend(table(&settings.packages.iter().map(row).collect::<Vec<_>>()));
    for one in &settings.demanded {
        let said = say("package-demands").with("type", one.kind).with("profile", &one.profile);
        lines.push(format!("  {}", said.text(language)));
    }
    if settings.import_warns {
        lines.push(format!("  {}", say("package-import-warns").text(language)));
    }
    lines.extend(checks.faults.iter().map(|fault| format!("  {fault}")));
    lines
}
