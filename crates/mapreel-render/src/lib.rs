//! Drawing and encoding for Mapreel: images in, pixels and files out.
//!
//! ```text
//! Plan + static pictures + legends ──▶ Scene     everything that is the same in every frame, drawn once
//! Scene + the pictures of one frame ──▶ Canvas   a pure function
//! Canvases ──▶ segment ──▶ file                  encode runs of frames, assemble them
//! ```
//!
//! No network, files, clock or environment in here: equal inputs give equal bytes.

mod bidi;
mod canvas;
mod composite;
pub mod encode;
mod error;
mod furniture;
mod georeference;
mod layout;
mod measure;
mod missing_glyphs;
mod mosaic;
mod overlay;
mod page;
mod placed;
mod raster;
mod resample;
mod scale;
mod scene;
mod span;
mod stop;
mod text;
mod theme;
mod warp;

pub use canvas::Canvas;
pub use error::Error;
pub use furniture::legend::{LegendArt, LegendPicture};
pub use furniture::swatches::LetteredSwatch;
pub use georeference::place;
pub use measure::measure;
pub use missing_glyphs::{MissingGlyphs, MissingScript};
pub use mosaic::MosaicSheet;
pub use placed::Placed;
pub use raster::Raster;
pub use scene::{FramePictures, Gathered, Painter, Scene};
pub use stop::{Stop, Stopped};
pub use text::Fonts;
