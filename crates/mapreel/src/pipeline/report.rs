//! The manifest of a run: what was drawn, and all gaps.

use super::gap_log::LayerGap;
use super::prepare::Prepared;
use super::stored_plan::plan_sha256;
use crate::config::fonts;
use mapreel_ogc::without_secrets;
use mapreel_render::Scene;
use mapreel_spec::manifest::{Artifact, Dimension, Frame, Layer, Layout, Legend, Manifest, Map, Outcome, Warning};
use mapreel_spec::{Gap, GapKind, LayerSource, LegendBox, LegendPlace, PageLayout, Plan, PlannedLayer, Room};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A warning as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WarningView {
    /// A stable word, such as `layer_unavailable` or `text_missing_glyphs`; `more`: there are others in the manifest.
    pub code: String,
    /// The layer; `null` when it concerns the whole map or page.
    pub layer: Option<String>,
    /// The frame, counted from 1; `null` for all.
    pub frame: Option<usize>,
    /// What happened.
    pub message: String,
}

impl From<&Warning> for WarningView {
    fn from(Warning { code, layer, frame, message }: &Warning) -> Self {
        Self { code: code.to_string(), layer: layer.clone(), frame: *frame, message: message.clone() }
    }
}

/// The facts of the file.
pub(crate) fn artifact(scene: &Scene, size_bytes: u64, sha256: String) -> Artifact {
    let plan = scene.plan();
    Artifact {
        format: plan.output.format.name().into(),
        size_bytes,
        width: plan.layout.width,
        height: plan.layout.height,
        frames: plan.frames.len(),
        duration_s: if plan.output.format.is_animation() { plan.duration_s() } else { 0.0 },
        sha256,
    }
}

/// The whole manifest. `missing` are the gaps of single frames, sorted; `afterwards` are warnings that are known only at the end.
pub(crate) fn manifest(
    prepared: &Prepared,
    missing: &[LayerGap],
    afterwards: Vec<Warning>,
    artifact: Artifact,
    request_sha256: String,
) -> Manifest {
    let (scene, plan) = (&prepared.scene, prepared.plan());
    let mut gaps: HashMap<(Option<usize>, usize), &Gap> = HashMap::new();
    for missing in prepared.missing.iter().chain(missing) {
        gaps.entry((missing.frame, missing.layer)).or_insert(&missing.gap);
    }
    let gap =
        |frame: usize, layer: usize| gaps.get(&(None, layer)).or_else(|| gaps.get(&(Some(frame), layer))).copied();
    let frame = |index: usize| Frame {
        index: index + 1,
        map_time: plan.frames[index].shown.as_ref().map(|time| time.rfc3339()),
        value: plan.frames[index].value.clone(),
        layers: plan
            .layers
            .iter()
            .enumerate()
            .map(|(i, planned)| layer(planned, scene, index, gap(index, i)))
            .collect(),
    };
    Manifest {
        layout: layout(plan),
        map: Map { crs: plan.map.crs.code(), bbox: plan.map.bbox, resolution: plan.map.resolution() },
        artifact,
        frames: (0..plan.frames.len()).map(frame).collect(),
        warnings: warnings(prepared, missing, afterwards),
        plan_sha256: plan_sha256(plan),
        generator: concat!("mapreel ", env!("CARGO_PKG_VERSION")).to_owned(),
        request_sha256,
    }
}

fn layout(plan: &Plan) -> Layout {
    let PageLayout { width, height, map, header, legends, plate, attribution, .. } = &plan.layout;
    let legend = |legend: &LegendBox| Legend {
        layer: plan.layers[legend.layer].caption.name.clone(),
        title_box: legend.title,
        text_px: legend.form.text_px,
        place: legend.picture,
    };
    Layout {
        size: [*width, *height],
        map: *map,
        header: *header,
        legends: legends.iter().map(legend).collect(),
        plate: *plate,
        attribution: *attribution,
    }
}

