//! Why somebody opens a record without a treating relationship: who is asked, and the form.
//!
//! Before the first page of a chart it is looked whether an appointment, an encounter, a referral or a care team binds the reader, or the
//! practice, to this patient. That is looked up in the patient's own records, which is charged as their chart and stands in the log, as
//! the page would be: whoever turns back at the question has looked, and whoever has no room is told so with or without one. The form says
//! nothing of the patient, and a record that is not there is answered as ever. Applications are not asked.
//!
//! Never: stops somebody who says why; asks twice within a day. State: whom it found bound, for some minutes ([`Bound`]).

use super::lines::document;
use super::look::local;
use super::view::date::When;
use super::view::json::{all, is, raw};
use super::view::reason::reason_words;
use super::view::value::{reference, reference_of, when};
use super::{Page, PageAsk, Rail, Role, Route, Trouble, see_other};
use crate::answer::Answer;
use askama::Template;
use jiff::civil::Date;
use salus_frame::{Shortcut, Words};
use salus_records::fhir::json::Value;
use salus_records::{Purpose, Reason, Statement};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(super) const ROUTES: &[Route] =
    &[("GET", "/{cell}/patient/{id}/reason"), ("POST", "/{cell}/patient/{id}/reason")];

/// Appointments bind from so many days before to so many days ahead.
const DAYS_BEFORE: i64 = 30;
const DAYS_AHEAD: i64 = 7;
/// Encounters and referrals bind whoever had them for so many days.
const DAYS_OF_CARE: i64 = 365;
/// Nobody is asked about a patient whose record is no older than so long, in milliseconds: whoever took them in has it open.
const NEW_MS: u64 = 12 * 3_600_000;
/// For how long it is kept that somebody is bound.
const KEPT: Duration = Duration::from_secs(600);
/// The most that are kept; then all are forgotten.
const MAX_KEPT: usize = 20_000;
/// How many records of a type are looked at.
const MAX_LOOKED_AT: &str = "40";

/// Who was found bound to whom, and when: by cell, principal and the patient's id.
#[derive(Debug, Default)]
pub(crate) struct Bound(Mutex<HashMap<(String, String, String), Instant>>);

impl Bound {
    fn knows(&self, key: &(String, String, String)) -> bool {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).is_some_and(|at| at.elapsed() < KEPT)
    }

    fn keep(&self, key: (String, String, String)) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(key, Instant::now());
    }
}

/// What binds a patient.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ties {
    /// To the reader.
    own: bool,
    /// To somebody in the practice, now.
    practice: bool,
    /// To the practice, today.
    today: bool,
}

impl Ties {
    fn and(self, other: Self) -> Self {
        Self {
            own: self.own || other.own,
            practice: self.practice || other.practice,
            today: self.today || other.today,
        }
    }

    /// Whoever comes today is everybody's patient; at the desk one works for all physicians.
    fn bind(self, role: Role) -> bool {
        self.own || self.today || role == Role::MedicalAssistant && self.practice
    }
}

/// The question, where it is to be asked before this page; none: the page may be shown. In an emergency that was said, the page is read
/// for that purpose.
pub(super) async fn asked(ask: &mut PageAsk<'_>) -> Result<Option<Answer>, Trouble> {
    let is_chart = ask.route.starts_with("/{cell}/patient/{id}") && ask.method() == "GET";
    // The cell's rules say of which roles it is not asked.
    let is_staff = ask.person.role.is_staff() && !ask.rights.unasked;
    let id = ask.value(0).to_owned();
    // Whoever said that it is an emergency is not asked.
    let is_emergency = ask.asker.purpose == Purpose::Emergency;
    if !is_chart || !is_staff || is_emergency || !salus_records::is_id(&id) {
        return Ok(None);
    }
    let stated = salus_records::stated(ask.cell, &ask.asker, &id).await?;
    // A record that is not there is the page's to answer.
    let Some(stated) = stated else { return Ok(None) };
    match stated.reason {
        Some(Reason::Emergency) => ask.asker.purpose = Purpose::Emergency,
        Some(_) => {}
        None if ask.gate_ms < stated.made_ms.saturating_add(NEW_MS) => {}
        None => {
            let key = (ask.cell.name().to_string(), ask.person.principal.clone(), id.clone());
            if !ask.web.bound.knows(&key) {
                if !Box::pin(ties(ask, &id)).await?.bind(ask.person.role) {
                    return Ok(Some(form(ask, &id, &ask.around.here, false)));
                }
                ask.web.bound.keep(key);
            }
        }
    }
    Ok(None)
}

