//! The words of `salus scope`. Parses; does nothing.

use super::Report;
use clap::Args;
use std::path::PathBuf;

/// `salus scope`
#[derive(Debug, Args)]
pub struct Scope {
    /// Of whom, and when.
    #[command(flatten)]
    pub of: ScopeOf,
    /// Write every patient with all versions to this file, one JSON document a line; must not exist
    #[arg(long, value_name = "FILE")]
    pub patients: Option<PathBuf>,
    /// Write the entries and what proves them to this file; must not exist. It opens who and whom of its months: give it away sealed
    #[arg(long, value_name = "FILE")]
    pub proof: Option<PathBuf>,
    /// Where the data lie, and how to report.
    #[command(flatten)]
    pub report: Report,
}

/// Of whom a scope is, and when.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("by").required(true).multiple(true).args(["session", "principal", "client", "device", "address", "from"]))]
pub struct ScopeOf {
    /// The cell's name; may be left out where the others tell, or where there is only one
    #[arg(long)]
    pub cell: Option<String>,
    /// Of one session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Of one principal, in all sessions
    #[arg(long, value_name = "ID")]
    pub principal: Option<String>,
    /// Of one client, in all sessions
    #[arg(long, value_name = "ID")]
    pub client: Option<String>,
    /// Of one passkey: the sessions that it began
    #[arg(long, value_name = "ID")]
    pub device: Option<String>,
    /// From one network address, or a network: 192.0.2.7 or 192.0.2.0/24
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    /// From this time on: 2026-11-22 or 2026-11-22T17:00:00+01:00
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Up to this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
}
