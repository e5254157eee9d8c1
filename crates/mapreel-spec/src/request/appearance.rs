//! The choices of a request's author about how a layer is shown, for all kinds of layers.

use crate::schema::words::words;
use mapreel_ogc::LegendClass;
use serde::{Deserialize, Serialize};

/// The source of a legend in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Legend {
    /// The layer's server offers it.
    Auto,
    /// A picture at this URL.
    Url(String),
    /// Classes in the request itself.
    Classes(HandMadeLegend),
}

/// A legend that a request's author has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandMadeLegend {
    /// The heading; without it the layer's title.
    pub title: Option<String>,
    /// The unit of the values.
    pub unit: Option<String>,
    /// The classes, top first.
    pub classes: Vec<LegendClass>,
}

/// How a picture is resampled where its pixels are not those of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Resampling {
    /// Bilinear: each pixel of the map is interpolated from the picture's four nearest pixels.
    #[default]
    Bilinear,
    /// Each pixel of the map has the colour of the picture's nearest pixel, so no colour is missing in the legend.
    Nearest,
}

/// A label after a layer's title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its name; `None`: only the value is shown.
    pub key: Option<String>,
    /// The value. In a GeoJSON layer, `{property}` is replaced by that property of the newest feature.
    pub value: String,
}

impl Label {
    /// The label as the header shows it.
    pub fn text(&self) -> String {
        match &self.key {
            Some(key) => format!("{key}: {}", self.value),
            None => self.value.clone(),
        }
    }
}

/// What happens when a layer cannot be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum OnError {
    /// A notice on the frame, and a warning.
    #[default]
    Mark,
    /// The whole run fails.
    Fail,
    /// The frame shows the layer's picture of an earlier frame, with a notice.
    Hold,
}

/// What it means that a server does not have a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MissingTiles {
    /// A gap, unless the server answers with status 204, which means an empty tile.
    #[default]
    Report,
    /// An empty tile: the pyramid has only tiles that show something.
    Transparent,
}

words! { Resampling: "bilinear" => Bilinear, "nearest" => Nearest }
words! { OnError: "mark" => Mark, "fail" => Fail, "hold" => Hold }
words! { MissingTiles: "report" => Report, "transparent" => Transparent }
