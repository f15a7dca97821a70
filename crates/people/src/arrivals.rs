//! What came in since the day before: laboratory reports and letters, which go on where the patients' charts have ended.

use crate::World;
use crate::agenda::Comer;
use crate::calendar::{Day, working};
use crate::chart::{Chart, Visit};
use crate::resource::bundle;

/// The most reports and letters of a day.
const MOST_REPORTS: usize = 7;
const MOST_LETTERS: usize = 3;

/// Before this minute of the day, the latest came on the evening before.
const FIRST_POST: i64 = 6 * 60 + 50;
const EVENING: i64 = 18 * 60 + 40;

/// One transaction a patient, as it stands at that minute of the day.
pub(crate) fn bundles(world: &World, comers: &[Comer], day: Day, minute: i64) -> Vec<String> {
    let arrives = if minute > FIRST_POST { (day, FIRST_POST) } else { (day - 1, EVENING) };
    let before = working(day - 1);
    let mut random = world.random(0xA9_0000_0000 ^ day as u64);
    let (mut reports, mut letters, mut all) = (0, 0, Vec::new());
    let first = random.below(comers.len().max(1) as u64) as usize;
    // Half of those who have something to be followed, from somewhere on.
    for comer in comers.iter().cycle().skip(first).take(comers.len()).step_by(2) {
        if reports >= MOST_REPORTS && letters >= MOST_LETTERS {
            break;
        }
        if Chart::drawn(world, comer.index).followed(before).is_empty() {
            continue;
        }
        let mut chart = Chart::lived(world, comer.index);
        chart.go_on(day, arrives);
        let _ = chart.take_entries();
        if reports < MOST_REPORTS {
            let measures = chart.followed(before);
            let doctor = chart.ids.practitioner(chart.doctor);
            let visit = Visit { encounter: None, day: before, minute: 8 * 60 + 10, doctor };
            reports += usize::from(chart.panel(&visit, &measures).is_some());
        } else {
            letters += usize::from(chart.write_latest_letter(before).is_some());
        }
        let entries = chart.take_entries();
        if !entries.is_empty() {
            all.push(bundle(&entries));
        }
    }
    all
}
