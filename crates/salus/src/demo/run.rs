//! `salus demo`: starts a server, makes what is missing, says ready, and serves until it is asked to end.
//!
//! State: DIR/demo.json (addresses and tokens), and what `progress` keeps.

use super::SEED;
use super::progress::Progress;
use super::staff::{self, DemoPerson};
use crate::admin::change::{FHIR_CLIENT, OwnClient, create_cell, own_session};
use crate::admin::{Administration, budgets, canary};
use crate::cli;
use crate::config::{Format, Level, Settings};
use crate::data_dir::{DataDir, Purpose, ServerFile, replace_private};
use crate::failure::Failure;
use crate::http::Client;
use crate::import::{Courier, endpoint, finished};
use crate::init::make_keys;
use crate::messages::say;
use crate::serve::{environment, on_this_thread};
use crate::supervise::log::now_ms;
use crate::supervise::{Occasion, Plan, Server, asked_to_end, begin_log};
use bytes::Bytes;
use hyper::Method;
use salus_fhir::Language;
use salus_people::calendar::{Day, local};
use salus_people::{Locale, World};
use salus_trust_api::Token;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// From so many patients on, a practice has some who do not exist.
const CANARIES_FROM: u32 = 100;
/// How many.
const CANARIES: u32 = 2;
/// How many patients travel at once.
const JOBS: usize = 8;
/// How long a demo's session lasts, in milliseconds: a year.
const SESSION_MS: u64 = 365 * 86_400_000;
/// How often, and how far apart, a new cell is asked for until it is served.
const CELL_TRIES: u32 = 200;
const CELL_PAUSE: Duration = Duration::from_millis(50);

const CELLS: [(Locale, &str); 2] =
    [(Locale::German, "praxis-sonnenberg"), (Locale::French, "cabinet-lumiere")];

/// DIR/demo.json.
#[derive(Serialize, Deserialize)]
struct DemoFile {
    base_url: String,
    /// Where people sign in.
    #[serde(default)]
    door_url: String,
    note: String,
    cells: Vec<DemoCell>,
}

#[derive(Serialize, Deserialize)]
struct DemoCell {
    name: String,
    fhir_base_url: String,
    token: String,
    #[serde(default)]
    people: Vec<DemoPerson>,
}

/// `salus demo`
pub fn run(command: &cli::Demo, language: Language) -> Result<(), Failure> {
    let data = DataDir::at(&command.data.demo_directory())?;
    if command.fresh {
        data.delete_demo()?;
    }
    match data.purpose()? {
        Some(Purpose::Demo) => {}
        Some(Purpose::Installation) => {
            return Err(Failure::could_not(say("demo-on-installation").with("dir", data.path().display())));
        }
        None => data.create(Purpose::Demo)?,
    }
    if !data.trust().join("identity").exists() {
        // The recovery kit is let go: nobody misses a demo.
        make_keys(&data, None)?;
    }
    let mut settings = Settings::default();
    settings.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, command.port));
    // The door takes the next port, or any that is free, too.
    let door_port = if command.port == 0 { 0 } else { command.port.checked_add(1).unwrap_or(0) };
    settings.door.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, door_port));
    // Where alarms go can be tried with a demo, too.
    settings.alarms = environment(language)?.alarms;
    settings.log.format = Format::Text;
    settings.log.level = if command.verbose { Level::Debug } else { Level::Warn };
    begin_log(settings.log.format, settings.log.level);
    let mut note = say("demo-note").text(language);
    if command.patients > 0 {
        note += &format!("\n{}", example(&data));
    }
    let plan = Plan { data: data.clone(), settings, note: Some(note), occasion: Occasion::Demo, language };
    on_this_thread(async {
        let asked = asked_to_end()?;
        tokio::pin!(asked);
        let mut server = Server::start(plan)?;
        let life = async {
            let ready = server.ready().await?;
            tokio::select! {
                prepared = prepare(&data, &ready, command.patients, language) => prepared?,
                failure = server.ended() => return Err(failure),
            }
            announce(&ready.base_url);
            Err(server.ended().await)
        };
        let outcome = tokio::select! {
            outcome = life => outcome,
            () = &mut asked => Ok(()),
        };
        let ended = server.end().await;
        outcome.and(ended)
    })
}

/// What reads a record that is there, for the front page, which puts the server's address in the place of `{base}`.
fn example(data: &DataDir) -> String {
    let (locale, name) = CELLS[0];
    let file = data.path().join("demo.json").display().to_string().replace('\'', r"'\''");
    let id = World::new(locale, SEED, 0).patient_id(0);
    format!(
        "curl -H \"Authorization: Bearer $(sed -n 's/.*\"token\": \"\\(.*\\)\".*/\\1/p' '{file}' | head -n 1)\" \\\n  \
         {{base}}/{name}/fhir/Patient/{id}"
    )
}

