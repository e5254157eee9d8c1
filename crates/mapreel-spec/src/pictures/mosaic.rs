//! A mosaic: the pictures from upstreams that make one picture of a layer, and where it lies. One law: a mosaic without
//! pictures says why.

use super::outside;
use crate::resolved::gap::Gap;
use mapreel_geo::{Bbox, Crs, Extent};
use serde::{Deserialize, Serialize};

/// What the side of a tile may have, however few its pyramid says, in pixels.
const TILE_SIDE_MIN: u32 = 1024;
/// The longest side that a picture may have, in pixels.
pub const PICTURE_SIDE_MAX: u32 = 16_384;
/// The most pixels that a picture may have.
pub const PICTURE_PX_MAX: u64 = 25_000_000;
/// Room in an answer for what is not pixels.
const ANSWER_BYTES_MIN: usize = 1 << 20;

/// A picture put together from pieces, and the area that it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mosaic {
    /// The CRS of the bbox; rows and columns are parallel to its axes.
    pub crs: Crs,
    /// What the picture's outer edges show.
    pub bbox: Bbox,
    /// Width and height in pixels; `None`: those of its only piece, known when it is there.
    pub size: Option<(u32, u32)>,
    /// The pieces; they do not overlap.
    pub pieces: Vec<Piece>,
    /// Why there is nothing to fetch, where there are no pieces.
    pub gap: Option<Gap>,
}

/// A picture from an upstream and its place in a mosaic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Where it is.
    pub url: String,
    /// Its left edge in the mosaic, in pixels.
    pub x: u32,
    /// Its upper edge in the mosaic, in pixels.
    pub y: u32,
    /// Its width in the mosaic, in pixels.
    pub width: u32,
    /// Its height in the mosaic, in pixels.
    pub height: u32,
    /// What to do with a picture of another size.
    pub fit: Fit,
    /// Pixels that the picture has beyond its place and that are cut off: left, top, right, bottom.
    pub gutter: [u32; 4],
}

/// What to do with a picture of another size than its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fit {
    /// It is wrong: this size was asked for.
    Exact,
    /// Scale it: tiles come in several sizes, and those of a level finer than the map are laid down smaller.
    Scale {
        /// Width and height of a tile as its pyramid says, in pixels.
        tile_px: [u32; 2],
    },
    /// Its size is the mosaic's.
    Whole,
}

impl Piece {
    /// The most pixels that its picture may have; more is not decoded.
    pub fn picture_px_max(&self) -> [u32; 2] {
        let [left, top, right, bottom] = self.gutter;
        match self.fit {
            Fit::Exact => [left + self.width + right, top + self.height + bottom],
            // Servers draw tiles for finer screens, too.
            Fit::Scale { tile_px } => tile_px.map(|px| px.saturating_mul(2).max(TILE_SIDE_MIN)),
            Fit::Whole => [PICTURE_SIDE_MAX; 2],
        }
    }

    /// The longest answer that is read for it, in bytes: what its pixels come to uncompressed, and room for a picture that is
    /// not made sparingly. `usual` is that of an answer of which nothing is known.
    pub fn answer_bytes_max(&self, usual: usize) -> usize {
        let area = |[width, height]: [u32; 2]| width as usize * height as usize;
        match self.fit {
            Fit::Exact => {
                // Four bytes for each pixel, however little they compress, and what a PNG adds to that; of a picture of 16 bits
                // a channel, twice as many.
                let bytes = area(self.picture_px_max()) * 4;
                (2 * bytes).min(usual).max(bytes + bytes / 256 + ANSWER_BYTES_MIN)
            }
            Fit::Scale { .. } => (4 * area(self.picture_px_max())).clamp(ANSWER_BYTES_MIN, usual.max(ANSWER_BYTES_MIN)),
            Fit::Whole => usual,
        }
    }
}

impl Mosaic {
    /// No picture, and why: there is none of this place, or of this time.
    pub(crate) fn nothing(crs: Crs, gap: Gap) -> Self {
        Self { crs, bbox: Bbox::new([0.0, 0.0, 1.0, 1.0]), size: Some((1, 1)), pieces: Vec::new(), gap: Some(gap) }
    }

    /// The same where some of it lies on the map; otherwise no picture: what lies beside the map is not fetched.
    pub(crate) fn on(self, map: &Extent) -> Self {
        match outside::beside(&self.bbox, self.crs, map) {
            Some(gap) if !self.pieces.is_empty() => Self::nothing(self.crs, gap),
            _ => self,
        }
    }

    /// Why there is nothing of it at the place of the map.
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
        // Noise is not compressed: four bytes for each pixel, and one for each row.
        let largest = of(2828, 2828, Fit::Exact);
        assert!(largest > 2828 * 2828 * 4 + 2828 && largest < 34 << 20, "{largest}");
        assert!(of(1000, 1000, Fit::Exact) >= 8_000_000, "16 bits a channel");
        assert!(of(10, 10, Fit::Exact) >= 1 << 20, "what is no picture is quoted");
        assert_eq!(of(256, 256, Fit::Scale { tile_px: [256; 2] }), 4 << 20, "of 1024 pixels a side");
        assert_eq!(of(256, 256, Fit::Scale { tile_px: [4096; 2] }), 16 << 20);
        assert_eq!(of(0, 0, Fit::Whole), 16 << 20);
    }
}
