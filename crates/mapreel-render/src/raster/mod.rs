//! Pictures as pixels: put together from pieces, laid on the map, warped, composited.

pub(crate) mod canvas;
pub(crate) mod composite;
pub(crate) mod georeference;
pub(crate) mod mosaic;
pub(crate) mod placed;
pub(crate) mod raster;
pub(crate) mod resample;
pub(crate) mod warp;
