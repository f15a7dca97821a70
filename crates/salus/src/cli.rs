//! The words of the command line. Parses; does nothing.

mod alarm;
mod budget;
mod contain;
mod drill;
mod package;
mod person;
mod recovery;
mod role;

mod incident;
mod index;
mod scope;

pub use alarm::{Alarm, Canary};
pub use budget::{BlastRadius, Budget};
pub use contain::{Contain, Why};
pub use drill::{Drill, Mediboard};
pub use incident::{Evidence, Incident, IncidentMatch, OpenEvidence};
pub use index::{Approver, Index};

use clap::{Args, Parser, Subcommand};
pub use package::{Breaking, Change, Codes, Package, Strictness, Validate};
pub use person::{Operator, Person};
pub use recovery::{Recover, Recovery};
pub use role::Role;
use salus_seal::shares::Scheme;
pub use scope::{Scope, ScopeOf};
use std::path::PathBuf;

/// Health records that a stolen password cannot empty.
#[derive(Debug, Parser)]
#[command(name = "salus", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:
  salus demo                        try it, with two practices of invented patients
  salus init --data /var/lib/salus  begin for real
  salus serve --data /var/lib/salus

Every command has examples of its own: salus COMMAND --help")]
pub struct Cli {
    /// Language of messages: de, fr or en (else from LC_ALL, LC_MESSAGES, LANG)
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub lang: Option<String>,
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data lie.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// The data directory [default: ./salus-data; for the demo ./salus-demo]
    #[arg(long = "data", value_name = "DIR", env = "SALUS_DATA")]
    pub dir: Option<PathBuf>,
}

impl Data {
    /// The data directory of a real installation.
    pub fn directory(&self) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| PathBuf::from("salus-data"))
    }

    /// The data directory of the demo.
    pub fn demo_directory(&self) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| PathBuf::from("salus-demo"))
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve two practices of invented patients, to try things out
    #[command(after_help = "Examples:
  salus demo
  salus demo --port 0 --patients 20 --data /tmp/demo
  salus demo --fresh                begin anew

Prints `ready http://localhost:PORT` when all is served; DIR/demo.json holds addresses, tokens and
one-time links, which stand on stderr, too.")]
    Demo(Demo),
    /// Make a data directory: keys, recovery kit, salus.toml
    #[command(after_help = "Examples:
  salus init --data /var/lib/salus --recovery-kit /media/usb/salus-recovery-kit.txt
  salus init --root-key /etc/salus/root.key --recovery-kit kit.txt
  salus init --recovery-shares 2of3 --recovery-shares-dir /media/usb

Whoever has the recovery kit can open everything; without it, a lost root key loses everything.
Store it away from this machine.")]
    Init(Init),
    /// Serve a data directory
    #[command(after_help = "Examples:
  salus serve --data /var/lib/salus
  salus serve --config /etc/salus/salus.toml --data /var/lib/salus
  SALUS_SERVER__LISTEN=0.0.0.0:8443 salus serve

All keys of the configuration: docs/configuration.md")]
    Serve(Serve),
    /// Make a lost or put-back trusted side whole again with the recovery kit
    #[command(after_help = "Examples:
  salus recover --data /var/lib/salus --recovery-kit /media/usb/salus-recovery-kit.txt
  salus recover --config /etc/salus/salus.toml --recovery-kit kit.txt
  salus recover --share share-1.txt --share share-3.txt

The server must not run. All records come back, with cells, clients and the log; all budgets count as
spent, since nobody knows what was reached: make new clients for those who must go on.")]
    Recover(Recover),
    /// The recovery kit
    #[command(subcommand)]
    Recovery(Recovery),
    /// Cells: practices, networks, hospitals, insurers
    #[command(subcommand)]
    Cell(Cell),
    /// Clients: applications that act in a cell
    #[command(subcommand)]
    Client(Client),
    /// Sessions
    #[command(subcommand)]
    Session(Session),
    /// People who sign in with passkeys
    #[command(subcommand)]
    Person(Person),
    /// Hold somebody or something at once, and let it go as easily
    #[command(subcommand)]
    Contain(Contain),
    /// Operators: they run the platform and reach no patient
    #[command(subcommand)]
    Operator(Operator),
    /// What runs here, and how it fares
    #[command(after_help = "Examples:
  salus status --data /var/lib/salus
  salus status --json")]
    Status(Report),
    /// Bring FHIR bundles and NDJSON into a cell of the running server
    #[command(after_help = "Examples:
  salus import --cell praxis-sonnenberg export/
  salus import --cell praxis-sonnenberg --jobs 8 patients.ndjson.gz observations.ndjson.gz
  salus import bundle.json          if there is only one cell

Can be repeated and interrupted: what was imported is not imported again. What is refused stands in
a report, with its place and the rule; never with a value.")]
    Import(Import),
    /// The access log
    #[command(subcommand)]
    Log(Log),
    /// Who got what: patients and record versions that were given out
    #[command(after_help = "Examples:
  salus scope --client 3f0c...  --from 2026-11-01 --to 2026-12-01
  salus scope --session 77ab... --json
  salus scope --cell praxis-sonnenberg --address 192.0.2.0/24 --from 2026-11-27 --patients affected.ndjson

