//! Resampling: a picture at another size, or a colour at a place between four pixels.

use super::raster::Raster;
use crate::stop::{Stop, Stopped};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// Two neighbouring pixels and the weight of the second, of 256.
pub(crate) struct Tap {
    pub first: u32,
    pub second: u32,
    pub weight: u32,
}

impl Tap {
    /// The two pixels around a place on a side of so many pixels; the place is counted from the side's outer end.
    pub(crate) fn new(place: f64, side: u32) -> Self {
        let at = (place - 0.5).clamp(0.0, f64::from(side - 1));
        let first = at as u32;
        Self { first, second: (first + 1).min(side - 1), weight: ((at - f64::from(first)) * 256.0).round() as u32 }
    }

    /// The two pixels around a place on a side whose ends meet.
    pub(crate) fn wrapped(place: f64, side: u32) -> Self {
        let at = place - 0.5;
        let first = at.floor();
        let weight = ((at - first) * 256.0).round() as u32;
        let first = (first as i64).rem_euclid(i64::from(side)) as u32;
        Self { first, second: (first + 1) % side, weight }
    }

    /// The nearest pixel alone.
    pub(crate) fn nearest(place: f64, side: u32) -> Self {
        let first = (place.max(0.0) as u32).min(side - 1);
        Self { first, second: first, weight: 0 }
    }
}

/// Bilinear, weighted by alpha: the colour of a transparent pixel counts for nothing.
pub(crate) fn sample(upper: &[u8], lower: &[u8], column: &Tap, weight: u32) -> [u8; 4] {
    let weights = [
        (256 - column.weight) * (256 - weight),
        column.weight * (256 - weight),
        (256 - column.weight) * weight,
        column.weight * weight,
    ];
    let pixel = |row: &[u8], at: u32| -> [u8; 4] {
        let at = at as usize * 4;
        [row[at], row[at + 1], row[at + 2], row[at + 3]]
    };
    let pixels = [
        pixel(upper, column.first),
        pixel(upper, column.second),
        pixel(lower, column.first),
        pixel(lower, column.second),
    ];
    let mut sums = [0u64; 4];
    for (pixel, weight) in pixels.iter().zip(weights) {
        let alpha = u64::from(pixel[3]) * u64::from(weight);
        for i in 0..3 {
            sums[i] += u64::from(pixel[i]) * alpha;
        }
        sums[3] += alpha;
    }
    let rounded = |sum: u64, by: u64| ((sum + by / 2) / by) as u8;
    match sums[3] {
        0 => [0; 4],
        alpha => [rounded(sums[0], alpha), rounded(sums[1], alpha), rounded(sums[2], alpha), rounded(alpha, 65536)],
    }
}

/// Pixels that are read, or made, by one call of the resizer.
const BAND_PX: f64 = (4 << 20) as f64;

/// A picture at another size, by a Lanczos filter (3 lobes), weighted by alpha. It is made in bands of rows, each from the source
/// rows that the filter reaches, with a look at the stop token before each band.
pub(crate) fn resized(raster: &Raster, width: u32, height: u32, stop: &Stop) -> Result<Raster, Stopped> {
    let scale = f64::from(raster.height) / f64::from(height);
    let per_row = (f64::from(raster.width) * scale).max(f64::from(width));
    in_bands(raster, width, height, (BAND_PX / per_row).max(1.0) as u32, stop)
}

/// Resizes in bands of so many rows.
fn in_bands(raster: &Raster, width: u32, height: u32, rows: u32, stop: &Stop) -> Result<Raster, Stopped> {
    let scale = f64::from(raster.height) / f64::from(height);
    let reach = 3.0 * scale.max(1.0) + 1.0;
    let (stride, out_stride) = (raster.width as usize * 4, width as usize * 4);
    let mut pixels = vec![0; out_stride * height as usize];
    for first in (0..height).step_by(rows as usize) {
        stop.look()?;
        let rows = rows.min(height - first);
        let (top, bottom) = (f64::from(first) * scale, f64::from(first + rows) * scale);
        let (from, to) = ((top - reach).max(0.0) as u32, ((bottom + reach).ceil() as u32).min(raster.height));
        let source = &raster.pixels[from as usize * stride..to as usize * stride];
        let source = ImageRef::new(raster.width, to - from, source, PixelType::U8x4).expect("4 bytes for each pixel");
        let out = &mut pixels[first as usize * out_stride..][..rows as usize * out_stride];
        let mut out = Image::from_slice_u8(width, rows, out, PixelType::U8x4).expect("4 bytes for each pixel");
        let (top, bottom) = (top - f64::from(from), (bottom - f64::from(from)).min(f64::from(to - from)));
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .use_alpha(!raster.premultiplied)
            .crop(0.0, top, raster.width.into(), bottom - top);
        Resizer::new().resize(&source, &mut out, &options).expect("both are U8x4 and not empty");
    }
    Ok(Raster { width, height, pixels, premultiplied: raster.premultiplied })
}

/// A picture in another size. Where that is larger by a whole number, every pixel becomes a square of them and stays sharp.
pub(crate) fn in_size(picture: &Raster, width: u32, height: u32, stop: &Stop) -> Result<Raster, Stopped> {
    let times = width / picture.width.max(1);
    match (picture.width, picture.height) {
        size if size == (width, height) => Ok(picture.clone()),
        (w, h) if times > 1 && (w * times, h * times) == (width, height) => Ok(enlarged(picture, times)),
        _ => resized(picture, width, height, stop),
    }
}

fn enlarged(picture: &Raster, times: u32) -> Raster {
    let mut pixels = Vec::with_capacity(picture.pixels.len() * (times * times) as usize);
    for y in 0..picture.height {
        let row: Vec<u8> = picture.row(y).chunks_exact(4).flat_map(|pixel| pixel.repeat(times as usize)).collect();
        pixels.extend(row.repeat(times as usize));
    }
    Raster { width: picture.width * times, height: picture.height * times, pixels, ..picture.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_made_smaller_in_bands_is_the_same() {
        let pixels =
            (0..300 * 200u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) | 0xFF00_0000).to_le_bytes()).collect();
        let picture = Raster::straight(300, 200, pixels);
        for (width, height) in [(90, 70), (300, 33), (450, 410)] {
            let whole = in_bands(&picture, width, height, height, &Stop::never()).unwrap();
            let banded = in_bands(&picture, width, height, 7, &Stop::never()).unwrap();
            let most = whole.pixels.iter().zip(&banded.pixels).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(most <= Some(2), "{width} × {height}: {most:?}");
        }
    }
}
