//! Prints transactions as JSON, one a line: `show german 0 200` those of the practice and of patients 0 to 199, and of their day.
#![allow(clippy::unwrap_used, reason = "a tool for whoever looks at the data")]

use salus_people::{Locale, World, calendar};
use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let locale =
        if words.first().is_some_and(|word| word == "french") { Locale::French } else { Locale::German };
    let number = |at: usize, otherwise: u64| words.get(at).map_or(otherwise, |word| word.parse().unwrap());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let (day, minute) = calendar::local(now);
    let world = World::new(locale, 1, day);
    println!("{}", world.practice());
    let (from, to) = (number(1, 0), number(2, 200));
    (from..to).for_each(|index| println!("{}", world.patient(index)));
    world.day(to, day, minute).iter().for_each(|text| println!("{text}"));
}
