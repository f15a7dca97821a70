//! FHIR packages: what an archive holds of profiles, code lists and value sets, compiled once.
//!
//! For: checking resources against the profiles of a country or an association. R4's own definitions are such a
//! package, compiled in ([`Package::r4`]). Never writes a file, never fetches anything: dependencies are named, and the caller
//! brings them. State: none beyond the package that was read.

mod archive;
mod by_url;
mod canonical;
mod pack;
pub mod validity;

use std::io::Read as _;
use std::sync::{Arc, LazyLock};

pub use archive::{MAX_ARCHIVE_BYTES, MAX_ENTRIES, MAX_FILE_BYTES, MAX_RATIO, MAX_UNPACKED_BYTES};
pub(crate) use by_url::ByUrl;
pub use canonical::Canonical;
pub(crate) use canonical::{compare_versions, is_version, split};
pub use pack::pack;

use crate::json::{Document, Value};
use crate::profile::{Compiler, Differential, Profile};
use crate::terminology::{CodeSystem, ValueSet};

/// Why an archive is no package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// It is larger than [`MAX_ARCHIVE_BYTES`], or unpacks to more than is allowed.
    #[error("the archive or what it unpacks to is too large")]
    TooLarge,
    /// It has more than [`MAX_ENTRIES`] entries.
    #[error("the archive has too many entries")]
    TooMany,
    /// It is not compressed with gzip, or cut off.
    #[error("the archive is not whole or no gzip")]
    Compression,
    /// Inside the compression is no tar archive.
    #[error("the archive is not whole or no tar")]
    Archive,
    /// A path leads out of the archive: the path, as it may be shown.
    #[error("the path {0} leads out of the archive")]
    Path(Box<str>),
    /// It has a link or a device: its path, as it may be shown.
    #[error("{0} is a link or a device")]
    Link(Box<str>),
    /// `package/package.json` stands in it twice: readers differ in which of them counts.
    #[error("package/package.json is in it twice")]
    Twice,
    /// `package/package.json` is missing, or has no name or version.
    #[error("package/package.json is missing or names no package")]
    Manifest,
    /// It is a package for another version of FHIR.
    #[error("the package is not for FHIR R4")]
    Release,
}

/// A package that was read.
#[derive(Debug)]
pub struct Package {
    /// Its name, such as `kbv.ita.eau`.
    pub name: String,
    /// Its version, such as `1.2.1`.
    pub version: String,
    /// The packages that it needs: name and version.
    pub dependencies: Vec<(String, String)>,
    /// Its profiles and extensions that have a snapshot.
    pub profiles: Vec<Arc<Profile>>,
    /// Profiles that have only a differential; a library makes the rest of it from their bases.
    pub(crate) differentials: Vec<Arc<Differential>>,
    /// Its value sets.
    pub value_sets: Vec<Arc<ValueSet>>,
    /// Its code systems.
    pub code_systems: Vec<Arc<CodeSystem>>,
    /// Files that could not be used, each with the reason.
    pub passed_by: Vec<(String, Unusable)>,
}

/// Why a file of a package was passed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It is no JSON, or has a property twice.
    Json,
    /// It is a profile without a snapshot, and without a differential and a base.
    NoSnapshot,
    /// A part is missing or does not fit the rest.
    Incomplete,
}

static R4: LazyLock<Arc<Package>> = LazyLock::new(|| {
    let mut text = String::new();
    let packed: &[u8] = include_bytes!("../../definitions/r4-core.gz");
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .expect("the compiled package is whole: a test reads it");
    let mut package = Package::empty("hl7.fhir.r4.core", "4.0.1");
    let mut compiler = Compiler::default();
    for line in text.lines() {
        package.file("r4-core", line, &mut compiler);
    }
    Arc::new(package)
});

