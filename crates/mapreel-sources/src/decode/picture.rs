//! Decodes pictures of every common format to RGBA8. Their size is checked before any pixel is decoded.

use super::answer::{PictureKind, picture_kind};
use crate::error::Error;
use mapreel_spec::{PICTURE_PX_MAX, PICTURE_SIDE_MAX};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The memory that a decoder may use besides the pixels that it returns.
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

/// The sizes in which a picture is decoded; it never has more than 25 million pixels, and no side of more than 16 384.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// Any.
    Any,
    /// Only this width and height, in pixels: the size that the request asked for.
    Exactly([u32; 2]),
    /// Up to this width and height, in pixels.
    UpTo([u32; 2]),
    /// Up to this number of pixels.
    Pixels(u64),
}

/// Decodes a PNG, JPEG, WebP or GIF; of an animation the first frame.
///
/// # Errors
/// The bytes are no such picture, the picture is broken, or its header says that it has more than 25 million pixels.
pub fn decode(bytes: &[u8]) -> Result<Picture, Error> {
    decode_into(bytes, Sizes::Any, Vec::new())
}

/// Decodes into `buffer`, which is reused; a picture whose size is not one of `sizes` is not decoded.
///
/// # Errors
/// Those of [`decode`], [`Error::WrongSize`] and [`Error::TooLargeForItsPlace`].
pub fn decode_into(bytes: &[u8], sizes: Sizes, buffer: Vec<u8>) -> Result<Picture, Error> {
    match picture_kind(bytes) {
        Some(PictureKind::Png) => png(bytes, sizes, buffer),
        Some(PictureKind::Jpeg) => jpeg(bytes, sizes, buffer),
        Some(PictureKind::Webp) => webp(bytes, sizes, buffer),
        Some(PictureKind::Gif) => gif(bytes, sizes, buffer),
        None => Err(broken("picture of an unknown kind")("its first bytes are of no known format")),
    }
}

fn broken<E: std::fmt::Display>(format: &'static str) -> impl Fn(E) -> Error {
    move |error| Error::BrokenPicture { format, reason: error.to_string() }
}

/// The width and height of a picture, if it may be decoded.
fn checked(width: impl Into<u64>, height: impl Into<u64>, sizes: Sizes) -> Result<(u32, u32), Error> {
    let (width, height) = (width.into(), height.into());
    if width == 0 || height == 0 {
        return Err(Error::BrokenPicture { format: "blank", reason: format!("it has {width} × {height} pixels") });
    }
    let fits = |[most_wide, most_high]: [u32; 2]| width <= most_wide.into() && height <= most_high.into();
    match sizes {
        Sizes::Exactly(asked) if asked.map(u64::from) != [width, height] => {
            return Err(Error::WrongSize { width, height, asked });
        }
        Sizes::UpTo(most) if !fits(most) => return Err(Error::TooLargeForItsPlace { width, height, most }),
        _ => {}
    }
    let pixels_max = if let Sizes::Pixels(max) = sizes { max } else { PICTURE_PX_MAX };
    match (u32::try_from(width), u32::try_from(height)) {
        (Ok(w), Ok(h)) if w.max(h) <= PICTURE_SIDE_MAX && width * height <= pixels_max => Ok((w, h)),
        _ => Err(Error::TooManyPixels { width, height, max: pixels_max / 1_000_000 }),
    }
}

/// Grey, grey with alpha or RGB to RGBA, in the same buffer.
fn to_rgba(mut pixels: Vec<u8>, channels: usize) -> Vec<u8> {
    let count = pixels.len() / channels;
    pixels.resize(count * 4, 0);
    // From the end, so that nothing is overwritten before it is read.
    for i in (0..count).rev() {
        let (from, to) = (i * channels, i * 4);
        let rgba = match channels {
            1 => [pixels[from], pixels[from], pixels[from], 255],
            2 => [pixels[from], pixels[from], pixels[from], pixels[from + 1]],
            _ => [pixels[from], pixels[from + 1], pixels[from + 2], 255],
        };
        pixels[to..to + 4].copy_from_slice(&rgba);
    }
    pixels
}

