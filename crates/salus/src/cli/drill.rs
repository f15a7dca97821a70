//! The words of `salus drill`. Parses; does nothing.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `salus drill ...`
#[derive(Debug, Subcommand)]
pub enum Drill {
    /// A stolen privileged account takes all it can, in six ways
    #[command(after_help = "Examples:
  salus drill mediboard
  salus drill mediboard --patients 1000 --json drill.json
  salus drill mediboard --patients 758912 --data /var/tmp/drill

It makes a server of its own with invented patients, robs it, and deletes it. With fewer than 10,000
patients the budgets are smaller in the same measure. Exit 0: nobody got more than a budget, and all
that was taken is in the scope; 1: somebody did; 2: it could not be played.")]
    Mediboard(Mediboard),
}

/// `salus drill mediboard`
#[derive(Debug, Args)]
pub struct Mediboard {
    /// Invented patients to be robbed
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(20..=2_000_000))]
    pub patients: u32,
    /// Where to write the figures as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Where to write the page with the picture [default: ./drill-mediboard.html]
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Where the server of the drill lies while it runs; must not exist [default: a folder for temporary files]
    #[arg(long = "data", value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Keep that directory
    #[arg(long)]
    pub keep: bool,
}
