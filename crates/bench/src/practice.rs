//! A practice that is as full as one gets: as many thin patients as are wanted, two hundred with lives and a day around them, and one
//! whose chart is as long as charts get. All of it through the FHIR API.
//!
//! State: none; what is there is told afterwards.

use crate::bodies;
use crate::error::BenchError;
use crate::http::Target;
use salus_people::calendar::{local, time};
use salus_people::{Locale, World};
use serde_json::{Value, json};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Patients with lives, whose tasks and arrivals stand beside the day.
pub const LIVED: u32 = 200;
/// Appointments of the day.
pub const APPOINTMENTS: usize = 120;
/// Connections over which patients are loaded.
const LOADERS: u32 = 4;
/// Thin patients in one transaction.
const PER_TRANSACTION: u32 = 12;
/// After so long no more thin patients are added: the run has to end.
const LOADING: Duration = Duration::from_secs(180);
/// The first appointment, in minutes of the day, and from one to the next.
const FIRST: i64 = 8 * 60;
const STEP: usize = 5;

/// A thin patient, as far as one is searched for.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The id of the Patient.
    pub id: String,
    /// The family name.
    pub family: String,
    /// The first given name.
    pub given: String,
    /// The birth date, as FHIR writes it.
    pub birth: String,
}

impl Known {
    fn of(patient: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = &patient["name"][0];
        Self {
            id: text(&patient["id"]),
            family: text(&name["family"]),
            given: text(&name["given"][0]),
            birth: text(&patient["birthDate"]),
        }
    }
}

/// What is there.
#[derive(Debug)]
pub struct Practice {
    /// The thin patients.
    pub thin: Vec<Known>,
    /// The id of the patient with the long chart.
    pub heavy: String,
    /// How many records were written, and in how long.
    pub loaded: (u64, Duration),
    /// Today's date and a minute of it that is past, as a form takes them.
    pub now: (String, String),
}

/// Fills a cell.
pub fn fill(target: &Target, patients: u32) -> Result<Practice, BenchError> {
    let ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let (today, minute) = local(ms as u64);
    let world = World::new(Locale::German, 1, today);
    let begin = Instant::now();
    bodies::post(target, &[world.practice()], "Practitioner")?;
    let (heavy, bundles) = world.heavy();
    let mut written = count(&bundles)?;
    bodies::post(target, &bundles, "Encounter")?;
    eprintln!("loaded the long chart: {written} records in {:.1} s", begin.elapsed().as_secs_f64());
    let lived: Vec<String> = (0..LIVED).map(|index| world.patient(u64::from(index))).collect();
    written += count(&lived)?;
    bodies::post(target, &lived, "Patient")?;
    let day = world.day(u64::from(LIVED), today, minute);
    written += count(&day)?;
    bodies::post(target, &day, "Appointment")?;
    eprintln!(
        "loaded {LIVED} lives and the day: {written} records in {:.1} s",
        begin.elapsed().as_secs_f64()
    );
    let thin = load_thin(target, &world, patients, begin + LOADING)?;
    written += thin.len() as u64 * salus_people::THIN_RESOURCES as u64;
    let loaded = (written, begin.elapsed());
    eprintln!("loaded {} thin patients: {written} records in {:.1} s", thin.len(), loaded.1.as_secs_f64());
    let missing = APPOINTMENTS.saturating_sub(appointments_of(&day, &time(today, 0))?);
    bodies::post(target, &[appointments(&world, today, &thin, missing)], "Appointment")?;
    let now = time(today, (minute - 1).max(0));
    let part = |range: Range<usize>| now.get(range).unwrap_or_default().to_owned();
    Ok(Practice { thin, heavy, loaded, now: (part(0..10), part(11..16)) })
}

/// Adds thin patients over several connections, until there are so many or it is time to end.
fn load_thin(
    target: &Target,
    world: &World,
    patients: u32,
    until: Instant,
) -> Result<Vec<Known>, BenchError> {
    let next = AtomicU32::new(0);
    let load = || {
        let mut known = Vec::new();
        while Instant::now() < until {
            let from = next.fetch_add(PER_TRANSACTION, Ordering::Relaxed);
            if from >= patients {
                break;
            }
            let bundle = together(world, from..(from + PER_TRANSACTION).min(patients), &mut known)?;
            bodies::post(target, &[bundle], "Patient")?;
        }
        Ok(known)
    };
    let loaded: Vec<Result<Vec<Known>, BenchError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..LOADERS).map(|_| scope.spawn(load)).collect();
        let died = || Err(BenchError::program("load", "a thread ended"));
        threads.into_iter().map(|one| one.join().unwrap_or_else(|_| died())).collect()
    });
    let mut all = Vec::new();
    for known in loaded {
        all.extend(known?);
    }
    Ok(all)
}

