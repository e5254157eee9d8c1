//! A picture to be drawn on the page.

/// Pixels with transparency: RGBA, 8 bits each, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width · height · 4` bytes.
    pub pixels: Vec<u8>,
    /// Whether colours are already multiplied by their alpha.
    pub premultiplied: bool,
}

impl Raster {
    /// Straight RGBA, as decoders give it.
    pub fn straight(width: u32, height: u32, pixels: Vec<u8>) -> Self {
        debug_assert_eq!(pixels.len(), width as usize * height as usize * 4);
        Self { width, height, pixels, premultiplied: false }
    }

    /// Nothing but transparency.
    pub(crate) fn transparent(width: u32, height: u32) -> Self {
        Self { width, height, pixels: vec![0; width as usize * height as usize * 4], premultiplied: false }
    }

    /// Whether there is nothing to see.
    pub fn is_transparent(&self) -> bool {
        self.pixels.chunks_exact(4).all(|pixel| pixel[3] == 0)
    }

    /// The bytes of a row.
    pub(crate) fn row(&self, y: u32) -> &[u8] {
        let stride = self.width as usize * 4;
        &self.pixels[y as usize * stride..][..stride]
    }
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raster({} × {})", self.width, self.height)
    }
}
