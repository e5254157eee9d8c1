//! The plan: for every frame and layer the pictures that are needed and where they lie, the labels, the segments.
//!
//! A plan is plain data, computed once and never edited. It does not know how anything is fetched or drawn.

use crate::dimension::with_units;
use crate::labels::labels;
use crate::layers::{Pictures, Refusal, ResolvedLayer, Wanted};
use crate::manifest::Warning;
use crate::place;
use crate::planned_layer::{Drawing, PlannedLayer};
use crate::request::Request;
use crate::resolved::{Along, Resolved};
use crate::series::Series;
use crate::timing::Timing;
use crate::{Crs, Extent, Format, FrameCost, Limits, Output, Problem, Problems, ValidTime};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::Range;

/// The addresses of a plan's pictures together, in bytes: every picture of every frame has its own.
const URL_BYTES_MAX: usize = 128 << 20;

/// Frames of a segment, where there are enough: long enough that its keyframe costs little, short enough that cores
/// and machines share an animation evenly.
const SEGMENT_FRAMES: usize = 12;

/// Everything that is needed to draw an animation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The most memory that drawing it takes; of a stored plan, as it is read.
    #[serde(skip)]
    pub cost: FrameCost,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// What of a film is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// All of it, in so many segments; where servers decide how many frames there are, some may be empty.
    Film {
        /// At least 1.
        segments: usize,
    },
    /// One frame, as a still picture whose map is no wider or higher than some.
    Frame {
        /// Which, from 0; where servers have fewer, the last stands for it.
        index: usize,
        /// The longest side of the map, in pixels.
        side_px_max: u32,
        /// The picture's format.
        format: Format,
    },
}

impl View {
    /// The whole of what a request asks for, in as many segments as suit the frames that are counted on.
    pub fn of(request: &Request) -> Self {
        Self::Film { segments: segments_of(request.frames.expected()) }
    }

    /// The map and the file as they are asked for, as this shows them.
    fn of_map(self, map: &Extent, output: &Output) -> (Extent, Output) {
        match self {
            Self::Film { .. } => (*map, output.clone()),
            Self::Frame { side_px_max, format, .. } => {
                let shrink = (f64::from(side_px_max) / f64::from(map.width.max(map.height))).min(1.0);
                let side = |pixels: u32| ((f64::from(pixels) * shrink).round() as u32).max(1);
                let map = Extent { width: side(map.width), height: side(map.height), ..*map };
                (map, Output { format, ..output.clone() })
            }
        }
    }
}

impl Plan {
    /// Plans what is known of a request.
    ///
    /// # Errors
    /// It would cost more than the limits allow. Every problem at once.
    pub fn new(resolved: &Resolved, view: View, limits: &Limits) -> Result<Self, Problems> {
        let (map, output) = view.of_map(&resolved.map, &resolved.output);
        let all = &resolved.frames.times;
        let chosen: Vec<usize> = match view {
            View::Film { .. } => (0..all.len()).collect(),
            View::Frame { index, .. } => vec![index.min(all.len() - 1)],
        };
        let frames = chosen.len();
        within(resolved, &map, &output, frames, limits)?;
        let times: Vec<Option<ValidTime>> = chosen.iter().map(|frame| all[*frame].clone()).collect();
        let wanted = Wanted { map: &map, frames: &chosen, times: &times, zone: &resolved.header.zone, limits };
        let (mut layers, mut problems, mut url_bytes) = (Vec::new(), Vec::new(), 0);
        for layer in &resolved.layers {
            if url_bytes > URL_BYTES_MAX {
                let detail = format!("the addresses of its pictures come to more than {} MiB", URL_BYTES_MAX >> 20);
                problems.push(too_much("", "too_large", detail, "fewer frames or layers, or shorter addresses"));
                break;
            }
            match plan_layer(layer, &wanted) {
                Ok(planned) => {
                    url_bytes += planned.drawing.pieces().iter().map(|piece| piece.url.len()).sum::<usize>();
                    layers.push(planned);
                }
                Err((code, detail, hint)) => problems.push(too_much(&layer.pointer, code, detail, hint)),
            }
        }
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let shown = time_of_data(resolved, &times, &layers);
        let mut plan = Self {
            map,
            title: resolved.header.title.clone(),
            frames: chosen.iter().map(|index| frame(*index, shown.as_ref(), resolved)).collect(),
            warnings: place::warnings(&map, layers.iter().filter_map(crs_of_pictures))
                .into_iter()
                .chain(resolved.layers.iter().flat_map(|layer| warnings(layer, &map)))
                .collect(),
            layers,
            segments: match view {
                View::Film { segments: count } => segments(frames, count),
                View::Frame { .. } => segments(1, 1),
            },
            output,
            cost: FrameCost::default(),
        };
        plan.warnings.extend(plan.layers.iter().filter_map(nowhere));
        let requests = plan.upstream_urls().len();
        if requests > limits.upstream_requests_max {
            let detail = format!("{requests} requests to upstreams; the limit is {}", limits.upstream_requests_max);
            return Err(Problems(vec![too_much("", "too_large", detail, "fewer frames, or a smaller map")]));
        }
        plan.within(limits)
    }

