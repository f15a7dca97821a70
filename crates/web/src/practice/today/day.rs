//! A day's appointments, by physician, in the order of their time.
//!
//! State: none.

use crate::practice::lines::{PatientLine, document, patients, practitioners};
use crate::practice::view::date::When;
use crate::practice::view::json::{all, raw};
use crate::practice::view::value::reference_of;
use crate::practice::{PageAsk, Trouble};
use jiff::civil::Date;
use salus_records::fhir::json::Value;
use std::collections::{BTreeSet, HashMap};

/// The most appointments of a day.
const MAX_APPOINTMENTS: &str = "300";
/// From how many minutes on somebody who has not come is late.
const LATE_MINUTES: i32 = 10;

/// How an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Next,
    Waiting,
    Room,
    Done,
    Missed,
    Cancelled,
}

impl State {
    pub(super) const ALL: [Self; 6] =
        [Self::Waiting, Self::Room, Self::Next, Self::Done, Self::Missed, Self::Cancelled];

    /// The state that a status means (FHIR R4, AppointmentStatus); none for what is no appointment, or not yet.
    pub(super) fn of_status(status: &str) -> Option<Self> {
        match status {
            "booked" => Some(Self::Next),
            "arrived" => Some(Self::Waiting),
            "checked-in" => Some(Self::Room),
            "fulfilled" => Some(Self::Done),
            "noshow" => Some(Self::Missed),
            "cancelled" => Some(Self::Cancelled),
            _ => None,
        }
    }

    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Next => "booked",
            Self::Waiting => "arrived",
            Self::Room => "checked-in",
            Self::Done => "fulfilled",
            Self::Missed => "noshow",
            Self::Cancelled => "cancelled",
        }
    }

    /// Its message.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Next => "state-next",
            Self::Waiting => "state-waiting",
            Self::Room => "state-room",
            Self::Done => "state-done",
            Self::Missed => "state-missed",
            Self::Cancelled => "state-cancelled",
        }
    }

    /// The message of what makes it so.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Next | Self::Cancelled => "take-back",
            Self::Waiting => "state-arrive",
            Self::Room => "state-call",
            Self::Done => "state-finish",
            Self::Missed => "state-miss",
        }
    }

    /// The key of what makes it so.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Next | Self::Cancelled => "u",
            Self::Waiting => "a",
            Self::Room => "r",
            Self::Done => "f",
            Self::Missed => "n",
        }
    }

    pub(super) fn icon(self) -> &'static str {
        match self {
            Self::Next => "clock",
            Self::Waiting => "person",
            Self::Room => "room",
            Self::Done => "check",
            Self::Missed | Self::Cancelled => "cross",
        }
    }

    /// The colour of its tag.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Next | Self::Cancelled => "",
            Self::Waiting => "accent",
            Self::Room => "accent filled",
            Self::Done => "done",
            Self::Missed => "attention",
        }
    }

    /// What mostly comes next, first, and what else may.
    pub(super) fn next(self) -> &'static [Self] {
        match self {
            Self::Next => &[Self::Waiting, Self::Missed, Self::Room, Self::Done],
            Self::Waiting => &[Self::Room, Self::Done, Self::Missed],
            Self::Room => &[Self::Done],
            Self::Missed => &[Self::Waiting],
            Self::Done | Self::Cancelled => &[],
        }
    }

    /// Whether a line says so: who is still to come has a line that says nothing.
    pub(super) fn is_told(self) -> bool {
        self != Self::Next
    }

    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Missed | Self::Cancelled)
    }
}

/// An appointment.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub id: String,
    pub time: String,
    pub state: State,
    pub is_late: bool,
    pub patient_id: String,
    pub patient: Option<PatientLine>,
    minute: u16,
    physicians: Vec<String>,
}

/// A physician's appointments.
#[derive(Debug)]
pub(super) struct Column {
    pub id: String,
    /// Empty for appointments with nobody in particular.
    pub name: String,
    pub slots: Vec<Slot>,
    /// Before which of them the line of now stands; none on other days.
    pub now_before: Option<usize>,
    pub left: usize,
}

impl Column {
    /// Whether the line of now stands before this place.
    pub(super) fn is_now_before(&self, place: &usize) -> bool {
        self.now_before == Some(*place)
    }

    /// Whether it stands behind all.
    pub(super) fn is_now_at_the_end(&self) -> bool {
        self.now_before == Some(self.slots.len())
    }
}

/// A physician, as a filter.
#[derive(Debug)]
pub(super) struct Choice {
    pub id: String,
    pub name: String,
    pub is_chosen: bool,
}

