//! `salus canary ...`: patients who do not exist, made through the ordinary FHIR interface in a session of which the keyholder knows that
//! what it makes are canaries. The record server sees an import like any other.
//!
//! Never: says which they are, but to somebody at the machine. State: none.

use super::adopt::Practice;
use super::change::{OwnClient, begin_own, tell};
use super::likeness::{Chosen, Looks, MAX_DRAWS};
use super::{Administration, Output, unexpected};
use crate::cli::Canary;
use crate::data_dir::{DataDir, ServerFile};
use crate::failure::Failure;
use crate::import::{Courier, Parcel};
use crate::messages::say;
use salus_fhir::{Language, ResourceType};
use salus_people::{Locale, World, calendar};
use salus_trust_api::wire::alarms::{Alike, CanaryAnswer, CanaryAsk, Likeness, MAX_COMPARED_AT_ONCE};
use salus_trust_api::wire::words::RecordName;
use salus_trust_api::wire::{AdminAnswer, AdminAsk, CellIndex, IndexState};
use serde_json::json;
use std::time::Duration;

/// The session that makes them lasts so long, in milliseconds: a quarter of an hour.
const SESSION_MS: u64 = 900_000;
/// How often, and how far apart, it is looked whether the index answers.
const INDEX_TRIES: u32 = 100;
const INDEX_PAUSE: Duration = Duration::from_millis(100);
/// Invented patients from this number on are nobody's of the demo.
const FIRST: u64 = 1 << 42;

/// Asks and reports.
pub fn run(command: &Canary, output: Output) -> Result<(), Failure> {
    let (Canary::Add { cell, report, .. }
    | Canary::List { cell, report }
    | Canary::Remove { cell, report, .. }) = command;
    let data = DataDir::at(&report.data.directory())?;
    let mut administration = Administration::connect(&data)?;
    match command {
        Canary::Add { count, country, practitioner, organization, insurer, place, .. } => {
            let Some(server) = data.read_server_file() else {
                let dir = data.path().display();
                return Err(Failure::could_not(say("server-not-running").with("dir", dir)));
            };
            let Some(organization) = organization.as_ref().filter(|_| !practitioner.is_empty()) else {
                return Err(Failure::could_not(say("canary-practice-missing")));
            };
            let locale = if country == "fr" { Locale::French } else { Locale::German };
            let (today, _) = calendar::local(crate::supervise::log::now_ms());
            let world = World::new(locale, random()?, today);
            let practice = Practice {
                practitioners: practitioner.clone(),
                organization: organization.clone(),
                insurers: insurer.clone(),
                places: place.clone(),
            };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|why| Failure::could_not(say("no-runtime").with("why", why)))?;
            let maker = Maker::begin(&mut administration, cell)?;
            maker.knows(&mut administration, &practice)?;
            let bundles = maker.invent(&mut administration, &world, *count, Some(&practice))?;
            let carried = runtime.block_on(maker.carry(&server, &bundles, output.language));
            if carried.is_err() {
                maker.give_up(&mut administration)?;
            }
            carried?;
            maker.keep(&mut administration, &bundles)?;
            tell(output, json!({"made": bundles.len()}), say("canary-made").with("count", bundles.len()));
        }
        Canary::List { .. } => {
            let ids = list(&mut administration, cell)?;
            output.report(&json!({"canaries": ids}), |language| {
                if ids.is_empty() { vec![say("canary-none").text(language)] } else { ids.clone() }
            });
        }
        Canary::Remove { patient, .. } => {
            ask(&mut administration, cell, CanaryAsk::Remove { patient: patient.clone() })?;
            tell(output, json!({"removed": true}), say("canary-removed"));
        }
    }
    Ok(())
}

/// An invented patient: the id, and a transaction that puts all records.
#[derive(Debug, Clone)]
pub struct Invented {
    /// The Patient's id.
    pub patient: String,
    bundle: String,
}

