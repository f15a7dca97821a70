//! Who pays: insurance cards over time, the last of them valid.

use super::Chart;
use crate::Locale;
use crate::calendar::{Day, date, days_of_years};
use crate::household::Part;
use crate::practice::{draw_insurer, insurer_numbers, insurers};
use crate::resource::{hl7, refer, text};
use serde_json::{Value, json};

/// The system of Germany's numbers of institutions.
pub(crate) const IK: &str = "http://fhir.de/sid/arge-ik/iknr";
/// A card is valid for so many years.
const CARD_YEARS: i64 = 5;

impl Chart<'_> {
    /// One card after another, without a gap.
    pub(super) fn write_insurance(&mut self) {
        let family = draw_insurer(self.world.locale, &mut self.world.random(700_000 + self.household.first));
        let is_with_family = self.person.part == Part::Child || self.random.chance(65);
        let last = if is_with_family { family } else { draw_insurer(self.world.locale, &mut self.random) };
        let mut ends = self.end - self.random.between(40, 1500);
        let mut cards: Vec<(usize, Day, Option<Day>)> = vec![(last, ends, None)];
        let earlier = match self.random.below(100) {
            0..=45 => 0,
            46..=82 => 1,
            _ => 2,
        };
        for _ in 0..earlier {
            let begins = ends - self.random.between(500, days_of_years(CARD_YEARS));
            // A new card of the same insurer, or another insurer.
            let before = cards.last().map_or(last, |(insurer, ..)| *insurer);
            let insurer = if self.random.chance(55) {
                before
            } else {
                draw_insurer(self.world.locale, &mut self.random)
            };
            cards.push((insurer, begins, Some(ends - 1)));
            ends = begins;
        }
        for (insurer, begins, ends) in cards.into_iter().rev() {
            let begins = begins.max(self.person.birth);
            if ends.is_none_or(|ends| ends > begins) {
                self.write_card(insurer, begins, ends);
            }
        }
    }

    fn write_card(&mut self, at: usize, begins: Day, ends: Option<Day>) {
        let insurer = &insurers(self.world.locale)[at];
        let valid_until =
            ends.or(self.death).unwrap_or(begins + days_of_years(CARD_YEARS).max(self.end - begins + 90));
        let kind = match (self.world.locale, insurer.is_private) {
            (Locale::German, is_private) => {
                let (code, words) = if is_private { ("PKV", "privat") } else { ("GKV", "gesetzlich") };
                json!({"coding": [{"system": "http://fhir.de/CodeSystem/versicherungsart-de-basis", "code": code}], "text": words})
            }
            (Locale::French, true) => text("Complémentaire santé"),
            (Locale::French, false) if insurer.name.starts_with("MSA") => text("Régime agricole"),
            (Locale::French, false) => text("Régime général"),
        };
        let mut payor = json!({
            "reference": format!("Organization/{}", self.ids.insurers[at]),
            "display": insurer.name,
        });
        if self.world.locale == Locale::German {
            let number = insurer_numbers(self.world).swap_remove(at);
            payer_number(&mut payor, &number);
        }
        let is_child = self.person.part == Part::Child;
        let (_, number) = self.number();
        let coverage = json!({
            "status": if ends.is_some() || self.death.is_some() { "cancelled" } else { "active" },
            "type": kind,
            "subscriberId": number,
            "beneficiary": refer(&self.patient()),
            "relationship": hl7("subscriber-relationship", if is_child { "child" } else { "self" }),
            "period": {"start": date(begins), "end": date(valid_until)},
            "payor": [payor],
        });
        self.add("Coverage", coverage);
    }
}

fn payer_number(payor: &mut Value, number: &str) {
    payor["identifier"] = json!({"system": IK, "value": number});
}
