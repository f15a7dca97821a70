//! `/{cell}/admin/contain`: the page for the worst day. One column: what is known, what is not, what to do, and how to undo it.
//!
//! What ends something is answered when it has ended. Never: shows a patient. State: none.

use super::super::{PageAsk, Trouble, see_other};
use super::ask::ask_for;
use super::change::refused;
use super::log_words::kind_words;
use super::tell::{Moment, label, moment};
use super::{Notice, Part, page};
use crate::answer::Answer;
use askama::Template;
use salus_frame::{Words, icon};
use salus_records::administration::{CellAnswer, CellAsk};
use salus_records::contain::{ContainAnswer, ContainAsk, ContainStatus, HoldStatus, LiveSession};
use salus_records::contain_events::{HoldOn, MAX_REASON_BYTES};
use salus_records::people::PersonInfo;
use salus_records::{AdminError, ClientId, DeviceId, PrincipalId, RecordsError, SessionId};

/// How many sessions are shown, those used last first.
const SHOWN_SESSIONS: usize = 50;
const HOUR_MS: u64 = 3_600_000;
/// For how many hours somebody may be named to read in an emergency.
const HOURS: [u64; 4] = [1, 4, 12, 72];

/// A session that lives.
struct Live {
    name: String,
    device: String,
    begun: Moment,
    used: Moment,
    /// What they reached today, in words.
    reached: String,
    /// What to hold: the session, whoever acts in it, and the passkey, as the form sends them.
    session: String,
    whose: String,
    passkey: Option<String>,
}

/// Something that is held.
struct Held {
    what: String,
    since: Moment,
    by: String,
    reason: String,
    sessions: u64,
    /// What the form sends to let it go; none: only at the machine.
    release: Option<u64>,
}

/// The alarm that led here, and whom it is about.
struct OfAlarm {
    title: String,
    when: Moment,
    name: String,
    /// Why whatever is held is held, unless something else is written.
    reason: String,
    /// What to hold, as the form sends it: the session, the passkey that began it, whoever acts in it.
    session: Option<String>,
    passkey: Option<String>,
    whose: Option<String>,
}

#[derive(Template)]
#[template(path = "practice/admin/contain.html")]
struct Contain<'a> {
    t: Words,
    base: &'a str,
    alarm: Option<OfAlarm>,
    living: u64,
    sessions: Vec<Live>,
    held: Vec<Held>,
    cut_off: Option<Moment>,
    came_in: u64,
    exceptions: Vec<(String, String, Moment)>,
    people: Vec<(String, String)>,
    hours: [u64; 4],
    /// The longest reason, in characters of one byte.
    max_reason: usize,
}

impl Contain<'_> {
    fn icon(&self, name: &str) -> &'static str {
        icon(name)
    }
}

async fn asked(ask: &PageAsk<'_>, what: ContainAsk) -> Result<Result<ContainAnswer, AdminError>, Trouble> {
    match ask_for(ask, CellAsk::Contain(what)).await? {
        Ok(CellAnswer::Contained(answer)) => Ok(Ok(answer)),
        Ok(_) => Err(RecordsError::Internal.into()),
        Err(error) => Ok(Err(error)),
    }
}

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let Ok(ContainAnswer::Status(status)) = asked(ask, ContainAsk::Status).await? else {
        return Err(RecordsError::Internal.into());
    };
    let people = super::ask::people(ask).await?;
    let treats = people.iter().filter(|person| person.role != "practice-administrator");
    let t = ask.t;
    let body = Contain {
        t,
        base: ask.base(),
        alarm: of_alarm(ask, &status, &people).await?,
        living: status.living,
        sessions: status.sessions.iter().take(SHOWN_SESSIONS).map(|live| shown(ask, live)).collect(),
        held: status.holds.iter().map(|hold| held(ask, hold)).collect(),
        cut_off: status.quarantined_ms.map(|ms| moment(ask, ms)),
        came_in: status.came_in,
        exceptions: exceptions(ask, &status),
        people: treats.map(|person| (person.principal.to_string(), person.name.clone())).collect(),
        hours: HOURS,
        max_reason: MAX_REASON_BYTES,
    };
    let number = || ask.query("count").and_then(|count| count.parse::<u64>().ok()).unwrap_or_default();
    let text = match ask.query("done") {
        Some("held") => Some(t.say_with("contain-done-held", "count", number())),
        Some("released") => Some(t.say_with("contain-done-released", "count", number())),
        Some("cut-off") => Some(t.say("contain-done-cut-off")),
        Some("joined") => Some(t.say_with("contain-done-joined", "count", number())),
        Some("changed") => Some(t.say("contain-done-changed")),
        _ => None,
    };
    let notice = text.map(|text| Notice { text: text.into_owned(), undo: None });
    Ok(page(ask, Part::Contain, t.say("admin-contain"), notice, &body).answer(ask))
}

/// What a form of the page asks.
pub(super) async fn change(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let what = question(ask).ok_or(Trouble::Unreadable)?;
    let path = format!("{}/admin/contain", ask.base());
    let done = match asked(ask, what).await? {
        Ok(ContainAnswer::Held { sessions, .. }) => format!("held&count={sessions}"),
        Ok(ContainAnswer::Released { sessions }) => format!("released&count={sessions}"),
        Ok(ContainAnswer::Quarantined { came_in }) if ask.field("cut-off") == Some("no") => {
            format!("joined&count={came_in}")
        }
        Ok(ContainAnswer::Quarantined { .. }) => "cut-off".to_owned(),
        Ok(_) => "changed".to_owned(),
        Err(error) => return refused(ask, &error, path),
    };
    Ok(see_other(&ask.around, &format!("{path}?done={done}")))
}