/// So many patients of that world whom nothing else is about, and what they look like. `practice`: whom their records refer to in place of
/// the world's own people.
fn draw(world: &World, count: usize, practice: Option<&Practice>) -> Result<Vec<(Invented, Looks)>, Failure> {
    // Whoever looks for a patient of a common name must not meet one who does not exist.
    let world = world.with_rare_names();
    let mut all = Vec::new();
    for _ in 0..count {
        let index = FIRST + (random()? >> 24);
        let patient = world.patient_id(index);
        let mut bundle = world.patient(index);
        let Some(looks) = Looks::of(&bundle, &patient) else { continue };
        if let Some(practice) = practice {
            bundle = practice.adopt(&bundle).ok_or_else(unexpected)?;
        }
        all.push((Invented { patient, bundle }, looks));
    }
    Ok(all)
}

impl Invented {
    /// Somebody of that id, who is put by that transaction.
    #[cfg(test)]
    pub fn new(patient: String, bundle: String) -> Self {
        Self { patient, bundle }
    }
}

/// A session that makes canaries.
pub struct Maker {
    cell: String,
    signed_in: salus_trust_api::wire::SignedIn,
}

impl Maker {
    /// Begins it. Its client is that of imports.
    pub fn begin(administration: &mut Administration, cell: &str) -> Result<Self, Failure> {
        let own = OwnClient { name: "import", role: "importer", session_ms: SESSION_MS, is_bearer: false };
        let signed_in = begin_own(administration, cell, own)?;
        ask(administration, cell, CanaryAsk::OpenPlaces { session: signed_in.session })?;
        Ok(Self { cell: cell.to_owned(), signed_in })
    }

    /// Whether what their records are to refer to is there: who refers to nobody is told apart. Without it, the session is over.
    fn knows(&self, administration: &mut Administration, practice: &Practice) -> Result<(), Failure> {
        match self.missing(administration, practice) {
            Ok(missing) if missing.is_empty() => Ok(()),
            other => {
                self.give_up(administration)?;
                Err(Failure::no(say("canary-not-there").with("what", other?.join(", "))))
            }
        }
    }

    fn missing(
        &self,
        administration: &mut Administration,
        practice: &Practice,
    ) -> Result<Vec<String>, Failure> {
        wait_for_index(administration, &self.cell)?;
        let mut missing = Vec::new();
        for some in practice.records().chunks(MAX_COMPARED_AT_ONCE) {
            let record =
                |(kind, id): &(ResourceType, String)| RecordName { kind: kind.code(), id: id.clone() };
            let records = some.iter().map(record).collect();
            let are_there = CanaryAsk::AreThere { session: self.signed_in.session, records };
            let CanaryAnswer::AreThere(there) = ask(administration, &self.cell, are_there)? else {
                return Err(unexpected());
            };
            let absent = some.iter().zip(there).filter(|(_, there)| !there);
            missing.extend(absent.map(|((kind, id), _)| format!("{kind}/{id}")));
        }
        Ok(missing)
    }

    /// Draws so many whom nobody of the cell would be taken for, as the index says, and who have as few namesakes as can be. Without them, the
    /// session is over.
    pub fn invent(
        &self,
        administration: &mut Administration,
        world: &World,
        count: u32,
        practice: Option<&Practice>,
    ) -> Result<Vec<Invented>, Failure> {
        let invented = self.unlike_others(administration, (world, practice), count as usize);
        if invented.is_err() {
            self.give_up(administration)?;
        }
        invented
    }

    /// Ends the session: it makes nobody any more.
    fn give_up(&self, administration: &mut Administration) -> Result<(), Failure> {
        let session = self.signed_in.session;
        administration.ask(AdminAsk::RevokeSession { session }).map(drop)
    }

