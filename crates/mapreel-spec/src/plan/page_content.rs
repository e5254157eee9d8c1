//! The page beside the map: the title, the time of each frame, the captions of layers. It is known after the servers have answered
//! and before pictures are planned, and it does not depend on the size of the map. So it can be measured first, and the map gets
//! the space that it leaves.

use super::caption::Caption;
use super::frame::Frame;
use super::page_texts::PageTexts;
use super::view::View;
use crate::layers::resolved_layer::{Moments, ResolvedLayer};
use crate::request::appearance::OnError;
use crate::request::limits::Limits;
use crate::request::problem::{Problem, Problems};
use crate::request::room::Room;
use crate::resolved::dimension::with_units;
use crate::resolved::labels::labels;
use crate::resolved::resolved::{Along, Resolved};
use crate::resolved::series::Series;
use crate::vector::colour_bar::ColourBar;
use mapreel_geo::ValidTime;

/// The page beside the map, frame by frame.
#[derive(Debug, Clone, PartialEq)]
pub struct PageContent {
    /// The texts that are the same in every frame.
    pub texts: PageTexts,
    /// The frames in order; at least one.
    pub frames: Vec<Frame>,
    /// The caption of each layer, bottom first.
    pub captions: Vec<Caption>,
}

impl PageContent {
    /// The page beside the map, in the frames of a view.
    ///
    /// # Errors
    /// The frames would cost more than the limits allow. The error has every problem.
    pub fn of(resolved: &Resolved, view: View, limits: &Limits) -> Result<Self, Problems> {
        let (chosen, times) = view.frames_of(resolved);
        within(resolved, view, chosen.len(), limits)?;
        let moments = Moments { frames: &chosen, times: &times, style: &resolved.header.times };
        let captions: Vec<Caption> = resolved.layers.iter().map(|layer| caption(layer, &moments)).collect();
        let shown = time_of_data(resolved, &times, &captions);
        Ok(Self {
            texts: PageTexts::of(resolved),
            frames: chosen.iter().map(|index| frame(*index, shown.as_ref(), resolved)).collect(),
            captions,
        })
    }
}

/// Frame `index` of the whole film.
fn frame(index: usize, of_data: Option<&ValidTime>, resolved: &Resolved) -> Frame {
    let (time, header, along) = (&resolved.frames.times[index], &resolved.header, &resolved.frames.along);
    let shown = time.as_ref().or(of_data).filter(|_| along.is_none());
    let text = |time: &ValidTime| match header.time_prefix {
        Some(prefix) => format!("{prefix}{}", time.text()),
        None => header.times.show(time),
    };
    let value = along.as_ref().and_then(|along| along.values.get(index)).cloned();
    let value_text = value.as_ref().zip(along.as_ref()).map(|(value, Along { dimension, .. })| {
        let units = resolved.layers.iter().find_map(|layer| layer.kind.axes()?.dimensions.units(dimension));
        capitalised(&with_units(dimension, value, units.as_deref(), &header.times))
    });
    Frame { time: time.clone(), value, shown: shown.cloned(), time_text: shown.map(text).or(value_text) }
}

fn caption(layer: &ResolvedLayer, moments: &Moments<'_>) -> Caption {
    let (times_used, numbers) = (layer.kind.times_used(moments), moments.style.numbers());
    let of_frame = |(i, frame): (usize, &usize)| {
        labels(layer, *frame, moments.times[i].as_ref(), times_used.at(i).as_deref(), moments.style)
    };
    let labels = Series::new(moments.frames.iter().enumerate().map(of_frame).collect());
    // A layer without a title gets a line in the header where its data have another time than the frame.
    let is_marked = labels.iter().any(|labels| labels.iter().any(|label| label.marked));
    Caption {
        title: layer.title.clone().or_else(|| is_marked.then(|| layer.name.clone())),
        name: layer.name.clone(),
        is_named: layer.is_named,
        labels,
        times_used,
        legend: layer.legend.clone().map(|legend| legend.in_words(&numbers)),
        colour_bar: layer.colour_bar.clone().map(|bar| ColourBar { numbers, ..bar }),
        attribution: layer.attribution.clone(),
        has_pictures: !layer.kind.is_drawn_here() && layer.kind.gap().is_none(),
        may_be_held: layer.on_error == OnError::Hold && moments.frames.len() > 1,
    }
}

/// Checks the number of frames, the size of the map and the request's own features, before pictures are planned.
fn within(resolved: &Resolved, view: View, frames: usize, limits: &Limits) -> Result<(), Problems> {
    let (room, format) = (view.room_of(resolved), view.format_of(resolved));
    let mut problems = Vec::new();
    if frames > limits.frames_max {
        let detail = format!("{frames} frames; the limit is {}", limits.frames_max);
        problems.push(Problem::with_hint("/animate", "too_many", detail, "name the values that the film shall show"));
    }
    let [width, height] = room.map_max();
    let pixels = u64::from(width) * u64::from(height);
    let cost_mpx = frames as u64 * pixels * (resolved.layers.len() as u64 + 1) / 1_000_000;
    if cost_mpx > limits.cost_mpx_max {
        let detail = format!(
            "{frames} frames × pixels × layers come to {cost_mpx} million; the limit is {}",
            limits.cost_mpx_max
        );
        problems.push(Problem::with_hint("", "too_large", detail, "fewer frames, or a smaller map"));
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
        problems.push(Problem::with_hint("/layers", "too_large", detail, &hint));
    }
    if let Some(why) = format.why_not([width, height]) {
        let pointer = if matches!(room, Room::Map(_)) { "/map" } else { "/output" };
        problems.push(Problem::with_hint(pointer, "too_large", why, "header and legends included"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

/// The time of an image's data, where the request names none: the servers confirm it, and all layers with times have the same.
fn time_of_data(resolved: &Resolved, times: &[Option<ValidTime>], captions: &[Caption]) -> Option<ValidTime> {
    let [None] = times else { return None };
    let timed = resolved.layers.iter().zip(captions);
    let timed = timed.filter(|(layer, caption)| layer.kind.axes().is_some() && caption.has_times());
    let mut times = timed.map(|(_, caption)| {
        let marked = caption.labels.at(0).iter().any(|label| label.marked);
        ValidTime::parse(caption.times_used.at(0).as_deref()?).ok().filter(|_| !marked)
    });
    let first = times.next()??;
    times.all(|time| time.as_ref() == Some(&first)).then_some(first)
}

/// A text with a capital as its first letter.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
