//! Drawing and encoding for Mapreel: images in, pixels and files out.
//!
//! ```text
//! Plan + static pictures + legends ──▶ Scene     everything that is the same in every frame, drawn once
//! Scene + the pictures of one frame ──▶ Canvas   a pure function
//! Canvases ──▶ segment ──▶ file                  encode runs of frames, assemble them
//! ```
//!
//! No network, files, clock or environment in here: equal inputs give equal bytes.
//!
//! ```
//! use mapreel_render::Raster;
//!
//! let red = Raster::straight(2, 1, vec![255, 0, 0, 255, 255, 0, 0, 0]);
//! assert!(!red.is_transparent());
//! ```

pub mod encode;
mod error;
mod page;
mod raster;
mod scene;
mod stop;
mod text;
mod theme;
mod vector;

pub use error::Error;
pub use page::cut::swatches as cut_into_swatches;
pub use page::legend::{LegendArt, LegendPicture, MissingLegend};
pub use page::measure::measure;
pub use page::swatches::{LetteredSwatch, Words};
pub use raster::canvas::Canvas;
pub use raster::georeference::place;
pub use raster::mosaic::MosaicSheet;
pub use raster::placed::Placed;
pub use raster::raster::Raster;
pub use scene::painter::Painter;
pub use scene::scene::{FramePictures, Gathered, Scene};
pub use stop::{Stop, Stopped};
pub use text::fonts::Fonts;
pub use text::missing_glyphs::{MissingGlyphs, MissingScript};
pub use vector::natural_earth::FINE_DATA as NATURAL_EARTH_50M;
