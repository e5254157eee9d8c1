//! Numbers that a request may hold.

use super::shape::Shape;
use crate::request::limits::Limits;
use crate::request::read::Node;
use serde_json::{Value, json};

/// A whole number from `MIN` to `MAX`.
pub(crate) struct Whole<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Shape for Whole<MIN, MAX> {
    type Value = u32;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<u32> {
        node.integer(MIN, MAX)
    }
}

/// A number between two bounds, which are given in hundredths.
pub(crate) struct Hundredths<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Hundredths<MIN, MAX> {
    const BOUNDS: [f64; 2] = [MIN as f64 / 100.0, MAX as f64 / 100.0];
}

impl<const MIN: u32, const MAX: u32> Shape for Hundredths<MIN, MAX> {
    type Value = f64;

    fn schema(_: &Limits) -> Value {
        let [min, max] = Self::BOUNDS;
        json!({ "type": "number", "minimum": min, "maximum": max })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<f64> {
        let [min, max] = Self::BOUNDS;
        node.number(min, max)
    }
}

/// Width or height of a map, in pixels.
pub(crate) struct Side;

impl Side {
    const MIN: u32 = 16;
}

impl Shape for Side {
    type Value = u32;

    fn schema(limits: &Limits) -> Value {
        json!({ "type": "integer", "minimum": Self::MIN, "maximum": limits.side_px_max })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<u32> {
        node.integer(Self::MIN, limits.side_px_max)
    }
}

/// A number of frames.
pub(crate) struct FrameCount;

impl Shape for FrameCount {
    type Value = usize;

    fn schema(limits: &Limits) -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": limits.frames_max })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<usize> {
        node.integer(1, limits.frames_max as u32).map(|count| count as usize)
    }
}

/// A box as four numbers: in degrees west, south, east, north; in other units min x, min y, max x, max y.
pub(crate) struct FourNumbers;

impl Shape for FourNumbers {
    type Value = [f64; 4];

    fn schema(_: &Limits) -> Value {
        json!({ "type": "array", "items": { "type": "number" }, "minItems": 4, "maxItems": 4, "examples": [[-10, 40, 10, 60]] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<[f64; 4]> {
        node.four_numbers()
    }
}
