//! `mapreel check REQUEST.json`

use super::Ending;
use mapreel_spec::{Drawing, Limits, Plan, PlannedLayer, Series, parse_request};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request: a JSON file, or `-` for standard input.
    request: PathBuf,
}

/// Bytes for each pixel of a frame, as real maps came out.
const STILL_BYTES_PER_PX: f64 = 0.5;
const MP4_BYTES_PER_PX: f64 = 0.04;
const GIF_BYTES_PER_PX: f64 = 0.15;

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let limits = Limits::default();
    let document = super::read(&arguments.request)?;
    let animation = parse_request(&document, &limits)?;
    let plan = Plan::new(&animation, &limits)?;
    super::print(&explain(&plan, animation.documents().len()))?;
    Ok(Ending::Done)
}

/// Adds a line; writing to a string does not fail.
macro_rules! say {
    ($out:ident, $($text:tt)*) => {{ $out.push_str(&format!($($text)*)); $out.push('\n'); }};
}

/// What the plan would draw and fetch, for people.
fn explain(plan: &Plan, documents: usize) -> String {
    let mut out = String::new();
    let (map, output) = (&plan.map, &plan.output);
    let [west, south, east, north] =
        mapreel_spec::Bbox::convert(&map.bbox, map.crs, mapreel_spec::Crs::Geographic).into();
    say!(out, "The request is valid.");
    say!(out, "map       {} × {} pixels, {}", map.width, map.height, map.crs.code());
    say!(out, "          {west:.4}, {south:.4} to {east:.4}, {north:.4} degrees");
    let times: Vec<String> = plan.frames.iter().filter_map(|frame| Some(frame.time.as_ref()?.rfc3339())).collect();
    match &times[..] {
        [] => say!(out, "frames    1, without a time"),
        [only] => say!(out, "frames    1, at {only}"),
        [first, .., last] => {
            say!(out, "frames    {} in {} segments, {first} to {last}", times.len(), plan.segments.len())
        }
    }
    for (i, layer) in plan.layers.iter().enumerate() {
        say!(out, "{:9} {}", if i == 0 { "layers" } else { "" }, describe(layer));
    }
    let legends = plan.layers.iter().filter(|layer| layer.legend.is_some()).count();
    say!(out, "upstream  {} requests, {legends} of them for legends", plan.upstream_urls().len() + documents);
    let per_px = match output.format {
        mapreel_spec::Format::Mp4 => MP4_BYTES_PER_PX,
        mapreel_spec::Format::Gif => GIF_BYTES_PER_PX,
        _ => STILL_BYTES_PER_PX,
    };
    let size = f64::from(map.width) * f64::from(map.height) * plan.frames.len() as f64 * per_px;
    let plays = if output.format.is_animation() {
        format!(", {} frames per second, {:.1} s", output.frame_rate_fps, plan.duration_s())
    } else {
        String::new()
    };
    say!(out, "output    {}{plays}, about {}", output.format.name(), super::render::bytes(size as u64));
    out
}

fn describe(layer: &PlannedLayer) -> String {
    let what = match &layer.drawing {
        Drawing::Pictures(Series::Same(mosaic)) => {
            format!("{}, the same in every frame", pictures(mosaic.pieces.len()))
        }
        Drawing::Pictures(Series::PerFrame(mosaics)) => {
            let total = mosaics.iter().map(|mosaic| mosaic.pieces.len()).sum();
            format!("{} over all frames", pictures(total))
        }
        Drawing::Features(features) if features.vary() => "features that change with time".into(),
        Drawing::Features(_) => "features".into(),
        Drawing::NaturalEarth(_) | Drawing::Graticule(_) => "built in".into(),
        Drawing::Missing(_) => "features to be fetched".into(),
    };
    let used: Vec<&String> = layer.times_used.iter().flatten().collect();
    let times = match &used[..] {
        [] => String::new(),
        [only] => format!(", time {only}"),
        [first, .., last] => format!(", times {first} to {last}"),
    };
    format!("{}: {what}{times}", layer.name)
}

fn pictures(count: usize) -> String {
    format!("{count} picture{}", if count == 1 { "" } else { "s" })
}
