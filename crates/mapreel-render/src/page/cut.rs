//! A legend that a server has drawn as one picture, cut into its swatches and their words, where that is certain: a column of
//! boxes of one size, each with its words at its right, apart from one another on a white ground.
//!
//! The swatches are then set anew like all others; the words stay the server's pixels, since there is no text recognition
//! (OCR) here.

use super::swatches::{LetteredSwatch, Words};
use crate::raster::raster::Raster;
use std::ops::Range;

/// The fewest swatches that make a column, and the most.
const SWATCHES: std::ops::RangeInclusive<usize> = 3..=64;
/// The least width and height of a swatch, in pixels.
const SWATCH_MIN: [u32; 2] = [6, 5];
/// The least gap between a swatch and its words, in pixels.
const GAP_MIN: u32 = 2;
/// The most pixels by which the swatches of a column differ in place and size.
const UNEVEN_MAX: u32 = 1;

/// The swatches of a legend, top first; `None`: it may be something else.
pub fn swatches(picture: &Raster) -> Option<Vec<LetteredSwatch>> {
    let ground = Ground::of(picture)?;
    let all = Range { start: 0, end: picture.width };
    let rows = runs(picture.height, |y| ground.has_ink(all.clone(), y..y + 1));
    if !SWATCHES.contains(&rows.len()) {
        return None;
    }
    let entries: Vec<Entry> = rows.into_iter().map(|rows| Entry::of(&ground, rows)).collect::<Option<_>>()?;
    let first = &entries[0].swatch;
    let is_like_first = |entry: &Entry| {
        let [x, _, width, height] = entry.swatch;
        [(x, first[0]), (width, first[2]), (height, first[3])].iter().all(|(a, b)| a.abs_diff(*b) <= UNEVEN_MAX)
    };
    if !entries.iter().all(is_like_first) {
        return None;
    }
    let words = common_rows(&ground, &entries);
    let cut: Vec<LetteredSwatch> = entries.iter().map(|entry| entry.lettered(&ground, words.clone())).collect();
    let coloured = cut.iter().filter(|swatch| swatch.is_colour).count();
    // A legend of few boxes of one colour may be a list of words, or of symbols that mean nothing outside their legend.
    (2 * coloured > cut.len()).then_some(cut)
}

/// A picture whose ground is white or transparent.
struct Ground<'a> {
    picture: &'a Raster,
}

impl<'a> Ground<'a> {
    fn of(picture: &'a Raster) -> Option<Self> {
        let [right, bottom] = [picture.width.checked_sub(1)?, picture.height.checked_sub(1)?];
        let ground = Self { picture };
        let corners = [(0, 0), (right, 0), (0, bottom), (right, bottom)];
        (!picture.premultiplied && corners.iter().all(|(x, y)| ground.is_blank(*x, *y))).then_some(ground)
    }

    fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        let row = self.picture.row(y);
        let at = x as usize * 4;
        [row[at], row[at + 1], row[at + 2], row[at + 3]]
    }

    fn is_blank(&self, x: u32, y: u32) -> bool {
        let [r, g, b, a] = self.pixel(x, y);
        a == 0 || [r, g, b] == [255; 3]
    }

    fn has_ink(&self, columns: Range<u32>, mut rows: Range<u32>) -> bool {
        rows.any(|y| columns.clone().any(|x| !self.is_blank(x, y)))
    }

    /// A box of the picture.
    fn crop(&self, [left, top, width, height]: [u32; 4]) -> Raster {
        let rows = (top..top + height).flat_map(|y| (left..left + width).flat_map(move |x| self.pixel(x, y)));
        Raster::straight(width, height, rows.collect())
    }
}

/// A swatch and what stands at its right: boxes of left, top, width, height.
struct Entry {
    swatch: [u32; 4],
    words: Option<[u32; 4]>,
}

impl Entry {
    fn of(ground: &Ground, rows: Range<u32>) -> Option<Self> {
        let width = ground.picture.width;
        let columns = runs(width, |x| ground.has_ink(x..x + 1, rows.clone()));
        let swatch = columns.first()?.clone();
        let inked = runs(ground.picture.height, |y| rows.contains(&y) && ground.has_ink(swatch.clone(), y..y + 1));
        let [swatch_rows] = &inked[..] else { return None };
        let size = [swatch.end - swatch.start, swatch_rows.end - swatch_rows.start];
        if size[0] < SWATCH_MIN[0] || size[1] < SWATCH_MIN[1] {
            return None;
        }
        let words = match (columns.get(1), columns.last()) {
            (Some(second), Some(last)) if second.start >= swatch.end + GAP_MIN => {
                Some([second.start, rows.start, last.end - second.start, rows.end - rows.start])
            }
            (Some(_), _) => return None,
            _ => None,
        };
        Some(Self { swatch: [swatch.start, swatch_rows.start, size[0], size[1]], words })
    }

