//! Charts for measurements: of a known number of records.

use super::Chart;
use super::visits::Visit;
use crate::World;
use crate::calendar::date;
use crate::calendar::{days_of_years, working};
use crate::codes::measures::Measure;
use crate::codes::medicines::Medicine;
use crate::codes::vaccines::FLU;
use crate::plans::{Plan, heart, metabolic};
use crate::resource::{ATC, coded, refer};
use serde_json::json;

/// What is measured at each visit of the longest chart, beside blood pressure.
const HEAVY: [Measure; 9] = [
    Measure::Weight,
    Measure::HbA1c,
    Measure::Glucose,
    Measure::Creatinine,
    Measure::Potassium,
    Measure::Sodium,
    Measure::Ldl,
    Measure::Haemoglobin,
    Measure::HeartRate,
];
const HEAVY_YEARS: i64 = 20;

impl<'a> Chart<'a> {
    /// Eight records: the Patient, an encounter, two vital signs, a value, a diagnosis, a prescription, a vaccination.
    pub(crate) fn thin(world: &'a World, index: u64) -> Self {
        let mut chart = Self::drawn(world, index);
        chart.courses.clear();
        chart.household.people.truncate(0);
        chart.write_person_alone();
        let plan: &'static Plan = &heart::HYPERTENSION;
        let day = working(world.today - chart.random.between(1, 300)).max(chart.person.birth + 1);
        let visit = chart.open(day, chart.words(plan.review));
        chart.observe(&visit, Measure::Weight, "vital-signs");
        chart.observe(&visit, Measure::HeartRate, "vital-signs");
        chart.observe(&visit, Measure::Creatinine, "laboratory");
        let condition = chart.diagnose(&visit, plan.diagnosis, day, None);
        chart.prescribe(&visit, world.locale.of(plan.steps[0].medicine), &condition);
        let immunization = json!({
            "status": "completed",
            "vaccineCode": coded(ATC, FLU.atc, chart.words(FLU.name)),
            "patient": refer(&chart.patient()),
            "occurrenceDateTime": date(day),
        });
        chart.add("Immunization", immunization);
        chart
    }

    fn prescribe(&mut self, visit: &Visit, medicine: &Medicine, condition: &str) {
        let mut request = json!({
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": coded(ATC, medicine.atc, self.words(medicine.name)),
            "subject": refer(&self.patient()),
            "authoredOn": date(visit.day),
            "requester": refer(&visit.doctor),
            "reasonReference": [refer(condition)],
        });
        super::visits::link(&mut request, visit);
        self.add("MedicationRequest", request);
    }

    /// Somebody of seventy with four lasting illnesses, what is given for them, and no visit yet.
    pub(crate) fn heavy(world: &'a World, index: u64) -> Self {
        let mut chart = Self::drawn(world, index);
        chart.courses.clear();
        chart.allergies.clear();
        (chart.death, chart.end) = (None, world.today);
        chart.person.birth = world.today - days_of_years(70) - 100;
        chart.begin = world.today - days_of_years(HEAVY_YEARS);
        for (plan, years) in [
            (&heart::HYPERTENSION, 19),
            (&metabolic::DIABETES, 16),
            (&metabolic::LIPIDS, 15),
            (&metabolic::KIDNEY, 8),
        ] {
            chart.add_course(plan, world.today - days_of_years(years));
        }
        chart.household.people.truncate(0);
        chart.write_person_alone();
        let visit =
            Visit { encounter: None, day: world.today - 1, minute: 600, doctor: chart.ids.practitioner(0) };
        chart.treat(&visit);
        chart.write_therapies();
        chart
    }

    /// One of so many visits, the oldest first, with so many values.
    pub(crate) fn heavy_visit(&mut self, number: usize, of: usize, values: usize) {
        let day = self.begin + (number as i64 * (self.end - self.begin)) / of as i64;
        let plan = self.courses[number % self.courses.len()].plan;
        let visit = self.open(day, self.words(plan.review));
        self.blood_pressure(&visit);
        for measure in HEAVY.iter().take(values.saturating_sub(1)) {
            let is_vital = matches!(measure, Measure::Weight | Measure::HeartRate);
            self.observe(&visit, *measure, if is_vital { "vital-signs" } else { "laboratory" });
        }
    }
}
