//! An encoded segment as bytes: what all frames share, the size of each frame, the frames.
//!
//! `MRS1`, then little-endian: length of the shared part, the shared part, number of frames, the size of each, the frames.

use crate::error::Error;
use std::io::Read;

const MAGIC: &[u8; 4] = b"MRS1";
/// The longest shared part, in bytes: a bound on what a broken file makes the reader allocate.
const SHARED_MAX: u32 = 64 << 10;
/// The most frames of a segment: the same bound for their sizes.
const FRAMES_MAX: u32 = 100_000;

#[derive(Default)]
pub(super) struct Writer {
    /// What all frames share: the H.264 parameter sets, or the palette.
    pub shared: Vec<u8>,
    sizes: Vec<u32>,
    frames: Vec<u8>,
}

impl Writer {
    pub(super) fn sharing(shared: Vec<u8>) -> Self {
        Self { shared, ..Self::default() }
    }

    pub(super) fn add(&mut self, frame: &[u8]) {
        self.sizes.push(frame.len() as u32);
        self.frames.extend_from_slice(frame);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.frames.len() + self.shared.len() + 4 * self.sizes.len() + 12);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&(self.shared.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.shared);
        out.extend_from_slice(&(self.sizes.len() as u32).to_le_bytes());
        self.sizes.iter().for_each(|size| out.extend_from_slice(&size.to_le_bytes()));
        out.extend_from_slice(&self.frames);
        out
    }
}

pub(super) struct Reader<R> {
    pub shared: Vec<u8>,
    pub sizes: Vec<u32>,
    /// Stands at the first frame.
    pub frames: R,
}

impl<R: Read> Reader<R> {
    pub(super) fn open(mut input: R) -> Result<Self, Error> {
        let mut magic = [0; 4];
        input.read_exact(&mut magic)?;
        if &magic != MAGIC {
            return Err(Error::Segment("it does not begin like a segment"));
        }
        let mut shared = vec![0; length(&mut input, SHARED_MAX)?];
        input.read_exact(&mut shared)?;
        let sizes = (0..length(&mut input, FRAMES_MAX)?).map(|_| number(&mut input)).collect::<Result<_, _>>()?;
        Ok(Self { shared, sizes, frames: input })
    }

    /// The length of all frames, in bytes.
    pub(super) fn frames_len(&self) -> u64 {
        self.sizes.iter().map(|size| u64::from(*size)).sum()
    }

    /// Copies the frames out; a segment that ends early is broken.
    pub(super) fn copy_frames(mut self, out: &mut impl std::io::Write) -> Result<(), Error> {
        let expected = self.frames_len();
        if std::io::copy(&mut (&mut self.frames).take(expected), out)? != expected {
            return Err(Error::Segment("it ends early"));
        }
        Ok(())
    }
}

fn number(input: &mut impl Read) -> Result<u32, Error> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn length(input: &mut impl Read, max: u32) -> Result<usize, Error> {
    let length = number(input)?;
    if length > max {
        return Err(Error::Segment("a length in it is too large"));
    }
    Ok(length as usize)
}
