//! Ingredients of decompression bombs: compressed streams of zeros, a thousandth as long as the zeros, and chunks of PNGs.

use flate2::write::{GzEncoder, ZlibEncoder};
use flate2::{Compress, Compression, Crc, FlushCompress};
use std::io::Write;

const MIB: usize = 1 << 20;

/// The signature with which every PNG begins.
pub const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk of a PNG, with its checksum.
pub fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    [&(data.len() as u32).to_be_bytes(), &kind[..], data, &crc.sum().to_be_bytes()].concat()
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

/// A deflate stream of this many MiB of zeros; it is about a thousandth as long.
fn deflated_zeros(mib: usize) -> Vec<u8> {
    let mut compress = Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(MIB);
    // A block with a full flush ends at a byte boundary and refers to nothing before it, so it can be repeated.
    compress.compress_vec(&vec![0; MIB], &mut block, FlushCompress::Full).unwrap();
    let mut stream = block.repeat(mib);
    stream.extend([0x03, 0x00]);
    stream
}

/// A gzip member of these bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zlib stream of these bytes.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
