//! The memory that drawing a frame may take, computed from the plan alone: no answer of a server can raise it.
//!
//! Every figure is an upper bound that some code enforces: the size of a picture is checked in its header before it is decoded,
//! an answer is cut off at its limit, and pieces are decoded one after another.

use super::caption::Caption;
use super::page_layout::PageLayout;
use super::planned_layer::{LayerSource, PlannedLayer};
use crate::pictures::mosaic::Fit;
use crate::pictures::mosaic::{Mosaic, PICTURE_PX_MAX, Piece};
use crate::request::appearance::OnError;
use crate::request::output::Format;
use crate::resolved::series::Series;
use mapreel_ogc::LegendSource;
use std::collections::HashSet;

/// The most pixels of a legend's picture.
pub const LEGEND_PX_MAX: u64 = 2_000_000;
/// The most pixels of a swatch. All swatches of a legend have fewer pixels together than the picture of a whole legend.
pub const SWATCH_PX_MAX: u64 = 128 * 128;
/// The longest answer with a legend, in bytes: its uncompressed pixels.
pub const LEGEND_BYTES_MAX: usize = LEGEND_PX_MAX as usize * 4 + (1 << 16);
/// The number of legends that are fetched at the same time.
pub const LEGENDS_AHEAD: usize = 4;
/// The most bytes of answers that a preparation stores for the parts of a job.
pub const RECORDED_BYTES_MAX: usize = 128 << 20;

/// Bytes per pixel.
const PX: u64 = 4;
/// Bytes per pixel of a picture while it is decoded, the picture included: a progressive JPEG keeps all its coefficients.
const DECODING_PX: u64 = 12;
/// The most pixels of a layer's features on the map: so many for each of their positions, and [`FEATURE_PIXELS_MIN`]. Where a
/// projection curves an edge, the edge is followed in pieces. Features that would need more pixels are not drawn.
pub const FEATURE_PIXELS_PER_POSITION: u64 = 8;
/// See [`FEATURE_PIXELS_PER_POSITION`].
pub const FEATURE_PIXELS_MIN: u64 = 1_000_000;
/// Bytes for each position of the features as they were read.
const POSITION_BYTES: u64 = 128;
const FEATURE_PIXEL_BYTES: u64 = 32;
/// The number of answers that are fetched ahead, counted at the longest: as many as one host gets at the same time.
const ANSWERS_AHEAD: u64 = 6;
/// The least and the most bytes of answers that are fetched ahead.
const AHEAD_BYTES: [u64; 2] = [16 << 20, 128 << 20];
/// Bytes of an idle drawing thread: fonts, shaped texts, its stack.
const THREAD_BYTES: u64 = 16 << 20;

/// The most memory that drawing a plan's frames takes, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FrameCost {
    /// Shared by all frames: the page, static layers, legends, features.
    shared: u64,
    /// Of each thread: its page, the pictures of a frame, the encoder.
    thread: u64,
    /// The part of the two that does not depend on the size of the map.
    fixed: u64,
    /// Answers with static pictures, while a preparation stores them for the job's other parts.
    recorded: u64,
    /// Answers that are fetched ahead; a part of `thread`.
    ahead: u64,
    /// Buffers that wait to be used again; a part of `thread`.
    spare: u64,
    /// The limit for an answer of unknown size.
    answer_bytes_max: usize,
}

/// The memory of the layers' legends while they are fetched and laid out, in MiB.
pub fn legends_mib<'a>(captions: impl Iterator<Item = &'a Caption>) -> u64 {
    legends_bytes(captions).div_ceil(1 << 20)
}

fn legends_bytes<'a>(captions: impl Iterator<Item = &'a Caption>) -> u64 {
    let legends: HashSet<&LegendSource> = captions.filter_map(|caption| caption.legend.as_ref()).collect();
    let ahead = legends.len().min(LEGENDS_AHEAD) as u64 * LEGEND_BYTES_MAX as u64;
    legends.len() as u64 * LEGEND_PX_MAX * PX * 2 + ahead
}

