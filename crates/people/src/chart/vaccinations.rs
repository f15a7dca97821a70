//! Vaccinations by age, after each country's calendar (STIKO; calendrier des vaccinations), as far as a vaccine was there by then.

use super::Chart;
use super::visits::Visit;
use crate::Locale;
use crate::calendar::{Day, date, day_of, days_of_years, working};
use crate::codes::vaccines::{self as v, Vaccine};
use crate::household::Character;
use crate::random::Random;
use crate::resource::{ATC, coded, refer};
use serde_json::json;

/// Age in days, vaccine, from which birth year on, up to which.
type Line = (i64, &'static Vaccine, i64, i64);

const GERMAN: &[Line] = &[
    (45, &v::ROTA, 2013, 9999),
    (62, &v::SIX, 2001, 9999),
    (62, &v::PNEUMO, 2007, 9999),
    (76, &v::MEN_B, 2023, 9999),
    (90, &v::ROTA, 2013, 9999),
    (125, &v::SIX, 2001, 9999),
    (125, &v::PNEUMO, 2007, 9999),
    (125, &v::MEN_B, 2023, 9999),
    (340, &v::SIX, 2001, 9999),
    (340, &v::PNEUMO, 2007, 9999),
    (340, &v::MMR, 1985, 9999),
    (340, &v::VARICELLA, 2004, 9999),
    (372, &v::MEN_B, 2023, 9999),
    (372, &v::MEN_C, 2006, 2022),
    (465, &v::MMR, 1990, 9999),
    (465, &v::VARICELLA, 2009, 9999),
    (2000, &v::BOOSTER_ADULT, 1998, 9999),
    (3480, &v::HPV, 2005, 9999),
    (3680, &v::HPV, 2005, 9999),
    (4100, &v::BOOSTER_CHILD, 1995, 9999),
];

const FRENCH: &[Line] = &[
    (62, &v::SIX, 2003, 9999),
    (62, &v::PNEUMO, 2007, 9999),
    (62, &v::ROTA, 2023, 9999),
    (95, &v::MEN_B, 2022, 9999),
    (95, &v::ROTA, 2023, 9999),
    (125, &v::SIX, 2003, 9999),
    (125, &v::PNEUMO, 2007, 9999),
    (155, &v::MEN_B, 2022, 9999),
    (155, &v::MEN_C, 2017, 2023),
    (185, &v::MEN_ACWY, 2024, 9999),
    (340, &v::SIX, 2003, 9999),
    (340, &v::PNEUMO, 2007, 9999),
    (370, &v::MMR, 1985, 9999),
    (370, &v::MEN_ACWY, 2024, 9999),
    (370, &v::MEN_C, 2010, 2023),
    (370, &v::MEN_B, 2022, 9999),
    (505, &v::MMR, 1996, 9999),
    (2210, &v::BOOSTER_CHILD, 1998, 9999),
    (4090, &v::HPV, 2007, 9999),
    (4280, &v::HPV, 2007, 9999),
    (4290, &v::BOOSTER_CHILD, 1996, 9999),
];

/// The first spring of the vaccination against COVID-19.
const COVID_BEGAN: (i64, i64, i64) = (2021, 4, 12);

impl Chart<'_> {
    pub(super) fn vaccinate(&mut self) {
        if self.character == Character::OnlyName {
            return;
        }
        // Numbers of their own, so that one vaccination more changes no diagnosis.
        let mut random = Random::new(self.random.next(), 2);
        let mut due = self.of_childhood(&mut random);
        due.extend(self.of_adults(&mut random));
        due.retain(|(day, _)| *day > self.person.birth + 30 && *day < self.end);
        due.sort_by_key(|(day, vaccine)| (*day, vaccine.atc));
        let mut visit: Option<Visit> = None;
        let mut doses: Vec<&Vaccine> = Vec::new();
        for (day, vaccine) in due {
            doses.push(vaccine);
            let dose = doses.iter().filter(|other| **other == vaccine).count();
            if visit.as_ref().is_none_or(|visit| visit.day != day) {
                visit = (day >= self.begin)
                    .then(|| self.open(day, self.world.locale.of(["Impfung", "Vaccination"])));
            }
            self.write_vaccination(day, vaccine, dose, visit.clone(), &mut random);
        }
    }

    fn of_childhood(&self, random: &mut Random) -> Vec<(Day, &'static Vaccine)> {
        let (year, ..) = crate::calendar::civil(self.person.birth);
        let lines = self.world.locale.of([GERMAN, FRENCH]);
        // Some are late with everything; few leave something out.
        let late = if random.chance(25) { random.between(10, 60) } else { random.between(0, 9) };
        let fitting = lines.iter().filter(|(_, _, from, to)| (*from..=*to).contains(&year));
        let mut days: Vec<(Day, &'static Vaccine)> = Vec::new();
        for (age, vaccine, ..) in fitting {
            let is_left_out = random.chance(if *vaccine == &v::HPV { 35 } else { 4 });
            if !is_left_out {
                days.push((working(self.person.birth + age + late), vaccine));
            }
        }
        days
    }

    fn of_adults(&self, random: &mut Random) -> Vec<(Day, &'static Vaccine)> {
        let mut days: Vec<(Day, &'static Vaccine)> = Vec::new();
        let (today, age) = (self.end, self.person.age(self.end));
        let age_on = |day: Day| self.person.age(day);
        if age >= 19 {
            let last = today - random.between(30, days_of_years(11));
            let vaccines = [&v::TETANUS_DIPHTHERIA, &v::BOOSTER_ADULT];
            days.push((working(last), vaccines[usize::from(random.chance(60))]));
            if age_on(last) > 30 && random.chance(60) {
                days.push((working(last - days_of_years(10)), &v::TETANUS_DIPHTHERIA));
            }
        }
        let (year, month, day) = COVID_BEGAN;
        let covid = day_of(year, month, day) + random.between(0, 130);
        if age_on(covid) >= 12 && random.chance(88) {
            let gaps = [0, 42, 215, 950];
            let doses = if age_on(covid) > 60 { 4 } else { random.between(2, 3) };
            days.extend(gaps.iter().take(doses as usize).map(|gap| (working(covid + gap), &v::COVID)));
        }
        let is_at_risk = age >= 60 || !self.courses.is_empty() && age > 40;
        if is_at_risk && random.chance(70) {
            let (this_year, ..) = crate::calendar::civil(today);
            for year in this_year - 2..=this_year {
                if random.chance(80) {
                    days.push((working(day_of(year, 10, 6) + random.between(0, 40)), &v::FLU));
                }
            }
        }
        if age >= 61 && random.chance(55) {
            let first = today - random.between(200, 1600);
            if age_on(first) >= 60 {
                days.extend([(working(first), &v::ZOSTER), (working(first + 100), &v::ZOSTER)]);
            }
            days.push((working(first - 300), &v::PNEUMO));
        }
        if self.world.locale == Locale::German && age >= 6 && random.chance(42) {
            let last = today - random.between(60, 1500);
            days.extend([30, 200].map(|gap| (working(last - 1300 + gap), &v::TBE)));
            days.push((working(last), &v::TBE));
        }
        days
    }

    fn write_vaccination(
        &mut self,
        day: Day,
        vaccine: &Vaccine,
        dose: usize,
        visit: Option<Visit>,
        random: &mut Random,
    ) {
        let letter = char::from(b'A' + random.below(26) as u8);
        let mut immunization = json!({
            "status": "completed",
            "vaccineCode": coded(ATC, vaccine.atc, self.words(vaccine.name)),
            "patient": refer(&self.patient()),
        });
        if let Some(encounter) = visit.as_ref().and_then(|visit| visit.encounter.as_ref()) {
            immunization["encounter"] = refer(encounter);
        }
        immunization["occurrenceDateTime"] = json!(date(day));
        // What was given elsewhere stands in the booklet that the patient brought.
        immunization["primarySource"] = json!(visit.is_some());
        immunization["lotNumber"] = json!(format!("{letter}{:05}", random.below(100_000)));
        if let Some(visit) = &visit {
            immunization["performer"] = json!([{"actor": refer(&visit.doctor)}]);
        }
        immunization["protocolApplied"] = json!([{"doseNumberPositiveInt": dose}]);
        self.add("Immunization", immunization);
    }
}
