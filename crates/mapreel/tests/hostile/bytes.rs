//! What bombs are made of.

use flate2::write::{GzEncoder, ZlibEncoder};
use flate2::{Compress, Compression, Crc, FlushCompress};
use std::io::Write;

const MIB: usize = 1 << 20;

/// A number that looks random; the same for the same place.
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

/// A deflate stream of so many MiB of zeros: about a thousandth of it.
fn deflated_zeros(mib: usize) -> Vec<u8> {
    let mut compress = Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(MIB);
    // A full flush ends at a byte and refers to nothing before it, so it can be repeated.
    compress.compress_vec(&vec![0; MIB], &mut block, FlushCompress::Full).unwrap();
    let mut stream = block.repeat(mib);
    stream.extend([0x03, 0x00]);
    stream
}

/// A zlib stream of so many MiB of zeros.
pub fn zlib_zeros(mib: usize) -> Vec<u8> {
    let high = ((mib * MIB) % 65_521) as u32;
    [&[0x78, 0xDA][..], &deflated_zeros(mib), &(high << 16 | 1).to_be_bytes()].concat()
}

/// A gzip member of so many MiB of zeros, with the right checksum.
pub fn gzip_zeros(mib: usize) -> Vec<u8> {
    let mut block = Crc::new();
    block.update(&vec![0; MIB]);
    let mut crc = Crc::new();
    (0..mib).for_each(|_| crc.combine(&block));
    let head = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255];
    let size = (mib * MIB) as u32;
    [&head[..], &deflated_zeros(mib), &crc.sum().to_le_bytes(), &size.to_le_bytes()].concat()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The first share of some bytes, in hundredths.
pub fn cut(bytes: &[u8], percent: usize) -> Vec<u8> {
    bytes[..bytes.len() * percent / 100].to_vec()
}
