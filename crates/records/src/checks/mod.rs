//! How a cell checks what is written: by R4, by every profile that a resource claims, and by those that its settings demand, with the
//! packages that count on the document's day.
//!
//! The log says what the settings are ([`CheckSettings`]); packages lie in files that the settings name by their hashes ([`Shelf`]). What is
//! made of them is kept once for all cells that use the same. **[`Cell::checks`](crate::Cell::checks) is a cell's part of it, and
//! [`Checks::library_on`] the library of this cell on this day**: profiles, value sets and code systems, for whoever needs them.
//!
//! Never: passes over a package that is named and is not there; blocks a request while a library is made, but for the first of its day.
//! State: the settings that are in force, read again when the log says others.

mod brought;
mod follow;
mod said;
mod settings;
mod shelf;

pub use brought::{
    MAX_BROUGHT_AT_ONCE_BYTES, MAX_BROUGHT_BYTES, MAX_BROUGHT_PACKAGES, bring, brought_folder, keep, missing,
    read, remove_unnamed, unnamed, unnamed_in,
};
pub use follow::set_checks;
pub(crate) use follow::{follow, load};
pub use settings::{CheckSettings, Demand, Entry, MAX_DEMANDED, MAX_PACKAGES, SettingsFault, hex};
pub use shelf::{Hash, Shelf, ShelfError};

use salus_fhir::conform::{self, Library, Settings, Treatment};
use salus_fhir::package::{Canonical, Package, validity};
use salus_fhir::{Issue, MAX_ISSUES, Message, Resource, Severity, instant};
use salus_trust_api::wire::checks::ChecksShown;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// The most libraries of one cell: one for each set of packages that count together.
const MAX_LIBRARIES: usize = 64;
/// How much longer a check takes than reading, in about: so many bytes of a resource weigh as many more when it is heavy work.
pub(crate) const WEIGHT: usize = 8;

/// Why something is written, as far as checking goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// Somebody sends it.
    Write,
    /// An import brings it.
    Import,
    /// It was there before, and is put back.
    PutBack,
}

/// How one cell checks.
#[derive(Debug)]
pub struct Checks {
    /// The entry of the log that says so; none: the program's own settings.
    pub version: Option<u64>,
    /// The settings.
    pub settings: CheckSettings,
    /// What of them cannot be used: until it can be, what needs it is refused.
    pub faults: Vec<Fault>,
    packages: Vec<(Entry, Arc<Package>)>,
    table: Vec<validity::Document>,
    shelf: Arc<Shelf>,
    libraries: Mutex<HashMap<Vec<usize>, Arc<Library>>>,
}

/// What cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The text of the settings, at this line or in its length.
    Settings(SettingsFault),
    /// A package: its name, its version, and why.
    Package(String, String, String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Settings(fault) => write!(f, "the settings of checking cannot be read: {fault}"),
            Self::Package(name, version, why) => {
                write!(f, "the package {name} {version} cannot be used: {why}")
            }
        }
    }
}

impl Checks {
    /// R4 alone.
    pub(crate) fn of_r4(shelf: &Arc<Shelf>) -> Self {
        Self::with(None, CheckSettings::default(), Vec::new(), Vec::new(), shelf)
    }

    /// By packages in memory, whatever files there are: for a check without a server.
    pub fn by(packages: Vec<(Entry, Arc<Package>)>) -> Self {
        let settings = packages.iter().map(|(entry, _)| entry.clone()).collect();
        let settings = CheckSettings { packages: settings, ..CheckSettings::default() };
        Self::with(None, settings, Vec::new(), packages, &Arc::new(Shelf::new(Path::new(""))))
    }

    /// What a text of settings comes to. Blocks: packages may have to be read.
    pub fn of(shown: &ChecksShown, shelf: &Arc<Shelf>) -> Self {
        let mut faults = Vec::new();
        let settings = CheckSettings::read(&shown.text).unwrap_or_else(|fault| {
            faults.push(Fault::Settings(fault));
            CheckSettings::default()
        });
        let mut packages = Vec::new();
        for entry in &settings.packages {
            match shelf.package(&entry.hash) {
                Ok(package) => packages.push((entry.clone(), package)),
                Err(error) => {
                    faults.push(Fault::Package(entry.name.clone(), entry.version.clone(), error.to_string()))
                }
            }
        }
        Self::with(shown.version, settings, faults, packages, shelf)
    }

