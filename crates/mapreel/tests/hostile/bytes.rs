//! Ingredients of decompression bombs.

pub use mapreel_testkit::pictures::{gzip, gzip_zeros, zlib, zlib_zeros};

/// A pseudo-random number: a hash of the place.
pub fn noise(place: usize) -> u32 {
    let mixed = (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32) as u32
}

/// Parts joined: `count` of them, each made from its number.
pub fn many(count: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    (0..count).for_each(|i| text.push_str(&part(i)));
    text
}

/// The first `percent` of some bytes.
pub fn cut(bytes: &[u8], percent: usize) -> Vec<u8> {
    bytes[..bytes.len() * percent / 100].to_vec()
}
