//! Segments: runs of neighbouring frames, drawn and encoded alone.

use std::ops::Range;

/// The number of frames in a segment of a long film. It is long enough that the segment's keyframe costs little, and short
/// enough that cores and workers share a film evenly.
const SEGMENT_FRAMES: usize = 12;

/// A run of neighbouring frames, as indices from 0.
pub type Segment = Range<usize>;

/// The number of segments for a film: each has about [`SEGMENT_FRAMES`] frames, and a film of 8 frames or more has at least
/// two.
pub(crate) fn segments_of(frames: usize) -> usize {
    frames.div_ceil(SEGMENT_FRAMES).max(if frames >= 8 { 2 } else { 1 })
}

/// Divides the frames into `count` even runs. Where a server has fewer frames than expected, the runs are shorter or empty.
pub(crate) fn segments(frames: usize, count: usize) -> Vec<Segment> {
    (0..count).map(|i| i * frames / count..(i + 1) * frames / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_even_and_cover_every_frame_once() {
        for frames in 1..=600 {
            let segments = segments(frames, segments_of(frames));
            assert_eq!(segments.first().map(|s| s.start), Some(0));
            assert_eq!(segments.last().map(|s| s.end), Some(frames));
            assert!(segments.windows(2).all(|w| w[0].end == w[1].start), "{frames}");
            let lengths: Vec<_> = segments.iter().map(ExactSizeIterator::len).collect();
            assert!(lengths.iter().all(|l| (1..=SEGMENT_FRAMES).contains(l)), "{frames}: {lengths:?}");
            assert!(lengths.iter().max().zip(lengths.iter().min()).is_some_and(|(a, b)| a - b <= 1));
        }
    }

    #[test]
    fn fewer_frames_than_expected_are_shared_by_as_many_segments() {
        let segments = segments(3, segments_of(24));
        assert_eq!(segments.len(), 2);
        assert_eq!(segments.iter().map(ExactSizeIterator::len).sum::<usize>(), 3);
    }
}
