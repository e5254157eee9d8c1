//! Pictures of every common kind to RGBA8, bounded before any pixel is decoded.

use crate::Error;
use crate::answer::{PictureKind, picture_kind};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The most pixels that a picture may have, in millions.
const MEGAPIXELS_MAX: u64 = 25;
/// The longest side that a picture may have.
const SIDE_MAX: u64 = 16_384;
/// What a decoder may need besides the pixels it returns.
const DECODER_BYTES_MAX: usize = 128 << 20;

/// Decoded pixels: straight (not premultiplied) RGBA, 8 bits each, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width · height · 4` bytes.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

/// Decodes a PNG, JPEG, WebP or GIF; of an animation the first frame.
///
/// # Errors
/// Not such a picture, broken, or of more than 25 million pixels: that is told from its header.
pub fn decode(bytes: &[u8]) -> Result<Picture, Error> {
    decode_into(bytes, Vec::new())
}

/// The same into a buffer that has served before.
pub fn decode_into(bytes: &[u8], buffer: Vec<u8>) -> Result<Picture, Error> {
    match picture_kind(bytes) {
        Some(PictureKind::Png) => png(bytes, buffer),
        Some(PictureKind::Jpeg) => jpeg(bytes),
        Some(PictureKind::Webp) => webp(bytes),
        Some(PictureKind::Gif) => gif(bytes),
        None => Err(broken("picture of an unknown kind")("its first bytes are of no known format")),
    }
}

fn broken<E: std::fmt::Display>(format: &'static str) -> impl Fn(E) -> Error {
    move |error| Error::BrokenPicture { format, reason: error.to_string() }
}

fn check_size(width: impl Into<u64>, height: impl Into<u64>) -> Result<(), Error> {
    let (width, height) = (width.into(), height.into());
    if width == 0 || height == 0 {
        return Err(Error::BrokenPicture { format: "blank", reason: format!("it has {width} × {height} pixels") });
    }
    if width > SIDE_MAX || height > SIDE_MAX || width * height > MEGAPIXELS_MAX * 1_000_000 {
        return Err(Error::TooManyPixels { width, height, max: MEGAPIXELS_MAX });
    }
    Ok(())
}

fn png(bytes: &[u8], mut pixels: Vec<u8>) -> Result<Picture, Error> {
    let wrong = broken("PNG");
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: DECODER_BYTES_MAX });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    // Palettes, tRNS, greys of few bits and 16 bits all become 8-bit grey or RGB, with alpha.
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(&wrong)?;
    let (width, height) = reader.info().size();
    check_size(width, height)?;
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| Error::BrokenPicture { format: "PNG", reason: "too large".into() })?;
    pixels.clear();
    pixels.resize(size, 0);
    let info = reader.next_frame(&mut pixels).map_err(&wrong)?;
    pixels.truncate(info.buffer_size());
    let rgba = match info.color_type {
        png::ColorType::Rgba => pixels,
        png::ColorType::GrayscaleAlpha => pixels.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect(),
        png::ColorType::Rgb => pixels.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
        png::ColorType::Grayscale => pixels.iter().flat_map(|g| [*g, *g, *g, 255]).collect(),
        png::ColorType::Indexed => {
            return Err(Error::BrokenPicture { format: "PNG", reason: "its palette is missing".into() });
        }
    };
    Ok(Picture { width, height, rgba })
}

fn jpeg(bytes: &[u8]) -> Result<Picture, Error> {
    let options = DecoderOptions::default()
        .set_max_width(SIDE_MAX as usize)
        .set_max_height(SIDE_MAX as usize)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken("JPEG"))?;
    let info =
        decoder.info().ok_or_else(|| Error::BrokenPicture { format: "JPEG", reason: "it has no header".into() })?;
    check_size(info.width, info.height)?;
    let rgba = decoder.decode().map_err(broken("JPEG"))?;
    Ok(Picture { width: info.width.into(), height: info.height.into(), rgba })
}

fn webp(bytes: &[u8]) -> Result<Picture, Error> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(broken("WebP"))?;
    decoder.set_memory_limit(DECODER_BYTES_MAX);
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = vec![0; width as usize * height as usize * channels];
    if decoder.is_animated() {
        decoder.read_frame(&mut pixels).map_err(broken("WebP"))?;
    } else {
        decoder.read_image(&mut pixels).map_err(broken("WebP"))?;
    }
    let rgba =
        if channels == 4 { pixels } else { pixels.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect() };
    Ok(Picture { width, height, rgba })
}

fn gif(bytes: &[u8]) -> Result<Picture, Error> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    options.set_memory_limit(gif::MemoryLimit::Bytes(
        std::num::NonZeroU64::new(DECODER_BYTES_MAX as u64).expect("not zero"),
    ));
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(broken("GIF"))?;
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    check_size(width, height)?;
    let frame = decoder.read_next_frame().map_err(broken("GIF"))?;
    let frame = frame.ok_or_else(|| Error::BrokenPicture { format: "GIF", reason: "it has no frame".into() })?;
    let mut rgba = vec![0; width as usize * height as usize * 4];
    let columns = usize::from(frame.width).min((width as usize).saturating_sub(frame.left.into())) * 4;
    let left = usize::from(frame.left) * 4;
    for (row, pixels) in frame.buffer.chunks_exact((usize::from(frame.width) * 4).max(1)).enumerate() {
        let y = row + usize::from(frame.top);
        if y < height as usize && columns > 0 {
            let start = y * width as usize * 4 + left;
            rgba[start..start + columns].copy_from_slice(&pixels[..columns]);
        }
    }
    Ok(Picture { width, height, rgba })
}
