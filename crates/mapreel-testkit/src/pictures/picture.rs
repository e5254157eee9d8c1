//! A picture as pixels, and measures of the difference between two pictures.

use super::{ColorType, Png};

/// RGB pixels.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Three bytes a pixel, row by row from the top.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// One colour.
    pub fn of(width: u32, height: u32, colour: [u8; 3]) -> Self {
        Self { width, height, rgb: colour.repeat((width * height) as usize) }
    }

    /// A picture of one grey.
    pub fn grey(width: u32, height: u32, value: u8) -> Self {
        Self::of(width, height, [value; 3])
    }

    /// A picture of RGBA pixels, composited on white.
    pub fn on_white(width: u32, height: u32, rgba: &[u8]) -> Self {
        let on_white = |c: u8, a: u8| ((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8;
        let rgb = rgba.chunks_exact(4).flat_map(|p| [0, 1, 2].map(|channel| on_white(p[channel], p[3]))).collect();
        Self { width, height, rgb }
    }

    /// The pixel at a place.
    pub fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let at = (y * self.width + x) as usize * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// A part: its left, top, width and height.
    #[must_use]
    pub fn crop(&self, [x, y, width, height]: [u32; 4]) -> Self {
        let rgb = (y..y + height).flat_map(|row| {
            let start = (row * self.width + x) as usize * 3;
            self.rgb[start..start + width as usize * 3].iter().copied()
        });
        Self { width, height, rgb: rgb.collect() }
    }

    /// The greatest difference of any channel of any pixel.
    pub fn difference(&self, other: &Self) -> u8 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        self.rgb.iter().zip(&other.rgb).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    }

    /// Peak signal to noise ratio in dB; equal pictures have 99.
    pub fn psnr(&self, other: &Self) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let squares: f64 = self.rgb.iter().zip(&other.rgb).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        let mean = squares / self.rgb.len() as f64;
        if mean == 0.0 { 99.0 } else { 10.0 * (255.0f64.powi(2) / mean).log10() }
    }

    /// How many pixels satisfy `is`.
    pub fn count(&self, is: impl Fn([u8; 3]) -> bool) -> usize {
        self.rgb.chunks_exact(3).filter(|pixel| is([pixel[0], pixel[1], pixel[2]])).count()
    }

    /// The picture as a file.
    pub fn to_png(&self) -> Vec<u8> {
        Png::new(self.width, self.height, ColorType::Rgb).of(&self.rgb)
    }
}
