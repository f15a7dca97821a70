//! The words of `salus budget` and `salus blast-radius`. Parses; does nothing.

use super::{BudgetArgs, Report};
use clap::{Args, Subcommand};

/// `salus blast-radius`
#[derive(Debug, Args)]
pub struct BlastRadius {
    /// The cell's name; without it, each cell
    #[arg(long)]
    pub cell: Option<String>,
    /// Where the data lie, and how to report.
    #[command(flatten)]
    pub report: Report,
}

/// `salus budget ...`
#[derive(Debug, Subcommand)]
pub enum Budget {
    /// Show what is used of each budget of a cell, and who raised what until when
    #[command(after_help = "Example:
  salus budget show --cell praxis-sonnenberg --json")]
    Show {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Change a budget for good; what is not given stays as it is
    #[command(after_help = "Examples:
  salus budget set --cell praxis-sonnenberg --chart-day 2000
  salus budget set --cell praxis-sonnenberg --principal 3f0c... --chart-30-days 1500")]
    Set {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Whose, by id; without it, the cell's as a whole
        #[arg(long, value_name = "ID")]
        principal: Option<String>,
        /// What they may reach.
        #[command(flatten)]
        budgets: BudgetArgs,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Show what the cell's own log suggests for each role; changes nothing
    #[command(after_help = "Example:
  salus budget suggest --cell praxis-sonnenberg")]
    Suggest {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Withdraw a raise at once
    #[command(after_help = "Example:
  salus budget raise-end --cell praxis-sonnenberg --principal 3f0c... --raise 4711")]
    RaiseEnd {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Whose, by id; without it, the cell's as a whole
        #[arg(long, value_name = "ID")]
        principal: Option<String>,
        /// The raise's number, from `salus budget show`
        #[arg(long, value_name = "N")]
        raise: u64,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

impl Budget {
    /// Where the data lie, and how to report.
    pub fn report(&self) -> &Report {
        match self {
            Self::Show { report, .. }
            | Self::Set { report, .. }
            | Self::Suggest { report, .. }
            | Self::RaiseEnd { report, .. } => report,
        }
    }
}
