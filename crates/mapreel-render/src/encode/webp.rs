//! WebP, lossless.

use crate::error::Error;
use crate::error::encode as encode_error;
use crate::raster::canvas::Canvas;
use image_webp::{ColorType, WebPEncoder};

pub(super) fn encode(page: &Canvas) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    WebPEncoder::new(&mut out)
        .encode(&crate::encode::rgb(page.pixels()), page.width(), page.height(), ColorType::Rgb8)
        .map_err(encode_error("WebP"))?;
    Ok(out)
}
