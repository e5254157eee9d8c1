//! Blending pictures onto the page: the innermost loop of everything.
//!
//! The page is opaque, so source-over is `d + (s - d)·a`: no division, no second alpha. General libraries cannot assume
//! that, which is why this one function is ours. Every result is rounded to the nearest, on every machine the same.

use super::canvas::Canvas;
use super::raster::Raster;
use mapreel_spec::Colour;

/// Blends a picture onto the page with its upper left corner at `x`, `y`, within the `clip` box
/// `[x, y, width, height]`; `opacity` multiplies its alpha.
pub(crate) fn blend(page: &mut Canvas, picture: &Raster, x: i64, y: i64, clip: [u32; 4], opacity: u8) {
    let right = i64::from((clip[0] + clip[2]).min(page.width()));
    let bottom = i64::from((clip[1] + clip[3]).min(page.height()));
    let (left, top) = (x.max(clip[0].into()), y.max(clip[1].into()));
    let (right, bottom) = (right.min(x + i64::from(picture.width)), bottom.min(y + i64::from(picture.height)));
    if left >= right || top >= bottom || opacity == 0 {
        return;
    }
    let stride = page.width() as usize * 4;
    let kernel = Kernel { opacity, premultiplied: picture.premultiplied };
    for row in top..bottom {
        let source = &picture.row((row - y) as u32)[(left - x) as usize * 4..(right - x) as usize * 4];
        let start = row as usize * stride + left as usize * 4;
        kernel.row(&mut page.pixels_mut()[start..start + source.len()], source);
    }
}

/// Gives every pixel the colour that it would have when blended with `opacity` onto `ground`; its alpha stays.
pub(crate) fn mix(picture: &mut Raster, opacity: u8, ground: Colour) {
    let (over, under) = (u32::from(opacity), u32::from(255 - opacity));
    for pixel in picture.pixels.chunks_exact_mut(4) {
        // In a premultiplied picture the ground is multiplied by the pixel's alpha, too.
        let alpha = if picture.premultiplied { u32::from(pixel[3]) } else { 255 };
        for (channel, ground) in pixel[..3].iter_mut().zip([ground.r, ground.g, ground.b]) {
            *channel = div255(u32::from(*channel) * over + div255(u32::from(ground) * alpha) * under) as u8;
        }
    }
}

#[derive(Clone, Copy)]
struct Kernel {
    opacity: u8,
    premultiplied: bool,
}

impl Kernel {
    fn row(self, page: &mut [u8], picture: &[u8]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            unsafe { self.row_avx2(page, picture) };
            return;
        }
        self.row_plain(page, picture);
    }

    fn row_plain(self, page: &mut [u8], picture: &[u8]) {
        for (d, s) in page.chunks_exact_mut(4).zip(picture.chunks_exact(4)) {
            if s[3] == 0 {
                continue;
            }
            let alpha = div255(u32::from(s[3]) * u32::from(self.opacity));
            let weight = if self.premultiplied { u32::from(self.opacity) } else { alpha };
            for i in 0..3 {
                let mixed = u32::from(s[i]) * weight + u32::from(d[i]) * (255 - alpha);
                d[i] = div255(mixed.min(255 * 255)) as u8;
            }
        }
    }

    /// What `row_plain` does, eight pixels at a time.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn row_avx2(self, page: &mut [u8], picture: &[u8]) {
        use std::arch::x86_64::*;
        let zero = _mm256_setzero_si256();
        let all = _mm256_set1_epi16(255);
        let half = _mm256_set1_epi16(128);
        let opaque = _mm256_set1_epi32(0xFF00_0000u32 as i32);
        let opacity = _mm256_set1_epi16(self.opacity.into());
        // Shuffles the 16-bit channels r g b a of each pixel to a a a a; each 128-bit half holds two pixels.
        let spread = _mm256_setr_epi8(
            6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14, 15, 6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14,
            15,
        );
        let div255 = |v: __m256i| {
            let v = _mm256_add_epi16(v, half);
            _mm256_srli_epi16::<8>(_mm256_add_epi16(v, _mm256_srli_epi16::<8>(v)))
        };
        let mix = |s: __m256i, d: __m256i| {
            let alpha = div255(_mm256_mullo_epi16(_mm256_shuffle_epi8(s, spread), opacity));
            let weight = if self.premultiplied { opacity } else { alpha };
            let (s, d) = (_mm256_mullo_epi16(s, weight), _mm256_mullo_epi16(d, _mm256_sub_epi16(all, alpha)));
            // With a rounded premultiplied colour the sum may be slightly above 255·255: it is clamped there.
            div255(_mm256_min_epu16(_mm256_adds_epu16(s, d), _mm256_set1_epi16((255u16 * 255) as i16)))
        };
        let mut pages = page.chunks_exact_mut(32);
        let mut pictures = picture.chunks_exact(32);
        for (d, s) in (&mut pages).zip(&mut pictures) {
            // SAFETY: both slices are 32 bytes long; loads and stores are unaligned ones.
            unsafe {
                let source = _mm256_loadu_si256(s.as_ptr().cast());
                let alphas = _mm256_and_si256(source, opaque);
                if _mm256_testz_si256(alphas, alphas) == 1 {
                    continue;
                }
                if self.opacity == 255 && _mm256_movemask_epi8(_mm256_cmpeq_epi32(alphas, opaque)) == -1 {
                    _mm256_storeu_si256(d.as_mut_ptr().cast(), source);
                    continue;
                }
                let under = _mm256_loadu_si256(d.as_ptr().cast());
                let low = mix(_mm256_unpacklo_epi8(source, zero), _mm256_unpacklo_epi8(under, zero));
                let high = mix(_mm256_unpackhi_epi8(source, zero), _mm256_unpackhi_epi8(under, zero));
                let mixed = _mm256_or_si256(_mm256_packus_epi16(low, high), opaque);
                _mm256_storeu_si256(d.as_mut_ptr().cast(), mixed);
            }
        }
        self.row_plain(pages.into_remainder(), pictures.remainder());
    }
}