impl Column {
    fn of(id: &str, slots: Vec<Slot>, names: &HashMap<String, String>) -> Self {
        Self {
            id: id.to_owned(),
            name: names.get(id).cloned().unwrap_or_else(|| id.to_owned()),
            left: slots.iter().filter(|slot| !slot.state.is_over()).count(),
            slots,
            now_before: None,
        }
    }
}

/// A day.
#[derive(Debug)]
pub(super) struct Day {
    pub date: String,
    pub weekday: &'static str,
    pub iso: String,
    pub before: String,
    pub after: String,
    pub is_today: bool,
    /// The time of the line of now.
    pub now: String,
    pub by: String,
    pub choices: Vec<Choice>,
    pub is_all: bool,
    pub columns: Vec<Column>,
    /// How many stand how, those that there are.
    pub counts: Vec<(State, usize)>,
    pub waiting: usize,
    /// Where the lines begin that are not over.
    pub start: String,
}

impl Day {
    /// The appointments of a day; of one physician, or all. Physicians see theirs unless they ask for all.
    pub(super) async fn gather(ask: &PageAsk<'_>, date: Date, by: Option<&str>) -> Result<Self, Trouble> {
        let (from, to) = ask.clock.span_of(date).ok_or(Trouble::Unreadable)?;
        let (from, to) = (format!("ge{from}"), format!("lt{to}"));
        let parameters = [
            ("date", from.as_str()),
            ("date", to.as_str()),
            ("_sort", "date"),
            ("_count", MAX_APPOINTMENTS),
            ("_total", "none"),
            ("_elements", "status,start,end,participant"),
        ];
        let page = ask.search("Appointment", &parameters).await?;
        let is_today = date == ask.clock.today();
        let now = ask.clock.time();
        let minute = u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(0);
        let mut slots: Vec<Slot> = page
            .entries
            .iter()
            .filter_map(|entry| slot(document(&entry.text)?.root(), is_today.then_some(minute)))
            .collect();
        slots.sort_by(|a, b| (a.minute, &a.id).cmp(&(b.minute, &b.id)));
        let mut physicians: BTreeSet<String> =
            slots.iter().flat_map(|slot| slot.physicians.clone()).collect();
        let own = ask.person.practitioner.clone().filter(|own| physicians.contains(own));
        // Whom somebody chose stays chosen on a day without appointments.
        physicians.extend(by.filter(|by| salus_records::is_id(by)).map(str::to_owned));
        let who: BTreeSet<String> = slots.iter().map(|slot| slot.patient_id.clone()).collect();
        let (names, lines) = tokio::join!(practitioners(ask, &physicians), patients(ask, &who));
        let (names, lines) = (names?, lines?);
        for slot in &mut slots {
            slot.patient = lines.get(&slot.patient_id).cloned();
        }
        let by = by.or(own.as_deref()).unwrap_or("all");
        Ok(Self::of(ask, date, slots, &names, by, is_today.then_some(minute)))
    }

    fn of(
        ask: &PageAsk<'_>,
        date: Date,
        slots: Vec<Slot>,
        names: &HashMap<String, String>,
        by: &str,
        now: Option<u16>,
    ) -> Self {
        let language = ask.language();
        let when = When::parse(&date.to_string());
        let mut columns = columns(&slots, names);
        if names.contains_key(by) && !columns.iter().any(|column| column.id == by) {
            columns.push(Column::of(by, Vec::new(), names));
        }
        let choices = columns.iter().filter(|column| !column.id.is_empty());
        let choices: Vec<_> = choices
            .map(|column| Choice {
                id: column.id.clone(),
                name: column.name.clone(),
                is_chosen: column.id == by,
            })
            .collect();
        let is_all = !choices.iter().any(|choice| choice.is_chosen);
        if !is_all {
            columns.retain(|column| column.id == by);
        }
        for column in &mut columns {
            column.now_before = now.map(|now| column.slots.iter().filter(|slot| slot.minute <= now).count());
        }
        let shown = || columns.iter().flat_map(|column| &column.slots);
        let count = |state: State| {
            let ids: BTreeSet<&str> =
                shown().filter(|slot| slot.state == state).map(|slot| slot.id.as_str()).collect();
            ids.len()
        };
        let counts = State::ALL.into_iter().map(|state| (state, count(state)));
        let start =
            shown().find(|slot| !slot.state.is_over()).map_or_else(String::new, |slot| slot.id.clone());
        let step =
            |date: Result<Date, jiff::Error>| date.map_or_else(|_| String::new(), |date| date.to_string());
        Self {
            date: when.map_or_else(String::new, |when| when.date(language)),
            weekday: when.map_or("", |when| when.weekday(language)),
            iso: date.to_string(),
            before: step(date.yesterday()),
            after: step(date.tomorrow()),
            is_today: now.is_some(),
            now: now.map_or_else(String::new, clock),
            by: if is_all { "all".to_owned() } else { by.to_owned() },
            counts: counts.filter(|(state, count)| *count > 0 && *state != State::Cancelled).collect(),
            waiting: count(State::Waiting),
            choices,
            is_all,
            columns,
            start,
        }
    }

