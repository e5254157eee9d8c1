//! A layer as it was asked for, and how it comes to what its servers say.

use super::resolved_layer::{ResolvedKind, ResolvedLayer, Undrawable};
use super::step::Step;
use crate::request::appearance::{Label, Legend, MissingTiles, OnError, Resampling};
use crate::resolved::series::Series;
use crate::resolved::timing::AskedTime;
use jiff::Timestamp;
use mapreel_geo::Extent;
use mapreel_ogc::LegendSource;
use mapreel_ogc::wms::capabilities::Capabilities;
use std::fmt::Debug;
use std::sync::Arc;

/// One layer of the map, as it was asked for.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Where the request describes it (JSON Pointer), for messages.
    pub pointer: String,
    /// Its title, if it has one: then it has a line in the header.
    pub title: Option<String>,
    /// What it is called where it is missing.
    pub name: String,
    /// Whether the request or its server calls it so; otherwise the name says only which of the request's layers it is.
    pub is_named: bool,
    /// What it shows.
    pub(crate) kind: Arc<dyn LayerKind>,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// Its legend.
    pub legend: Option<Legend>,
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
}

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
    /// Calls a layer that has no title of its own by that which its server gives it, where it is missing.
    pub(super) fn name_where_unnamed(&mut self, title: Option<String>) {
        if let (None, Some(title)) = (&self.layer.title, title) {
            (self.layer.name, self.layer.is_named) = (title, true);
        }
    }

    /// The layer with nothing left to ask. A legend of the server's own is the kind's to find.
    pub(crate) fn resolved(self, kind: Arc<impl ResolvedKind + 'static>) -> ResolvedLayer {
        let layer = self.layer;
        ResolvedLayer {
            pointer: layer.pointer,
            title: layer.title,
            name: layer.name,
            is_named: layer.is_named,
            kind,
            opacity: layer.opacity,
            legend: match layer.legend {
                Some(Legend::Url(url)) => Some(LegendSource::Url(url)),
                Some(Legend::Classes(legend)) => {
                    Some(LegendSource::Classes { title: legend.title, unit: legend.unit, classes: legend.classes })
                }
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
        Step::done(self.resolved(Arc::new(Undrawable(why))))
    }

    pub(super) fn wants_own_legend(&self) -> bool {
        self.layer.legend == Some(Legend::Auto)
    }
}
