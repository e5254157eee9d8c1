//! A mosaic: the pictures from upstreams that make one picture of a layer, and where it lies. One law: a mosaic without
//! pictures says why.

use crate::{Bbox, Crs, Extent, Gap, outside};

/// A picture put together from pieces, and the area that it shows.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is wrong: this size was asked for.
    Exact,
    /// Scale it: tiles come in several sizes.
    Scale,
    /// Its size is the mosaic's.
    Whole,
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
        self.gap.as_ref().filter(|gap| gap.kind == crate::GapKind::Outside).map(|gap| gap.why.as_str())
    }
}