    /// The appointment of this id, if it is shown.
    pub(super) fn slot(&self, id: &str) -> Option<&Slot> {
        self.columns.iter().flat_map(|column| &column.slots).find(|slot| slot.id == id)
    }
}

/// The columns, by the physicians' names; who has appointments with nobody in particular comes last.
fn columns(slots: &[Slot], names: &HashMap<String, String>) -> Vec<Column> {
    let mut ids: Vec<&str> =
        slots.iter().flat_map(|slot| slot.physicians.iter().map(String::as_str)).collect();
    ids.sort_unstable_by_key(|id| (names.get(*id), *id));
    ids.dedup();
    let with = |id: &str| {
        let has = |slot: &&Slot| slot.physicians.iter().any(|other| other == id);
        slots.iter().filter(has).cloned().collect::<Vec<_>>()
    };
    let mut columns: Vec<_> = ids.into_iter().map(|id| Column::of(id, with(id), names)).collect();
    let nobodys: Vec<_> = slots.iter().filter(|slot| slot.physicians.is_empty()).cloned().collect();
    if !nobodys.is_empty() {
        columns.push(Column { name: String::new(), ..Column::of("", nobodys, names) });
    }
    columns
}

/// An appointment's line. None for what is no appointment of a patient at a time of day.
fn slot(appointment: Value<'_>, now: Option<u16>) -> Option<Slot> {
    let state = State::of_status(&raw(appointment, "status")?)?;
    let minute = When::parse(&raw(appointment, "start")?)?.minute?;
    let actors = || all(appointment, "participant").filter_map(|participant| participant.get("actor"));
    let late = now.is_some_and(|now| i32::from(now) - i32::from(minute) >= LATE_MINUTES);
    Some(Slot {
        id: raw(appointment, "id")?,
        time: clock(minute),
        state,
        is_late: late && state == State::Next,
        patient_id: actors().find_map(|actor| reference_of(actor, "Patient"))?,
        patient: None,
        minute,
        physicians: actors().filter_map(|actor| reference_of(actor, "Practitioner")).collect(),
    })
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn read(text: &str, now: Option<u16>) -> Option<Slot> {
        slot(Document::parse(text).unwrap().root(), now)
    }

    const BOOKED: &str = r#"{"resourceType":"Appointment","id":"1","status":"booked","start":"2026-11-28T08:15:00Z",
        "participant":[{"actor":{"reference":"Practitioner/p"}},{"actor":{"reference":"Patient/a"}}]}"#;

    #[test]
    fn an_appointment_is_a_line_at_the_practices_time() {
        let slot = read(BOOKED, Some(9 * 60 + 24)).unwrap();
        assert_eq!((&*slot.time, slot.state, &*slot.patient_id), ("09:15", State::Next, "a"));
        assert!(!slot.is_late && read(BOOKED, Some(9 * 60 + 25)).unwrap().is_late);
        assert!(!read(&BOOKED.replace("booked", "arrived"), Some(1000)).unwrap().is_late);
        for other in ["proposed", "waitlist", "entered-in-error"] {
            assert!(read(&BOOKED.replace("booked", other), None).is_none(), "{other}");
        }
        assert!(read(&BOOKED.replace("Patient/", "Group/"), None).is_none());
    }

    #[test]
    fn every_state_has_its_status_and_leads_on() {
        for state in State::ALL {
            assert_eq!(State::of_status(state.status()), Some(state));
            assert!(!state.next().contains(&state));
        }
    }

    #[test]
    fn columns_are_by_name_and_nobodys_come_last() {
        let slots: Vec<Slot> = [("1", "p"), ("2", "q"), ("3", "")]
            .iter()
            .map(|(id, physician)| {
                let text = BOOKED.replace("\"id\":\"1\"", &format!("\"id\":\"{id}\""));
                read(&text.replace("Practitioner/p", &format!("Practitioner/{physician}")), None).unwrap()
            })
            .collect();
        let names = [("p", "Zander"), ("q", "Abel")].map(|(id, name)| (id.to_owned(), name.to_owned()));
        let columns = columns(&slots, &HashMap::from(names));
        let names: Vec<_> = columns.iter().map(|column| (&*column.name, column.slots.len())).collect();
        assert_eq!(names, [("Abel", 1), ("Zander", 1), ("", 1)]);
    }
}
