//! Pictures of every kind.

use flate2::Crc;
use mapreel_sources::decode;
use mapreel_sources::{Sizes, decode_into};

pub(super) const WORDS: &[&str] = &[
    "IHDR",
    "PLTE",
    "IDAT",
    "IEND",
    "tRNS",
    "gAMA",
    "acTL",
    "fcTL",
    "fdAT",
    "iCCP",
    "zTXt",
    "VP8 ",
    "VP8L",
    "VP8X",
    "ALPH",
    "ANIM",
    "ANMF",
    "EXIF",
    "RIFF",
    "WEBP",
    "GIF89a",
    "NETSCAPE2.0",
    "Exif",
    "Adobe",
    "JFIF",
];

/// The most pixels of a picture.
const PIXELS_MAX: u64 = 25_000_000;

pub(super) mod seeds {
    use crate::seeds::{file, files};
    use crate::targets::films;
    use mapreel_spec::Format;

    pub fn png() -> Vec<Vec<u8>> {
        let recorded =
            [files("crates/mapreel/benches/recorded", &[".png"]), files("crates/mapreel/tests/golden", &[".png"])]
                .concat();
        let small = recorded.into_iter().filter(|bytes| bytes.len() < 20_000);
        let kinds = [
            (png::ColorType::Grayscale, png::BitDepth::One, 2),
            (png::ColorType::Grayscale, png::BitDepth::Sixteen, 18),
            (png::ColorType::GrayscaleAlpha, png::BitDepth::Eight, 18),
            (png::ColorType::Rgb, png::BitDepth::Sixteen, 54),
            (png::ColorType::Rgba, png::BitDepth::Eight, 36),
            (png::ColorType::Indexed, png::BitDepth::Four, 5),
        ];
        let kinds = kinds.into_iter().map(|(colour, depth, row)| super::a_png(colour, depth, row));
        small.chain(kinds).chain([file("crates/mapreel/tests/recorded/xpublish-strip.png")]).collect()
    }

    pub fn jpeg() -> Vec<Vec<u8>> {
        vec![films::still(Format::Jpeg)]
    }

    pub fn webp() -> Vec<Vec<u8>> {
        vec![films::still(Format::Webp)]
    }

    pub fn gif() -> Vec<Vec<u8>> {
        vec![films::film(Format::Gif).1]
    }
}

/// A PNG of nine by nine pixels of one kind.
fn a_png(colour: png::ColorType, depth: png::BitDepth, row: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 9, 9);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        encoder.set_palette(vec![0; 48]);
        encoder.set_trns(vec![0, 255]);
    }
    let mut writer = encoder.write_header().expect("the kind is legal");
    let pixels: Vec<u8> = (0..row * 9).map(|i| i as u8).collect();
    writer.write_image_data(&pixels).expect("it has so many bytes");
    writer.finish().expect("it is whole");
    bytes
}

/// A decoded picture has the bytes of its width and height, is within the limit, and is the same when it is decoded into a used buffer.
fn decoded(input: &[u8]) {
    let Ok(picture) = decode(input) else { return };
    let pixels = u64::from(picture.width) * u64::from(picture.height);
    assert!(pixels > 0 && pixels <= PIXELS_MAX);
    assert_eq!(picture.rgba.len() as u64, pixels * 4);
    if pixels <= 1_000_000 {
        assert!(decode_into(input, Sizes::Any, vec![7; 5000]).as_ref() == Ok(&picture), "in a used buffer it differs");
    }
}

/// Also with correct checksums, which an attacker can compute.
pub(super) fn png(input: &[u8]) {
    decoded(input);
    decoded(&with_correct_checksums(input));
}

pub(super) fn jpeg(input: &[u8]) {
    decoded(input);
}

pub(super) fn webp(input: &[u8]) {
    decoded(input);
}

pub(super) fn gif(input: &[u8]) {
    decoded(input);
}

/// The PNG with a correct checksum in every chunk.
fn with_correct_checksums(input: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    let mut at = 8;
    while let Some(length) = bytes.get(at..at + 4) {
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let end = at + 8 + length;
        let mut sum = Crc::new();
        let Some(chunk) = bytes.get(at + 4..end) else { break };
        sum.update(chunk);
        let sum = sum.sum().to_be_bytes();
        let Some(place) = bytes.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&sum);
        at = end + 4;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::films;
    use super::*;
    use mapreel_spec::Format;

    #[test]
    fn encoded_pictures_are_decoded() {
        for format in [Format::Png, Format::Webp] {
            let page = films::page();
            let picture = decode(&films::still(format)).unwrap();
            assert_eq!((picture.width, picture.height), (page.width(), page.height()));
            assert!(picture.rgba == page.pixels());
        }
    }

    #[test]
    fn checksums_are_corrected() {
        let whole = a_png(png::ColorType::Rgb, png::BitDepth::Eight, 27);
        let mut changed = whole.clone();
        let at = changed.len() - 16 - 1;
        changed[at] ^= 1;
        assert!(decode(&changed).is_err());
        assert_eq!(with_correct_checksums(&whole), whole);
        assert_eq!(with_correct_checksums(&with_correct_checksums(&changed)), with_correct_checksums(&changed));
    }
}
