//! The words of `salus recover` and `salus recovery`. Parses; does nothing.

use super::Data;
use clap::{ArgGroup, Args, Subcommand};
use salus_seal::shares::Scheme;
use std::path::PathBuf;

/// `salus recover`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("kit").required(true).args(["recovery_kit", "share"]))]
pub struct Recover {
    /// Where the data lie.
    #[command(flatten)]
    pub data: Data,
    /// The configuration [default: DIR/salus.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The recovery kit that `salus init` wrote
    #[arg(long, value_name = "FILE")]
    pub recovery_kit: Option<PathBuf>,
    /// A share of it, instead; once for each of as many as are needed
    #[arg(long, value_name = "FILE")]
    pub share: Vec<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `salus recovery ...`
#[derive(Debug, Subcommand)]
pub enum Recovery {
    /// Split a recovery kit into shares, and try them
    #[command(after_help = "Example:
  salus recovery split --recovery-kit kit.txt --shares 2of3 --dir /media/usb

Any 2 of the 3 then recover; one alone tells nothing. The kit stays as it is: delete it, and what
was printed of it, when each share is with its keeper.")]
    Split {
        /// The recovery kit that `salus init` wrote
        #[arg(long, value_name = "FILE")]
        recovery_kit: PathBuf,
        /// How many recover, of how many: 2of3; at most 9
        #[arg(long, value_name = "MofN", value_parser = scheme)]
        shares: Scheme,
        /// Where to write a file for each share; none of them may exist
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// Report as JSON
        #[arg(long)]
        json: bool,
    },
}

/// What is written as `2of3`.
pub(super) fn scheme(text: &str) -> Result<Scheme, &'static str> {
    Scheme::parse(text).ok_or("2of3, at least 2, of at most 9")
}
