//! What a request would draw and fetch, found out without fetching anything.

use crate::report::WarningView;
use mapreel_spec::{Animation, Crs, Drawing, Format, Plan, PlannedLayer, Series};
use serde::Serialize;

/// Bytes for each pixel of a frame, as real maps came out.
const STILL_BYTES_PER_PX: f64 = 0.5;
const MP4_BYTES_PER_PX: f64 = 0.04;
const GIF_BYTES_PER_PX: f64 = 0.15;

/// What a request would draw and fetch.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Explanation {
    /// Always true: what is not valid is a problem.
    valid: bool,
    map: Map,
    frames: Frames,
    layers: Vec<Layer>,
    /// Requests to upstreams for the whole job, legends and documents included.
    pub upstream_requests: usize,
    /// Those of them for legends.
    pub legend_requests: usize,
    output: Output,
    /// What will not be as it was asked for, as far as it is known before.
    warnings: Vec<WarningView>,
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
    /// The times that will be asked for, as they will be written.
    times: Vec<String>,
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
    pub(crate) fn new(animation: &Animation, plan: &Plan) -> Self {
        let (map, output) = (&plan.map, &plan.output);
        let degrees = map.bbox.convert(map.crs, Crs::Geographic);
        let bbox = degrees.map_or([f64::NAN; 4], <[f64; 4]>::from);
        let per_px = match output.format {
            Format::Mp4 => MP4_BYTES_PER_PX,
            Format::Gif => GIF_BYTES_PER_PX,
            _ => STILL_BYTES_PER_PX,
        };
        let size_bytes = f64::from(map.width) * f64::from(map.height) * plan.frames.len() as f64 * per_px;
        Self {
            valid: true,
            map: Map { crs: map.crs.code().to_owned(), width: map.width, height: map.height, bbox },
            frames: Frames {
                count: plan.frames.len(),
                segments: plan.segments.len(),
                times: plan.frames.iter().filter_map(|frame| Some(frame.time.as_ref()?.rfc3339())).collect(),
            },
            layers: plan.layers.iter().map(layer).collect(),
            upstream_requests: plan.upstream_urls().len() + animation.documents().len(),
            legend_requests: plan.layers.iter().filter(|layer| layer.legend.is_some()).count(),
            output: Output {
                format: output.format.name().to_owned(),
                fps: output.frame_rate_fps,
                duration_s: if output.format.is_animation() { plan.duration_s() } else { 0.0 },
                size_bytes: size_bytes as u64,
            },
            warnings: plan.warnings.iter().map(WarningView::from).collect(),
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let Map { crs, width, height, bbox: [west, south, east, north] } = &self.map;
        let frames = match &self.frames.times[..] {
            [] => "1, without a time".to_owned(),
            [only] => format!("1, at {only}"),
            [first, .., last] => {
                format!("{} in {} segments, {first} to {last}", self.frames.count, self.frames.segments)
            }
        };
        let mut lines = vec![
            "The request is valid.".to_owned(),
            format!("map       {width} × {height} pixels, {crs}"),
            format!("          {west:.4}, {south:.4} to {east:.4}, {north:.4} degrees"),
            format!("frames    {frames}"),
        ];
        for (i, layer) in self.layers.iter().enumerate() {
            let times = match &layer.times[..] {
                [] => String::new(),
                [only] => format!(", time {only}"),
                [first, .., last] => format!(", times {first} to {last}"),
            };
            let heading = if i == 0 { "layers" } else { "" };
            lines.push(format!("{heading:9} {}: {}{times}", layer.name, layer.what));
        }
        lines.push(format!(
            "upstream  {} requests, {} of them for legends",
            self.upstream_requests, self.legend_requests
        ));
        let Output { format, fps, duration_s, size_bytes } = &self.output;
        let plays =
            if *duration_s > 0.0 { format!(", {fps} frames per second, {duration_s:.1} s") } else { String::new() };
        lines.push(format!("output    {format}{plays}, about {}", crate::cli::bytes(*size_bytes)));
        for (i, WarningView { layer, message, .. }) in self.warnings.iter().enumerate() {
            let heading = if i == 0 { "warnings" } else { "" };
            let of = layer.as_ref().map(|layer| format!("{layer}: ")).unwrap_or_default();
            lines.push(format!("{heading:9} {of}{message}"));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

fn layer(layer: &PlannedLayer) -> Layer {
    let (what, pictures) = match &layer.drawing {
        Drawing::Pictures(Series::Same(mosaic)) => {
            let count = mosaic.pieces.len();
            (format!("{}, the same in every frame", pictures(count)), count)
        }
        Drawing::Pictures(Series::PerFrame(mosaics)) => {
            let count = mosaics.iter().map(|mosaic| mosaic.pieces.len()).sum();
            (format!("{} over all frames", pictures(count)), count)
        }
        Drawing::Features(features) if features.vary() => ("features that change with time".to_owned(), 0),
        Drawing::Features(_) => ("features".to_owned(), 0),
        Drawing::NaturalEarth(_) | Drawing::Graticule(_) => ("built in".to_owned(), 0),
        Drawing::Missing(_) => ("features to be fetched".to_owned(), 0),
    };
    let times = layer.times_used.iter().flatten().cloned().collect();
    Layer { name: layer.name.clone(), what, pictures, times }
}

fn pictures(count: usize) -> String {
    format!("{count} picture{}", if count == 1 { "" } else { "s" })
}