All that is given must fit. docs/incident.md says what the categories hold.")]
    Scope(Scope),
    /// An incident of others, replayed against a server of its own, with figures
    #[command(subcommand)]
    Drill(Drill),
    /// After a theft: what was changed meanwhile, whose a sample for sale is, what investigators are given
    #[command(subcommand)]
    Incident(Incident),
    /// How far each credential gets: the most patients in an hour, a day and 30 days, the worst first
    #[command(after_help = "Examples:
  salus blast-radius --cell praxis-sonnenberg
  salus blast-radius --json")]
    BlastRadius(BlastRadius),
    /// How many patients people and applications may reach
    #[command(subcommand)]
    Budget(Budget),
    /// What a cell's roles may do: the rules, what others would change, earlier ones
    #[command(subcommand)]
    Role(Role),
    /// Packages of profiles, by which what is written is checked
    #[command(subcommand)]
    Package(Package),
    /// Code lists of publishers (ICD-10-GM, LOINC), by which codes are checked
    #[command(subcommand)]
    Codes(Codes),
    /// Check files by R4 and packages of profiles, without a server
    Validate(Validate),
    /// The search indexes
    #[command(subcommand)]
    Index(Index),
    /// Alarms: what was raised, who has seen it, by which rules
    #[command(subcommand)]
    Alarm(Alarm),
    /// Patients who do not exist: whoever opens one gives themselves away
    #[command(subcommand)]
    Canary(Canary),
    /// Sets the clock of a demo's keyholder forward, for tests that live through a night
    #[command(name = "__forward", hide = true)]
    Forward(Forward),
    /// The keyholder's process; started by `serve` and `demo`
    #[command(name = "__keyholder", hide = true)]
    Keyholder,
    /// The indexer's process; started by `serve` and `demo`
    #[command(name = "__indexer", hide = true)]
    Indexer,
    /// The door's process; started by `serve` and `demo`
    #[command(name = "__door", hide = true)]
    Door,
    /// The extractor's process; started by `serve` and `demo` when it is called for
    #[command(name = "__extractor", hide = true)]
    Extractor,
    /// The messenger's process; started by `serve` and `demo`
    #[command(name = "__messenger", hide = true)]
    Messenger,
    /// The record server's process; started by `serve` and `demo`
    #[command(name = "__record-server", hide = true)]
    RecordServer,
}

/// `salus demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Where the data lie.
    #[command(flatten)]
    pub data: Data,
    /// The port on this machine; 0 takes any that is free
    #[arg(long, default_value_t = 8642, value_name = "N")]
    pub port: u16,
    /// Delete the demo's data first
    #[arg(long)]
    pub fresh: bool,
    /// Patients in each practice
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub patients: u32,
    /// Write what the processes log to stderr, not only warnings
    #[arg(long)]
    pub verbose: bool,
}

/// `salus __forward`
#[derive(Debug, Args)]
pub struct Forward {
    /// By so many hours
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub hours: u64,
    /// Where the data lie.
    #[command(flatten)]
    pub data: Data,
}