    fn with(
        version: Option<u64>,
        settings: CheckSettings,
        faults: Vec<Fault>,
        packages: Vec<(Entry, Arc<Package>)>,
        shelf: &Arc<Shelf>,
    ) -> Self {
        let table = settings.validity();
        let (shelf, libraries) = (Arc::clone(shelf), Mutex::default());
        Self { version, settings, faults, packages, table, shelf, libraries }
    }

    /// The packages that are in use, each as the settings name it.
    pub fn packages(&self) -> &[(Entry, Arc<Package>)] {
        &self.packages
    }

    /// Which packages count when.
    pub fn table(&self) -> &[validity::Document] {
        &self.table
    }

    /// The library of this cell on a day (`YYYY-MM-DD`): R4, and all packages but those that the table of validity lets count only on other
    /// days. The first call for a set of packages makes it, which takes up to some hundred milliseconds; later ones find it.
    pub fn library_on(&self, day: &str) -> Arc<Library> {
        let counts = |entry: &Entry| {
            let mut lines = self
                .table
                .iter()
                .flat_map(|document| &document.packages)
                .filter(|line| line.package == entry.name && line.version == entry.version)
                .peekable();
            let is_named = lines.peek().is_some();
            let is_on = |line: &validity::Validity| {
                line.from.as_deref().is_none_or(|from| from <= day)
                    && line.until.as_deref().is_none_or(|until| day <= until)
            };
            !is_named || lines.any(is_on)
        };
        let all = self.packages.iter().enumerate().filter(|(_, (entry, _))| counts(entry));
        self.library(all.map(|(at, _)| at).collect())
    }

    /// The library that counts for a resource: for a kind of document that the table knows, the packages that it names for the document's own
    /// day; else that of today. With it, the packages that the table names and that are not loaded.
    pub fn library_for(&self, resource: &Resource, today: &str) -> (Arc<Library>, Vec<String>) {
        let document =
            if self.table.is_empty() { None } else { validity::document_of(&self.table, resource) };
        let Some(document) = document else { return (self.library_on(today), Vec::new()) };
        let day = document.day(resource).unwrap_or_else(|| today.to_owned());
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for (name, version) in document.packages_on(&day) {
            let at = self.packages.iter().position(|(one, _)| one.name == name && one.version == version);
            match at {
                Some(at) => found.push(at),
                None => missing.push(format!("{name} {version}")),
            }
        }
        (self.library(found), missing)
    }

    fn library(&self, packages: Vec<usize>) -> Arc<Library> {
        if packages.is_empty() {
            return Shelf::r4();
        }
        let known = |key: &Vec<usize>| {
            self.libraries.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
        };
        if let Some(library) = known(&packages) {
            return library;
        }
        let wanted = packages.iter().filter_map(|at| self.packages.get(*at));
        let wanted: Vec<_> = wanted.map(|(entry, package)| (entry.hash, Arc::clone(package))).collect();
        let library = self.shelf.library(&wanted);
        let mut libraries = self.libraries.lock().unwrap_or_else(PoisonError::into_inner);
        if libraries.len() >= MAX_LIBRARIES {
            libraries.clear();
        }
        libraries.insert(packages, Arc::clone(&library));
        library
    }

    /// Makes the libraries of today and of every day on which the table changes, so that no request waits for them. Blocks.
    pub(crate) fn make_ready(&self) {
        self.library_on(&today());
        for document in &self.table {
            for line in &document.packages {
                for day in [&line.from, &line.until].into_iter().flatten() {
                    let wanted = document.packages_on(day);
                    let at = |(name, version): &(&str, &str)| {
                        self.packages.iter().position(|(one, _)| one.name == *name && one.version == *version)
                    };
                    let found: Vec<usize> = wanted.iter().filter_map(at).collect();
                    self.library(found);
                }
            }
        }
    }

