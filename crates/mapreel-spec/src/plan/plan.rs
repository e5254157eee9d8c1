//! The plan: the pictures for every frame and layer, with their places, the labels and the segments.
//!
//! A plan is plain data. It is computed once and never edited, and it does not know how pictures are fetched or drawn.

use super::caption::Caption;
use super::frame::Frame;
use super::frame_cost::FrameCost;
use super::manifest::Warning;
use super::page_content::PageContent;
use super::page_layout::PageLayout;
use super::page_texts::PageTexts;
use super::place_warnings as place;
use super::planned_layer::{LayerSource, PlannedLayer};
use super::segment::{Segment, segments};
use super::view::View;
use crate::layers::resolved_layer::{Moments, Refusal, ResolvedLayer, Wanted};
use crate::request::limits::Limits;
use crate::request::output::Output;
use crate::request::problem::{Problem, Problems};
use crate::request::room::Room;
use crate::resolved::resolved::Resolved;
use crate::resolved::series::Series;
use mapreel_geo::{Crs, Extent};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The most bytes of all picture URLs in a plan together: every picture of every frame has a URL.
const URLS_BYTES_MAX: usize = 128 << 20;

/// Everything that drawing an animation needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The map.
    pub map: Extent,
    /// How the size of map and page was given.
    pub room: Room,
    /// The texts that are the same in every frame.
    pub texts: PageTexts,
    /// The frames in order; at least one.
    pub frames: Vec<Frame>,
    /// The layers, bottom first.
    pub layers: Vec<PlannedLayer>,
    /// The boxes on the page.
    pub layout: PageLayout,
    /// Runs of neighbouring frames, drawn and encoded alone; together all frames.
    pub segments: Vec<Segment>,
    /// The file.
    pub output: Output,
    /// Warnings that are known before anything is drawn, where they are about all frames.
    pub warnings: Vec<Warning>,
    /// The most memory that drawing takes; not stored, but computed when a plan is read.
    #[serde(skip)]
    pub cost: FrameCost,
}

impl Plan {
    /// Plans a resolved request. `layout` has the boxes of the measured `content`; the map gets the size that the layout leaves.
    ///
    /// # Errors
    /// The plan would cost more than the limits allow. The error has every problem.
    pub fn new(
        resolved: &Resolved,
        view: View,
        content: PageContent,
        layout: PageLayout,
        limits: &Limits,
    ) -> Result<Self, Problems> {
        let [_, _, width, height] = layout.map;
        let map = resolved.area.on([width, height]);
        let output = view.output_of(resolved);
        let (chosen, times) = view.frames_of(resolved);
        let frames = chosen.len();
        let moments = Moments { frames: &chosen, times: &times, style: &resolved.header.times };
        let wanted = Wanted { map: &map, moments: &moments, limits };
        let layers = planned_layers(resolved, content.captions, &wanted)?;
        let mut plan = Self {
            map,
            room: view.room_of(resolved),
            texts: content.texts,
            frames: content.frames,
            warnings: place::warnings(&map, layers.iter().filter_map(crs_of_pictures))
                .into_iter()
                .chain(resolved.layers.iter().flat_map(|layer| warnings(layer, &map)))
                .collect(),
            layers,
            layout,
            segments: match view {
                View::Film { segments: count } => segments(frames, count),
                View::Frame { .. } => segments(1, 1),
            },
            output,
            cost: FrameCost::default(),
        };
        plan.warnings.extend(plan.layers.iter().filter_map(outside_warning));
        plan.warnings.extend(rounded_canvas_warning(resolved, view));
        let requests = plan.upstream_urls().len();
        if requests > limits.upstream_requests_max {
            let detail = format!("{requests} requests to upstreams; the limit is {}", limits.upstream_requests_max);
            return Err(Problems(vec![Problem::with_hint("", "too_large", detail, "fewer frames, or a smaller map")]));
        }
        plan.within(limits)
    }

    /// The same on a page with only a map, for callers that draw nothing: the cost of a film, and its requests to upstreams.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn of_map_alone(resolved: &Resolved, view: View, limits: &Limits) -> Result<Self, Problems> {
        let layout = PageLayout::of_map_alone(&view.room_of(resolved));
        Self::new(resolved, view, PageContent::of(resolved, view, limits)?, layout, limits)
    }

    /// Whether the parts of the plan fit together. A plan that was read from the store may be damaged.
    pub fn is_sound(&self) -> bool {
        let frames = self.frames.len();
        let is_whole = |layer: &PlannedLayer| {
            let pictures = match &layer.drawing {
                LayerSource::Pictures(series) => series.suits(frames),
                _ => true,
            };
            pictures && layer.caption.suits(frames) && layer.dimensions.suits(frames)
        };
        let covered = self
            .segments
            .iter()
            .try_fold(0, |end, segment| (segment.start == end && segment.end >= end).then_some(segment.end));
        let (map, page_px_max) = ([self.map.width, self.map.height], self.output.format.page_px_max());
        let is_laid_out = self.layout.is_sound(map, self.layers.len(), page_px_max);
        frames > 0 && covered == Some(frames) && self.layers.iter().all(is_whole) && is_laid_out
    }

    /// A plan that was read from the store, with its cost by these limits.
    ///
    /// # Errors
    /// The plan would cost more than the limits allow.
    pub fn within(mut self, limits: &Limits) -> Result<Self, Problems> {
        self.cost =
            FrameCost::of(&self.layers, self.frames.len(), &self.layout, self.output.format, limits.answer_bytes_max);
        self.fits_into(limits.frame_mib_max)?;
        Ok(self)
    }

    /// Whether a frame can be drawn within `mib_max` MiB.
    fn fits_into(&self, mib_max: u64) -> Result<(), Problems> {
        let mib = self.cost.mib();
        if mib <= mib_max {
            return Ok(());
        }
        let detail = format!("drawing a frame takes up to {mib} MiB of memory; there are {mib_max} MiB for it");
        let side = |px: u32, by: f64| (f64::from(px) * by) as u32;
        let (what, [width, height]) = match self.room {
            Room::Map(size) => ("map", size),
            Room::Canvas(canvas) => ("picture", [canvas.width, canvas.height]),
        };
        let hint = match self.cost.shrink_to(mib_max) {
            Some(by) if by > 0.05 => {
                format!("a {what} of {} × {} pixels fits, or fewer layers", side(width, by), side(height, by))
            }
            _ => "fewer layers, or pictures of a size that the request names".to_owned(),
        };
        let pointer = if matches!(self.room, Room::Canvas(_)) { "/output" } else { "/map" };
        Err(Problems(vec![Problem { pointer: pointer.into(), code: "too_large", detail, hint: Some(hint) }]))
    }

    /// All distinct URLs of the plan.
    pub fn upstream_urls(&self) -> HashSet<&str> {
        let legends = self.layers.iter().filter_map(|layer| layer.caption.legend.as_ref()?.url());
        let pictures = self.layers.iter().flat_map(|layer| layer.drawing.pieces()).map(|piece| piece.url.as_str());
        pictures.chain(legends).collect()
    }

    /// The duration of the film, in seconds.
    pub fn duration_s(&self) -> f64 {
        (0..self.frames.len()).map(|i| self.output.frame_duration_s(i, self.frames.len())).sum()
    }
}

