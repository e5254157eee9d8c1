//! What a request would draw and fetch: as far as that is known without fetching anything, or from what its servers say.

use crate::pipeline::report::WarningView;
use mapreel_geo::{Crs, Side};
use mapreel_spec::{Format, LayerSource, Plan, PlannedLayer, Resolved, Room, Series};
use serde::Serialize;

/// Bytes for each pixel of a frame, measured on real maps.
const STILL_BYTES_PER_PX: f64 = 0.5;
const MP4_BYTES_PER_PX: f64 = 0.04;
const GIF_BYTES_PER_PX: f64 = 0.15;

/// What a request would draw and fetch.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Explanation {
    /// Always true: what is not valid is a problem.
    pub(super) valid: bool,
    /// Whether the servers have been asked; if not, what they decide is not known.
    pub(super) online: bool,
    pub(super) map: Map,
    pub(super) frames: Frames,
    pub(super) layers: Vec<Layer>,
    /// Documents in which servers say what they have.
    pub(super) documents: usize,
    /// Requests to upstreams for the whole job, legends and documents included.
    pub upstream_requests: usize,
    /// Those of them for legends.
    pub legend_requests: usize,
    pub(super) output: Output,
    /// What will not be as it was asked for, as far as it is known before.
    pub warnings: Vec<WarningView>,
}

/// The map.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Map {
    /// Its CRS.
    pub(super) crs: String,
    /// Width in pixels; where the file's size is given, more than header and legends leave it.
    pub(super) width: u32,
    /// Height in pixels.
    pub(super) height: u32,
    /// West, south, east, north in degrees.
    pub(super) bbox: [f64; 4],
}

/// The frames.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Frames {
    /// How many.
    pub(super) count: usize,
    /// Runs of frames that are drawn apart.
    pub(super) segments: usize,
    /// The valid times, RFC 3339 in UTC, of those that have one.
    pub(super) times: Vec<String>,
    #[serde(skip)]
    pub(super) side: Option<Side>,
    /// The layer whose last or next times the frames will have, while its server has not been asked; else `null`.
    pub(super) times_of: Option<String>,
    /// The values, as the header shows them, of a film that runs along a dimension.
    pub(super) values: Vec<String>,
    /// The dimension of which the frames will have all values, while no server has been asked for them; else `null`.
    pub(super) values_of: Option<String>,
}

/// A layer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Layer {
    /// Its name.
    pub(super) name: String,
    /// What is drawn.
    pub(super) what: String,
    /// Pictures to be fetched for it, over all frames.
    pub(super) pictures: usize,
    /// The times that will be asked for, as they will be written; not confirmed while its server has not been asked.
    pub(super) times: Vec<String>,
    /// Whether its server will be asked what it has, and has not been.
    pub(super) server_unasked: bool,
}

/// The file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Output {
    /// Its format.
    pub(super) format: String,
    /// Width and height in pixels, where the request says them; `null`: they follow from the map, header and legends.
    pub(super) size: Option<[u32; 2]>,
    /// Frames per second.
    pub(super) fps: f64,
    /// How long it plays, in seconds; 0 for an image.
    pub(super) duration_s: f64,
    /// About its length in bytes.
    pub(super) size_bytes: u64,
}

impl Explanation {
    /// The explanation of a resolved request, whose servers have been asked for this many documents.
    pub(crate) fn online(resolved: &Resolved, plan: &Plan, documents: usize) -> Self {
        Self::made(resolved, plan, documents, true)
    }

    pub(super) fn made(resolved: &Resolved, plan: &Plan, documents: usize, online: bool) -> Self {
        let layers = plan.layers.iter().enumerate();
        Self {
            valid: true,
            online,
            map: Map::of(plan),
            frames: Frames::of(resolved, plan),
            layers: layers.map(|(i, planned)| described(resolved, i, planned, plan.frames.len())).collect(),
            documents,
            upstream_requests: pictures(resolved, plan) + documents,
            legend_requests: plan.layers.iter().filter(|layer| has_url(layer)).count(),
            output: Output::of(plan),
            warnings: plan.warnings.iter().map(WarningView::from).collect(),
        }
    }
}

/// Whether a layer's legend is a picture that a server draws.
fn has_url(layer: &PlannedLayer) -> bool {
    layer.caption.legend.as_ref().is_some_and(|legend| legend.url().is_some())
}

