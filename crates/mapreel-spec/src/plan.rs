//! The plan: for every frame and layer the pictures that are needed and where they lie, the labels, the segments.
//!
//! A plan is plain data, computed once and never edited. It does not know how anything is fetched or drawn.

use crate::animation::{Animation, Content, Layer, Legend, MissingTiles, OnError, Resampling, Series};
use crate::dimension::with_units;
use crate::geojson::Features;
use crate::label::PlannedLabel;
use crate::labels::labels;
use crate::manifest::{self, Warning};
use crate::mosaic::{Fit, Mosaic, Piece};
use crate::place;
use crate::run::Run;
use crate::timing::{Known, Timing};
use crate::wms_layer::Choice;
use crate::{
    Bbox, ColourBar, Crs, Extent, FrameCost, Gap, Graticule, Limits, NaturalEarth, Output, Problem, Problems,
    ValidTime, features_outside,
};
use std::collections::HashSet;
use std::ops::Range;

/// Frames of a segment, where there are enough: long enough that its keyframe costs little, short enough that cores
/// and machines share an animation evenly.
const SEGMENT_FRAMES: usize = 12;

/// Everything that is needed to draw an animation.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The map.
    pub map: Extent,
    /// The title of the whole picture.
    pub title: Option<String>,
    /// In order; never empty.
    pub frames: Vec<Frame>,
    /// Bottom first.
    pub layers: Vec<PlannedLayer>,
    /// Runs of neighbouring frames that are drawn and encoded alone; together all frames.
    pub segments: Vec<Segment>,
    /// The file.
    pub output: Output,
    /// What is known before anything is drawn not to be as it was asked for; where it concerns all frames.
    pub warnings: Vec<Warning>,
    /// The most memory that drawing it takes.
    pub cost: FrameCost,
}

/// One frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Its valid time.
    pub time: Option<ValidTime>,
    /// The value of the dimension that the film runs along, if it is not time.
    pub value: Option<String>,
    /// The time that the header shows: the valid time, or, of an image that was asked for without one, the time of the data
    /// where that is the same for all its layers.
    pub shown: Option<ValidTime>,
    /// The same, or the value, in the header's words.
    pub time_text: Option<String>,
}

/// A run of neighbouring frames, as indices from 0.
pub type Segment = Range<usize>;

/// A layer, frame by frame.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedLayer {
    /// Its line in the header.
    pub title: Option<String>,
    /// What it is called where it is missing.
    pub name: String,
    /// What is drawn.
    pub drawing: Drawing,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// The URL of its legend.
    pub legend: Option<String>,
    /// The legend's picture is a strip of colours, and these are its numbers.
    pub colour_bar: Option<ColourBar>,
    /// How its pictures are laid on the map.
    pub resampling: Resampling,
    /// The credit its provider asks for.
    pub attribution: Option<String>,
    /// The texts behind its title.
    pub labels: Series<Vec<PlannedLabel>>,
    /// The time that the source is asked for, or the time of the newest feature shown.
    pub times_used: Series<Option<String>>,
    /// The values of other dimensions that the source is asked for.
    pub dimensions: Series<Vec<manifest::Dimension>>,
    /// The run of the forecast that every request names.
    pub run: Option<Run>,
    /// Why it shows nothing anywhere on the map, in no frame.
    pub outside: Option<String>,
    /// Why its pictures may be empty: its server says that it has data elsewhere.
    pub elsewhere: Option<String>,
    /// What the absence of a tile means.
    pub missing_tiles: MissingTiles,
    /// What to do when it cannot be drawn.
    pub on_error: OnError,
}

impl PlannedLayer {
    /// Whether it has a time of its own in some frame.
    pub fn has_times(&self) -> bool {
        self.times_used.iter().any(Option::is_some)
    }

    /// Whether an empty picture of it is worth a word: only what was chosen by a time or another value may be empty because of
    /// it.
    pub fn may_be_empty_by_mistake(&self) -> bool {
        let has_values = self.dimensions.iter().any(|values| !values.is_empty());
        (self.has_times() || has_values) && matches!(self.drawing, Drawing::Pictures(_))
    }
}

