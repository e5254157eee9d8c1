//! Where everything stands on the page, in pixels: measured once, before pictures are planned, and the same for all frames and all
//! machines that draw some of them.

use super::manifest::PixelBox;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Where everything stands on the page. Boxes in pixels: left, top, width, height.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLayout {
    /// The whole page.
    pub width: u32,
    /// See `width`.
    pub height: u32,
    /// The map, without the line round it.
    pub map: PixelBox,
    /// Title, map time and the lines of the layers.
    pub header: PixelBox,
    /// The top of each line of the header.
    pub header_lines: Vec<u32>,
    /// The legends, in the order of the plan's layers that have one, topmost layer first.
    pub legends: Vec<LegendBox>,
    /// The credits.
    pub attribution: Option<PixelBox>,
}

/// Where a legend stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegendBox {
    /// The index of its layer in the plan.
    pub layer: usize,
    /// Its title.
    pub title: PixelBox,
    /// Its picture, or the words that say that it is missing.
    pub picture: PixelBox,
}

impl PageLayout {
    /// White space round a map alone, in pixels.
    const MARGIN: u32 = 16;

    /// A page with a map of so many pixels and nothing else: what is estimated from, before anything beside the map has been
    /// measured.
    pub fn of_map_alone([width, height]: [u32; 2]) -> Self {
        Self {
            width: width + 2 * Self::MARGIN,
            height: height + 2 * Self::MARGIN,
            map: [Self::MARGIN, Self::MARGIN, width, height],
            header: [0; 4],
            header_lines: Vec::new(),
            legends: Vec::new(),
            attribution: None,
        }
    }

    /// Whether its boxes lie on the page, with a map of this size among them: one that was read may be damaged.
    pub(crate) fn is_sound(&self, map: [u32; 2], layers: usize, page_px_max: u64) -> bool {
        let is_on_page = |[x, y, width, height]: PixelBox| {
            let ends_within =
                |start: u32, length: u32, side: u32| start.checked_add(length).is_some_and(|end| end <= side);
            ends_within(x, width, self.width) && ends_within(y, height, self.height)
        };
        let mut seen = HashSet::new();
        let mut is_sound =
            |legend: &LegendBox| seen.insert(legend.layer) && is_on_page(legend.title) && is_on_page(legend.picture);
        let legends_are = self.legends.iter().all(|legend| legend.layer < layers && is_sound(legend));
        u64::from(self.width) * u64::from(self.height) <= page_px_max
            && self.map[2..] == map
            && is_on_page(self.map)
            && is_on_page(self.header)
            && self.attribution.is_none_or(is_on_page)
            && legends_are
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_layout_is_not_sound() {
        let sound = || {
            let legend = |layer| LegendBox { layer, title: [0, 0, 10, 5], picture: [0, 5, 10, 20] };
            PageLayout { legends: vec![legend(1), legend(0)], ..PageLayout::of_map_alone([100, 50]) }
        };
        let check = |layout: &PageLayout| layout.is_sound([100, 50], 2, 1 << 20);
        assert!(check(&sound()));
        let damaged: [fn(&mut PageLayout); 7] = [
            |layout| layout.width = 110,
            |layout| (layout.width, layout.height) = (1 << 20, 1 << 20),
            |layout| layout.map = [16, 16, 101, 50],
            |layout| layout.header = [u32::MAX, 0, 2, 0],
            |layout| layout.attribution = Some([0, 80, 10, 10]),
            |layout| layout.legends[0].layer = 2,
            |layout| layout.legends[0].layer = 0,
        ];
        for damage in damaged {
            let mut layout = sound();
            damage(&mut layout);
            assert!(!check(&layout), "{layout:?}");
        }
    }
}
