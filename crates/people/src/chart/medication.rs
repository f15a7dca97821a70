//! What is given: started, stopped with a reason, prescribed; as a course of time (MedicationStatement) and as prescriptions
//! (MedicationRequest).

use super::Chart;
use super::visits::{EARLY_DAYS, Visit, link};
use crate::acute::Acute;
use crate::calendar::{Day, date};
use crate::codes::Words;
use crate::codes::medicines::{self as m, Medicine};
use crate::resource::{ATC, coded, refer, text};
use serde_json::json;

/// A prescription lasts for so many days.
const SUPPLY_DAYS: i64 = 100;

/// A medicine in somebody's life.
#[derive(Debug, Clone)]
pub(super) struct Therapy {
    pub(super) medicine: &'static Medicine,
    dose: Words,
    pub(super) start: Day,
    /// The last day; none while it is taken.
    pub(super) end: Option<Day>,
    /// When it is to end, and why.
    planned: Option<(Day, Words)>,
    why: Option<Words>,
    condition: String,
    /// The visit at which it was begun, if that was here.
    visit: Option<Visit>,
}

impl Chart<'_> {
    fn takes(&self, medicine: &Medicine) -> bool {
        self.therapies.iter().any(|one| one.medicine == medicine && one.end.is_none())
    }

    /// Ends what is to end by that day, then begins what is due.
    pub(super) fn take_steps(&mut self, visit: &Visit) {
        for one in self.therapies.iter_mut().filter(|one| one.end.is_none()) {
            if let Some((day, why)) = one.planned.filter(|(day, _)| *day <= visit.day + EARLY_DAYS) {
                one.end = Some(if visit.day - day > 10 { day } else { visit.day }.max(one.start));
                one.why = Some(why);
            }
        }
        for at in 0..self.courses.len() {
            let Some(condition) = self.courses[at].condition.clone() else { continue };
            let (plan, onset) = (self.courses[at].plan, self.courses[at].onset);
            for (number, step) in plan.steps.iter().enumerate() {
                let due = onset + step.after;
                if self.courses[at].begun[number] || due > visit.day + EARLY_DAYS {
                    continue;
                }
                self.courses[at].begun[number] = true;
                let medicine = self.world.locale.of(step.medicine);
                let planned = step.until.map(|(after, why)| (onset + after, why));
                let is_past = planned.is_some_and(|(day, _)| day <= self.begin.max(visit.day - SUPPLY_DAYS));
                if is_past || self.takes(medicine) || !self.bears(medicine) {
                    continue;
                }
                let is_here = due >= self.begin;
                self.therapies.push(Therapy {
                    medicine,
                    dose: step.dose,
                    start: if is_here { visit.day } else { due.max(self.person.birth) },
                    end: None,
                    planned,
                    why: None,
                    condition: condition.clone(),
                    visit: is_here.then(|| visit.clone()),
                });
            }
        }
    }

    /// Stops a medicine; says whether it was taken.
    pub(super) fn stop(&mut self, medicine: &Medicine, day: Day, why: Words) -> bool {
        let taken = self.therapies.iter_mut().filter(|one| one.medicine == medicine && one.end.is_none());
        let mut any = false;
        for one in taken {
            (one.end, one.why, any) = (Some(day.max(one.start)), Some(why), true);
        }
        any
    }

    /// What is given for a short illness.
    pub(super) fn give_for_days(&mut self, visit: &Visit, acute: &Acute, condition: &str) {
        let here = |(medicine, dose, days)| (self.world.locale.of::<&'static Medicine>(medicine), dose, days);
        let may = |medicine: &Medicine| self.bears(medicine) && !self.takes(medicine);
        let fitting = acute.medicine.map(here).filter(|(medicine, ..)| may(medicine));
        let instead = acute.instead.map(here).filter(|(medicine, ..)| may(medicine));
        let is_short_of_kidneys = self.courses.iter().any(|course| {
            course.plan.diagnosis == &crate::codes::conditions::KIDNEY && course.onset <= visit.day
        });
        // Kidneys that fail are spared what harms them.
        let first = fitting.filter(|(medicine, ..)| !(is_short_of_kidneys && *medicine == &m::IBUPROFEN));
        let Some((medicine, dose, days)) = first.or(instead) else { return };
        let last = visit.day + days - 1;
        self.therapies.push(Therapy {
            medicine,
            dose,
            start: visit.day,
            end: (last <= self.end).then_some(last),
            planned: None,
            why: None,
            condition: condition.to_owned(),
            visit: Some(visit.clone()),
        });
    }

    pub(super) fn write_therapies(&mut self) {
        for mut one in std::mem::take(&mut self.therapies) {
            if let Some((day, why)) = one.planned.filter(|(day, _)| one.end.is_none() && *day <= self.end) {
                one.end = Some(day.max(one.start));
                one.why = Some(why);
            }
            one.end = one.end.or(self.death);
            self.write_statement(&one);
            self.write_requests(&one);
            self.therapies.push(one);
        }
    }

    fn write_statement(&mut self, one: &Therapy) {
        let mut period = json!({"start": date(one.start)});
        if let Some(end) = one.end {
            period["end"] = json!(date(end));
        }
        let status = match (one.end, one.why) {
            (None, _) => "active",
            (Some(_), Some(_)) => "stopped",
            (Some(_), None) => "completed",
        };
        let mut statement = json!({"status": status});
        if let Some(why) = one.why {
            statement["statusReason"] = json!([text(self.words(why))]);
        }
        statement["medicationCodeableConcept"] = coded(ATC, one.medicine.atc, self.words(one.medicine.name));
        statement["subject"] = refer(&self.patient());
        if let Some(encounter) = one.visit.as_ref().and_then(|visit| visit.encounter.as_ref()) {
            statement["context"] = refer(encounter);
        }
        statement["effectivePeriod"] = period;
        statement["dateAsserted"] = json!(date(one.end.unwrap_or(one.start).min(self.end)));
        statement["informationSource"] = refer(&self.ids.practitioner(self.doctor));
        statement["reasonReference"] = json!([refer(&one.condition)]);
        statement["dosage"] = json!([{"text": self.words(one.dose)}]);
        self.add("MedicationStatement", statement);
    }

    /// The first prescription, if it was written here, and the one that lasts now.
    fn write_requests(&mut self, one: &Therapy) {
        if let Some(visit) = &one.visit {
            let lasts = one.end.unwrap_or(one.start + SUPPLY_DAYS).max(one.start);
            let is_over = one.end.is_some() || lasts < self.end;
            let status = match (one.why, is_over) {
                (Some(_), _) => "stopped",
                (None, true) => "completed",
                (None, false) => "active",
            };
            self.write_request(one, visit, lasts, status);
            if !is_over {
                return;
            }
        }
        if one.end.is_none() {
            let day = crate::calendar::working(self.end - self.random.between(3, 70)).max(one.start);
            let visit = Visit { encounter: None, day, minute: 0, doctor: self.ids.practitioner(self.doctor) };
            self.write_request(one, &visit, day + SUPPLY_DAYS, "active");
        }
    }

    fn write_request(&mut self, one: &Therapy, visit: &Visit, lasts: Day, status: &str) {
        let mut request = json!({
            "status": status,
            "intent": "order",
            "medicationCodeableConcept": coded(ATC, one.medicine.atc, self.words(one.medicine.name)),
            "subject": refer(&self.patient()),
        });
        link(&mut request, visit);
        request["authoredOn"] = json!(date(visit.day));
        request["requester"] = refer(&visit.doctor);
        request["reasonReference"] = json!([refer(&one.condition)]);
        request["dosageInstruction"] = json!([{"text": self.words(one.dose)}]);
        request["dispenseRequest"] =
            json!({"validityPeriod": {"start": date(visit.day), "end": date(lasts.max(visit.day))}});
        self.add("MedicationRequest", request);
    }
}
