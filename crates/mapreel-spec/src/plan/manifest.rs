//! The manifest: what was really drawn. Plain data for JSON.

use crate::resolved::dimension_value::DimensionValue;
use mapreel_geo::Bbox;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A box in pixels: left, top, width, height, from the upper left corner of the picture.
pub type PixelBox = [u32; 4];

/// What was drawn, frame by frame and layer by layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// Where things stand on the picture.
    pub layout: Layout,
    /// What the map shows.
    pub map: Map,
    /// The file.
    pub artifact: Artifact,
    /// Every frame, in order.
    pub frames: Vec<Frame>,
    /// Everything that could not be drawn; the same as the outcomes of the frames, gathered.
    pub warnings: Vec<Warning>,
    /// SHA-256 of the plan that was drawn, in hexadecimal: equal plans from equal pictures make equal files.
    pub plan_sha256: String,
    /// The program and its version.
    pub generator: String,
    /// SHA-256 of the request document, in hexadecimal.
    pub request_sha256: String,
}

/// Where things stand on the picture.
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

/// Where a legend stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Legend {
    /// The layer that it explains.
    pub layer: String,
    /// Its title.
    pub title_box: PixelBox,
    /// The size of its text, where it is set here; in pixels.
    pub text_px: f32,
    /// Its picture, or the words that say that it is missing.
    #[serde(rename = "box")]
    pub place: PixelBox,
}

/// What the map shows.
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
    /// Its title, or what it is called without one.
    pub title: String,
    /// The frame's time, for a layer that changes with time.
    pub time_asked: Option<String>,
    /// The time that the source was asked for, as it was written there, or the time of the newest feature drawn.
    pub time_used: Option<String>,
    /// The values of other dimensions that it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// The run of the forecast that the source was asked for, as it was written there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What came of it.
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
    /// The value that the request asks for; absent where it leaves that to the server.
    pub asked: Option<String>,
    /// The value that the server was asked for, as it writes it; absent where there is none.
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

/// What came of a layer in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Drawn.
    Drawn,
    /// Not, or not wholly, drawn, and named on the frame.
    Marked,
    /// What an earlier frame shows, and named on the frame.
    Held,
    /// Drawn, and there is nothing in the picture; named on the frame.
    Empty,
}

/// Something that is not as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// `layer_unavailable`, `layer_held`, `layer_empty`, `layer_outside`, `layer_partial`, `time_unconfirmed`,
    /// `dimension_unconfirmed`, `run_gone`, `legend_unavailable`, `legend_left_out`, `canvas_rounded`, `axis_entry_ignored`, `default_not_offered`,
    /// `text_missing_glyphs` or another that docs/API.md tells.
    pub code: Cow<'static, str>,
    /// The layer; absent when it concerns the whole map or page.
    pub layer: Option<String>,
    /// The frame, counted from 1; absent when it concerns all of them.
    pub frame: Option<usize>,
    /// What happened.
    pub message: String,
}

impl Warning {
    /// A warning that concerns all frames of a layer.
    pub fn of_layer(code: &'static str, layer: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), layer: Some(layer.to_owned()), frame: None, message: message.into() }
    }

    /// A warning that concerns the whole map or page.
    pub fn of_map(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: code.into(), layer: None, frame: None, message: message.into() }
    }
}
