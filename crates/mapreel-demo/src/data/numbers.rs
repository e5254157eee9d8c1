//! The numbers of the packed data: raw DEFLATE over LEB128, the signed ones zigzag-encoded.

use flate2::read::DeflateDecoder;
use std::io::Read;

/// The most bytes that packed data may inflate to.
const INFLATED_BYTES_MAX: u64 = 8 << 20;

/// Inflated data, read from their beginning.
pub(crate) struct Numbers {
    bytes: Vec<u8>,
    at: usize,
}

impl Numbers {
    /// Inflates packed data, up to 8 MiB; `None` if they are not raw DEFLATE.
    pub(crate) fn inflate(packed: &[u8]) -> Option<Self> {
        let mut bytes = Vec::new();
        DeflateDecoder::new(packed).take(INFLATED_BYTES_MAX).read_to_end(&mut bytes).ok()?;
        Some(Self { bytes, at: 0 })
    }

    /// The next bytes as they are; `None` where fewer are left.
    pub(crate) fn raw(&mut self, length: usize) -> Option<&[u8]> {
        let bytes = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }

    /// The next number; `None` at the end, or where it is beyond 32 bits.
    pub(crate) fn unsigned(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            number |= u32::from(byte & 127).checked_shl(shift)?;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    /// The next signed number.
    pub(crate) fn signed(&mut self) -> Option<i32> {
        let number = self.unsigned()?;
        Some((number >> 1) as i32 ^ -((number & 1) as i32))
    }
}
