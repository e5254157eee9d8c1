//! Objects that one process writes and another one reads: preparations, segments, and the files assembled from segments.

use mapreel::fuzzing;
use mapreel_render::encode::palette::{Colours, Palette};
use mapreel_render::encode::{self, SegmentEncoder};
use mapreel_render::{Canvas, Fonts, Painter, Scene, Stop};
use mapreel_spec::{Format, Limits, Output, Plan, Resolved, View, parse_request};
use std::sync::{Arc, LazyLock};

pub(super) const WORDS: &[&str] = &["MRS1", "\0\0\0\x01", "\u{1}\0\0\0", "\u{2}\0\0\0", "http://h/", "moov", "mdat"];

pub(super) mod seeds {
    use super::{film, fuzzing};
    use mapreel_spec::Format;

    pub fn mp4_segments() -> Vec<Vec<u8>> {
        let (segment, _) = film(Format::Mp4);
        vec![[&[4][..], &segment, &segment].concat(), [&[2][..], &segment].concat()]
    }

    pub fn gif_segments() -> Vec<Vec<u8>> {
        let (segment, _) = film(Format::Gif);
        vec![[&[4][..], &segment, &segment].concat(), [&[2][..], &segment].concat()]
    }

    pub fn preparation() -> Vec<Vec<u8>> {
        vec![
            fuzzing::a_preparation(&[]),
            fuzzing::a_preparation(&[("http://h/a", b"answer"), ("http://h/b?c=d", &[0; 300])]),
        ]
    }

    pub fn segment_object() -> Vec<Vec<u8>> {
        vec![fuzzing::a_segment(&[]), fuzzing::a_segment(&film(Format::Gif).0)]
    }
}

/// A small page.
pub(super) fn page() -> &'static Canvas {
    static PAGE: LazyLock<Canvas> = LazyLock::new(|| {
        let request = br#"{ "map": { "bbox": [-20, 30, 20, 60], "width": 64, "height": 48 }, "layers": [{ "type": "natural-earth" }] }"#;
        let request = parse_request(request, &Limits::default()).expect("it is valid");
        let plan = Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &Limits::default())
            .expect("it is small");
        let never = Stop::never();
        let scene = Scene::new(Arc::new(plan), vec![None], &[], &Fonts::bundled(), &never).expect("nobody stops it");
        Painter::new(&scene, never).draw(0, &vec![None]).expect("nobody stops it").clone()
    });
    &PAGE
}

/// The page as a file.
pub(super) fn still(format: Format) -> Vec<u8> {
    encode::still(page(), format, &Stop::never()).expect("it is small")
}

fn described(format: Format, frames: usize) -> encode::Animation {
    let mut colours = Colours::default();
    colours.add(page(), &Stop::never()).expect("nobody stops it");
    let palette = if format == Format::Gif { colours.palette(std::iter::empty()) } else { Palette::default() };
    let output = Output { format, frame_rate_fps: 5.0, hold_last_s: 1.0, repeat: true };
    encode::Animation { width: page().width(), height: page().height(), frames, output, palette }
}

/// A segment of two equal frames, and the file assembled from it.
pub(super) fn film(format: Format) -> (Vec<u8>, Vec<u8>) {
    let described = described(format, 2);
    let mut encoder = SegmentEncoder::new(&described, &(0..2)).expect("its sides are even");
    (0..2).for_each(|_| encoder.add(page(), &Stop::never()).expect("it is small"));
    let segment = encoder.finish();
    let mut file = Vec::new();
    encode::assemble(&described, vec![&segment[..]], &mut file).expect("it is whole");
    (segment, file)
}

/// Assembles a file from an input: its first byte is the number of frames, and each `MRS1` begins a segment.
fn assembled(format: Format, input: &[u8]) -> Option<Vec<u8>> {
    let (frames, bytes) = input.split_first()?;
    let starts = bytes.windows(4).enumerate().filter(|(_, window)| window == b"MRS1").map(|(at, _)| at);
    let ends = starts.clone().skip(1).chain([bytes.len()]);
    let segments: Vec<&[u8]> = starts.zip(ends).map(|(start, end)| &bytes[start..end]).collect();
    let mut file = Vec::new();
    static MP4: LazyLock<encode::Animation> = LazyLock::new(|| described(Format::Mp4, 0));
    static GIF: LazyLock<encode::Animation> = LazyLock::new(|| described(Format::Gif, 0));
    let animation = if format == Format::Mp4 { &MP4 } else { &GIF };
    let animation = encode::Animation { frames: (*frames).into(), ..(*animation).clone() };
    encode::assemble(&animation, segments, &mut file).ok()?;
    assert!(file.len() <= input.len() + 4096 + 64 * usize::from(*frames), "{} of {} bytes", file.len(), input.len());
    Some(file)
}

/// An MP4 file consists of three boxes, one after the other: `ftyp`, `moov` (with the index) and `mdat`.
pub(super) fn mp4_segments(input: &[u8]) {
    let Some(file) = assembled(Format::Mp4, input) else { return };
    let (mut at, mut names) = (0, Vec::new());
    while at < file.len() {
        let size = u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize;
        assert!(size >= 8 && at + size <= file.len(), "a box of {size} bytes at {at} of {}", file.len());
        names.push(&file[at + 4..at + 8]);
        at += size;
    }
    assert_eq!(names, [b"ftyp", b"moov", b"mdat"]);
}

pub(super) fn gif_segments(input: &[u8]) {
    let Some(file) = assembled(Format::Gif, input) else { return };
    assert!(file.starts_with(b"GIF89a") && file.ends_with(b";"));
}

/// A preparation that can be read is written such that reading it again gives the same.
pub(super) fn preparation(input: &[u8]) {
    if let Some(written) = fuzzing::preparation(input) {
        assert_eq!(fuzzing::preparation(&written), Some(written.clone()));
        assert!(written.len() <= 16 * input.len());
    }
}

pub(super) fn segment_object(input: &[u8]) {
    if let Some(written) = fuzzing::segment(input) {
        assert_eq!(fuzzing::segment(&written), Some(written.clone()));
        assert!(written.len() <= 16 * input.len());
    }
}
