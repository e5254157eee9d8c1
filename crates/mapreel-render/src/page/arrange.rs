//! Where legends stand beside one another: in a column right of the map or on it, or in rows below it.

use super::legend::{self, LegendPicture};
use super::scale::Scale;
use super::texts::Page;
use crate::stop::{Stop, Stopped};
use crate::text::bidi::Direction;
use crate::text::typesetter::Typesetter;
use mapreel_spec::{LegendBox, LegendForm};

/// Measured legends; their boxes are relative to their common upper left corner.
pub(crate) struct Arranged {
    pub width: u32,
    pub height: u32,
    /// As they stand on a page that is read from left to right.
    boxes: Vec<LegendBox>,
}

impl Arranged {
    /// The boxes on a page that is read in this direction, with their common upper left corner at `x`, `y`.
    pub(crate) fn boxes(self, direction: Direction, x: u32, y: u32) -> Vec<LegendBox> {
        let all = self.width;
        let moved =
            |[left, top, width, height]: [u32; 4]| [direction.left_of(left, width, all) + x, top + y, width, height];
        self.boxes.into_iter().map(|b| LegendBox { title: moved(b.title), picture: moved(b.picture), ..b }).collect()
    }

    /// Where they begin in a row of this left and width, as what is read in this direction does.
    pub(crate) fn left_in(&self, [left, width]: [u32; 2], direction: Direction) -> u32 {
        left + direction.left_of(0, self.width, width)
    }

    fn fits(&self, [width, height]: [u32; 2]) -> bool {
        self.width <= width && self.height <= height
    }
}

/// A legend in one of its forms, measured.
struct Block {
    layer: usize,
    form: LegendForm,
    title: (u32, u32),
    picture: (u32, u32),
    /// Whether it is a server's picture, which can be made smaller.
    is_foreign: bool,
}

/// A way to set legends: smaller letters, classes in more columns or rows, a shorter bar.
#[derive(Clone, Copy)]
struct Setting {
    text: f32,
    /// Classes stand in so many columns, beside the map, or in so many rows, below it.
    lines: usize,
    /// The length of a colour bar, in multiples of the text size.
    bar: f32,
}

impl Setting {
    const fn new(text: f32, lines: usize, bar: f32) -> Self {
        Self { text, lines, bar }
    }
}

/// The settings of a column of legends, from the best to the smallest that can still be read.
const UPRIGHT: [Setting; 8] = [
    Setting::new(1.0, 1, 17.0),
    Setting::new(1.0, 2, 12.0),
    Setting::new(0.85, 1, 12.0),
    Setting::new(0.85, 2, 9.0),
    Setting::new(0.7, 2, 7.0),
    Setting::new(0.85, 3, 6.0),
    Setting::new(0.6, 3, 6.0),
    Setting::new(0.6, 4, 5.0),
];
/// The settings of legends in rows, in the same order.
const LYING: [Setting; 8] = [
    Setting::new(1.0, 5, 22.0),
    Setting::new(1.0, 3, 22.0),
    Setting::new(1.0, 2, 22.0),
    Setting::new(1.0, 1, 22.0),
    Setting::new(0.85, 5, 18.0),
    Setting::new(0.85, 8, 12.0),
    Setting::new(0.7, 12, 9.0),
    Setting::new(0.6, 18, 9.0),
];

/// A title of a legend is wrapped at the width of what it shows, but not below so many sizes of text.
const TITLE_WIDTH: f32 = 16.0;
/// Legends that are made smaller keep, on average, at least this height in multiples of the text size.
const HEIGHT_MIN: f32 = 3.5;

/// What legends are measured with.
pub(crate) struct Arranger<'a> {
    pub page: &'a Page<'a>,
    pub scale: Scale,
    pub typesetter: &'a mut Typesetter,
    pub stop: &'a Stop,
}

