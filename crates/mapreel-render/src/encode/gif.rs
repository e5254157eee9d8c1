//! Animated GIF: one palette, and of each frame only what changed.

use super::palette::Mapper;
use super::segment;
use crate::encode::Animation;
use crate::error::Error;
use crate::error::encode as encode_error;
use crate::raster::canvas::Canvas;
use crate::stop::{Stop, Stopped};
use gif::{DisposalMethod, Frame, Repeat};
use mapreel_spec::Output;
use std::borrow::Cow;
use std::io::{Read, Write};
use weezl::LzwStatus;

const FORMAT: &str = "GIF";
/// Browsers show frames of less than 2/100 s as ten times slower.
const DELAY_MIN_CS: u16 = 2;

pub struct Encoder {
    encoder: gif::Encoder<Vec<u8>>,
    mapper: Mapper,
    transparent: u8,
    /// The pixels of the previous frame of this segment.
    pixels_before: Vec<u8>,
    /// The palette indices of those pixels; empty before the segment's first frame.
    before: Vec<u8>,
    /// The palette indices of the current frame.
    now: Vec<u8>,
    /// The number of the next frame in the animation, from 0.
    index: usize,
    frames: usize,
    output: Output,
    out: segment::Writer,
}

impl Encoder {
    pub(super) fn new(animation: &Animation, first: usize) -> Result<Self, Error> {
        let palette = animation.palette.bytes();
        let encoder = gif::Encoder::new(Vec::new(), side(animation.width)?, side(animation.height)?, &palette)
            .map_err(encode_error(FORMAT))?;
        Ok(Self {
            encoder,
            mapper: Mapper::new(&animation.palette),
            transparent: animation.palette.transparent(),
            pixels_before: Vec::new(),
            before: Vec::new(),
            now: Vec::new(),
            index: first,
            frames: animation.frames,
            output: animation.output.clone(),
            out: segment::Writer::sharing(palette),
        })
    }

    pub(super) fn add(&mut self, page: &Canvas, stop: &Stop) -> Result<(), Error> {
        let (width, height) = (page.width() as usize, page.height() as usize);
        self.map(page.pixels(), stop)?;
        stop.look()?;
        let delay = delay_cs(&self.output, self.index, self.frames);
        let (rect, transparent) = match self.before.is_empty() {
            true => ([0, 0, width, height], None),
            false => (changed(&self.before, &self.now, width), Some(self.transparent)),
        };
        let [left, top, w, h] = rect;
        let buffer = self.indices(rect, width, transparent);
        let frame = Frame {
            delay,
            dispose: DisposalMethod::Keep,
            transparent,
            left: left as u16,
            top: top as u16,
            width: w as u16,
            height: h as u16,
            buffer: Cow::Owned(compressed(&buffer, stop)?),
            ..Frame::default()
        };
        let start = self.encoder.get_ref().len();
        self.encoder.write_lzw_pre_encoded_frame(&frame).map_err(encode_error(FORMAT))?;
        self.out.add(&self.encoder.get_ref()[start..]);
        self.encoder.get_mut().truncate(start);
        std::mem::swap(&mut self.before, &mut self.now);
        self.pixels_before.clear();
        self.pixels_before.extend_from_slice(page.pixels());
        self.index += 1;
        Ok(())
    }

    /// The indices of a rectangle of the page, with `transparent` for pixels that did not change since the previous frame.
    fn indices(&self, [left, top, w, h]: [usize; 4], page_width: usize, transparent: Option<u8>) -> Vec<u8> {
        let mut buffer = Vec::with_capacity(w * h);
        for row in top..top + h {
            let range = row * page_width + left..row * page_width + left + w;
            match transparent {
                None => buffer.extend_from_slice(&self.now[range]),
                Some(transparent) => {
                    let both = self.now[range.clone()].iter().zip(&self.before[range]);
                    buffer.extend(both.map(|(now, before)| if now == before { transparent } else { *now }));
                }
            }
        }
        buffer
    }

