//! A picture as PNG, made row by row.

use std::io::Write;

/// A picture of 8 bits a channel: red, green and blue, with `has_alpha` also opacity, not premultiplied. `row` writes the pixels of a row,
/// from the top.
pub(crate) fn encode(width: u32, height: u32, has_alpha: bool, mut row: impl FnMut(u32, &mut [u8])) -> Vec<u8> {
    const FITS: &str = "a vector takes all bytes, and every row is written";
    let (colours, channels) = if has_alpha { (png::ColorType::Rgba, 4) } else { (png::ColorType::Rgb, 3) };
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(colours);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::Sub);
    encoder.set_deflate_compression(png::DeflateCompression::Level(2));
    let mut writer = encoder.write_header().expect(FITS);
    let mut stream = writer.stream_writer().expect(FITS);
    let mut pixels = vec![0; width as usize * channels];
    for number in 0..height {
        row(number, &mut pixels);
        stream.write_all(&pixels).expect(FITS);
    }
    stream.finish().expect(FITS);
    writer.finish().expect(FITS);
    out
}
