//! Packages that somebody brings to [`super::checks`]: each is read, waits beside the cell, and is shown before it counts.
//!
//! Never: puts anything in force; takes another content for a version that is there. State: none.

use super::super::{PageAsk, Trouble};
use super::checks_form::{Wrong, wrong};
use salus_frame::Words;
use salus_frame::multipart::Upload;
use salus_records::RecordsError;
use salus_records::checks::{
    self, CheckSettings, Entry, MAX_BROUGHT_AT_ONCE_BYTES, MAX_BROUGHT_BYTES, MAX_BROUGHT_PACKAGES,
    ShelfError,
};
use salus_records::fhir::package::{MAX_ENTRIES, MAX_UNPACKED_BYTES, Package, PackageError};
use std::sync::Arc;

/// The field of the files.
pub(super) const FIELD: &str = "file";
/// The most profiles of a package that are listed before it counts.
const MAX_LISTED: usize = 200;

/// How much a form may say beside its files, in bytes.
const BESIDE_BYTES: usize = 64 * 1024;

/// How many bytes the files of a form have at most together: less where the server takes less in all.
pub(super) fn most_bytes(ask: &PageAsk<'_>) -> usize {
    let in_all = ask.web.bodies.max_body_bytes().saturating_sub(BESIDE_BYTES);
    in_all.min(MAX_BROUGHT_AT_ONCE_BYTES)
}

/// The same in words, in MiB.
pub(super) fn most_words(ask: &PageAsk<'_>) -> String {
    let tenths = (most_bytes(ask) * 10) >> 20;
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// A package that was brought, as it is shown before it counts.
pub(super) struct Added {
    pub name: String,
    pub version: String,
    /// How many profiles it has, and how many codes.
    pub holds: (u64, u64),
    /// Those profiles that are listed.
    pub profiles: Vec<String>,
    /// How many of its files cannot be used.
    pub passed_by: u64,
    /// What it needs and is not there.
    pub lacks: String,
}

/// What the files make of the settings, and what they are; or what is wrong with them, all at once.
pub(super) async fn added(
    ask: &PageAsk<'_>,
    before: &CheckSettings,
) -> Result<Result<(CheckSettings, Vec<Added>), Vec<Wrong>>, Trouble> {
    let t = ask.t;
    let files: Vec<_> = ask.files.iter().filter(|file| file.field == FIELD).collect();
    if files.is_empty() {
        return Ok(Err(wrong(FIELD, t.say("checks-wrong-none"))));
    }
    if files.iter().map(|file| file.bytes.len()).sum::<usize>() > most_bytes(ask) {
        return Ok(Err(wrong(FIELD, t.say_with("checks-wrong-large", "mib", most_words(ask)))));
    }
    let (mut after, mut read, mut all_wrong) = (before.clone(), Vec::new(), Vec::new());
    for file in &files {
        let said = match checks::read(ask.cell, &file.bytes).await {
            Ok((hash, package)) => match put(&mut after, &file.name, hash, &package) {
                Put::In(entry) => {
                    read.push((entry, package));
                    continue;
                }
                Put::Other(name, version) => {
                    t.say_with_two("checks-wrong-other", ("name", name), ("version", version)).into_owned()
                }
                Put::NoName => t.say_with("checks-wrong-manifest", "file", file.name.clone()).into_owned(),
            },
            Err(error) => error_words(t, file, &error)?,
        };
        all_wrong.extend(wrong(FIELD, said));
    }
    if !all_wrong.is_empty() {
        return Ok(Err(all_wrong));
    }
    // Only where all of them can be taken, something is written.
    for file in files {
        if let Err(error) = checks::bring(ask.cell, &file.bytes).await {
            return Ok(Err(wrong(FIELD, error_words(t, file, &error)?)));
        }
    }
    let added = read.iter().map(|(entry, package)| shown(&after, entry, package)).collect();
    Ok(Ok((after, added)))
}

/// What becomes of a package that was read.
enum Put {
    In(Entry),
    /// This name and version are there with other content.
    Other(String, String),
    /// It has no name that a line of settings can hold.
    NoName,
}

fn put(after: &mut CheckSettings, file: &str, hash: [u8; 32], package: &Package) -> Put {
    let version = Entry::version_of(file, &package.name, &package.version);
    let is_strict = Entry::is_strict_by_name(&package.name);
    let Some(entry) = Entry::new(&package.name, version, hash, is_strict) else { return Put::NoName };
    let there = after.packages.iter().find(|one| one.name == entry.name && one.version == entry.version);
    match there {
        Some(there) if there.hash != entry.hash => return Put::Other(entry.name, entry.version),
        // As it is there, strict or not.
        Some(_) => {}
        None => drop(after.put(entry.clone())),
    }
    Put::In(entry)
}

fn shown(after: &CheckSettings, entry: &Entry, package: &Arc<Package>) -> Added {
    let lacks: Vec<String> =
        after.lacking(package).map(|(name, version)| format!("{name} {version}")).collect();
    Added {
        name: entry.name.clone(),
        version: entry.version.clone(),
        holds: super::checks::holds(package),
        profiles: package.urls().take(MAX_LISTED).collect(),
        passed_by: package.passed_by.len() as u64,
        lacks: lacks.join(", "),
    }
}

/// Why a file is not taken.
fn error_words(t: Words, upload: &Upload, error: &ShelfError) -> Result<String, Trouble> {
    let (file, is_gzip) = (upload.name.clone(), upload.bytes.starts_with(&[0x1f, 0x8b]));
    let said = match error {
        ShelfError::Package(PackageError::Compression | PackageError::Archive) if is_gzip => {
            t.say_with("checks-wrong-broken", "file", file)
        }
        ShelfError::Package(PackageError::Compression | PackageError::Archive) => {
            t.say_with("checks-wrong-no-tgz", "file", file)
        }
        ShelfError::Package(PackageError::TooLarge) => {
            t.say_with_two("checks-wrong-unpacked", ("file", file), ("mib", MAX_UNPACKED_BYTES >> 20))
        }
        ShelfError::Package(PackageError::TooMany) => {
            t.say_with_two("checks-wrong-many", ("file", file), ("count", MAX_ENTRIES as u64))
        }
        ShelfError::Package(PackageError::Path(path)) => {
            t.say_with_two("checks-wrong-path", ("file", file), ("path", path.to_string()))
        }
        ShelfError::Package(PackageError::Link(path)) => {
            t.say_with_two("checks-wrong-link", ("file", file), ("path", path.to_string()))
        }
        ShelfError::Package(PackageError::Twice) => t.say_with("checks-wrong-twice", "file", file),
        ShelfError::Package(PackageError::Manifest) => t.say_with("checks-wrong-manifest", "file", file),
        ShelfError::Package(PackageError::Release) => t.say_with("checks-wrong-release", "file", file),
        ShelfError::Full => t.say_with_two(
            "checks-wrong-full",
            ("count", MAX_BROUGHT_PACKAGES as u64),
            ("mib", MAX_BROUGHT_BYTES >> 20),
        ),
        ShelfError::Disk(error) if error.kind() == std::io::ErrorKind::StorageFull => {
            return Err(RecordsError::Full.into());
        }
        ShelfError::Missing | ShelfError::Changed | ShelfError::Disk(_) => {
            return Err(RecordsError::Internal.into());
        }
    };
    Ok(said.into_owned())
}
