//! The legends: a column at the right of the map, topmost layer first, each under its layer's title.
//!
//! A legend keeps its size where there is room and is scaled where there is not; it is never cut. Its colours are those of the
//! map: the legend of a layer that is laid on the map with an opacity is mixed with the same ground.

use super::colour_bar;
use super::layout::Layout;
use super::scale::Scale;
use super::swatches::{self, LetteredSwatch};
use super::texts::Page;
use crate::raster::canvas::Canvas;
use crate::raster::composite;
use crate::raster::raster::Raster;
use crate::raster::resample::resized;
use crate::stop::{Stop, Stopped};
use crate::text::span::Span;
use crate::text::typesetter::Typesetter;
use mapreel_spec::{Colour, LegendBox};

/// The legend of a layer, or why there is none.
#[derive(Debug, Clone)]
pub struct LegendPicture {
    /// The index of its layer in the plan.
    pub layer: usize,
    /// Its pictures.
    pub art: Result<LegendArt, MissingLegend>,
}

/// Why a legend has no pictures, as the page says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MissingLegend(pub String);

/// The pictures of a legend.
#[derive(Debug, Clone)]
pub enum LegendArt {
    /// The whole, or a strip of colours, whose numbers are the layer's colour bar.
    Whole(Raster),
    /// Small ones, each with its words, top first.
    Swatches(Vec<LetteredSwatch>),
}

impl LegendArt {
    /// Its pictures, without words of ours.
    pub fn pictures(&self) -> Vec<&Raster> {
        match self {
            Self::Whole(picture) => vec![picture],
            Self::Swatches(swatches) => swatches.iter().map(|swatch| &swatch.picture).collect(),
        }
    }
}

impl LegendPicture {
    /// The legend as its layer lies on the map: with this opacity over `ground`.
    pub(crate) fn as_on_map(&self, opacity: u8, ground: Colour) -> Self {
        let mut legend = self.clone();
        match &mut legend.art {
            Ok(LegendArt::Whole(picture)) => composite::mix(picture, opacity, ground),
            Ok(LegendArt::Swatches(swatches)) => {
                swatches.iter_mut().for_each(|swatch| composite::mix(&mut swatch.picture, opacity, ground));
            }
            Err(_) => {}
        }
        legend
    }
}

/// A legend with all its words, as it is laid down.
pub(crate) struct Lettered {
    layer: usize,
    picture: Result<Raster, MissingLegend>,
}

