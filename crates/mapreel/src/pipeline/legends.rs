//! The legends of a page: fetches and decodes them, and notes missing ones.

use super::draw_context::DrawContext;
use super::error;
use super::gather::raster;
use super::prefetch::{Prefetch, Request};
use bytes::Bytes;
use mapreel_geo::NumberStyle;
use mapreel_ogc::{LegendClass, LegendSource, Swatch};
use mapreel_render::{LegendArt, LegendPicture, LetteredSwatch, MissingLegend, Raster, Words, cut_into_swatches};
use mapreel_sources::{Error, Sizes, Wanted, decode_into};
use mapreel_spec::{Caption, LEGEND_BYTES_MAX, LEGEND_PX_MAX, LEGENDS_AHEAD, SWATCH_PX_MAX};

/// Fetches the legends, the topmost layer's first. A legend that several layers share is shown once.
///
/// # Errors
/// The stop token was cancelled.
pub(crate) fn fetch_legends<'a>(
    context: &DrawContext,
    captions: impl DoubleEndedIterator<Item = &'a Caption> + ExactSizeIterator,
) -> Result<Vec<LegendPicture>, error::Error> {
    let shown = distinct(captions);
    let wanted = Wanted::Piece { bytes_max: LEGEND_BYTES_MAX, absence: None };
    let request = |url: &str| Request { url: url.to_owned(), wanted, bytes_max: LEGEND_BYTES_MAX };
    let requests: Vec<Request> = shown.iter().filter_map(|(_, legend, _)| legend.url()).map(request).collect();
    let mut answers = Prefetch::start(context, LEGENDS_AHEAD * LEGEND_BYTES_MAX, requests.into_iter());
    let mut pictures = Vec::new();
    for (layer, legend, is_strip) in shown {
        let art = match legend {
            LegendSource::Url(_) => drawn(answers.next(context)?.bytes, is_strip),
            LegendSource::Swatches(swatches) => lettered(swatches),
            LegendSource::Classes { classes, .. } => Ok(LegendArt::Swatches(classes.iter().map(coloured).collect())),
            LegendSource::Strip { colours, .. } => Ok(LegendArt::Whole(strip(colours))),
            LegendSource::Missing(why) => Err(MissingLegend(why.clone())),
        };
        pictures.push(LegendPicture { layer, art });
    }
    Ok(pictures)
}

/// The distinct legends, each with the topmost layer that has it, and whether it is a strip of colours to which numbers are added.
fn distinct<'a>(
    captions: impl DoubleEndedIterator<Item = &'a Caption> + ExactSizeIterator,
) -> Vec<(usize, &'a LegendSource, bool)> {
    let mut shown: Vec<(usize, &LegendSource, bool)> = Vec::new();
    for (layer, caption) in captions.enumerate().rev() {
        if let Some(legend) = &caption.legend
            && !shown.iter().any(|(_, known, _)| *known == legend)
        {
            shown.push((layer, legend, caption.colour_bar.is_some()));
        }
    }
    shown
}

/// A legend that a server has drawn as one picture: cut into swatches and labels if they can be recognised, else the whole picture.
fn drawn(answer: Result<Bytes, Error>, is_strip: bool) -> Result<LegendArt, MissingLegend> {
    let bytes = answer.map_err(missing)?;
    let picture = decoded(&bytes, LEGEND_PX_MAX)?;
    // A layer without a legend gets an empty picture from many servers: fully transparent, or one colour throughout.
    if is_of_one_colour(&picture) {
        return Err(MissingLegend("the server's legend is an empty picture".to_owned()));
    }
    let swatches = if is_strip { None } else { cut_into_swatches(&picture) };
    Ok(swatches.map_or(LegendArt::Whole(picture), LegendArt::Swatches))
}

/// A legend of small pictures: those that can be decoded; if none can, the error of the first one.
fn lettered(swatches: &[Swatch]) -> Result<LegendArt, MissingLegend> {
    let lettered = |Swatch { label, picture }: &Swatch| {
        Ok(LetteredSwatch {
            picture: decoded(picture, SWATCH_PX_MAX)?,
            is_colour: false,
            words: Words::Text(label.clone()),
        })
    };
    let (good, bad): (Vec<_>, Vec<_>) = swatches.iter().map(lettered).partition(Result::is_ok);
    match bad.into_iter().find_map(Result::err) {
        Some(why) if good.is_empty() => Err(why),
        _ => Ok(LegendArt::Swatches(good.into_iter().flatten().collect())),
    }
}

/// A vertical strip of colours.
fn strip(colours: &[[u8; 4]]) -> Raster {
    Raster::straight(1, colours.len() as u32, colours.concat())
}

/// A class whose colour is known.
fn coloured(LegendClass { colour, label }: &LegendClass) -> LetteredSwatch {
    LetteredSwatch {
        picture: Raster::straight(1, 1, colour.to_vec()),
        is_colour: true,
        words: Words::Text(label.text(&NumberStyle::default())),
    }
}

fn decoded(bytes: &[u8], px_max: u64) -> Result<Raster, MissingLegend> {
    decode_into(bytes, Sizes::Pixels(px_max), Vec::new()).map(raster).map_err(missing)
}

fn missing(error: Error) -> MissingLegend {
    MissingLegend(error.to_string())
}

fn is_of_one_colour(picture: &Raster) -> bool {
    let mut pixels = picture.pixels.chunks_exact(4);
    let first = pixels.next().map(<[u8]>::to_vec).unwrap_or_default();
    pixels.all(|pixel| pixel == first)
}
