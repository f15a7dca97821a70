//! Who lives with whom: twenty people at a time, in households as a family practice knows them. The same seed and number give the
//! same person each time. Pure.

use crate::calendar::{Day, days_of_years, years};
use crate::names::{Origin, rare_surname};
use crate::places::{Place, landline, mobile};
use crate::random::Random;
use crate::{Locale, World};

/// So many people are drawn together.
const BLOCK: u64 = 20;

/// The numbers of those who are in every practice on purpose.
pub mod characters {
    /// Born some days ago.
    pub const NEWBORN: u64 = 4;
    /// Nine years in one chart of some 550 records: diabetes, heart, kidneys.
    pub const LONG_HISTORY: u64 = 5;
    /// Twelve medicines at once.
    pub const MANY_MEDICINES: u64 = 6;
    /// In the middle of a pregnancy.
    pub const PREGNANT: u64 = 7;
    /// Nothing is known but the name.
    pub const ONLY_NAME: u64 = 17;
}

/// Who of them somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Character {
    LongHistory,
    ManyMedicines,
    Newborn,
    Pregnant,
    OnlyName,
    /// Anybody.
    Usual,
}

impl Character {
    pub(crate) fn of(index: u64) -> Self {
        match index {
            characters::LONG_HISTORY => Self::LongHistory,
            characters::MANY_MEDICINES => Self::ManyMedicines,
            characters::NEWBORN => Self::Newborn,
            characters::PREGNANT => Self::Pregnant,
            characters::ONLY_NAME => Self::OnlyName,
            _ => Self::Usual,
        }
    }
}

/// What somebody is to the household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Partner,
    Child,
    Grandparent,
    Alone,
}

/// One person.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) is_woman: bool,
    pub(crate) birth: Day,
    pub(crate) given: Vec<String>,
    pub(crate) family: String,
    pub(crate) birth_name: Option<String>,
    pub(crate) part: Part,
    pub(crate) mobile: Option<String>,
}

impl Person {
    pub(crate) fn age(&self, day: Day) -> i64 {
        years(self.birth, day)
    }
}

/// The people of one address.
#[derive(Debug, Clone)]
pub(crate) struct Household {
    /// The number of its first person.
    pub(crate) first: u64,
    pub(crate) place: Place,
    pub(crate) landline: Option<String>,
    pub(crate) people: Vec<Person>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    OldCouple,
    YoungFamily,
    Couple,
    Family,
    ThreeGenerations,
    Single,
}

impl Kind {
    fn size(self) -> u64 {
        match self {
            Self::OldCouple | Self::Couple => 2,
            Self::YoungFamily => 3,
            Self::Family | Self::ThreeGenerations => 4,
            Self::Single => 1,
        }
    }
}

/// Together they are [`BLOCK`] people. In the first block they stand in this order, so that its characters are known.
const KINDS: [Kind; 9] = [
    Kind::Couple,
    Kind::YoungFamily,
    Kind::OldCouple,
    Kind::Family,
    Kind::ThreeGenerations,
    Kind::OldCouple,
    Kind::Single,
    Kind::Single,
    Kind::Single,
];

impl World {
    /// The household of the patient with that number, and the patient's place in it.
    pub(crate) fn household(&self, index: u64) -> (Household, usize) {
        let block = index / BLOCK;
        let mut random = Random::new(self.seed ^ self.locale.place(), 500_000 + block);
        let mut kinds = KINDS;
        if block > 0 {
            for at in (1..kinds.len()).rev() {
                kinds.swap(at, random.below(at as u64 + 1) as usize);
            }
        }
        let mut first = block * BLOCK;
        for kind in kinds {
            if index < first + kind.size() {
                let random = Random::new(self.seed ^ self.locale.place(), 600_000 + first);
                let household = Draw { world: self, random, first }.household(kind);
                return (household, (index - first) as usize);
            }
            first += kind.size();
        }
        // The sizes add up to a block.
        let random = Random::new(self.seed ^ self.locale.place(), 600_000 + index);
        (Draw { world: self, random, first: index }.household(Kind::Single), 0)
    }
}

struct Draw<'a> {
    world: &'a World,
    random: Random,
    /// The number of the household's first person.
    first: u64,
}