impl Arranger<'_> {
    /// The legends in a column, at most as wide and as high as `max`. Where they fit in no setting, the column is larger than that.
    pub(crate) fn stacked(&mut self, legends: &[&LegendPicture], max: [u32; 2]) -> Result<Arranged, Stopped> {
        self.first_that_fits(&UPRIGHT, legends, false, max)
    }

    /// The legends in rows, at most as wide and as high as `max`. Where they fit in no setting, the rows are larger than that.
    pub(crate) fn flowing(&mut self, legends: &[&LegendPicture], max: [u32; 2]) -> Result<Arranged, Stopped> {
        self.first_that_fits(&LYING, legends, true, max)
    }

    /// The legends in the first setting in which they fit; of legends in rows, the lowest of those with the same size of text. Where they fit
    /// in none, the first setting is taken.
    fn first_that_fits(
        &mut self,
        settings: &[Setting],
        legends: &[&LegendPicture],
        is_lying: bool,
        max: [u32; 2],
    ) -> Result<Arranged, Stopped> {
        let mut best = None;
        // Without classes, settings of one size of text differ too little.
        let takes_first = !is_lying || legends.iter().all(|legend| legend::classes(legend) == 0);
        for alike in settings.chunk_by(|a, b| a.text == b.text) {
            let mut fitting: Option<Arranged> = None;
            for setting in alike {
                let blocks = self.blocks(legends, *setting, is_lying, max[0])?;
                let arranged = if is_lying { self.flow(&blocks, max[0]) } else { self.stack(blocks, max[1]) };
                if !arranged.fits(max) {
                    best.get_or_insert(arranged);
                } else if takes_first {
                    return Ok(arranged);
                } else if fitting.as_ref().is_none_or(|known| arranged.height < known.height) {
                    fitting = Some(arranged);
                }
            }
            if let Some(fitting) = fitting {
                return Ok(fitting);
            }
        }
        Ok(best.unwrap_or(Arranged { width: 0, height: 0, boxes: Vec::new() }))
    }

    fn blocks(
        &mut self,
        legends: &[&LegendPicture],
        setting: Setting,
        is_lying: bool,
        width_max: u32,
    ) -> Result<Vec<Block>, Stopped> {
        let text_px = self.scale.smaller(setting.text).small_px();
        let bar_px = (text_px * setting.bar).round() as u32;
        let bar_px = if is_lying { bar_px.min(width_max) } else { bar_px }.max(1);
        legends
            .iter()
            .map(|legend| {
                let columns = if is_lying { legend::classes(legend).div_ceil(setting.lines) } else { setting.lines };
                let columns = columns.clamp(1, 64) as u32;
                let form = LegendForm { is_lying, columns, bar_px, width_max, text_px };
                self.block(legend, form, is_lying && legends.len() == 1)
            })
            .collect()
    }

    /// A legend measured in a form; one that `has_row` has all the width for its title.
    fn block(&mut self, legend: &LegendPicture, form: LegendForm, has_row: bool) -> Result<Block, Stopped> {
        let Self { page, typesetter, stop, .. } = self;
        let is_foreign = legend::is_foreign(page, legend);
        let picture = match legend::lettered(page, legend, form, typesetter, stop)? {
            Ok(picture) if is_foreign => self.foreign_size((picture.width, picture.height), form.width_max),
            Ok(picture) => (picture.width, picture.height),
            Err(_) => typesetter.measure(&legend::missing(), form.text_px, form.width_max as f32),
        };
        let room = match has_row {
            true => form.width_max,
            false => picture.0.max((form.text_px * TITLE_WIDTH) as u32).min(form.width_max),
        };
        let title = legend::title(self.page, legend.layer);
        let title = match title.is_empty() {
            true => (0, 0),
            false => self.typesetter.measure(&title, form.text_px, room as f32),
        };
        Ok(Block { layer: legend.layer, form, title, picture, is_foreign })
    }

    /// The size of a server's picture. On a large page it is enlarged by a whole number: its letters would be too small to be read.
    fn foreign_size(&self, (width, height): (u32, u32), width_max: u32) -> (u32, u32) {
        let wanted = (self.scale.body_px / 13.0).floor().max(1.0) as u32;
        let times = wanted.min(width_max / width.max(1)).max(1);
        if width * times <= width_max {
            return (width * times, height * times);
        }
        let shrink = f64::from(width_max) / f64::from(width);
        (width_max.max(1), ((f64::from(height) * shrink) as u32).max(1))
    }

    /// Below one another.
    fn stack(&self, mut blocks: Vec<Block>, height_max: u32) -> Arranged {
        let (gap, space) = (self.scale.unit / 2, 2 * self.scale.unit);
        let height_of = |block: &Block| block.title.1 + gap + block.picture.1;
        let spaces = blocks.len().saturating_sub(1) as u32 * space;
        let total: u32 = blocks.iter().map(height_of).sum::<u32>() + spaces;
        let foreign: u32 = blocks.iter().filter(|block| block.is_foreign).map(|block| block.picture.1).sum();
        if total > height_max && foreign > 0 {
            let room = height_max.saturating_sub(total - foreign) as f32;
            // Legends stay legible: the column becomes higher than a small map instead.
            let legible = blocks.len() as f32 * self.scale.body_px * HEIGHT_MIN;
            let shrink = (room.max(legible) / foreign as f32).min(1.0);
            let smaller = |px: u32| ((px as f32 * shrink).floor() as u32).max(1);
            for block in blocks.iter_mut().filter(|block| block.is_foreign) {
                block.picture = (smaller(block.picture.0), smaller(block.picture.1));
            }
        }
        let (mut boxes, mut y, mut width) = (Vec::new(), 0, 0);
        for block in blocks {
            boxes.push(block.at(0, y, gap));
            width = width.max(block.width());
            y += height_of(&block) + space;
        }
        Arranged { width, height: y.saturating_sub(space), boxes }
    }

    /// Beside one another, in as many rows as it takes.
    fn flow(&self, blocks: &[Block], width_max: u32) -> Arranged {
        let (gap, space) = (self.scale.unit / 2, 4 * self.scale.unit);
        let (mut boxes, mut x, mut y, mut width, mut row_height) = (Vec::new(), 0, 0, 0, 0);
        for block in blocks {
            let wide = block.width();
            if x > 0 && x + wide > width_max {
                (x, y, row_height) = (0, y + row_height + space / 2, 0);
            }
            boxes.push(block.at(x, y, gap));
            width = width.max(x + wide);
            row_height = row_height.max(block.title.1 + gap + block.picture.1);
            x += wide + space;
        }
        Arranged { width, height: y + row_height, boxes }
    }
}

