//! What is measured: vital signs at a visit, and the laboratory's reports.

use super::Chart;
use super::body::filtration;
use super::visits::{Visit, link};
use crate::Locale;
use crate::calendar::{Day, date, time};
use crate::codes::conditions as c;
use crate::codes::measures::{BLOOD_PRESSURE, Info, LABORATORY_REPORT, Measure};
use crate::codes::medicines as m;
use crate::household::Character;
use crate::resource::{LOINC, coded, hl7, quantity, refer};
use serde_json::{Value, json};

/// Blood is sent off by this minute of the day, and the report is there at that one.
const REPORT_MINUTE: i64 = 17 * 60 + 40;
/// Below it, in mL/min/1.73 m², the kidneys are in their fourth stage, and metformin is stopped.
const FOURTH_STAGE: f64 = 30.0;
/// What those who take the older anticoagulants aim at.
const INR_AIM: (f64, f64) = (2.0, 3.0);

impl Chart<'_> {
    /// What is measured at a visit for its own sake.
    pub(super) fn vitals(&mut self, visit: &Visit) {
        let age = self.person.age(visit.day);
        if age >= 16 {
            self.blood_pressure(visit);
        }
        let is_weighed = age < 18 || self.character != Character::Usual || self.random.chance(40);
        if is_weighed {
            self.observe(visit, Measure::Weight, "vital-signs");
        }
        if age < 18 {
            self.observe(visit, Measure::Height, "vital-signs");
        }
        if age < 2 {
            self.observe(visit, Measure::HeadCircumference, "vital-signs");
        }
        for measure in [Measure::HeartRate, Measure::Saturation] {
            let concerned = self.courses.iter().any(|course| {
                course.onset <= visit.day && course.plan.curves.iter().any(|(of, ..)| *of == measure)
            });
            if concerned && self.random.chance(70) {
                self.observe(visit, measure, "vital-signs");
            }
        }
    }

    pub(super) fn blood_pressure(&mut self, visit: &Visit) {
        let upper = self.measured(Measure::Systolic, visit.day).round();
        let lower = self.measured(Measure::Diastolic, visit.day).round().min(upper - 22.0);
        let display = self.world.locale.of(["Blutdruck", "Tension artérielle"]);
        let mut observation = self.observation(visit, "vital-signs", coded(LOINC, BLOOD_PRESSURE, display));
        let parts = [(Measure::Systolic, upper), (Measure::Diastolic, lower)];
        let components: Vec<Value> = parts
            .into_iter()
            .map(|(measure, value)| {
                let info = measure.info();
                let mut part = json!({
                    "code": self.code(info),
                    "valueQuantity": quantity(value, 0, "mm[Hg]"),
                });
                if value > info.reference[0].1 {
                    part["interpretation"] = json!([hl7("v3-ObservationInterpretation", "H")]);
                }
                part
            })
            .collect();
        observation["component"] = json!(components);
        self.add("Observation", observation);
    }

    pub(super) fn observe_fever(&mut self, visit: &Visit, tenths: i64) {
        let value = 36.8 + tenths as f64 / 10.0 * self.random.real(0.7, 1.1);
        self.observe_value(visit, Measure::Temperature, "vital-signs", value);
    }

    /// Measures something, and says the reference to it.
    pub(super) fn observe(&mut self, visit: &Visit, measure: Measure, category: &str) -> String {
        let value = self.measured(measure, visit.day);
        self.observe_value(visit, measure, category, value)
    }

    /// Writes a value, which is in the German unit.
    pub(super) fn observe_value(
        &mut self,
        visit: &Visit,
        measure: Measure,
        category: &str,
        value: f64,
    ) -> String {
        let info = measure.info();
        let scale = self.world.locale.of(info.scale);
        let mut observation = self.observation(visit, category, self.code(info));
        observation["valueQuantity"] = quantity(value * scale.factor, scale.digits, scale.unit);
        let (low, high) = self.reference(info, visit.day);
        let bound = |value: f64| quantity(value * scale.factor, scale.digits, scale.unit);
        let mut range = json!({});
        if low > 0.0 {
            range["low"] = bound(low);
        }
        if high > 0.0 {
            range["high"] = bound(high);
        }
        // As it is written down, not as it was before rounding.
        let digits = scale.digits;
        let rounded = |value: f64| format!("{:.digits$}", value * scale.factor).parse::<f64>().unwrap_or(0.0);
        let sign = match () {
            () if high > 0.0 && rounded(value) > rounded(high) => Some("H"),
            () if low > 0.0 && rounded(value) < rounded(low) => Some("L"),
            () => None,
        };
        if let Some(sign) = sign {
            observation["interpretation"] = json!([hl7("v3-ObservationInterpretation", sign)]);
        }
        if low > 0.0 || high > 0.0 {
            observation["referenceRange"] = json!([range]);
        }
        self.add("Observation", observation)
    }

    fn code(&self, info: &Info) -> Value {
        coded(LOINC, self.world.locale.of(info.loinc), self.words(info.display))
    }

    fn reference(&self, info: &Info, day: Day) -> (f64, f64) {
        let thins = |medicine: &m::Medicine| [&m::PHENPROCOUMON, &m::WARFARIN].contains(&medicine);
        let takes = self
            .therapies
            .iter()
            .any(|one| thins(one.medicine) && one.start < day && one.end.is_none_or(|end| end >= day));
        match info.measure {
            Measure::Inr if takes => INR_AIM,
            // Children's ranges are others: none is said.
            _ if self.person.age(day) < 16
                && !matches!(info.measure, Measure::Temperature | Measure::Saturation) =>
            {
                (0.0, 0.0)
            }
            _ => info.reference[usize::from(!self.person.is_woman)],
        }
    }

    fn observation(&self, visit: &Visit, category: &str, code: Value) -> Value {
        let mut observation = json!({
            "status": "final",
            "category": [hl7("observation-category", category)],
            "code": code,
            "subject": refer(&self.patient()),
        });
        link(&mut observation, visit);
        observation["effectiveDateTime"] = json!(time(visit.day, visit.minute + 4));
        observation["performer"] = json!([refer(&visit.doctor)]);
        observation
    }

    /// A report of the laboratory with these values; none without any.
    pub(crate) fn panel(&mut self, visit: &Visit, measures: &[Measure]) -> Option<String> {
        let mut results = Vec::new();
        let mut creatinine = None;
        for measure in measures {
            let value = match measure {
                Measure::Gfr => {
                    let known = creatinine.unwrap_or_else(|| self.measured(Measure::Creatinine, visit.day));
                    let rate = filtration(known, self.person.is_woman, self.person.age(visit.day));
                    self.notice_filtration(visit, rate);
                    rate
                }
                _ => self.measured(*measure, visit.day),
            };
            if *measure == Measure::Creatinine {
                creatinine = Some(value);
            }
            results.push(self.observe_value(visit, *measure, "laboratory", value));
        }
        if results.is_empty() {
            return None;
        }
        let display = self.world.locale.of(["Labor", "Analyses de laboratoire"]);
        let mut report = json!({
            "status": "final",
            "category": [hl7("v2-0074", "LAB")],
            "code": coded(LOINC, LABORATORY_REPORT, display),
            "subject": refer(&self.patient()),
        });
        link(&mut report, visit);
        report["effectiveDateTime"] = json!(time(visit.day, visit.minute + 4));
        let (day, minute) = self.arrives.unwrap_or((visit.day, REPORT_MINUTE.max(visit.minute + 5)));
        report["issued"] = json!(time(day, minute));
        report["performer"] =
            json!([{"display": self.world.locale.of(["Labor Dreisamtal", "Laboratoire des Brotteaux"])}]);
        report["result"] = results.iter().map(|result| refer(result)).collect();
        Some(self.add("DiagnosticReport", report))
    }

    /// What follows when the kidneys get worse.
    fn notice_filtration(&mut self, visit: &Visit, rate: f64) {
        let fails = self
            .courses
            .iter()
            .any(|course| course.plan.diagnosis == &c::KIDNEY && course.onset <= visit.day);
        if !fails || rate >= FOURTH_STAGE || self.is_in_fourth_stage {
            return;
        }
        self.is_in_fourth_stage = true;
        self.diagnose(visit, &c::KIDNEY_4, visit.day, None);
        let third = self.courses.iter().find(|course| course.plan.diagnosis == &c::KIDNEY);
        if let Some(condition) = third.and_then(|course| course.condition.clone()) {
            self.no_longer(&condition, visit.day);
        }
        let why = ["Nierenfunktion unter 30 ml/min", "Fonction rénale sous 30 ml/min"];
        if self.stop(&m::METFORMIN, visit.day, why) {
            let words = match self.world.locale {
                Locale::German => {
                    format!("eGFR {rate:.0}: Metformin abgesetzt, Überweisung zur Nephrologie.")
                }
                Locale::French => {
                    format!("DFG {rate:.0} : arrêt de la metformine, avis néphrologique demandé.")
                }
            };
            self.note(visit, &words);
        }
    }

    /// What one would measure in this person at a follow-up.
    pub(crate) fn followed(&self, day: Day) -> Vec<Measure> {
        let known = self.courses.iter().filter(|course| course.onset <= day);
        let mut wanted: Vec<Measure> = known.flat_map(|course| course.plan.follows).copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// A day as letters write it.
    pub(super) fn written(&self, day: Day) -> String {
        let text = date(day);
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next(), parts.next(), parts.next());
        let [year, month, day] = [year, month, day].map(Option::unwrap_or_default);
        match self.world.locale {
            Locale::German => format!("{day}.{month}.{year}"),
            Locale::French => format!("{day}/{month}/{year}"),
        }
    }
}
