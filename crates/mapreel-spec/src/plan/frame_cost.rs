//! What a frame may cost in memory, from the plan alone: whatever servers answer, it is not more.
//!
//! Every figure is an upper bound that something enforces: a picture's size is checked in its header before it is decoded,
//! an answer is cut off at its limit, pieces are decoded one after another.

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
/// The most pixels of a small picture of a legend: those of a legend together are fewer than those of a whole one.
pub const SWATCH_PX_MAX: u64 = 128 * 128;
/// The longest answer of a legend, in bytes: its pixels, not compressed.
pub const LEGEND_BYTES_MAX: usize = LEGEND_PX_MAX as usize * 4 + (1 << 16);
/// Legends that are fetched at once.
pub const LEGENDS_AHEAD: usize = 4;
/// The most that is recorded of what all frames share, in bytes.
pub const RECORDED_BYTES_MAX: usize = 128 << 20;

/// Bytes of a pixel.
const PX: u64 = 4;
/// Bytes for each pixel of a picture while it is decoded, itself included: a progressive JPEG keeps all its coefficients.
const DECODING_PX: u64 = 12;
/// Pixels that the features of a layer become on the map, for each of their positions, and beside those: an edge is followed in
/// pieces where a projection bends it. Features that become more are not drawn.
pub const FEATURE_PIXELS_PER_POSITION: u64 = 8;
/// See [`FEATURE_PIXELS_PER_POSITION`].
pub const FEATURE_PIXELS_MIN: u64 = 1_000_000;
/// Bytes for each position of features as they were read, and for each of their pixels.
const POSITION_BYTES: u64 = 128;
const FEATURE_PIXEL_BYTES: u64 = 32;
/// Answers that are fetched ahead, of the longest kind: as many as one host is asked for at once.
const ANSWERS_AHEAD: u64 = 6;
/// Between these, in bytes, lies what is fetched ahead.
const AHEAD_BYTES: [u64; 2] = [16 << 20, 128 << 20];
/// What a thread takes that draws nothing yet: fonts, shaped texts, its stack.
const THREAD_BYTES: u64 = 16 << 20;

/// The most memory that drawing a plan's frames takes, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FrameCost {
    /// What all frames share: the page, still layers, legends, features.
    shared: u64,
    /// What a thread has besides: its page, the pictures of a frame, the encoder.
    thread: u64,
    /// Of the two, what does not depend on the size of the map.
    fixed: u64,
    /// Answers for still pictures, while they are recorded for those who draw elsewhere.
    recorded: u64,
    /// Answers that are fetched ahead, a part of `thread`.
    ahead: u64,
    /// Buffers that wait for use, a part of `thread`.
    spare: u64,
    /// The longest answer of which nothing more is known.
    answer_bytes_max: usize,
}

/// What the legends of so many layers take while they are fetched and laid out, in MiB.
pub fn legends_mib<'a>(captions: impl Iterator<Item = &'a Caption>) -> u64 {
    legends_bytes(captions).div_ceil(1 << 20)
}

fn legends_bytes<'a>(captions: impl Iterator<Item = &'a Caption>) -> u64 {
    let legends: HashSet<&LegendSource> = captions.filter_map(|caption| caption.legend.as_ref()).collect();
    let ahead = legends.len().min(LEGENDS_AHEAD) as u64 * LEGEND_BYTES_MAX as u64;
    legends.len() as u64 * LEGEND_PX_MAX * PX * 2 + ahead
}

