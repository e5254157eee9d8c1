//! Markers of points: discs with a thin light rim, so that neighbours can be told apart on any ground.
//!
//! There may be a million of them in a frame, so a disc is not filled as a path: how far it covers a pixel follows from the
//! distance between the two, to a few hundredths.

use super::paint::lay_over;
use super::work::{Halt, Work};
use crate::theme;
use mapreel_spec::Colour;
use tiny_skia::Pixmap;

/// Steps for a marker, beside those for its pixels.
const MARKER_STEPS: f32 = 16.0;
/// Steps for each pixel of a marker's box.
const PIXEL_STEPS: f32 = 2.0;

/// A disc and its rim.
pub(crate) struct Marker {
    radius: f32,
    rim: f32,
    colour: Colour,
    rim_colour: Colour,
}

impl Marker {
    /// Of a diameter in pixels; `scale` multiplies the width of the rim.
    pub(crate) fn new(diameter: f32, colour: Colour, scale: f32) -> Self {
        let rim_colour = theme::GROUND.faded(0.85 * f32::from(colour.a) / 255.0);
        Self { radius: diameter / 2.0, rim: scale.max(0.8), colour, rim_colour }
    }

    /// Steps that drawing it takes, wherever it lies.
    pub(crate) fn steps(&self) -> u64 {
        let side = 2.0 * (self.radius + self.rim) + 2.0;
        (MARKER_STEPS + PIXEL_STEPS * side * side) as u64
    }

    /// Draws it around a pixel, counted from the sheet's upper left corner.
    pub(crate) fn draw(&self, sheet: &mut Pixmap, [x, y]: [f64; 2], work: &Work) -> Result<(), Halt> {
        work.spend(self.steps())?;
        let reach = f64::from(self.radius + self.rim) + 1.0;
        let clamped = |at: f64, side: u32| at.clamp(0.0, f64::from(side)) as usize;
        let (width, height) = (sheet.width(), sheet.height());
        let (left, right) = (clamped((x - reach).floor(), width), clamped((x + reach).ceil(), width));
        let (top, bottom) = (clamped((y - reach).floor(), height), clamped((y + reach).ceil(), height));
        for row in top..bottom {
            let start = (row * width as usize + left) * 4;
            let pixels = sheet.data_mut()[start..start + (right - left) * 4].chunks_exact_mut(4);
            let down = (row as f64 + 0.5 - y) as f32;
            for (column, pixel) in (left..right).zip(pixels) {
                let along = (column as f64 + 0.5 - x) as f32;
                let distance = (along * along + down * down).sqrt();
                let disc = covered(self.radius, distance);
                // Under an opaque disc no rim shows.
                if disc < 255 || self.colour.a < 255 {
                    lay_over(pixel, self.rim_colour, covered(self.radius + self.rim, distance));
                }
                lay_over(pixel, self.colour, disc);
            }
        }
        Ok(())
    }
}

/// How far a disc covers a pixel whose middle lies so far from its own, 0 to 255. A disc smaller than a pixel covers no more
/// than its area.
fn covered(radius: f32, distance: f32) -> u8 {
    let most = (std::f32::consts::PI * radius * radius).min(1.0);
    ((radius + 0.5 - distance).clamp(0.0, most) * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;

    /// How much of a pixel lies in a disc, by 16 × 16 places of it.
    fn sampled(column: usize, row: usize, [x, y]: [f64; 2], radius: f64) -> u8 {
        let places = (0..256).map(|i| [(i % 16) as f64, (i / 16) as f64].map(|n| (n + 0.5) / 16.0));
        let inside = places.filter(|[dx, dy]| (column as f64 + dx - x).hypot(row as f64 + dy - y) <= radius).count();
        (inside * 255 / 256) as u8
    }

    #[test]
    fn a_marker_covers_each_pixel_as_far_as_its_disc_does() {
        let places = [[10.0, 10.0], [30.3, 12.8], [45.5, 25.25], [59.0, 39.5], [-1.0, 20.0]];
        for (diameter, alpha) in [(4.0, 255), (7.0, 255), (9.5, 160), (20.0, 255)] {
            let colour = Colour { r: 200, g: 40, b: 10, a: alpha };
            let (mut sheet, never) = (Pixmap::new(60, 40).unwrap(), Stop::never());
            let marker = Marker::new(diameter, colour, 1.0);
            places.iter().for_each(|place| marker.draw(&mut sheet, *place, &Work::unlimited(&never)).unwrap());
            let mut expected = vec![0; 60 * 40 * 4];
            for place in places {
                for (i, pixel) in expected.chunks_exact_mut(4).enumerate() {
                    let covered = |radius: f32| sampled(i % 60, i / 60, place, f64::from(radius));
                    lay_over(pixel, marker.rim_colour, covered(diameter / 2.0 + 1.0));
                    lay_over(pixel, colour, covered(diameter / 2.0));
                }
            }
            let away = sheet.data().iter().zip(&expected).map(|(a, b)| a.abs_diff(*b));
            let (worst, sum) = away.fold((0, 0), |(worst, sum), d| (worst.max(d), sum + u64::from(d)));
            assert!(worst <= 20, "a diameter of {diameter}: {worst} of 255 in a pixel");
            assert!(sum <= 60 * 40 * 4 / 2, "a diameter of {diameter}: {sum} over all");
        }
    }
}
