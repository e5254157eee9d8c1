//! The boxes on the page, in pixels. They are measured once, before pictures are planned. All frames, and all workers that draw
//! some of them, use the same boxes.

use super::manifest::PixelBox;
use crate::request::room::Room;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The boxes on the page, in pixels: left, top, width, height.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageLayout {
    /// The width of the page.
    pub width: u32,
    /// The height of the page.
    pub height: u32,
    /// The size of ordinary text, in pixels; everything else that Mapreel draws beside the map scales with it.
    pub text_px: f32,
    /// The map, without the line round it.
    pub map: PixelBox,
    /// Title, map time and the lines of the layers.
    pub header: PixelBox,
    /// Each line of the header; those of layers may stand beside one another.
    pub header_lines: Vec<PixelBox>,
    /// The lines of the header that fit on the page.
    pub header_form: HeaderForm,
    /// The legends, in the order of the plan's layers that have one, topmost layer first.
    pub legends: Vec<LegendBox>,
    /// The plate behind legends that stand on the map.
    pub plate: Option<PixelBox>,
    /// The credits.
    pub attribution: Option<PixelBox>,
}

/// The lines of the header that fit on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderForm {
    /// Which layers with a title have lines of their own.
    pub layers: LayerLines,
    /// The most lines of the title, of each other text, and of the credits; a longer text ends in an ellipsis.
    pub lines_max: u32,
}

impl HeaderForm {
    /// All lines fit.
    pub const WHOLE: Self = Self { layers: LayerLines::All, lines_max: u32::MAX };
}

/// Which layers with a title have lines of their own in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LayerLines {
    /// All of them.
    All,
    /// Those whose line tells more than the title of their legend.
    Informative,
    /// None.
    None,
}

/// The layout of a legend that Mapreel draws.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LegendForm {
    /// Whether a colour bar is horizontal; otherwise it is vertical.
    pub is_lying: bool,
    /// The number of columns of classes; at least 1.
    pub columns: u32,
    /// The length of a colour bar, in pixels.
    pub bar_px: u32,
    /// The largest width, in pixels.
    pub width_max: u32,
    /// The size of its text, in pixels.
    pub text_px: f32,
}

impl LegendForm {
    /// Whether no length exceeds the page, and the text size and the number of columns are possible.
    fn is_sound(&self, page_px: u32) -> bool {
        (1..=64).contains(&self.columns)
            && self.bar_px <= page_px
            && self.width_max <= page_px
            && (1.0..1000.0).contains(&self.text_px)
    }
}

/// The boxes of a legend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LegendBox {
    /// The index of its layer in the plan.
    pub layer: usize,
    /// Its title.
    pub title: PixelBox,
    /// Its picture, or the text that it is missing.
    pub picture: PixelBox,
    /// Its layout, where Mapreel draws it.
    pub form: LegendForm,
}

impl PageLayout {
    /// White space round a map without anything beside it, in pixels.
    const MARGIN: u32 = 16;
    /// The shortest side of a map on a page of an exact size, in pixels.
    const MAP_PX_MIN: u32 = 16;

    /// A page with only a map: the basis of estimates, before anything beside the map has been measured.
    pub fn of_map_alone(room: &Room) -> Self {
        let [width, height] = room.map_max();
        let margin = if matches!(room, Room::Map(_)) { Self::MARGIN } else { 0 };
        Self {
            width: width + 2 * margin,
            height: height + 2 * margin,
            text_px: 13.0,
            map: [margin, margin, width, height],
            header: [0; 4],
            header_lines: Vec::new(),
            header_form: HeaderForm::WHOLE,
            legends: Vec::new(),
            plate: None,
            attribution: None,
        }
    }

    /// Whether the map and everything beside it fit on the page: a picture of an exact size may be too small for its texts.
    pub fn has_room(&self) -> bool {
        let boxes = [Some(self.map), Some(self.header), self.attribution];
        self.map[2].min(self.map[3]) >= Self::MAP_PX_MIN && boxes.into_iter().flatten().all(|at| self.holds(at))
    }

    /// Whether a box lies on the page.
    fn holds(&self, [x, y, width, height]: PixelBox) -> bool {
        let ends_within = |start: u32, length: u32, side: u32| start.checked_add(length).is_some_and(|end| end <= side);
        ends_within(x, width, self.width) && ends_within(y, height, self.height)
    }

    /// Whether all boxes lie on the page, with a map of this size among them. A layout that was read from the store may be
    /// damaged.
    pub(crate) fn is_sound(&self, map: [u32; 2], layers: usize, page_px_max: u64) -> bool {
        let is_on_page = |at| self.holds(at);
        let mut seen = HashSet::new();
        let mut is_sound = |legend: &LegendBox| {
            let is_on_page = is_on_page(legend.title) && is_on_page(legend.picture);
            seen.insert(legend.layer) && is_on_page && legend.form.is_sound(self.width.max(self.height))
        };
        let legends_are = self.legends.iter().all(|legend| legend.layer < layers && is_sound(legend));
        u64::from(self.width) * u64::from(self.height) <= page_px_max
            && self.map[2..] == map
            && is_on_page(self.map)
            && is_on_page(self.header)
            && self.header_lines.iter().all(|line| is_on_page(*line))
            && self.attribution.is_none_or(is_on_page)
            && self.plate.is_none_or(is_on_page)
            && (1.0..1000.0).contains(&self.text_px)
            && legends_are
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_layout_is_not_sound() {
        let sound = || {
            let form = LegendForm { is_lying: false, columns: 1, bar_px: 20, width_max: 50, text_px: 10.0 };
            let legend = |layer| LegendBox { layer, title: [0, 0, 10, 5], picture: [0, 5, 10, 20], form };
            PageLayout { legends: vec![legend(1), legend(0)], ..PageLayout::of_map_alone(&Room::Map([100, 50])) }
        };
        let check = |layout: &PageLayout| layout.is_sound([100, 50], 2, 1 << 20);
        assert!(check(&sound()));
        let damaged: [fn(&mut PageLayout); 11] = [
            |layout| layout.text_px = f32::NAN,
            |layout| layout.legends[1].form.text_px = 1e9,
            |layout| layout.plate = Some([100, 0, 100, 10]),
            |layout| layout.width = 110,
            |layout| (layout.width, layout.height) = (1 << 20, 1 << 20),
            |layout| layout.map = [16, 16, 101, 50],
            |layout| layout.header = [u32::MAX, 0, 2, 0],
            |layout| layout.header_lines = vec![[0, 0, 133, 9]],
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
