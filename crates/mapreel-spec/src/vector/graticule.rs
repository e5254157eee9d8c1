//! Meridians and parallels.

use crate::request::colour::Colour;
use serde::{Deserialize, Serialize};

/// A net of meridians and parallels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Graticule {
    /// Degrees between lines; `None`: chosen from the extent.
    pub step_deg: Option<f64>,
    /// Colour of the lines.
    pub stroke: Colour,
    /// Whether the edges of the map have labels in degrees.
    pub labels: bool,
}
