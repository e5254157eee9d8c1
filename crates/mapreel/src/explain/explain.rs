//! What a request would draw and fetch: as far as that is known without fetching anything, or from what its servers say.

use crate::pipeline::report::WarningView;
use mapreel_geo::{Crs, Side};
use mapreel_spec::{Format, LayerSource, Limits, Plan, PlannedLayer, Problems, Request, Resolved, Series, View};
use serde::Serialize;
use std::collections::HashSet;

/// Bytes for each pixel of a frame, as real maps came out.
const STILL_BYTES_PER_PX: f64 = 0.5;
const MP4_BYTES_PER_PX: f64 = 0.04;
const GIF_BYTES_PER_PX: f64 = 0.15;

/// What a request would draw and fetch.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Explanation {
    /// Always true: what is not valid is a problem.
    valid: bool,
    /// Whether the servers have been asked; if not, what they decide is not known.
    online: bool,
    map: Map,
    frames: Frames,
    layers: Vec<Layer>,
    /// Documents in which servers say what they have.
    documents: usize,
    /// Requests to upstreams for the whole job, legends and documents included.
    pub upstream_requests: usize,
    /// Those of them for legends.
    pub legend_requests: usize,
    output: Output,
    /// What will not be as it was asked for, as far as it is known before.
    pub warnings: Vec<WarningView>,
}

/// The map.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Map {
    /// Its CRS.
    crs: String,
    /// Width in pixels.
    width: u32,
    /// Height in pixels.
    height: u32,
    /// West, south, east, north in degrees.
    bbox: [f64; 4],
}

/// The frames.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Frames {
    /// How many.
    count: usize,
    /// Runs of frames that are drawn apart.
    segments: usize,
    /// The valid times, RFC 3339 in UTC, of those that have one.
    times: Vec<String>,
    #[serde(skip)]
    side: Option<Side>,
    /// The layer whose last or next times the frames will have, while its server has not been asked; else `null`.
    times_of: Option<String>,
    /// The values, as the header shows them, of a film that runs along a dimension.
    values: Vec<String>,
    /// The dimension of which the frames will have all values, while no server has been asked for them; else `null`.
    values_of: Option<String>,
}

/// A layer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Layer {
    /// Its name.
    name: String,
    /// What is drawn.
    what: String,
    /// Pictures to be fetched for it, over all frames.
    pictures: usize,
    /// The times that will be asked for, as they will be written; not confirmed while its server has not been asked.
    times: Vec<String>,
    /// Whether its server will be asked what it has, and has not been.
    server_unasked: bool,
}

/// The file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Output {
    /// Its format.
    format: String,
    /// Frames per second.
    fps: f64,
    /// How long it plays, in seconds; 0 for an image.
    duration_s: f64,
    /// About its length in bytes.
    size_bytes: u64,
}

impl Explanation {
    /// What is known when the servers of a request have been asked for so many documents.
    pub(crate) fn online(resolved: &Resolved, plan: &Plan, documents: usize) -> Self {
        Self::made(resolved, plan, documents, true)
    }

    fn made(resolved: &Resolved, plan: &Plan, documents: usize, online: bool) -> Self {
        let (map, output) = (&plan.map, &plan.output);
        let degrees = map.bbox.convert(map.crs, Crs::Geographic);
        let bbox = degrees.map_or([f64::NAN; 4], <[f64; 4]>::from);
        let per_px = match output.format {
            Format::Mp4 => MP4_BYTES_PER_PX,
            Format::Gif => GIF_BYTES_PER_PX,
            _ => STILL_BYTES_PER_PX,
        };
        let frames = plan.frames.len();
        let size_bytes = f64::from(map.width) * f64::from(map.height) * frames as f64 * per_px;
        Self {
            valid: true,
            online,
            map: Map { crs: map.crs.code().to_owned(), width: map.width, height: map.height, bbox },
            frames: Frames {
                count: frames,
                segments: plan.segments.len(),
                times: plan.frames.iter().filter_map(|frame| Some(frame.time.as_ref()?.rfc3339())).collect(),
                side: resolved.times_awaited_of().map(|(side, _)| side),
                times_of: resolved.times_awaited_of().map(|(_, layer)| layer.to_owned()),
                values_of: resolved.values_awaited_of().map(str::to_owned),
                values: match resolved.runs_along_values() {
                    true => plan.frames.iter().filter_map(|frame| frame.time_text.clone()).collect(),
                    false => Vec::new(),
                },
            },
            layers: plan
                .layers
                .iter()
                .enumerate()
                .map(|(i, planned)| described(resolved, i, planned, frames))
                .collect(),
            documents,
            upstream_requests: pictures(resolved, plan) + documents,
            legend_requests: plan.layers.iter().filter(|layer| layer.caption.legend.is_some()).count(),
            output: Output {
                format: output.format.name().to_owned(),
                fps: output.frame_rate_fps,
                duration_s: if output.format.is_animation() { plan.duration_s() } else { 0.0 },
                size_bytes: size_bytes as u64,
            },
            warnings: plan.warnings.iter().map(WarningView::from).collect(),
        }
    }

