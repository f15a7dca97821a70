//! What goes on in the practice around a day: who comes when and how far that has come, what is to be done, what came in.
//!
//! Outside the hours of a practice its day is shown as it stands in the middle of the morning, so that there is always something to
//! look at; then nothing is said to have happened after the moment that was given.

use crate::World;
use crate::acute::ACUTE;
use crate::arrivals;
use crate::calendar::{Day, civil, is_working, time};
use crate::chart::Chart;
use crate::codes::Words;
use crate::practice::PHYSICIANS;
use crate::random::Random;
use crate::resource::{bundle, put, refer, text};
use serde_json::{Value, json};

/// The days before and after that are written as well.
const DAYS_BEFORE: i64 = 3;
const DAYS_AFTER: i64 = 11;
/// The most appointments of the day itself, of the next, and of any other.
const MOST: [u64; 3] = [30, 18, 9];
/// Patients with a higher number do not come.
const MOST_PATIENTS: u64 = 400;
/// The most tasks of a day.
const MOST_TASKS: u64 = 11;
/// Between these minutes of a day the clock is believed; else it is taken to be the last of these.
const OPEN: (i64, i64, i64) = (8 * 60 + 30, 17 * 60 + 15, 10 * 60 + 25);
/// When appointments begin, in minutes of the day.
const SLOTS: [i64; 18] =
    [480, 500, 520, 540, 570, 590, 620, 640, 660, 690, 870, 890, 920, 940, 970, 990, 1020, 1040];

/// A patient who may come.
pub(crate) struct Comer {
    pub(crate) index: u64,
    pub(crate) id: String,
    age: i64,
    doctor: usize,
    reason: Words,
    medicine: Option<Words>,
}

/// What one call is about.
struct Agenda<'a> {
    world: &'a World,
    ids: crate::practice::Ids,
    patients: u64,
    day: Day,
    minute: i64,
    /// What the clock shows in the practice.
    shown: i64,
    entries: Vec<Value>,
}

pub(crate) fn bundles(world: &World, patients: u64, day: Day, minute: i64) -> Vec<String> {
    if patients == 0 {
        return Vec::new();
    }
    let is_open = (OPEN.0..=OPEN.1).contains(&minute);
    let ids = crate::practice::Ids::of(world);
    let shown = if is_open { minute } else { OPEN.2 };
    let mut agenda = Agenda { world, ids, patients, day, minute, shown, entries: Vec::new() };
    let comers = agenda.comers();
    for on in (day - DAYS_BEFORE..=day + DAYS_AFTER).filter(|on| *on == day || is_working(*on)) {
        agenda.write_day(on, &comers);
    }
    agenda.write_tasks(&comers);
    let mut all = vec![bundle(&agenda.entries)];
    all.extend(arrivals::bundles(world, &comers, day, minute));
    all
}

