//! An explanation as text for people.

use super::explanation::{Explanation, Frames, Layer, Map, Output};
use crate::config::size;
use crate::pipeline::report::WarningView;
use mapreel_geo::Side;
use std::collections::HashSet;

/// The most times of frames that are listed one by one.
const TIMES_LISTED_MAX: usize = 24;

impl Explanation {
    /// The explanation for people, under a verdict.
    pub(crate) fn text(&self, verdict: &str) -> String {
        let Map { crs, width, height, bbox: [west, south, east, north] } = &self.map;
        let size = match self.output.size {
            Some([width, height]) => {
                format!(
                    "picture   {width} × {height} pixels, of which the map, {crs}, has what header and legends leave"
                )
            }
            None => format!("map       {width} × {height} pixels, {crs}"),
        };
        let mut lines = vec![
            verdict.to_owned(),
            size,
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
        let Output { format, fps, duration_s, size_bytes, .. } = &self.output;
        let plays =
            if *duration_s > 0.0 { format!(", {fps} frames per second, {duration_s:.1} s") } else { String::new() };
        lines.push(format!("output    {format}{plays}, about {}", size::in_words(*size_bytes)));
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

/// The warnings for people: equal warnings for several frames of a layer are one line.
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