/// The legends with our numbers beside those that are strips of colours, and with our letters beside swatches.
pub(crate) fn lettered(
    page: &Page,
    map_width: u32,
    legends: &[LegendPicture],
    scale: Scale,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<Vec<Lettered>, Stopped> {
    let width_max = width_max(map_width, scale);
    let mut letter = |legend: &LegendPicture| {
        let picture = match (&legend.art, &page.captions[legend.layer].colour_bar) {
            (Ok(LegendArt::Whole(strip)), Some(bar)) => Ok(colour_bar::draw(strip, bar, scale, typesetter, stop)?),
            (Ok(LegendArt::Whole(picture)), None) => Ok(picture.clone()),
            (Ok(LegendArt::Swatches(swatches)), _) => {
                Ok(swatches::draw(swatches, width_max as u32, scale, typesetter, stop)?)
            }
            (Err(why), _) => Err(why.clone()),
        };
        Ok(Lettered { layer: legend.layer, picture })
    };
    legends.iter().map(&mut letter).collect()
}

/// The column may be this part of the map's width …
const WIDTH_PART: f32 = 0.3;
/// … and on a small map at least this many times the size of text.
const WIDTH_MIN: f32 = 9.0;

/// A legend that has to be scaled keeps on average this many times the size of text.
const HEIGHT_MIN: f32 = 3.5;

/// The widest that the column becomes beside a map.
fn width_max(map_width: u32, scale: Scale) -> f32 {
    (map_width as f32 * WIDTH_PART).max(scale.body_px * WIDTH_MIN).floor()
}

/// The measured column; its boxes are relative to its upper left corner.
pub(crate) struct Column {
    pub width: u32,
    boxes: Vec<LegendBox>,
}

impl Column {
    /// The boxes with the column's corner at `x`, `y`.
    pub(crate) fn boxes(self, x: u32, y: u32) -> Vec<LegendBox> {
        let moved = |[left, top, width, height]: [u32; 4]| [left + x, top + y, width, height];
        self.boxes.into_iter().map(|b| LegendBox { title: moved(b.title), picture: moved(b.picture), ..b }).collect()
    }
}

pub(crate) fn measure(
    page: &Page,
    [map_width, map_height]: [u32; 2],
    legends: &[Lettered],
    scale: Scale,
    typesetter: &mut Typesetter,
) -> Column {
    let width_max = width_max(map_width, scale);
    // On a large picture a legend of the usual size could not be read.
    let enlarged = (scale.body_px / 13.0).floor().max(1.0);
    let size = |legend: &Lettered| match &legend.picture {
        Ok(picture) => {
            let (w, h) = (picture.width as f32, picture.height as f32);
            let factor = enlarged.min(width_max / w);
            (w * factor, h * factor)
        }
        Err(_) => {
            let (w, h) = typesetter.measure(&missing(), scale.small_px(), width_max);
            (w as f32, h as f32)
        }
    };
    let sizes: Vec<(f32, f32)> = legends.iter().map(size).collect();
    let titles: Vec<(u32, u32)> =
        legends.iter().map(|legend| typesetter.measure(&title(page, legend), scale.small_px(), width_max)).collect();
    let titles_height: u32 = titles.iter().map(|(_, height)| height + scale.unit / 2).sum();
    let shrink = shrink(map_height as f32, legends, &sizes, titles_height, scale);
    let mut boxes = Vec::new();
    let (mut y, mut width) = (0, 0);
    for ((legend, (w, h)), (title_w, title_h)) in legends.iter().zip(sizes).zip(titles) {
        let shrink = if legend.picture.is_ok() { shrink } else { 1.0 };
        let size = ((w * shrink).floor().max(1.0) as u32, (h * shrink).floor().max(1.0) as u32);
        let top = y + title_h + scale.unit / 2;
        boxes.push(LegendBox {
            layer: legend.layer,
            title: [0, y, width_max as u32, title_h],
            picture: [0, top, size.0, size.1],
        });
        y = top + size.1 + 2 * scale.unit;
        width = width.max(size.0).max(title_w);
    }
    Column { width, boxes }
}

/// The factor by which pictures are scaled so that the column is no longer than the map.
fn shrink(map_height: f32, legends: &[Lettered], sizes: &[(f32, f32)], titles_height: u32, scale: Scale) -> f32 {
    let fixed = titles_height + (legends.len().saturating_sub(1) as u32) * scale.unit * 2;
    // Words are not scaled like pictures.
    let height_of = |words: bool| -> f32 {
        legends.iter().zip(sizes).filter(|(l, _)| l.picture.is_err() == words).map(|(_, (_, height))| height).sum()
    };
    let pictures = height_of(false);
    // Beside a small map the column may become longer than the map rather than unreadable.
    let legible = sizes.len() as f32 * scale.body_px * HEIGHT_MIN;
    let room = (map_height - fixed as f32 - height_of(true)).max(legible);
    if pictures > room { room / pictures } else { 1.0 }
}

fn title(page: &Page, legend: &Lettered) -> [Span; 1] {
    [Span::bold(&page.captions[legend.layer].name)]
}

fn missing() -> [Span; 1] {
    [Span::alarm("Legend not available")]
}

pub(crate) fn draw(
    canvas: &mut Canvas,
    page: &Page,
    legends: &[Lettered],
    layout: &Layout,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<(), Stopped> {
    let size_px = layout.scale.small_px();
    for (legend, place) in legends.iter().zip(&layout.legends) {
        let [x, y, width, _] = place.title;
        typesetter.draw(canvas, &title(page, legend), size_px, width as f32, x as f32, y as f32);
        let [x, y, width, height] = place.picture;
        match &legend.picture {
            Ok(picture) if (picture.width, picture.height) == (width, height) => {
                composite::blend(canvas, picture, x.into(), y.into(), place.picture, 255);
            }
            Ok(picture) => {
                let scaled = resized(picture, width, height, stop)?;
                composite::blend(canvas, &scaled, x.into(), y.into(), place.picture, 255);
            }
            Err(_) => typesetter.draw(canvas, &missing(), size_px, width as f32 + 1.0, x as f32, y as f32),
        }
    }
    Ok(())
}