/// The buffer with `size` bytes, all 0.
fn cleared(mut buffer: Vec<u8>, size: usize) -> Vec<u8> {
    buffer.clear();
    buffer.resize(size, 0);
    buffer
}

fn png(bytes: &[u8], sizes: Sizes, buffer: Vec<u8>) -> Result<Picture, Error> {
    let wrong = broken("PNG");
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: DECODER_BYTES_MAX });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    // Palettes, tRNS, greys of less than 8 bits, and 16-bit channels all become 8-bit grey or RGB, with alpha.
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(&wrong)?;
    let (width, height) = reader.info().size();
    checked(width, height, sizes)?;
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| Error::BrokenPicture { format: "PNG", reason: "too large".into() })?;
    // The buffer has room for four channels: `to_rgba` expands the pixels in place.
    let mut pixels = cleared(buffer, width as usize * height as usize * 4);
    pixels.truncate(size);
    let info = reader.next_frame(&mut pixels).map_err(&wrong)?;
    pixels.truncate(info.buffer_size());
    let rgba = match info.color_type {
        png::ColorType::Rgba => pixels,
        png::ColorType::Rgb => to_rgba(pixels, 3),
        png::ColorType::GrayscaleAlpha => to_rgba(pixels, 2),
        png::ColorType::Grayscale => to_rgba(pixels, 1),
        png::ColorType::Indexed => {
            return Err(Error::BrokenPicture { format: "PNG", reason: "its palette is missing".into() });
        }
    };
    Ok(Picture { width, height, rgba })
}

fn jpeg(bytes: &[u8], sizes: Sizes, buffer: Vec<u8>) -> Result<Picture, Error> {
    // The decoder fills missing pixels with grey, so a JPEG without its end marker is refused. Coded pixels never contain the two bytes of
    // that marker (ITU-T T.81, B.1.1.5).
    if !bytes.windows(2).any(|marker| marker == [0xFF, 0xD9]) {
        return Err(Error::BrokenPicture { format: "JPEG", reason: "it is cut off: it has no end".into() });
    }
    let options = DecoderOptions::default()
        .set_max_width(PICTURE_SIDE_MAX as usize)
        .set_max_height(PICTURE_SIDE_MAX as usize)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken("JPEG"))?;
    let without = |what: &str| Error::BrokenPicture { format: "JPEG", reason: format!("it has no {what}") };
    let info = decoder.info().ok_or_else(|| without("header"))?;
    let (width, height) = checked(info.width, info.height, sizes)?;
    let mut rgba = cleared(buffer, decoder.output_buffer_size().ok_or_else(|| without("size"))?);
    decoder.decode_into(&mut rgba).map_err(broken("JPEG"))?;
    Ok(Picture { width, height, rgba })
}

fn webp(bytes: &[u8], sizes: Sizes, buffer: Vec<u8>) -> Result<Picture, Error> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(broken("WebP"))?;
    decoder.set_memory_limit(DECODER_BYTES_MAX);
    let (width, height) = decoder.dimensions();
    checked(width, height, sizes)?;
    let (count, channels) = (width as usize * height as usize, if decoder.has_alpha() { 4 } else { 3 });
    let mut pixels = cleared(buffer, count * 4);
    pixels.truncate(count * channels);
    let read =
        if decoder.is_animated() { decoder.read_frame(&mut pixels).map(drop) } else { decoder.read_image(&mut pixels) };
    read.map_err(broken("WebP"))?;
    Ok(Picture { width, height, rgba: if channels == 4 { pixels } else { to_rgba(pixels, 3) } })
}

fn gif(bytes: &[u8], sizes: Sizes, buffer: Vec<u8>) -> Result<Picture, Error> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    options.set_memory_limit(gif::MemoryLimit::Bytes(
        std::num::NonZeroU64::new(DECODER_BYTES_MAX as u64).expect("not zero"),
    ));
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(broken("GIF"))?;
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    checked(width, height, sizes)?;
    let frame = decoder.read_next_frame().map_err(broken("GIF"))?;
    let frame = frame.ok_or_else(|| Error::BrokenPicture { format: "GIF", reason: "it has no frame".into() })?;
    let mut rgba = cleared(buffer, width as usize * height as usize * 4);
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
