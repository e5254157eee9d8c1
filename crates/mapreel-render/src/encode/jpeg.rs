//! JPEG without chroma subsampling (4:4:4): chroma of half the resolution would cost hard-edged overlays 10 dB.

use crate::error::Error;
use crate::error::encode as encode_error;
use crate::raster::canvas::Canvas;
use crate::stop::Stop;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::io::{self, Write};

const QUALITY: u8 = 90;

pub(super) fn encode(page: &Canvas, stop: &Stop) -> Result<Vec<u8>, Error> {
    let mut out = Out { bytes: Vec::new(), looked_at: 0, stop };
    let mut encoder = Encoder::new(&mut out, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let side =
        |n: u32| u16::try_from(n).map_err(|_| "a side is longer than 65535 pixels").map_err(encode_error("JPEG"));
    let encoded = encoder.encode(page.pixels(), side(page.width())?, side(page.height())?, ColorType::Rgba);
    stop.look()?;
    encoded.map_err(encode_error("JPEG"))?;
    Ok(out.bytes)
}

/// Encoded bytes between two looks at the stop token: so few that even a page of one colour yields them soon.
const LOOK_BYTES: usize = 4096;

/// Takes the encoder's bytes. Once the stop token is set it returns an error instead, which ends the encoder.
struct Out<'a> {
    bytes: Vec<u8>,
    looked_at: usize,
    stop: &'a Stop,
}

impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() >= self.looked_at + LOOK_BYTES {
            self.looked_at = self.bytes.len();
            self.stop.look().map_err(io::Error::other)?;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
