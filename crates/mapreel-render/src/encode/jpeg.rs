//! JPEG, 4:4:4: halved colour would cost hard-edged overlays 10 dB.

use crate::error::encode as wrong;
use crate::{Canvas, Error};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const QUALITY: u8 = 90;

pub(super) fn encode(page: &Canvas) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let side = |n: u32| u16::try_from(n).map_err(|_| "a side is longer than 65535 pixels").map_err(wrong("JPEG"));
    encoder.encode(page.pixels(), side(page.width())?, side(page.height())?, ColorType::Rgba).map_err(wrong("JPEG"))?;
    Ok(out)
}
