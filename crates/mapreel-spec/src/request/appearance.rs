//! How a layer is shown, whatever its kind: the choices of a request's author.

use crate::schema::words::words;
use mapreel_ogc::LegendClass;
use serde::{Deserialize, Serialize};

/// Where a legend comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Legend {
    /// From the layer's server, in its own way.
    Auto,
    /// From a URL.
    Url(String),
    /// From the request itself.
    Classes(HandMadeLegend),
}

/// A legend that a request's author has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandMadeLegend {
    /// What stands above it; without it the layer's title.
    pub title: Option<String>,
    /// The unit of the values.
    pub unit: Option<String>,
    /// Top first.
    pub classes: Vec<LegendClass>,
}

/// How a picture is laid on a map that it does not fit pixel for pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Resampling {
    /// Every pixel of the map from the picture's four nearest.
    #[default]
    Bilinear,
    /// Every pixel of the map from the picture's nearest: no colour that is not in the legend.
    Nearest,
}

/// A fact that stands behind a layer's title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its name; `None`: the value stands alone.
    pub key: Option<String>,
    /// The value. In a GeoJSON layer, `{property}` stands for a property of the newest feature.
    pub value: String,
}

impl Label {
    /// As it is shown.
    pub fn text(&self) -> String {
        match &self.key {
            Some(key) => format!("{key}: {}", self.value),
            None => self.value.clone(),
        }
    }
}

/// What to do when a layer cannot be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum OnError {
    /// Say so on the frame and in the warnings.
    #[default]
    Mark,
    /// Fail the whole run.
    Fail,
    /// Show the frame before's, and say so.
    Hold,
}

/// What it means that a server does not have a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MissingTiles {
    /// A gap, unless the server says with status 204 that there is nothing.
    #[default]
    Report,
    /// There is nothing at this place: the pyramid has only the tiles in which there is something.
    Transparent,
}

words! { Resampling: "bilinear" => Bilinear, "nearest" => Nearest }
words! { OnError: "mark" => Mark, "fail" => Fail, "hold" => Hold }
words! { MissingTiles: "report" => Report, "transparent" => Transparent }
