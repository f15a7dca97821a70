//! `/{cell}/admin/alarms`: what happened, in plain words, and what to do; by which rules; and the mark on every page of an administrator
//! while there are alarms that nobody has seen.
//!
//! Never: says which patients do not exist. State: none.

use super::super::{PageAsk, Trouble, part, see_other};
use super::ask::ask_for;
use super::change::refused;
use super::log_words::kind_words;
use super::tell::{Moment, moment};
use super::{Notice, Part, page};
use crate::answer::Answer;
use askama::Template;
use http::StatusCode;
use salus_frame::{Words, icon};
use salus_records::administration::{CellAnswer, CellAsk};
use salus_records::alarm_events::{AlarmKind, AlarmRules, Way};
use salus_records::alarms::{AlarmInfo, AlarmPage, AlarmsAnswer, AlarmsAsk, WayStatus, WayTrouble};
use salus_records::{AdminError, RecordsError, SessionId};
use std::net::Ipv6Addr;

/// How many alarms a page shows.
const LINES: u32 = 30;

/// One alarm, in words.
struct Shown {
    number: u64,
    title: String,
    what: String,
    to_do: String,
    who: String,
    from: Option<String>,
    when: Moment,
    /// Who has seen it, and when; none: nobody.
    seen: Option<String>,
    /// The session that can be restored.
    suspended: Option<String>,
    goes_on: bool,
    /// Whether it is known whom to lock out.
    can_be_held: bool,
    person: Option<String>,
}

#[derive(Template)]
#[template(path = "practice/admin/alarms.html")]
struct Alarms<'a> {
    t: Words,
    base: &'a str,
    open: u32,
    alarms: Vec<Shown>,
    ways: Vec<(String, Option<String>)>,
    next: Option<u64>,
}

impl Alarms<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

#[derive(Template)]
#[template(path = "practice/admin/alarm_mark.html")]
struct Mark {
    t: Words,
    open: u32,
}

/// The mark's words alone; none where all was seen.
pub(super) async fn mark(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let open = salus_records::alarm_count(ask.cell, &ask.asker).await?;
    Ok(part(ask, &Mark { t: ask.t, open }))
}