    /// Finds the palette indices of all pixels. Most pixels of a map equal those of the previous frame: their indices are copied.
    fn map(&mut self, pixels: &[u8], stop: &Stop) -> Result<(), Stopped> {
        const RUN: usize = 16;
        /// Pixels between two looks at the stop token.
        const BAND: usize = 1 << 16;
        self.now.clear();
        for (band, pixels) in pixels.chunks(4 * BAND).enumerate() {
            stop.look()?;
            if self.before.is_empty() {
                self.now.extend(pixels.chunks_exact(4).map(|p| self.mapper.index([p[0], p[1], p[2]])));
                continue;
            }
            let (pixels_before, before) = (&self.pixels_before[band * 4 * BAND..], &self.before[band * BAND..]);
            let runs = pixels.chunks(4 * RUN).zip(pixels_before.chunks(4 * RUN)).zip(before.chunks(RUN));
            for ((pixels, pixels_before), before) in runs {
                if pixels == &pixels_before[..pixels.len()] {
                    self.now.extend_from_slice(&before[..pixels.len() / 4]);
                } else {
                    self.now.extend(pixels.chunks_exact(4).map(|p| self.mapper.index([p[0], p[1], p[2]])));
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out.finish()
    }
}

/// Palette indices, compressed by the variable-length-code LZW of GIF89a (appendix F). The first byte is the minimum code size.
fn compressed(indices: &[u8], stop: &Stop) -> Result<Vec<u8>, Error> {
    /// Indices between two looks at the stop token.
    const BAND: usize = 1 << 16;
    let colours = u32::from(indices.iter().copied().max().unwrap_or(0)) + 1;
    let code_size = colours.max(4).next_power_of_two().trailing_zeros() as u8;
    let mut encoder = weezl::encode::Encoder::new(weezl::BitOrder::Lsb, code_size);
    let (mut out, mut codes) = (vec![code_size], vec![0; BAND]);
    let mut bands = indices.chunks(BAND);
    let mut band = bands.next().unwrap_or_default();
    loop {
        if band.is_empty() {
            stop.look()?;
            match bands.next() {
                Some(next) => band = next,
                None => encoder.finish(),
            }
        }
        let step = encoder.encode_bytes(band, &mut codes);
        out.extend_from_slice(&codes[..step.consumed_out]);
        band = &band[step.consumed_in..];
        if let LzwStatus::Done = step.status.map_err(encode_error(FORMAT))? {
            return Ok(out);
        }
    }
}

/// The least box `[left, top, width, height]` that holds every changed pixel; one pixel where nothing changed.
fn changed(before: &[u8], now: &[u8], width: usize) -> [usize; 4] {
    let (mut left, mut right, mut top, mut bottom) = (width, 0, usize::MAX, 0);
    for (row, (a, b)) in before.chunks_exact(width).zip(now.chunks_exact(width)).enumerate() {
        if a == b {
            continue;
        }
        let first = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(0);
        let last = a.iter().zip(b).rposition(|(a, b)| a != b).unwrap_or(0);
        (left, right) = (left.min(first), right.max(last));
        (top, bottom) = (top.min(row), row);
    }
    if top == usize::MAX { [0, 0, 1, 1] } else { [left, top, right - left + 1, bottom - top + 1] }
}

/// Hundredths of a second for a frame; rounding errors do not accumulate.
fn delay_cs(output: &Output, index: usize, frames: usize) -> u16 {
    let end = |frames_shown: usize| (frames_shown as f64 * 100.0 / output.frame_rate_fps).round();
    let held = if index + 1 == frames { (output.hold_last_s * 100.0).round() } else { 0.0 };
    ((end(index + 1) - end(index) + held).min(f64::from(u16::MAX)) as u16).max(DELAY_MIN_CS)
}

fn side(n: u32) -> Result<u16, Error> {
    u16::try_from(n).map_err(|_| Error::Encode { format: FORMAT, reason: "a side is longer than 65535 pixels".into() })
}

pub(super) fn assemble<R: Read>(
    animation: &Animation,
    segments: Vec<segment::Reader<R>>,
    out: &mut impl Write,
) -> Result<(), Error> {
    let palette = animation.palette.bytes();
    if segments.iter().any(|segment| segment.shared != palette) {
        return Err(Error::Segment("its palette is another"));
    }
    let mut encoder = gif::Encoder::new(Vec::new(), side(animation.width)?, side(animation.height)?, &palette)
        .map_err(encode_error(FORMAT))?;
    if animation.output.repeat {
        encoder.set_repeat(Repeat::Infinite).map_err(encode_error(FORMAT))?;
    }
    out.write_all(encoder.get_ref())?;
    segments.into_iter().try_for_each(|segment| segment.copy_frames(out))?;
    // The trailer (GIF89a, 27).
    out.write_all(b";")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_changed_box_is_encoded() {
        let before = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(changed(&before, &[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], 4), [1, 1, 2, 2]);
        assert_eq!(changed(&before, &before, 4), [0, 0, 1, 1]);
    }

    #[test]
    fn compression_in_bands_equals_that_in_one_call_and_ends_at_the_stop_token() {
        for (len, colours) in [(0, 1), (1, 2), (3, 3), (70_000, 256), (1 << 16, 17), (300_000, 200)] {
            let indices: Vec<u8> = (0..len as u64).map(|i| (i * i / 7 % colours) as u8).collect();
            let mut frame = Frame { buffer: Cow::Borrowed(&indices), ..Frame::default() };
            frame.make_lzw_pre_encoded();
            assert!(compressed(&indices, &Stop::never()).unwrap() == *frame.buffer, "{len} indices");
        }
        assert!(compressed(&[0; 100], &Stop::when(|| true)).is_err());
    }

    #[test]
    fn delays_add_up_to_the_duration() {
        let output = Output { format: mapreel_spec::Format::Gif, frame_rate_fps: 6.0, hold_last_s: 1.5, repeat: true };
        let total: u32 = (0..24).map(|i| u32::from(delay_cs(&output, i, 24))).sum();
        assert_eq!(total, 400 + 150);
    }
}
