//! Gather: from the plan's pictures to pixels on the map. Fetching is asynchronous; decoding is left to the thread that
//! draws.

use bytes::Bytes;
use futures_util::future::join_all;
use mapreel_render::{FramePictures, Gathered, LegendPicture, Placed, Raster, Stop, Stopped, assemble_mosaic, place};
use mapreel_sources::{Absence, Error, Picture, Upstreams, Wanted, decode, decode_into};
use mapreel_spec::{Drawing, Extent, Fit, Gap, MissingTiles, Mosaic, Piece, Plan, PlannedLayer, Series};

/// The answers for one mosaic, in the order of its pieces.
pub(crate) type Answers = Vec<Result<Bytes, Error>>;

/// Fetches every piece of a layer's mosaic.
pub(crate) async fn fetch(upstreams: &dyn Upstreams, layer: &PlannedLayer, mosaic: &Mosaic) -> Answers {
    join_all(mosaic.pieces.iter().map(|piece| upstreams.get(&piece.url, wanted(layer, piece)))).await
}

/// Only tiles may be absent: of a map exactly what was asked for must come.
fn wanted(layer: &PlannedLayer, piece: &Piece) -> Wanted {
    match (piece.fit, layer.missing_tiles) {
        (Fit::Scale, MissingTiles::Report) => Wanted::Tile(Absence::Said),
        (Fit::Scale, MissingTiles::Transparent) => Wanted::Tile(Absence::Meant),
        // A picture of whose size nobody but the request decides may be as long as that size makes it.
        (Fit::Exact, _) => {
            let [left, top, right, bottom] = piece.gutter;
            Wanted::PictureOf { pixels: u64::from(left + piece.width + right) * u64::from(top + piece.height + bottom) }
        }
        (Fit::Whole, _) => Wanted::Picture,
    }
}

/// Fetches what frame `index` needs beside the pictures that serve all frames.
pub(crate) async fn fetch_frame(upstreams: &dyn Upstreams, plan: &Plan, index: usize) -> Vec<Option<Answers>> {
    join_all(plan.layers.iter().map(async |layer| match &layer.drawing {
        Drawing::Pictures(Series::PerFrame(mosaics)) => Some(fetch(upstreams, layer, &mosaics[index]).await),
        _ => None,
    }))
    .await
}

/// Fetches what serves all frames.
pub(crate) async fn fetch_still(upstreams: &dyn Upstreams, plan: &Plan) -> Vec<Option<Answers>> {
    join_all(plan.layers.iter().map(async |layer| match &layer.drawing {
        Drawing::Pictures(Series::Same(mosaic)) => Some(fetch(upstreams, layer, mosaic).await),
        _ => None,
    }))
    .await
}

/// The pictures of one frame, or those that serve all frames.
pub(crate) struct PlacedFrame {
    pub pictures: FramePictures,
    /// For each layer: whether what is missing may be there later.
    pub may_pass: Vec<bool>,
}

/// Decodes the answers of a frame, or those that serve all frames (any `index`), into `spare` buffers while there are any.
pub(crate) fn place_frame(
    plan: &Plan,
    index: usize,
    answers: Vec<Option<Answers>>,
    spare: &mut Vec<Vec<u8>>,
    stop: &Stop,
) -> Result<PlacedFrame, Stopped> {
    let mut frame = PlacedFrame { pictures: Vec::new(), may_pass: Vec::new() };
    for (layer, answers) in plan.layers.iter().zip(answers) {
        let may_pass =
            |answers: &Answers| answers.iter().flat_map(|answer| answer.as_ref().err()).any(Error::is_transient);
        frame.may_pass.push(answers.as_ref().is_some_and(may_pass));
        frame.pictures.push(match (&layer.drawing, answers) {
            (Drawing::Pictures(series), Some(answers)) => {
                Some(place_mosaic(layer, series.at(index), answers, &plan.map, spare, stop)?)
            }
            _ => None,
        });
    }
    Ok(frame)
}

