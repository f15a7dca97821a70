//! The words of `salus incident`. Parses; does nothing.

use super::{Approver, Report, ScopeOf};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `salus incident ...`
#[derive(Debug, Subcommand)]
pub enum Incident {
    /// Every change of trust since a moment: what a back door would be
    #[command(after_help = "Examples:
  salus incident changes --since 2026-11-27T22:00:00+01:00
  salus incident changes --since 2026-11-27 --cell praxis-sonnenberg --json

Without --cell: of the platform and of every cell. `reversible` can be undone with salus incident revert.")]
    Changes {
        /// From this time on: 2026-11-22 or 2026-11-22T17:00:00+01:00
        #[arg(long, value_name = "TIME")]
        since: String,
        /// The cell's name
        #[arg(long)]
        cell: Option<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Undo changes of trust, as new entries of the log
    #[command(after_help = "Examples:
  salus incident revert --cell praxis-sonnenberg 1703 1688
  salus incident revert --all-by 3f0c... --since 2026-11-27

Credentials and sessions end, a role or status is again what it was before, an invitation is withdrawn;
somebody who was added is suspended.")]
    Revert {
        /// The cell's name; without it, entries of the platform's own tree, or, with --all-by, all trees
        #[arg(long)]
        cell: Option<String>,
        /// The entries
        #[arg(value_name = "ENTRY", required_unless_present = "all_by", conflicts_with = "all_by")]
        entries: Vec<u64>,
        /// All that this principal did, or that was done in this session
        #[arg(long, value_name = "ID", requires = "since")]
        all_by: Option<String>,
        /// From this time on
        #[arg(long, value_name = "TIME", requires = "all_by")]
        since: Option<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// A sample that is offered for sale: is it ours, as of when, and through whose sessions it went
    #[command(after_help = "Examples:
  salus incident match sample.csv --cell praxis-sonnenberg --client 3f0c... --secret-file secret.txt
  salus incident match sample.ndjson --cell praxis-sonnenberg --client 3f0c... --secret-file - --json

CSV with a header, JSON, one JSON document a line (FHIR or flat), or plain lines; at most 20,000 rows and 64 MiB.
It takes two: whoever is at the machine, and the client of an approver (salus client create --role approver).
Whoever is opened is charged and logged like all others; canaries raise no alarm here.")]
    Match(IncidentMatch),
    /// One sealed package for investigators: the scope with its proof, changes, alarms, what is held, checkpoints, a summary
    #[command(after_help = "Examples:
  salus incident evidence --session 77ab... --recipient salus-evidence-1-5f0c... --out case.salus
  salus incident evidence --cell praxis-sonnenberg --from 2026-11-27 --recipient police.pub --witness /media/witness --out case.salus

Whoever investigates makes the key with salus incident key, and opens the package with salus incident open.
It names no patient but by pseudonym; its proof opens who and whom of its months to whoever has a copy of the log.")]
    Evidence(Evidence),
    /// Make a key that packages are sealed to: the secret in a file, the public half on stdout
    #[command(after_help = "Example:
  salus incident key --out investigator.key")]
    Key {
        /// The file for the secret; must not exist
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Open a package, check its hashes and its signature, and write its files to a folder
    #[command(after_help = "Examples:
  salus incident open case.salus --key investigator.key --out case/
  python3 tests/verify_evidence.py case/ --verifier-keys verifier-keys")]
    Open(OpenEvidence),
}

/// `salus incident evidence`
#[derive(Debug, Args)]
pub struct Evidence {
    /// Of whom, and when.
    #[command(flatten)]
    pub of: ScopeOf,
    /// The public key of whoever investigates, or a file with it
    #[arg(long, value_name = "KEY")]
    pub recipient: String,
    /// The package; must not exist
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// A witness's folder, whose checkpoints go into it; may be repeated
    #[arg(long, value_name = "DIR")]
    pub witness: Vec<PathBuf>,
    /// Where the data lie, and how to report.
    #[command(flatten)]
    pub report: Report,
}

/// `salus incident open`
#[derive(Debug, Args)]
pub struct OpenEvidence {
    /// The package
    pub file: PathBuf,
    /// The file with the secret
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The folder for what is in it; must not exist
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `salus incident match`
#[derive(Debug, Args)]
pub struct IncidentMatch {
    /// The sample
    pub file: PathBuf,
    /// The cell's name; may be left out where there is only one
    #[arg(long)]
    pub cell: Option<String>,
    /// Who approves it, beside whoever is at the machine.
    #[command(flatten)]
    pub by: Approver,
    /// Sessions from this time on [default: from when the sample can be true]
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Sessions up to this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Write what became of each row to this file, one JSON document a line; must not exist
    #[arg(long, value_name = "FILE")]
    pub rows: Option<PathBuf>,
    /// Where the data lie, and how to report.
    #[command(flatten)]
    pub report: Report,
}

impl Incident {
    /// Whether to report as JSON.
    pub fn json(&self) -> bool {
        match self {
            Self::Changes { report, .. } | Self::Revert { report, .. } => report.json,
            Self::Match(command) => command.report.json,
            Self::Evidence(command) => command.report.json,
            Self::Key { json, .. } => *json,
            Self::Open(command) => command.json,
        }
    }
}
