//! What is drawn: the temperatures of the sea, their months, and the land before them.

pub(crate) mod field;
pub(crate) mod land;
pub(crate) mod mercator;
pub(crate) mod months;
mod numbers;
pub(crate) mod sea;

use land::Land;
use sea::Sea;

/// Data that are not in the form that their maker describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenData {
    /// The outlines of the land, which the caller hands over.
    #[error("the outlines of the land are not in the form of `mapreel-render/geography/convert.py`")]
    Land,
    /// The temperatures, which are part of this crate.
    #[error("the temperatures of the sea are not in the form of `mapreel-demo/data/pack.py`")]
    Sea,
}

/// All that is drawn.
pub(crate) struct World {
    pub(crate) sea: Sea,
    pub(crate) land: Land,
}