impl FrameCost {
    /// The cost of some layers with this many frames on a page, in a format.
    pub(crate) fn of(
        layers: &[PlannedLayer],
        frames: usize,
        layout: &PageLayout,
        format: Format,
        answer_bytes_max: usize,
    ) -> Self {
        let (planned, map_px) = (layers, area([layout.map[2], layout.map[3]]));
        let map_bytes = map_px * PX;
        // An estimate does not know the header and legends yet, so the page counts as half as large again as the map.
        let page_px = (map_px + map_px / 2 + 1_000_000).max(area([layout.width, layout.height]));
        let layers: Vec<LayerCost> =
            planned.iter().map(|layer| LayerCost::of(layer, map_bytes, answer_bytes_max)).collect();
        let legends = legends_bytes(planned.iter().map(|layer| &layer.caption));
        let features: u64 = layers.iter().map(|layer| layer.features).sum();
        // Static layers lie on the map once for all frames, the others once for each thread.
        let placed = |still: bool| -> u64 {
            let of = planned.iter().zip(&layers);
            of.filter(|(layer, _)| layer.drawing.is_static(frames) == still).map(|(_, cost)| cost.placed).sum()
        };
        // One picture of the map more, for the area off the globe.
        let (still, changing) = (placed(true) + map_bytes, placed(false));
        let working = layers.iter().map(|layer| layer.working).max().unwrap_or(0);
        let answer = layers.iter().map(|layer| layer.answer).max().unwrap_or(0);
        let [least, most] = AHEAD_BYTES;
        let ahead = if answer == 0 { 0 } else { (ANSWERS_AHEAD * answer).clamp(least, most).max(answer) };
        let recorded: u64 = planned.iter().map(|layer| still_answers(layer, answer_bytes_max)).sum();
        let spare = 2 * map_bytes;
        let whole: u64 = layers.iter().map(|layer| layer.fixed).sum();
        Self {
            shared: page_px * PX + still + legends + features,
            thread: page_px * (PX + encoder_px(format)) + changing + working + ahead + spare + THREAD_BYTES,
            fixed: legends + features + ahead + whole + THREAD_BYTES,
            recorded,
            ahead,
            spare,
            answer_bytes_max,
        }
    }

    /// The longest answer for a piece, in bytes.
    pub fn answer_bytes_max(&self, piece: &Piece) -> usize {
        piece.answer_bytes_max(self.answer_bytes_max)
    }

    /// The memory with one thread, in MiB.
    pub fn mib(&self) -> u64 {
        self.mib_of(1)
    }

    /// The memory with `threads` threads, in MiB.
    pub fn mib_of(&self, threads: u64) -> u64 {
        (self.shared + threads * self.thread).div_ceil(1 << 20)
    }

    /// The memory that stays in use while no thread draws, in MiB.
    pub fn shared_mib(&self) -> u64 {
        self.shared.div_ceil(1 << 20)
    }

    /// The additional memory of a preparation that has stored `until_now` bytes and stores its static pictures, in MiB: the
    /// answers, and the object that they become.
    pub fn recorded_mib(&self, until_now: usize) -> u64 {
        2 * (self.recorded + until_now as u64).min(RECORDED_BYTES_MAX as u64).div_ceil(1 << 20)
    }

    /// The number of threads that may draw within `mib` MiB; at least one.
    pub fn threads_within(&self, mib: u64) -> u64 {
        ((mib << 20).saturating_sub(self.shared) / self.thread.max(1)).max(1)
    }

    /// The factor by which the map's sides must shrink to fit into `mib` MiB, with a reserve because tiles do not shrink with
    /// the map; `None` where no map fits.
    pub(crate) fn shrink_to(&self, mib: u64) -> Option<f64> {
        let (all, room) = (self.shared + self.thread, mib << 20);
        let by_map = all.saturating_sub(self.fixed).max(1);
        (room > self.fixed).then(|| ((room - self.fixed) as f64 / by_map as f64).sqrt().min(1.0) * 0.8)
    }

    /// The most bytes of answers that are fetched ahead.
    pub fn ahead_bytes(&self) -> usize {
        self.ahead as usize
    }

