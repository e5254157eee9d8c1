//! A legend of small pictures, each with its words, from a server that does not put them together to one picture.

use super::scale::Scale;
use crate::raster::canvas::Canvas;
use crate::raster::composite;
use crate::raster::raster::Raster;
use crate::raster::resample::in_size;
use crate::stop::{Stop, Stopped};
use crate::text::bidi::Direction;
use crate::text::span::Span;
use crate::text::typesetter::{Typesetter, line_height};
use crate::theme;
use mapreel_spec::{Colour, LEGEND_PX_MAX, LegendForm};

/// A small picture of a legend, and the words beside it.
#[derive(Debug, Clone)]
pub struct LetteredSwatch {
    /// The picture.
    pub picture: Raster,
    /// Whether the picture is one pixel, whose colour fills a box as high as the words.
    pub is_colour: bool,
    /// The words beside it.
    pub words: Words,
}

/// The words beside a swatch.
#[derive(Debug, Clone)]
pub enum Words {
    /// Set in our own type; empty where there are none.
    Text(String),
    /// As a server has drawn them.
    Picture(Raster),
}

impl Words {
    /// The picture of the words, if a server has drawn them.
    pub fn picture(&self) -> Option<&Raster> {
        match self {
            Self::Text(_) => None,
            Self::Picture(picture) => Some(picture),
        }
    }

    /// Width and height in pixels beside text of a size, wrapped at `width_max`. A picture of words is enlarged by a whole number.
    fn measure(&self, size_px: f32, width_max: f32, typesetter: &mut Typesetter) -> (u32, u32) {
        match self {
            Self::Text(text) => typesetter.measure(&[Span::ink(text)], size_px, width_max),
            Self::Picture(picture) => {
                let times = (size_px / DRAWN_PX).floor().max(1.0) as u32;
                (picture.width * times, picture.height * times)
            }
        }
    }
}

/// The size of text that servers draw beside swatches, in pixels.
const DRAWN_PX: f32 = 10.0;

/// The least width at which words are wrapped, in multiples of the text size.
const WORDS_WIDTH_MIN: f32 = 5.0;
/// The greatest width of a picture beside its words, in multiples of the text size.
const PICTURE_WIDTH_MAX: f32 = 8.0;
/// The greatest height of a picture beside its words, in lines.
const PICTURE_LINES_MAX: u32 = 2;
/// The width of the box of a colour, in multiples of the text size.
const COLOUR_WIDTH: f32 = 1.8;

/// Where the parts of a legend stand, for a size of text.
struct Table {
    size_px: f32,
    gap: u32,
    words_max: f32,
    columns: Vec<Column>,
}

/// Some swatches below one another.
struct Column {
    /// The index of its first swatch.
    first: usize,
    /// The width of the widest picture.
    pictures_width: u32,
    /// The size of each picture, and of each label.
    rows: Vec<[(u32, u32); 2]>,
}

impl Column {
    fn height_of(&self, row: usize) -> u32 {
        let [picture, words] = self.rows[row];
        picture.1.max(words.1)
    }

    fn size(&self, gap: u32) -> (u32, u32) {
        let words = self.rows.iter().map(|[_, words]| words.0).max().unwrap_or(0);
        let height: u32 = (0..self.rows.len()).map(|row| self.height_of(row) + gap / 2).sum();
        (self.pictures_width + gap + words + 1, height + 1)
    }
}

impl Table {
    /// The form's columns, as wide as their words, if all fit side by side. Otherwise fewer columns, or columns of equal width in which
    /// words are broken into lines, whichever is less high.
    fn measure(swatches: &[LetteredSwatch], form: LegendForm, typesetter: &mut Typesetter) -> Self {
        let wanted = form.columns.clamp(1, swatches.len().max(1) as u32);
        let unbroken = rows(swatches, form.text_px, f32::MAX, typesetter);
        let all = Self::of(&unbroken, wanted, form.text_px, f32::MAX);
        if all.size().0 <= form.width_max {
            return all;
        }
        let gap = Scale::of(form.text_px / 0.8).unit;
        let widest = unbroken.iter().map(|[picture, _]| picture.0).max().unwrap_or(0);
        let each = form.width_max.saturating_sub((wanted - 1) * 2 * gap) / wanted;
        let words_max = (each.saturating_sub(widest + gap + 1) as f32).max(form.text_px * WORDS_WIDTH_MIN);
        let broken = rows(swatches, form.text_px, words_max, typesetter);
        let broken = Self::of(&broken, wanted, form.text_px, words_max);
        let mut fewer = (1..wanted).rev().map(|columns| Self::of(&unbroken, columns, form.text_px, f32::MAX));
        let whole = fewer.find(|table| table.size().0 <= form.width_max);
        whole.filter(|whole| whole.size().1 <= broken.size().1).unwrap_or(broken)
    }

