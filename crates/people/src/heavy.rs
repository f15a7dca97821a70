//! One patient with twenty years of records, for measurements: the chart that is as long as charts get.

use crate::World;
use crate::chart::Chart;
use crate::resource::bundle;

/// How many encounters there are.
pub const HEAVY_ENCOUNTERS: usize = 2_000;
/// How many observations there are.
pub const HEAVY_OBSERVATIONS: usize = 20_000;
/// No other patient has that number.
const INDEX: u64 = 1 << 41;
/// So many encounters travel together.
const ENCOUNTERS_PER_BUNDLE: usize = 50;

pub(crate) fn bundles(world: &World) -> (String, Vec<String>) {
    let mut chart = Chart::heavy(world, INDEX);
    let mut all = vec![bundle(&chart.take_entries())];
    for from in (0..HEAVY_ENCOUNTERS).step_by(ENCOUNTERS_PER_BUNDLE) {
        for number in from..(from + ENCOUNTERS_PER_BUNDLE).min(HEAVY_ENCOUNTERS) {
            chart.heavy_visit(number, HEAVY_ENCOUNTERS, HEAVY_OBSERVATIONS / HEAVY_ENCOUNTERS);
        }
        all.push(bundle(&chart.take_entries()));
    }
    (chart.id, all)
}
