//! On which side of the map legends stand, and what they may cover of it.

use super::arrange::Arranged;
use super::scale::Scale;
use mapreel_spec::LegendPlace;

/// On which side of the map legends stand.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Side {
    Right,
    Bottom,
    Inside(LegendPlace),
}

/// The most of the map, in width and height, that legends on it may cover.
const INSIDE_PARTS: [f32; 2] = [0.5, 0.7];

/// The most that legends on a map may cover.
pub(crate) fn inside_max(map: [u32; 2], scale: Scale) -> [u32; 2] {
    let part = |i: usize| ((map[i] as f32 * INSIDE_PARTS[i]) as u32).saturating_sub(4 * scale.unit);
    [part(0), part(1)]
}

/// The plate of legends that stand on the map, and their upper left corner.
pub(crate) fn plate(map: [u32; 4], corner: LegendPlace, arranged: &Arranged, scale: Scale) -> [u32; 4] {
    let [x, y, width, height] = map;
    let (inset, padding) = (scale.unit, scale.unit);
    let size = [arranged.width + 2 * padding, arranged.height + 2 * padding];
    let right = matches!(corner, LegendPlace::InsideTopRight | LegendPlace::InsideBottomRight);
    let bottom = matches!(corner, LegendPlace::InsideBottomLeft | LegendPlace::InsideBottomRight);
    let left = if right { x + width.saturating_sub(size[0] + inset) } else { x + inset };
    let top = if bottom { y + height.saturating_sub(size[1] + inset) } else { y + inset };
    [left, top, size[0].min(width), size[1].min(height)]
}
