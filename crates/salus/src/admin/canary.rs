//! `salus canary ...`: patients who do not exist, made through the ordinary FHIR interface in a session of which the keyholder knows that
//! what it makes are canaries. The record server sees an import like any other.
//!
//! Never: says which they are, but to somebody at the machine. State: none.

use super::change::{OwnClient, begin_own, tell};
use super::{Administration, Output, unexpected};
use crate::cli::Canary;
use crate::data_dir::{DataDir, ServerFile};
use crate::failure::Failure;
use crate::import::{Courier, Parcel};
use crate::messages::say;
use salus_fhir::Language;
use salus_people::{Locale, World, calendar};
use salus_trust_api::wire::alarms::{CanaryAnswer, CanaryAsk};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use serde_json::json;

/// The session that makes them lasts so long, in milliseconds: a quarter of an hour.
const SESSION_MS: u64 = 900_000;
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
        Canary::Add { count, country, practitioner, organization, .. } => {
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
            let practice =
                Practice { practitioners: practitioner.clone(), organization: organization.clone() };
            let bundles = invent(&world, *count, Some(&practice))?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|why| Failure::could_not(say("no-runtime").with("why", why)))?;
            let maker = Maker::begin(&mut administration, cell)?;
            runtime.block_on(maker.carry(&server, &bundles, output.language))?;
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

/// Whose records those of canaries refer to.
#[derive(Debug, Clone)]
pub struct Practice {
    /// Ids of its Practitioners, at least one.
    pub practitioners: Vec<String>,
    /// The id of its Organization.
    pub organization: String,
}

/// An invented patient: the id, and a transaction that puts all records.
#[derive(Debug, Clone)]
pub struct Invented {
    /// The Patient's id.
    pub patient: String,
    bundle: String,
}

/// So many patients of that world whom nothing else is about. `practice`: whom their records refer to in place of the world's own people.
pub fn invent(world: &World, count: u32, practice: Option<&Practice>) -> Result<Vec<Invented>, Failure> {
    // Whoever looks for a patient of a common name must not meet one who does not exist.
    let world = world.with_rare_names();
    let mut all = Vec::new();
    for _ in 0..count {
        let index = FIRST + (random()? >> 24);
        let mut bundle = world.patient(index);
        if let Some(practice) = practice {
            bundle = within(&bundle, practice);
        }
        all.push(Invented { patient: world.patient_id(index), bundle });
    }
    Ok(all)
}

/// The bundle, of which every reference to a practitioner or organization is to the practice's own.
fn within(bundle: &str, practice: &Practice) -> String {
    let mut text = bundle.to_owned();
    let of_people = practice.practitioners.iter().cycle();
    for (kind, ids) in [
        ("Practitioner/", &mut of_people.clone() as &mut dyn Iterator<Item = &String>),
        ("Organization/", &mut std::iter::repeat(&practice.organization)),
    ] {
        let mut known: Vec<(String, String)> = Vec::new();
        let mut out = String::with_capacity(text.len());
        let mut parts = text.split(kind);
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(part.len());
            let (id, rest) = part.split_at(end);
            let place = known.iter().find(|(own, _)| own == id).map(|(_, other)| other.clone());
            let other = place.or_else(|| {
                let next = ids.next()?.clone();
                known.push((id.to_owned(), next.clone()));
                Some(next)
            });
            out.push_str(kind);
            out.push_str(other.as_deref().unwrap_or(id));
            out.push_str(rest);
        }
        text = out;
    }
    text
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
                return Err(Failure::could_not(say("demo-refused").with("rule", refused.rule)));
            }
        }
        Ok(())
    }

    /// Keeps what was made as canaries; it makes no more.
    pub fn keep(self, administration: &mut Administration, invented: &[Invented]) -> Result<(), Failure> {
        let patients = invented.iter().map(|one| one.patient.clone()).collect();
        let keep = CanaryAsk::Keep { session: self.signed_in.session, patients };
        ask(administration, &self.cell, keep)?;
        let session = self.signed_in.session;
        administration.ask(AdminAsk::RevokeSession { session }).map(drop)
    }
}

/// The ids of a cell's canaries.
pub fn list(administration: &mut Administration, cell: &str) -> Result<Vec<String>, Failure> {
    match ask(administration, cell, CanaryAsk::List)? {
        CanaryAnswer::Canaries(ids) => Ok(ids),
        CanaryAnswer::Done => Err(unexpected()),
    }
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
    fn an_invented_patient_is_new_each_time_and_refers_to_nobody_but_the_practice() {
        let (today, _) = calendar::local(1_795_000_000_000);
        let world = World::new(Locale::German, 7, today);
        let practice =
            Practice { practitioners: vec!["doc-1".into(), "doc-2".into()], organization: "org-1".into() };
        let made = invent(&world, 2, Some(&practice)).unwrap();
        assert_ne!(made[0].patient, made[1].patient);
        for one in made {
            assert!(one.bundle.contains(&format!("Patient/{}", one.patient)));
            for (kind, allowed) in [("Practitioner/", "doc-"), ("Organization/", "org-1")] {
                let all: Vec<&str> = one.bundle.split(kind).skip(1).collect();
                assert!(!all.is_empty() && all.iter().all(|rest| rest.starts_with(allowed)), "{kind}");
            }
            assert!(serde_json::from_str::<serde_json::Value>(&one.bundle).is_ok());
        }
    }
}
