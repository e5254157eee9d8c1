//! The largest picture of one request: what the server allows, and what Mapreel reads.

use mapreel_geo::Extent;

/// The most pixels of one request's picture, gutters included. A larger picture is asked for in parts. So an answer stays
/// within some 32 MB even if its pixels do not compress, and a retry costs less.
pub(crate) const PIECE_PX_MAX: u64 = 8_000_000;

/// The largest picture of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Width in pixels, without gutters.
    pub width: u32,
    /// Height in pixels, without gutters.
    pub height: u32,
    /// Extra pixels beyond each inner edge, which are cut off: at the edges of their pictures, servers draw labels and
    /// thick lines only in part.
    pub gutter: u32,
}

impl Cell {
    /// The width of a gutter, in pixels.
    const GUTTER_PX: u32 = 32;

    /// The largest cell within a server's limits.
    pub(crate) fn within(width_max: u32, height_max: u32) -> Self {
        let gutter = if width_max.min(height_max) >= 8 * Self::GUTTER_PX { Self::GUTTER_PX } else { 0 };
        Self { width: (width_max - 2 * gutter).max(1), height: (height_max - 2 * gutter).max(1), gutter }
    }

    /// The cells into which an extent is cut: even parts of at most [`PIECE_PX_MAX`], within `allowed` (`None`: any size).
    pub(crate) fn of(extent: &Extent, allowed: Option<Self>) -> Self {
        let allowed = allowed.unwrap_or(Self { width: extent.width, height: extent.height, gutter: 0 });
        let (width, height) = (allowed.width.min(extent.width), allowed.height.min(extent.height));
        let pixels = |width: u32, height: u32, gutter: u32| {
            u64::from(width + 2 * gutter).saturating_mul(u64::from(height + 2 * gutter))
        };
        if pixels(width, height, allowed.gutter) <= PIECE_PX_MAX {
            return allowed;
        }
        let (mut columns, mut rows) = (1, 1);
        loop {
            let cell = Self { width: width.div_ceil(columns), height: height.div_ceil(rows), gutter: Self::GUTTER_PX };
            if pixels(cell.width, cell.height, cell.gutter) <= PIECE_PX_MAX {
                return cell;
            }
            if cell.width > cell.height { columns += 1 } else { rows += 1 }
        }
    }

    /// The number of cells in an extent.
    pub(crate) fn count(&self, extent: &Extent) -> u64 {
        u64::from(extent.width.div_ceil(self.width)) * u64::from(extent.height.div_ceil(self.height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_geo::{Bbox, Crs};

    #[test]
    fn no_request_is_for_a_picture_with_too_long_an_answer() {
        let bbox = Bbox::new([0.0, 0.0, 1.0, 1.0]);
        for (width, height) in [(4096, 4096), (8192, 1000), (1000, 8192), (3000, 2700), (8192, 8192), (2000, 2000)] {
            let extent = Extent { crs: Crs::WebMercator, bbox, width, height };
            for allowed in [None, Some(Cell::within(4096, 4096)), Some(Cell::within(2048, 2048))] {
                let cell = Cell::of(&extent, allowed);
                let side = |cell: u32, side: u32| if cell < side { cell + 64 } else { side };
                let (asked_width, asked_height) = (side(cell.width, width), side(cell.height, height));
                assert!(u64::from(asked_width) * u64::from(asked_height) <= PIECE_PX_MAX, "{width} {height} {cell:?}");
                if let Some(allowed) = allowed {
                    assert!(asked_width <= allowed.width + 64 && asked_height <= allowed.height + 64, "{cell:?}");
                }
            }
        }
        let square = Extent { crs: Crs::WebMercator, bbox, width: 4096, height: 4096 };
        assert_eq!(Cell::of(&square, None), Cell { width: 2048, height: 2048, gutter: 32 });
        assert_eq!(Cell::of(&square, None).count(&square), 4);
    }

    #[test]
    fn a_picture_within_the_limits_is_not_cut() {
        let bbox = Bbox::new([0.0, 0.0, 1.0, 1.0]);
        let extent = Extent { crs: Crs::WebMercator, bbox, width: 2828, height: 2828 };
        assert_eq!(Cell::of(&extent, None).count(&extent), 1);
    }
}
