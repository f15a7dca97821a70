//! A cell's settings of checking, as the log keeps them: lines of text.
//!
//! ```text
//! import warn
//! demand Patient https://example.org/StructureDefinition/patient
//! load kbv.ita.eau 1.2.1 2f0c…(64 hexadecimal digits) strict
//! document …, package …: a table of validity of the cell's own, as `salus_fhir::package::validity` reads it
//! ```
//!
//! Empty lines and those that begin with `#` do not count. Everything from the first `document` on is the table; without one, the KBV's
//! counts. State: none.

use salus_fhir::ResourceType;
use salus_fhir::package::{Package, validity};
use salus_seal::entry::checks::MAX_CHECKS_BYTES;
use std::fmt::Write as _;

/// R4's own definitions, which nobody has to add.
const R4: &str = "hl7.fhir.r4.core";
/// The most packages that a cell may name.
pub const MAX_PACKAGES: usize = 64;
/// The most profiles that a cell may demand.
pub const MAX_DEMANDED: usize = 64;
/// The longest name, version or address, in bytes.
const MAX_WORD_BYTES: usize = 500;

/// How a cell checks what is written. The default is the program's own: R4, and every profile that a resource claims and that is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckSettings {
    /// Whether what an import brings is stored although it breaks a profile, with warnings.
    pub import_warns: bool,
    /// Profiles that every resource of a type must keep, whether it claims them or not.
    pub demanded: Vec<Demand>,
    /// The packages that count.
    pub packages: Vec<Entry>,
    /// Which of them count when, in the text of a table; none: the KBV's table.
    pub table: Option<String>,
}

/// A profile that is demanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Of these.
    pub kind: ResourceType,
    /// Its canonical.
    pub profile: String,
}

/// A package that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its version, as tables of validity know it.
    pub version: String,
    /// SHA-256 of its file.
    pub hash: [u8; 32],
    /// Whether what claims a profile of it is checked as the KBV does: one claimed profile, nothing that is not known.
    pub is_strict: bool,
}

/// Why a text is none of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// A line is none that is known; its number, from 1.
    #[error("line {0} is none that is known")]
    Line(usize),
    /// The text, or one of its lists, is longer than its bound.
    #[error("the settings are longer than their bounds")]
    TooLong,
}

impl CheckSettings {
    /// Reads a text.
    ///
    /// # Errors
    /// [`SettingsFault`], with the first line that is wrong.
    pub fn read(text: &str) -> Result<Self, SettingsFault> {
        if text.len() > MAX_CHECKS_BYTES {
            return Err(SettingsFault::TooLong);
        }
        let mut settings = Self::default();
        let mut at = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let words: Vec<_> = line.split_whitespace().collect();
            if words.first() == Some(&"document") {
                let table = text.get(at..).unwrap_or_default();
                validity::read(table).map_err(|line| SettingsFault::Line(number + line))?;
                settings.table = Some(table.to_owned());
                break;
            }
            at += line.len();
            if !line.starts_with('#') && !words.is_empty() {
                settings.line(&words).ok_or(SettingsFault::Line(number + 1))?;
            }
        }
        if settings.packages.len() > MAX_PACKAGES || settings.demanded.len() > MAX_DEMANDED {
            return Err(SettingsFault::TooLong);
        }
        Ok(settings)
    }

    fn line(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["import", "warn"] => self.import_warns = true,
            ["import", "refuse"] => self.import_warns = false,
            ["demand", kind, profile] => {
                let profile = (*profile).to_owned();
                self.demanded.push(Demand { kind: ResourceType::from_name(kind)?, profile });
            }
            ["load", name, version, hash, rest @ ..] => {
                let is_strict = match rest {
                    [] => false,
                    ["strict"] => true,
                    _ => return None,
                };
                let entry = Entry::new(name, version, unhex(hash)?, is_strict)?;
                let is_same = |one: &Entry| one.name == entry.name && one.version == entry.version;
                if self.packages.iter().any(is_same) {
                    return None;
                }
                self.packages.push(entry);
            }
            _ => return None,
        }
        Some(())
    }

    /// The text that reads as these settings; empty for the program's own.
    pub fn write(&self) -> String {
        let mut text = String::new();
        if self.import_warns {
            text.push_str("import warn\n");
        }
        for Demand { kind, profile } in &self.demanded {
            let _ = writeln!(text, "demand {kind} {profile}");
        }
        for Entry { name, version, hash, is_strict } in &self.packages {
            let strict = if *is_strict { " strict" } else { "" };
            let _ = writeln!(text, "load {name} {version} {}{strict}", hex(hash));
        }
        if let Some(table) = &self.table {
            text.push_str(table);
        }
        text
    }

    /// Puts a package in: in place of the one of this name and version, where there is one, which is given back.
    pub fn put(&mut self, entry: Entry) -> Option<Entry> {
        let is_same = |one: &&mut Entry| one.name == entry.name && one.version == entry.version;
        match self.packages.iter_mut().find(is_same) {
            Some(there) => Some(std::mem::replace(there, entry)),
            None => {
                self.packages.push(entry);
                None
            }
        }
    }

    /// What a package needs and these settings do not load: name and version.
    pub fn lacking<'p>(&self, package: &'p Package) -> impl Iterator<Item = &'p (String, String)> {
        let is_there = |name: &str| name == R4 || self.packages.iter().any(|one| one.name == name);
        package.dependencies.iter().filter(move |(name, _)| !is_there(name))
    }

    /// Has other documents counted by date; the program's own table stands for itself.
    pub fn set_validity(&mut self, documents: &[validity::Document]) {
        let own = validity::read(validity::KBV).unwrap_or_default();
        self.table = (own != documents).then(|| validity::write(documents));
    }

    /// The table of validity.
    pub fn validity(&self) -> Vec<validity::Document> {
        let text = self.table.as_deref().unwrap_or(validity::KBV);
        // It was read before, or is the program's own.
        validity::read(text).unwrap_or_default()
    }
}

