//! The words of `salus contain`. Parses; does nothing.

use super::Report;
use clap::{Args, Subcommand};

/// Where, why, and how to report.
#[derive(Debug, Args)]
pub struct Why {
    /// The cell's name; may be left out where there is only one
    #[arg(long)]
    pub cell: Option<String>,
    /// Why; stays readable in the log for ever: name no patient
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// Where the data lie, and how to report.
    #[command(flatten)]
    pub report: Report,
}

/// `salus contain ...`
#[derive(Debug, Subcommand)]
pub enum Contain {
    /// Hold one session: nothing is admitted in it, and nothing of it is sent any more
    #[command(after_help = "Example:
  salus contain session 77ab... --cell praxis-sonnenberg --reason 'copied cookie'")]
    Session {
        /// The session's id
        id: String,
        /// Where, why, and how to report.
        #[command(flatten)]
        why: Why,
    },
    /// Hold a person: all their sessions, and new ones
    #[command(after_help = "Example:
  salus contain person 3f0c... --cell praxis-sonnenberg --reason 'phone stolen'")]
    Person {
        /// The person's id
        id: String,
        /// Where, why, and how to report.
        #[command(flatten)]
        why: Why,
    },
    /// Hold a passkey: all sessions that it began, and new ones
    #[command(after_help = "Example:
  salus contain device 51d0... --cell praxis-sonnenberg")]
    Device {
        /// The passkey's id
        id: String,
        /// Where, why, and how to report.
        #[command(flatten)]
        why: Why,
    },
    /// Hold an application: all its sessions, and new ones
    #[command(after_help = "Example:
  salus contain client 3f0c... --cell praxis-sonnenberg")]
    Client {
        /// The client's id
        id: String,
        /// Where, why, and how to report.
        #[command(flatten)]
        why: Why,
    },
    /// Hold all sessions of a cell; people sign in anew with their passkeys
    #[command(after_help = "Example:
  salus contain cell praxis-sonnenberg --reason 'a stolen laptop, not known whose'")]
    Cell {
        /// The cell's name
        name: String,
        /// Why; stays readable in the log for ever: name no patient
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Hold all sessions of all cells; people sign in anew with their passkeys
    #[command(after_help = "Example:
  salus contain everyone --reason 'the provider was broken into'")]
    Everyone {
        /// Why; stays readable in the log for ever: name no patient
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Cut a cell off: nothing is read; what applications bring is accepted, sealed and kept
    #[command(after_help = "Examples:
  salus contain quarantine praxis-sonnenberg --reason 'ransom note on a desk'
  salus contain quarantine praxis-sonnenberg --except 3f0c... --until 2026-11-28T18:00:00+01:00
  salus contain quarantine praxis-sonnenberg --end-exception 3f0c...
  salus contain quarantine praxis-sonnenberg --lift

Who is excepted may read in an emergency (purpose ETREAT), for 72 hours at the most.")]
    Quarantine {
        /// The cell's name
        name: String,
        /// A person who may read in an emergency meanwhile
        #[arg(long, value_name = "PERSON", requires = "until")]
        except: Option<String>,
        /// Until when: 2026-11-28T18:00:00+01:00
        #[arg(long, value_name = "TIME", requires = "except")]
        until: Option<String>,
        /// A person who may do so no more
        #[arg(long, value_name = "PERSON", conflicts_with_all = ["except", "lift"])]
        end_exception: Option<String>,
        /// Join it again
        #[arg(long, conflicts_with = "except")]
        lift: bool,
        /// Why; stays readable in the log for ever: name no patient
        #[arg(long, value_name = "TEXT", default_value = "", conflicts_with = "lift")]
        reason: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Let go what an entry holds: what it covered can be used again
    #[command(after_help = "Examples:
  salus contain undo 1703 --cell praxis-sonnenberg
  salus contain undo 12 --everyone")]
    Undo {
        /// The number of the entry, as `contain` and `contain status` say it
        entry: u64,
        /// The cell's name; may be left out where there is only one
        #[arg(long, conflicts_with = "everyone")]
        cell: Option<String>,
        /// It is a hold on everyone
        #[arg(long)]
        everyone: bool,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// What is held, who is signed in, and who may read in an emergency
    #[command(after_help = "Examples:
  salus contain status --cell praxis-sonnenberg
  salus contain status --json")]
    Status {
        /// The cell's name; may be left out where there is only one
        #[arg(long)]
        cell: Option<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

impl Contain {
    /// How it reports.
    pub fn report(&self) -> &Report {
        match self {
            Self::Session { why, .. }
            | Self::Person { why, .. }
            | Self::Device { why, .. }
            | Self::Client { why, .. } => &why.report,
            Self::Cell { report, .. }
            | Self::Everyone { report, .. }
            | Self::Quarantine { report, .. }
            | Self::Undo { report, .. }
            | Self::Status { report, .. } => report,
        }
    }
}