impl Map {
    fn of(plan: &Plan) -> Self {
        let map = &plan.map;
        let degrees = map.bbox.convert(map.crs, Crs::Geographic);
        let bbox = degrees.map_or([f64::NAN; 4], <[f64; 4]>::from);
        Self { crs: map.crs.code().to_owned(), width: map.width, height: map.height, bbox }
    }
}

impl Frames {
    fn of(resolved: &Resolved, plan: &Plan) -> Self {
        Self {
            count: plan.frames.len(),
            segments: plan.segments.len(),
            times: plan.frames.iter().filter_map(|frame| Some(frame.time.as_ref()?.rfc3339())).collect(),
            side: resolved.times_awaited_of().map(|(side, _)| side),
            times_of: resolved.times_awaited_of().map(|(_, layer)| layer.to_owned()),
            values_of: resolved.values_awaited_of().map(str::to_owned),
            values: match resolved.runs_along_values() {
                true => plan.frames.iter().filter_map(|frame| frame.time_text.clone()).collect(),
                false => Vec::new(),
            },
        }
    }
}

impl Output {
    fn of(plan: &Plan) -> Self {
        let (map, output) = (&plan.map, &plan.output);
        let per_px = match output.format {
            Format::Mp4 => MP4_BYTES_PER_PX,
            Format::Gif => GIF_BYTES_PER_PX,
            _ => STILL_BYTES_PER_PX,
        };
        let size_bytes = f64::from(map.width) * f64::from(map.height) * plan.frames.len() as f64 * per_px;
        Self {
            format: output.format.name().to_owned(),
            size: match plan.room {
                Room::Canvas(canvas) => Some([canvas.width, canvas.height]),
                Room::Map(_) => None,
            },
            fps: output.frame_rate_fps,
            duration_s: if output.format.is_animation() { plan.duration_s() } else { 0.0 },
            size_bytes: size_bytes as u64,
        }
    }
}

/// The number of requests for pictures.
pub(super) fn pictures(resolved: &Resolved, plan: &Plan) -> usize {
    // Before the times are known, the pictures of all frames have the same URL in the plan; later each frame has its own.
    let of_frames = |(_, planned): (usize, &PlannedLayer)| layer(planned, 1).pictures * (plan.frames.len() - 1);
    let awaited = plan.layers.iter().enumerate().filter(|(index, _)| resolved.awaits_times(*index));
    plan.upstream_urls().len() + awaited.map(of_frames).sum::<usize>()
}

/// The explanation of a layer, which also says what is unknown while its server has not been asked.
fn described(resolved: &Resolved, index: usize, planned: &PlannedLayer, frames: usize) -> Layer {
    let mut described = layer(planned, frames);
    described.server_unasked = resolved.layers[index].is_unasked;
    let is_undescribed = match &planned.drawing {
        LayerSource::Missing(_) => true,
        LayerSource::Pictures(_) => described.pictures == 0,
        _ => false,
    };
    if described.server_unasked && is_undescribed {
        described.what = "described by a document that is to be fetched".to_owned();
    }
    if resolved.awaits_times(index) && described.pictures > 0 {
        let of = match frames {
            1 => "of the time that its server calls the default",
            _ => "over all frames, whose times are known when its server is asked",
        };
        described.pictures *= frames;
        described.what = format!("{} {of}", in_pictures(described.pictures));
    }
    described
}

fn layer(layer: &PlannedLayer, frames: usize) -> Layer {
    let (what, pictures) = match &layer.drawing {
        LayerSource::Pictures(Series::Same(mosaic)) => {
            let count = mosaic.pieces.len();
            let same = if frames > 1 { ", the same in every frame" } else { "" };
            (format!("{}{same}", in_pictures(count)), count)
        }
        LayerSource::Pictures(Series::PerFrame(mosaics)) => {
            let count = mosaics.iter().map(|mosaic| mosaic.pieces.len()).sum();
            (format!("{} over all frames", in_pictures(count)), count)
        }
        LayerSource::Features(features) if features.vary() => ("features that change with time".to_owned(), 0),
        LayerSource::Features(_) => ("features".to_owned(), 0),
        LayerSource::NaturalEarth(_) | LayerSource::Graticule(_) => ("built in".to_owned(), 0),
        LayerSource::Missing(_) => ("cannot be drawn".to_owned(), 0),
    };
    let times = layer.caption.times_used.iter().flatten().cloned().collect();
    Layer { name: layer.caption.name.clone(), what, pictures, times, server_unasked: false }
}

fn in_pictures(count: usize) -> String {
    format!("{count} picture{}", if count == 1 { "" } else { "s" })
}
