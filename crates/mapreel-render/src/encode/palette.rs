//! One palette for a whole GIF: the exact colours of the legends and of flat areas, and the best ones that k-means finds for the rest.

use crate::raster::canvas::Canvas;
use crate::raster::raster::Raster;
use crate::stop::{Stop, Stopped};
use quantette::deps::palette::Srgb;
use quantette::{PaletteSize, Pipeline};
use std::collections::HashMap;

/// The most colours of a GIF's palette; one more entry is the transparent index, which unchanged pixels get.
const COLOURS_MAX: usize = 255;
/// Palette entries that legends may take: a colour bar of hundreds of steps must leave some for the map.
const LEGEND_MAX: usize = 160;
/// A colour that covers at least one part in so many of a legend is one of its classes: each step of a colour bar of 250 steps
/// covers more.
const LEGEND_PART: u64 = 1500;
/// A colour that covers at least one part in so many of the counted frames is taken exactly: flat areas must not
/// change their tint.
const FLAT_PART: u64 = 400;
/// Pixels given to the quantiser.
const SAMPLE_MAX: u64 = 400_000;

/// A frame of more colours than this is a photograph or a shaded relief: its rare colours are rounded to 5 bits for each channel before
/// they are counted.
const FINE_MAX: usize = 1 << 15;
/// In such a frame a colour that covers less than one part in so many is rare.
const RARE_PART: u64 = 1 << 14;

/// Pixels that are counted between two looks at the stop token.
const BAND_PX: usize = 1 << 16;

type Rgb = [u8; 3];

/// At most 255 colours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Palette(Vec<Rgb>);

/// Counts the colours of frames, one after another, in bounded memory.
#[derive(Default)]
pub struct Colours(HashMap<Rgb, u64>);

impl Colours {
    /// Counts the colours of a frame. Which colours are rounded depends on this frame alone, so that the sum over all frames
    /// depends neither on their order nor on the number of threads.
    ///
    /// # Errors
    /// The stop token is set.
    pub fn add(&mut self, page: &Canvas, stop: &Stop) -> Result<(), Stopped> {
        let mut frame = HashMap::new();
        for band in page.pixels().chunks(4 * BAND_PX) {
            stop.look()?;
            count(band.chunks_exact(4).map(|p| [p[0], p[1], p[2]]), &mut frame);
        }
        let many = frame.len() > FINE_MAX;
        let pixels = u64::from(page.width()) * u64::from(page.height());
        for (i, (colour, count)) in frame.into_iter().enumerate() {
            if i % BAND_PX == 0 {
                stop.look()?;
            }
            let rare = many && count * RARE_PART < pixels;
            let colour = if rare { colour.map(|c| c & 0xF8 | 4) } else { colour };
            *self.0.entry(colour).or_default() += count;
        }
        Ok(())
    }

    /// Adds the counts of another counter.
    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|(colour, count)| *self.0.entry(colour).or_default() += count);
    }

    /// The palette for these colours; those of `legends` are in it exactly.
    pub fn palette<'a>(self, legends: impl Iterator<Item = &'a Raster>) -> Palette {
        let counts = commonest_first(self.0);
        let mut colours = pinned(legends);
        let total: u64 = counts.iter().map(|(_, count)| count).sum();
        let exact = counts.len() <= COLOURS_MAX - colours.len();
        for (colour, _) in counts.iter().take_while(|(_, count)| exact || *count * FLAT_PART >= total) {
            if colours.len() < COLOURS_MAX && !colours.contains(colour) {
                colours.push(*colour);
            }
        }
        let rest: Vec<(Rgb, u64)> = counts.into_iter().filter(|(colour, _)| !colours.contains(colour)).collect();
        let room = COLOURS_MAX - colours.len();
        if !rest.is_empty() && room > 0 {
            colours.extend(quantised(&rest, room));
        }
        Palette(colours)
    }
}

impl From<Vec<Rgb>> for Palette {
    /// The palette of these colours; those past the 255th are left out.
    fn from(mut colours: Vec<Rgb>) -> Self {
        colours.truncate(COLOURS_MAX);
        Self(colours)
    }
}

impl Palette {
    /// The palette's colours: red, green, blue.
    pub fn colours(&self) -> &[[u8; 3]] {
        &self.0
    }

    /// Red, green and blue of each colour, and of the transparent entry, which the colour table must hold, too.
    pub(super) fn bytes(&self) -> Vec<u8> {
        [self.0.concat(), vec![0; 3]].concat()
    }

    /// The transparent index: the first after the colours.
    pub(super) fn transparent(&self) -> u8 {
        self.0.len() as u8
    }
}

/// The legends' colours, commonest first, without the many anti-aliased shades at the edges of letters: these stand for no class.
fn pinned<'a>(legends: impl Iterator<Item = &'a Raster>) -> Vec<Rgb> {
    let mut counts: HashMap<Rgb, u64> = HashMap::new();
    for legend in legends {
        let mut of_one = HashMap::new();
        let opaque = legend.pixels.chunks_exact(4).filter(|p| p[3] == 255);
        count(opaque.map(|p| [p[0], p[1], p[2]]), &mut of_one);
        let area = u64::from(legend.width) * u64::from(legend.height);
        of_one.retain(|_, count| *count * LEGEND_PART >= area);
        of_one.into_iter().for_each(|(colour, count)| *counts.entry(colour).or_default() += count);
    }
    commonest_first(counts).into_iter().take(LEGEND_MAX).map(|(colour, _)| colour).collect()
}

