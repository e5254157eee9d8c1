//! The page that is drawn on.

use mapreel_spec::Colour;

/// Opaque pixels: RGBA, 8 bits each, alpha always 255, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    /// Left, top, right and bottom of where [`Canvas::mix`] draws.
    clip: [u32; 4],
}

impl Canvas {
    /// A page of one colour.
    pub(crate) fn new(width: u32, height: u32, ground: Colour) -> Self {
        let pixel = [ground.r, ground.g, ground.b, 255];
        let pixels = pixel.repeat(width as usize * height as usize);
        Self { width, height, pixels, clip: [0, 0, width, height] }
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// `width · height · 4` bytes.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    pub(crate) fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    /// Becomes a copy of another page of the same size.
    pub(crate) fn copy_from(&mut self, other: &Canvas) {
        self.pixels.copy_from_slice(&other.pixels);
    }

    /// Gets a box from another page of the same size.
    pub(crate) fn copy_box(&mut self, other: &Canvas, [x, y, width, height]: [u32; 4]) {
        let (width, height) = (width.min(self.width.saturating_sub(x)), height.min(self.height.saturating_sub(y)));
        for row in y..y + height {
            let start = (row as usize * self.width as usize + x as usize) * 4;
            let bytes = start..start + width as usize * 4;
            self.pixels[bytes.clone()].copy_from_slice(&other.pixels[bytes]);
        }
    }

    /// The colour of a pixel.
    pub fn colour(&self, x: u32, y: u32) -> Colour {
        let at = (y as usize * self.width as usize + x as usize) * 4;
        Colour::rgb(self.pixels[at], self.pixels[at + 1], self.pixels[at + 2])
    }

    /// The mean colour of a box.
    pub(crate) fn mean(&self, [x, y, width, height]: [u32; 4]) -> Colour {
        let mut sums = [0u64; 3];
        for row in y..y + height {
            let start = (row * self.width + x) as usize * 4;
            for pixel in self.pixels[start..start + width as usize * 4].chunks_exact(4) {
                sums.iter_mut().zip(pixel).for_each(|(sum, channel)| *sum += u64::from(*channel));
            }
        }
        let count = (u64::from(width) * u64::from(height)).max(1);
        let [r, g, b] = sums.map(|sum| ((sum + count / 2) / count) as u8);
        Colour::rgb(r, g, b)
    }

    /// A box of the page, as a page of its own; the part of the box that lies outside the page is left out.
    pub fn crop(&self, [x, y, width, height]: [u32; 4]) -> Self {
        let (x, y) = (x.min(self.width), y.min(self.height));
        let (width, height) = (width.min(self.width - x), height.min(self.height - y));
        let mut pixels = Vec::with_capacity(width as usize * height as usize * 4);
        for row in y..y + height {
            let start = (row as usize * self.width as usize + x as usize) * 4;
            pixels.extend_from_slice(&self.pixels[start..start + width as usize * 4]);
        }
        Self { width, height, pixels, clip: [0, 0, width, height] }
    }

    /// The page, smaller by the least whole number by which no side is longer than `side_px_max`. Each pixel is the mean of a box.
    pub(crate) fn downscaled(&self, side_px_max: u32) -> Self {
        let by = self.width.max(self.height).div_ceil(side_px_max).max(1);
        let (width, height) = ((self.width / by).max(1), (self.height / by).max(1));
        let mut small = Self::new(width, height, Colour::rgb(0, 0, 0));
        let boxes = (0..height).flat_map(|y| (0..width).map(move |x| [x * by, y * by]));
        for (pixel, [x, y]) in small.pixels.chunks_exact_mut(4).zip(boxes) {
            let colour = self.mean([x, y, by.min(self.width - x), by.min(self.height - y)]);
            pixel[..3].copy_from_slice(&[colour.r, colour.g, colour.b]);
        }
        small
    }

    /// Draws within a box and nowhere else.
    pub(crate) fn within(&mut self, [x, y, width, height]: [u32; 4], draw: impl FnOnce(&mut Self)) {
        let outer =
            std::mem::replace(&mut self.clip, [x, y, (x + width).min(self.width), (y + height).min(self.height)]);
        draw(self);
        self.clip = outer;
    }

    /// Fills a rectangle, mixing by the colour's alpha.
    pub(crate) fn fill(&mut self, [x, y, width, height]: [u32; 4], colour: Colour) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                self.mix(column as i32, row as i32, colour, 255);
            }
        }
    }

    /// Mixes a colour into a pixel; `coverage` multiplies its alpha. Outside the page, or the box of
    /// [`Canvas::within`], nothing happens.
    pub(crate) fn mix(&mut self, x: i32, y: i32, colour: Colour, coverage: u8) {
        let [left, top, right, bottom] = self.clip;
        if x < left as i32 || y < top as i32 || x >= right as i32 || y >= bottom as i32 {
            return;
        }
        let alpha = u32::from(colour.a) * u32::from(coverage) / 255;
        let at = (y as usize * self.width as usize + x as usize) * 4;
        for (channel, new) in self.pixels[at..at + 3].iter_mut().zip([colour.r, colour.g, colour.b]) {
            *channel = ((u32::from(*channel) * (255 - alpha) + u32::from(new) * alpha + 127) / 255) as u8;
        }
    }
}
