//! The style of features: simplestyle-spec 1.1.

use crate::request::colour::Colour;
use crate::request::limits::Limits;
use crate::request::read::Fields;
use crate::schema::fields::fields;
use crate::schema::numbers::Hundredths;
use crate::schema::texts::ColourCode;
use crate::schema::words::words;
use serde::{Deserialize, Serialize};

/// The style of a feature. Lengths are in pixels of a picture whose text is 13 pixels high.
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

/// The diameters of markers: small, medium, large.
const MARKER_DIAMETERS: [f32; 3] = [6.0, 10.0, 15.0];

#[derive(Debug, Clone, Copy)]
pub(crate) enum MarkerSize {
    Small,
    Medium,
    Large,
}

words! { MarkerSize: "small" => Small, "medium" => Medium, "large" => Large }

fields! {
    /// How features are drawn, by [simplestyle-spec 1.1](https://github.com/mapbox/simplestyle-spec); features' own properties win.
    pub(crate) struct StyleFields {
        /// Colour of lines and outlines.
        stroke: ColourCode, default "#555555";
        /// Their opacity.
        stroke_opacity as "stroke-opacity": Hundredths<0, 100>, default "1";
        /// Their width, in pixels of a picture whose text is 13 pixels high.
        stroke_width as "stroke-width": Hundredths<0, 10_000>, default "2";
        /// Colour of areas.
        fill: ColourCode, default "#555555";
        /// Their opacity.
        fill_opacity as "fill-opacity": Hundredths<0, 100>, default "0.6";
        /// Colour of points.
        marker_color as "marker-color": ColourCode, default "#7e7e7e";
        /// How large points are.
        marker_size as "marker-size": MarkerSize, default "medium";
    }
}

/// The style in these fields, of a layer or a feature; fields that are absent keep the values of `style`. Other properties are the
/// author's own.
pub(crate) fn read(fields: &Fields, mut style: Style) -> Style {
    // No limit of requests applies to a style.
    let read = StyleFields::read(fields, &Limits::DEFAULT);
    let keep_alpha = |new: Colour, old: Colour| if new.a == 255 { Colour { a: old.a, ..new } } else { new };
    if let Some(c) = read.stroke.value() {
        style.stroke = keep_alpha(c, style.stroke);
    }
    if let Some(o) = read.stroke_opacity.value() {
        style.stroke.a = (o * 255.0).round() as u8;
    }
    if let Some(width) = read.stroke_width.value() {
        style.stroke_width = width as f32;
    }
    if let Some(c) = read.fill.value() {
        style.fill = keep_alpha(c, style.fill);
    }
    if let Some(o) = read.fill_opacity.value() {
        style.fill.a = (o * 255.0).round() as u8;
    }
    if let Some(c) = read.marker_color.value() {
        style.marker = c;
    }
    if let Some(size) = read.marker_size.value() {
        style.marker_diameter = MARKER_DIAMETERS[size as usize];
    }
    style
}
