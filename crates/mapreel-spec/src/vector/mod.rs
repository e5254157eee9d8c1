//! Layers and legends that Mapreel draws itself: features, the built-in geography, graticules, colour bars.

pub(crate) mod colour_bar;
pub(crate) mod features_outside;
pub mod geojson;
pub(crate) mod geojson_reader;
pub(crate) mod graticule;
pub mod natural_earth;
pub mod simplestyle;
