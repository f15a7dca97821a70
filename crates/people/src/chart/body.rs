//! A body: how tall and heavy somebody is on a day, and what is usual of every measure in that person. Pure.
//!
//! Children follow the middle lines of the WHO's growth standards, each at a distance of their own.

use super::Chart;
use crate::calendar::Day;
use crate::codes::measures::Measure;
use crate::household::Person;
use crate::random::Random;

/// A table of age in months and value, between whose lines it runs straight.
type Table = [(i64, f64)];

const HEIGHT: [&Table; 2] = [
    &[
        (0, 49.5),
        (1, 53.7),
        (3, 59.8),
        (6, 65.7),
        (12, 74.0),
        (24, 86.0),
        (36, 95.1),
        (60, 109.4),
        (84, 121.0),
        (120, 138.6),
        (144, 151.2),
        (168, 159.8),
        (204, 163.5),
    ],
    &[
        (0, 50.0),
        (1, 54.7),
        (3, 61.4),
        (6, 67.6),
        (12, 75.7),
        (24, 87.1),
        (36, 96.1),
        (60, 110.0),
        (84, 121.7),
        (120, 137.8),
        (144, 149.1),
        (168, 163.2),
        (204, 176.5),
    ],
];
const WEIGHT: [&Table; 2] = [
    &[
        (0, 3.3),
        (1, 4.2),
        (3, 5.8),
        (6, 7.3),
        (12, 8.9),
        (24, 11.5),
        (36, 13.9),
        (60, 18.2),
        (84, 22.4),
        (120, 31.9),
        (144, 41.5),
        (168, 50.5),
        (204, 58.0),
    ],
    &[
        (0, 3.4),
        (1, 4.5),
        (3, 6.4),
        (6, 7.9),
        (12, 9.6),
        (24, 12.2),
        (36, 14.3),
        (60, 18.3),
        (84, 22.9),
        (120, 31.2),
        (144, 39.9),
        (168, 51.0),
        (204, 66.0),
    ],
];
const HEAD: [&Table; 2] = [
    &[(0, 33.9), (1, 36.5), (3, 39.5), (6, 42.2), (12, 44.9), (24, 47.2), (60, 49.9)],
    &[(0, 34.5), (1, 37.3), (3, 40.5), (6, 43.3), (12, 46.1), (24, 48.3), (60, 50.7)],
];
/// Grown up, in months.
const ADULT: i64 = 204;
/// A newborn weighs least on the third day, by this share.
const FIRST_LOSS: f64 = 0.06;

fn at(table: &Table, month: f64) -> f64 {
    let mut before = table[0];
    for point in table {
        if month <= point.0 as f64 {
            let span = (point.0 - before.0) as f64;
            let share = if span > 0.0 { (month - before.0 as f64) / span } else { 0.0 };
            return before.1 + (point.1 - before.1) * share;
        }
        before = *point;
    }
    before.1
}

/// How a body is, apart from illness.
#[derive(Debug, Clone)]
pub(super) struct Body {
    /// The distance from the middle line, in standard deviations.
    tall: f64,
    heavy: f64,
    /// Of a grown-up, in kg/m².
    mass_index: f64,
    /// Where in the spread of each measure this person is.
    own: Random,
}

impl Body {
    pub(super) fn draw(person: &Person, random: &mut Random) -> Self {
        let bell = |random: &mut Random| (0..4).map(|_| random.real(-1.0, 1.0)).sum::<f64>() * 0.8;
        let older = (person.birth < 0) as i64 as f64;
        Self {
            tall: bell(random) - 0.4 * older,
            heavy: bell(random),
            mass_index: 24.6 + 1.6 * older + bell(random) * 2.6,
            own: Random::new(random.next(), 1),
        }
    }

    fn month(person: &Person, day: Day) -> f64 {
        (day - person.birth).max(0) as f64 / 30.4375
    }

    /// In centimetres.
    pub(super) fn height(&self, person: &Person, day: Day) -> f64 {
        let middle = at(HEIGHT[usize::from(!person.is_woman)], Self::month(person, day));
        let age = person.age(day);
        middle * (1.0 + self.tall * 0.038) - 0.06 * (age - 55).max(0) as f64
    }

    /// In kilograms.
    fn weight(&self, person: &Person, day: Day) -> f64 {
        let month = Self::month(person, day);
        let height = self.height(person, day) / 100.0;
        let grown = (self.mass_index.max(18.2) * height * height).max(38.0);
        let middle = at(WEIGHT[usize::from(!person.is_woman)], month);
        let growing = middle * (1.0 + self.heavy * 0.11).max(0.7);
        let days = day - person.birth;
        if (0..14).contains(&days) {
            let lost = FIRST_LOSS * (1.0 - (days - 3).abs() as f64 / 11.0).max(0.0);
            return growing.min(4.4) * (1.0 - lost);
        }
        // From 14 on, the grown-up body comes to the fore.
        let share = ((month - 168.0) / (ADULT - 168) as f64).clamp(0.0, 1.0);
        growing + (grown - growing) * share
    }