/// What is drawn for a layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    /// Pictures from upstreams.
    Pictures(Series<Mosaic>),
    /// Features.
    Features(Features),
    /// The built-in geography.
    NaturalEarth(NaturalEarth),
    /// Meridians and parallels.
    Graticule(Graticule),
    /// Nothing, and why.
    Missing(String),
}

impl Drawing {
    /// Whether it looks the same in every frame of `frames`.
    pub fn is_static(&self, frames: usize) -> bool {
        match self {
            Self::Pictures(series) => matches!(series, Series::Same(_)),
            Self::Features(features) => frames == 1 || !features.vary(),
            Self::NaturalEarth(_) | Self::Graticule(_) | Self::Missing(_) => true,
        }
    }

    /// Why it shows nothing anywhere on a map, in no frame.
    fn outside(&self, map: &Extent, times: &[Option<ValidTime>]) -> Option<String> {
        match self {
            Self::Pictures(series) => {
                let is_nowhere = series.iter().all(|mosaic| mosaic.pieces.is_empty());
                is_nowhere.then(|| series.iter().find_map(Mosaic::outside)).flatten().map(str::to_owned)
            }
            Self::Features(features) => features_outside::why(features, map, times),
            _ => None,
        }
    }

    /// Every piece of every frame.
    fn pieces(&self) -> Vec<&Piece> {
        match self {
            Self::Pictures(series) => series.iter().flat_map(|mosaic| &mosaic.pieces).collect(),
            _ => Vec::new(),
        }
    }
}

impl Plan {
    /// Plans an animation.
    ///
    /// # Errors
    /// It would cost more than the limits allow. Every problem at once.
    pub fn new(animation: &Animation, limits: &Limits) -> Result<Self, Problems> {
        let too_much = |pointer: &str, code, detail: String, hint: &str| Problem {
            pointer: pointer.to_owned(),
            code,
            detail,
            hint: Some(hint.to_owned()),
        };
        let mut problems = Vec::new();
        let frames = animation.times.len();
        if frames > limits.frames_max {
            let detail = format!("{frames} frames; the limit is {}", limits.frames_max);
            problems.push(too_much("/animate", "too_many", detail, "name the values that the film shall show"));
        }
        let pixels = u64::from(animation.map.width) * u64::from(animation.map.height);
        let cost_mpx = frames as u64 * pixels * (animation.layers.len() as u64 + 1) / 1_000_000;
        if cost_mpx > limits.cost_mpx_max {
            let detail = format!(
                "{frames} frames × pixels × layers come to {cost_mpx} million; the limit is {}",
                limits.cost_mpx_max
            );
            problems.push(too_much("", "too_large", detail, "fewer frames, or a smaller map"));
        }
        let positions = animation.layers.iter().map(Layer::positions_per_frame).sum::<usize>();
        let drawn_max = limits.positions_drawn_m_max.saturating_mul(1_000_000);
        if (positions as u64).saturating_mul(frames as u64) > drawn_max {
            let detail = format!(
                "{positions} positions of GeoJSON with times × {frames} frames come to {:.1} million; the limit is {}",
                positions as f64 * frames as f64 / 1e6,
                limits.positions_drawn_m_max
            );
            let hint = format!("at most {} frames, or simplify the geometries", drawn_max / positions.max(1) as u64);
            problems.push(too_much("/layers", "too_large", detail, &hint));
        }
        if pixels > animation.output.format.page_px_max() {
            let detail = format!("a map of {pixels} pixels is too large for {}", animation.output.format.name());
            problems.push(too_much(
                "/map",
                "too_large",
                detail,
                "at most 9.4 million pixels, header and legends included",
            ));
        }
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let mut layers = Vec::new();
        for layer in &animation.layers {
            match plan_layer(layer, animation, limits) {
                Ok(planned) => layers.push(planned),
                Err((code, detail, hint)) => problems.push(too_much(&layer.pointer, code, detail, hint)),
            }
        }
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let shown = time_of_data(animation, &layers);
        let mut plan = Self {
            map: animation.map,
            title: animation.header.title.clone(),
            frames: (0..frames).map(|index| frame(index, shown.as_ref(), animation)).collect(),
            warnings: place::warnings(&animation.map, layers.iter().filter_map(crs_of_pictures))
                .into_iter()
                .chain(animation.layers.iter().flat_map(|layer| warnings(layer, &animation.map)))
                .collect(),
            layers,
            segments: segments(frames, animation.frames_expected()),
            output: animation.output.clone(),
            cost: FrameCost::default(),
        };
        plan.warnings.extend(plan.layers.iter().filter_map(nowhere));
        let requests = plan.upstream_urls().len();
        if requests > limits.upstream_requests_max {
            let detail = format!("{requests} requests to upstreams; the limit is {}", limits.upstream_requests_max);
            return Err(Problems(vec![too_much("", "too_large", detail, "fewer frames, or a smaller map")]));
        }
        plan.cost = FrameCost::of(&plan, limits.answer_bytes_max);
        plan.fits_into(limits.frame_mib_max)?;
        Ok(plan)
    }