impl Draw<'_> {
    fn household(mut self, kind: Kind) -> Household {
        let locale = self.locale();
        let place = Place::draw(locale, &mut self.random);
        let (origin, surname) = if self.world.has_rare_names {
            (Origin::local(), rare_surname(locale, &mut self.random))
        } else {
            let origin = Origin::draw(locale, &mut self.random);
            (origin, origin.surname(locale, &mut self.random))
        };
        let people = match kind {
            Kind::Single => vec![self.single(origin, &surname)],
            Kind::OldCouple => self.couple(origin, &surname, 66, 88),
            Kind::Couple => self.couple(origin, &surname, 44, 66),
            Kind::YoungFamily => self.family(origin, &surname, (24, 34), 1),
            Kind::Family => self.family(origin, &surname, (31, 46), 2),
            Kind::ThreeGenerations => {
                let mut people = self.family(origin, &surname, (34, 50), 1);
                let oldest = people.iter().take(2).map(|one| one.age(self.world.today)).max().unwrap_or(40);
                let age = (oldest + self.random.between(23, 32)).min(93);
                let is_woman = self.random.chance(70);
                people.push(self.person(origin, is_woman, age, &surname, Part::Grandparent));
                people
            }
        };
        let has_landline = people.iter().any(|one| one.age(self.world.today) > 55) || self.random.chance(35);
        let landline = has_landline.then(|| landline(locale, &mut self.random));
        Household { first: self.first, place, landline, people }
    }

    fn locale(&self) -> Locale {
        self.world.locale
    }

    fn single(&mut self, origin: Origin, surname: &str) -> Person {
        let age =
            if self.random.chance(55) { self.random.between(64, 94) } else { self.random.between(18, 62) };
        let is_woman = self.random.chance(if age > 64 { 66 } else { 48 });
        self.person(origin, is_woman, age, surname, Part::Alone)
    }

    fn couple(&mut self, origin: Origin, surname: &str, young: i64, old: i64) -> Vec<Person> {
        let (first, age) = match Character::of(self.first) {
            Character::LongHistory => (false, 74),
            _ => (self.random.chance(50), self.random.between(young, old)),
        };
        let second = if age != 74 && self.random.chance(4) { first } else { !first };
        let other = (age + self.random.between(-4, 4)).max(young.min(20));
        let mut people = vec![
            self.person(origin, first, age, surname, Part::Partner),
            self.person(origin, second, other, surname, Part::Partner),
        ];
        self.marry(&mut people);
        people
    }

    /// Two parents and so many children; the children are the last.
    fn family(
        &mut self,
        origin: Origin,
        surname: &str,
        (young, old): (i64, i64),
        children: u64,
    ) -> Vec<Person> {
        let is_pregnant = Character::of(self.first) == Character::Pregnant;
        let mother = if is_pregnant { 33 } else { self.random.between(young, old) };
        let father = mother + self.random.between(-2, 6);
        let mut people = vec![
            self.person(origin, true, mother, surname, Part::Partner),
            self.person(origin, false, father, surname, Part::Partner),
        ];
        self.marry(&mut people);
        for number in 0..children {
            let age = self.random.between((mother - 40).max(0), (mother - 22).clamp(0, 17));
            let is_girl = self.random.chance(49);
            let mut child = self.person(origin, is_girl, age, surname, Part::Child);
            if Character::of(self.first + 2 + number) == Character::Newborn {
                child.birth = self.world.today - 9;
            } else if is_pregnant {
                child.birth = self.world.today - days_of_years(2 + 3 * number as i64) - 40;
            }
            people.push(child);
        }
        // No two children within a year.
        if let [.., a, b] = people.as_mut_slice()
            && children > 1
            && (a.birth - b.birth).abs() < 400
        {
            b.birth = a.birth - 700;
        }
        people
    }

    /// Most take one name; some keep their own, which the other then has alone.
    fn marry(&mut self, people: &mut [Person]) {
        let [one, other] = people else { return };
        let (wife, husband) = if one.is_woman { (one, other) } else { (other, one) };
        let own =
            Origin::draw(self.world.locale, &mut self.random).surname(self.world.locale, &mut self.random);
        if own == husband.family || !wife.is_woman {
            return;
        }
        match self.random.below(100) {
            0..=71 => wife.birth_name = Some(own),
            72..=81 => {
                wife.family = format!("{own}-{}", husband.family);
                wife.birth_name = Some(own);
            }
            _ => wife.family = own,
        }
    }

    fn person(&mut self, origin: Origin, is_woman: bool, age: i64, surname: &str, part: Part) -> Person {
        let (locale, today) = (self.world.locale, self.world.today);
        // Somebody of that age today, whatever the length of the years between.
        let birth = today - days_of_years(age) - self.random.between(2, 362);
        let mut given = vec![origin.given(locale, is_woman, birth, &mut self.random)];
        if self.random.chance(locale.of([14, 24])) {
            let second = origin.given(locale, is_woman, birth, &mut self.random);
            if second != given[0] && !second.contains('-') {
                given.push(second);
            }
        }
        let has_mobile = age > 12 && self.random.chance(if age > 75 { 45 } else { 94 });
        let mobile = has_mobile.then(|| mobile(locale, &mut self.random));
        Person { is_woman, birth, given, family: surname.to_owned(), birth_name: None, part, mobile }
    }
}