impl Agenda<'_> {
    /// Those who live and of whom more than a name is known.
    fn comers(&self) -> Vec<Comer> {
        (0..self.patients.min(MOST_PATIENTS)).filter_map(|index| self.comer(index)).collect()
    }

    fn comer(&self, index: u64) -> Option<Comer> {
        let mut chart = Chart::drawn(self.world, index);
        if chart.death.is_some() || chart.character == crate::household::Character::OnlyName {
            return None;
        }
        let (_, month, _) = civil(self.day);
        let age = chart.person.age(self.day);
        let passing: Vec<Words> = ACUTE
            .iter()
            .filter(|one| one.fits(chart.person.is_woman, age, month))
            .map(|one| one.reason)
            .collect();
        let common: [Words; 4] = [
            ["Befundbesprechung", "Résultats à discuter"],
            ["Blutabnahme", "Prise de sang"],
            ["Folgerezept", "Renouvellement d'ordonnance"],
            ["Impfung", "Vaccination"],
        ];
        let reviews: Vec<Words> = chart.courses.iter().map(|course| course.plan.review).collect();
        let reason = match chart.random.below(100) {
            _ if age < 3 => ["Vorsorge", "Examen de suivi"],
            0..=54 if !reviews.is_empty() => *chart.random.pick(&reviews),
            0..=74 if !passing.is_empty() => *chart.random.pick(&passing),
            _ => *chart.random.pick(&common),
        };
        let medicine = chart.courses.iter().find_map(|course| course.plan.steps.last());
        let medicine = medicine.map(|step| self.world.locale.of(step.medicine).name);
        Some(Comer { index, id: chart.id, age, doctor: chart.doctor, reason, medicine })
    }

    fn random(&self, kind: u64, day: Day) -> Random {
        self.world.random((kind << 56) ^ (self.patients << 32) ^ day as u64)
    }

    fn write_day(&mut self, on: Day, comers: &[Comer]) {
        let mut random = self.random(0xA6, on);
        let most = MOST[match on - self.day {
            0 => 0,
            1 => 1,
            _ => 2,
        }];
        // Who comes on a day and when is the same however near that day is.
        let mut order: Vec<usize> = (0..comers.len()).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at as u64 + 1) as usize);
        }
        order.truncate((most.min(self.patients.div_ceil(4))) as usize);
        let mut of_doctor: Vec<Vec<&Comer>> = vec![Vec::new(); PHYSICIANS];
        for comer in order.iter().filter_map(|at| comers.get(*at)) {
            if let Some(list) = of_doctor.get_mut(comer.doctor) {
                list.push(comer);
            }
        }
        for (doctor, list) in of_doctor.iter().enumerate() {
            let count = list.len().max(3);
            for (number, comer) in list.iter().take(SLOTS.len()).enumerate() {
                let start = SLOTS[(number * SLOTS.len() / count).min(SLOTS.len() - 1)];
                self.write_appointment(on, start, doctor, comer);
            }
        }
    }

    fn write_appointment(&mut self, on: Day, start: i64, doctor: usize, comer: &Comer) {
        // Of this patient on this day: the same whoever else comes.
        let mut random = self.random(0xA7, on * 4096 + comer.index as i64);
        let (id, visit) = (random.uuid(), random.uuid());
        let minutes = *random.pick(&[10, 15, 15, 20, 30]);
        let luck = random.below(100);
        let is_past = on < self.day || on == self.day && start + minutes <= self.shown;
        let is_near = on == self.day && start <= self.shown + 20;
        let status = match luck {
            0..=4 => "cancelled",
            5..=9 if is_past => "noshow",
            _ if is_past => "fulfilled",
            10..=79 if is_near => "arrived",
            _ if is_near && start <= self.shown => "arrived",
            _ => "booked",
        };
        let practitioner = self.ids.practitioner(doctor);
        let patient = format!("Patient/{}", comer.id);
        let reason = self.world.locale.of(comer.reason);
        let mut appointment = json!({
            "status": status,
            "reasonCode": [text(reason)],
            "description": reason,
            "start": time(on, start),
            "end": time(on, start + minutes),
            "minutesDuration": minutes,
            "created": time(on - random.between(4, 30), 9 * 60 + 12),
            "participant": [
                {"actor": refer(&patient), "status": "accepted"},
                {"actor": refer(&practitioner), "status": "accepted"},
            ],
        });
        if status == "cancelled" {
            appointment["cancelationReason"] = text(self.world.locale.of([
                "Von der Patientin oder dem Patienten abgesagt",
                "Annulé par le patient ou la patiente",
            ]));
        }
        if random.chance(14) {
            let comments: [Words; 3] = [
                ["Kommt in Begleitung", "Vient accompagné(e)"],
                ["Bringt Unterlagen mit", "Apporte des documents"],
                ["Bitte etwas mehr Zeit", "Prévoir plus de temps"],
            ];
            appointment["comment"] = json!(self.world.locale.of(*random.pick(&comments)));
        }
        self.entries.push(put("Appointment", &id, appointment));
        let has_been = on < self.day || start + minutes <= self.minute;
        if status == "fulfilled" && has_been {
            let encounter = json!({
                "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "subject": refer(&patient),
                "participant": [{"individual": refer(&practitioner)}],
                "appointment": [refer(&format!("Appointment/{id}"))],
                "period": {"start": time(on, start + 2), "end": time(on, start + minutes)},
                "reasonCode": [text(reason)],
                "serviceProvider": refer(&format!("Organization/{}", self.ids.organization)),
            });
            self.entries.push(put("Encounter", &visit, encounter));
        }
    }

    fn write_tasks(&mut self, comers: &[Comer]) {
        let mut random = self.random(0xA8, self.day);
        let count = MOST_TASKS.min(self.patients.div_ceil(3));
        for _ in 0..count {
            if comers.is_empty() {
                return;
            }
            let (id, comer) = (random.uuid(), random.pick(comers));
            let (code, description, is_for_assistant) = self.task(comer, &mut random);
            let owner = if is_for_assistant { PHYSICIANS + random.below(2) as usize } else { comer.doctor };
            let status = *random.pick(&["requested", "requested", "requested", "in-progress"]);
            let written = self.day - random.between(1, 5);
            let task = json!({
                "status": status,
                "intent": "order",
                "priority": if random.chance(18) { "urgent" } else { "routine" },
                "code": text(self.world.locale.of(code)),
                "description": description,
                "for": refer(&format!("Patient/{}", comer.id)),
                "authoredOn": time(written, 8 * 60 + random.between(0, 500)),
                "requester": refer(&self.ids.practitioner(comer.doctor)),
                "owner": refer(&self.ids.practitioner(owner)),
                "restriction": {"period": {"end": time(self.day + random.between(-1, 6), 18 * 60)}},
            });
            self.entries.push(put("Task", &id, task));
        }
    }

    fn task(&self, comer: &Comer, random: &mut Random) -> (Words, String, bool) {
        if let Some(medicine) = comer.medicine.filter(|_| random.chance(35)) {
            let words = self.world.locale.of(["Folgerezept vorbereiten: ", "Préparer le renouvellement : "]);
            return (["Rezept", "Ordonnance"], format!("{words}{}", self.world.locale.of(medicine)), true);
        }
        let fitting: Vec<&Chore> =
            CHORES.iter().filter(|one| (one.ages.0..=one.ages.1).contains(&comer.age)).collect();
        let chore = *random.pick(&fitting);
        (chore.kind, self.world.locale.of(chore.words).to_owned(), chore.is_for_assistant)
    }
}

