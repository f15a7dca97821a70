//! How lasting illnesses go: who gets them, what they do to the values, what is given when, and why it is stopped. Data only.
//!
//! A curve says how far an illness moves a value from what is usual in that person, so many days after its beginning, with its
//! treatment: a straight line between its points, and level behind the last. Values are in the German unit.

pub(crate) mod heart;
pub(crate) mod metabolic;
pub(crate) mod others;

use crate::codes::Words;
use crate::codes::conditions::Diagnosis;
use crate::codes::measures::Measure;
use crate::codes::medicines::Medicine;

/// A medicine that is given from some day of an illness on.
#[derive(Debug)]
pub(crate) struct Step {
    /// Days after the beginning.
    pub(crate) after: i64,
    /// Days after the beginning, and why it is stopped.
    pub(crate) until: Option<(i64, Words)>,
    /// In each country.
    pub(crate) medicine: [&'static Medicine; 2],
    pub(crate) dose: Words,
}

/// How one measure is moved: what, its own unrest as a share of it, points of days and values.
pub(crate) type Curve = (Measure, f64, &'static [(i64, f64)]);

/// A lasting illness.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) diagnosis: &'static Diagnosis,
    /// Women only, men only, or both.
    pub(crate) women: Option<bool>,
    /// From that age on, so many of a hundred, growing to so many at 85.
    pub(crate) from_age: i64,
    pub(crate) percent: (i64, i64),
    /// So many days after its beginning it is noticed.
    pub(crate) noticed_after: i64,
    pub(crate) steps: &'static [Step],
    pub(crate) curves: &'static [Curve],
    /// What is measured at a follow-up.
    pub(crate) follows: &'static [Measure],
    /// Why somebody comes for it.
    pub(crate) review: Words,
    /// What the doctor writes down.
    pub(crate) note: Words,
}

const fn step(after: i64, medicine: &'static Medicine, dose: Words) -> Step {
    Step { after, until: None, medicine: [medicine, medicine], dose }
}

const fn until(after: i64, end: i64, why: Words, medicine: &'static Medicine, dose: Words) -> Step {
    Step { after, until: Some((end, why)), medicine: [medicine, medicine], dose }
}

const MORE: Words = ["Dosis erhöht", "Dose augmentée"];

/// Each illness with its variants, of which a person has one.
pub(crate) static ILLNESSES: &[&[&Plan]] = &[
    &[&heart::HYPERTENSION, &heart::HYPERTENSION_COUGH],
    &[&metabolic::DIABETES, &metabolic::DIABETES_INSULIN],
    &[&metabolic::LIPIDS, &metabolic::LIPIDS_PAIN],
    &[&metabolic::KIDNEY],
    &[&metabolic::HYPOTHYROIDISM],
    &[&heart::FIBRILLATION, &heart::FIBRILLATION, &heart::FIBRILLATION_VKA],
    &[&heart::HEART_FAILURE],
    &[&others::ASTHMA],
    &[&others::COPD],
    &[&metabolic::GOUT],
    &[&others::REFLUX],
    &[&others::DEPRESSION],
    &[&others::MIGRAINE],
    &[&others::ARTHROSIS],
    &[&metabolic::OSTEOPOROSIS],
    &[&others::PROSTATE],
    &[&metabolic::IRON],
    &[&others::HAY_FEVER],
    &[&others::ATOPIC],
    &[&others::GLAUCOMA],
    &[&heart::CORONARY],
    &[&others::CHRONIC_PAIN],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_run_forward_and_steps_end_after_they_began() {
        for plan in ILLNESSES.iter().copied().flatten() {
            for (measure, _, points) in plan.curves {
                assert!(points.is_sorted_by_key(|(day, _)| *day), "{} {measure:?}", plan.diagnosis.name[0]);
            }
            for step in plan.steps {
                assert!(step.until.is_none_or(|(end, _)| end > step.after), "{}", plan.diagnosis.name[0]);
            }
        }
    }
}
