//! A legend as JSON, in the form of GeoServer (its manual, GetLegendGraphic, "JSON Output Format"): a raster with its colour map.

use super::layer::{Layer, Style, UNIT};
use super::scale::{Kind, Scale};
use serde_json::{Value, json};

/// The document of a style's legend.
pub(crate) fn document(layer: &Layer, style: &Style) -> String {
    let scale = &style.scale;
    let (kind, entries) = match scale.kind {
        Kind::Ramp => ("ramp", ramp(scale)),
        Kind::Classes => ("intervals", intervals(scale)),
    };
    let colormap = json!({ "type": kind, "entries": entries });
    let rule = json!({ "name": style.name, "symbolizers": [{ "Raster": { "opacity": "1.0", "colormap": colormap } }] });
    json!({ "Legend": [{ "layerName": layer.name, "title": layer.title, "rules": [rule] }] }).to_string()
}

fn ramp(scale: &Scale) -> Vec<Value> {
    scale
        .values()
        .zip(scale.colours)
        .map(|(value, colour)| entry(&with_unit(value), &value.to_string(), *colour))
        .collect()
}

/// GeoServer gives an interval its upper end.
fn intervals(scale: &Scale) -> Vec<Value> {
    let ends: Vec<f32> = scale.values().collect();
    let label = |number: usize| match (number.checked_sub(1).map(|before| ends[before]), ends.get(number)) {
        (None, Some(to)) => format!("below {}", with_unit(*to)),
        (Some(from), Some(to)) => format!("{} to {}", number_text(from), with_unit(*to)),
        (Some(from), None) => format!("{} and above", with_unit(from)),
        (None, None) => String::new(),
    };
    let end = |number: usize| ends.get(number).map_or("Infinity".to_owned(), f32::to_string);
    scale.colours.iter().enumerate().map(|(number, colour)| entry(&label(number), &end(number), *colour)).collect()
}

fn entry(label: &str, quantity: &str, colour: u32) -> Value {
    json!({ "label": label, "quantity": quantity, "color": format!("#{colour:06x}"), "opacity": "1.0" })
}

fn with_unit(value: f32) -> String {
    format!("{} {UNIT}", number_text(value))
}

/// A number with the sign that people write.
fn number_text(value: f32) -> String {
    value.to_string().replace('-', "−")
}
