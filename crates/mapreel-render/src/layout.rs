//! Where everything stands, in pixels: found by measuring, the same for all frames.
//!
//! One size of text and one unit of space grow with the map, so that a thumbnail and a 4K frame are the same design.

use crate::bidi::Direction;
use crate::furniture::legend::LegendPicture;
use crate::furniture::{attribution, header, legend};
use crate::scale::Scale;
use crate::text::Typesetter;
use mapreel_spec::Plan;
use mapreel_spec::manifest::PixelBox;

/// Boxes in pixels: left, top, width, height.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The whole page; both sides are even, as H.264 4:2:0 needs them.
    pub width: u32,
    /// See `width`.
    pub height: u32,
    /// The map, without the line round it.
    pub map: PixelBox,
    /// Title, map time and the lines of the layers.
    pub header: PixelBox,
    /// The legends, in the order of the plan's layers that have one, topmost layer first.
    pub legends: Vec<LegendBox>,
    /// The credits.
    pub attribution: Option<PixelBox>,
    pub(crate) scale: Scale,
    /// From which side header and credits begin.
    pub(crate) direction: Direction,
}

/// Where a legend stands.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendBox {
    /// The index of its layer in the plan.
    pub layer: usize,
    /// Its title.
    pub title: PixelBox,
    /// Its picture, or the words that say that it is missing.
    pub picture: PixelBox,
}

impl Layout {
    /// Measures everything.
    pub(crate) fn measure(plan: &Plan, legends: &[LegendPicture], typesetter: &mut Typesetter) -> Self {
        let scale = Scale::of(plan.map.width, plan.map.height);
        let (margin, line) = (scale.margin(), scale.hairline);
        let column = legend::measure(plan, legends, scale, typesetter);
        let column_width = if column.width > 0 { column.width + margin } else { 0 };
        // A tiny map still gets a header that can be read.
        let inner = (plan.map.width + 2 * line + column_width).max((scale.body_px * 17.0) as u32);
        let header_height = header::measure(plan, scale, inner, typesetter);
        let top = margin + header_height + if header_height > 0 { (scale.unit * 3).div_ceil(2) } else { 0 };
        let map = [margin + line, top + line, plan.map.width, plan.map.height];
        let legends = column.boxes(map[0] + map[2] + line + margin, map[1]);
        // The column may be longer than a small map: what is below makes room for it.
        let column_bottom = legends.iter().map(|l| l.picture[1] + l.picture[3]).max().unwrap_or(0);
        let map_bottom = (map[1] + map[3] + line).max(column_bottom);
        let credits = attribution::measure(plan, scale, inner, typesetter);
        let attribution = credits.map(|height| [margin, map_bottom + scale.unit, inner, height]);
        let bottom = attribution.map_or(map_bottom, |[_, y, _, height]| y + height);
        let even = |n: u32| n + n % 2;
        Self {
            width: even(margin + inner + margin),
            height: even(bottom + if attribution.is_some() { scale.unit } else { margin }),
            map,
            header: [margin, margin, inner, header_height],
            legends,
            attribution,
            scale,
            direction: header::direction(plan),
        }
    }
}
