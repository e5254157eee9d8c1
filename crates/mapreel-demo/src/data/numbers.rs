//! The numbers of the packed data: raw DEFLATE over LEB128, the signed ones zigzag-encoded.

use flate2::read::DeflateDecoder;
use std::io::Read;

/// The most bytes that packed data may inflate to.
const INFLATED_BYTES_MAX: u64 = 8 << 20;

/// Inflated data, and the place up to which they have been read.
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
        let mut number = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return u32::try_from(number).ok();
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

#[cfg(test)]
mod tests {
    use super::Numbers;

    fn of(bytes: &[u8]) -> Numbers {
        Numbers { bytes: bytes.to_vec(), at: 0 }
    }

    #[test]
    fn numbers_are_read_as_they_are_packed() {
        let mut numbers = of(&[0, 1, 2, 0xac, 0x02, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!([0; 4].map(|_| numbers.signed()), [Some(0), Some(-1), Some(1), Some(150)]);
        assert_eq!((numbers.signed(), numbers.signed()), (Some(i32::MIN), None));
    }

    #[test]
    fn a_number_that_does_not_end_or_fit_is_none() {
        for broken in [&[0x80][..], &[0xff, 0xff, 0xff, 0xff, 0x1f], &[0x80; 6]] {
            assert_eq!(of(broken).unsigned(), None, "{broken:?}");
        }
        assert!(of(&[1, 2]).raw(3).is_none() && of(&[1, 2]).raw(usize::MAX).is_none());
    }
}