    fn of(rows: &[[(u32, u32); 2]], columns: u32, size_px: f32, words_max: f32) -> Self {
        let per_column = rows.len().div_ceil(columns as usize).max(1);
        let column = |(i, rows): (usize, &[[(u32, u32); 2]])| Column {
            first: i * per_column,
            pictures_width: rows.iter().map(|[picture, _]| picture.0).max().unwrap_or(0),
            rows: rows.to_vec(),
        };
        let gap = Scale::of(size_px / 0.8).unit;
        Self { size_px, gap, words_max, columns: rows.chunks(per_column).enumerate().map(column).collect() }
    }

    fn size(&self) -> (u32, u32) {
        let sizes = || self.columns.iter().map(|column| column.size(self.gap));
        let gaps = self.columns.len().saturating_sub(1) as u32 * 2 * self.gap;
        (sizes().map(|(width, _)| width).sum::<u32>() + gaps, sizes().map(|(_, height)| height).max().unwrap_or(1))
    }
}

/// The size of each picture, and of the words beside it, wrapped at `words_max`.
fn rows(
    swatches: &[LetteredSwatch],
    size_px: f32,
    words_max: f32,
    typesetter: &mut Typesetter,
) -> Vec<[(u32, u32); 2]> {
    let row =
        |swatch: &LetteredSwatch| [picture_size(swatch, size_px), swatch.words.measure(size_px, words_max, typesetter)];
    swatches.iter().map(row).collect()
}

/// The size in which a picture is laid down: its own, unless that is too large beside text of this size.
fn picture_size(swatch: &LetteredSwatch, size_px: f32) -> (u32, u32) {
    if swatch.is_colour {
        return ((size_px * COLOUR_WIDTH).round() as u32, line_height(size_px) * 9 / 10);
    }
    let (width, height) = (swatch.picture.width, swatch.picture.height);
    let (width_max, height_max) = ((size_px * PICTURE_WIDTH_MAX) as u32, PICTURE_LINES_MAX * line_height(size_px));
    let shrink = (f64::from(height_max) / f64::from(height)).min(f64::from(width_max) / f64::from(width)).min(1.0);
    let side = |px: u32| ((f64::from(px) * shrink).round() as u32).max(1);
    (side(width), side(height))
}

