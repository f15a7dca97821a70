//! The words of `salus person` and `salus operator`. Parses; does nothing.

use super::Report;
use clap::Subcommand;

/// `salus person ...`
#[derive(Debug, Subcommand)]
pub enum Person {
    /// Add a person to a cell, and print their one-time link
    #[command(after_help = "Examples:
  salus person invite --cell praxis-sonnenberg --name 'Dr. Ada Muster' --role physician
  salus person invite --cell praxis-sonnenberg --name 'Bea Beispiel' --role practice-administrator

Roles: physician, medical-assistant, locum, insurer-clerk, practice-administrator. The link is good once, for three days.")]
    Invite {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Their name, as it stands on pages
        #[arg(long)]
        name: String,
        /// What they may do
        #[arg(long)]
        role: String,
        /// The id of the FHIR Practitioner that they are
        #[arg(long, value_name = "ID")]
        practitioner: Option<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Show the people of a cell
    #[command(after_help = "Example:
  salus person list --cell praxis-sonnenberg")]
    List {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Suspend, restore or revoke a person; what ends, ends at once
    #[command(after_help = "Examples:
  salus person revoke --person 3f0c...
  salus person revoke --person 3f0c... --suspend
  salus person revoke --person 3f0c... --restore")]
    Revoke {
        /// The person's id
        #[arg(long, value_name = "ID")]
        person: String,
        /// Only until they are restored
        #[arg(long)]
        suspend: bool,
        /// Let somebody who was suspended act again
        #[arg(long, conflicts_with = "suspend")]
        restore: bool,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Show a person's passkeys, or end one and the sessions that it began
    #[command(after_help = "Examples:
  salus person passkeys --cell praxis-sonnenberg --person 3f0c...
  salus person passkeys --cell praxis-sonnenberg --person 3f0c... --revoke 77ab...")]
    Passkeys {
        /// The cell's name; without it, an operator is meant
        #[arg(long)]
        cell: Option<String>,
        /// The person's id
        #[arg(long, value_name = "ID")]
        person: String,
        /// The passkey to end
        #[arg(long, value_name = "ID")]
        revoke: Option<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// End a person's passkeys and sessions, and print a new one-time link
    #[command(after_help = "Example:
  salus person recover --person 3f0c...

For somebody who lost their passkeys, or whose first link ran out.")]
    Recover {
        /// The person's id
        #[arg(long, value_name = "ID")]
        person: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

/// `salus operator ...`
#[derive(Debug, Subcommand)]
pub enum Operator {
    /// Add somebody who runs the platform and reaches no patient, and print their one-time link
    #[command(after_help = "Example:
  salus operator invite --name 'Olga Operator'")]
    Invite {
        /// Their name
        #[arg(long)]
        name: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Show the operators
    #[command(after_help = "Example:
  salus operator list")]
    List {
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}
