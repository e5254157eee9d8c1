//! Gather: from the plan's pictures to pixels on the map. Fetching is asynchronous; decoding is left to the thread that
//! draws.

use bytes::Bytes;
use futures_util::future::join_all;
use mapreel_render::{FramePictures, Gathered, LegendPicture, Raster, assemble_mosaic, place};
use mapreel_sources::{Error, Picture, Upstreams, Wanted, decode, decode_into};
use mapreel_spec::{Drawing, Extent, Gap, GapKind, Mosaic, Plan, PlannedLayer, Series};

/// The answers for one mosaic, in the order of its pieces.
pub(crate) type Answers = Vec<Result<Bytes, Error>>;

/// Fetches every piece of a mosaic.
pub(crate) async fn fetch(upstreams: &dyn Upstreams, mosaic: &Mosaic) -> Answers {
    join_all(mosaic.pieces.iter().map(|piece| upstreams.get(&piece.url, Wanted::Picture))).await
}

/// Fetches what frame `index` needs beside the pictures that serve all frames.
pub(crate) async fn fetch_frame(upstreams: &dyn Upstreams, plan: &Plan, index: usize) -> Vec<Option<Answers>> {
    join_all(plan.layers.iter().map(async |layer| match &layer.drawing {
        Drawing::Pictures(Series::PerFrame(mosaics)) => Some(fetch(upstreams, &mosaics[index]).await),
        _ => None,
    }))
    .await
}

/// Fetches what serves all frames.
pub(crate) async fn fetch_still(upstreams: &dyn Upstreams, plan: &Plan) -> Vec<Option<Answers>> {
    join_all(plan.layers.iter().map(async |layer| match &layer.drawing {
        Drawing::Pictures(Series::Same(mosaic)) => Some(fetch(upstreams, mosaic).await),
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
) -> PlacedFrame {
    let mut frame = PlacedFrame { pictures: Vec::new(), may_pass: Vec::new() };
    for (layer, answers) in plan.layers.iter().zip(answers) {
        let may_pass =
            |answers: &Answers| answers.iter().flat_map(|answer| answer.as_ref().err()).any(Error::is_transient);
        frame.may_pass.push(answers.as_ref().is_some_and(may_pass));
        frame.pictures.push(match &layer.drawing {
            Drawing::Pictures(series) => {
                answers.map(|answers| place_mosaic(layer, series.at(index), answers, &plan.map, spare))
            }
            _ => None,
        });
    }
    frame
}

/// Lays a mosaic on the map.
pub(crate) fn place_mosaic(
    layer: &PlannedLayer,
    mosaic: &Mosaic,
    answers: Answers,
    map: &Extent,
    spare: &mut Vec<Vec<u8>>,
) -> Gathered {
    let nothing = |gap: Option<Gap>| Gathered { placed: Vec::new(), gap };
    if mosaic.pieces.is_empty() {
        return nothing(mosaic.gap.as_ref().map(Gap::missing));
    }
    let total = answers.len();
    let mut problem: Option<String> = None;
    let mut lost = 0;
    let mut pieces: Vec<Option<Raster>> = Vec::with_capacity(total);
    for answer in answers {
        match answer.and_then(|bytes| decode_into(&bytes, spare.pop().unwrap_or_default())) {
            Ok(picture) => pieces.push(Some(raster(picture))),
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
    match assemble_mosaic(mosaic, pieces) {
        Ok(raster) => {
            let empty = || (layer.may_be_empty_by_mistake() && raster.is_transparent()).then(nothing_in_it);
            let gap = problem.map(Gap::missing).or_else(empty);
            Gathered { placed: place(raster, mosaic.crs, &mosaic.bbox, map, layer.resampling), gap }
        }
        Err(why) => nothing(Some(Gap::missing(why))),
    }
}

/// Some servers answer with nothing but transparency where they have no data for a time.
fn nothing_in_it() -> Gap {
    Gap { kind: GapKind::Empty, why: "there is nothing in the server's picture".into() }
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