    /// Whether a frame can be drawn in so many MiB.
    fn fits_into(&self, mib_max: u64) -> Result<(), Problems> {
        let mib = self.cost.mib();
        if mib <= mib_max {
            return Ok(());
        }
        let detail = format!("drawing a frame takes up to {mib} MiB of memory; there are {mib_max} MiB for it");
        let side = |px: u32, by: f64| (f64::from(px) * by) as u32;
        let hint = match self.cost.shrink_to(mib_max) {
            Some(by) if by > 0.05 => format!(
                "a map of {} × {} pixels fits, or fewer layers",
                side(self.map.width, by),
                side(self.map.height, by)
            ),
            _ => "fewer layers, or pictures of a size that the request names".to_owned(),
        };
        Err(Problems(vec![Problem { pointer: "/map".into(), code: "too_large", detail, hint: Some(hint) }]))
    }

    /// Every different URL that the plan needs.
    pub fn upstream_urls(&self) -> HashSet<&str> {
        let legends = self.layers.iter().filter_map(|layer| layer.legend.as_deref());
        let pictures = self.layers.iter().flat_map(|layer| layer.drawing.pieces()).map(|piece| piece.url.as_str());
        pictures.chain(legends).collect()
    }

    /// How long the file plays, in seconds.
    pub fn duration_s(&self) -> f64 {
        (0..self.frames.len()).map(|i| self.output.frame_duration_s(i, self.frames.len())).sum()
    }
}

/// What is known of a layer before it is drawn not to be as it was asked for.
fn warnings(layer: &Layer, map: &Extent) -> Vec<Warning> {
    let unconfirmed =
        layer.content.timing().and_then(Timing::unconfirmed).map(|why| {
            Warning::of_layer("time_unconfirmed", &layer.name, format!("its times are not confirmed: {why}"))
        });
    let values = layer.content.dimensions().map(|dimensions| dimensions.warnings(&layer.name)).unwrap_or_default();
    let partial = match &layer.content {
        Content::Tiles(templates) => templates.at(0).beyond(map),
        Content::Wmts(wmts) => wmts.beyond(map),
        _ => None,
    };
    let partial = partial.map(|why| Warning::of_layer("layer_partial", &layer.name, why));
    unconfirmed.into_iter().chain(values).chain(partial).chain(layer.warnings.iter().cloned()).collect()
}

/// The name of a layer, and the CRS that its pictures come in.
fn crs_of_pictures(layer: &PlannedLayer) -> Option<(&str, Crs)> {
    let Drawing::Pictures(series) = &layer.drawing else { return None };
    series.iter().next().map(|mosaic| (layer.name.as_str(), mosaic.crs))
}

/// A layer that shows nothing anywhere on the map, and why.
fn nowhere(layer: &PlannedLayer) -> Option<Warning> {
    Some(Warning::of_layer("layer_outside", &layer.name, layer.outside.clone()?))
}

