//! Pixels to files. A still is encoded whole. An animation is encoded in segments: runs of neighbouring frames, each encoded
//! alone, by any worker. Assembling joins the segments; nothing is drawn or encoded again.

mod gif;
mod jpeg;
mod mp4;
mod mp4_index;
pub mod palette;
mod png;
mod segment;
mod webp;

pub use crate::encode::palette::{Colours, Palette};

use crate::error::Error;
use crate::raster::canvas::Canvas;
use crate::stop::Stop;
use mapreel_spec::{Format, Output, Segment};
use std::io::{Read, Write};

/// Encodes a still picture.
///
/// # Errors
/// The encoder refuses, the format is one for animations, or the stop token is set.
pub fn still(page: &Canvas, format: Format, stop: &Stop) -> Result<Vec<u8>, Error> {
    stop.look()?;
    match format {
        Format::Png => png::encode(page, stop),
        Format::Jpeg => jpeg::encode(page, stop),
        Format::Webp => webp::encode(page),
        Format::Mp4 | Format::Gif => {
            Err(Error::Encode { format: format.name(), reason: "it is no still format".into() })
        }
    }
}

/// A small picture of a page, as a JPEG: no side has more than `side_px_max` pixels.
///
/// # Errors
/// The encoder refuses, or the stop token is set.
pub fn small_jpeg(page: &Canvas, side_px_max: u32, stop: &Stop) -> Result<Vec<u8>, Error> {
    still(&page.downscaled(side_px_max), Format::Jpeg, stop)
}

/// What all segments of one animation share.
#[derive(Debug, Clone)]
pub struct Animation {
    /// Width of the page in pixels.
    pub width: u32,
    /// Height of the page in pixels.
    pub height: u32,
    /// The number of frames of the whole animation.
    pub frames: usize,
    /// Format, speed, repetition.
    pub output: Output,
    /// The colours of a GIF; empty for other formats.
    pub palette: Palette,
}

/// Encodes the frames of one segment, in order.
pub enum SegmentEncoder {
    #[doc(hidden)]
    Mp4(Box<mp4::Encoder>),
    #[doc(hidden)]
    Gif(Box<gif::Encoder>),
}

impl SegmentEncoder {
    /// An encoder for the frames of `segment`.
    ///
    /// # Errors
    /// The encoder refuses the size, or the format is one for stills.
    pub fn new(animation: &Animation, segment: &Segment) -> Result<Self, Error> {
        match animation.output.format {
            Format::Mp4 => Ok(Self::Mp4(Box::new(mp4::Encoder::new(animation)?))),
            Format::Gif => Ok(Self::Gif(Box::new(gif::Encoder::new(animation, segment.start)?))),
            format => Err(Error::Encode { format: format.name(), reason: "it is no animation format".into() }),
        }
    }

    /// Adds the next frame.
    ///
    /// # Errors
    /// The encoder refuses, or the stop token is set.
    pub fn add(&mut self, page: &Canvas, stop: &Stop) -> Result<(), Error> {
        stop.look()?;
        match self {
            Self::Mp4(encoder) => encoder.add(page),
            Self::Gif(encoder) => encoder.add(page, stop),
        }
    }

    /// The encoded segment.
    pub fn finish(self) -> Vec<u8> {
        match self {
            Self::Mp4(encoder) => encoder.finish(),
            Self::Gif(encoder) => encoder.finish(),
        }
    }
}

/// Joins the segments of an animation, in order, to its file.
///
/// # Errors
/// A segment is broken, or of another animation; frames are missing; reading or writing fails.
pub fn assemble(animation: &Animation, segments: Vec<impl Read>, out: &mut impl Write) -> Result<(), Error> {
    let segments = segments.into_iter().map(segment::Reader::open).collect::<Result<Vec<_>, _>>()?;
    if segments.iter().map(|segment| segment.sizes.len()).sum::<usize>() != animation.frames {
        return Err(Error::Segment("frames are missing, or too many"));
    }
    match animation.output.format {
        Format::Mp4 => mp4::assemble(animation, segments, out),
        Format::Gif => gif::assemble(animation, segments, out),
        Format::Png | Format::Jpeg | Format::Webp => Err(Error::Segment("its format is that of an image")),
    }
}

/// Pixels without their alpha, which is always opaque.
fn rgb(pixels: &[u8]) -> Vec<u8> {
    let mut out = vec![0; pixels.len() / 4 * 3];
    for (to, from) in out.chunks_exact_mut(3).zip(pixels.chunks_exact(4)) {
        to.copy_from_slice(&from[..3]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_spec::Colour;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A stop token that is set at the fifth look.
    fn stop_at_fifth_look() -> Stop {
        let looks = Arc::new(AtomicU32::new(0));
        Stop::when(move || looks.fetch_add(1, Ordering::Relaxed) >= 4)
    }

    #[test]
    fn encoding_ends_within_a_page_when_the_stop_token_is_set() {
        let mut page = Canvas::new(1200, 1200, Colour::rgb(0, 0, 0));
        let noise = (0..1200 * 1200u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) ^ (i >> 3)).to_le_bytes());
        page.pixels_mut().iter_mut().zip(noise).for_each(|(to, from)| *to = from);
        for format in [Format::Png, Format::Jpeg] {
            assert!(matches!(still(&page, format, &stop_at_fifth_look()), Err(Error::Stopped(_))), "{}", format.name());
        }
        assert!(Colours::default().add(&page, &stop_at_fifth_look()).is_err());
        let output = Output { format: Format::Gif, frame_rate_fps: 5.0, hold_last_s: 0.0, repeat: true };
        let palette = Palette::from(vec![[0, 0, 0], [255, 255, 255]]);
        let animation = Animation { width: 1200, height: 1200, frames: 1, output, palette };
        let mut encoder = SegmentEncoder::new(&animation, &(0..1)).unwrap();
        assert!(matches!(encoder.add(&page, &stop_at_fifth_look()), Err(Error::Stopped(_))));
    }
}
