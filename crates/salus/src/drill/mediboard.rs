//! `salus drill mediboard`: a privileged account is stolen, and everything that its thief could do is done, in six ways.
//!
//! State: the server, while it runs.

use super::attacker::Attacker;
use super::ending;
use super::extent;
use super::inside;
use super::loot::Loot;
use super::page::page;
use super::report::{Report, Scenario};
use super::stage::{CELL, Stage, directory, scaled};
use super::tampering;
use super::victim::{Session, Victim};
use super::ways::{self, Targets};
use crate::admin::{budgets, unexpected};
use crate::cli;
use crate::config::{Format, Level, Settings};
use crate::data_dir::{DataDir, cannot_write};
use crate::failure::Failure;
use crate::messages::say;
use crate::serve::on_this_thread;
use crate::supervise::{Occasion, Plan, Server, asked_to_end, begin_log};
use salus_fhir::Language;
use salus_keyholder::budgets::RESERVE_CHARTS_PER_DAY;
use salus_trust_api::wire::alarms::{AlarmsAnswer, AlarmsAsk, MAX_ALARMS_PAGE};
use salus_trust_api::wire::{AdminAnswer, AdminAsk};
use salus_trust_api::{Budgets, Limits};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// After so long, every window of every budget is empty again.
const PAUSE_MS: u64 = 31 * DAY_MS;
/// After so many hours in which nobody new was reached, a thief goes away.
const IDLE_HOURS: u32 = 3;
const ROLE: &str = "physician";
/// Who stays below every alarm takes this share of a budget, in hundredths: above 80 somebody has to touch their passkey.
const LOW_SHARE: u32 = 79;
const LOW_DAYS: u32 = 30;
const ACCOUNTS: usize = 10;
/// Physicians, then assistants, whose sessions live while the record server is in other hands.
const LIVE: [(&str, usize); 2] = [("physician", 3), ("medical-assistant", 2)];

