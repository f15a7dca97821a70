//! `salus incident match`: reads a sample, has two approve, looks for each row, and asks the log through whose sessions it went.
//!
//! Never: goes on with the session when it is over, or with one approval. State: none.

use super::extraction::proof;
use super::matched::{Matched, RowFound};
use super::scope::moment;
use super::{Administration, Output, canary, unexpected};
use crate::cli::IncidentMatch;
use crate::data_dir::{DataDir, ServerFile, cannot_write};
use crate::failure::Failure;
use crate::incident::matching::ask::Asking;
use crate::incident::matching::fields::Row;
use crate::incident::matching::find::{Finder, Found};
use crate::incident::matching::sample::{Sample, read};
use crate::incident::matching::whose::{Wanted, of_session, sessions};
use crate::messages::say;
use salus_fhir::Language;
use salus_seal::{ClientId, PrincipalId, Pseudonym};
use salus_trust_api::wire::extract::ApproverProof;
use salus_trust_api::wire::incident::{IncidentAnswer, IncidentAsk, ScopeAsk, ScopeEntry, ScopeFilter};
use salus_trust_api::wire::{AdminAnswer, AdminAsk, SignedIn};
use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::{Duration, Instant};

/// How often it is said how far it is.
const SAY_EVERY: Duration = Duration::from_secs(2);

/// Reads, looks and reports.
pub fn run(command: &IncidentMatch, output: Output) -> Result<(), Failure> {
    let by = proof(&command.by)?;
    if matches!(by, ApproverProof::Machine) {
        return Err(Failure::could_not(say("match-two")));
    }
    let from_ms = moment(command.from.as_deref(), "--from")?;
    let to_ms = moment(command.to.as_deref(), "--to")?.unwrap_or(u64::MAX);
    let sample = read(&command.file)?;
    let data = DataDir::at(&command.report.data.directory())?;
    let mut administration = Administration::connect(&data)?;
    let Some(server) = data.read_server_file() else {
        return Err(Failure::could_not(say("server-not-running").with("dir", data.path().display())));
    };
    let (cell, _) =
        super::scope::cell(&mut administration, command.cell.as_deref(), &ScopeFilter::default())?;
    let canaries = canary::list(&mut administration, &cell)?;
    let began_ms = administration.status()?.now_ms;
    let (client, signed_in) = begin(&mut administration, &cell, by, &sample)?;
    let looked = look(&server, &cell, &signed_in, &sample, output.language);
    // Whatever came of it, the session is over.
    let ended = administration.ask(AdminAsk::RevokeClient { client });
    let looked = looked?;
    ended?;
    let own = of_session(&mut administration, &cell, signed_in.session, began_ms)?;
    let rows = looked.rows(&sample, &own, &canaries);
    let wanted = wanted(&rows, &own, &looked);
    let earliest_ms = rows.iter().flat_map(|row| &row.spans).map(|(from_ms, _)| *from_ms).min();
    let from_ms = from_ms.or(earliest_ms).unwrap_or(0);
    let ask = ScopeAsk { cell: cell.clone(), filter: ScopeFilter::default(), from_ms, to_ms, next: None };
    let sessions = match wanted.is_empty() {
        true => Vec::new(),
        false => sessions(&mut administration, ask, &wanted, signed_in.session)?,
    };
    let names = names(&mut administration, &cell)?;
    let matched = Matched {
        cell,
        sample: &sample,
        rows,
        patients: wanted.len(),
        sessions,
        names,
        session: signed_in.session,
    };
    if let Some(path) = &command.rows {
        let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let written = opened.and_then(|file| {
            let mut file = std::io::BufWriter::new(file);
            matched.rows.iter().try_for_each(|row| writeln!(file, "{}", row.to_json()))?;
            file.into_inner()?.sync_all()
        });
        written.map_err(|error| cannot_write(path, &error))?;
    }
    output.report(&matched.to_json(), |language| matched.lines(language));
    Ok(())
}