    /// The rows in which its words have ink, counted from the top of the words' box.
    fn inked_rows(&self, ground: &Ground) -> Option<Range<u32>> {
        let [left, top, width, height] = self.words?;
        let has_ink = |row: &u32| ground.has_ink(left..left + width, top + row..top + row + 1);
        Some((0..height).find(has_ink)?..(0..height).rfind(has_ink)? + 1)
    }

    fn lettered(&self, ground: &Ground, rows: Range<u32>) -> LetteredSwatch {
        let words = self.words.map_or(Words::Text(String::new()), |[left, top, width, height]| {
            let end = rows.end.min(height);
            Words::Picture(ground.crop([left, top + rows.start.min(end), width, end.saturating_sub(rows.start)]))
        });
        match self.colour(ground) {
            Some(colour) => LetteredSwatch { picture: Raster::straight(1, 1, colour.to_vec()), is_colour: true, words },
            None => LetteredSwatch { picture: ground.crop(self.swatch), is_colour: false, words },
        }
    }

    /// The colour of the swatch within its outline, if it has but one.
    fn colour(&self, ground: &Ground) -> Option<[u8; 4]> {
        let [left, top, width, height] = self.swatch;
        let colour = ground.pixel(left + width / 2, top + height / 2);
        let mut inner = (top + 1..top + height - 1).flat_map(|y| (left + 1..left + width - 1).map(move |x| (x, y)));
        inner.all(|(x, y)| ground.pixel(x, y) == colour).then_some(colour)
    }
}

/// The rows in which the words of any swatch have ink. All words are cut to the same rows, so that they keep their base line.
fn common_rows(ground: &Ground, entries: &[Entry]) -> Range<u32> {
    let rows = entries.iter().filter_map(|entry| entry.inked_rows(ground));
    rows.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(0..0)
}

/// The runs of neighbouring places, from 0 to `places`, at which `is_there` holds.
fn runs(places: u32, is_there: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
    let mut runs: Vec<Range<u32>> = Vec::new();
    for place in (0..places).filter(|place| is_there(*place)) {
        match runs.last_mut() {
            Some(run) if run.end == place => run.end += 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A legend of boxes of 20 × 12 at 5, each with a line of words at 33; `gap` pixels between boxes.
    fn legend(colours: &[[u8; 3]], gap: u32) -> Raster {
        let (width, height) = (90, 5 + colours.len() as u32 * (12 + gap));
        let mut pixels = [255u8, 255, 255, 255].repeat((width * height) as usize);
        let mut fill = |[x, y, w, h]: [u32; 4], [r, g, b]: [u8; 3]| {
            for (x, y) in (y..y + h).flat_map(|y| (x..x + w).map(move |x| (x, y))) {
                pixels[((y * width + x) * 4) as usize..][..4].copy_from_slice(&[r, g, b, 255]);
            }
        };
        for (i, colour) in colours.iter().enumerate() {
            let top = 5 + i as u32 * (12 + gap);
            fill([5, top, 20, 12], *colour);
            fill([33, top + 3, 20 + 7 * i as u32, 6], [0, 0, 0]);
        }
        Raster::straight(width, height, pixels)
    }

    const COLOURS: [[u8; 3]; 4] = [[0, 0, 143], [0, 100, 255], [255, 230, 0], [120, 0, 0]];

    #[test]
    fn a_column_of_boxes_and_words_is_cut_apart() {
        let cut = swatches(&legend(&COLOURS, 4)).unwrap();
        let colours: Vec<&[u8]> = cut.iter().map(|swatch| &swatch.picture.pixels[..3]).collect();
        assert_eq!(colours, COLOURS.iter().map(|colour| &colour[..]).collect::<Vec<_>>());
        assert!(cut.iter().all(|swatch| swatch.is_colour));
        let widths: Vec<u32> = cut.iter().map(|swatch| swatch.words.picture().unwrap().width).collect();
        assert_eq!(widths, [20, 27, 34, 41]);
    }

    #[test]
    fn a_picture_that_may_be_no_column_of_swatches_stays_whole() {
        assert!(swatches(&legend(&COLOURS, 0)).is_none(), "boxes that touch one another");
        assert!(swatches(&legend(&COLOURS[..2], 4)).is_none(), "two boxes are no column");
        assert!(swatches(&Raster::straight(60, 60, [9, 9, 9, 255].repeat(3600))).is_none(), "no white ground");
        assert!(swatches(&Raster::straight(0, 0, Vec::new())).is_none());
        let mut speckled = legend(&COLOURS, 4);
        for (i, pixel) in speckled.pixels.chunks_exact_mut(4).enumerate() {
            if i % 3 == 0 && pixel[0] != 255 {
                pixel[0] ^= 0x55;
            }
        }
        assert!(swatches(&speckled).is_none(), "no box has one colour");
    }
}
