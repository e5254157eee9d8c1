//! The manifest of a run: what was drawn, and everything that was not.

use crate::missing::Missing;
use crate::prepare::Prepared;
use mapreel_render::Scene;
use mapreel_spec::manifest::{Artifact, Frame, Layer, Manifest, Map, Outcome, Warning};
use mapreel_spec::{Drawing, PlannedLayer, wms};
use std::collections::HashMap;

/// The facts of the file.
pub(crate) fn artifact(scene: &Scene, size_bytes: u64, sha256: String) -> Artifact {
    let plan = scene.plan();
    Artifact {
        format: plan.output.format.name().into(),
        size_bytes,
        width: scene.layout().width,
        height: scene.layout().height,
        frames: plan.frames.len(),
        duration_s: if plan.output.format.is_animation() { plan.duration_s() } else { 0.0 },
        sha256,
    }
}

/// The whole manifest; `missing` is what is missing in some frame, sorted.
pub(crate) fn manifest(
    prepared: &Prepared,
    missing: Vec<Missing>,
    artifact: Artifact,
    request_sha256: String,
) -> Manifest {
    let (scene, plan) = (&prepared.scene, prepared.plan());
    // What concerns all frames stands first.
    let missing: Vec<&Missing> = prepared.missing.iter().chain(&missing).collect();
    let mut reasons: HashMap<(Option<usize>, usize), &str> = HashMap::new();
    for gap in &missing {
        reasons.entry((gap.frame, gap.layer)).or_insert(&gap.why);
    }
    let reason = |frame: usize, layer: usize| {
        reasons.get(&(None, layer)).or_else(|| reasons.get(&(Some(frame), layer))).map(|why| (*why).to_owned())
    };
    let frame = |index: usize| Frame {
        index: index + 1,
        map_time: plan.frames[index].time.as_ref().map(|time| time.rfc3339()),
        layers: plan
            .layers
            .iter()
            .enumerate()
            .map(|(i, planned)| layer(planned, scene, index, reason(index, i)))
            .collect(),
    };
    let legend_warnings = prepared.legends.iter().filter_map(|legend| {
        let message = legend.picture.as_ref().err()?.clone();
        Some(Warning {
            code: "legend_unavailable".into(),
            layer: plan.layers[legend.layer].name.clone(),
            frame: None,
            message,
        })
    });
    let layer_warnings = missing.iter().map(|gap| Warning {
        code: "layer_unavailable".into(),
        layer: plan.layers[gap.layer].name.clone(),
        frame: gap.frame.map(|index| index + 1),
        message: gap.why.clone(),
    });
    Manifest {
        layout: scene.layout().manifest(plan),
        map: Map { crs: plan.map.crs.code(), bbox: plan.map.bbox, resolution: plan.map.resolution() },
        artifact,
        frames: (0..plan.frames.len()).map(frame).collect(),
        warnings: layer_warnings.chain(legend_warnings).collect(),
        generator: concat!("mapreel ", env!("CARGO_PKG_VERSION")).to_owned(),
        request_sha256,
    }
}

fn layer(planned: &PlannedLayer, scene: &Scene, index: usize, reason: Option<String>) -> Layer {
    let url = match &planned.drawing {
        Drawing::Pictures(series) => series.at(index).pieces.first().map(|piece| wms::without_secrets(&piece.url)),
        _ => None,
    };
    let time_used = planned.times_used.at(index).clone();
    let time = scene.plan().frames[index].time.as_ref();
    Layer {
        title: planned.name.clone(),
        time_asked: time_used.as_ref().and(time).map(|time| time.rfc3339()),
        time_used: if reason.is_none() { time_used } else { None },
        outcome: if reason.is_none() { Outcome::Drawn } else { Outcome::Marked },
        url,
        reason,
    }
}

/// The warnings for people: one line for each layer and reason, with how often.
pub(crate) fn summary(manifest: &Manifest) -> Vec<String> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for warning in &manifest.warnings {
        let what = if warning.code == "legend_unavailable" { "legend of layer" } else { "layer" };
        let text = format!("{what} `{}`: {}", warning.layer, warning.message);
        let count = if warning.frame.is_some() { 1 } else { 0 };
        match lines.iter_mut().find(|(known, _)| *known == text) {
            Some((_, frames)) => *frames += count,
            None => lines.push((text, count)),
        }
    }
    let total = manifest.frames.len();
    let line = |(text, frames): (String, usize)| {
        if frames > 0 && total > 1 { format!("{text} (on {frames} of {total} frames)") } else { text }
    };
    lines.into_iter().map(line).collect()
}