    /// For people, under a verdict.
    pub(crate) fn text(&self, verdict: &str) -> String {
        let Map { crs, width, height, bbox: [west, south, east, north] } = &self.map;
        let mut lines = vec![
            verdict.to_owned(),
            format!("map       {width} × {height} pixels, {crs}"),
            format!("          {west:.4}, {south:.4} to {east:.4}, {north:.4} degrees"),
            format!("frames    {}", self.frames.text()),
        ];
        if self.online && (2..=TIMES_LISTED_MAX).contains(&self.frames.times.len()) {
            lines.extend(self.frames.times.chunks(4).map(|row| format!("{:9} {}", "", row.join("  "))));
        }
        for (i, layer) in self.layers.iter().enumerate() {
            let heading = if i == 0 { "layers" } else { "" };
            lines.push(format!("{heading:9} {}", layer.text()));
        }
        lines.push(format!(
            "upstream  {} requests, {} of them for legends",
            self.upstream_requests, self.legend_requests
        ));
        let Output { format, fps, duration_s, size_bytes } = &self.output;
        let plays =
            if *duration_s > 0.0 { format!(", {fps} frames per second, {duration_s:.1} s") } else { String::new() };
        lines.push(format!("output    {format}{plays}, about {}", crate::config::size::in_words(*size_bytes)));
        if !self.online && self.documents > 0 {
            lines.push(
                "servers   not asked: whether they have these layers and times, `mapreel check --online` finds out"
                    .into(),
            );
        }
        for (i, warning) in grouped(&self.warnings).into_iter().enumerate() {
            let heading = if i == 0 { "warnings" } else { "" };
            lines.push(format!("{heading:9} {warning}"));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// What a request will cost, as far as that is known before its servers are asked. The plan that it is counted from has their
/// places empty, and is not kept.
pub(crate) struct Estimate {
    resolved: Resolved,
    plan: Plan,
    documents: usize,
}

impl Estimate {
    /// Of a request, or of a frame of it.
    ///
    /// # Errors
    /// It would cost more than the limits allow.
    pub(crate) fn of(request: &Request, view: View, limits: &Limits) -> Result<Self, Problems> {
        let resolved = Resolved::unasked(request);
        let plan = Plan::of_map_alone(&resolved, view, limits)?;
        Ok(Self { resolved, plan, documents: documents(request) })
    }

    /// Requests to upstreams.
    pub(crate) fn upstream_requests(&self) -> usize {
        pictures(&self.resolved, &self.plan) + self.documents
    }

    /// How many frames each segment has.
    pub(crate) fn frames_of_segments(&self) -> Vec<u32> {
        self.plan.segments.iter().map(|segment| segment.len() as u32).collect()
    }

    /// The same, for people.
    pub(crate) fn explanation(&self) -> Explanation {
        Explanation::made(&self.resolved, &self.plan, self.documents, false)
    }
}

/// Requests for pictures.
fn pictures(resolved: &Resolved, plan: &Plan) -> usize {
    // Without their times the pictures of all frames have one URL, and will have others.
    let of_frames = |(_, planned): (usize, &PlannedLayer)| layer(planned, 1).pictures * (plan.frames.len() - 1);
    let awaited = plan.layers.iter().enumerate().filter(|(index, _)| resolved.awaits_times(*index));
    plan.upstream_urls().len() + awaited.map(of_frames).sum::<usize>()
}

/// Documents that servers are asked for.
pub(crate) fn documents(request: &Request) -> usize {
    request.questions().into_iter().map(|question| question.url).collect::<HashSet<String>>().len()
}

/// Times of frames that are listed one by one for people.
const TIMES_LISTED_MAX: usize = 24;

impl Frames {
    fn text(&self) -> String {
        let count = match (self.count, self.segments) {
            (count, 1) => count.to_string(),
            (count, segments) => format!("{count} in {segments} segments"),
        };
        match (&self.times_of, &self.times[..]) {
            (Some(layer), _) => {
                let side = self.side.unwrap_or(Side::Last);
                format!("{count}: the {side} times of `{layer}`, known when the server is asked")
            }
            (None, []) => match (&self.values_of, &self.values[..]) {
                (Some(dimension), _) => format!("all values of `{dimension}`, known when the servers are asked"),
                (None, []) => format!("{count}, without a time"),
                (None, [only]) => format!("{count}, at {only}"),
                (None, [first, .., last]) => format!("{count}, {first} to {last}"),
            },
            (None, [only]) => format!("{count}, at {only}"),
            (None, [first, .., last]) => format!("{count}, {first} to {last}"),
        }
    }
}

impl Layer {
    fn text(&self) -> String {
        let times = match &self.times[..] {
            [] => String::new(),
            [only] => format!(", time {only}"),
            [first, .., last] => {
                let distinct = self.times.iter().collect::<HashSet<_>>().len();
                let count = if distinct < self.times.len() { format!("{distinct} different ") } else { String::new() };
                format!(", {count}times {first} to {last}")
            }
        };
        let unsure = if self.server_unasked && !self.times.is_empty() { ", where the server has them" } else { "" };
        format!("{}: {}{times}{unsure}", self.name, self.what)
    }
}

/// The warnings for people: what is said of several frames of a layer stands in one line.
fn grouped(warnings: &[WarningView]) -> Vec<String> {
    let mut lines: Vec<(&WarningView, usize)> = Vec::new();
    for warning in warnings {
        let same = |known: &WarningView| {
            known.frame.is_some()
                && warning.frame.is_some()
                && (&known.layer, &known.code) == (&warning.layer, &warning.code)
        };
        match lines.iter_mut().find(|(known, _)| same(known)) {
            Some((_, more)) => *more += 1,
            None => lines.push((warning, 0)),
        }
    }
    let line = |(WarningView { layer, frame, message, .. }, more): (&WarningView, usize)| {
        let of = layer.clone().into_iter();
        let frame = frame.map(|frame| format!("frame {frame}"));
        let place: Vec<String> = of.chain(frame).collect();
        let place = if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
        let more = match more {
            0 => String::new(),
            1 => "; and 1 frame more".to_owned(),
            more => format!("; and {more} frames more"),
        };
        format!("{place}{message}{more}")
    };
    lines.into_iter().map(line).collect()
}

/// A layer; while its server has not been asked, with what is not known of it.
fn described(resolved: &Resolved, index: usize, planned: &PlannedLayer, frames: usize) -> Layer {
    let mut described = layer(planned, frames);
    described.server_unasked = resolved.layers[index].is_unasked;
    let is_undescribed = match &planned.drawing {
        LayerSource::Missing(_) => true,
        LayerSource::Pictures(_) => described.pictures == 0,
        _ => false,
    };
    if described.server_unasked && is_undescribed {
        described.what = "described by a document that is to be fetched".to_owned();
    }
    if resolved.awaits_times(index) && described.pictures > 0 {
        let of = match frames {
            1 => "of the time that its server calls the default",
            _ => "over all frames, whose times are known when its server is asked",
        };
        described.pictures *= frames;
        described.what = format!("{} {of}", in_pictures(described.pictures));
    }
    described
}

fn layer(layer: &PlannedLayer, frames: usize) -> Layer {
    let (what, pictures) = match &layer.drawing {
        LayerSource::Pictures(Series::Same(mosaic)) => {
            let count = mosaic.pieces.len();
            let same = if frames > 1 { ", the same in every frame" } else { "" };
            (format!("{}{same}", in_pictures(count)), count)
        }
        LayerSource::Pictures(Series::PerFrame(mosaics)) => {
            let count = mosaics.iter().map(|mosaic| mosaic.pieces.len()).sum();
            (format!("{} over all frames", in_pictures(count)), count)
        }
        LayerSource::Features(features) if features.vary() => ("features that change with time".to_owned(), 0),
        LayerSource::Features(_) => ("features".to_owned(), 0),
        LayerSource::NaturalEarth(_) | LayerSource::Graticule(_) => ("built in".to_owned(), 0),
        LayerSource::Missing(_) => ("cannot be drawn".to_owned(), 0),
    };
    let times = layer.caption.times_used.iter().flatten().cloned().collect();
    Layer { name: layer.caption.name.clone(), what, pictures, times, server_unasked: false }
}

fn in_pictures(count: usize) -> String {
    format!("{count} picture{}", if count == 1 { "" } else { "s" })
}
