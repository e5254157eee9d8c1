//! JPEG files.

use jpeg_encoder::{ColorType, Encoder};

/// A JPEG of one colour: of one channel it is grey, of three it is RGB.
///
/// # Panics
/// The colour has another number of channels.
pub fn jpeg(width: u16, height: u16, colour: &[u8], quality: u8) -> Vec<u8> {
    let kind = match colour.len() {
        1 => ColorType::Luma,
        3 => ColorType::Rgb,
        channels => panic!("{channels} channels"),
    };
    let mut file = Vec::new();
    let pixels = colour.repeat(usize::from(width) * usize::from(height));
    Encoder::new(&mut file, quality).encode(&pixels, width, height, kind).unwrap();
    file
}