/// One transaction of several thin patients.
fn together(world: &World, numbers: Range<u32>, known: &mut Vec<Known>) -> Result<String, BenchError> {
    let mut entries = Vec::new();
    for number in numbers {
        let mut bundle = parsed(&world.thin(u64::from(number)))?;
        let Some(list) = bundle["entry"].as_array_mut() else { continue };
        let patient = list.iter().find(|entry| entry["resource"]["resourceType"] == "Patient");
        known.extend(patient.map(|entry| Known::of(&entry["resource"])));
        entries.append(list);
    }
    Ok(transaction(&entries))
}

fn appointments(world: &World, today: i64, thin: &[Known], count: usize) -> String {
    let physicians: Vec<_> = world.staff().into_iter().filter(|one| one.is_physician).collect();
    let step = (thin.len() / count.max(1)).max(1);
    let one = |(at, (patient, physician)): (usize, (&Known, &salus_people::Staff))| {
        let start = FIRST + (at * STEP) as i64;
        json!({"request": {"method": "POST", "url": "Appointment"}, "resource": {
            "resourceType": "Appointment", "status": if at % 9 == 0 { "arrived" } else { "booked" },
            "reasonCode": [{"text": "Kontrolle"}], "description": "Kontrolle",
            "start": time(today, start), "end": time(today, start + 15), "minutesDuration": 15,
            "participant": [
                {"actor": {"reference": format!("Patient/{}", patient.id)}, "status": "accepted"},
                {"actor": {"reference": format!("Practitioner/{}", physician.id)}, "status": "accepted"}]}})
    };
    let who = thin.iter().step_by(step).take(count).zip(physicians.iter().cycle());
    let entries: Vec<Value> = who.enumerate().map(one).collect();
    transaction(&entries)
}

/// How many Appointments of a day these transactions hold; `midnight` is any moment of that day.
fn appointments_of(bundles: &[String], midnight: &str) -> Result<usize, BenchError> {
    let date = midnight.get(..10).unwrap_or_default();
    let mut count = 0;
    for bundle in bundles {
        let bundle = parsed(bundle)?;
        let resources = bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]);
        count += resources
            .filter(|one| one["resourceType"] == "Appointment")
            .filter(|one| one["start"].as_str().is_some_and(|start| start.starts_with(date)))
            .count();
    }
    Ok(count)
}

fn count(bundles: &[String]) -> Result<u64, BenchError> {
    let mut count = 0;
    for bundle in bundles {
        count += parsed(bundle)?["entry"].as_array().map_or(0, Vec::len) as u64;
    }
    Ok(count)
}

fn transaction(entries: &[Value]) -> String {
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
}

fn parsed(bundle: &str) -> Result<Value, BenchError> {
    serde_json::from_str(bundle).map_err(BenchError::json("an invented patient"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn thin_patients_travel_together_and_are_known_afterwards() {
        let world = World::new(Locale::German, 1, 20_000);
        let mut known = Vec::new();
        let bundle = together(&world, 3..10, &mut known).unwrap();
        assert_eq!(count(&[bundle]).unwrap(), 7 * salus_people::THIN_RESOURCES as u64);
        assert_eq!(known.len(), 7);
        assert!(
            known.iter().all(|one| one.id.len() == 36 && !one.family.is_empty() && one.birth.len() == 10)
        );
    }

    #[test]
    fn a_day_is_filled_up() {
        let world = World::new(Locale::German, 1, 20_000);
        let day = world.day(30, 20_000, 600);
        let had = appointments_of(&day, &time(20_000, 0)).unwrap();
        assert!(had > 0 && had < APPOINTMENTS, "{had}");
        let mut known = Vec::new();
        together(&world, 0..240, &mut known).unwrap();
        let more = appointments(&world, 20_000, &known, APPOINTMENTS - had);
        assert_eq!(had + appointments_of(&[more], &time(20_000, 0)).unwrap(), APPOINTMENTS);
    }
}
