//! A legend of small pictures, each with its words: of a server that does not put them together itself.

use super::scale::Scale;
use crate::raster::canvas::Canvas;
use crate::raster::composite;
use crate::raster::raster::Raster;
use crate::raster::resample::resized;
use crate::stop::{Stop, Stopped};
use crate::text::span::Span;
use crate::text::typesetter::{Typesetter, line_height};
use crate::theme;
use mapreel_spec::LEGEND_PX_MAX;

/// A small picture of a legend, and the words beside it.
#[derive(Debug, Clone)]
pub struct LetteredSwatch {
    /// The picture.
    pub picture: Raster,
    /// The words; empty where there are none.
    pub label: String,
}

/// Words have at least this room before they are broken, in sizes of text.
const WORDS_WIDTH_MIN: f32 = 5.0;
/// The widest that a picture is laid down, in sizes of text, and the highest, in lines.
const PICTURE_WIDTH_MAX: f32 = 8.0;
const PICTURE_LINES_MAX: u32 = 2;

/// Where the parts of a legend stand, for a size of text.
struct Rows {
    size_px: f32,
    gap: u32,
    words_max: f32,
    /// The width of the column of pictures.
    column: u32,
    /// The size of each picture.
    pictures: Vec<(u32, u32)>,
    /// The size of each label.
    words: Vec<(u32, u32)>,
}

impl Rows {
    fn measure(
        swatches: &[LetteredSwatch],
        width_max: u32,
        size_px: f32,
        gap: u32,
        typesetter: &mut Typesetter,
    ) -> Self {
        let height_max = PICTURE_LINES_MAX * line_height(size_px);
        let picture_max = (size_px * PICTURE_WIDTH_MAX) as u32;
        let fitted = |Raster { width, height, .. }: &Raster| {
            let shrink = (f64::from(height_max) / f64::from(*height)).min(f64::from(picture_max) / f64::from(*width));
            let side = |px: u32| ((f64::from(px) * shrink.min(1.0)).round() as u32).max(1);
            (side(*width), side(*height))
        };
        let pictures: Vec<(u32, u32)> = swatches.iter().map(|swatch| fitted(&swatch.picture)).collect();
        let column = pictures.iter().map(|(width, _)| *width).max().unwrap_or(0);
        let words_max = (width_max.saturating_sub(column + gap + 1) as f32).max(size_px * WORDS_WIDTH_MIN);
        let mut measured =
            |swatch: &LetteredSwatch| typesetter.measure(&[Span::ink(&swatch.label)], size_px, words_max);
        let words = swatches.iter().map(&mut measured).collect();
        Self { size_px, gap, words_max, column, pictures, words }
    }

    fn height_of(&self, row: usize) -> u32 {
        self.pictures[row].1.max(self.words[row].1)
    }

    fn size(&self) -> (u32, u32) {
        let words = self.words.iter().map(|(width, _)| *width).max().unwrap_or(0);
        let height: u32 = (0..self.pictures.len()).map(|row| self.height_of(row) + self.gap / 2).sum();
        (self.column + self.gap + words + 1, height + 1)
    }
}

/// The legend as one picture, as wide as `width_max` where words can be broken so, and of at most [`LEGEND_PX_MAX`] pixels: what
/// would have more has smaller letters.
pub(crate) fn draw(
    swatches: &[LetteredSwatch],
    width_max: u32,
    scale: Scale,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<Raster, Stopped> {
    let mut rows = Rows::measure(swatches, width_max, scale.small_px(), scale.unit, typesetter);
    loop {
        stop.look()?;
        let (width, height) = rows.size();
        let pixels = u64::from(width) * u64::from(height);
        if pixels <= LEGEND_PX_MAX || rows.size_px < 4.0 {
            break;
        }
        let shrink = 0.95 * (LEGEND_PX_MAX as f32 / pixels as f32).sqrt();
        let gap = (rows.gap as f32 * shrink) as u32;
        rows = Rows::measure(swatches, width_max, rows.size_px * shrink, gap, typesetter);
    }
    let (width, height) = rows.size();
    let mut page = Canvas::new(width, height, theme::GROUND);
    let (column, mut top) = (rows.column, 0);
    for (row, swatch) in swatches.iter().enumerate() {
        let middle = |height: u32| top + (rows.height_of(row) - height) / 2;
        let (width, height) = rows.pictures[row];
        let place = [(column - width) / 2, middle(height), width, height];
        let picture = match (swatch.picture.width, swatch.picture.height) == (width, height) {
            true => swatch.picture.clone(),
            false => resized(&swatch.picture, width, height, stop)?,
        };
        composite::blend(&mut page, &picture, place[0].into(), place[1].into(), place, 255);
        let (words, x, y) = ([Span::ink(&swatch.label)], (column + rows.gap) as f32, middle(rows.words[row].1) as f32);
        typesetter.draw(&mut page, &words, rows.size_px, rows.words_max + 1.0, x, y);
        top += rows.height_of(row) + rows.gap / 2;
    }
    Ok(Raster::straight(page.width(), page.height(), page.pixels().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fonts::Fonts;

    fn drawn(pictures: &[(u32, u32)], label: &str, map_px: u32) -> Raster {
        let swatch = |&(width, height): &(u32, u32)| LetteredSwatch {
            picture: Raster::straight(width, height, [255, 0, 0, 255].repeat((width * height) as usize)),
            label: label.to_owned(),
        };
        let swatches: Vec<LetteredSwatch> = pictures.iter().map(swatch).collect();
        let mut typesetter = Typesetter::new(&Fonts::bundled());
        draw(&swatches, map_px / 3, Scale::of(map_px, map_px), &mut typesetter, &Stop::never()).unwrap()
    }

    fn red(picture: &Raster) -> usize {
        picture.pixels.chunks_exact(4).filter(|pixel| *pixel == [255, 0, 0, 255]).count()
    }

    #[test]
    fn pictures_keep_their_size_where_they_fit_beside_their_words() {
        let legend = drawn(&[(20, 20), (20, 12)], "Calm", 800);
        assert_eq!(red(&legend), 20 * 20 + 20 * 12);
        assert!(legend.width < 120 && legend.height < 60, "{} × {}", legend.width, legend.height);
    }

    #[test]
    fn whatever_its_server_sends_a_legend_is_no_larger_than_one() {
        let long = "a word of many letters ".repeat(13);
        for (pictures, label) in [
            (vec![(16_384, 1)], ""),
            (vec![(1, 16_384)], "tall"),
            (vec![(128, 128); 64], &*long),
            (vec![(16_384, 1); 64], &*long),
        ] {
            for map_px in [50, 800, 4096] {
                let legend = drawn(&pictures, label, map_px);
                let pixels = u64::from(legend.width) * u64::from(legend.height);
                assert!(pixels <= LEGEND_PX_MAX, "{} × {}", legend.width, legend.height);
                assert!(red(&legend) > 0);
            }
        }
    }
}