/// The warnings about a layer that are known before it is drawn.
fn warnings(layer: &ResolvedLayer, map: &Extent) -> Vec<Warning> {
    let axes = layer.kind.axes();
    let unconfirmed = axes
        .and_then(|axes| axes.timing.unconfirmed())
        .map(|why| Warning::of_layer("time_unconfirmed", &layer.name, format!("its times are not confirmed: {why}")));
    let values = axes.map(|axes| axes.dimensions.warnings(&layer.name)).unwrap_or_default();
    let partial = layer.kind.beyond(map).map(|why| Warning::of_layer("layer_partial", &layer.name, why));
    unconfirmed.into_iter().chain(values).chain(partial).chain(layer.warnings.iter().cloned()).collect()
}

/// The name of a layer, and the CRS of its pictures.
fn crs_of_pictures(layer: &PlannedLayer) -> Option<(&str, Crs)> {
    let LayerSource::Pictures(series) = &layer.drawing else { return None };
    series.iter().next().map(|mosaic| (layer.caption.name.as_str(), mosaic.crs))
}

/// The warning that a canvas has other sides than the request names: H.264 has no odd sides.
fn rounded_canvas_warning(resolved: &Resolved, view: View) -> Option<Warning> {
    let (Room::Canvas(asked), Room::Canvas(made)) = (resolved.room, view.room_of(resolved)) else { return None };
    let is_whole = matches!(view, View::Film { .. });
    let detail = format!(
        "the picture has {} × {} pixels instead of {} × {}: {} has no odd sides",
        made.width,
        made.height,
        asked.width,
        asked.height,
        view.format_of(resolved).name()
    );
    (is_whole && asked != made).then(|| Warning::of_map("canvas_rounded", detail))
}

/// The warning that a layer shows nothing of the map, with the reason.
fn outside_warning(layer: &PlannedLayer) -> Option<Warning> {
    Some(Warning::of_layer("layer_outside", &layer.caption.name, layer.outside.clone()?))
}

/// Every layer with its pictures.
///
/// # Errors
/// The problems of each layer. Where the URLs together are too long, no further layer is planned.
fn planned_layers(resolved: &Resolved, captions: Vec<Caption>, wanted: &Wanted) -> Result<Vec<PlannedLayer>, Problems> {
    let (mut layers, mut problems, mut url_bytes) = (Vec::new(), Vec::new(), 0);
    for (layer, caption) in resolved.layers.iter().zip(captions) {
        if url_bytes > URLS_BYTES_MAX {
            let detail = format!("the addresses of its pictures come to more than {} MiB", URLS_BYTES_MAX >> 20);
            let hint = "fewer frames or layers, or shorter addresses";
            problems.push(Problem::with_hint("", "too_large", detail, hint));
            break;
        }
        match plan_layer(layer, caption, wanted) {
            Ok(planned) => {
                url_bytes += planned.drawing.pieces().iter().map(|piece| piece.url.len()).sum::<usize>();
                layers.push(planned);
            }
            Err((code, detail, hint)) => problems.push(Problem::with_hint(&layer.pointer, code, detail, hint)),
        }
    }
    if problems.is_empty() { Ok(layers) } else { Err(Problems(problems)) }
}

fn plan_layer(layer: &ResolvedLayer, caption: Caption, wanted: &Wanted<'_>) -> Result<PlannedLayer, Refusal> {
    let drawing = layer.kind.pictures(wanted)?;
    let facts = |frame: usize| layer.kind.axes().map(|axes| axes.dimensions.facts(frame)).unwrap_or_default();
    Ok(PlannedLayer {
        caption,
        outside: drawing.outside(wanted.map, wanted.moments.times),
        elsewhere: layer.kind.elsewhere(wanted.map),
        drawing,
        opacity: layer.opacity,
        resampling: layer.resampling,
        dimensions: Series::new(wanted.moments.frames.iter().map(|frame| facts(*frame)).collect()),
        run: layer.kind.run().cloned(),
        missing_tiles: layer.missing_tiles,
        on_error: layer.on_error,
    })
}
