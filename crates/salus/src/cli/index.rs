//! The words of `salus index`. Parses; does nothing.

use super::Report;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `salus index ...`
#[derive(Debug, Subcommand)]
pub enum Index {
    /// How the indexes fare: state, records, segments, bytes
    #[command(after_help = "Examples:
  salus index status
  salus index status --json --data /var/lib/salus")]
    Status {
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Make an index anew from the sealed words of the records, while the old one answers
    #[command(after_help = "Examples:
  salus index rebuild
  salus index rebuild --cell praxis-sonnenberg --no-wait")]
    Rebuild {
        /// The cell's name; without it, all of them
        #[arg(long)]
        cell: Option<String>,
        /// Do not wait for the end; salus index status shows how far it is
        #[arg(long)]
        no_wait: bool,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Ask that words be extracted anew, by search parameters that came later; a second person must approve
    #[command(after_help = "Examples:
  salus index extract --cell praxis-sonnenberg
  salus index extract --cell praxis-sonnenberg --client 3f0c... --secret-file secret.txt

It opens, in a process of its own, all records that a search parameter of the cell's own is for and
that were written before it. Nothing of them leaves but sealed words. Somebody else approves it with
salus index approve within seven days; both are in the log.")]
    Extract {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Who asks.
        #[command(flatten)]
        by: Approver,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Approve an extraction that somebody else asked for, and run it
    #[command(after_help = "Examples:
  salus index approve --cell praxis-sonnenberg --client 3f0c... --secret-file secret.txt
  salus index approve --cell praxis-sonnenberg --no-wait

A client to approve with: salus client create --role approver --cell praxis-sonnenberg --name NAME")]
    Approve {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Who approves.
        #[command(flatten)]
        by: Approver,
        /// Do not wait for the end; salus index status shows how far it is
        #[arg(long)]
        no_wait: bool,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

/// Who approves.
#[derive(Debug, Args)]
pub struct Approver {
    /// The client of whoever approves; without it, whoever may use this machine
    #[arg(long, value_name = "ID", requires = "secret_file")]
    pub client: Option<String>,
    /// A file with the client's secret, `-` for the standard input
    #[arg(long, value_name = "FILE", requires = "client")]
    pub secret_file: Option<PathBuf>,
}