    /// The most bytes of buffers that wait to be used again.
    pub fn spare_bytes(&self) -> usize {
        self.spare as usize
    }
}

/// Width times height.
fn area([width, height]: [u32; 2]) -> u64 {
    u64::from(width) * u64::from(height)
}

/// Bytes of an encoder for each pixel of a page, including what it has encoded.
fn encoder_px(format: Format) -> u64 {
    match format {
        Format::Png => 8,
        Format::Jpeg => 8,
        Format::Webp => 24,
        Format::Mp4 => 16,
        Format::Gif => 32,
    }
}

/// The most bytes of the answers with a layer's static pictures.
fn still_answers(layer: &PlannedLayer, usual: usize) -> u64 {
    match &layer.drawing {
        LayerSource::Pictures(Series::Same(mosaic)) => {
            mosaic.pieces.iter().map(|piece| piece.answer_bytes_max(usual) as u64).sum()
        }
        _ => 0,
    }
}

/// The memory of a layer, in bytes.
#[derive(Default)]
struct LayerCost {
    /// Its pictures on the map.
    placed: u64,
    /// The memory that is needed while these pictures are made.
    working: u64,
    /// The longest answer for one of its pieces.
    answer: u64,
    /// The part of all this that does not depend on the size of the map.
    fixed: u64,
    /// The positions of its features, and their pixels.
    features: u64,
}

impl LayerCost {
    fn of(layer: &PlannedLayer, map_bytes: u64, usual: usize) -> Self {
        match &layer.drawing {
            LayerSource::Pictures(series) => {
                let mosaics = series.iter().map(|mosaic| Self::of_mosaic(mosaic, map_bytes, usual));
                let mut cost = mosaics.fold(Self::default(), Self::larger);
                if layer.on_error == OnError::Hold && matches!(series, Series::PerFrame(_)) {
                    // The pictures of an earlier frame that are held, and the answers while such a frame is looked for.
                    cost.placed *= 2;
                    cost.working += cost.answer;
                }
                cost
            }
            LayerSource::Features(features) => {
                let positions = features.positions() as u64;
                let pixels = FEATURE_PIXELS_PER_POSITION * positions + FEATURE_PIXELS_MIN;
                let features = positions * POSITION_BYTES + pixels * FEATURE_PIXEL_BYTES;
                Self { placed: map_bytes, features, ..Self::default() }
            }
            LayerSource::NaturalEarth(_) | LayerSource::Graticule(_) => Self { placed: map_bytes, ..Self::default() },
            LayerSource::Missing(_) => Self::default(),
        }
    }

    fn of_mosaic(mosaic: &Mosaic, map_bytes: u64, usual: usize) -> Self {
        let Some(first) = mosaic.pieces.first() else { return Self::default() };
        let pictures = mosaic.pieces.iter().map(|piece| area(piece.picture_px_max()).min(PICTURE_PX_MAX));
        let decoding = pictures.max().unwrap_or(0) * DECODING_PX;
        let answer = mosaic.pieces.iter().map(|piece| piece.answer_bytes_max(usual)).max().unwrap_or(0);
        let sheet = match mosaic.size {
            Some((width, height)) => area([width, height]) * PX,
            None => PICTURE_PX_MAX * PX,
        };
        // On the map it is the mosaic itself, moved, or a picture of the map's size. While it is made, there are the mosaic and
        // another picture of about the map's resolution.
        let (placed, working) = (sheet.max(map_bytes), sheet + decoding.max(sheet));
        let fixed = if first.fit == Fit::Exact { 0 } else { decoding };
        let fixed = if mosaic.size.is_none() { placed + working } else { fixed };
        Self { placed, working, answer: answer as u64, fixed, features: 0 }
    }

    fn larger(self, other: Self) -> Self {
        Self {
            placed: self.placed.max(other.placed),
            working: self.working.max(other.working),
            answer: self.answer.max(other.answer),
            fixed: self.fixed.max(other.fixed),
            features: self.features.max(other.features),
        }
    }
}