/// `salus init`
#[derive(Debug, Args)]
pub struct Init {
    /// Where the data lie.
    #[command(flatten)]
    pub data: Data,
    /// The root key's file, made if it is not there [default: DIR/trust/root.key]
    #[arg(long, value_name = "FILE")]
    pub root_key: Option<PathBuf>,
    /// Where to write the recovery kit; must not exist [default: ./salus-recovery-kit.txt]
    #[arg(long, value_name = "FILE")]
    pub recovery_kit: Option<PathBuf>,
    /// Split it into shares: 2of3 makes 3, any 2 of which recover; without --recovery-kit, it is written nowhere else
    #[arg(long, value_name = "MofN", value_parser = recovery::scheme, requires = "recovery_shares_dir")]
    pub recovery_shares: Option<Scheme>,
    /// Where to write a file for each share; none of them may exist
    #[arg(long, value_name = "DIR", requires = "recovery_shares")]
    pub recovery_shares_dir: Option<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `salus serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Where the data lie.
    #[command(flatten)]
    pub data: Data,
    /// The configuration [default: DIR/salus.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// A command that only reports.
#[derive(Debug, Args)]
pub struct Report {
    /// Where the data lie.
    #[command(flatten)]
    pub data: Data,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `salus cell ...`
#[derive(Debug, Subcommand)]
pub enum Cell {
    /// Make a cell
    #[command(after_help = "Examples:
  salus cell create praxis-sonnenberg
  salus cell create praxis-sonnenberg --chart-hour 400 --json")]
    Create {
        /// Its name in addresses: letters, digits and dashes, at most 63
        name: String,
        /// What all its principals together may reach.
        #[command(flatten)]
        budgets: BudgetArgs,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Cut a cell off at once, or join it again
    #[command(after_help = "Examples:
  salus cell quarantine praxis-sonnenberg
  salus cell quarantine praxis-sonnenberg --lift")]
    Quarantine {
        /// Its name
        name: String,
        /// Join it again
        #[arg(long)]
        lift: bool,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

/// How many distinct patients may be reached; what is not given has its default (docs/budgets.md).
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct BudgetArgs {
    /// Charts in any 60 minutes
    #[arg(long, value_name = "N")]
    pub chart_hour: Option<u32>,
    /// Charts in any 24 hours
    #[arg(long, value_name = "N")]
    pub chart_day: Option<u32>,
    /// Charts in any 30 days
    #[arg(long, value_name = "N")]
    pub chart_30_days: Option<u32>,
    /// Lines (name and birth date) in any 60 minutes
    #[arg(long, value_name = "N")]
    pub glimpse_hour: Option<u32>,
    /// Lines in any 24 hours
    #[arg(long, value_name = "N")]
    pub glimpse_day: Option<u32>,
    /// Lines in any 30 days
    #[arg(long, value_name = "N")]
    pub glimpse_30_days: Option<u32>,
}

/// `salus client ...`
#[derive(Debug, Subcommand)]
pub enum Client {
    /// Make a client; its secret is shown once
    #[command(after_help = "Examples:
  salus client create --cell praxis-sonnenberg --name 'Laboratory'
  salus client create --cell praxis-sonnenberg --name Export --role fhir-client --chart-hour 50")]
    Create {
        /// The cell's name
        #[arg(long)]
        cell: String,
        /// Its name for people
        #[arg(long)]
        name: String,
        /// What it may do: fhir-client (reads, searches, writes), fhir-reader (reads, searches), importer (writes only), approver (approves what needs two)
        #[arg(long, default_value = "fhir-client")]
        role: String,
        /// After how many hours a session ends
        #[arg(long, default_value_t = 12, value_name = "HOURS", value_parser = clap::value_parser!(u64).range(1..=8760))]
        session_hours: u64,
        /// After how many minutes without a request a session ends
        #[arg(long, default_value_t = 60, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=525_600))]
        idle_minutes: u64,
        /// Its tokens are good without proof: only for one that cannot prove a key (DPoP); its budgets are a quarter where nothing else is said
        #[arg(long)]
        bearer: bool,
        /// What it may reach.
        #[command(flatten)]
        budgets: BudgetArgs,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Begin a session for a client, and show its token once
    #[command(after_help = "Example:
  curl -H \"Authorization: Bearer $(salus client token --client 3f0c...)\" https://.../praxis/fhir/Patient/1")]
    Token {
        /// The client's id
        #[arg(long, value_name = "ID")]
        client: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Say whether a client's tokens are good without proof (DPoP); sessions that have begun stay as they are
    #[command(after_help = "Examples:
  salus client bearer --client 3f0c... --off
  salus client bearer --client 3f0c...")]
    Bearer {
        /// The client's id
        #[arg(long, value_name = "ID")]
        client: String,
        /// They are not: new sessions are bound to a key
        #[arg(long)]
        off: bool,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// End a client's credentials and all its sessions at once
    #[command(after_help = "Example:
  salus client revoke --client 3f0c...")]
    Revoke {
        /// The client's id
        #[arg(long, value_name = "ID")]
        client: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

/// `salus session ...`
#[derive(Debug, Subcommand)]
pub enum Session {
    /// End a session at once
    #[command(after_help = "Example:
  salus session revoke --session 77ab...")]
    Revoke {
        /// The session's id
        #[arg(long, value_name = "ID")]
        session: String,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}

/// `salus import`
#[derive(Debug, Args)]
pub struct Import {
    /// Where the data lie.
    #[command(flatten)]
    pub data: Data,
    /// The cell's name; may be left out where there is only one
    #[arg(long)]
    pub cell: Option<String>,
    /// How many bundles travel at once
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Where to write what was refused [default: DIR/import-report-TIME.json]
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Report the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Files (.json, .ndjson, each also .gz) and folders
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
}

/// `salus log ...`
#[derive(Debug, Subcommand)]
pub enum Log {
    /// Check every byte of the log; 0: good, 1: bad, 2: could not look
    #[command(after_help = "Examples:
  salus log verify
  salus log verify --checkpoint /media/witness/checkpoint --data /var/lib/salus")]
    Verify {
        /// A checkpoint kept elsewhere, which the log must contain
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
    /// Show entries of the log
    #[command(after_help = "Examples:
  salus log show                    changes of trust, platform-wide
  salus log show --cell praxis-sonnenberg --last 20
  salus log show --cell praxis-sonnenberg --from 1000 --limit 50")]
    Show {
        /// The cell's name; without it, the platform's own tree
        #[arg(long)]
        cell: Option<String>,
        /// From this entry on
        #[arg(long, default_value_t = 0, value_name = "N")]
        from: u64,
        /// The newest so many, instead of --from and --limit
        #[arg(long, value_name = "N", conflicts_with_all = ["from", "limit"], value_parser = clap::value_parser!(u32).range(1..=1000))]
        last: Option<u32>,
        /// At most this many
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Where the data lie, and how to report.
        #[command(flatten)]
        report: Report,
    },
}