    fn head(&self, person: &Person, day: Day) -> f64 {
        at(HEAD[usize::from(!person.is_woman)], Self::month(person, day)) * (1.0 + self.tall * 0.015)
    }

    /// Where in the spread of a measure this person is, from -1 to 1.
    fn place(&self, measure: Measure) -> f64 {
        let mut own = self.own.clone();
        (0..=measure as usize).map(|_| own.real(-1.0, 1.0)).last().unwrap_or(0.0)
    }
}

impl Chart<'_> {
    /// What a measure is on a day, without the day's unrest, and how large that unrest is, as a share.
    pub(super) fn expected(&self, measure: Measure, day: Day) -> (f64, f64) {
        let info = measure.info();
        let usual =
            info.usual[usize::from(!self.person.is_woman)] * (1.0 + self.body.place(measure) * info.spread);
        let age = self.person.age(day);
        let mut value = match measure {
            Measure::Weight => self.body.weight(&self.person, day),
            Measure::Height => self.body.height(&self.person, day),
            Measure::HeadCircumference => self.body.head(&self.person, day),
            Measure::Systolic => usual + (age - 35).max(0) as f64 * 0.28 - (16 - age).max(0) as f64 * 1.6,
            Measure::Diastolic => {
                usual + (age.min(60) - 35).max(0) as f64 * 0.2 - (16 - age).max(0) as f64 * 1.0
            }
            Measure::HeartRate => usual + (14 - age).max(0) as f64 * 4.0,
            Measure::Creatinine if age < 15 => 0.25 + 0.03 * age as f64,
            Measure::Creatinine => usual + (age - 60).max(0) as f64 * 0.003,
            Measure::Haemoglobin if age < 12 => 12.6,
            _ => usual,
        };
        let mut noise = info.noise;
        for course in &self.courses {
            let curves = course.plan.curves.iter().filter(|(of, ..)| *of == measure);
            for (_, unrest, points) in curves {
                let first = points.first().map_or(0, |(day, _)| *day);
                // Before its first point a curve has not begun; on it, it begins where it says.
                if day - course.onset >= first {
                    value += level(points, day - course.onset);
                    noise = noise.max(*unrest);
                }
            }
        }
        (value, noise)
    }

    /// What a measurement of that day says.
    pub(super) fn measured(&mut self, measure: Measure, day: Day) -> f64 {
        let (value, noise) = self.expected(measure, day);
        let value = value * (1.0 + self.random.real(-noise, noise));
        match measure {
            Measure::Saturation => value.min(99.0),
            Measure::HbA1c => value.max(4.5),
            Measure::Ferritin => value.max(4.0),
            Measure::Tsh | Measure::Crp | Measure::Psa => value.max(0.1),
            Measure::Ldl => value.max(38.0),
            _ => value.max(0.0),
        }
    }
}

/// A curve's value so many days after the beginning.
fn level(points: &[(i64, f64)], day: i64) -> f64 {
    let mut before = points.first().copied().unwrap_or((0, 0.0));
    for point in points {
        if day <= point.0 {
            let span = (point.0 - before.0).max(1) as f64;
            return before.1 + (point.1 - before.1) * ((day - before.0) as f64 / span).clamp(0.0, 1.0);
        }
        before = *point;
    }
    before.1
}

/// The filtration rate after the CKD-EPI formula of 2021, in mL/min/1.73 m², from creatinine in mg/dL.
pub(super) fn filtration(creatinine: f64, is_woman: bool, age: i64) -> f64 {
    let (kappa, alpha, factor) = if is_woman { (0.7, -0.241, 1.012) } else { (0.9, -0.302, 1.0) };
    let ratio = creatinine / kappa;
    142.0 * ratio.min(1.0).powf(alpha) * ratio.max(1.0).powf(-1.2) * 0.9938_f64.powi(age as i32) * factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_and_the_formula() {
        assert_eq!([level(&[(0, 2.0), (10, 1.0)], 5), level(&[(0, 2.0), (10, 1.0)], 99)], [1.5, 1.0]);
        // By hand: 142 · (1/0.7)^-1.2 · 0.9938^50 · 1.012, and 142 · (1/0.9)^-1.2 · 0.9938^50.
        assert_eq!(filtration(1.0, true, 50).round(), 69.0);
        assert_eq!(filtration(1.0, false, 50).round(), 92.0);
    }
}