/// What there is to be done.
struct Chore {
    kind: Words,
    words: Words,
    is_for_assistant: bool,
    ages: (i64, i64),
}

const ANY: (i64, i64) = (0, 120);

#[rustfmt::skip]
static CHORES: &[Chore] = &[
    Chore { kind: ["Rückruf", "Rappeler"], words: ["Laborwerte am Telefon besprechen", "Donner les résultats par téléphone"], is_for_assistant: false, ages: (18, 120) },
    Chore { kind: ["Rückruf", "Rappeler"], words: ["Bittet um Rückruf nach 16 Uhr", "Demande un rappel après 16 h"], is_for_assistant: false, ages: (18, 120) },
    Chore { kind: ["Überweisung", "Orientation"], words: ["Überweisung zur Kardiologie ausstellen", "Faire le courrier pour le cardiologue"], is_for_assistant: false, ages: (45, 120) },
    Chore { kind: ["Befund", "Compte rendu"], words: ["Entlassbrief des Krankenhauses anfordern", "Demander le compte rendu d'hospitalisation"], is_for_assistant: true, ages: ANY },
    Chore { kind: ["Impfung", "Vaccin"], words: ["Zur Grippeimpfung einladen", "Inviter pour le vaccin contre la grippe"], is_for_assistant: true, ages: (60, 120) },
    Chore { kind: ["Formular", "Formulaire"], words: ["Attest für die Schule schreiben", "Rédiger le certificat pour l'école"], is_for_assistant: false, ages: (6, 17) },
    Chore { kind: ["Termin", "Rendez-vous"], words: ["Kontrolltermin in vier Wochen vereinbaren", "Fixer un contrôle dans quatre semaines"], is_for_assistant: true, ages: ANY },
    Chore { kind: ["Versicherung", "Assurance"], words: ["Neue Versichertenkarte einlesen", "Mettre à jour la carte Vitale"], is_for_assistant: true, ages: ANY },
    Chore { kind: ["Hausbesuch", "Visite"], words: ["Hausbesuch planen", "Planifier une visite à domicile"], is_for_assistant: false, ages: (75, 120) },
];
