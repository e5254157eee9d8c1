//! A mosaic: the pictures from upstreams that make one picture of a layer, and the mosaic's area. A mosaic without pictures
//! always has a reason.

use super::outside;
use crate::resolved::gap::Gap;
use mapreel_geo::{Bbox, Crs, Extent};
use serde::{Deserialize, Serialize};

/// A tile may have sides of this many pixels even if its pyramid names a smaller size.
const TILE_SIDE_MIN: u32 = 1024;
/// The longest side that a picture may have, in pixels.
pub const PICTURE_SIDE_MAX: u32 = 16_384;
/// The most pixels that a picture may have.
pub const PICTURE_PX_MAX: u64 = 25_000_000;
/// Bytes of an answer besides its pixels.
const ANSWER_BYTES_MIN: usize = 1 << 20;

/// A picture made of pieces, and its area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mosaic {
    /// The CRS of the bbox; rows and columns are parallel to its axes.
    pub crs: Crs,
    /// The area between the picture's outer edges.
    pub bbox: Bbox,
    /// Width and height in pixels; `None` where they are those of the only piece, which is not fetched yet.
    pub size: Option<(u32, u32)>,
    /// The pieces; they do not overlap.
    pub pieces: Vec<Piece>,
    /// Why there are no pieces.
    pub gap: Option<Gap>,
}

/// A picture from an upstream and its place in a mosaic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The URL of the picture.
    pub url: String,
    /// Its left edge in the mosaic, in pixels.
    pub x: u32,
    /// Its upper edge in the mosaic, in pixels.
    pub y: u32,
    /// Its width in the mosaic, in pixels.
    pub width: u32,
    /// Its height in the mosaic, in pixels.
    pub height: u32,
    /// What happens to a picture of another size.
    pub fit: Fit,
    /// Pixels beyond the piece's place, which are cut off: left, top, right, bottom.
    pub gutter: [u32; 4],
}

/// What happens to a picture of another size than its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fit {
    /// The picture is an error: the request named its size.
    Exact,
    /// The picture is scaled: servers have tiles of several sizes, and tiles of a level finer than the map are scaled down.
    Scale {
        /// Width and height of a tile in pixels, as its pyramid names them.
        tile_px: [u32; 2],
    },
    /// The mosaic gets the picture's size.
    Whole,
}

impl Piece {
    /// The largest width and height of its picture, in pixels; a larger one is not decoded.
    pub fn picture_px_max(&self) -> [u32; 2] {
        let [left, top, right, bottom] = self.gutter;
        match self.fit {
            Fit::Exact => [left + self.width + right, top + self.height + bottom],
            // Servers also send tiles for high-resolution screens.
            Fit::Scale { tile_px } => tile_px.map(|px| px.saturating_mul(2).max(TILE_SIDE_MIN)),
            Fit::Whole => [PICTURE_SIDE_MAX; 2],
        }
    }

    /// The longest answer for it, in bytes: its uncompressed pixels, and room for a picture that is not well compressed.
    /// `usual` is the limit for an answer of unknown size.
    pub fn answer_bytes_max(&self, usual: usize) -> usize {
        let area = |[width, height]: [u32; 2]| width as usize * height as usize;
        match self.fit {
            Fit::Exact => {
                // Four bytes for each pixel, as if nothing compressed, and the overhead of a PNG; twice as much for 16 bits a
                // channel.
                let bytes = area(self.picture_px_max()) * 4;
                (2 * bytes).min(usual).max(bytes + bytes / 256 + ANSWER_BYTES_MIN)
            }
            Fit::Scale { .. } => (4 * area(self.picture_px_max())).clamp(ANSWER_BYTES_MIN, usual.max(ANSWER_BYTES_MIN)),
            Fit::Whole => usual,
        }
    }
}

impl Mosaic {
    /// No picture; `gap` tells why.
    pub(crate) fn nothing(crs: Crs, gap: Gap) -> Self {
        Self { crs, bbox: Bbox::new([0.0, 0.0, 1.0, 1.0]), size: Some((1, 1)), pieces: Vec::new(), gap: Some(gap) }
    }

    /// This mosaic, if some of it lies on the map; otherwise no picture, because pictures beside the map are not fetched.
    pub(crate) fn on(self, map: &Extent) -> Self {
        match outside::beside(&self.bbox, self.crs, map) {
            Some(gap) if !self.pieces.is_empty() => Self::nothing(self.crs, gap),
            _ => self,
        }
    }

    /// Why the mosaic shows nothing of the map.
    pub(crate) fn outside(&self) -> Option<&str> {
        self.gap.as_ref().filter(|gap| gap.kind == crate::resolved::gap::GapKind::Outside).map(|gap| gap.why.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_be_as_long_as_its_pixels_make_it() {
        let of = |width, height, fit| {
            Piece { url: String::new(), x: 0, y: 0, width, height, fit, gutter: [0; 4] }.answer_bytes_max(16 << 20)
        };
        // Noise does not compress: four bytes for each pixel, and one for each row.
        let largest = of(2828, 2828, Fit::Exact);
        assert!(largest > 2828 * 2828 * 4 + 2828 && largest < 34 << 20, "{largest}");
        assert!(of(1000, 1000, Fit::Exact) >= 8_000_000, "16 bits a channel");
        assert!(of(10, 10, Fit::Exact) >= 1 << 20, "what is no picture is quoted");
        assert_eq!(of(256, 256, Fit::Scale { tile_px: [256; 2] }), 4 << 20, "of 1024 pixels a side");
        assert_eq!(of(256, 256, Fit::Scale { tile_px: [4096; 2] }), 16 << 20);
        assert_eq!(of(0, 0, Fit::Whole), 16 << 20);
    }
}