async fn asked(ask: &PageAsk<'_>, what: AlarmsAsk) -> Result<Result<AlarmsAnswer, AdminError>, Trouble> {
    match ask_for(ask, CellAsk::Alarms(what)).await? {
        Ok(CellAnswer::Alarms(answer)) => Ok(Ok(answer)),
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(error) => Ok(Err(error)),
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let before = ask.query("before").and_then(|number| number.parse().ok());
    let Ok(AlarmsAnswer::Alarms(told)) = asked(ask, AlarmsAsk::List { before, limit: LINES }).await? else {
        return Err(RecordsError::Internal.into());
    };
    let t = ask.t;
    let AlarmPage { alarms, next, unacknowledged, ways, .. } = told;
    let body = Alarms {
        t,
        base: ask.base(),
        open: unacknowledged,
        alarms: alarms.iter().map(|alarm| shown(ask, alarm)).collect(),
        ways: ways.iter().map(|way| way_words(ask, way)).collect(),
        next,
    };
    let done = match ask.query("done") {
        Some("seen") => Some("admin-alarms-seen-done"),
        Some("all") => Some("admin-alarms-all-seen-done"),
        Some("restored") => Some("admin-alarms-restored"),
        Some("rules") => Some("alarm-rules-saved"),
        _ => None,
    };
    let notice = done.map(|key| Notice { text: t.say(key).into_owned(), undo: None });
    Ok(page(ask, Part::Alarms, t.say("admin-alarms"), notice, &body).answer(ask))
}

/// What a form of the page asks: one seen, all seen, or a session restored.
pub(super) async fn change(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let number = ask.field("seen").and_then(|number| number.parse().ok());
    let session = ask.field("session").and_then(SessionId::parse);
    let (what, done) = match (number, session, ask.field("all")) {
        (Some(alarm), ..) => (AlarmsAsk::Acknowledge { alarm: Some(alarm) }, "seen"),
        (_, Some(session), _) => (AlarmsAsk::Restore { session }, "restored"),
        (_, _, Some(_)) => (AlarmsAsk::Acknowledge { alarm: None }, "all"),
        _ => return Err(Trouble::Unreadable),
    };
    let path = format!("{}/admin/alarms", ask.base());
    match asked(ask, what).await? {
        Ok(_) => Ok(see_other(&ask.around, &format!("{path}?done={done}"))),
        Err(error) => refused(ask, &error, path),
    }
}

/// The alarm that this entry raised; none where it is not kept any more.
pub(super) async fn one(ask: &PageAsk<'_>, number: u64) -> Result<Option<AlarmInfo>, Trouble> {
    let before = Some(number.saturating_add(1));
    let Ok(AlarmsAnswer::Alarms(told)) = asked(ask, AlarmsAsk::List { before, limit: 1 }).await? else {
        return Err(RecordsError::Internal.into());
    };
    Ok(told.alarms.into_iter().find(|alarm| alarm.number == number))
}

fn shown(ask: &PageAsk<'_>, alarm: &AlarmInfo) -> Shown {
    let t = ask.t;
    let name = alarm.kind.name();
    let seen = alarm.seen.as_ref().map(|seen| {
        let when = moment(ask, seen.time_ms).text;
        match &seen.name {
            Some(name) => t.say_with_two("admin-alarms-seen", ("who", name.clone()), ("when", when)),
            None => t.say_with("admin-alarms-seen-machine", "when", when),
        }
        .into_owned()
    });
    let address = Ipv6Addr::from(alarm.address);
    let address = address.to_ipv4_mapped().map_or_else(|| address.to_string(), |v4| v4.to_string());
    let is_known = alarm.address != [0; 16];
    Shown {
        number: alarm.number,
        title: t.say(kind_words(alarm.kind, alarm.in_lists)).into_owned(),
        what: t.say_with(&format!("alarm-{name}-what"), "count", alarm.count).into_owned(),
        to_do: t.say(&format!("alarm-{name}-do")).into_owned(),
        who: alarm.name.clone().unwrap_or_else(|| t.say("admin-alarms-somebody").into_owned()),
        from: is_known.then(|| t.say_with("admin-alarms-from", "address", address).into_owned()),
        when: moment(ask, alarm.time_ms),
        seen,
        suspended: alarm.session.filter(|_| alarm.is_suspended).map(|id| id.to_string()),
        goes_on: alarm.suspended && !alarm.is_suspended,
        can_be_held: alarm.session.is_some() || alarm.principal.is_some(),
        person: alarm.principal.map(|id| id.to_string()),
    }
}

/// How a way fares, and why.
fn way_words(ask: &PageAsk<'_>, way: &WayStatus) -> (String, Option<String>) {
    let t = ask.t;
    let name = t.say(match way.way {
        Way::Mail => "admin-alarms-way-mail",
        Way::Webhook => "admin-alarms-way-webhook",
    });
    let said = match way.since_ms {
        Some(since_ms) if way.waiting > 0 => {
            let since = moment(ask, since_ms).text;
            let count = way.waiting;
            t.say_with_two("admin-alarms-way-waits", ("count", count), ("since", since))
        }
        _ if !way.is_there => t.say("admin-alarms-way-absent"),
        _ => t.say("admin-alarms-way-fine"),
    };
    let why = way.trouble.filter(|_| way.waiting > 0).map(|trouble| match trouble {
        WayTrouble::NoAnswer => "admin-alarms-trouble-no-answer",
        WayTrouble::Refused => "admin-alarms-trouble-refused",
        WayTrouble::Encryption => "admin-alarms-trouble-encryption",
        WayTrouble::Configuration => "admin-alarms-trouble-configuration",
    });
    let said = format!("{name}: {said}");
    (said, why.map(|key| t.say(key).into_owned()))
}

/// A number of the rules, in a field.
struct Number {
    name: &'static str,
    label: &'static str,
    value: String,
    least: i64,
    most: i64,
}

#[derive(Template)]
#[template(path = "practice/admin/alarm_rules.html")]
struct Rules<'a> {
    t: Words,
    base: &'a str,
    numbers: Vec<Number>,
    switches: Vec<(&'static str, &'static str, bool)>,
    kinds: Vec<(&'static str, &'static str, bool)>,
    is_bad: bool,
}