/// What a server is asked for, frame by frame, and the time of each.
fn chosen(choices: impl Iterator<Item = Choice>) -> (Drawing, Series<Option<String>>) {
    let (mosaics, used) = choices.map(|choice| (choice.mosaic, choice.time)).unzip();
    (Drawing::Pictures(Series::new(mosaics)), Series::new(used))
}

/// The time of an image's data, where no time was asked for: one that servers confirm, and that all layers with times share.
fn time_of_data(animation: &Animation, layers: &[PlannedLayer]) -> Option<ValidTime> {
    let [None] = &animation.times[..] else { return None };
    let timed = animation.layers.iter().zip(layers);
    let timed = timed.filter(|(layer, planned)| layer.content.timing().is_some() && planned.has_times());
    let mut times = timed.map(|(_, planned)| {
        let marked = planned.labels.at(0).iter().any(|label| label.marked);
        ValidTime::parse(planned.times_used.at(0).as_deref()?).ok().filter(|_| !marked)
    });
    let first = times.next()??;
    times.all(|time| time.as_ref() == Some(&first)).then_some(first)
}

fn frame(index: usize, of_data: Option<&ValidTime>, animation: &Animation) -> Frame {
    let (time, header) = (&animation.times[index], &animation.header);
    let shown = time.as_ref().or(of_data).filter(|_| animation.animate.is_none());
    let text = |time: &ValidTime| match header.time_prefix {
        Some(prefix) => format!("{prefix}{}", time.text()),
        None => header.zone.show(time),
    };
    let value = animation.animate.as_ref().and_then(|film| film.values.get(index)).cloned();
    let value_text = value.as_ref().zip(animation.animate.as_ref()).map(|(value, film)| {
        let units = animation.layers.iter().find_map(|layer| layer.content.dimensions()?.units(&film.dimension));
        capitalised(&with_units(&film.dimension, value, units.as_deref(), &header.zone))
    });
    Frame { time: time.clone(), value, shown: shown.cloned(), time_text: shown.map(text).or(value_text) }
}

/// A text whose first letter is a capital.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

type Refusal = (&'static str, String, &'static str);