/// Lays a mosaic on the map.
pub(crate) fn place_mosaic(
    layer: &PlannedLayer,
    mosaic: &Mosaic,
    answers: Answers,
    map: &Extent,
    spare: &mut Vec<Vec<u8>>,
    stop: &Stop,
) -> Result<Gathered, Stopped> {
    let nothing = |gap: Option<Gap>| Ok(Gathered { placed: Vec::new(), gap });
    if mosaic.pieces.is_empty() {
        return nothing(mosaic.gap.clone());
    }
    let total = answers.len();
    let mut problem: Option<String> = None;
    let (mut lost, mut absent) = (0, 0);
    let mut pieces: Vec<Option<Raster>> = Vec::with_capacity(total);
    for answer in answers {
        stop.look()?;
        match answer.and_then(|bytes| tile(&bytes, spare)) {
            Ok(picture) => {
                absent += usize::from(picture.is_none());
                pieces.push(picture);
            }
            Err(error) => {
                lost += 1;
                problem.get_or_insert_with(|| error.to_string());
                pieces.push(None);
            }
        }
    }
    if lost == total {
        return nothing(problem.map(Gap::missing));
    }
    if lost > 0 {
        problem = problem.map(|why| format!("{lost} of {total} pictures are missing: {why}"));
    }
    if lost + absent == total {
        return nothing(problem.map(Gap::missing).or_else(|| no_tiles(layer)));
    }
    let raster = match assemble_mosaic(mosaic, pieces, stop)? {
        Ok(raster) => raster,
        Err(why) => return nothing(Some(Gap::missing(why))),
    };
    let is_worth_a_word = layer.may_be_empty_by_mistake() || layer.elsewhere.is_some();
    let is_empty = is_worth_a_word && layer.missing_tiles == MissingTiles::Report && raster.is_transparent();
    let placed = place(raster, mosaic.crs, &mosaic.bbox, map, layer.resampling, stop)?;
    let beside = || (!placed.iter().any(|placed| lies_on(placed, map))).then(beside_the_map);
    let gap = problem.map(Gap::incomplete).or_else(|| is_empty.then(|| nothing_in_it(layer))).or_else(beside);
    Ok(Gathered { placed, gap })
}

/// A picture, or `None` where the server has no tile.
fn tile(bytes: &[u8], spare: &mut Vec<Vec<u8>>) -> Result<Option<Raster>, Error> {
    if bytes.is_empty() {
        return Ok(None);
    }
    decode_into(bytes, spare.pop().unwrap_or_default()).map(|picture| Some(raster(picture)))
}

/// What it means that all tiles are absent.
fn no_tiles(layer: &PlannedLayer) -> Option<Gap> {
    match layer.missing_tiles {
        MissingTiles::Transparent => None,
        MissingTiles::Report if layer.has_times() => Some(Gap::empty("the server has no tiles of this place and time")),
        MissingTiles::Report => Some(Gap::outside("the server has no tiles of this place")),
    }
}

/// Whether some of a picture lies on the map.
fn lies_on(placed: &Placed, map: &Extent) -> bool {
    let is_within = |from: i64, length: u32, side: u32| from < i64::from(side) && from + i64::from(length) > 0;
    is_within(placed.x, placed.raster.width, map.width) && is_within(placed.y, placed.raster.height, map.height)
}

/// Boxes are compared when the map is planned; only the pixels know where the edges of a projected picture really lie.
fn beside_the_map() -> Gap {
    Gap::outside("it lies outside the map: nothing of its picture falls on it")
}

/// Some servers answer with nothing but transparency where they have no data for a time, or of a place.
fn nothing_in_it(layer: &PlannedLayer) -> Gap {
    match &layer.elsewhere {
        Some(why) => Gap::outside(why),
        None => Gap::empty("there is nothing in the server's picture"),
    }
}

fn raster(picture: Picture) -> Raster {
    Raster::straight(picture.width, picture.height, picture.rgba)
}

/// Fetches the legends, topmost layer first; layers may share one, which is then shown once.
pub(crate) async fn fetch_legends(upstreams: &dyn Upstreams, plan: &Plan) -> Vec<LegendPicture> {
    let mut wanted: Vec<(usize, &str)> = Vec::new();
    for (layer, planned) in plan.layers.iter().enumerate().rev() {
        if let Some(url) = &planned.legend
            && !wanted.iter().any(|(_, known)| known == url)
        {
            wanted.push((layer, url));
        }
    }
    join_all(wanted.into_iter().map(async |(layer, url)| {
        let answer = upstreams.get(url, Wanted::Picture).await;
        let picture = answer.and_then(|bytes| decode(&bytes)).map(raster).map_err(|error| error.to_string());
        LegendPicture { layer, picture: picture.and_then(not_empty) }
    }))
    .await
}

/// A layer without a legend gets an empty picture from many servers: fully transparent, or one colour throughout.
fn not_empty(legend: Raster) -> Result<Raster, String> {
    let mut pixels = legend.pixels.chunks_exact(4);
    let first = pixels.next().map(<[u8]>::to_vec).unwrap_or_default();
    if pixels.all(|pixel| pixel == first) {
        return Err("the server's legend is an empty picture".into());
    }
    Ok(legend)
}
