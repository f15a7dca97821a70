//! One patient's records, as they came about: a life is drawn, then lived visit by visit, and written down.

mod body;
mod children;
mod documents;
mod insurance;
mod laboratory;
mod letters;
mod measured;
mod medication;
mod person;
mod vaccinations;
mod visits;

pub(crate) use insurance::IK;
pub(crate) use visits::Visit;

use crate::World;
use crate::calendar::{Day, days_of_years};
use crate::codes::Words;
use crate::household::{Character, Household, Person};
use crate::plans::{ILLNESSES, Plan, heart, metabolic, others};
use crate::practice::{Ids, PHYSICIANS};
use crate::random::Random;
use crate::resource::{bundle, put};
use body::Body;
use medication::Therapy;
use serde_json::Value;

/// The pediatrician's place among the staff.
const PEDIATRICIAN: usize = 2;

/// An illness of one person.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub(crate) plan: &'static Plan,
    pub(crate) onset: Day,
    /// The reference to the Condition, once it is written.
    pub(crate) condition: Option<String>,
    /// Which steps of the plan were begun.
    pub(crate) begun: Vec<bool>,
}

/// What somebody does not bear.
#[derive(Debug)]
pub(crate) struct Allergen {
    pub(crate) name: Words,
    pub(crate) category: &'static str,
    pub(crate) reaction: Words,
    /// The medicine that is not given then.
    pub(crate) forbids: &'static str,
    pub(crate) is_high: bool,
}

/// A patient's records in the making.
pub(crate) struct Chart<'a> {
    pub(crate) world: &'a World,
    pub(crate) random: Random,
    pub(crate) character: Character,
    pub(crate) person: Person,
    household: Household,
    /// The person's place among the people of the household.
    at: usize,
    pub(crate) id: String,
    pub(crate) ids: Ids,
    /// The first day in this practice.
    pub(crate) begin: Day,
    /// The last day of what is written: that of the world, or of the death.
    pub(crate) end: Day,
    pub(crate) death: Option<Day>,
    /// The treating physician's place among the staff.
    pub(crate) doctor: usize,
    pub(crate) courses: Vec<Course>,
    pub(crate) allergies: Vec<&'static Allergen>,
    body: Body,
    therapies: Vec<Therapy>,
    /// Whether it was written that the kidneys are in their fourth stage.
    is_in_fourth_stage: bool,
    /// When reports and letters come in, if not on the day of which they speak.
    arrives: Option<(Day, i64)>,
    entries: Vec<Value>,
}

impl<'a> Chart<'a> {
    /// The patient and whatever was drawn of the life, with nothing written yet.
    pub(crate) fn drawn(world: &'a World, index: u64) -> Self {
        let mut random = world.random(index + 1000);
        let id = random.uuid();
        let (household, at) = world.household(index);
        let person = household.people[at].clone();
        let character = Character::of(index);
        let age = person.age(world.today);
        let dies = character == Character::Usual && age > 64 && random.chance((age - 56) as u64 / 2);
        let death = dies.then(|| world.today - random.between(20, 420));
        let end = death.unwrap_or(world.today);
        let begin = match character {
            Character::LongHistory => world.today - days_of_years(9),
            _ if age < 6 => person.birth,
            _ => end - random.between(480, 1100),
        };
        let doctor = match age {
            0..=14 => PEDIATRICIAN,
            _ => world.random(800_000 + household.first).below(PHYSICIANS as u64 - 1) as usize,
        };
        let body = Body::draw(&person, &mut random);
        let ids = Ids::of(world);
        let mut chart = Self {
            world,
            random,
            character,
            person,
            household,
            at,
            id,
            ids,
            begin,
            end,
            death,
            doctor,
            courses: Vec::new(),
            allergies: Vec::new(),
            body,
            therapies: Vec::new(),
            is_in_fourth_stage: false,
            arrives: None,
            entries: Vec::new(),
        };
        chart.draw_allergies();
        chart.draw_courses();
        chart
    }

