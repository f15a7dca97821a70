//! Invented practices: from a seed, people who could be real, who live together, fall ill, are treated and followed for years, and
//! come today. Everything is FHIR R4, as transactions that put records under ids of their own: making them again changes nothing.
//!
//! Never: the name, number or telephone of somebody who exists, but by chance; a moment that it was not given; a random number that
//! is not the same the next time. State: none. Whose code systems are used is said in NOTICE.
#![forbid(unsafe_code)]

mod acute;
mod agenda;
mod arrivals;
pub mod calendar;
mod chart;
mod codes;
mod heavy;
mod household;
pub mod identifiers;
mod names;
mod pdf;
mod places;
mod plans;
mod practice;
mod random;
mod resource;
mod thin;

pub use heavy::{HEAVY_ENCOUNTERS, HEAVY_OBSERVATIONS};
pub use household::characters;
pub use practice::Staff;
pub use thin::THIN_RESOURCES;

use calendar::Day;

/// A country and its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// Germany, in German.
    German,
    /// France, in French.
    French,
}

impl Locale {
    /// The one of two.
    pub(crate) fn of<T: Copy>(self, [german, french]: [T; 2]) -> T {
        match self {
            Self::German => german,
            Self::French => french,
        }
    }

    pub(crate) fn country(self) -> &'static str {
        self.of(["DE", "FR"])
    }

    /// Keeps the two countries' random numbers apart.
    pub(crate) fn place(self) -> u64 {
        self.of([10, 20])
    }
}

/// A practice and its patients, as they are on one day.
#[derive(Debug, Clone, Copy)]
pub struct World {
    locale: Locale,
    seed: u64,
    today: Day,
    has_rare_names: bool,
}

impl World {
    /// The practice of that country and seed on that day, in local time ([`calendar::local`]).
    pub fn new(locale: Locale, seed: u64, today: Day) -> Self {
        Self { locale, seed, today, has_rare_names: false }
    }

    /// The same, whose families have names that hardly anybody shares: for patients who are not to be taken for others.
    #[must_use]
    pub fn with_rare_names(self) -> Self {
        Self { has_rare_names: true, ..self }
    }

    /// A transaction that puts the practice, its people and the insurers. Everything else refers to it.
    pub fn practice(&self) -> String {
        practice::bundle(self)
    }

    /// A transaction that puts one patient with all records.
    pub fn patient(&self, index: u64) -> String {
        chart::Chart::lived(self, index).into_bundle()
    }

    /// The id of a patient, which depends on country, seed and number alone.
    pub fn patient_id(&self, index: u64) -> String {
        self.random(index + 1000).uuid()
    }

    /// The people of the practice, the physicians first.
    pub fn staff(&self) -> Vec<Staff> {
        practice::staff(self)
    }

    /// Transactions that put what goes on around that day among so many patients: appointments, tasks and what has come in.
    /// The patients have to be there. `day` is not before the world's own, which is the day on which the patients were made;
    /// `minute` is the minute of that day.
    pub fn day(&self, patients: u64, day: Day, minute: i64) -> Vec<String> {
        agenda::bundles(self, patients, day, minute)
    }

    /// A transaction that puts a patient with exactly [`THIN_RESOURCES`] records, for measurements.
    pub fn thin(&self, index: u64) -> String {
        thin::bundle(self, index)
    }

    /// Transactions that put one patient with [`HEAVY_ENCOUNTERS`] encounters and [`HEAVY_OBSERVATIONS`] observations, and the
    /// patient's id, for measurements.
    pub fn heavy(&self) -> (String, Vec<String>) {
        heavy::bundles(self)
    }

    /// Random numbers of a place of this world.
    pub(crate) fn random(&self, place: u64) -> random::Random {
        random::Random::new(self.seed ^ self.locale.place(), place)
    }
}
