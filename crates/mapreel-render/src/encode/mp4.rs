//! MP4 with H.264 by OpenH264: yuv420p, BT.709 limited range and tagged so, every segment beginning with a keyframe, the
//! index before the pictures (faststart).

use super::mp4_index::{FORMAT, PPS, SPS, moov, nal_kind};
use super::segment;
use crate::encode::Animation;
use crate::error::Error;
use crate::error::encode as encode_error;
use crate::raster::canvas::Canvas;
use mapreel_spec::Format;
use mp4_atom::{Encode, Ftyp};
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, EncoderConfig, FrameRate, IntraFramePeriod, QpRange, RateControlMode, SpsPpsStrategy,
    UsageType, VuiConfig,
};
use openh264::formats::YUVSource;
use std::io::{Read, Write};
use yuv::{BufferStoreMut, YuvConversionMode, YuvPlanarImageMut, YuvRange, YuvStandardMatrix};

/// The constant quantiser: text and hard edges stay clean, and a loop of a day stays within some megabytes.
const QP: u8 = 20;

pub struct Encoder {
    encoder: openh264::encoder::Encoder,
    yuv: Planes,
    out: segment::Writer,
}

/// A picture in 4:2:0.
struct Planes {
    width: usize,
    height: usize,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

impl YUVSource for Planes {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.y
    }

    fn u(&self) -> &[u8] {
        &self.u
    }

    fn v(&self) -> &[u8] {
        &self.v
    }
}

impl Encoder {
    pub(super) fn new(animation: &Animation) -> Result<Self, Error> {
        let (width, height) = (animation.width as usize, animation.height as usize);
        if width % 2 != 0 || height % 2 != 0 {
            return Err(Error::Encode { format: FORMAT, reason: "4:2:0 needs even sides".into() });
        }
        if let Some(reason) = Format::Mp4.why_not([animation.width, animation.height]) {
            return Err(Error::Encode { format: FORMAT, reason });
        }
        let config = EncoderConfig::new()
            .usage_type(UsageType::CameraVideoRealTime)
            // `Off` would ignore the quantiser.
            .rate_control_mode(RateControlMode::Quality)
            .qp(QpRange::new(QP, QP))
            // The encoder does not keep to this rate in this mode, but takes from it the H.264 level that players must support.
            .bitrate(BitRate::from_bps(5_000_000))
            .max_frame_rate(FrameRate::from_hz(30.0))
            .skip_frames(false)
            // Every segment gets equal parameter sets, on whichever machine it is encoded.
            .sps_pps_strategy(SpsPpsStrategy::ConstantId)
            .intra_frame_period(IntraFramePeriod::from_num_frames(0))
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .long_term_reference(false)
            .complexity(Complexity::Low)
            .num_threads(1)
            .vui(VuiConfig::bt709());
        let mut encoder = openh264::encoder::Encoder::with_api_config(OpenH264API::from_source(), config)
            .map_err(encode_error(FORMAT))?;
        silence(&mut encoder);
        let chroma = vec![0; width * height / 4];
        let yuv = Planes { width, height, y: vec![0; width * height], u: chroma.clone(), v: chroma };
        Ok(Self { encoder, yuv, out: segment::Writer::default() })
    }

    pub(super) fn add(&mut self, page: &Canvas) -> Result<(), Error> {
        to_yuv(page, &mut self.yuv)?;
        let stream = self.encoder.encode(&self.yuv).map_err(encode_error(FORMAT))?;
        let mut sample = Vec::new();
        let mut parameters = Vec::new();
        for layer in (0..stream.num_layers()).filter_map(|i| stream.layer(i)) {
            for nal in (0..layer.nal_count()).filter_map(|i| layer.nal_unit(i)) {
                let nal = without_start_code(nal);
                let to = if matches!(nal_kind(nal), SPS | PPS) { &mut parameters } else { &mut sample };
                to.extend_from_slice(&(nal.len() as u32).to_be_bytes());
                to.extend_from_slice(nal);
            }
        }
        if sample.is_empty() {
            return Err(Error::Encode { format: FORMAT, reason: "it skipped a frame".into() });
        }
        if self.out.is_empty() {
            self.out.shared = parameters;
        }
        self.out.add(&sample);
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out.finish()
    }
}

/// Turns off the encoder's log, which would say on standard error that a constant quality gives no constant bit rate.
fn silence(encoder: &mut openh264::encoder::Encoder) {
    let mut level: i32 = openh264_sys2::WELS_LOG_QUIET;
    // SAFETY: this option takes a pointer to an int, which is read during the call; the encoder is not yet in use.
    unsafe { encoder.raw_api().set_option(openh264_sys2::ENCODER_OPTION_TRACE_LEVEL, (&raw mut level).cast()) };
}

fn without_start_code(nal: &[u8]) -> &[u8] {
    let zeros = nal.iter().take_while(|byte| **byte == 0).count();
    nal.get(zeros + 1..).unwrap_or_default()
}

fn to_yuv(page: &Canvas, planes: &mut Planes) -> Result<(), Error> {
    let mut image = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(&mut planes.y),
        y_stride: page.width(),
        u_plane: BufferStoreMut::Borrowed(&mut planes.u),
        u_stride: page.width() / 2,
        v_plane: BufferStoreMut::Borrowed(&mut planes.v),
        v_stride: page.width() / 2,
        width: page.width(),
        height: page.height(),
    };
    let (range, matrix) = (YuvRange::Limited, YuvStandardMatrix::Bt709);
    yuv::rgba_to_yuv420(&mut image, page.pixels(), page.width() * 4, range, matrix, YuvConversionMode::Balanced)
        .map_err(encode_error(FORMAT))
}

pub(super) fn assemble<R: Read>(
    animation: &Animation,
    segments: Vec<segment::Reader<R>>,
    out: &mut impl Write,
) -> Result<(), Error> {
    let shared = segments.first().map(|segment| segment.shared.clone()).unwrap_or_default();
    if segments.iter().any(|segment| segment.shared != shared) {
        return Err(Error::Segment("its parameter sets differ from those of the first"));
    }
    let ftyp = Ftyp {
        major_brand: b"isom".into(),
        minor_version: 512,
        compatible_brands: vec![b"isom".into(), b"iso2".into(), b"avc1".into(), b"mp41".into()],
    };
    let mut head = Vec::new();
    ftyp.encode(&mut head).map_err(encode_error(FORMAT))?;
    // The index stands before the pictures and says where they are, so it is made twice: first for its length.
    let lengths: Vec<u64> = segments.iter().map(segment::Reader::frames_len).collect();
    let index = |first: u64| -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        moov(animation, &segments, &shared, first)?.encode(&mut bytes).map_err(encode_error(FORMAT))?;
        Ok(bytes)
    };
    let data_len = lengths.iter().sum::<u64>();
    let first = head.len() as u64 + index(0)?.len() as u64 + 8;
    let too_large = |_| Error::Encode { format: FORMAT, reason: "the file would be larger than 4 GB".into() };
    u32::try_from(first + data_len).map_err(too_large)?;
    head.extend(index(first)?);
    head.extend((data_len as u32 + 8).to_be_bytes());
    head.extend(b"mdat");
    out.write_all(&head)?;
    segments.into_iter().try_for_each(|segment| segment.copy_frames(out))
}