/// `v / 255`, rounded to the nearest, for `v` up to 255².
fn div255(v: u32) -> u32 {
    let v = v + 128;
    (v + (v >> 8)) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixed_picture_has_the_colours_of_one_that_was_blended() {
        let ground = Colour::rgb(10, 120, 230);
        let mut picture = Raster::straight(40, 10, noise(400, 3));
        picture.pixels.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
        for opacity in [0, 51, 217, 255] {
            let mut page = Canvas::new(40, 10, ground);
            blend(&mut page, &picture, 0, 0, [0, 0, 40, 10], opacity);
            let mut mixed = picture.clone();
            mix(&mut mixed, opacity, ground);
            assert_eq!(mixed.pixels, page.pixels(), "opacity {opacity}");
        }
    }

    #[test]
    fn division_is_exact() {
        for v in 0..=255u32 * 255 {
            assert_eq!(div255(v), (v + 127) / 255, "{v}");
        }
    }

    /// Pseudo-random bytes with runs of transparent and opaque pixels, so that every path is taken.
    fn noise(pixels: usize, seed: u32) -> Vec<u8> {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let run = |i: usize, alpha: u8| match i / 16 % 4 {
            0 => 0,
            1 => 255,
            _ => alpha,
        };
        (0..pixels).flat_map(|i| [next(), next(), next(), run(i, next())]).collect()
    }

    #[test]
    fn the_avx2_kernel_and_the_plain_one_agree_to_the_last_bit() {
        for opacity in [1, 77, 128, 254, 255] {
            for premultiplied in [false, true] {
                let kernel = Kernel { opacity, premultiplied };
                let mut picture = noise(333, 7);
                if premultiplied {
                    for pixel in picture.chunks_exact_mut(4) {
                        for i in 0..3 {
                            pixel[i] = pixel[i].min(pixel[3]);
                        }
                    }
                }
                let mut page = noise(333, 9);
                page.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
                let mut plain = page.clone();
                kernel.row(&mut page, &picture);
                kernel.row_plain(&mut plain, &picture);
                assert_eq!(page, plain, "opacity {opacity}, premultiplied {premultiplied}");
            }
        }
    }

    #[test]
    fn pictures_are_cut_at_the_clip() {
        let mut page = Canvas::new(4, 4, Colour::rgb(0, 0, 0));
        let picture = Raster::straight(4, 4, vec![255; 64]);
        blend(&mut page, &picture, -2, 1, [1, 0, 2, 3], 255);
        let white: Vec<_> = (0..16).filter(|i| page.colour(i % 4, i / 4).r == 255).collect();
        assert_eq!(white, [5, 9]);
    }
}