fn question(ask: &PageAsk<'_>) -> Option<ContainAsk> {
    if let Some(what) = ask.field("hold") {
        let what = match what.split_once(' ') {
            Some(("session", id)) => HoldOn::Session(SessionId::parse(id)?),
            Some(("person", id)) => HoldOn::Person(PrincipalId::parse(id)?),
            Some(("device", id)) => HoldOn::Device(DeviceId::parse(id)?),
            Some(("client", id)) => HoldOn::Client(ClientId::parse(id)?),
            _ if what == "cell" => HoldOn::Cell,
            _ => return None,
        };
        return Some(ContainAsk::Hold { what, reason: reason(ask) });
    }
    if let Some(hold) = ask.field("release") {
        return Some(ContainAsk::Release { hold: hold.parse().ok()? });
    }
    if let Some(on) = ask.field("cut-off") {
        return Some(match on {
            "yes" => ContainAsk::CutOff { reason: reason(ask) },
            _ => ContainAsk::Quarantine { on: false },
        });
    }
    if let Some(principal) = ask.field("end") {
        return Some(ContainAsk::EndException { principal: PrincipalId::parse(principal)? });
    }
    let principal = PrincipalId::parse(ask.field("except")?)?;
    let hours: u64 = ask.field("hours")?.parse().ok()?;
    let lasts_ms = HOURS.contains(&hours).then_some(hours * HOUR_MS)?;
    // A little less than the most that is allowed, whichever of the two clocks is ahead.
    Some(ContainAsk::Except { principal, until_ms: (ask.clock.now_ms() + lasts_ms).saturating_sub(60_000) })
}

/// Why, as far as the log takes it: on this day nothing waits because somebody wrote too much.
fn reason(ask: &PageAsk<'_>) -> String {
    let said = ask.field("reason").unwrap_or_default();
    let said: String = said.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    let mut end = said.len().min(MAX_REASON_BYTES);
    while !said.is_char_boundary(end) {
        end -= 1;
    }
    said[..end].to_owned()
}

/// Whom an alarm is about, where `?alarm=ENTRY` led here from one.
async fn of_alarm(
    ask: &PageAsk<'_>,
    status: &ContainStatus,
    people: &[PersonInfo],
) -> Result<Option<OfAlarm>, Trouble> {
    let Some(number) = ask.query("alarm").and_then(|number| number.parse::<u64>().ok()) else {
        return Ok(None);
    };
    let Some(alarm) = super::alarms::one(ask, number).await? else { return Ok(None) };
    let own = status.sessions.iter().find(|live| Some(live.session) == alarm.session);
    let other = status.sessions.iter().find(|live| Some(live.principal) == alarm.principal);
    let live = own.or(other).map(|live| shown(ask, live));
    // Who is not signed in any more can still be a person; an application without a session is held on its own page.
    let person = alarm.principal.filter(|who| people.iter().any(|person| person.principal == *who));
    let (whose, passkey) = match live {
        Some(live) => (Some(live.whose), live.passkey),
        None => (person.map(|who| format!("person {who}")), None),
    };
    Ok(Some(OfAlarm {
        title: ask.t.say(kind_words(alarm.kind, alarm.in_lists)).into_owned(),
        when: moment(ask, alarm.time_ms),
        reason: ask.t.say_with("contain-of-alarm-reason", "number", number.to_string()).into_owned(),
        name: alarm.name.unwrap_or_else(|| ask.t.say("admin-alarms-somebody").into_owned()),
        session: alarm.session.map(|session| format!("session {session}")),
        passkey,
        whose,
    }))
}

fn shown(ask: &PageAsk<'_>, live: &LiveSession) -> Live {
    let t = ask.t;
    let device = match (&live.client, &live.device_label) {
        (Some(_), _) => t.say("contain-application").into_owned(),
        (None, Some(name)) => label(t, name),
        (None, None) => String::new(),
    };
    let charts = ("charts", live.charts_today);
    let whose = match live.client {
        Some(client) => format!("client {client}"),
        None => format!("person {}", live.principal),
    };
    Live {
        name: live.name.clone(),
        device,
        begun: moment(ask, live.begun_ms),
        used: moment(ask, live.used_ms),
        reached: t.say_with_two("contain-reached", charts, ("lines", live.glimpses_today)).into_owned(),
        session: format!("session {}", live.session),
        whose,
        passkey: live.device.map(|device| format!("device {device}")),
    }
}

fn held(ask: &PageAsk<'_>, hold: &HoldStatus) -> Held {
    let t = ask.t;
    let name = hold.name.clone().unwrap_or_default();
    let what = match hold.what {
        HoldOn::Session(_) => t.say_with("contain-held-session", "name", name),
        HoldOn::Person(_) => t.say_with("contain-held-person", "name", name),
        HoldOn::Device(_) => t.say_with("contain-held-device", "name", name),
        HoldOn::Client(_) => t.say_with("contain-held-client", "name", name),
        HoldOn::Cell => t.say("contain-held-cell"),
        HoldOn::Everyone => t.say("contain-held-everyone"),
    };
    let by = hold.by_name.clone().unwrap_or_else(|| t.say("contain-at-machine").into_owned());
    Held {
        what: what.into_owned(),
        since: moment(ask, hold.since_ms),
        by,
        reason: hold.reason.clone(),
        sessions: hold.sessions,
        release: hold.by.is_some().then_some(hold.hold),
    }
}

fn exceptions(ask: &PageAsk<'_>, status: &ContainStatus) -> Vec<(String, String, Moment)> {
    let one = |exception: &salus_records::contain::Exception| {
        (exception.principal.to_string(), exception.name.clone(), moment(ask, exception.until_ms))
    };
    status.exceptions.iter().map(one).collect()
}