fn count(pixels: impl Iterator<Item = Rgb>, counts: &mut HashMap<Rgb, u64>) {
    let mut pixels = pixels.peekable();
    while let Some(colour) = pixels.next() {
        // Maps have long runs of one colour.
        let mut run = 1;
        while pixels.next_if_eq(&colour).is_some() {
            run += 1;
        }
        *counts.entry(colour).or_default() += run;
    }
}

/// Colours of equal count stand in the order of their values, so that the palette does not depend on the order of a hash map.
fn commonest_first(counts: HashMap<Rgb, u64>) -> Vec<(Rgb, u64)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
    counts
}

fn quantised(counts: &[(Rgb, u64)], colours: usize) -> Vec<Rgb> {
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let every = total.div_ceil(SAMPLE_MAX).max(1);
    // Every colour is sampled at least once, so that the quantiser sees a thin line that has a colour of its own.
    let pixels: Vec<Srgb<u8>> = counts
        .iter()
        .flat_map(|(c, count)| std::iter::repeat_n(Srgb::new(c[0], c[1], c[2]), count.div_ceil(every) as usize))
        .collect();
    let size = PaletteSize::try_from(colours as u16).unwrap_or(PaletteSize::MAX);
    let pipeline = Pipeline::new().palette_size(size).quantize_method(quantette::QuantizeMethod::kmeans());
    let input = pipeline.input_slice(pixels.as_slice()).expect("far fewer than 2^32 pixels");
    input.output_srgb8_palette().into_iter().map(|c| [c.red, c.green, c.blue]).collect()
}

/// Finds the nearest colour of a palette, with a cache.
pub(super) struct Mapper {
    colours: Vec<[i32; 3]>,
    exact: HashMap<Rgb, u8>,
    cache: Vec<(u32, u8)>,
}

/// Slots of the cache; a power of two.
const SLOTS: usize = 1 << 15;
const EMPTY: u32 = u32::MAX;

impl Mapper {
    pub(super) fn new(palette: &Palette) -> Self {
        Self {
            colours: palette.0.iter().map(|c| c.map(i32::from)).collect(),
            exact: palette.0.iter().enumerate().rev().map(|(i, c)| (*c, i as u8)).collect(),
            cache: vec![(EMPTY, 0); SLOTS],
        }
    }

    /// The index of the nearest colour; a colour of the palette has its own index.
    pub(super) fn index(&mut self, [r, g, b]: Rgb) -> u8 {
        let key = u32::from_le_bytes([r, g, b, 0]);
        let slot = (key.wrapping_mul(0x9E37_79B1) >> 17) as usize & (SLOTS - 1);
        if self.cache[slot].0 == key {
            return self.cache[slot].1;
        }
        let index = self.exact.get(&[r, g, b]).copied().unwrap_or_else(|| self.nearest([r, g, b]));
        self.cache[slot] = (key, index);
        index
    }

    fn nearest(&self, [r, g, b]: Rgb) -> u8 {
        let (r, g, b) = (i32::from(r), i32::from(g), i32::from(b));
        // The eye sees green best and blue least.
        let distance =
            |c: &[i32; 3]| 2 * (c[0] - r) * (c[0] - r) + 4 * (c[1] - g) * (c[1] - g) + 3 * (c[2] - b) * (c[2] - b) / 2;
        let nearest = self.colours.iter().enumerate().min_by_key(|(_, c)| distance(c));
        nearest.map_or(0, |(i, _)| i as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_spec::Colour;

    fn noise(seed: u32) -> Canvas {
        let mut page = Canvas::new(300, 300, Colour::rgb(0, 0, 0));
        let mut state = seed;
        for byte in page.pixels_mut() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
        page
    }

    #[test]
    fn the_palette_does_not_depend_on_the_order_of_counting() {
        let frames: Vec<Canvas> = (0..4).map(noise).collect();
        let counted = |order: &[usize]| {
            let mut colours = Colours::default();
            order.iter().for_each(|i| colours.add(&frames[*i], &Stop::never()).unwrap());
            colours
        };
        let one = counted(&[0, 1, 2, 3]);
        let mut two = counted(&[3, 1]);
        two.merge(counted(&[2, 0]));
        assert!(one.0.len() <= 1 << 16, "{} colours are held", one.0.len());
        assert_eq!(one.0, two.0);
        assert_eq!(one.palette(std::iter::empty()), two.palette(std::iter::empty()));
    }

    #[test]
    fn few_colours_are_kept_exactly_and_the_transparent_entry_is_in_the_table() {
        let mut colours = Colours::default();
        colours.add(&Canvas::new(4, 4, Colour::rgb(1, 2, 3)), &Stop::never()).unwrap();
        let palette = colours.palette(std::iter::empty());
        assert_eq!(palette.0, [[1, 2, 3]]);
        assert!(palette.bytes().len() > usize::from(palette.transparent()) * 3);
    }
}
