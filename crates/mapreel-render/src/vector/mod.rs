//! Vector layers, drawn by tiny-skia on a transparent sheet of the map's size.

pub(crate) mod clip;
pub(crate) mod coverage;
pub(crate) mod cuts;
pub(crate) mod degrees;
pub(crate) mod features;
pub(crate) mod globe;
pub(crate) mod graticule;
pub(crate) mod markers;
pub(crate) mod natural_earth;
pub(crate) mod paint;
pub(crate) mod plane;
pub(crate) mod projection;
pub(crate) mod trace;
pub(crate) mod weight;
pub(crate) mod windows;
pub(crate) mod work;

use crate::raster::raster::Raster;
use tiny_skia::{IntSize, Pixmap};

/// A transparent sheet of the map's size; its pixels are premultiplied.
pub(crate) fn sheet(width: u32, height: u32) -> Pixmap {
    Pixmap::new(width, height).expect("validated: the map has pixels")
}

/// The sheet as a picture.
pub(crate) fn into_raster(sheet: Pixmap) -> Raster {
    let (width, height) = (sheet.width(), sheet.height());
    Raster { width, height, pixels: sheet.take(), premultiplied: true }
}

/// The picture as a clean sheet again, so that one allocation serves all frames.
pub(crate) fn reused(raster: Raster) -> Pixmap {
    let size = IntSize::from_wh(raster.width, raster.height).expect("it was a sheet");
    let mut sheet = Pixmap::from_vec(raster.pixels, size).expect("it was a sheet");
    sheet.fill(tiny_skia::Color::TRANSPARENT);
    sheet
}
