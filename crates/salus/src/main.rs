//! `salus`: the words are in [`salus::cli`]; here they are led to what does them.

use clap::FromArgMatches as _;
use salus::admin::log::Part;
use salus::admin::{self, Output};
use salus::cli::{Cli, Client, Command, Index, Log, Operator, Person, Session};
use salus::failure::Failure;
use salus::{cli, demo, drill, help, import, init, process, recover, recovery, serve, usage, validate};
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let language = usage::language_of(&arguments);
    let matches = help::command(language).try_get_matches_from(&arguments);
    let command = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(command) => command,
        Err(error) => return usage::end(&error, &arguments, language),
    };
    let output = |json| Output { json, language };
    let outcome = match &command.command {
        Command::Keyholder => return process::keyholder::run(),
        Command::Door => return process::door::run(),
        Command::Indexer => return process::indexer::run(),
        Command::Extractor => return process::extractor::run(),
        Command::Messenger => return process::messenger::run(),
        Command::RecordServer => return process::record_server::run(),
        Command::Demo(demo) => demo::run::run(demo, language),
        Command::Forward(forward) => demo::forward::run(forward),
        Command::Drill(drill) => drill::run(drill, language),
        Command::Init(init) => init::run(init, output(init.json)),
        Command::Recover(recover) => recover::run(recover, output(recover.json)),
        Command::Recovery(command) => {
            let cli::Recovery::Split { json, .. } = command;
            recovery::run(command, output(*json))
        }
        Command::Serve(serve) => serve::run(serve, language),
        Command::Cell(cell) => admin::change::cell(cell, output(cell_json(cell))),
        Command::Client(client) => admin::change::client(client, output(client_json(client))),
        Command::Session(session) => {
            let Session::Revoke { report, .. } = session;
            admin::change::session(session, output(report.json))
        }
        Command::Contain(contain) => admin::contain::run(contain, output(contain.report().json)),
        Command::Person(person) => admin::person::person(person, output(person_json(person))),
        Command::Operator(operator) => {
            let (Operator::Invite { report, .. } | Operator::List { report }) = operator;
            admin::person::operator(operator, output(report.json))
        }
        Command::Status(report) => admin::status::run(report, output(report.json)),
        Command::Import(import) => import::run(import, output(import.json)),
        Command::Log(Log::Verify { checkpoint, report }) => {
            admin::verify::run(checkpoint.as_deref(), report, output(report.json))
        }
        Command::Log(Log::Show { cell, from, last, limit, report }) => {
            let part = last.map_or(Part::From { from: *from, limit: *limit }, Part::Last);
            admin::log::show(cell.as_deref(), part, report, output(report.json))
        }
        Command::Index(index) => admin::index::run(index, output(index_json(index))),
        Command::Package(package) => admin::package::run(package, output(package.report().json)),
        Command::Codes(codes) => {
            let cli::Codes::Add { change, .. } = codes;
            admin::package::add_codes(codes, output(change.report.json))
        }
        Command::Validate(command) => validate::run(command, output(command.json)),
        Command::Role(role) => admin::role::run(role, output(role.json())),
        Command::Alarm(alarm) => admin::alarm::run(alarm, output(alarm.json())),
        Command::Canary(canary) => admin::canary::run(canary, output(canary.json())),
        Command::Incident(incident) => admin::changes::run(incident, output(incident.json())),
        Command::BlastRadius(command) => admin::budget::blast_radius(command, output(command.report.json)),
        Command::Budget(command) => admin::budget::run(command, output(command.report().json)),
        Command::Scope(scope) => admin::scope::run(scope, output(scope.report.json)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, say }) => {
            eprintln!("salus: {}", say.text(language).replace(['\n', '\r'], " "));
            ExitCode::from(code)
        }
    }
}

fn cell_json(cell: &cli::Cell) -> bool {
    match cell {
        cli::Cell::Create { report, .. } | cli::Cell::Quarantine { report, .. } => report.json,
    }
}

fn person_json(person: &Person) -> bool {
    match person {
        Person::Invite { report, .. }
        | Person::List { report, .. }
        | Person::Revoke { report, .. }
        | Person::Passkeys { report, .. }
        | Person::Recover { report, .. } => report.json,
    }
}

fn index_json(index: &Index) -> bool {
    match index {
        Index::Status { report }
        | Index::Rebuild { report, .. }
        | Index::Extract { report, .. }
        | Index::Approve { report, .. } => report.json,
    }
}

fn client_json(client: &Client) -> bool {
    match client {
        Client::Create { report, .. }
        | Client::Token { report, .. }
        | Client::Bearer { report, .. }
        | Client::Revoke { report, .. } => report.json,
    }
}
