//! How features are drawn: simplestyle-spec 1.1.

use crate::request::colour::Colour;
use crate::request::read::{Fields, Node};
use serde::{Deserialize, Serialize};

/// How a feature is drawn; lengths in pixels of a picture whose text is 13 pixels high.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Style {
    /// Colour of lines and outlines.
    pub stroke: Colour,
    /// Width of lines and outlines.
    pub stroke_width: f32,
    /// Colour of areas.
    pub fill: Colour,
    /// Colour of points.
    pub marker: Colour,
    /// Diameter of points.
    pub marker_diameter: f32,
}

impl Default for Style {
    /// The defaults of simplestyle-spec 1.1.
    fn default() -> Self {
        Self {
            stroke: Colour::rgb(0x55, 0x55, 0x55),
            stroke_width: 2.0,
            fill: Colour::rgb(0x55, 0x55, 0x55).faded(0.6),
            marker: Colour::rgb(0x7e, 0x7e, 0x7e),
            marker_diameter: MARKER_DIAMETERS[1],
        }
    }
}

const MARKER_DIAMETERS: [f32; 3] = [6.0, 10.0, 15.0];

/// The layer's or a feature's style over another; other properties are the author's own.
pub(crate) fn read(fields: &Fields, mut style: Style) -> Style {
    let colour = |name| fields.optional(name).and_then(|node| read_colour(&node));
    let opacity = |name| fields.optional(name).and_then(|node| node.number(0.0, 1.0));
    let keep_alpha = |new: Colour, old: Colour| if new.a == 255 { Colour { a: old.a, ..new } } else { new };
    if let Some(c) = colour("stroke") {
        style.stroke = keep_alpha(c, style.stroke);
    }
    if let Some(o) = opacity("stroke-opacity") {
        style.stroke.a = (o * 255.0).round() as u8;
    }
    if let Some(width) = fields.optional("stroke-width").and_then(|node| node.number(0.0, 100.0)) {
        style.stroke_width = width as f32;
    }
    if let Some(c) = colour("fill") {
        style.fill = keep_alpha(c, style.fill);
    }
    if let Some(o) = opacity("fill-opacity") {
        style.fill.a = (o * 255.0).round() as u8;
    }
    if let Some(c) = colour("marker-color") {
        style.marker = c;
    }
    if let Some(size) = fields.optional("marker-size").and_then(|node| node.word(&["small", "medium", "large"])) {
        style.marker_diameter = MARKER_DIAMETERS[size];
    }
    style
}

fn read_colour(node: &Node) -> Option<Colour> {
    let text = node.string()?;
    let colour = Colour::parse(text);
    if colour.is_none() {
        node.invalid(format!("`{text}` is not a colour"), "write it like #1e90ff");
    }
    colour
}
