//! The manifest: what was really drawn, as plain data for JSON.

use crate::resolved::dimension_value::DimensionValue;
use mapreel_geo::Bbox;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A box in pixels: left, top, width, height, from the upper left corner of the picture.
pub type PixelBox = [u32; 4];

/// What was drawn, frame by frame and layer by layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// The boxes on the picture.
    pub layout: Layout,
    /// The area of the map.
    pub map: Map,
    /// The file.
    pub artifact: Artifact,
    /// Every frame, in order.
    pub frames: Vec<Frame>,
    /// Everything that could not be drawn: the outcomes of the frames, collected.
    pub warnings: Vec<Warning>,
    /// SHA-256 of the plan that was drawn, in hexadecimal: equal plans from equal pictures make equal files.
    pub plan_sha256: String,
    /// The program and its version.
    pub generator: String,
    /// SHA-256 of the request document, in hexadecimal.
    pub request_sha256: String,
}

/// The boxes on the picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layout {
    /// Width and height of the picture in pixels.
    pub size: [u32; 2],
    /// The map, without its frame line.
    pub map: PixelBox,
    /// Title, map time and the lines of the layers.
    pub header: PixelBox,
    /// The legends.
    pub legends: Vec<Legend>,
    /// The plate of legends that stand on the map; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate: Option<PixelBox>,
    /// The credits at the foot; absent when there are none.
    pub attribution: Option<PixelBox>,
}

/// The boxes of a legend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Legend {
    /// The name of its layer.
    pub layer: String,
    /// Its title.
    pub title_box: PixelBox,
    /// The size of its text in pixels, where Mapreel draws the legend.
    pub text_px: f32,
    /// Its picture, or the text that it is missing.
    #[serde(rename = "box")]
    pub place: PixelBox,
}

/// The area of the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Map {
    /// The CRS of the bbox.
    pub crs: &'static str,
    /// West, south, east, north edge of the map box, in the CRS's units.
    pub bbox: Bbox,
    /// Units per pixel, eastwards and northwards.
    pub resolution: [f64; 2],
}

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// `png`, `jpeg`, `webp`, `mp4` or `gif`.
    pub format: Cow<'static, str>,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The number of frames.
    pub frames: usize,
    /// How long it plays, in seconds; 0 for an image.
    pub duration_s: f64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Frame {
    /// Counted from 1.
    pub index: usize,
    /// The time that the header shows, RFC 3339 in UTC.
    pub map_time: Option<String>,
    /// The value that the header shows, where the film runs along a dimension instead of time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Its layers, bottom first.
    pub layers: Vec<Layer>,
}

/// One layer in one frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layer {
    /// Its title, or its name where it has no title.
    pub title: String,
    /// The frame's time, where the layer changes with time.
    pub time_asked: Option<String>,
    /// The time that the source was asked for, as the source writes it, or the time of the newest feature drawn.
    pub time_used: Option<String>,
    /// The values of other dimensions that it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// The forecast run that the source was asked for, as the source writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The outcome: drawn or not.
    pub outcome: Outcome,
    /// The first URL of its pictures, without secrets.
    pub url: Option<String>,
    /// Why it was not drawn.
    pub reason: Option<String>,
}

/// The value of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dimension {
    /// Its name, as the server writes it.
    pub name: String,
    /// The value in the request; absent where the request names none.
    pub asked: Option<String>,
    /// The value that the server was asked for, as the server writes it; absent where none was sent.
    pub used: Option<String>,
    /// Units of the values.
    pub units: Option<String>,
}

impl From<&DimensionValue> for Dimension {
    fn from(value: &DimensionValue) -> Self {
        let DimensionValue { name, asked, used, units, .. } = value.clone();
        Self { name, asked, used, units }
    }
}

/// The outcome of a layer in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Drawn.
    Drawn,
    /// Missing, or drawn only in part; the frame has a notice.
    Marked,
    /// Shown as in an earlier frame; the frame has a notice.
    Held,
    /// Drawn, but the picture is empty; the frame has a notice.
    Empty,
}

/// A difference between the request and what was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// `layer_unavailable`, `layer_held`, `layer_empty`, `layer_outside`, `layer_partial`, `time_unconfirmed`,
    /// `dimension_unconfirmed`, `run_gone`, `legend_unavailable`, `legend_left_out`, `canvas_rounded`, `axis_entry_ignored`, `default_not_offered`,
    /// `text_missing_glyphs` or another that docs/API.md tells.
    pub code: Cow<'static, str>,
    /// The name of the layer; absent where the warning is about the whole map or page.
    pub layer: Option<String>,
    /// The frame, counted from 1; absent where the warning is about all frames.
    pub frame: Option<usize>,
    /// What happened.
    pub message: String,
}

impl Warning {
    /// A warning about all frames of a layer.
    pub fn of_layer(code: &'static str, layer: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), layer: Some(layer.to_owned()), frame: None, message: message.into() }
    }

    /// A warning about the whole map or page.
    pub fn of_map(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: code.into(), layer: None, frame: None, message: message.into() }
    }
}