pub(super) async fn rules(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let Ok(AlarmsAnswer::Rules(rules)) = asked(ask, AlarmsAsk::Rules).await? else {
        return Err(RecordsError::Internal.into());
    };
    Ok(form(ask, &rules, false))
}

pub(super) async fn set_rules(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let Ok(AlarmsAnswer::Rules(now)) = asked(ask, AlarmsAsk::Rules).await? else {
        return Err(RecordsError::Internal.into());
    };
    let Some(next) = read(ask).filter(|rules| rules.fault().is_none()) else {
        return Ok(form(ask, &now, true));
    };
    let path = format!("{}/admin/alarms", ask.base());
    match asked(ask, AlarmsAsk::SetRules(next)).await? {
        Ok(_) => Ok(see_other(&ask.around, &format!("{path}?done=rules"))),
        Err(error) => refused(ask, &error, path),
    }
}

/// What was typed; none where something is no number.
fn read(ask: &PageAsk<'_>) -> Option<AlarmRules> {
    fn number<T: std::str::FromStr>(ask: &PageAsk<'_>, name: &str) -> Option<T> {
        ask.field(name)?.trim().parse().ok()
    }
    let is_on = |name: &str| ask.field(name).is_some();
    let sent = AlarmKind::ALL.into_iter().filter(|kind| is_on(&format!("sent-{}", kind.name())));
    Some(AlarmRules {
        refusals: number(ask, "refusals")?,
        refusals_minutes: number(ask, "refusals-minutes")?,
        counts: number(ask, "counts")?,
        counts_minutes: number(ask, "counts-minutes")?,
        glimpses: number(ask, "glimpses")?,
        night_from_hour: number(ask, "night-from")?,
        night_to_hour: number(ask, "night-to")?,
        weekend: is_on("weekend"),
        zone_minutes: number(ask, "zone")?,
        summer_time: is_on("summer-time"),
        sent: sent.collect(),
        canary_suspends: is_on("canary-suspends"),
        quiet_minutes: number(ask, "quiet-minutes")?,
    })
}

fn form(ask: &PageAsk<'_>, rules: &AlarmRules, is_bad: bool) -> Answer {
    let number =
        |name, label, value: i64, least, most| Number { name, label, value: value.to_string(), least, most };
    let numbers = vec![
        number("refusals", "alarm-rules-refusals", rules.refusals.into(), 1, 1_000),
        number("refusals-minutes", "alarm-rules-refusals-minutes", rules.refusals_minutes.into(), 1, 1_440),
        number("counts", "alarm-rules-counts", rules.counts.into(), 1, 1_000),
        number("counts-minutes", "alarm-rules-counts-minutes", rules.counts_minutes.into(), 1, 1_440),
        number("glimpses", "alarm-rules-glimpses", rules.glimpses.into(), 1, 50),
        number("night-from", "alarm-rules-night-from", rules.night_from_hour.into(), 0, 23),
        number("night-to", "alarm-rules-night-to", rules.night_to_hour.into(), 0, 23),
        number("zone", "alarm-rules-zone", rules.zone_minutes.into(), -840, 840),
        number("quiet-minutes", "alarm-rules-quiet", rules.quiet_minutes.into(), 1, 1_440),
    ];
    let kind = |kind: AlarmKind| (kind.name(), kind_words(kind, false), rules.sent.contains(&kind));
    let body = Rules {
        t: ask.t,
        base: ask.base(),
        numbers,
        switches: vec![
            ("canary-suspends", "alarm-rules-suspends", rules.canary_suspends),
            ("weekend", "alarm-rules-weekend", rules.weekend),
            ("summer-time", "alarm-rules-summer", rules.summer_time),
        ],
        kinds: AlarmKind::ALL.into_iter().map(kind).collect(),
        is_bad,
    };
    let status = if is_bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(ask, Part::Alarms, ask.t.say("alarm-rules-title"), None, &body).status(status).answer(ask)
}