impl Package {
    /// A package without content.
    pub fn empty(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            dependencies: Vec::new(),
            profiles: Vec::new(),
            differentials: Vec::new(),
            value_sets: Vec::new(),
            code_systems: Vec::new(),
            passed_by: Vec::new(),
        }
    }

    /// R4's own definitions, compiled in; read at the first use.
    pub fn r4() -> Arc<Self> {
        R4.clone()
    }

    /// Reads a package's archive (`.tgz`).
    ///
    /// # Errors
    /// [`PackageError`] for what is no package, or is larger than the bounds. Files in it that can't be used are listed in
    /// [`Package::passed_by`].
    pub fn read(bytes: &[u8]) -> Result<Self, PackageError> {
        let mut package = Self::empty("", "");
        let mut compiler = Compiler::default();
        let (mut manifest, mut manifests) = (None, 0_usize);
        archive::files(bytes, |path, content| {
            let Some(name) = path.strip_prefix("package/").filter(|name| name.ends_with(".json")) else {
                return;
            };
            manifests += usize::from(name == "package.json");
            let Ok(text) = String::from_utf8(content) else {
                return package.passed_by.push((name.to_owned(), Unusable::Json));
            };
            let text = text.trim_start_matches('\u{feff}');
            match name {
                "package.json" => manifest = Manifest::read(text),
                // Examples and the registry's own files lie deeper, or begin with a full stop.
                _ if name.contains('/') || name.starts_with('.') => {}
                _ => package.file(name, text, &mut compiler),
            }
        })?;
        if manifests > 1 {
            return Err(PackageError::Twice);
        }
        let manifest = manifest.ok_or(PackageError::Manifest)?;
        if !manifest.is_r4 {
            return Err(PackageError::Release);
        }
        package.name = manifest.name;
        package.version = manifest.version;
        package.dependencies = manifest.dependencies;
        package.passed_by.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(package)
    }

    /// Whether it has a profile or extension of this URL, in whatever version.
    pub fn defines(&self, url: &str) -> bool {
        self.profiles.iter().any(|profile| *profile.url == *url)
            || self.differentials.iter().any(|differential| differential.is_of(url))
    }

    /// The URLs of its profiles and extensions.
    pub fn urls(&self) -> impl Iterator<Item = String> {
        let whole = self.profiles.iter().map(|profile| profile.url.to_string());
        whole.chain(self.differentials.iter().filter_map(|differential| differential.url()))
    }

    /// How many profiles and extensions it has.
    pub fn profile_count(&self) -> usize {
        self.profiles.len() + self.differentials.len()
    }

    /// Adds a StructureDefinition, ValueSet or CodeSystem; anything else is passed by in silence.
    pub fn add(&mut self, name: &str, text: &str) {
        self.file(name, text, &mut Compiler::default());
    }

    fn file(&mut self, name: &str, text: &str, compiler: &mut Compiler) {
        let Ok(document) = Document::parse(text) else {
            return self.passed_by.push((name.to_owned(), Unusable::Json));
        };
        let root = document.root();
        let done = match root.get_str("resourceType").as_deref() {
            Some("StructureDefinition") => match compiler.profile(root) {
                Ok(profile) => {
                    self.profiles.push(Arc::new(profile));
                    Ok(())
                }
                Err(reason) => match Differential::read(root).filter(|_| reason == Unusable::NoSnapshot) {
                    Some(differential) => {
                        self.differentials.push(Arc::new(differential));
                        Ok(())
                    }
                    None => Err(reason),
                },
            },
            Some("ValueSet") => ValueSet::read(root)
                .map(|set| self.value_sets.push(Arc::new(set)))
                .ok_or(Unusable::Incomplete),
            Some("CodeSystem") => CodeSystem::read(root)
                .map(|system| self.code_systems.push(Arc::new(system)))
                .ok_or(Unusable::Incomplete),
            _ => Ok(()),
        };
        if let Err(reason) = done {
            self.passed_by.push((name.to_owned(), reason));
        }
    }
}

struct Manifest {
    name: String,
    version: String,
    dependencies: Vec<(String, String)>,
    is_r4: bool,
}

impl Manifest {
    fn read(text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let root = document.root();
        let text =
            |value: Option<Value<'_>>| value.and_then(|value| value.as_str()).map(|text| text.into_owned());
        let dependencies = root.get("dependencies").into_iter().flat_map(|all| all.members());
        let releases = root.get("fhirVersions").or_else(|| root.get("fhir-version-list"));
        let is_r4 = |release: Value<'_>| release.as_str().is_some_and(|release| release.starts_with("4.0"));
        Some(Self {
            name: text(root.get("name"))?,
            version: text(root.get("version"))?,
            dependencies: dependencies
                .filter_map(|one| Some((one.name().into_owned(), text(Some(one.value))?)))
                .collect(),
            is_r4: releases.is_none_or(|all| all.elements().any(is_r4)),
        })
    }
}

#[cfg(test)]
mod tests;
