//! Headers and bodies of HTTP messages.

use super::text;
use flate2::Compression;
use flate2::write::GzEncoder;
use mapreel::fuzzing;
use mapreel_sources::fuzzing::inflated;
use std::io::Write;

pub(super) const WORDS: &[&str] = &[
    "bytes=",
    "bytes=0-",
    "bytes=-",
    "-",
    ",",
    " ",
    "+",
    "18446744073709551615",
    "18446744073709551616",
    "\x1f\u{8b}\x08",
];

pub(super) mod seeds {
    use crate::seeds::texts;

    pub fn range() -> Vec<Vec<u8>> {
        texts(&[
            "bytes=0-0",
            "bytes=10-19",
            "bytes=90-",
            "bytes=-7",
            "bytes=5-2",
            "bytes=0-1,3-4",
            "lines=1-2",
            "bytes=99999999999999999999-",
        ])
    }

    pub fn gzip_body() -> Vec<Vec<u8>> {
        let bodies = [b"".to_vec(), b"<WMS_Capabilities/>".repeat(20), vec![0; 1 << 20]];
        bodies.iter().map(|body| super::packed(body)).collect()
    }
}

/// A range is within the file, and has the same meaning when it is written with explicit ends.
pub(super) fn range(input: &[u8]) {
    let text = text(input);
    for size in [0, 1, 100, u64::MAX] {
        let Some(range) = fuzzing::range(&text, size).filter(|range| !range.is_empty()) else { continue };
        assert!(range.end <= size, "{range:?} of {size}");
        let written = format!("bytes={}-{}", range.start, range.end - 1);
        assert_eq!(fuzzing::range(&written, size), Some(range), "{written}");
    }
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

/// Decompression stops at the limit; a shorter body is decompressed whole.
pub(super) fn gzip_body(input: &[u8]) {
    const MAX: usize = 100_000;
    if let Ok(body) = inflated(input, MAX) {
        assert!(body.len() <= MAX + 1);
    }
    assert_eq!(inflated(&packed(input), MAX).expect("it is whole"), input);
}
