//! An appointment: the free times of a physician's day, and who would be there twice.
//!
//! State: none.

use super::super::typed::{Wrong, date, time};
use super::super::{PageAsk, Trouble};
use super::entry::{Entry, Ids};
use super::form::{Form, Reader, Typed};
use super::here::{
    Change, Here, Opened, Options, Question, Reading, found, full_name, list, moment, shown_date, text_at,
};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

/// How many physicians can be chosen from.
const MAX_PHYSICIANS: &str = "100";
/// How many appointments of a day are looked at.
const MAX_APPOINTMENTS: &str = "200";
/// The hours in which times are offered; others can be typed.
const OPEN_HOURS: (i8, i8) = (8, 18);
/// Offered times begin at full steps of so many minutes.
const STEP_MINUTES: i64 = 5;
/// How long an appointment is when nobody says.
const USUAL_MINUTES: &str = "15";

/// The practitioners, by name; those who are physicians first, as far as their title says.
async fn physicians(ask: &PageAsk<'_>) -> Result<Options, Trouble> {
    let all = found(ask, "Practitioner", &[("active", "true"), ("_count", MAX_PHYSICIANS)]).await?;
    let mut all: Vec<(bool, String, String)> = all
        .into_iter()
        .map(|(id, who)| (list(&who, "name").all(|name| name.get("prefix").is_none()), full_name(&who), id))
        .collect();
    all.sort();
    Ok(all.into_iter().map(|(_, name, id)| (id, name)).collect())
}

pub(super) async fn open(ask: &PageAsk<'_>, sent: &Typed) -> Result<Opened, Trouble> {
    let physicians = physicians(ask).await?;
    let own = ask.person.practitioner.as_deref();
    let chosen = physicians.iter().find(|(id, _)| Some(id.as_str()) == own).or_else(|| physicians.first());
    let mut typed = Typed::default()
        .with("physician", chosen.map_or("", |(id, _)| id))
        .with("date", shown_date(ask.clock.today(), ask.language()))
        .with("minutes", USUAL_MINUTES);
    for (name, value) in sent.pairs().filter(|(_, value)| !value.trim().is_empty()) {
        typed.set(name, value);
    }
    Ok(Opened { typed, options: vec![("physician", physicians)], ..Opened::default() })
}

/// Somebody's time that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    id: String,
    from: Timestamp,
    to: Timestamp,
}

/// What is taken of somebody's day: `whom` is `Practitioner/id` or `Patient/id`.
async fn taken(ask: &PageAsk<'_>, whom: &str, day: Date) -> Result<Vec<Taken>, Trouble> {
    let Some((from, to)) = ask.clock.span_of(day) else { return Ok(Vec::new()) };
    let (from, to) = (format!("ge{from}"), format!("lt{to}"));
    // These elements are an appointment's line: a glimpse each, not a chart.
    let parameters = [
        ("actor", whom),
        ("date", from.as_str()),
        ("date", to.as_str()),
        ("_elements", "status,start,end"),
        ("_count", MAX_APPOINTMENTS),
    ];
    let all = found(ask, "Appointment", &parameters).await?;
    Ok(all.into_iter().filter_map(|(id, appointment)| taken_by(id, &appointment)).collect())
}

fn taken_by(id: String, appointment: &Value) -> Option<Taken> {
    if matches!(text_at(appointment, "status"), "cancelled" | "noshow" | "entered-in-error") {
        return None;
    }
    let from: Timestamp = text_at(appointment, "start").parse().ok()?;
    let to: Timestamp = text_at(appointment, "end").parse().ok()?;
    Some(Taken { id, from, to })
}

/// The free times of a day.
pub(super) async fn free_times(ask: &PageAsk<'_>, typed: &Typed) -> Result<Vec<String>, Trouble> {
    let Ok(day) = date::coming_day(typed.get("date"), ask.clock.today()) else { return Ok(Vec::new()) };
    let physician = typed.get("physician");
    let (Ok(minutes), true) = (typed.get("minutes").parse::<i64>(), salus_records::is_id(physician)) else {
        return Ok(Vec::new());
    };
    let taken = taken(ask, &format!("Practitioner/{physician}"), day).await?;
    let now = (day == ask.clock.today()).then(|| ask.clock.time());
    let begin =
        |time: Time| day.to_datetime(time).to_zoned_datetime(ask.clock.zone()).ok().map(|at| at.timestamp());
    Ok(free(&taken, minutes, now, begin))
}

