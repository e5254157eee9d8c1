//! The sizes of everything of our own, which grow with the map.

/// Sizes that grow with the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    /// The size of ordinary text, in pixels.
    pub body_px: f32,
    /// The unit of space; all gaps are multiples of it.
    pub unit: u32,
    /// The width of a hairline.
    pub hairline: u32,
}

impl Scale {
    /// The sizes for a map of so many pixels.
    pub(crate) fn of(width: u32, height: u32) -> Self {
        // 13 pixels on the map of 936 × 763 for which the design was made; legible on a thumbnail.
        let body_px = ((f64::from(width) * f64::from(height)).sqrt() as f32 * 0.0154).max(10.5);
        let unit = (body_px * 0.46).round() as u32;
        Self { body_px, unit, hairline: (body_px / 13.0).round().max(1.0) as u32 }
    }

    pub(crate) fn title_px(self) -> f32 {
        self.body_px * 1.7
    }

    pub(crate) fn time_px(self) -> f32 {
        self.body_px * 1.25
    }

    pub(crate) fn small_px(self) -> f32 {
        (self.body_px * 0.8).max(9.5)
    }

    /// Lengths that styles give for text of 13 pixels.
    pub(crate) fn length(self, px: f32) -> f32 {
        px * self.body_px / 13.0
    }

    /// White space round the page.
    pub(crate) fn margin(self) -> u32 {
        self.unit * 2
    }
}
