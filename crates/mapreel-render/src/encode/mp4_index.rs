//! The index of an MP4 file: what is in it, how long each picture lasts, and where its bytes are (ISO/IEC 14496-12).

use super::segment;
use crate::encode::Animation;
use crate::error::Error;
use crate::error::encode as encode_error;
use mp4_atom::{
    Avc1, Avcc, Codec, Colr, Dinf, Dref, DrefEntry, Hdlr, Mdhd, Mdia, Minf, Moov, Mvhd, Stbl, Stco, Stsc, StscEntry,
    Stsd, Stss, Stsz, StszSamples, Stts, SttsEntry, Tkhd, Trak, Url, Visual, Vmhd,
};
use std::io::Read;

pub(super) const FORMAT: &str = "MP4";
/// Ticks of the file's clock per second: every usual frame rate is a whole number of them.
const TICKS_PER_S: u32 = 90_000;

/// Kinds of network abstraction layer units (ITU-T H.264, table 7-1).
pub(super) const SPS: u8 = 7;
pub(super) const PPS: u8 = 8;

/// The index: one track, whose samples lie in one chunk for each segment, the first at `first`.
pub(super) fn moov<R: Read>(
    animation: &Animation,
    segments: &[segment::Reader<R>],
    shared: &[u8],
    first: u64,
) -> Result<Moov, Error> {
    let durations = durations(animation);
    let duration: u64 = durations.iter().map(|d| u64::from(*d)).sum();
    let (width, height) = (animation.width as u16, animation.height as u16);
    let stbl = Stbl {
        stsd: Stsd { codecs: vec![Codec::Avc1(sample_entry(width, height, shared)?)] },
        stts: Stts { entries: runs(&durations) },
        ..sample_places(segments, first)
    };
    let tkhd = Tkhd {
        track_id: 1,
        duration,
        enabled: true,
        in_movie: true,
        width: width.into(),
        height: height.into(),
        ..Tkhd::default()
    };
    let mvhd = Mvhd {
        timescale: TICKS_PER_S,
        duration,
        rate: 1.into(),
        volume: 1.into(),
        next_track_id: 2,
        ..Mvhd::default()
    };
    let trak = Trak { tkhd, mdia: video(duration, stbl), ..Trak::default() };
    Ok(Moov { mvhd, trak: vec![trak], ..Moov::default() })
}

fn video(duration: u64, stbl: Stbl) -> Mdia {
    let dref = Dref { entries: vec![DrefEntry::Url(Url::default())] };
    Mdia {
        mdhd: Mdhd { timescale: TICKS_PER_S, duration, language: "und".into(), ..Mdhd::default() },
        hdlr: Hdlr { handler: b"vide".into(), name: "Mapreel".into() },
        minf: Minf { vmhd: Some(Vmhd::default()), dinf: Dinf { dref }, stbl, ..Minf::default() },
    }
}

/// Where the samples lie, how large they are, and which are keyframes: the first of each segment.
fn sample_places<R: Read>(segments: &[segment::Reader<R>], first: u64) -> Stbl {
    let mut chunk_at = first;
    let (mut chunks, mut chunk_lengths, mut keyframes, mut samples) =
        (Vec::new(), Vec::<StscEntry>::new(), Vec::new(), Vec::new());
    for (i, segment) in segments.iter().enumerate() {
        chunks.push(chunk_at as u32);
        chunk_at += segment.frames_len();
        keyframes.push(samples.len() as u32 + 1);
        samples.extend_from_slice(&segment.sizes);
        let samples_per_chunk = segment.sizes.len() as u32;
        if chunk_lengths.last().is_none_or(|last| last.samples_per_chunk != samples_per_chunk) {
            chunk_lengths.push(StscEntry { first_chunk: i as u32 + 1, samples_per_chunk, sample_description_index: 1 });
        }
    }
    Stbl {
        stss: Some(Stss { entries: keyframes }),
        stsc: Stsc { entries: chunk_lengths },
        stsz: Stsz { samples: StszSamples::Different { sizes: samples } },
        stco: Some(Stco { entries: chunks }),
        ..Stbl::default()
    }
}

fn sample_entry(width: u16, height: u16, shared: &[u8]) -> Result<Avc1, Error> {
    let (mut sps, mut pps): (&[u8], &[u8]) = (&[], &[]);
    let mut rest = shared;
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        let nal = after.get(..length).ok_or(Error::Segment("its parameter sets are cut"))?;
        match nal_kind(nal) {
            SPS => sps = nal,
            _ => pps = nal,
        }
        rest = &after[length..];
    }
    Ok(Avc1 {
        visual: Visual { data_reference_index: 1, width, height, ..Visual::default() },
        avcc: Avcc::new(sps, pps).map_err(encode_error(FORMAT))?,
        // BT.709 primaries, transfer and matrix, limited range (ISO/IEC 23091-2).
        colr: Some(Colr::Nclx {
            colour_primaries: 1,
            transfer_characteristics: 1,
            matrix_coefficients: 1,
            full_range_flag: false,
        }),
        ..Avc1::default()
    })
}

/// The ticks of every frame; rounding errors do not accumulate.
fn durations(animation: &Animation) -> Vec<u32> {
    let mut end_s = 0.0;
    let mut end_ticks = 0u64;
    (0..animation.frames)
        .map(|i| {
            end_s += animation.output.frame_duration_s(i, animation.frames);
            let ticks = (end_s * f64::from(TICKS_PER_S)).round() as u64 - end_ticks;
            end_ticks += ticks;
            ticks as u32
        })
        .collect()
}

fn runs(durations: &[u32]) -> Vec<SttsEntry> {
    let mut runs: Vec<SttsEntry> = Vec::new();
    for duration in durations {
        match runs.last_mut() {
            Some(run) if run.sample_delta == *duration => run.sample_count += 1,
            _ => runs.push(SttsEntry { sample_count: 1, sample_delta: *duration }),
        }
    }
    runs
}

pub(super) fn nal_kind(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |byte| byte & 31)
}