    /// Whether its parts belong together, as those of every plan that was made do: one that was read may be damaged.
    pub fn is_sound(&self) -> bool {
        let frames = self.frames.len();
        let is_whole = |layer: &PlannedLayer| {
            let pictures = match &layer.drawing {
                Drawing::Pictures(series) => series.suits(frames),
                _ => true,
            };
            pictures && layer.labels.suits(frames) && layer.times_used.suits(frames) && layer.dimensions.suits(frames)
        };
        let covered = self
            .segments
            .iter()
            .try_fold(0, |end, segment| (segment.start == end && segment.end >= end).then_some(segment.end));
        frames > 0 && covered == Some(frames) && self.layers.iter().all(is_whole)
    }

    /// A stored plan as it is read here: with what drawing it costs by these limits.
    ///
    /// # Errors
    /// It would cost more than they allow.
    pub fn within(mut self, limits: &Limits) -> Result<Self, Problems> {
        self.cost =
            FrameCost::of(&self.layers, self.frames.len(), &self.map, self.output.format, limits.answer_bytes_max);
        self.fits_into(limits.frame_mib_max)?;
        Ok(self)
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

fn too_much(pointer: &str, code: &'static str, detail: String, hint: &str) -> Problem {
    Problem { pointer: pointer.to_owned(), code, detail, hint: Some(hint.to_owned()) }
}

/// Whether frames, map and features of the request's own are not too many, before anything is planned.
fn within(resolved: &Resolved, map: &Extent, output: &Output, frames: usize, limits: &Limits) -> Result<(), Problems> {
    let mut problems = Vec::new();
    if frames > limits.frames_max {
        let detail = format!("{frames} frames; the limit is {}", limits.frames_max);
        problems.push(too_much("/animate", "too_many", detail, "name the values that the film shall show"));
    }
    let pixels = u64::from(map.width) * u64::from(map.height);
    let cost_mpx = frames as u64 * pixels * (resolved.layers.len() as u64 + 1) / 1_000_000;
    if cost_mpx > limits.cost_mpx_max {
        let detail = format!(
            "{frames} frames × pixels × layers come to {cost_mpx} million; the limit is {}",
            limits.cost_mpx_max
        );
        problems.push(too_much("", "too_large", detail, "fewer frames, or a smaller map"));
    }
    let positions = resolved.layers.iter().map(ResolvedLayer::positions_per_frame).sum::<usize>();
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
    if pixels > output.format.page_px_max() {
        let detail = format!("a map of {pixels} pixels is too large for {}", output.format.name());
        problems.push(too_much("/map", "too_large", detail, "at most 9.4 million pixels, header and legends included"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

/// What is known of a layer before it is drawn not to be as it was asked for.
fn warnings(layer: &ResolvedLayer, map: &Extent) -> Vec<Warning> {
    let unconfirmed =
        layer.kind.timing().and_then(Timing::unconfirmed).map(|why| {
            Warning::of_layer("time_unconfirmed", &layer.name, format!("its times are not confirmed: {why}"))
        });
    let values = layer.kind.dimensions().map(|dimensions| dimensions.warnings(&layer.name)).unwrap_or_default();
    let partial = layer.kind.beyond(map).map(|why| Warning::of_layer("layer_partial", &layer.name, why));
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

/// The time of an image's data, where no time was asked for: one that servers confirm, and that all layers with times share.
fn time_of_data(resolved: &Resolved, times: &[Option<ValidTime>], layers: &[PlannedLayer]) -> Option<ValidTime> {
    let [None] = times else { return None };
    let timed = resolved.layers.iter().zip(layers);
    let timed = timed.filter(|(layer, planned)| layer.kind.timing().is_some() && planned.has_times());
    let mut times = timed.map(|(_, planned)| {
        let marked = planned.labels.at(0).iter().any(|label| label.marked);
        ValidTime::parse(planned.times_used.at(0).as_deref()?).ok().filter(|_| !marked)
    });
    let first = times.next()??;
    times.all(|time| time.as_ref() == Some(&first)).then_some(first)
}

/// Frame `index` of the whole film.
fn frame(index: usize, of_data: Option<&ValidTime>, resolved: &Resolved) -> Frame {
    let (time, header, along) = (&resolved.frames.times[index], &resolved.header, &resolved.frames.along);
    let shown = time.as_ref().or(of_data).filter(|_| along.is_none());
    let text = |time: &ValidTime| match header.time_prefix {
        Some(prefix) => format!("{prefix}{}", time.text()),
        None => header.zone.show(time),
    };
    let value = along.as_ref().and_then(|along| along.values.get(index)).cloned();
    let value_text = value.as_ref().zip(along.as_ref()).map(|(value, Along { dimension, .. })| {
        let units = resolved.layers.iter().find_map(|layer| layer.kind.dimensions()?.units(dimension));
        capitalised(&with_units(dimension, value, units.as_deref(), &header.zone))
    });
    Frame { time: time.clone(), value, shown: shown.cloned(), time_text: shown.map(text).or(value_text) }
}

/// A text whose first letter is a capital.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn plan_layer(layer: &ResolvedLayer, wanted: &Wanted<'_>) -> Result<PlannedLayer, Refusal> {
    let Pictures { drawing, times_used } = layer.kind.pictures(wanted)?;
    let frames = || wanted.frames.iter().enumerate();
    let labels = frames()
        .map(|(i, frame)| labels(layer, *frame, wanted.times[i].as_ref(), times_used.at(i).as_deref(), wanted.zone));
    let labels = Series::new(labels.collect());
    // A time that is not the frame's has a place to stand in, also of a layer without a title.
    let is_marked = labels.iter().any(|labels| labels.iter().any(|label| label.marked));
    let facts = |frame: usize| layer.kind.dimensions().map(|dimensions| dimensions.facts(frame)).unwrap_or_default();
    Ok(PlannedLayer {
        title: layer.title.clone().or_else(|| is_marked.then(|| layer.name.clone())),
        name: layer.name.clone(),
        outside: drawing.outside(wanted.map, wanted.times),
        elsewhere: layer.kind.elsewhere(wanted.map),
        drawing,
        opacity: layer.opacity,
        legend: layer.legend.clone(),
        colour_bar: layer.colour_bar.clone(),
        resampling: layer.resampling,
        attribution: layer.attribution.clone(),
        labels,
        times_used,
        dimensions: Series::new(frames().map(|(_, frame)| facts(*frame)).collect()),
        run: layer.kind.run().cloned(),
        missing_tiles: layer.missing_tiles,
        on_error: layer.on_error,
    })
}

/// How many segments suit so many frames: as many as make each about [`SEGMENT_FRAMES`] long, and at least two where two are
/// worth it.
fn segments_of(frames: usize) -> usize {
    frames.div_ceil(SEGMENT_FRAMES).max(if frames >= 8 { 2 } else { 1 })
}

/// So many even runs of frames. Where a server has fewer frames than were counted on, they are shorter or empty.
fn segments(frames: usize, count: usize) -> Vec<Segment> {
    (0..count).map(|i| i * frames / count..(i + 1) * frames / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_even_and_cover_every_frame_once() {
        for frames in 1..=600 {
            let segments = segments(frames, segments_of(frames));
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
        let segments = segments(3, segments_of(24));
        assert_eq!(segments.len(), 2);
        assert_eq!(segments.iter().map(ExactSizeIterator::len).sum::<usize>(), 3);
    }
}