/// The legend as one picture, as wide as its form allows; wider where its words cannot be wrapped so narrow. It has at most
/// [`LEGEND_PX_MAX`] pixels: a legend that would have more gets smaller letters. On a page that is
/// read from right to left, so is the legend.
pub(crate) fn draw(
    swatches: &[LetteredSwatch],
    form: LegendForm,
    direction: Direction,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<Raster, Stopped> {
    let mut table = Table::measure(swatches, form, typesetter);
    loop {
        stop.look()?;
        let (width, height) = table.size();
        let pixels = u64::from(width) * u64::from(height);
        if pixels <= LEGEND_PX_MAX || table.size_px < 4.0 {
            break;
        }
        let shrink = 0.95 * (LEGEND_PX_MAX as f32 / pixels as f32).sqrt();
        table = Table::measure(swatches, LegendForm { text_px: table.size_px * shrink, ..form }, typesetter);
    }
    let (width, height) = table.size();
    let mut page = Canvas::new(width, height, theme::GROUND);
    let mut left = 0;
    for column in &table.columns {
        let wide = column.size(table.gap).0;
        let place = Place { direction, left, page_width: width };
        draw_column(&mut page, &table, column, place, &swatches[column.first..], typesetter, stop)?;
        left += wide + 2 * table.gap;
    }
    Ok(Raster::straight(page.width(), page.height(), page.pixels().to_vec()))
}

/// Where a column begins, from the side from which the legend is read.
#[derive(Clone, Copy)]
struct Place {
    direction: Direction,
    left: u32,
    page_width: u32,
}

impl Place {
    /// The left edge of what is so wide and begins so far from the column's beginning.
    fn left_of(self, start: u32, width: u32) -> u32 {
        self.direction.left_of(self.left + start, width, self.page_width)
    }
}

fn draw_column(
    page: &mut Canvas,
    table: &Table,
    column: &Column,
    column_place: Place,
    swatches: &[LetteredSwatch],
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<(), Stopped> {
    let mut top = 0;
    for (row, ([picture, words], swatch)) in column.rows.iter().zip(swatches).enumerate() {
        let middle = |height: u32| top + (column.height_of(row) - height) / 2;
        let start = (column.pictures_width - picture.0) / 2;
        let place = [column_place.left_of(start, picture.0), middle(picture.1), picture.0, picture.1];
        lay(page, swatch, place, stop)?;
        let (start, y) = (column.pictures_width + table.gap, middle(words.1));
        match &swatch.words {
            Words::Text(text) => {
                // Lines are broken as they were measured; a line that was not broken then is not broken in its whole pixels.
                let wide = if table.words_max == f32::MAX { words.0 as f32 } else { table.words_max } + 1.0;
                let x = match column_place.direction {
                    Direction::LeftToRight => (column_place.left + start) as f32,
                    Direction::RightToLeft => (column_place.page_width - column_place.left - start) as f32 - wide,
                };
                let spans = [Span::ink(text)];
                typesetter.draw_towards(column_place.direction, page, &spans, table.size_px, wide, (x, y as f32));
            }
            Words::Picture(picture) => {
                let (picture, x) = (in_size(picture, words.0, words.1, stop)?, column_place.left_of(start, words.0));
                composite::blend(page, &picture, x.into(), y.into(), [x, y, words.0, words.1], 255);
            }
        }
        top += column.height_of(row) + table.gap / 2;
    }
    Ok(())
}

/// Lays a picture down, or a box of its colour.
fn lay(page: &mut Canvas, swatch: &LetteredSwatch, place: [u32; 4], stop: &Stop) -> Result<(), Stopped> {
    let [x, y, width, height] = place;
    let picture = &swatch.picture;
    if swatch.is_colour {
        let colour = picture.pixels.first_chunk::<4>().map_or(theme::GROUND, |[r, g, b, a]| Colour {
            r: *r,
            g: *g,
            b: *b,
            a: *a,
        });
        page.fill(place, theme::HAIRLINE);
        let inner = [x + 1, y + 1, width.saturating_sub(2), height.saturating_sub(2)];
        page.fill(inner, theme::GROUND);
        page.fill(inner, colour);
        return Ok(());
    }
    let picture = in_size(picture, width, height, stop)?;
    composite::blend(page, &picture, x.into(), y.into(), place, 255);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fonts::Fonts;

    fn drawn(pictures: &[(u32, u32)], label: &str, map_px: u32) -> Raster {
        let swatch = |&(width, height): &(u32, u32)| LetteredSwatch {
            picture: Raster::straight(width, height, [255, 0, 0, 255].repeat((width * height) as usize)),
            is_colour: false,
            words: Words::Text(label.to_owned()),
        };
        let swatches: Vec<LetteredSwatch> = pictures.iter().map(swatch).collect();
        let mut typesetter = Typesetter::new(&Fonts::bundled());
        let text_px = Scale::of_map([map_px, map_px]).small_px();
        let form = LegendForm { is_lying: false, columns: 1, bar_px: 100, width_max: map_px / 3, text_px };
        draw(&swatches, form, Direction::LeftToRight, &mut typesetter, &Stop::never()).unwrap()
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
    fn a_legend_keeps_within_its_pixels_whatever_its_server_sends() {
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

    #[test]
    fn a_page_that_is_read_from_the_right_has_swatches_right_of_their_words() {
        let swatch = |colour: [u8; 4]| LetteredSwatch {
            picture: Raster::straight(1, 1, colour.to_vec()),
            is_colour: true,
            words: Words::Text("Sea and land".to_owned()),
        };
        let (swatches, mut typesetter) = (vec![swatch([255, 0, 0, 255]); 4], Typesetter::new(&Fonts::bundled()));
        let form = LegendForm { is_lying: false, columns: 2, bar_px: 100, width_max: 400, text_px: 12.0 };
        let mut drawn = |direction| draw(&swatches, form, direction, &mut typesetter, &Stop::never()).unwrap();
        let (ltr, rtl) = (drawn(Direction::LeftToRight), drawn(Direction::RightToLeft));
        let reds = |picture: &Raster, x: u32| {
            (0..picture.height).filter(|y| picture.row(*y)[x as usize * 4..][..3] == [255, 0, 0]).count()
        };
        assert_eq!([ltr.width, ltr.height], [rtl.width, rtl.height]);
        assert!(reds(&ltr, 2) > 10 && reds(&rtl, 2) == 0);
        assert!((0..ltr.width).all(|x| reds(&ltr, x) == reds(&rtl, ltr.width - 1 - x)), "boxes are mirrored");
    }
}
