//! How somebody comes to the practice: for the beginnings and turns of lasting illnesses, to be followed, with what passes, and to be
//! looked over.

use super::{Chart, Course};
use crate::Locale;
use crate::acute::{ACUTE, Acute};
use crate::calendar::{Day, civil, date, days_of_years, time, working};
use crate::codes::Words;
use crate::codes::conditions::Diagnosis;
use crate::codes::measures::Measure;
use crate::household::Character;
use crate::plans::{Plan, others};
use crate::resource::{coded, hl7, refer, text};
use serde_json::{Value, json};

/// How far follow-ups of lasting illnesses lie apart, in days.
const REVIEW_DAYS: (i64, i64) = (90, 150);
/// Who takes the older anticoagulants is measured so often.
const INR_DAYS: i64 = 32;
/// A follow-up is left out when something else is due within so many days.
const NEAR_DAYS: i64 = 24;
/// A step is taken when it is due within so many days.
pub(super) const EARLY_DAYS: i64 = 4;

/// A visit, as its records need it.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// The reference to the Encounter; none for what came by another way.
    pub(crate) encounter: Option<String>,
    pub(crate) day: Day,
    pub(crate) minute: i64,
    pub(crate) doctor: String,
}

/// Why somebody comes.
#[derive(Debug, Clone, Copy)]
enum Occasion {
    /// A course begins or goes on to its next step.
    Turn(usize),
    Acute(&'static Acute),
    Review,
    Checkup,
    Inr,
}

impl Chart<'_> {
    /// All visits, the oldest first.
    pub(super) fn live(&mut self) {
        if self.person.age(self.end) < 18 {
            self.grow();
        }
        let mut reviews = 0;
        for (day, occasion) in self.occasions() {
            match occasion {
                Occasion::Turn(course) => self.turn(day, course),
                Occasion::Acute(acute) => self.fall_ill(day, acute),
                Occasion::Review => {
                    reviews += 1;
                    self.review(day, reviews);
                }
                Occasion::Checkup => self.look_over(day),
                Occasion::Inr => self.measure_inr(day),
            }
        }
        self.write_letters();
    }

    /// In the order of days, never two on one.
    fn occasions(&mut self) -> Vec<(Day, Occasion)> {
        let mut fixed: Vec<(Day, Occasion)> = Vec::new();
        for (at, course) in self.courses.iter().enumerate() {
            let turns =
                course.plan.steps.iter().flat_map(|step| [Some(step.after), step.until.map(|(end, _)| end)]);
            for after in [Some(course.plan.noticed_after)].into_iter().chain(turns).flatten() {
                let day = working(course.onset + after);
                if day >= self.begin
                    && day < self.end
                    && fixed.iter().all(|(other, _)| (day - other).abs() > EARLY_DAYS)
                {
                    fixed.push((day, Occasion::Turn(at)));
                }
            }
        }
        let adds: Vec<(Day, Occasion)> =
            self.acute_days().into_iter().map(|(day, acute)| (day, Occasion::Acute(acute))).collect();
        let mut all = fixed;
        for (day, occasion) in adds.into_iter().chain(self.reviews()) {
            let near = if matches!(occasion, Occasion::Review | Occasion::Checkup) { NEAR_DAYS } else { 0 };
            if all.iter().all(|(other, _)| (day - other).abs() > near) {
                all.push((day, occasion));
            }
        }
        if let Some(onset) = self.course_of(&crate::plans::heart::FIBRILLATION_VKA).map(|course| course.onset)
        {
            let mut day = onset.max(self.begin) + 12;
            while day < self.end {
                let on = working(day);
                if all.iter().all(|(other, _)| *other != on) {
                    all.push((on, Occasion::Inr));
                }
                day += INR_DAYS + self.random.between(-4, 6);
            }
        }
        all.sort_by_key(|(day, _)| *day);
        all
    }

    fn course_of(&self, plan: &Plan) -> Option<&super::Course> {
        self.courses.iter().find(|course| std::ptr::eq(course.plan, plan))
    }

    fn reviews(&mut self) -> Vec<(Day, Occasion)> {
        let age = self.person.age(self.end);
        let (every, occasion) = match (self.character, self.courses.is_empty()) {
            (Character::Newborn, _) => return Vec::new(),
            (Character::Pregnant, _) => ((26, 29), Occasion::Review),
            (Character::LongHistory, _) => ((112, 160), Occasion::Review),
            (_, false) => (REVIEW_DAYS, Occasion::Review),
            (_, true) if age < 18 => return Vec::new(),
            (_, true) if age < 35 => ((700, 1100), Occasion::Checkup),
            (_, true) => ((330, 560), Occasion::Checkup),
        };
        let begin = match self.course_of(&others::PREGNANCY) {
            Some(course) => course.onset + 70,
            None => self.begin + self.random.between(0, 40),
        };
        let (mut day, mut days) = (begin, Vec::new());
        while day < self.end {
            days.push((working(day), occasion));
            day += self.random.between(every.0, every.1);
        }
        days.retain(|(day, _)| *day >= self.begin && *day >= self.person.birth);
        days
    }

