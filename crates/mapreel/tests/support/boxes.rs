//! The boxes of a picture's map and furniture, from its manifest; they are compared with each other and with the pixels.

use super::Run;
use mapreel_testkit::pictures::Picture;
use serde_json::Value;

pub type Box = [u32; 4];

/// A box of a manifest.
pub fn box_of(value: &Value) -> Option<Box> {
    serde_json::from_value(value.clone()).unwrap()
}

/// The boxes of a picture, from its manifest.
pub struct Boxes {
    pub size: [u32; 2],
    pub map: Box,
    /// The boxes of texts: header, credits, and legends with their titles.
    pub texts: Vec<Box>,
    pub plate: Option<Box>,
}

impl Boxes {
    pub fn of(run: &Run) -> Self {
        let layout = &run.manifest["layout"];
        let legends = layout["legends"].as_array().unwrap().iter();
        let legends = legends.flat_map(|legend| [box_of(&legend["title_box"]), box_of(&legend["box"])]);
        let texts = [box_of(&layout["header"]), box_of(&layout["attribution"])].into_iter().chain(legends).flatten();
        Self {
            size: serde_json::from_value(layout["size"].clone()).unwrap(),
            map: box_of(&layout["map"]).unwrap(),
            texts: texts.filter(|[.., height]| *height > 0).collect(),
            plate: layout.get("plate").and_then(box_of),
        }
    }

    /// Asserts that every box is on the page, that none overlaps another, and that each box on the map is on its plate.
    pub fn assert_apart(&self, what: &str) {
        for (i, text) in self.texts.iter().enumerate() {
            assert!(contains([0, 0, self.size[0], self.size[1]], *text), "{what}: {text:?} is not on the page");
            let below = self.texts[i + 1..].iter().find(|other| overlap(*text, **other));
            assert!(below.is_none(), "{what}: {text:?} and {below:?} overlap");
            let on_plate = self.plate.is_some_and(|plate| contains(plate, *text));
            assert!(on_plate || !overlap(*text, self.map), "{what}: {text:?} lies on the map {:?}", self.map);
        }
        assert!(self.plate.is_none_or(|plate| contains(self.map, plate)), "{what}: the plate is not on the map");
    }

    /// Asserts that nothing is drawn outside of its box: every pixel that is not background is in a box, or on the line round the map.
    pub fn assert_inked_within(&self, page: &Picture, what: &str) {
        let near = |[x, y, width, height]: Box, by: u32| {
            [x.saturating_sub(by), y.saturating_sub(by), width + 2 * by, height + 2 * by]
        };
        // A letter may extend a little beyond its box.
        let lean = self.size[0].min(self.size[1]) / 200 + 2;
        let all: Vec<Box> = self.texts.iter().map(|text| near(*text, lean)).chain([near(self.map, 12)]).collect();
        for y in 0..page.height {
            let boxes: Vec<&Box> = all.iter().filter(|[_, top, _, height]| (*top..top + height).contains(&y)).collect();
            for x in 0..page.width {
                let is_within = boxes.iter().any(|[left, _, width, _]| (*left..left + width).contains(&x));
                assert!(is_within || page.at(x, y) == [255; 3], "{what}: ink at {x}, {y}, outside of {all:?}");
            }
        }
    }
}

fn contains([x, y, width, height]: Box, [left, top, w, h]: Box) -> bool {
    left >= x && top >= y && left + w <= x + width && top + h <= y + height
}

fn overlap([x, y, width, height]: Box, [left, top, w, h]: Box) -> bool {
    left < x + width && x < left + w && top < y + height && y < top + h
}
