//! PNG: 8-bit RGB without filters. On maps, adaptive filters are slower and larger.

use crate::error::encode as wrong;
use crate::{Canvas, Error};

/// zlib level 4: half the size of the fastest, at three times its price of some 6 ms.
const LEVEL: u8 = 4;

pub(super) fn encode(page: &Canvas) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, page.width(), page.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(LEVEL));
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    let mut writer = encoder.write_header().map_err(wrong("PNG"))?;
    writer.write_image_data(&super::rgb(page)).map_err(wrong("PNG"))?;
    writer.finish().map_err(wrong("PNG"))?;
    Ok(out)
}
