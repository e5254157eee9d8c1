//! PNG: 8-bit RGB without filters. On maps, adaptive filters are slower and larger.

use crate::error::Error;
use crate::error::encode as encode_error;
use crate::raster::canvas::Canvas;
use crate::stop::Stop;
use std::io::Write;

/// zlib level 4: files half as large as at the fastest level, in three times its some 6 ms.
const LEVEL: u8 = 4;

/// Pixels that are encoded between two looks at the stop token.
const BAND_PX: usize = 1 << 18;
/// The size of the file's IDAT chunks, in bytes.
const CHUNK: usize = 1 << 16;

pub(super) fn encode(page: &Canvas, stop: &Stop) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, page.width(), page.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(LEVEL));
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    let mut writer = encoder.write_header().map_err(encode_error("PNG"))?;
    let mut rows = writer.stream_writer_with_size(CHUNK).map_err(encode_error("PNG"))?;
    for band in page.pixels().chunks(BAND_PX * 4) {
        stop.look()?;
        rows.write_all(&crate::encode::rgb(band)).map_err(encode_error("PNG"))?;
    }
    rows.finish().map_err(encode_error("PNG"))?;
    writer.finish().map_err(encode_error("PNG"))?;
    Ok(out)
}
