//! The words of `salus package` and `salus validate`. Parses; does nothing.

use super::Report;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// In which cells, why, and how to report.
#[derive(Debug, Args)]
pub struct Change {
    /// Only in these cells [default: in all]
    #[arg(long, value_name = "NAME")]
    pub cell: Vec<String>,
    /// Why; it stays in the log for ever
    #[arg(long, default_value = "")]
    pub reason: String,
    /// Where the data lie, and how to report.
    #[command(flatten)]
    pub report: Report,
}

/// What becomes of what breaks a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Breaking {
    /// It is refused
    Refuse,
    /// It is stored, with a warning
    Warn,
}

/// How strictly what claims a package's profiles is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Strictness {
    /// As the KBV checks: one claimed profile, no unknown extension or profile
    Strict,
    /// As FHIR has it
    Fhir,
}

/// `salus codes ...`
#[derive(Debug, Subcommand)]
pub enum Codes {
    /// Add code lists as their publishers give them away; their codes are checked from then on
    #[command(after_help = "Examples:
  salus codes add icd10gm2026syst_kodes.txt
  salus codes add --cell praxis-sonnenberg --version 2.80 Loinc.csv

ICD-10-GM of the BfArM (ClaML, or the text file of its codes) and LOINC's CSV; each becomes a package like others:
salus package list, salus package remove")]
    Add {
        /// The code system's URL, where the file does not tell it
        #[arg(long)]
        url: Option<String>,
        /// The version, where neither the file nor its name tells it
        #[arg(long)]
        version: Option<String>,
        /// In which cells, why, and how to report.
        #[command(flatten)]
        change: Change,
        /// Code lists
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// `salus package ...`
#[derive(Debug, Subcommand)]
pub enum Package {
    /// Add packages of profiles, in any order; what claims one of their profiles must keep it from then on
    #[command(after_help = "Examples:
  salus package add kbv.ita.eau-1.2.1.tgz kbv.ita.for-1.2.1.tgz kbv.basis-1.7.0.tgz
  salus package add --cell praxis-sonnenberg --check strict house.profiles-2.0.0.tgz

Files are as registries have them: NAME-VERSION.tgz. Which version counts for a document is chosen by its date:
docs/profiles.md")]
    Add {
        /// How strictly [default: strict for kbv.ita.*, else fhir]
        #[arg(long, value_enum, hide_possible_values = true, value_name = "HOW")]
        check: Option<Strictness>,
        /// In which cells, why, and how to report.
        #[command(flatten)]
        change: Change,
        /// Packages (.tgz)
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// The packages of each cell, what counts when, and how it is checked
    #[command(after_help = "Example:
  salus package list --cell praxis-sonnenberg")]
    List {
        /// Only of this cell
        #[arg(long)]
        cell: Option<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Take packages out: their profiles are not known any more, and claims of them only warned of
    #[command(after_help = "Examples:
  salus package remove kbv.ita.eau@1.2.0
  salus package remove --cell praxis-sonnenberg kbv.ita.eau")]
    Remove {
        /// In which cells, why, and how to report.
        #[command(flatten)]
        change: Change,
        /// NAME for all versions, or NAME@VERSION
        #[arg(required = true, value_name = "PACKAGE")]
        packages: Vec<String>,
    },
    /// Tell or remove the files of packages that no settings name any more
    #[command(after_help = "Examples:
  salus package tidy
  salus package tidy --remove

Only tells, unless it is told to remove. Earlier settings that name a removed package can be put back, but count for it only when it
has been added again.")]
    Tidy {
        /// Only what the administrators of these cells brought [default: that of all, and what was added at the machine]
        #[arg(long, value_name = "NAME")]
        cell: Vec<String>,
        /// Remove them
        #[arg(long)]
        remove: bool,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// How cells check: imports, demanded profiles, strictness, which version counts when
    #[command(after_help = "Examples:
  salus package mode --import warn
  salus package mode --cell praxis-sonnenberg --demand Patient=https://example.org/StructureDefinition/patient
  salus package mode --fhir house.profiles --table validity.txt

The table's format, and the one that is in force without: docs/profiles.md")]
    Mode {
        /// What becomes of what an import brings and breaks a profile: refuse or warn
        #[arg(long, value_enum, hide_possible_values = true, value_name = "WHAT")]
        import: Option<Breaking>,
        /// Every resource of this type must keep this profile, whether it claims it or not
        #[arg(long, value_name = "TYPE=PROFILE")]
        demand: Vec<String>,
        /// Nothing is demanded of this type any more
        #[arg(long, value_name = "TYPE")]
        free: Vec<String>,
        /// What claims a profile of this package is checked as the KBV checks
        #[arg(long, value_name = "PACKAGE")]
        strict: Vec<String>,
        /// What claims a profile of this package is checked as FHIR has it
        #[arg(long, value_name = "PACKAGE")]
        fhir: Vec<String>,
        /// Which version counts when: a file, or the KBV's: kbv
        #[arg(long, value_name = "FILE")]
        table: Option<PathBuf>,
        /// In which cells, why, and how to report.
        #[command(flatten)]
        change: Change,
    },
    /// The settings as text
    #[command(after_help = "Examples:
  salus package show --cell praxis-sonnenberg
  salus package show --cell praxis-sonnenberg --version 1703")]
    Show {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Those that this entry put in force
        #[arg(long, value_name = "ENTRY")]
        version: Option<u64>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Earlier settings, the newest first
    #[command(after_help = "Example:
  salus package history --cell praxis-sonnenberg")]
    History {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Put earlier settings back in force
    #[command(after_help = "Examples:
  salus package revert --cell praxis-sonnenberg 1703
  salus package revert --cell praxis-sonnenberg own")]
    Revert {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Those that this entry put in force, or those that Salus comes with: own
        #[arg(value_name = "ENTRY")]
        version: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

impl Package {
    /// How it reports.
    pub fn report(&self) -> &Report {
        match self {
            Self::Add { change, .. } | Self::Remove { change, .. } | Self::Mode { change, .. } => {
                &change.report
            }
            Self::List { report, .. }
            | Self::Tidy { report, .. }
            | Self::Show { report, .. }
            | Self::History { report, .. }
            | Self::Revert { report, .. } => report,
        }
    }
}

/// `salus validate`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  salus validate note.xml
  salus validate --package kbv.ita.eau-1.2.1.tgz --package kbv.ita.for-1.2.1.tgz --check strict *.xml
  salus validate --profile http://hl7.org/fhir/StructureDefinition/bodyweight weight.json

No server is needed. 0: all are valid; 1: one is not; 2: something could not be read.")]
pub struct Validate {
    /// A package of profiles to check by (.tgz); which of several versions counts is chosen by the document's date
    #[arg(long, value_name = "FILE")]
    pub package: Vec<PathBuf>,
    /// A profile that every resource must keep, whether it claims it or not
    #[arg(long, value_name = "URL")]
    pub profile: Vec<String>,
    /// How strictly [default: strict for what claims profiles of kbv.ita.*, else fhir]
    #[arg(long, value_enum, hide_possible_values = true, value_name = "HOW")]
    pub check: Option<Strictness>,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
    /// Resources, in JSON or XML; one may be the standard input: -
    #[arg(required = true, value_name = "RESOURCE")]
    pub files: Vec<PathBuf>,
}