fn begin(
    administration: &mut Administration,
    cell: &str,
    by: ApproverProof,
    sample: &Sample,
) -> Result<(ClientId, SignedIn), Failure> {
    let rows = u32::try_from(sample.rows.len()).unwrap_or(u32::MAX);
    let ask = IncidentAsk::BeginMatch { cell: cell.to_owned(), by, rows, sample: sample.hash };
    match administration.ask(AdminAsk::Incident(ask))? {
        AdminAnswer::Incident(IncidentAnswer::Match { client, signed_in }) => Ok((client, signed_in)),
        _ => Err(unexpected()),
    }
}

/// What was found, by row; and in which entries each patient's history was admitted.
struct Looked {
    found: Vec<Found>,
    entries: HashMap<String, Vec<u64>>,
}

fn look(
    server: &ServerFile,
    cell: &str,
    signed_in: &SignedIn,
    sample: &Sample,
    language: Language,
) -> Result<Looked, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Failure::could_not(say("no-runtime").with("why", why)))?;
    runtime.block_on(async {
        let mut asking = Asking::new(server, cell, &signed_in.token)?;
        let mut finder = Finder::new(&mut asking);
        let mut found = Vec::with_capacity(sample.rows.len());
        let mut said = Instant::now();
        for row in &sample.rows {
            found.push(finder.find(row).await?);
            if said.elapsed() >= SAY_EVERY {
                said = Instant::now();
                let far = say("match-progress").with("done", found.len()).with("all", sample.rows.len());
                eprintln!("{}", far.text(language));
            }
        }
        Ok(Looked { found, entries: finder.entries })
    })
}

impl Looked {
    fn rows(&self, sample: &Sample, own: &BTreeMap<u64, ScopeEntry>, canaries: &[String]) -> Vec<RowFound> {
        let of = |(row, found): (&Row, &Found)| {
            let mut out = RowFound::of(row.place, found);
            if let Found::Ours(id, _) = found {
                out.is_canary = canaries.contains(id);
                out.pseudonym = self.admitted(id, own).find_map(|entry| match *entry.patients.as_slice() {
                    [patient] => Some(patient),
                    _ => None,
                });
            }
            out
        };
        sample.rows.iter().zip(&self.found).map(of).collect()
    }

    fn admitted<'a>(
        &'a self,
        id: &str,
        own: &'a BTreeMap<u64, ScopeEntry>,
    ) -> impl Iterator<Item = &'a ScopeEntry> {
        self.entries.get(id).into_iter().flatten().filter_map(|entry| own.get(entry))
    }
}

/// What somebody must have opened to know the sample, by patient.
fn wanted(rows: &[RowFound], own: &BTreeMap<u64, ScopeEntry>, looked: &Looked) -> HashMap<Pseudonym, Wanted> {
    let mut all: HashMap<Pseudonym, Wanted> = HashMap::new();
    for (row, found) in rows.iter().zip(&looked.found) {
        let (Some(patient), Found::Ours(id, fit)) = (row.pseudonym, found) else { continue };
        let line_tells = fit.fitting.iter().all(|field| field.is_in_line());
        let known = all.entry(patient).or_insert(Wanted { line_tells: true, ..Wanted::default() });
        known.line_tells &= line_tells;
        let ranges = looked.admitted(id, own).flat_map(|entry| &entry.versions);
        // Where no version says all of it, any may have said what does fit.
        let fits = |version: u32| fit.versions.is_empty() || fit.versions.contains(&version);
        for range in ranges.filter(|range| fits(range.version)) {
            let records = range.record..range.record.saturating_add(range.count.into());
            known.versions.extend(records.map(|record| (record, range.version)));
        }
    }
    all
}

/// What people and applications of a cell are called.
fn names(administration: &mut Administration, cell: &str) -> Result<HashMap<PrincipalId, String>, Failure> {
    use salus_trust_api::wire::people::{PeopleAnswer, PeopleAsk};
    let mut names = HashMap::new();
    let status = administration.status()?;
    for known in status.cells.into_iter().filter(|known| known.info.name == cell) {
        names.extend(known.clients.into_iter().map(|client| (client.principal, client.name)));
    }
    let ask = AdminAsk::People(PeopleAsk::List { cell: Some(cell.to_owned()) });
    if let AdminAnswer::People(PeopleAnswer::People(people)) = administration.ask(ask)? {
        names.extend(people.into_iter().map(|person| (person.principal, person.name)));
    }
    Ok(names)
}
