//! The words of `salus role`. Parses; does nothing.

use super::Report;
use clap::Subcommand;
use std::path::PathBuf;

/// `salus role ...`
#[derive(Debug, Subcommand)]
pub enum Role {
    /// What each role of a cell may do, and who holds it
    #[command(after_help = "Example:
  salus role list --cell praxis-sonnenberg")]
    List {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// The rules behind it, as Cedar text
    #[command(after_help = "Examples:
  salus role show --cell praxis-sonnenberg > rules.cedar
  salus role show --cell praxis-sonnenberg --version 1703
  salus role show --cell praxis-sonnenberg --version own")]
    Show {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Those that this entry put in force, or those that Salus comes with: own
        #[arg(long, value_name = "ENTRY")]
        version: Option<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// What other rules would change, and for whom; with --set they are put in force
    #[command(after_help = "Examples:
  salus role propose --cell praxis-sonnenberg rules.cedar
  salus role propose --cell praxis-sonnenberg rules.cedar --set --reason 'less at the desk'

What rules can speak of, and what none of them lifts: docs/roles.md")]
    Propose {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// The rules, as Cedar text
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Put them in force
        #[arg(long)]
        set: bool,
        /// Why; it stays in the log for ever
        #[arg(long, default_value = "")]
        reason: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Earlier rules, the newest first
    #[command(after_help = "Example:
  salus role history --cell praxis-sonnenberg")]
    History {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Put earlier rules back in force
    #[command(after_help = "Examples:
  salus role revert --cell praxis-sonnenberg 1703
  salus role revert --cell praxis-sonnenberg own")]
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

impl Role {
    /// Whether it reports as JSON.
    pub fn json(&self) -> bool {
        let (Self::List { report, .. }
        | Self::Show { report, .. }
        | Self::Propose { report, .. }
        | Self::History { report, .. }
        | Self::Revert { report, .. }) = self;
        report.json
    }
}
