//! Where a layer's legend comes from.

use serde::{Deserialize, Serialize};

/// A layer's legend, as its server has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LegendSource {
    /// A picture at this address.
    Url(String),
    /// Small pictures, each with its words, top first.
    Swatches(Vec<Swatch>),
    /// None that can be had, and why.
    Missing(String),
}

/// A picture of a legend, and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Swatch {
    /// Empty where the name of the layer says everything.
    pub label: String,
    /// A PNG or another picture, as the server has made it.
    pub picture: Vec<u8>,
}

impl LegendSource {
    /// The address of its picture, where it is yet to be fetched.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Url(url) => Some(url),
            Self::Swatches(_) | Self::Missing(_) => None,
        }
    }
}
