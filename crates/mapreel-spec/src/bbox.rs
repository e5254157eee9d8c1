//! A rectangle in the units of a CRS.

use crate::crs::{AxisOrder, Crs};

/// West, south, east and north edges, in the units of a CRS; x always before y, and min below max.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(into = "[f64; 4]")]
pub struct Bbox {
    /// West edge.
    pub min_x: f64,
    /// South edge.
    pub min_y: f64,
    /// East edge; beyond the edge of the world where the box crosses the date line.
    pub max_x: f64,
    /// North edge.
    pub max_y: f64,
}

impl Bbox {
    /// The box of `[min_x, min_y, max_x, max_y]`.
    pub const fn new([min_x, min_y, max_x, max_y]: [f64; 4]) -> Self {
        Self { min_x, min_y, max_x, max_y }
    }

    /// The width in the CRS's units.
    pub fn width(&self) -> f64 {
        self.max_x - self.min_x
    }

    /// The height in the CRS's units.
    pub fn height(&self) -> f64 {
        self.max_y - self.min_y
    }

    /// The same area in another CRS. Exact for the CRSs of [`Crs`], whose axes are parallel.
    pub fn convert(&self, from: Crs, to: Crs) -> Self {
        if from == to {
            return *self;
        }
        Self {
            min_x: to.x(from.longitude(self.min_x)),
            min_y: to.y(from.latitude(self.min_y)),
            max_x: to.x(from.longitude(self.max_x)),
            max_y: to.y(from.latitude(self.max_y)),
        }
    }

    /// Moved east by `dx`.
    pub(crate) fn shifted(&self, dx: f64) -> Self {
        Self { min_x: self.min_x + dx, max_x: self.max_x + dx, ..*self }
    }

    /// The value of a WMS BBOX parameter.
    pub(crate) fn parameter(&self, order: AxisOrder) -> String {
        let Self { min_x, min_y, max_x, max_y } = self;
        match order {
            AxisOrder::XThenY => format!("{min_x},{min_y},{max_x},{max_y}"),
            AxisOrder::YThenX => format!("{min_y},{min_x},{max_y},{max_x}"),
        }
    }
}

impl From<Bbox> for [f64; 4] {
    fn from(b: Bbox) -> Self {
        [b.min_x, b.min_y, b.max_x, b.max_y]
    }
}
