//! The kinds of layers, a file each. Each file answers the same questions in the same order: how the kind is read from a
//! request · what must be asked, and what the answers mean · which time and texts a frame has · which pictures, for a given
//! extent · what is asked again at the end. A new kind is a file here and a line in [`KINDS`].

mod geojson;
mod getmap;
mod graticule;
mod image;
mod natural_earth;
mod step;
mod tilejson;
mod wms;
mod wmts;
mod xyz;

use crate::capabilities::Capabilities;
use crate::dialect::layer::Reader;
use crate::dimension::Dimensions;
use crate::manifest::Warning;
use crate::mosaic::Mosaic;
use crate::plan::Drawing;
use crate::read::Fields;
use crate::request::{Label, Layer, Legend, MissingTiles, OnError, Resampling, Series};
use crate::run::Run;
use crate::timing::{AskedTime, Timing};
use crate::{ColourBar, Extent, Limits, ValidTime, Zone};
use jiff::Timestamp;
use std::fmt::Debug;
use std::sync::Arc;

pub use graticule::Graticule;
pub use natural_earth::{Feature as NaturalEarthFeature, NaturalEarth};
pub use step::{Document, DocumentKind, Next, Question, Reply, Silence, Step};

pub(crate) use getmap::{GetMap, GetMaps};
pub(crate) use wms::Wms;
pub(crate) use xyz::Tiles;

/// How a kind of layer is read.
pub(crate) struct Kind {
    /// The word that names it in a request.
    pub word: &'static str,
    /// Reads what is the kind's own.
    pub read: fn(&Reader<'_>, &Fields<'_>) -> Option<Arc<dyn LayerKind>>,
    /// Whether there is an address to ask.
    pub has_address: bool,
    /// Whether it is a pyramid of tiles, of which some may not be there.
    pub has_tiles: bool,
}

/// Every kind that a request may name.
pub(crate) const KINDS: [Kind; 9] = [
    Kind { word: "xyz", read: xyz::read, has_address: true, has_tiles: true },
    Kind { word: "wms", read: wms::read, has_address: true, has_tiles: false },
    Kind { word: "image", read: image::read, has_address: true, has_tiles: false },
    Kind { word: "geojson", read: geojson::read, has_address: true, has_tiles: false },
    Kind { word: "natural-earth", read: natural_earth::read, has_address: false, has_tiles: false },
    Kind { word: "graticule", read: graticule::read, has_address: false, has_tiles: false },
    Kind { word: "wmts", read: wmts::read, has_address: true, has_tiles: true },
    Kind { word: "tms", read: xyz::read_tms, has_address: true, has_tiles: true },
    Kind { word: "tilejson", read: tilejson::read, has_address: true, has_tiles: true },
];

/// What a layer shows, as it was asked for.
pub(crate) trait LayerKind: Debug + Send + Sync {
    /// What must be asked, and what the answers mean.
    fn resolve(self: Arc<Self>, asking: Asking) -> Step;

    /// Which of its server's times it is asked for; `None`: it has no server that names times.
    fn asked_time(&self) -> Option<&AskedTime> {
        None
    }

    /// Whether its server draws legends.
    fn has_own_legend(&self) -> bool {
        false
    }

    /// The credit that is shown where the request names none.
    fn credit(&self) -> Option<&'static str> {
        None
    }

    /// The names of it that its WMS does not know.
    fn not_offered(&self, _: &Capabilities) -> Vec<String> {
        Vec::new()
    }
}

/// A layer while it is resolved: what was asked for, and what its answers are read by.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub layer: Layer,
    pub map: Extent,
    /// Whether the request names no times.
    pub is_timeless: bool,
    /// What is the latest.
    pub now: Timestamp,
}

impl Asking {
    /// The layer with nothing left to ask. A legend of the server's own is the kind's to find.
    pub(crate) fn resolved(self, kind: impl ResolvedKind + 'static) -> ResolvedLayer {
        let layer = self.layer;
        ResolvedLayer {
            pointer: layer.pointer,
            title: layer.title,
            name: layer.name,
            kind: Arc::new(kind),
            opacity: layer.opacity,
            legend: match layer.legend {
                Some(Legend::Url(url)) => Some(url),
                Some(Legend::Auto) | None => None,
            },
            colour_bar: None,
            resampling: layer.resampling,
            attribution: layer.attribution,
            labels: layer.labels,
            missing_tiles: layer.missing_tiles,
            on_error: layer.on_error,
            warnings: Vec::new(),
            is_unasked: false,
        }
    }

    /// The layer, which cannot be drawn, and why.
    pub(crate) fn gap(self, why: String) -> Step {
        Step::done(self.resolved(Gap(why)))
    }

    fn wants_own_legend(&self) -> bool {
        self.layer.legend == Some(Legend::Auto)
    }
}

