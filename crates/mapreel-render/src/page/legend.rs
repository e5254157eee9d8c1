//! A legend: the pictures and words of a layer's server, or its classes, set in our own type.
//!
//! It has the colours that its layer has on the map: where a layer has an opacity, its legend is blended with the same opacity
//! over the mean colour of what lies below the layer.
//! A server's picture is enlarged by whole numbers alone, so that its letters stay sharp; it is made smaller where there is no room.

use super::colour_bar;
use super::layout::Layout;
use super::swatches::{self, LetteredSwatch};
use super::texts::Page;
use crate::raster::canvas::Canvas;
use crate::raster::composite;
use crate::raster::raster::Raster;
use crate::raster::resample::in_size;
use crate::stop::{Stop, Stopped};
use crate::text::span::Span;
use crate::text::typesetter::Typesetter;
use crate::theme;
use mapreel_spec::{Colour, LegendForm};

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

/// A legend with all its words: our numbers beside a strip of colours, our letters beside swatches.
pub(crate) fn lettered(
    page: &Page,
    legend: &LegendPicture,
    form: LegendForm,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<Result<Raster, MissingLegend>, Stopped> {
    let direction = page.direction();
    Ok(match (&legend.art, &page.captions[legend.layer].colour_bar) {
        (Ok(LegendArt::Whole(strip)), Some(bar)) => {
            Ok(colour_bar::draw(strip, bar, form, direction, typesetter, stop)?)
        }
        (Ok(LegendArt::Whole(picture)), None) => Ok(picture.clone()),
        (Ok(LegendArt::Swatches(swatches)), _) => Ok(swatches::draw(swatches, form, direction, typesetter, stop)?),
        (Err(why), _) => Err(why.clone()),
    })
}

/// How many classes a legend has that is set in our own type; 0 of others.
pub(crate) fn classes(legend: &LegendPicture) -> usize {
    match &legend.art {
        Ok(LegendArt::Swatches(swatches)) => swatches.len(),
        _ => 0,
    }
}

/// Whether a legend is its server's picture as a whole, words included.
pub(crate) fn is_foreign(page: &Page, legend: &LegendPicture) -> bool {
    matches!(&legend.art, Ok(LegendArt::Whole(_))) && page.captions[legend.layer].colour_bar.is_none()
}

/// What stands above a legend: the name of its layer, or its own, and the unit of its values.
pub(crate) fn title(page: &Page, layer: usize) -> Vec<Span> {
    let (title, unit) = page.captions[layer].legend_title();
    let title = title.map(Span::bold);
    let gap = if title.is_some() { "  " } else { "" };
    title.into_iter().chain(unit.map(|unit| Span::muted(format!("{gap}{unit}")))).collect()
}

/// What stands in the place of a legend that is missing.
pub(crate) fn missing() -> [Span; 1] {
    [Span::alarm("Legend not available")]
}

/// Draws the legends, and the plate of those that stand on the map.
pub(crate) fn draw(
    canvas: &mut Canvas,
    page: &Page,
    legends: &[LegendPicture],
    layout: &Layout,
    typesetter: &mut Typesetter,
    stop: &Stop,
) -> Result<(), Stopped> {
    if let Some(plate) = layout.plate {
        let line = layout.scale.hairline;
        let [x, y, width, height] = plate;
        canvas.fill(plate, theme::HAIRLINE);
        let inner = [x + line, y + line, width.saturating_sub(2 * line), height.saturating_sub(2 * line)];
        canvas.fill(inner, theme::GROUND);
    }
    for place in &layout.legends {
        let Some(legend) = legends.iter().find(|legend| legend.layer == place.layer) else { continue };
        let size_px = place.form.text_px;
        let [x, y, width, _] = place.title;
        let (title, corner) = (title(page, place.layer), (x as f32, y as f32));
        typesetter.draw_towards(layout.direction, canvas, &title, size_px, width as f32, corner);
        let [x, y, width, height] = place.picture;
        match lettered(page, legend, place.form, typesetter, stop)? {
            Ok(picture) => {
                let picture = in_size(&picture, width, height, stop)?;
                composite::blend(canvas, &picture, x.into(), y.into(), place.picture, 255);
            }
            Err(_) => typesetter.draw(canvas, &missing(), size_px, width as f32 + 1.0, x as f32, y as f32),
        }
    }
    Ok(())
}
