//! The legends of a page: fetched, decoded, and named where they are missing.

use super::draw_context::DrawContext;
use super::error;
use super::gather::raster;
use super::prefetch::{Prefetch, Request};
use bytes::Bytes;
use mapreel_ogc::{LegendClass, LegendSource, Swatch};
use mapreel_render::{LegendArt, LegendPicture, LetteredSwatch, MissingLegend, Raster};
use mapreel_sources::{Error, Sizes, Wanted, decode_into};
use mapreel_spec::{Caption, LEGEND_BYTES_MAX, LEGEND_PX_MAX, LEGENDS_AHEAD, SWATCH_PX_MAX};

/// Fetches the legends, topmost layer first; layers may share one, which is then shown once.
///
/// # Errors
/// The word to stop has come.
pub(crate) fn fetch_legends<'a>(
    context: &DrawContext,
    captions: impl DoubleEndedIterator<Item = &'a Caption> + ExactSizeIterator,
) -> Result<Vec<LegendPicture>, error::Error> {
    let shown = distinct(captions);
    let wanted = Wanted::Piece { bytes_max: LEGEND_BYTES_MAX, absence: None };
    let request = |url: &str| Request { url: url.to_owned(), wanted, bytes_max: LEGEND_BYTES_MAX };
    let requests: Vec<Request> = shown.iter().filter_map(|(_, legend)| legend.url()).map(request).collect();
    let mut answers = Prefetch::start(context, LEGENDS_AHEAD * LEGEND_BYTES_MAX, requests.into_iter());
    let mut pictures = Vec::new();
    for (layer, legend) in shown {
        let art = match legend {
            LegendSource::Url(_) => whole(answers.next(context)?.bytes),
            LegendSource::Swatches(swatches) => lettered(swatches),
            LegendSource::Classes { classes, .. } => Ok(LegendArt::Swatches(classes.iter().map(coloured).collect())),
            LegendSource::Missing(why) => Err(MissingLegend(why.clone())),
        };
        pictures.push(LegendPicture { layer, art });
    }
    Ok(pictures)
}

/// The legends, each once, with the topmost layer that has it.
fn distinct<'a>(
    captions: impl DoubleEndedIterator<Item = &'a Caption> + ExactSizeIterator,
) -> Vec<(usize, &'a LegendSource)> {
    let mut shown: Vec<(usize, &LegendSource)> = Vec::new();
    for (layer, caption) in captions.enumerate().rev() {
        if let Some(legend) = &caption.legend
            && !shown.iter().any(|(_, known)| *known == legend)
        {
            shown.push((layer, legend));
        }
    }
    shown
}

/// A legend that a server has drawn as one picture.
fn whole(answer: Result<Bytes, Error>) -> Result<LegendArt, MissingLegend> {
    let bytes = answer.map_err(missing)?;
    let picture = decoded(&bytes, LEGEND_PX_MAX)?;
    // A layer without a legend gets an empty picture from many servers: fully transparent, or one colour throughout.
    if is_of_one_colour(&picture) {
        return Err(MissingLegend("the server's legend is an empty picture".to_owned()));
    }
    Ok(LegendArt::Whole(picture))
}

/// A legend of small pictures: those that can be decoded, or why the first cannot where none can.
fn lettered(swatches: &[Swatch]) -> Result<LegendArt, MissingLegend> {
    let lettered = |Swatch { label, picture }: &Swatch| {
        Ok(LetteredSwatch { picture: decoded(picture, SWATCH_PX_MAX)?, is_colour: false, label: label.clone() })
    };
    let (good, bad): (Vec<_>, Vec<_>) = swatches.iter().map(lettered).partition(Result::is_ok);
    match bad.into_iter().find_map(Result::err) {
        Some(why) if good.is_empty() => Err(why),
        _ => Ok(LegendArt::Swatches(good.into_iter().flatten().collect())),
    }
}

/// A class whose colour is known.
fn coloured(LegendClass { colour, label }: &LegendClass) -> LetteredSwatch {
    LetteredSwatch { picture: Raster::straight(1, 1, colour.to_vec()), is_colour: true, label: label.clone() }
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
