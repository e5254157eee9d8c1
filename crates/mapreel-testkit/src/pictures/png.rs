//! PNG files of every kind that the format has.

pub use png::{BitDepth, ColorType};

/// A kind of PNG, of which [`Png::of`] makes files.
#[derive(Debug, Clone, Copy)]
pub struct Png<'a> {
    size: [u32; 2],
    colour: ColorType,
    depth: BitDepth,
    palette: Option<&'a [u8]>,
    transparency: Option<&'a [u8]>,
}

impl<'a> Png<'a> {
    /// Eight bits a channel, without a palette and without transparent colours.
    pub fn new(width: u32, height: u32, colour: ColorType) -> Self {
        Self { size: [width, height], colour, depth: BitDepth::Eight, palette: None, transparency: None }
    }

    /// With so many bits a channel.
    #[must_use]
    pub fn depth(self, depth: BitDepth) -> Self {
        Self { depth, ..self }
    }

    /// With this palette (`PLTE`).
    #[must_use]
    pub fn palette(self, palette: Option<&'a [u8]>) -> Self {
        Self { palette, ..self }
    }

    /// With these transparent colours (`tRNS`).
    #[must_use]
    pub fn transparency(self, transparency: Option<&'a [u8]>) -> Self {
        Self { transparency, ..self }
    }

    /// The file of these pixels.
    ///
    /// # Panics
    /// The number of bytes is not that of such a picture.
    pub fn of(self, pixels: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.size[0], self.size[1]);
        encoder.set_color(self.colour);
        encoder.set_depth(self.depth);
        if let Some(palette) = self.palette {
            encoder.set_palette(palette);
        }
        if let Some(transparency) = self.transparency {
            encoder.set_trns(transparency);
        }
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        file
    }

    /// The file of a picture whose pixels are all equal.
    pub fn filled(self, pixel: &[u8]) -> Vec<u8> {
        self.of(&pixel.repeat((self.size[0] * self.size[1]) as usize))
    }
}

/// A PNG of red, green, blue and alpha, each pixel by its column and row.
pub fn rgba(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels: Vec<u8> = places.flat_map(|(x, y)| pixel(x, y)).collect();
    Png::new(width, height, ColorType::Rgba).of(&pixels)
}

/// A PNG of one channel, grey all over.
pub fn grey(width: u32, height: u32) -> Vec<u8> {
    Png::new(width, height, ColorType::Grayscale).filled(&[128])
}
