//! The sizes of texts and furniture, which grow with the map, or with the page where the page has an exact size.

use mapreel_spec::Canvas;

/// Sizes that grow with the size of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    /// The size of ordinary text, in pixels.
    pub body_px: f32,
    /// The unit of space; all gaps are multiples of it.
    pub unit: u32,
    /// The width of a hairline.
    pub hairline: u32,
}

/// The smallest ordinary text, in pixels: legible on a thumbnail.
const BODY_PX_MIN: f32 = 10.5;
/// The smallest text of legends and credits, in pixels.
const SMALL_PX_MIN: f32 = 9.5;

impl Scale {
    /// The sizes beside a map of so many pixels, round which the page grows.
    pub(crate) fn of_map([width, height]: [u32; 2]) -> Self {
        // 13 pixels on the map of 936 × 763 for which the design was made.
        Self::of((area_side(width, height) * 0.0154).max(BODY_PX_MIN))
    }

    /// The sizes on a page of an exact size. A player shows the page as large as the screen, so its shorter side decides: 26 pixels
    /// at 1080, which on a phone is the size of the phone's own captions.
    pub(crate) fn of_canvas(canvas: &Canvas) -> Self {
        let text_px = (canvas.width.min(canvas.height) as f32 * 0.024).max(BODY_PX_MIN);
        Self::of(text_px * canvas.scale as f32)
    }

    /// The sizes for this size of text.
    pub(crate) fn of(body_px: f32) -> Self {
        let unit = (body_px * 0.46).round().max(1.0) as u32;
        Self { body_px, unit, hairline: (body_px / 13.0).round().max(1.0) as u32 }
    }

    /// The same, smaller by a factor, and no smaller than can be read.
    pub(crate) fn smaller(self, by: f32) -> Self {
        Self::of((self.body_px * by).max(BODY_PX_MIN.min(self.body_px)))
    }

    pub(crate) fn title_px(self) -> f32 {
        self.body_px * 1.7
    }

    pub(crate) fn time_px(self) -> f32 {
        self.body_px * 1.25
    }

    pub(crate) fn small_px(self) -> f32 {
        (self.body_px * 0.8).max(SMALL_PX_MIN.min(self.body_px))
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

/// The side of a square of the same area.
fn area_side(width: u32, height: u32) -> f32 {
    (f64::from(width) * f64::from(height)).sqrt() as f32
}