/// The warnings of everything that is not as it was asked for; those of all frames come first.
pub(crate) fn warnings(prepared: &Prepared, missing: &[LayerGap], afterwards: Vec<Warning>) -> Vec<Warning> {
    let plan = prepared.plan();
    let legend_warnings = prepared.legends.iter().filter_map(|legend| {
        let why = legend.art.as_ref().err()?.clone();
        Some(Warning::of_layer("legend_unavailable", &plan.layers[legend.layer].caption.name, why.0))
    });
    let left_out = prepared.legends.iter().filter_map(|legend| left_out(plan, legend.layer));
    // If a layer lies outside of the map in all frames, the plan has one warning for all of them.
    let is_said =
        |missing: &&LayerGap| missing.gap.kind == GapKind::Outside && plan.layers[missing.layer].outside.is_some();
    let gaps = prepared.missing.iter().chain(missing).filter(|missing| !is_said(missing));
    let layer_warnings = gaps.map(|missing| Warning {
        code: code(missing.gap.kind).into(),
        layer: Some(plan.layers[missing.layer].caption.name.clone()),
        frame: missing.frame.map(|index| index + 1),
        message: missing.gap.why.clone(),
    });
    let named = prepared.missing.iter().chain(missing).map(|missing| missing.layer);
    let boxes = fonts::warnings(&prepared.scene.missing_glyphs(named));
    let of_plan = plan.warnings.iter().cloned().chain(boxes);
    layer_warnings.chain(of_plan).chain(afterwards).chain(legend_warnings).chain(left_out).collect()
}

/// The warning of a legend for which a canvas has no room.
fn left_out(plan: &Plan, layer: usize) -> Option<Warning> {
    let is_shown = plan.layout.legends.iter().any(|legend| legend.layer == layer);
    let Room::Canvas(canvas) = plan.room else { return None };
    if is_shown || plan.texts.legends == LegendPlace::None {
        return None;
    }
    let why = format!("there is no room for it on {} × {} pixels", canvas.width, canvas.height);
    Some(Warning::of_layer("legend_left_out", &plan.layers[layer].caption.name, why))
}

fn code(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Missing => "layer_unavailable",
        GapKind::Held { .. } => "layer_held",
        GapKind::Empty => "layer_empty",
        GapKind::Outside => "layer_outside",
    }
}

fn layer(planned: &PlannedLayer, scene: &Scene, index: usize, gap: Option<&Gap>) -> Layer {
    let (outcome, shown) = match gap.map(|gap| gap.kind) {
        None => (Outcome::Drawn, Some(index)),
        Some(GapKind::Missing | GapKind::Outside) => (Outcome::Marked, None),
        Some(GapKind::Held { from }) => (Outcome::Held, Some(from)),
        Some(GapKind::Empty) => (Outcome::Empty, Some(index)),
    };
    let url = match &planned.drawing {
        LayerSource::Pictures(series) => {
            let pieces = &series.at(shown.unwrap_or(index)).pieces;
            pieces.first().map(|piece| without_secrets(&piece.url))
        }
        _ => None,
    };
    let time = scene.plan().frames[index].time.as_ref();
    let dimensions = planned.dimensions.at(shown.unwrap_or(index));
    Layer {
        title: planned.caption.name.clone(),
        time_asked: time.filter(|_| planned.caption.has_times()).map(|time| time.rfc3339()),
        time_used: shown.and_then(|frame| planned.caption.times_used.at(frame).clone()),
        run: dimensions.iter().find(|dimension| dimension.is_run).and_then(|run| run.used.clone()),
        dimensions: dimensions.iter().map(Dimension::from).collect(),
        outcome,
        url,
        reason: gap.map(|gap| gap.why.clone()),
    }
}

/// The warnings for people: one line for each layer and reason, with the number of frames.
pub(crate) fn summary(manifest: &Manifest) -> Vec<String> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for warning in &manifest.warnings {
        let (what, how) = match &*warning.code {
            "legend_unavailable" | "legend_left_out" => ("legend of layer", ""),
            "layer_held" => ("layer", "held: "),
            _ => ("layer", ""),
        };
        let text = match &warning.layer {
            Some(layer) => format!("{what} `{layer}`: {how}{}", warning.message),
            None => warning.message.clone(),
        };
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