    /// Everything that is to be said of a resource whose structure is known to be valid: errors, warnings and remarks. `asked`: profiles that it must keep beside those of the settings.
    pub fn check(&self, resource: &Resource, asked: &[&str]) -> Vec<Issue> {
        let (now_ms, today) = (now_ms(), today());
        let (library, missing) = self.library_for(resource, &today);
        let claimed = resource.meta_profiles();
        let is_strict = self.packages.iter().filter(|(entry, _)| entry.is_strict).any(|(_, package)| {
            claimed.iter().any(|claim| package.defines(claim.split('|').next().unwrap_or_default()))
        });
        let mut settings = if is_strict { Settings::strict() } else { Settings::default() };
        let own = self.settings.demanded.iter().filter(|demand| demand.kind == resource.kind());
        let profiles = own.map(|demand| demand.profile.as_str()).chain(asked.iter().copied());
        settings.demanded = profiles.map(Canonical::parse).collect();
        settings.now = Some(instant(now_ms));
        // Of what is missing, nobody knows which profiles it has.
        if !self.faults.is_empty() {
            settings.unknown_profiles = Treatment::Refuse;
        }
        let mut issues = conform::check(resource, &library, &settings);
        if claimed.iter().any(|claim| library.profile(claim).is_none()) {
            let kind = resource.kind().name();
            let table = (!missing.is_empty()).then(|| said::not_loaded(&missing.join(", ")));
            let more = self.faults.iter().map(said::fault).chain(table).map(|issue| issue.at(kind));
            issues.splice(0..0, more);
        }
        // What refuses it stands first.
        issues.sort_by_key(|issue| match issue.severity {
            Severity::Fatal | Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Information => 2,
        });
        issues.truncate(MAX_ISSUES);
        issues
    }

    /// The same of what is stored or to be stored: its id, version and time are this server's, whether a profile wants or forbids them.
    pub(crate) fn check_new(&self, resource: &Resource, asked: &[&str]) -> Vec<Issue> {
        let mut issues = self.check(resource, asked);
        let kind = resource.kind();
        issues.retain(|issue| {
            let is_ours = ["id", "meta", "meta.versionId", "meta.lastUpdated"]
                .iter()
                .any(|name| issue.expression == format!("{kind}.{name}"));
            !(is_ours && said::is_count(issue))
        });
        issues
    }

    /// Checks what is to be written: the resource with what is doubtful about it.
    ///
    /// Errors: every issue, where one of them refuses it.
    pub(crate) fn checked(&self, resource: Resource, occasion: Occasion) -> Result<Resource, Vec<Issue>> {
        self.checked_at(resource, occasion, None)
    }

    /// The same, of a resource that stands at a place of a Bundle.
    pub(crate) fn checked_at(
        &self,
        mut resource: Resource,
        occasion: Occasion,
        place: Option<&str>,
    ) -> Result<Resource, Vec<Issue>> {
        if occasion == Occasion::PutBack {
            return Ok(resource);
        }
        let doubtful = resource.warnings().to_vec();
        let mut issues = self.check_new(&resource, &[]);
        if occasion == Occasion::Import && self.settings.import_warns {
            let errors = issues.iter_mut().filter(|issue| issue.severity == Severity::Error);
            errors.for_each(|issue| issue.severity = Severity::Warning);
        }
        if let Some(place) = place {
            issues = placed(issues, resource.kind().name(), place);
        }
        let is_valid = conform::is_valid(&issues);
        // What was doubtful before has its place already.
        let all: Vec<Issue> = doubtful.into_iter().chain(issues).collect();
        if !is_valid {
            return Err(all);
        }
        resource.set_warnings(all);
        Ok(resource)
    }
}

/// The same issues, of a resource that stands at a place of a Bundle.
fn placed(issues: Vec<Issue>, kind: &str, place: &str) -> Vec<Issue> {
    let at = |issue: Issue| {
        let rest = issue.expression.strip_prefix(kind).unwrap_or_default().to_owned();
        issue.at(format!("{place}{rest}"))
    };
    issues.into_iter().map(at).collect()
}

/// Whether an issue is of profiles: such warnings are only given to those who ask.
pub fn is_of_profiles(issue: &Issue) -> bool {
    matches!(issue.message, Message::Conformity(_)) || said::is_own(issue)
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// The day, in UTC.
pub fn today() -> String {
    let mut day = instant(now_ms());
    day.truncate(10);
    day
}
