//! How large a picture is asked for at once: what a server allows, and what can be read.

use mapreel_geo::Extent;

/// The most pixels of a picture that is asked for at once, gutters included. More are asked for in parts: one answer stays
/// within some 32 MB however little its pixels compress, and one that must be asked for again costs less.
pub(crate) const PIECE_PX_MAX: u64 = 8_000_000;

/// The largest picture that is asked for at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Width in pixels, without gutters.
    pub width: u32,
    /// Height in pixels, without gutters.
    pub height: u32,
    /// Pixels asked for beyond each inner edge and cut off: servers draw labels and thick lines only in part at the edges
    /// of their pictures.
    pub gutter: u32,
}

impl Cell {
    /// Pixels beyond the inner edges of a map that is cut.
    const GUTTER_PX: u32 = 32;

    /// As large as a server with these limits allows.
    pub(crate) fn within(width_max: u32, height_max: u32) -> Self {
        let gutter = if width_max.min(height_max) >= 8 * Self::GUTTER_PX { Self::GUTTER_PX } else { 0 };
        Self { width: (width_max - 2 * gutter).max(1), height: (height_max - 2 * gutter).max(1), gutter }
    }

    /// What an extent is cut into, where its server allows `allowed` (`None`: any size): even parts of no more than
    /// [`PIECE_PX_MAX`].
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

    /// How many there are in an extent.
    pub(crate) fn count(&self, extent: &Extent) -> u64 {
        u64::from(extent.width.div_ceil(self.width)) * u64::from(extent.height.div_ceil(self.height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_geo::{Bbox, Crs};

    #[test]
    fn no_picture_is_asked_for_that_would_be_too_long_an_answer() {
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
    fn what_can_be_had_at_once_is_not_cut() {
        let bbox = Bbox::new([0.0, 0.0, 1.0, 1.0]);
        let extent = Extent { crs: Crs::WebMercator, bbox, width: 2828, height: 2828 };
        assert_eq!(Cell::of(&extent, None).count(&extent), 1);
    }
}
