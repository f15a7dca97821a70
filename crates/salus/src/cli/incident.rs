//! The words of `salus incident`. Parses; does nothing.

use super::Report;
use clap::Subcommand;

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
}

impl Incident {
    /// Whether to report as JSON.
    pub fn json(&self) -> bool {
        let (Self::Changes { report, .. } | Self::Revert { report, .. }) = self;
        report.json
    }
}