/// Looks in the patient's records.
async fn ties(ask: &PageAsk<'_>, id: &str) -> Result<Ties, Trouble> {
    let patient = format!("Patient/{id}");
    let today = ask.clock.today();
    let day = |days: i64| format!("ge{}", today.saturating_add(jiff::Span::new().days(days)));
    let (from, recent) = (day(-DAYS_BEFORE), day(-DAYS_OF_CARE));
    let until = day(DAYS_AHEAD).replacen("ge", "le", 1);
    let of = |more: &[(&'static str, String)]| {
        let mut all = vec![("patient", patient.clone()), ("_count", MAX_LOOKED_AT.to_owned())];
        all.extend_from_slice(more);
        all
    };
    let (appointments, encounters, requests, teams) = (
        of(&[("date", from), ("date", until)]),
        of(&[("date", recent.clone()), ("_sort", "-date".into())]),
        of(&[("authored", recent), ("_sort", "-authored".into())]),
        of(&[("status", "active".into())]),
    );
    let me = ask.person.practitioner.as_deref();
    let (appointments, encounters, requests, teams, record) = tokio::join!(
        found(ask, "Appointment", &appointments, |one| of_appointment(one, me, today)),
        found(ask, "Encounter", &encounters, |one| of_encounter(one, me, today)),
        found(ask, "ServiceRequest", &requests, |one| of_request(one, me)),
        found(ask, "CareTeam", &teams, |one| own_ties(any(one, "participant", "member", me))),
        ask.read("Patient", id),
    );
    let record = record?.text;
    let by_name = document(&record).map(|text| {
        let named = all(text.root(), "generalPractitioner")
            .any(|who| me.is_some() && reference_of(who, "Practitioner").as_deref() == me);
        own_ties(named)
    });
    Ok(appointments?.and(encounters?).and(requests?).and(teams?).and(by_name.unwrap_or_default()))
}

async fn found(
    ask: &PageAsk<'_>,
    kind: &str,
    parameters: &[(&'static str, String)],
    ties: impl Fn(Value<'_>) -> Ties,
) -> Result<Ties, Trouble> {
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = ask.search(kind, &parameters).await?;
    let documents = page.entries.iter().filter_map(|entry| document(&entry.text));
    Ok(documents.fold(Ties::default(), |all, one| all.and(ties(one.root()))))
}

fn own_ties(own: bool) -> Ties {
    Ties { own, ..Ties::default() }
}

/// Whether one of a list names the reader at a path.
fn any(record: Value<'_>, list: &str, path: &str, me: Option<&str>) -> bool {
    me.is_some() && all(record, list).any(|one| reference(one, path, "Practitioner").as_deref() == me)
}

fn of_appointment(appointment: Value<'_>, me: Option<&str>, today: Date) -> Ties {
    let is_off =
        ["cancelled", "noshow", "entered-in-error"].iter().any(|code| is(appointment, "status", code));
    if is_off {
        return Ties::default();
    }
    let is_today = when(appointment, &["start"]).is_some_and(|start| is_on(start, today));
    Ties { own: any(appointment, "participant", "actor", me), practice: true, today: is_today }
}

fn of_encounter(encounter: Value<'_>, me: Option<&str>, today: Date) -> Ties {
    let is_off = ["cancelled", "entered-in-error"].iter().any(|code| is(encounter, "status", code));
    if is_off {
        return Ties::default();
    }
    let start = when(encounter, &["period.start"]);
    let earliest = When::parse(&today.saturating_sub(jiff::Span::new().days(DAYS_BEFORE)).to_string());
    let is_recent = start.zip(earliest).is_some_and(|(start, earliest)| start.day >= earliest.day);
    Ties {
        own: any(encounter, "participant", "individual", me),
        practice: is_recent,
        today: start.is_some_and(|start| is_on(start, today)),
    }
}

fn of_request(request: Value<'_>, me: Option<&str>) -> Ties {
    let asks = me.is_some() && reference(request, "requester", "Practitioner").as_deref() == me;
    let does = || {
        me.is_some()
            && all(request, "performer").any(|who| reference_of(who, "Practitioner").as_deref() == me)
    };
    let is_off = is(request, "status", "entered-in-error") || raw(request, "status").is_none();
    own_ties(!is_off && (asks || does()))
}

fn is_on(when: When, day: Date) -> bool {
    When::parse(&day.to_string()).is_some_and(|at| at.day == when.day)
}

/// A reason to be chosen with one key.
struct Choice {
    key: usize,
    code: &'static str,
    label: String,
    is_first: bool,
}

#[derive(Template)]
#[template(path = "practice/reason.html")]
struct Form<'a> {
    t: Words,
    place: String,
    to: &'a str,
    choices: Vec<Choice>,
    last_key: usize,
    is_missing: bool,
}

/// The form. It says nothing of the patient, whether there is one or not.
fn form(ask: &PageAsk<'_>, id: &str, to: &str, is_missing: bool) -> Answer {
    let t = ask.t;
    let chosen = Reason::ALL.into_iter().filter(|reason| *reason != Reason::Other).enumerate();
    let choices: Vec<Choice> = chosen
        .map(|(at, reason)| Choice {
            key: at + 1,
            code: reason.code(),
            label: t.say(reason_words(reason)).into_owned(),
            is_first: at == 0,
        })
        .collect();
    let last_key = choices.len() + 1;
    let mut keys: Vec<Shortcut> =
        choices.iter().map(|one| Shortcut::page(KEYS[one.key - 1], one.label.clone())).collect();
    keys.push(Shortcut::page(KEYS[last_key - 1], t.say("reason-other")));
    let body = Form { t, place: format!("{}/patient/{id}", ask.base()), to, choices, last_key, is_missing };
    let page = Page::new(Rail::Patients, t.say("reason-title"), &body).keys(keys);
    ask.settle(page.around(&ask.around, Some(&ask.person)))
}

const KEYS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

pub(super) async fn answer(ask: &PageAsk<'_>) -> Result<Answer, Trouble> {
    let id = ask.value(0);
    if !salus_records::is_id(id) {
        return Err(Trouble::Unknown);
    }
    let place = format!("{}/patient/{id}", ask.base());
    if ask.method() == "GET" {
        return Ok(form(ask, id, &place, false));
    }
    let to = ask.field("to").and_then(|to| local(ask.base(), to));
    let to = to.filter(|to| to.strip_prefix(&place).is_some_and(begins_anew)).unwrap_or(&place);
    let text = ask.field("text").unwrap_or_default().to_owned();
    let reason = ask.field("reason").and_then(Reason::of_code);
    let statement = Statement { reason: reason.unwrap_or(Reason::Other), text };
    if !statement.is_good() {
        return Ok(form(ask, id, to, true));
    }
    salus_records::relate(ask.cell, &ask.asker, id, statement).await?;
    Ok(see_other(&ask.around, to))
}

/// Whether what follows a patient's address is still theirs.
fn begins_anew(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['/', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_records::fhir::json::Document;

    fn of(text: &str, ties: impl Fn(Value<'_>, Option<&str>, Date) -> Ties, me: Option<&str>) -> Ties {
        let today: Date = "2026-11-28".parse().unwrap();
        ties(Document::parse(text).unwrap().root(), me, today)
    }

    #[test]
    fn an_appointment_binds_whoever_it_is_with_and_today_everybody() {
        let appointment = |status: &str, start: &str| {
            format!(
                r#"{{"status":"{status}","start":"{start}","participant":[{{"actor":{{"reference":"Practitioner/p"}}}}]}}"#
            )
        };
        let later = appointment("booked", "2026-12-02T09:00:00Z");
        let (mine, other) = (of(&later, of_appointment, Some("p")), of(&later, of_appointment, Some("q")));
        assert!(mine.bind(Role::Physician) && !other.bind(Role::Physician));
        assert!(other.bind(Role::MedicalAssistant), "at the desk one works for all");
        assert!(!of(&later, of_appointment, None).own);
        let now = appointment("arrived", "2026-11-28T09:00:00Z");
        assert!(of(&now, of_appointment, None).bind(Role::Physician));
        for status in ["cancelled", "noshow", "entered-in-error"] {
            let off = appointment(status, "2026-11-28T09:00:00Z");
            assert_eq!(of(&off, of_appointment, Some("p")), Ties::default());
        }
    }

    #[test]
    fn an_encounter_and_a_referral_bind_whoever_had_them() {
        let encounter = r#"{"status":"finished","period":{"start":"2026-03-01"},"participant":[{"individual":{"reference":"Practitioner/p"}}]}"#;
        assert!(of(encounter, of_encounter, Some("p")).bind(Role::Physician));
        let other = of(encounter, of_encounter, Some("q"));
        assert!(!other.bind(Role::Physician) && !other.bind(Role::MedicalAssistant), "it is long ago");
        let request = |one: Value<'_>, me: Option<&str>, _| of_request(one, me);
        let referral = r#"{"status":"active","requester":{"reference":"Practitioner/p"},"performer":[{"reference":"Practitioner/r"}]}"#;
        assert!(of(referral, request, Some("p")).own && of(referral, request, Some("r")).own);
        assert!(!of(referral, request, Some("q")).own && !of(referral, request, None).own);
    }

    #[test]
    fn whoever_is_bound_is_known_for_a_while() {
        let bound = Bound::default();
        let key = |who: &str| ("praxis".to_owned(), who.to_owned(), "1".to_owned());
        bound.keep(key("a"));
        assert!(bound.knows(&key("a")) && !bound.knows(&key("b")));
    }
}