impl Block {
    /// Its width. The title has a pixel to spare: a title that was measured in one line must not be wrapped for a rounding error.
    fn width(&self) -> u32 {
        self.picture.0.max(self.title.0 + 1)
    }

    /// The block with its upper left corner at `x`, `y`.
    fn at(&self, x: u32, y: u32, gap: u32) -> LegendBox {
        LegendBox {
            layer: self.layer,
            title: [x, y, self.title.0 + 1, self.title.1],
            picture: [x, y + self.title.1 + gap, self.picture.0, self.picture.1],
            form: self.form,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legends_begin_where_reading_does() {
        let form = LegendForm { is_lying: false, columns: 1, bar_px: 1, width_max: 90, text_px: 12.0 };
        let legend = LegendBox { layer: 0, title: [0, 0, 60, 16], picture: [10, 20, 30, 40], form };
        let boxes = |direction| {
            let arranged = Arranged { width: 90, height: 60, boxes: vec![legend.clone()] };
            let left = arranged.left_in([5, 300], direction);
            let legend = arranged.boxes(direction, left, 7).remove(0);
            [legend.title, legend.picture]
        };
        assert_eq!(boxes(Direction::LeftToRight), [[5, 7, 60, 16], [15, 27, 30, 40]]);
        assert_eq!(boxes(Direction::RightToLeft), [[245, 7, 60, 16], [265, 27, 30, 40]]);
    }
}