    /// The patient with all records.
    pub(crate) fn lived(world: &'a World, index: u64) -> Self {
        let mut chart = Self::drawn(world, index);
        chart.write_person();
        if chart.character == Character::OnlyName {
            return chart;
        }
        chart.write_insurance();
        chart.write_allergies();
        chart.live();
        chart.vaccinate();
        chart.write_therapies();
        chart.write_flags();
        chart
    }

    pub(crate) fn into_bundle(self) -> String {
        bundle(&self.entries)
    }

    /// Puts a record under a new id, and says the reference to it.
    pub(crate) fn add(&mut self, kind: &str, resource: Value) -> String {
        let id = self.random.uuid();
        self.entries.push(put(kind, &id, resource));
        format!("{kind}/{id}")
    }

    /// The entries that were made since the last call.
    pub(crate) fn take_entries(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.entries)
    }

    /// From here on, random numbers are that day's, and what is written comes in at a minute of it or the day before.
    pub(crate) fn go_on(&mut self, day: Day, arrives: (Day, i64)) {
        let salt = self.random.next() ^ day as u64;
        (self.random, self.arrives) = (self.world.random(salt), Some(arrives));
    }

    pub(crate) fn patient(&self) -> String {
        format!("Patient/{}", self.id)
    }

    pub(crate) fn words(&self, words: Words) -> &'static str {
        self.world.locale.of(words)
    }

    fn add_course(&mut self, plan: &'static Plan, onset: Day) {
        let begun = vec![false; plan.steps.len()];
        self.courses.push(Course { plan, onset, condition: None, begun });
    }

    fn draw_courses(&mut self) {
        let today = self.world.today;
        let years_ago = |years: i64| today - days_of_years(years);
        match self.character {
            Character::LongHistory => {
                self.add_course(&heart::HYPERTENSION, years_ago(11));
                self.add_course(&metabolic::DIABETES, years_ago(8) - 120);
                self.add_course(&metabolic::LIPIDS, years_ago(8));
                self.add_course(&metabolic::KIDNEY, years_ago(6) - 40);
                self.add_course(&heart::FIBRILLATION_VKA, years_ago(5) - 90);
                self.add_course(&metabolic::GOUT, years_ago(4) - 20);
            }
            Character::ManyMedicines => {
                for (plan, years) in [
                    (&heart::HYPERTENSION, 14),
                    (&metabolic::DIABETES, 7),
                    (&metabolic::LIPIDS, 9),
                    (&metabolic::HYPOTHYROIDISM, 16),
                    (&heart::FIBRILLATION, 4),
                    (&heart::HEART_FAILURE, 2),
                    (&metabolic::OSTEOPOROSIS, 3),
                ] {
                    self.add_course(plan, years_ago(years));
                }
            }
            Character::Pregnant => self.add_course(&others::PREGNANCY, today - 151),
            Character::Newborn | Character::OnlyName => {}
            Character::Usual => self.draw_usual_courses(),
        }
    }

    fn draw_usual_courses(&mut self) {
        let age = self.person.age(self.end);
        for variants in ILLNESSES {
            let plan = *self.random.pick(variants);
            let (young, old) = plan.percent;
            let span = (85 - plan.from_age).max(1);
            let percent = young + (old - young) * (age - plan.from_age).min(span) / span;
            let fits = age >= plan.from_age && plan.women.is_none_or(|women| women == self.person.is_woman);
            if fits && self.random.chance(percent.max(0) as u64) {
                let most = ((age - plan.from_age) * 365 + 200).min(3600);
                let recent = (self.end - self.begin - 60).min(most);
                // More than half begin while we look on.
                let ago = if self.random.chance(60) { recent } else { most };
                let onset = self.end - self.random.between(ago.min(120), ago);
                self.add_course(plan, onset.max(self.person.birth + 200));
            }
        }
    }
}