    fn unlike_others(
        &self,
        administration: &mut Administration,
        (world, practice): (&World, Option<&Practice>),
        count: usize,
    ) -> Result<Vec<Invented>, Failure> {
        let mut chosen = Chosen::default();
        wait_for_index(administration, &self.cell)?;
        for _ in 0..MAX_DRAWS {
            let drawn = draw(world, chosen.lacks(count), practice)?;
            let mut drawn = drawn.into_iter().peekable();
            while drawn.peek().is_some() {
                let some: Vec<(Invented, Looks)> = drawn.by_ref().take(MAX_COMPARED_AT_ONCE).collect();
                let people = some.iter().map(|(_, looks)| looks.question()).collect::<Result<_, _>>()?;
                let alike = self.compare(administration, people)?;
                some.into_iter().zip(alike).for_each(|(one, alike)| chosen.offer(count, one, alike));
            }
            if chosen.lacks(count) == 0 {
                break;
            }
        }
        chosen.into_all(count).ok_or_else(|| Failure::no(say("canary-too-like").with("draws", MAX_DRAWS)))
    }

    /// Whether somebody of the cell is like these, as the index says.
    pub fn compare(
        &self,
        administration: &mut Administration,
        people: Vec<Likeness>,
    ) -> Result<Vec<Alike>, Failure> {
        let compare = CanaryAsk::Compare { session: self.signed_in.session, people };
        match ask(administration, &self.cell, compare)? {
            CanaryAnswer::Compared(alike) => Ok(alike),
            _ => Err(unexpected()),
        }
    }

    /// Brings them there, one after the other.
    pub async fn carry(
        &self,
        server: &ServerFile,
        invented: &[Invented],
        language: Language,
    ) -> Result<(), Failure> {
        let courier = Courier::new(server, &self.cell, &self.signed_in.token, language)?;
        for one in invented {
            let delivered = courier.deliver(Parcel::whole("import", one.bundle.clone(), 1)).await?;
            if let Some(refused) = delivered.refused.into_iter().next() {
                return Err(Failure::could_not(say("canary-refused").with("rule", refused.rule)));
            }
        }
        Ok(())
    }

    /// Keeps what was made as canaries; it makes no more.
    pub fn keep(self, administration: &mut Administration, invented: &[Invented]) -> Result<(), Failure> {
        let patients = invented.iter().map(|one| one.patient.clone()).collect();
        let keep = CanaryAsk::Keep { session: self.signed_in.session, patients };
        ask(administration, &self.cell, keep)?;
        self.give_up(administration)
    }
}

/// The ids of a cell's canaries.
pub fn list(administration: &mut Administration, cell: &str) -> Result<Vec<String>, Failure> {
    match ask(administration, cell, CanaryAsk::List)? {
        CanaryAnswer::Canaries(ids) => Ok(ids),
        _ => Err(unexpected()),
    }
}

/// What was written a moment ago, or while the server was down, is found a moment later.
fn wait_for_index(administration: &mut Administration, cell: &str) -> Result<(), Failure> {
    for _ in 0..INDEX_TRIES {
        let AdminAnswer::Index(all) = administration.ask(AdminAsk::IndexStatus)? else {
            return Err(unexpected());
        };
        let answers = |index: &CellIndex| matches!(index.state, IndexState::Ready | IndexState::Rebuilding);
        if all.iter().any(|index| index.cell == cell && answers(index)) {
            return Ok(());
        }
        std::thread::sleep(INDEX_PAUSE);
    }
    // What it says to that is the reason.
    Ok(())
}

fn ask(administration: &mut Administration, cell: &str, ask: CanaryAsk) -> Result<CanaryAnswer, Failure> {
    match administration.ask(AdminAsk::Canaries { cell: cell.to_owned(), ask })? {
        AdminAnswer::Canaries(answer) => Ok(answer),
        _ => Err(unexpected()),
    }
}

fn random() -> Result<u64, Failure> {
    let drawn = salus_seal::keys::random::<8>().map(u64::from_le_bytes);
    drawn.map_err(|_| Failure::could_not(say("no-random")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invented_patient_is_new_each_time() {
        let (today, _) = calendar::local(1_795_000_000_000);
        let made = draw(&World::new(Locale::German, 7, today), 2, None).unwrap();
        assert_ne!(made[0].0.patient, made[1].0.patient);
        for (one, looks) in made {
            assert!(one.bundle.contains(looks.family()));
            assert!(one.bundle.contains(&format!("Patient/{}", one.patient)));
        }
    }
}