fn plan_layer(layer: &Layer, animation: &Animation, limits: &Limits) -> Result<PlannedLayer, Refusal> {
    let times = &animation.times;
    let text = |time: &Option<ValidTime>| time.as_ref().map(|t| t.text().to_owned());
    let (drawing, times_used) = match &layer.content {
        Content::Tiles(templates) => {
            let mosaic = |t: &crate::TileTemplate| match t.mosaic(&animation.map, limits.upstream_requests_max) {
                Some(mosaic) => Ok(mosaic),
                None if t.is_from_server => Ok(Mosaic::nothing(Crs::WebMercator, too_fine(limits))),
                None => Err(("too_large", "too many tiles cover this map".to_owned(), "a smaller map")),
            };
            // All frames take about as many tiles as the first.
            let first = mosaic(templates.at(0))?.pieces.len();
            if first.saturating_mul(templates.iter().count()) > limits.upstream_requests_max {
                return Err(("too_large", "too many tiles over all frames".into(), "a smaller map, or fewer frames"));
            }
            let mosaics = templates.iter().map(mosaic).collect::<Result<Vec<_>, _>>()?;
            (Drawing::Pictures(Series::new(mosaics)), Series::Same(None))
        }
        Content::Wms(wms) if wms.draws_too_small(&animation.map, limits).is_some() => {
            chosen(wms.draws_too_small(&animation.map, limits).map(|why| wms.nothing(Gap::missing(why))).into_iter())
        }
        Content::Wms(wms) => {
            let frames = if wms.is_fixed() { 1 } else { times.len() };
            if wms.service.pieces(&animation.map).saturating_mul(frames as u64) > limits.upstream_requests_max as u64 {
                return Err((
                    "too_large",
                    "too many pictures of this size cover the map".into(),
                    match wms.timing.known {
                        Known::NotAsked => "a larger `width` and `height` in `params`",
                        _ => "fewer frames, or a smaller map: the server draws no larger pictures",
                    },
                ));
            }
            let at = |(frame, time): (usize, &Option<ValidTime>)| {
                wms.at(frame, time.as_ref(), &animation.map, &animation.header.zone)
            };
            chosen(times[..frames].iter().enumerate().map(at))
        }
        Content::Wmts(wmts) => {
            let (frames, max) = (if wmts.is_fixed() { 1 } else { times.len() }, limits.upstream_requests_max);
            let mut left = max;
            let at = |(frame, time): (usize, &Option<ValidTime>)| {
                let choice = wmts.at(frame, time.as_ref(), &animation.map, &animation.header.zone, max);
                let choice = choice.unwrap_or_else(|| wmts.nothing(too_fine(limits)));
                left = left.checked_sub(choice.mosaic.pieces.len()).ok_or((
                    "too_large",
                    "too many tiles over all frames".to_owned(),
                    "a smaller map, or fewer frames",
                ))?;
                Ok(choice)
            };
            chosen(times[..frames].iter().enumerate().map(at).collect::<Result<Vec<_>, Refusal>>()?.into_iter())
        }
        Content::GetMaps(requests) => {
            let mosaics = Series::new(requests.iter().map(|r| r.mosaic().on(&animation.map)).collect());
            let used = requests.iter().map(|r| r.time().map(str::to_owned)).collect();
            (Drawing::Pictures(mosaics), Series::new(used))
        }
        Content::Picture { url, bbox, crs } => {
            let mosaic =
                |time: &Option<ValidTime>| Ok(picture(&fill_time(url, time.as_ref())?, *bbox, *crs).on(&animation.map));
            let mosaics = Series::new(times.iter().map(mosaic).collect::<Result<_, Refusal>>()?);
            let used = match &mosaics {
                Series::Same(_) if times.len() > 1 => Series::Same(None),
                _ if !url.contains("{time") => Series::Same(None),
                _ => Series::new(times.iter().map(text).collect()),
            };
            (Drawing::Pictures(mosaics), used)
        }
        Content::GeoJson(features) => {
            let used = |time: &Option<ValidTime>| Some(features.newest(time.as_ref()?.instant())?.to_string());
            let used = Series::new(times.iter().map(used).collect());
            (Drawing::Features(features.clone()), used)
        }
        Content::GeoJsonUrl { .. } | Content::TileJson(_) => {
            (Drawing::Missing("not fetched".into()), Series::Same(None))
        }
        Content::Missing(reason) => (Drawing::Missing(reason.clone()), Series::Same(None)),
        Content::NaturalEarth(geography) => (Drawing::NaturalEarth(geography.clone()), Series::Same(None)),
        Content::Graticule(graticule) => (Drawing::Graticule(*graticule), Series::Same(None)),
    };
    let zone = &animation.header.zone;
    let labels = (0..times.len()).map(|i| labels(layer, i, times[i].as_ref(), times_used.at(i).as_deref(), zone));
    let labels = Series::new(labels.collect());
    let wms = match &layer.content {
        Content::Wms(wms) => Some(wms),
        _ => None,
    };
    // A time that is not the frame's has a place to stand in, also of a layer without a title.
    let is_marked = labels.iter().any(|labels| labels.iter().any(|label| label.marked));
    let elsewhere = match &layer.content {
        Content::Wms(wms) => wms.elsewhere.clone(),
        Content::Wmts(wmts) => wmts.elsewhere(&animation.map),
        _ => None,
    };
    Ok(PlannedLayer {
        title: layer.title.clone().or_else(|| is_marked.then(|| layer.name.clone())),
        name: layer.name.clone(),
        outside: drawing.outside(&animation.map, times),
        elsewhere,
        drawing,
        opacity: layer.opacity,
        legend: layer.legend.as_ref().and_then(|legend| match (legend, wms) {
            (Legend::Url(url), _) => Some(url.clone()),
            (Legend::Auto, Some(wms)) => Some(wms.service.legend()),
            (Legend::Auto, None) => None,
        }),
        colour_bar: layer.colour_bar.clone(),
        resampling: layer.resampling,
        attribution: layer.attribution.clone(),
        labels,
        times_used,
        dimensions: Series::new(
            (0..times.len()).map(|i| layer.content.dimensions().map(|d| d.facts(i)).unwrap_or_default()).collect(),
        ),
        run: wms.and_then(|wms| wms.run.clone()),
        missing_tiles: layer.missing_tiles,
        on_error: layer.on_error,
    })
}