/// A layer of which everything is known that its servers were asked for.
#[derive(Debug, Clone)]
pub struct ResolvedLayer {
    /// Where the request describes it (JSON Pointer), for messages.
    pub pointer: String,
    /// Its title, if it has one: then it has a line in the header.
    pub title: Option<String>,
    /// What it is called where it is missing.
    pub name: String,
    pub(crate) kind: Arc<dyn ResolvedKind>,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// The URL of its legend.
    pub legend: Option<String>,
    /// The legend's picture is a strip of colours, and these are its numbers.
    pub colour_bar: Option<ColourBar>,
    /// How its pictures are laid on the map where they do not fit it pixel for pixel.
    pub resampling: Resampling,
    /// The credit its provider asks for.
    pub attribution: Option<String>,
    /// Labels for its line in the header.
    pub labels: Series<Vec<Label>>,
    /// What the absence of a tile means.
    pub missing_tiles: MissingTiles,
    /// What to do when it cannot be drawn.
    pub on_error: OnError,
    /// What its server's documents have shown not to be as it was asked for; where it concerns all frames.
    pub warnings: Vec<Warning>,
    /// Nobody has asked its server what it has: an estimate.
    pub is_unasked: bool,
}

impl ResolvedLayer {
    /// Positions of GeoJSON that are looked at for every frame: those of features that come and go, or fill its labels.
    pub(crate) fn positions_per_frame(&self) -> usize {
        let is_filled = || self.labels.iter().flatten().any(|label| label.value.contains('{'));
        self.kind.positions_per_frame(&is_filled)
    }
}

/// What a layer shows, as it is known after its servers were asked.
pub(crate) trait ResolvedKind: Debug + Send + Sync {
    /// Which of its server's times stand for those of frames.
    fn timing(&self) -> Option<&Timing> {
        None
    }

    /// Which values of its server's other dimensions are asked for.
    fn dimensions(&self) -> Option<&Dimensions> {
        None
    }

    /// Why nothing can be drawn.
    fn gap(&self) -> Option<&str> {
        None
    }

    /// The same in a film that runs along a dimension; `None`: it is not concerned.
    fn along(&self, _dimension: &str, _values: &[String], _now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        None
    }

    /// A label of the request's as it stands in the header at a time; `None`: not at this time.
    fn label(&self, label: &Label, _: Option<&ValidTime>) -> Option<String> {
        Some(label.text())
    }

    /// Whether the time that is asked for stands behind the title.
    fn shows_its_time(&self) -> bool {
        true
    }

    /// See [`ResolvedLayer::positions_per_frame`].
    fn positions_per_frame(&self, _labels_are_filled: &dyn Fn() -> bool) -> usize {
        0
    }

    /// What is drawn in each frame on a map.
    ///
    /// # Errors
    /// It would cost more than the limits allow.
    fn pictures(&self, wanted: &Wanted<'_>) -> Result<Pictures, Refusal>;

    /// Why its pictures may be empty: its server says that it has data elsewhere.
    fn elsewhere(&self, _: &Extent) -> Option<String> {
        None
    }

    /// What of a map lies beyond its world.
    fn beyond(&self, _: &Extent) -> Option<String> {
        None
    }

    /// The run of the forecast that every request names: whether it is still offered is asked again at the end.
    fn run(&self) -> Option<&Run> {
        None
    }
}

/// The frames and the map that are planned.
pub(crate) struct Wanted<'a> {
    pub map: &'a Extent,
    /// The frames of the whole film that are planned, counted from 0.
    pub frames: &'a [usize],
    /// The time of each of them.
    pub times: &'a [Option<ValidTime>],
    pub zone: &'a Zone,
    pub limits: &'a Limits,
}

impl Wanted<'_> {
    /// Each frame and its time, or, of what is the same in all, the first alone.
    fn distinct(&self, is_fixed: bool) -> impl ExactSizeIterator<Item = (usize, Option<&ValidTime>)> {
        let count = if is_fixed { 1 } else { self.frames.len() };
        self.frames[..count].iter().zip(self.times).map(|(frame, time)| (*frame, time.as_ref()))
    }
}

/// What is drawn for a layer.
pub(crate) struct Pictures {
    pub drawing: Drawing,
    /// The time that the source is asked for, or that of the newest feature shown.
    pub times_used: Series<Option<String>>,
}

impl Pictures {
    /// The same in every frame, without a time.
    fn still(drawing: Drawing) -> Self {
        Self { drawing, times_used: Series::Same(None) }
    }

    /// What a server is asked for, frame by frame.
    fn chosen(choices: impl Iterator<Item = Choice>) -> Self {
        let (mosaics, used) = choices.map(|choice| (choice.mosaic, choice.time)).unzip();
        Self { drawing: Drawing::Pictures(Series::new(mosaics)), times_used: Series::new(used) }
    }
}

/// What is asked for in one frame.
struct Choice {
    mosaic: Mosaic,
    /// The time that is asked for, as the server writes it.
    time: Option<String>,
}

/// Why a layer is refused: a code, what is wrong, and what to do.
pub(crate) type Refusal = (&'static str, String, &'static str);

/// A layer that cannot be drawn, and why.
#[derive(Debug)]
struct Gap(String);

impl ResolvedKind for Gap {
    fn gap(&self) -> Option<&str> {
        Some(&self.0)
    }

    fn pictures(&self, _: &Wanted<'_>) -> Result<Pictures, Refusal> {
        Ok(Pictures::still(Drawing::Missing(self.0.clone())))
    }
}

/// A server has no level that is coarse enough for a map.
fn too_fine(limits: &Limits) -> crate::Gap {
    let max = limits.upstream_requests_max;
    crate::Gap::missing(format!("more than {max} tiles of the coarsest level that its server has would cover this map"))
}
