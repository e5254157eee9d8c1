//! A layer as the request describes it, and the steps that resolve it.

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

/// One layer of the map, as the request describes it.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Where the request describes it (JSON Pointer), for messages.
    pub pointer: String,
    /// Its title, if it has one. A layer with a title has a line in the header.
    pub title: Option<String>,
    /// Its name in warnings and notices.
    pub name: String,
    /// Whether the name comes from the request or the server. Otherwise it is only `layer` and a number.
    pub is_named: bool,
    /// What it shows.
    pub(crate) kind: Arc<dyn LayerKind>,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// Its legend.
    pub legend: Option<Legend>,
    /// How its pictures are resampled where their pixels are not those of the map.
    pub resampling: Resampling,
    /// The credit that its provider asks for.
    pub attribution: Option<String>,
    /// The labels of its line in the header.
    pub labels: Series<Vec<Label>>,
    /// What it means that a tile is missing.
    pub missing_tiles: MissingTiles,
    /// What happens when the layer cannot be drawn.
    pub on_error: OnError,
}

/// The part of a layer that its kind decides, as the request describes it.
pub(crate) trait LayerKind: Debug + Send + Sync {
    /// The first step of resolving the layer.
    fn resolve(self: Arc<Self>, asking: Asking) -> Step;

    /// How the layer's time in a frame is chosen; `None` where its source names no times.
    fn asked_time(&self) -> Option<&AskedTime> {
        None
    }

    /// Whether its server offers legends.
    fn has_own_legend(&self) -> bool {
        false
    }

    /// The credit where the request names none.
    fn credit(&self) -> Option<&'static str> {
        None
    }

    /// The names of the layer's WMS layers that the server does not offer.
    fn not_offered(&self, _: &Capabilities) -> Vec<String> {
        Vec::new()
    }
}

/// A layer while its servers are asked, and the values by which their answers are read.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub layer: Layer,
    pub map: Extent,
    /// Whether the request names no times.
    pub is_timeless: bool,
    /// The present, for "latest", "last" and "next" times.
    pub now: Timestamp,
}

impl Asking {
    /// Gives a layer without a title the name that its server has for it.
    pub(super) fn name_where_unnamed(&mut self, title: Option<String>) {
        if let (None, Some(title)) = (&self.layer.title, title) {
            (self.layer.name, self.layer.is_named) = (title, true);
        }
    }

    /// The resolved layer. Each kind adds a legend of the server's own by itself.
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

    /// The resolved layer that cannot be drawn; `why` is the reason.
    pub(crate) fn gap(self, why: String) -> Step {
        Step::done(self.resolved(Arc::new(Undrawable(why))))
    }

    pub(super) fn wants_own_legend(&self) -> bool {
        self.layer.legend == Some(Legend::Auto)
    }
}