/// The one line on stdout. A reader that went away does not end the demo.
fn announce(base_url: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "ready {base_url}").and_then(|()| stdout.flush());
}

/// Makes cells, clients, sessions, patients and the day as far as they are missing.
async fn prepare(
    data: &DataDir,
    server: &ServerFile,
    patients: u32,
    language: Language,
) -> Result<(), Failure> {
    let path = data.path().join("demo.json");
    let before: Option<DemoFile> =
        std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let (today, minute) = local(now_ms());
    let mut progress = Progress::read(data, today);
    progress.write(data)?;
    let cut_off = cut_off(data).await?;
    for name in &cut_off {
        eprintln!("{}", say("demo-cut-off").with("name", name.as_str()).text(language));
    }
    let is_cut_off = |name: &str| cut_off.iter().any(|cell| cell == name);
    let mut tokens = Vec::new();
    for (_, name) in CELLS {
        let kept = before.as_ref().and_then(|file| file.cells.iter().find(|cell| cell.name == name));
        let kept = kept.and_then(|cell| Token::parse(&cell.token));
        tokens.push(match kept {
            Some(token) if is_cut_off(name) || works(server, name, &token).await? => token,
            _ => begin_anew(data, name).await?,
        });
    }
    let mut cells = Vec::new();
    // Nothing is made for one practice alone: once it is joined again, the next start makes what is missing.
    let are_missing = cut_off.is_empty() && progress.patients < patients;
    let day = progress.day.unwrap_or(today);
    for ((locale, name), token) in CELLS.into_iter().zip(&tokens) {
        if !is_cut_off(name) {
            wait_until_served(server, name, token).await?;
        }
        if are_missing {
            let words = say("demo-importing").with("count", patients).with("name", name);
            eprintln!("{}", words.text(language));
            let courier = Arc::new(Courier::new(server, name, token, language)?);
            let world = World::new(locale, SEED, day);
            // In the midst of the others, so that nothing but the session that made them sets them apart.
            let half = progress.patients + (patients - progress.patients) / 2;
            fill(&courier, world, progress.patients..half).await?;
            if patients >= CANARIES_FROM {
                hide(data, server, name, world, language).await?;
            }
            fill(&courier, world, half..patients).await?;
        }
        cells.push(DemoCell {
            name: name.to_owned(),
            fhir_base_url: format!("{}/{name}/fhir", server.base_url),
            token: token.to_text().to_string(),
            people: people_of(data, server, name, (locale, World::new(locale, SEED, day))).await?,
        });
    }
    if are_missing {
        progress.made_patients(patients);
        progress.write(data)?;
    }
    if let Some(comers) = progress.missing_day(today).filter(|_| cut_off.is_empty()) {
        for ((locale, name), token) in CELLS.into_iter().zip(&tokens) {
            let courier = Courier::new(server, name, token, language)?;
            fill_day(&courier, World::new(locale, SEED, day), comers, (today.max(day), minute)).await?;
        }
        progress.made_day(today);
        progress.write(data)?;
    }
    for cell in &cells {
        staff::announce(&cell.name, &cell.people, language);
    }
    let file = DemoFile {
        base_url: server.base_url.clone(),
        door_url: server.door_url.clone().unwrap_or_default(),
        note: say("demo-note").text(language),
        cells,
    };
    let text = serde_json::to_string_pretty(&file).unwrap_or_default() + "\n";
    replace_private(&path, text.as_bytes())
}

/// The cell, its client and a session of it. The administrator's connection blocks, so it gets a thread.
async fn begin_anew(data: &DataDir, name: &'static str) -> Result<Token, Failure> {
    let data = data.clone();
    let begun = tokio::task::spawn_blocking(move || {
        let mut administration = Administration::connect(&data)?;
        if !administration.status()?.cells.iter().any(|cell| cell.info.name == name) {
            create_cell(&mut administration, name, budgets::WIDE)?;
        }
        own_session(
            &mut administration,
            name,
            OwnClient { name: "demo", role: FHIR_CLIENT, session_ms: SESSION_MS, is_bearer: true },
        )
    });
    begun.await.unwrap_or_else(|_| Err(Failure::could_not(say("server-ended"))))
}

/// The cells that are in quarantine, which answer nobody. The administrator's connection blocks, so it gets a thread.
async fn cut_off(data: &DataDir) -> Result<Vec<String>, Failure> {
    let data = data.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let cells = Administration::connect(&data)?.status()?.cells;
        Ok(cells.into_iter().filter(|cell| cell.info.quarantined).map(|cell| cell.info.name).collect())
    });
    asked.await.unwrap_or_else(|_| Err(Failure::could_not(say("server-ended"))))
}