    fn acute_days(&mut self) -> Vec<(Day, &'static Acute)> {
        let years = (self.end - self.begin) as f64 / 365.25;
        let rate = match self.person.age(self.end) {
            0..=6 => 2.2,
            7..=17 => 1.3,
            18..=65 => 1.2,
            _ => 0.8,
        };
        let mut found: Vec<(Day, &'static Acute)> = Vec::new();
        for _ in 0..(years * rate * self.random.real(0.5, 1.3)).round() as i64 {
            let day = working(self.begin + self.random.between(0, (self.end - self.begin - 3).max(0)));
            let age = self.person.age(day);
            let (_, month, _) = civil(day);
            let fitting: Vec<&'static Acute> =
                ACUTE.iter().filter(|one| one.fits(self.person.is_woman, age, month)).collect();
            let is_early = day < self.person.birth + 40;
            if !fitting.is_empty() && !is_early && found.iter().all(|(other, _)| (day - other).abs() > 20) {
                found.push((day, *self.random.pick(&fitting)));
            }
        }
        found
    }

    /// Puts an encounter. Which illnesses are known by that day is written with the first.
    pub(super) fn open(&mut self, day: Day, reason: &str) -> Visit {
        let morning = self.random.chance(64);
        let slot = if morning { self.random.between(0, 23) } else { self.random.between(36, 59) };
        let minute = 8 * 60 + slot * 10;
        self.open_at(day, minute, self.doctor, reason)
    }

    pub(crate) fn open_at(&mut self, day: Day, minute: i64, doctor: usize, reason: &str) -> Visit {
        let doctor = self.ids.practitioner(doctor);
        let encounter = json!({
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": refer(&self.patient()),
            "participant": [{"individual": refer(&doctor)}],
            "period": {"start": time(day, minute), "end": time(day, minute + self.random.between(6, 22))},
            "reasonCode": [text(reason)],
            "serviceProvider": refer(&format!("Organization/{}", self.ids.organization)),
        });
        let encounter = self.add("Encounter", encounter);
        Visit { encounter: Some(encounter), day, minute, doctor }
    }

    /// Writes the conditions that are known by that day, and begins and ends what is given for them.
    pub(super) fn treat(&mut self, visit: &Visit) {
        for at in 0..self.courses.len() {
            let Course { plan, onset, .. } = self.courses[at].clone();
            if onset + plan.noticed_after <= visit.day + EARLY_DAYS && self.courses[at].condition.is_none() {
                let condition = self.diagnose(visit, plan.diagnosis, onset.min(visit.day), None);
                self.courses[at].condition = Some(condition);
            }
        }
        self.take_steps(visit);
    }

    /// Writes a diagnosis; one that has passed has its last day.
    pub(super) fn diagnose(
        &mut self,
        visit: &Visit,
        diagnosis: &Diagnosis,
        onset: Day,
        passed: Option<Day>,
    ) -> String {
        let system = self
            .world
            .locale
            .of(["http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://hl7.org/fhir/sid/icd-10"]);
        let code = self.world.locale.of(diagnosis.code);
        let is_over = passed.is_some_and(|day| day <= self.end);
        let mut condition = json!({
            "clinicalStatus": hl7("condition-clinical", if is_over { "resolved" } else { "active" }),
            "verificationStatus": hl7("condition-ver-status", "confirmed"),
            "category": [hl7("condition-category", if passed.is_some() { "encounter-diagnosis" } else { "problem-list-item" })],
            "code": coded(system, code, self.words(diagnosis.name)),
            "subject": refer(&self.patient()),
        });
        link(&mut condition, visit);
        condition["onsetDateTime"] = json!(date(onset));
        if let Some(day) = passed.filter(|_| is_over) {
            condition["abatementDateTime"] = json!(date(day));
        }
        condition["recordedDate"] = json!(date(visit.day));
        condition["recorder"] = refer(&visit.doctor);
        self.add("Condition", condition)
    }

    /// A diagnosis that another has taken the place of.
    pub(super) fn no_longer(&mut self, condition: &str, day: Day) {
        let written = self.entries.iter_mut().map(|entry| &mut entry["resource"]);
        for resource in written.filter(|one| condition.strip_prefix("Condition/") == one["id"].as_str()) {
            resource["clinicalStatus"] = hl7("condition-clinical", "inactive");
            resource["abatementDateTime"] = json!(date(day));
        }
    }

    fn turn(&mut self, day: Day, course: usize) {
        let Course { plan, onset, .. } = self.courses[course].clone();
        let visit = self.open(day, self.words(plan.review));
        self.treat(&visit);
        self.vitals(&visit);
        self.panel(&visit, plan.follows);
        // What is written down at a follow-up is not yet so when it begins.
        if day > onset + 40 && self.random.chance(40) {
            self.note(&visit, self.words(plan.note));
        }
    }

    fn review(&mut self, day: Day, number: usize) {
        let known: Vec<&'static Plan> =
            self.courses.iter().filter(|course| course.onset <= day).map(|course| course.plan).collect();
        let Some(plan) = known.get(number % known.len().max(1)).copied() else {
            return self.look_over(day);
        };
        let visit = self.open(day, self.words(plan.review));
        self.treat(&visit);
        self.vitals(&visit);
        if number % 2 == 1 || self.character != Character::Usual {
            let mut wanted: Vec<Measure> = known.iter().flat_map(|plan| plan.follows).copied().collect();
            wanted.sort_unstable();
            wanted.dedup();
            self.panel(&visit, &wanted);
        }
        if self.random.chance(38) {
            self.note(&visit, self.words(plan.note));
        }
    }

    fn look_over(&mut self, day: Day) {
        let visit = self.open(day, self.world.locale.of(["Vorsorge", "Bilan de santé"]));
        self.treat(&visit);
        self.vitals(&visit);
        if self.person.age(day) >= 35 {
            self.panel(
                &visit,
                &[Measure::Creatinine, Measure::Gfr, Measure::Glucose, Measure::Ldl, Measure::Haemoglobin],
            );
        }
        if self.random.chance(40) {
            let words: Words = [
                "Fühlt sich gesund. Haut, Herz, Lunge, Bauch ohne Befund. Bewegung und Impfungen besprochen.",
                "Se sent bien. Peau, cœur, poumons, abdomen sans particularité. Activité physique et vaccins abordés.",
            ];
            self.note(&visit, self.words(words));
        }
    }

    fn measure_inr(&mut self, day: Day) {
        let visit = self.open(day, self.world.locale.of(["INR-Kontrolle", "Contrôle de l'INR"]));
        self.treat(&visit);
        self.observe(&visit, Measure::Inr, "laboratory");
    }

    fn fall_ill(&mut self, day: Day, acute: &'static Acute) {
        let visit = self.open(day, self.words(acute.reason));
        self.treat(&visit);
        let lasts = acute.sick_days.max(3) + self.random.between(2, 6);
        let began = (day - self.random.between(1, 4)).max(self.begin.min(day));
        let condition = self.diagnose(&visit, acute.diagnosis, began, Some(day + lasts));
        self.note(&visit, self.words(acute.note));
        if acute.fever > 0 {
            self.observe_fever(&visit, acute.fever);
        }
        if acute.crp > 0 && self.person.age(day) > 15 && self.random.chance(50) {
            let value = acute.crp as f64 * self.random.real(0.6, 1.5);
            self.observe_value(&visit, Measure::Crp, "laboratory", value);
        }
        self.give_for_days(&visit, acute, &condition);
        let works = (19..66).contains(&self.person.age(day)) && self.random.chance(80);
        if acute.sick_days > 0 && works {
            self.sick_note(&visit, acute);
        }
    }

    /// How long somebody has been known, in words, for letters.
    pub(super) fn known_for(&self, onset: Day, day: Day) -> String {
        let years = (day - onset) / days_of_years(1);
        match (self.world.locale, years) {
            (Locale::German, 0) => "seit diesem Jahr".to_owned(),
            (Locale::German, 1) => "seit einem Jahr".to_owned(),
            (Locale::German, years) => format!("seit {years} Jahren"),
            (Locale::French, 0) => "depuis cette année".to_owned(),
            (Locale::French, 1) => "depuis un an".to_owned(),
            (Locale::French, years) => format!("depuis {years} ans"),
        }
    }
}

/// Ties a record to its encounter.
pub(super) fn link(resource: &mut Value, visit: &Visit) {
    if let Some(encounter) = &visit.encounter {
        resource["encounter"] = refer(encounter);
    }
}
