//! CRSs whose axes point to the west or the south.

use super::axes_table::WEST_OR_SOUTH;

/// Whether an axis of a projected CRS of the EPSG registry points to the west or the south. The standard does not say which
/// edge of such a box is the left one, nor which side of its picture is up.
pub(crate) fn point_backwards(number: u16) -> bool {
    is_in(&WEST_OR_SOUTH, number)
}

/// Whether a code is in one of the runs, each `[first, last]`, sorted.
pub(crate) fn is_in(runs: &[[u16; 2]], number: u16) -> bool {
    let after = runs.partition_point(|[first, _]| *first <= number);
    after > 0 && number <= runs[after - 1][1]
}
