//! The words of `salus alarm` and `salus canary`. Parses; does nothing.

use super::Report;
use clap::Subcommand;
use std::path::PathBuf;

/// `salus alarm ...`
#[derive(Debug, Subcommand)]
pub enum Alarm {
    /// What has raised an alarm, the newest first
    #[command(after_help = "Examples:
  salus alarm list --cell praxis-sonnenberg
  salus alarm list --cell praxis-sonnenberg --json")]
    List {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Mark alarms as seen
    #[command(after_help = "Examples:
  salus alarm acknowledge --cell praxis-sonnenberg 1703
  salus alarm acknowledge --cell praxis-sonnenberg --all")]
    Acknowledge {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// The entry that raised it
        #[arg(value_name = "ENTRY", required_unless_present = "all", conflicts_with = "all")]
        alarm: Option<u64>,
        /// All of them
        #[arg(long)]
        all: bool,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Let a session go on that an alarm had suspended
    #[command(after_help = "Examples:
  salus alarm restore --cell praxis-sonnenberg 77ab...")]
    Restore {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// The session
        #[arg(value_name = "SESSION")]
        session: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// By what alarms are raised: show it, or change what is named
    #[command(after_help = "Examples:
  salus alarm rules --cell praxis-sonnenberg
  salus alarm rules --cell praxis-sonnenberg refusals=25 refusals-minutes=5 canary-suspends=false
  salus alarm rules --cell praxis-sonnenberg sent=canary,tampering,budget-spent

What each rule means, and its bounds: docs/alarms.md")]
    Rules {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// What is changed
        #[arg(value_name = "RULE=VALUE")]
        changes: Vec<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Send a message that is no alarm to everybody who is told of alarms, and say what came of it
    #[command(after_help = "Examples:
  salus alarm test
  salus alarm test --config /etc/salus/salus.toml --data /var/lib/salus

It is sent by this command, with the settings under [alarms]; the server need not run.")]
    Test {
        /// The configuration [default: DIR/salus.toml]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

/// `salus canary ...`
#[derive(Debug, Subcommand)]
pub enum Canary {
    /// Make patients who do not exist: whoever opens one gives themselves away
    #[command(after_help = "Examples:
  salus canary add --cell praxis-sonnenberg --practitioner 12ab... --organization 7c0e... --count 3

Best made while patients are imported, between two parts of it. Their records refer to the given
practitioners, organization and insurers, which must be there. docs/alarms.md says what nobody can
tell.")]
    Add {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// How many
        #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
        count: u32,
        /// In which country they live: de or fr
        #[arg(long, default_value = "de", value_name = "COUNTRY", value_parser = ["de", "fr"])]
        country: String,
        /// Ids of Practitioners of the practice, who have treated them
        #[arg(long, value_name = "ID")]
        practitioner: Vec<String>,
        /// The id of the practice's Organization
        #[arg(long, value_name = "ID")]
        organization: Option<String>,
        /// Ids of insurers' Organizations in the cell; without, an insurer is only named
        #[arg(long, value_name = "ID")]
        insurer: Vec<String>,
        /// Where its patients live, such as "10115 Berlin"; without, in Freiburg or Lyon
        #[arg(long, value_name = "PLACE", value_parser = place)]
        place: Vec<String>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Their ids
    #[command(after_help = "Examples:
  salus canary list --cell praxis-sonnenberg")]
    List {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Make one an ordinary record, whose opening raises no alarm
    #[command(after_help = "Examples:
  salus canary remove --cell praxis-sonnenberg 5f0c...

The record stays; it is deleted like any other.")]
    Remove {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// The patient's id
        #[arg(value_name = "ID")]
        patient: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

impl Alarm {
    /// Whether it reports as JSON.
    pub fn json(&self) -> bool {
        let (Self::List { report, .. }
        | Self::Acknowledge { report, .. }
        | Self::Restore { report, .. }
        | Self::Rules { report, .. }
        | Self::Test { report, .. }) = self;
        report.json
    }
}

impl Canary {
    /// Whether it reports as JSON.
    pub fn json(&self) -> bool {
        let (Self::Add { report, .. } | Self::List { report, .. } | Self::Remove { report, .. }) = self;
        report.json
    }
}

/// A postal code, a space, and a town.
fn place(text: &str) -> Result<String, String> {
    let is_one = text.split_once(' ').is_some_and(|(code, town)| !code.is_empty() && !town.trim().is_empty());
    if is_one { Ok(text.to_owned()) } else { Err("10115 Berlin".to_owned()) }
}