/// Times in the open hours at which an appointment of so many minutes finds room.
fn free(
    taken: &[Taken],
    minutes: i64,
    now: Option<Time>,
    begin: impl Fn(Time) -> Option<Timestamp>,
) -> Vec<String> {
    let step = [15, 10].into_iter().find(|step| minutes % step == 0).unwrap_or(STEP_MINUTES);
    let mut free = Vec::new();
    let mut at = i64::from(OPEN_HOURS.0) * 60;
    while at + minutes <= i64::from(OPEN_HOURS.1) * 60 {
        let time = Time::new((at / 60) as i8, (at % 60) as i8, 0, 0).ok();
        at += step;
        let Some(time) = time.filter(|time| now.is_none_or(|now| *time > now)) else { continue };
        let Some(from) = begin(time) else { continue };
        let to = from.saturating_add(minutes.minutes()).unwrap_or(from);
        if !taken.iter().any(|other| other.from < to && from < other.to) {
            free.push(super::here::shown_time(time));
        }
    }
    free
}

pub(super) async fn read(
    ask: &PageAsk<'_>,
    here: &Here,
    typed: &Typed,
    ids: &mut Ids<'_>,
) -> Result<Reading, Trouble> {
    let today = ask.clock.today();
    let physicians = physicians(ask).await?;
    let mut reader = Reader::new(Form::Appointment, typed);
    let physician = physicians.iter().find(|(id, _)| id == typed.get("physician"));
    if physician.is_none() {
        reader.fault("physician", Wrong::new("missing-physician"));
    }
    reader.needed("date", "missing-date");
    let day = reader.read("date", |text| date::coming_day(text, today));
    let minutes = reader.choice(Form::Appointment, "minutes").and_then(|minutes| minutes.parse::<i64>().ok());
    reader.needed("time", "missing-time");
    let start = day.and_then(|day| reader.read("time", |text| moment(ask, day, time::time(text)?)));
    let reason = reader.text("reason");
    let (Some((physician, name)), Some(day), Some(minutes), Some(start), []) =
        (physician, day, minutes, start, reader.faults.as_slice())
    else {
        return Ok(Err(reader.faults));
    };
    let from: Timestamp = start.parse().map_err(|_| salus_records::RecordsError::Internal)?;
    let to = from.saturating_add(minutes.minutes()).unwrap_or(from);
    let end = ask.clock.local(&to.to_string()).map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
    let mut appointment = json!({
        "status": "booked",
        "start": start,
        "end": end.unwrap_or_else(|| to.to_string()),
        "minutesDuration": minutes,
        "created": today.to_string(),
        "participant": [
            {"actor": here.reference(), "status": "accepted"},
            {"actor": {"reference": format!("Practitioner/{physician}"), "display": name}, "status": "accepted"},
        ],
    });
    if let Some(reason) = reason {
        appointment["reasonCode"] = json!([{"text": reason}]);
        appointment["description"] = json!(reason);
    }
    let id = ids.next()?;
    let overlaps = |taken: Vec<Taken>| {
        taken.into_iter().filter(|other| other.id != id && other.from < to && from < other.to).count()
    };
    let mut questions = Vec::new();
    let whom = [
        ("ask-overlap", format!("Practitioner/{physician}")),
        ("ask-overlap-own", format!("Patient/{}", here.id)),
    ];
    for (key, whom) in whom {
        let count = overlaps(taken(ask, &whom, day).await?);
        if count > 0 {
            let text = ask.t.say_with(key, "count", count as i64).into_owned();
            questions.push(Question { key: format!("{key} {start} {count}"), text, lines: Vec::new() });
        }
    }
    let entries = vec![Entry::create("Appointment", id, appointment)];
    Ok(Ok(Change { entries, questions, ..Change::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_are_taken_are_not_offered() {
        let begin = |time: Time| format!("2026-11-28T{}Z", time.strftime("%H:%M:%S")).parse().ok();
        let taken = |from: &str, to: &str| Taken {
            id: String::new(),
            from: format!("2026-11-28T{from}:00Z").parse().unwrap(),
            to: format!("2026-11-28T{to}:00Z").parse().unwrap(),
        };
        let all = free(&[taken("08:00", "17:00")], 30, None, begin);
        assert_eq!(all, ["17:00", "17:15", "17:30"]);
        let all = free(&[taken("08:15", "17:30"), taken("17:50", "18:00")], 15, None, begin);
        assert_eq!(all, ["08:00", "17:30"]);
        assert_eq!(free(&[], 60, Some(jiff::civil::time(16, 30, 0, 0)), begin), ["16:45", "17:00"]);
        assert!(free(&[], 9999, None, begin).is_empty());
    }

    #[test]
    fn what_does_not_take_place_takes_no_time() {
        let of = |status: &str, start: &str| {
            taken_by("1".into(), &json!({"status": status, "start": start, "end": "2026-11-28T09:00:00Z"}))
                .is_some()
        };
        assert!(of("booked", "2026-11-28T08:00:00Z") && of("arrived", "2026-11-28T08:00:00+01:00"));
        assert!(!of("cancelled", "2026-11-28T08:00:00Z") && !of("booked", "<script>"));
    }
}