/// Who works in the cell, with links. The administrator's connection blocks, so it gets a thread.
async fn people_of(
    data: &DataDir,
    server: &ServerFile,
    cell: &'static str,
    (locale, world): (Locale, World),
) -> Result<Vec<DemoPerson>, Failure> {
    let (data, door_url) = (data.clone(), server.door_url.clone().unwrap_or_default());
    let made = tokio::task::spawn_blocking(move || {
        let mut administration = Administration::connect(&data)?;
        staff::prepare(&mut administration, &door_url, cell, (locale, &world))
    });
    made.await.unwrap_or_else(|_| Err(Failure::could_not(say("server-ended"))))
}

/// The status of a read of what cannot be there: 404 in a session that lives (429 if it spent its budget), 401 in none.
async fn probe(server: &ServerFile, cell: &str, token: &Token) -> Result<Option<u16>, Failure> {
    let mut client = Client::new(endpoint(server)?);
    let metadata = format!("/{cell}/fhir/metadata");
    let answer =
        client.send(Method::GET, &metadata, &[("accept", "application/fhir+json")], Bytes::new()).await;
    // A cell that is not there yet answers 404 to everything.
    if !answer.is_ok_and(|answer| answer.status == 200) {
        return Ok(None);
    }
    let authorization = format!("Bearer {}", *token.to_text());
    let path = format!("/{cell}/fhir/Patient/00000000-0000-4000-8000-000000000000");
    let answer = client.send(Method::GET, &path, &[("authorization", &authorization)], Bytes::new()).await;
    Ok(answer.ok().map(|answer| answer.status))
}

/// Whether the session lives. Only a refusal says that it does not: a server that began a moment ago may not know yet.
async fn works(server: &ServerFile, cell: &str, token: &Token) -> Result<bool, Failure> {
    for _ in 0..CELL_TRIES {
        match probe(server, cell, token).await? {
            Some(404 | 429) => return Ok(true),
            Some(401) => return Ok(false),
            _ => tokio::time::sleep(CELL_PAUSE).await,
        }
    }
    Err(Failure::could_not(say("cell-not-served").with("path", format!("/{cell}/fhir/metadata"))))
}

/// A cell that was made a moment ago is served a moment later, and knows its client then.
async fn wait_until_served(server: &ServerFile, cell: &str, token: &Token) -> Result<(), Failure> {
    for _ in 0..CELL_TRIES {
        if matches!(probe(server, cell, token).await?, Some(404 | 429)) {
            return Ok(());
        }
        tokio::time::sleep(CELL_PAUSE).await;
    }
    Err(Failure::could_not(say("cell-not-served").with("path", format!("/{cell}/fhir/metadata"))))
}

/// Patients who do not exist, where there are none yet. The administrator's connection blocks, so it gets a thread.
async fn hide(
    data: &DataDir,
    server: &ServerFile,
    cell: &'static str,
    world: World,
    language: Language,
) -> Result<(), Failure> {
    let ended = || Failure::could_not(say("server-ended"));
    let of = data.clone();
    let begun = tokio::task::spawn_blocking(move || {
        let mut administration = Administration::connect(&of)?;
        if !canary::list(&mut administration, cell)?.is_empty() {
            return Ok(None);
        }
        let maker = canary::Maker::begin(&mut administration, cell)?;
        let invented = maker.invent(&mut administration, &world, CANARIES, None)?;
        Ok(Some((maker, invented)))
    });
    let Some((maker, invented)) = begun.await.unwrap_or_else(|_| Err(ended()))? else { return Ok(()) };
    maker.carry(server, &invented, language).await?;
    let of = data.clone();
    let kept = tokio::task::spawn_blocking(move || maker.keep(&mut Administration::connect(&of)?, &invented));
    kept.await.unwrap_or_else(|_| Err(ended()))
}

/// The practice, then its patients, several at once. What is there already is known by the server's ledger.
async fn fill(courier: &Arc<Courier>, world: World, patients: Range<u32>) -> Result<(), Failure> {
    courier.deliver_own(world.practice()).await?;
    let mut under_way = JoinSet::new();
    for index in patients {
        if under_way.len() >= JOBS {
            finished(under_way.join_next().await)?;
        }
        let courier = courier.clone();
        under_way.spawn(async move { courier.deliver_own(world.patient(u64::from(index))).await });
    }
    while let Some(one) = under_way.join_next().await {
        finished(Some(one))?;
    }
    Ok(())
}

/// Who comes on that day, what is to be done and what came in.
async fn fill_day(courier: &Courier, world: World, comers: u64, now: (Day, i64)) -> Result<(), Failure> {
    for bundle in world.day(comers, now.0, now.1) {
        courier.deliver_own(bundle).await?;
    }
    Ok(())
}