impl FrameCost {
    /// Of the layers of so many frames on a page, in a format.
    pub(crate) fn of(
        layers: &[PlannedLayer],
        frames: usize,
        layout: &PageLayout,
        format: Format,
        answer_bytes_max: usize,
    ) -> Self {
        let (planned, map_px) = (layers, area([layout.map[2], layout.map[3]]));
        let map_bytes = map_px * PX;
        // Of an estimate, header and legends are measured when they are here.
        let page_px = (map_px + map_px / 2 + 1_000_000).max(area([layout.width, layout.height]));
        let layers: Vec<LayerCost> =
            planned.iter().map(|layer| LayerCost::of(layer, map_bytes, answer_bytes_max)).collect();
        let legends = legends_bytes(planned.iter().map(|layer| &layer.caption));
        let features: u64 = layers.iter().map(|layer| layer.features).sum();
        // Still layers lie on the map once for all frames, the others for each thread.
        let placed = |still: bool| -> u64 {
            let of = planned.iter().zip(&layers);
            of.filter(|(layer, _)| layer.drawing.is_static(frames) == still).map(|(_, cost)| cost.placed).sum()
        };
        // One sheet more for what lies off the globe.
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

    /// The longest answer that is read for a piece, in bytes.
    pub fn answer_bytes_max(&self, piece: &Piece) -> usize {
        piece.answer_bytes_max(self.answer_bytes_max)
    }

    /// With one thread, in MiB.
    pub fn mib(&self) -> u64 {
        self.mib_of(1)
    }

    /// With so many threads, in MiB.
    pub fn mib_of(&self, threads: u64) -> u64 {
        (self.shared + threads * self.thread).div_ceil(1 << 20)
    }

    /// What is kept when nobody draws, in MiB.
    pub fn shared_mib(&self) -> u64 {
        self.shared.div_ceil(1 << 20)
    }

    /// What a preparation takes besides, which has recorded so many bytes and records its still pictures: the answers, and the
    /// object that they become; in MiB.
    pub fn recorded_mib(&self, until_now: usize) -> u64 {
        2 * (self.recorded + until_now as u64).min(RECORDED_BYTES_MAX as u64).div_ceil(1 << 20)
    }

    /// How many threads may draw within so many MiB; at least one.
    pub fn threads_within(&self, mib: u64) -> u64 {
        ((mib << 20).saturating_sub(self.shared) / self.thread.max(1)).max(1)
    }

    /// How many times narrower and lower the map may be to fit into so many MiB, with some room, since tiles do not shrink with
    /// their map; `None` where no map fits.
    pub(crate) fn shrink_to(&self, mib: u64) -> Option<f64> {
        let (all, room) = (self.shared + self.thread, mib << 20);
        let by_map = all.saturating_sub(self.fixed).max(1);
        (room > self.fixed).then(|| ((room - self.fixed) as f64 / by_map as f64).sqrt().min(1.0) * 0.8)
    }

    /// The bytes of answers that are fetched ahead.
    pub fn ahead_bytes(&self) -> usize {
        self.ahead as usize
    }

    /// The bytes of buffers that wait for use.
    pub fn spare_bytes(&self) -> usize {
        self.spare as usize
    }
}

/// The pixels of so many from west to east, and from north to south.
fn area([width, height]: [u32; 2]) -> u64 {
    u64::from(width) * u64::from(height)
}

/// Bytes for each pixel of a page that its encoder takes, what it has encoded included.
fn encoder_px(format: Format) -> u64 {
    match format {
        Format::Png => 8,
        Format::Jpeg => 8,
        Format::Webp => 24,
        Format::Mp4 => 16,
        Format::Gif => 32,
    }
}

/// The longest that the answers for a layer's still pictures may be together.
fn still_answers(layer: &PlannedLayer, usual: usize) -> u64 {
    match &layer.drawing {
        LayerSource::Pictures(Series::Same(mosaic)) => {
            mosaic.pieces.iter().map(|piece| piece.answer_bytes_max(usual) as u64).sum()
        }
        _ => 0,
    }
}

/// What a layer costs, in bytes.
#[derive(Default)]
struct LayerCost {
    /// Its pictures on the map.
    placed: u64,
    /// What is needed while they are put together.
    working: u64,
    /// The longest answer for one of its pieces.
    answer: u64,
    /// Of all that, what does not depend on the size of the map.
    fixed: u64,
    /// Its positions, and their pixels.
    features: u64,
}

impl LayerCost {
    fn of(layer: &PlannedLayer, map_bytes: u64, usual: usize) -> Self {
        match &layer.drawing {
            LayerSource::Pictures(series) => {
                let mosaics = series.iter().map(|mosaic| Self::of_mosaic(mosaic, map_bytes, usual));
                let mut cost = mosaics.fold(Self::default(), Self::larger);
                if layer.on_error == OnError::Hold && matches!(series, Series::PerFrame(_)) {
                    // The pictures that are held, and the answers for an earlier frame that is looked for.
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
        // On the map it is the sheet itself, moved, or a picture of the map's size; beside it the sheet and one that is
        // about as coarse as the map.
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
