//! What the demo offers: its layers, their styles, and how a style colours a value.

pub(crate) mod layer;
pub(crate) mod legend_json;
pub(crate) mod palettes;
pub(crate) mod scale;
pub(crate) mod service;
