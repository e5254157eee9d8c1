//! The built-in geography.

use crate::schema::words::words;
use serde::{Deserialize, Serialize};

/// The themes of Natural Earth that are drawn, in drawing order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NaturalEarth {
    /// At least one theme.
    pub show: Vec<Feature>,
}

/// A theme of Natural Earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Feature {
    /// The sea: the whole map, before anything else of this layer.
    Ocean,
    /// Land areas.
    Land,
    /// Borders between countries, on land.
    Borders,
    /// Coastlines.
    Coastline,
}

impl Feature {
    /// Every theme, in drawing order.
    pub(crate) const ALL: [Feature; 4] = [Self::Ocean, Self::Land, Self::Borders, Self::Coastline];
}

words! { Feature: "ocean" => Ocean, "land" => Land, "borders" => Borders, "coastline" => Coastline }
