//! Patients with few records, for measurements: as many as one likes, each with the same number of records.

use crate::World;
use crate::chart::Chart;

/// How many records a thin patient has.
pub const THIN_RESOURCES: usize = 8;

/// These, so that two patients of the demo are never meant.
const FIRST: u64 = 1 << 40;

pub(crate) fn bundle(world: &World, index: u64) -> String {
    Chart::thin(world, FIRST + index).into_bundle()
}