/// Plays it, and says what came of it.
pub(super) fn run(command: &cli::Mediboard, language: Language) -> Result<(), Failure> {
    let dir = command
        .dir
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("salus-drill-{}", std::process::id())));
    let data = DataDir::at(&dir)?;
    directory(&data)?;
    let outcome = played(command, &data, language);
    if !command.keep {
        std::fs::remove_dir_all(data.path()).map_err(|why| cannot_write(data.path(), &why))?;
    }
    let report = outcome?;
    let path = command.page.clone().unwrap_or_else(|| PathBuf::from("drill-mediboard.html"));
    write(&path, &page(&report, language))?;
    if let Some(path) = &command.json {
        write(path, &(serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"))?;
    }
    let mut stdout = std::io::stdout().lock();
    for line in report.lines(language) {
        // A reader that went away is no fault.
        let _ = writeln!(stdout, "{line}");
    }
    let _ = writeln!(stdout, "{}", say("drill-page").with("path", path.display()).text(language));
    match report.bad().next() {
        None => Ok(()),
        Some(bad) => Err(Failure::no(say("drill-bad").with("name", bad.name))),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|why| cannot_write(path, &why))
}

fn played(command: &cli::Mediboard, data: &DataDir, language: Language) -> Result<Report, Failure> {
    let mut settings = Settings::default();
    settings.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    settings.door.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    settings.log.format = Format::Text;
    settings.log.level = Level::Warn;
    begin_log(settings.log.format, settings.log.level);
    let no_random = |_| Failure::could_not(say("no-random"));
    let key = Zeroizing::new(salus_seal::keys::random::<32>().map_err(no_random)?);
    let occasion = Occasion::Drill(key.clone());
    let plan = Plan { data: data.clone(), settings, note: None, occasion, language };
    on_this_thread(async {
        let asked = asked_to_end()?;
        let mut server = Server::start(plan)?;
        let play = async {
            let ready = server.ready().await?;
            tokio::select! {
                report = play(data, ready, key, command.patients, language) => report,
                failure = server.ended() => Err(failure),
            }
        };
        let outcome = tokio::select! {
            outcome = play => outcome,
            () = asked => Err(Failure::could_not(say("server-ended"))),
        };
        let ended = server.end().await;
        outcome.and_then(|report| ended.map(|()| report))
    })
}

async fn play(
    data: &DataDir,
    server: crate::data_dir::ServerFile,
    key: Zeroizing<[u8; 32]>,
    patients: u32,
    language: Language,
) -> Result<Report, Failure> {
    let stage = Stage::prepare(data.clone(), server, key, patients, language).await?;
    let before = tampering::before(&stage).await?;
    let mut scenarios = Vec::new();
    for number in 0..6 {
        let scenario = match number {
            0 => copied(&stage).await?,
            1 => live(&stage).await?,
            2 => low_and_slow(&stage).await?,
            3 => together(&stage).await?,
            4 => record_server(&stage).await?,
            _ => tampered(&stage, &before).await?,
        };
        let said = say("drill-played")
            .with("name", super::report::name(&scenario, language))
            .with("patients", scenario.patients_reached)
            .with("requests", scenario.requests);
        eprintln!("{}", said.text(language));
        scenarios.push(scenario);
        stage.forward(PAUSE_MS).await?;
    }
    let slow = scenarios.iter().find(|scenario| scenario.name == "low-and-slow");
    let charts = slow.map_or(0, |slow| slow.charts_reached as u64);
    let days = (charts > 0).then(|| (u64::from(patients) * u64::from(LOW_DAYS)).div_ceil(charts));
    Ok(Report { patients, scenarios, days_to_all_low_and_slow: days })
}

/// (a) Cookie and token, copied, on another machine.
async fn copied(stage: &Stage) -> Result<Scenario, Failure> {
    let victim = stage.hire("Dr. Vera Kopie", ROLE).await?;
    let stolen = stage.sign_in(&victim).await?.copied();
    let began_ms = stage.now_ms();
    let mut attacker = Attacker::new(stage, stolen, began_ms)?;
    ways::all(&mut attacker, &mut targets(stage, 0)).await?;
    let budget = Budgets { glimpse: NONE, chart: NONE };
    finish(
        stage,
        "copied-cookie",
        &[victim],
        attacker.loot,
        attacker.requests,
        began_ms,
        window(budget, |_| 0),
    )
    .await
}

/// (b) On the victim's own machine, with every function, as fast as it goes, for a day.
async fn live(stage: &Stage) -> Result<Scenario, Failure> {
    let victim = stage.hire("Dr. Vera Gross", ROLE).await?;
    let session = stage.sign_in(&victim).await?;
    let began_ms = stage.now_ms();
    let mut targets = targets(stage, 1);
    let mut attacker = Attacker::new(stage, session, began_ms)?;
    let mut idle_hours = 0;
    for _ in 0..24 {
        let before = attacker.loot.patients();
        let lives = ways::all(&mut attacker, &mut targets).await?;
        idle_hours = if attacker.loot.patients() > before { 0 } else { idle_hours + 1 };
        if !lives || idle_hours == IDLE_HOURS {
            break;
        }
        stage.forward(HOUR_MS).await?;
        attacker.takes(stage.sign_in(&victim).await?);
    }
    let budget = with_reserve(stage, 1, window(stage.budgets_of(ROLE), |limits| limits.day));
    let scenario =
        finish(stage, "live-session", &[victim], attacker.loot, attacker.requests, began_ms, budget).await?;
    Ok(Scenario { contained_ms: ended(stage).await?, ..scenario })
}

/// How soon another one, who has only begun, is stopped.
async fn ended(stage: &Stage) -> Result<Option<u64>, Failure> {
    stage.forward(PAUSE_MS).await?;
    let victim = stage.hire("Dr. Vera Halt", ROLE).await?;
    let mut attacker = Attacker::new(stage, stage.sign_in(&victim).await?, stage.now_ms())?;
    ending::measured(stage, &victim, &mut attacker, &stage.patient_id(0)).await
}

/// (c) The same, below every alarm, for thirty days.
async fn low_and_slow(stage: &Stage) -> Result<Scenario, Failure> {
    let victim = stage.hire("Dr. Vera Leise", ROLE).await?;
    let session = stage.sign_in(&victim).await?;
    let began_ms = stage.now_ms();
    let budgets = stage.budgets_of(ROLE);
    // Of what is allowed in thirty days, each day's part.
    let share = |limits: &Limits, day: u32| {
        let by = |day: u32| limits.days_30 * LOW_SHARE / 100 * day / LOW_DAYS;
        by(day + 1) - by(day)
    };
    let mut targets = targets(stage, 2);
    let mut attacker = Attacker::new(stage, session, began_ms)?;
    for day in 0..LOW_DAYS {
        let (charts, lines) = (share(&budgets.chart, day), share(&budgets.glimpse, day));
        ways::quietly(&mut attacker, &mut targets, charts, lines).await?;
        stage.forward(DAY_MS).await?;
        attacker.takes(stage.sign_in(&victim).await?);
    }
    let budget = window(budgets, |limits| limits.days_30);
    finish(stage, "low-and-slow", &[victim], attacker.loot, attacker.requests, began_ms, budget).await
}

/// (d) Ten accounts, who divide the patients among themselves, for a day.
async fn together(stage: &Stage) -> Result<Scenario, Failure> {
    let (mut victims, mut sessions) = (Vec::new(), Vec::new());
    for number in 0..ACCOUNTS {
        let victim = stage.hire(&format!("Dr. Vera Zehn-{number}"), ROLE).await?;
        sessions.push(stage.sign_in(&victim).await?);
        victims.push(victim);
    }
    let began_ms = stage.now_ms();
    let mut thieves = Vec::new();
    for (number, session) in sessions.into_iter().enumerate() {
        let mut targets = targets(stage, 3);
        targets.next = targets.ids.len() * number / ACCOUNTS;
        thieves.push((Attacker::new(stage, session, began_ms)?, targets));
    }
    let mut idle_hours = 0;
    for _ in 0..24 {
        let mut gained = 0;
        for (attacker, targets) in &mut thieves {
            let before = attacker.loot.patients();
            ways::all(attacker, targets).await?;
            gained += attacker.loot.patients() - before;
        }
        idle_hours = if gained > 0 { 0 } else { idle_hours + 1 };
        if idle_hours == IDLE_HOURS {
            break;
        }
        stage.forward(HOUR_MS).await?;
        for ((attacker, _), victim) in thieves.iter_mut().zip(&victims) {
            attacker.takes(stage.sign_in(victim).await?);
        }
    }
    let mut loot = Loot::default();
    let mut requests = 0;
    for (attacker, _) in thieves {
        requests += attacker.requests;
        let since_ms = stage.now_ms().saturating_sub(began_ms);
        loot.join(attacker.loot, since_ms);
    }
    let of_cell = window(scaled(budgets::CELL, stage.patients), |limits| limits.day);
    let budget = with_reserve(stage, ACCOUNTS as u64, of_cell);
    finish(stage, "ten-accounts", &victims, loot, requests, began_ms, budget).await
}

/// (e) Code execution in the record server, with the sessions that live then.
async fn record_server(stage: &Stage) -> Result<Scenario, Failure> {
    let (mut victims, mut sessions, mut budget): (Vec<Victim>, Vec<Session>, [u64; 2]) = Default::default();
    for (role, count) in LIVE {
        for number in 0..count {
            let victim = stage.hire(&format!("Vera Live-{role}-{number}"), role).await?;
            sessions.push(stage.sign_in(&victim).await?);
            victims.push(victim);
            let own = window(stage.budgets_of(role), |limits| limits.hour);
            budget = [budget[0] + own[0], budget[1] + own[1]];
        }
    }
    let of_cell = window(scaled(budgets::CELL, stage.patients), |limits| limits.hour);
    let budget = [budget[0].min(of_cell[0]), budget[1].min(of_cell[1])];
    let budget = with_reserve(stage, sessions.len() as u64, budget);
    let began_ms = stage.now_ms();
    let taken = inside::rob(stage, &sessions, began_ms).await?;
    finish(stage, "record-server", &victims, taken.loot, taken.asks, began_ms, budget).await
}

/// (f) The log is cut or changed afterwards.
async fn tampered(stage: &Stage, before: &Path) -> Result<Scenario, Failure> {
    let tampering = tampering::all(stage, before).await?;
    Ok(Scenario {
        name: "log-tampering",
        tampering_found: Some(tampering.tried > 0 && tampering.found == tampering.tried),
        requests: u64::from(tampering.tried),
        ..Scenario::default()
    })
}

const NONE: Limits = Limits { hour: 0, day: 0, days_30: 0 };

/// With the emergency reserves of so many people, as far as they belong to a cell: a tenth of its day's charts, but two people's at least.
fn with_reserve(stage: &Stage, people: u64, [charts, lines]: [u64; 2]) -> [u64; 2] {
    let of_person = u64::from(RESERVE_CHARTS_PER_DAY);
    let of_cell = u64::from(scaled(budgets::CELL, stage.patients).chart.day / 10).max(2 * of_person);
    [charts + (people * of_person).min(of_cell), lines]
}

/// Charts and lines of one window.
fn window(budgets: Budgets, limit: impl Fn(&Limits) -> u32) -> [u64; 2] {
    [u64::from(limit(&budgets.chart)), u64::from(limit(&budgets.glimpse))]
}

/// The patients as the thief knows them. Each way begins at another place, so that nobody was reached before.
fn targets(stage: &Stage, way: usize) -> Targets {
    let ids: Vec<String> = (0..stage.patients).map(|index| stage.patient_id(index)).collect();
    let next = ids.len() * way / 6;
    Targets { ids, next }
}

async fn finish(
    stage: &Stage,
    name: &'static str,
    victims: &[Victim],
    loot: Loot,
    requests: u64,
    began_ms: u64,
    [charts, lines]: [u64; 2],
) -> Result<Scenario, Failure> {
    let principals = victims.iter().map(|victim| victim.principal).collect();
    let extent = extent::of(stage, principals, began_ms).await?;
    Ok(Scenario {
        name,
        patients_reached: loot.patients(),
        budget: charts + lines,
        charts_reached: loot.charts.len(),
        chart_budget: charts,
        loot_outside_scope: extent::outside(stage, &loot, &extent)?,
        scope_undelivered: extent.undelivered,
        first_alarm_ms: first_alarm(stage, began_ms).await?,
        requests,
        simulated_ms: stage.now_ms().saturating_sub(began_ms),
        curve: loot.curve,
        ..Scenario::default()
    })
}

/// From the theft's begin to the first alarm since then.
async fn first_alarm(stage: &Stage, began_ms: u64) -> Result<Option<u64>, Failure> {
    stage
        .administer(move |administration| {
            let (mut first, mut before) = (None, None);
            loop {
                let list = AlarmsAsk::List { before, limit: MAX_ALARMS_PAGE };
                let ask = AdminAsk::Alarms { cell: CELL.into(), ask: list };
                let AdminAnswer::Alarms(AlarmsAnswer::Alarms(page)) = administration.ask(ask)? else {
                    return Err(unexpected());
                };
                let new = page.alarms.iter().filter(|alarm| alarm.time_ms >= began_ms);
                first = new.map(|alarm| alarm.time_ms - began_ms).min().or(first);
                match page.next {
                    Some(next) if page.alarms.last().is_some_and(|alarm| alarm.time_ms >= began_ms) => {
                        before = Some(next)
                    }
                    _ => return Ok(first),
                }
            }
        })
        .await
}