impl Entry {
    /// None when a word is none that a line can hold.
    pub fn new(name: &str, version: &str, hash: [u8; 32], is_strict: bool) -> Option<Self> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word.len() <= MAX_WORD_BYTES
                && word.chars().all(|sign| sign.is_ascii_graphic())
        };
        let (name, version) = (name.to_owned(), version.to_owned());
        (is_word(&name) && is_word(&version)).then_some(Self { name, version, hash, is_strict })
    }

    /// Whether the publisher of packages of this name checks strictly, so that they are put in so where nothing is said.
    pub fn is_strict_by_name(name: &str) -> bool {
        name.starts_with("kbv.ita.")
    }

    /// The version by which tables of validity know a package: that of its file's name, `NAME-VERSION.tgz`, and else what it says of itself. The
    /// two differ in some that are published.
    pub fn version_of<'f>(file: &'f str, name: &str, version: &'f str) -> &'f str {
        let stem = file.strip_suffix(".tgz").unwrap_or(file);
        let rest = stem.strip_prefix(name).and_then(|rest| rest.strip_prefix(['-', '#']));
        rest.filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit())).unwrap_or(version)
    }
}

/// 64 hexadecimal digits.
pub fn hex(hash: &[u8; 32]) -> String {
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(version: &str) -> Entry {
        Entry::new("kbv.ita.eau", version, [7; 32], true).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let table = "document https://x/a Composition.date\npackage kbv.ita.eau 1.2.1 - -\n";
        let settings = CheckSettings {
            import_warns: true,
            demanded: vec![Demand {
                kind: ResourceType::from_name("Patient").unwrap(),
                profile: "https://x/p|1".into(),
            }],
            packages: vec![entry("1.2.0"), Entry { is_strict: false, ..entry("1.2.1") }],
            table: Some(table.into()),
        };
        assert_eq!(CheckSettings::read(&settings.write()), Ok(settings));
        assert_eq!(CheckSettings::read(""), Ok(CheckSettings::default()));
        assert_eq!(CheckSettings::default().write(), "");
        assert!(!CheckSettings::default().validity().is_empty());
    }

    #[test]
    fn a_wrong_line_is_named() {
        let load = format!("load a 1 {}", "00".repeat(32));
        for (text, line) in [
            ("import perhaps".to_owned(), 1),
            ("\n# so\nload a 1 ff\n".to_owned(), 3),
            (format!("{load}\n{load} strict\n"), 2),
            ("demand Nothing https://x\n".to_owned(), 1),
            ("import warn\ndocument https://x/a Composition.date\npackage a 1 x -\n".to_owned(), 3),
        ] {
            assert_eq!(CheckSettings::read(&text), Err(SettingsFault::Line(line)), "{text}");
        }
        let many: String =
            (0..=MAX_PACKAGES).map(|at| format!("load a {at} {}\n", "00".repeat(32))).collect();
        assert_eq!(CheckSettings::read(&many), Err(SettingsFault::TooLong));
    }

    #[test]
    fn a_package_takes_the_place_of_its_version_and_is_known_by_its_files_name() {
        let mut settings = CheckSettings::default();
        assert_eq!(settings.put(entry("1.2.0")), None);
        let other = Entry { hash: [8; 32], ..entry("1.2.0") };
        assert_eq!(settings.put(other.clone()), Some(entry("1.2.0")));
        assert_eq!(settings.packages, [other]);
        assert_eq!(Entry::version_of("a.b-1.8.0.tgz", "a.b", "1.7.0"), "1.8.0");
        assert_eq!(Entry::version_of("other.tgz", "a.b", "1.7.0"), "1.7.0");
        assert_eq!(Entry::version_of("a.b-old.tgz", "a.b", "1.7.0"), "1.7.0");
    }
}
