//! CRSs whose axes point to the west or the south.

use super::axes_table::WEST_OR_SOUTH;

/// Whether an axis of a projected CRS of the EPSG points to the west or the south: what of such a box is left and what is up
/// on a picture, the standard does not say.
pub(crate) fn point_backwards(number: u16) -> bool {
    is_in(&WEST_OR_SOUTH, number)
}

/// Whether a code is in one of the runs of first and last, which are in order.
pub(crate) fn is_in(runs: &[[u16; 2]], number: u16) -> bool {
    let after = runs.partition_point(|[first, _]| *first <= number);
    after > 0 && number <= runs[after - 1][1]
}