/// A server has no level that is coarse enough for a map.
fn too_fine(limits: &Limits) -> Gap {
    let max = limits.upstream_requests_max;
    Gap::missing(format!("more than {max} tiles of the coarsest level that its server has would cover this map"))
}

fn picture(url: &str, bbox: Bbox, crs: Crs) -> Mosaic {
    let piece = Piece { url: url.to_owned(), x: 0, y: 0, width: 0, height: 0, fit: Fit::Whole, gutter: [0; 4] };
    Mosaic { crs, bbox, size: None, pieces: vec![piece], gap: None }
}

/// The URL with `{time}` and `{time:PATTERN}` replaced.
fn fill_time(url: &str, time: Option<&ValidTime>) -> Result<String, Refusal> {
    const HINT: &str = "patterns are strftime's: {time:%Y%m%d%H%M}";
    let mut out = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once("{time") {
        let wrong = || ("invalid", "`{time` is not closed by `}`".to_owned(), HINT);
        let (pattern, after) = after.split_once('}').ok_or_else(wrong)?;
        let time =
            time.ok_or(("invalid", "the URL has a {time} and the request has no `times`".to_owned(), "add `times`"))?;
        out.push_str(before);
        match pattern.strip_prefix(':') {
            Some(pattern) => out.push_str(&time.formatted(pattern).map_err(|e| ("invalid", e.to_string(), HINT))?),
            None if pattern.is_empty() => out.push_str(time.text()),
            None => return Err(wrong()),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Even runs: as many as make each about [`SEGMENT_FRAMES`] long, and at least two where two are worth it.
///
/// `expected` frames were counted on when the work was shared out; where a server has fewer, runs are shorter or empty.
fn segments(frames: usize, expected: usize) -> Vec<Segment> {
    let count = expected.div_ceil(SEGMENT_FRAMES).max(if expected >= 8 { 2 } else { 1 });
    (0..count).map(|i| i * frames / count..(i + 1) * frames / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_even_and_cover_every_frame_once() {
        for frames in 1..=600 {
            let segments = segments(frames, frames);
            assert_eq!(segments.first().map(|s| s.start), Some(0));
            assert_eq!(segments.last().map(|s| s.end), Some(frames));
            assert!(segments.windows(2).all(|w| w[0].end == w[1].start), "{frames}");
            let lengths: Vec<_> = segments.iter().map(ExactSizeIterator::len).collect();
            assert!(lengths.iter().all(|l| (1..=SEGMENT_FRAMES).contains(l)), "{frames}: {lengths:?}");
            assert!(lengths.iter().max().zip(lengths.iter().min()).is_some_and(|(a, b)| a - b <= 1));
        }
    }

    #[test]
    fn fewer_frames_than_expected_are_shared_by_as_many_segments() {
        let segments = segments(3, 24);
        assert_eq!(segments.len(), 2);
        assert_eq!(segments.iter().map(ExactSizeIterator::len).sum::<usize>(), 3);
    }

    #[test]
    fn a_time_template_is_filled_in_utc() {
        let time = ValidTime::parse("2005-08-29T11:10:00+02:00").unwrap();
        let check = |url: &str, expected: &str| assert_eq!(fill_time(url, Some(&time)).unwrap(), expected);
        check("http://h/n0r_{time:%Y%m%d%H%M}.png", "http://h/n0r_200508290910.png");
        check("http://h/{time}/{time:%Y}", "http://h/2005-08-29T09:10:00Z/2005");
        assert!(fill_time("http://h/{time:%", Some(&time)).is_err());
        assert!(fill_time("http://h/{time}", None).is_err());
    }
}
