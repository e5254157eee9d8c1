//! Resolves a layer of a WMTS: asks for its capabilities, and applies them to the layer.

use super::asked::Wmts;
use super::pictures::ResolvedWmts;
use crate::layers::layer::{Asking, LayerKind};
use crate::layers::resolved_layer::{ResolvedLayer, Unasked, Undrawable};
use crate::layers::step::{Document, DocumentKind, NoAnswer, Step};
use crate::pictures::matrix_set::{self, NoMatrixSet};
use crate::plan::manifest::Warning;
use crate::resolved::axes::Axes;
use crate::resolved::dimension::{Dimensions, identifier};
use crate::resolved::timing::{AskedTime, ServerTimes, Timing};
use crate::resolved::value_axis::ValueAxis;
use jiff::Timestamp;
use mapreel_geo::Extent;
use mapreel_ogc::LegendSource;
use mapreel_ogc::url::tile_address::{Address, Common};
use mapreel_ogc::wms::capabilities::Dimension;
use mapreel_ogc::wmts::capabilities::{Capabilities, Layer};
use std::sync::Arc;

impl LayerKind for Wmts {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::ask(self.document(), DocumentKind::Wmts, move |reply| match reply {
            Ok(Document::Wmts(capabilities)) => self.described(asking, capabilities),
            Ok(_) => asking.gap("it is no WMTS".into()),
            Err(NoAnswer::NotAsked) => {
                let timing = Timing { asked: self.asked.clone(), known: ServerTimes::NotAsked };
                Step::done(asking.resolved(Arc::new(Unasked { axes: Axes::of_time(timing) })))
            }
            Err(NoAnswer::Failed(why)) => asking.gap(why),
        })
    }

    fn asked_time(&self) -> Option<&AskedTime> {
        Some(&self.asked)
    }

    fn has_own_legend(&self) -> bool {
        true
    }
}

impl Wmts {
    /// The URL of the capabilities document.
    pub(super) fn document(&self) -> String {
        let mut url = self.url.clone();
        // The URL of a document itself (`…/1.0.0/WMTSCapabilities.xml`) takes no parameters.
        if !url.path().ends_with(".xml") && url.get("REQUEST").is_none() {
            url.set("SERVICE", "WMTS");
            url.set("REQUEST", "GetCapabilities");
            if url.get("VERSION").is_none() {
                url.set("VERSION", "1.0.0");
            }
        }
        url.url()
    }

    fn described(&self, mut asking: Asking, capabilities: &Capabilities) -> Step {
        let layer = capabilities.layers.iter().find(|layer| layer.name == self.layer);
        let title =
            layer.and_then(|layer| mapreel_ogc::text::clean(&layer.title).ok()).filter(|title| !title.is_empty());
        asking.name_where_unnamed(title);
        let dimensions: Vec<&Dimension> =
            layer.iter().flat_map(|layer| layer.dimensions.iter()).map(|dimension| &**dimension).collect();
        let name = asking.layer.name.clone();
        let mut warnings = self.asked.warnings(&name, &dimensions, asking.is_timeless, asking.now);
        let legend = asking.wants_own_legend().then(|| self.legend(layer, capabilities.own_origin.as_deref()));
        let resolved = match self.tiles(capabilities, layer, &asking.map, asking.now) {
            Ok(tiles) => {
                let unknown = tiles.default_unknown().filter(|_| asking.is_timeless);
                warnings.extend(unknown.map(|why| Warning::of_layer("time_unconfirmed", &name, why)));
                asking.resolved(Arc::new(tiles))
            }
            Err(why) => asking.resolved(Arc::new(Undrawable(why.to_string()))),
        };
        Step::done(ResolvedLayer { warnings, ..resolved.with_legend(legend) })
    }

    /// The legend that the server names for the layer's style (OGC 07-057r7, table 10).
    pub(super) fn legend(&self, layer: Option<&Layer>, own_origin: Option<&str>) -> LegendSource {
        let styles = || layer.into_iter().flat_map(|layer| &layer.styles);
        let style = match &self.style {
            Some(wanted) => styles().find(|style| style.name == *wanted),
            None => styles().next(),
        };
        match style.and_then(|style| style.legend.as_deref()) {
            Some(url) => LegendSource::Url(self.url.as_reached(url, own_origin)),
            None => LegendSource::Missing("the server names no legend for this style".to_owned()),
        }
    }

    /// The tiles, as the server's capabilities describe them.
    ///
    /// # Errors
    /// The layer has no tiles for this map; the error tells why.
    pub(super) fn tiles(
        &self,
        capabilities: &Capabilities,
        layer: Option<&Layer>,
        map: &Extent,
        now: Timestamp,
    ) -> Result<ResolvedWmts, NoTiles> {
        let layer = layer.ok_or_else(|| {
            const NAMED: usize = 8;
            let names: Vec<&str> = capabilities.layers.iter().take(NAMED).map(|layer| layer.name.as_str()).collect();
            let more = if capabilities.layers.len() > NAMED { " …" } else { "" };
            NoTiles::NoLayer { wanted: self.layer.clone(), offered: format!("{}{more}", names.join(", ")) }
        })?;
        let mut dimensions = layer.dimensions.iter().map(|dimension| &**dimension);
        let time = dimensions.find(|dimension| dimension.name.eq_ignore_ascii_case("time"));
        let known = ServerTimes::of(time, now);
        let asked = matrix_set::Asked { name: self.matrix_set.as_deref(), order: self.axis_order };
        let (set, levels) = matrix_set::choose(capabilities, layer, asked, map)?;
        let (dimensions, single) = self.settle_dimensions(layer, now);
        let style = self.style.as_deref().or_else(|| layer.styles.first().map(|style| style.name.as_str()));
        let common = Common { style: style.unwrap_or_default(), matrix_set: &set.name, format: self.format.as_deref() };
        let time_asked = time.filter(|_| self.asked != AskedTime::None).map(|time| time.name.as_str());
        let asked: Vec<&str> = time_asked.into_iter().chain(dimensions.parameters()).collect();
        let address = Address::choose(&self.url, capabilities, layer, &common, &asked)
            .map_err(|why| NoTiles::Address(why.to_string()))?;
        let dimensions = dimensions.left_to_the_server(|parameter| !address.has_place_for(parameter));
        let default = match &known {
            ServerTimes::Times { default: Some(default), .. } => Some(default.text().to_owned()),
            _ => time.and_then(default_or_first),
        };
        let time = time.map(|time| (time.name.clone(), default));
        let axes = Axes { timing: Timing { asked: self.asked.clone(), known }, dimensions };
        Ok(ResolvedWmts { axes, levels, address, time, single, degrees: layer.degrees })
    }

    /// Chooses the values of dimensions other than time. A tile must name a value of every dimension (07-057r7, 7.1.1.2). A
    /// dimension that nobody names gets its default, or without a default its first value.
    fn settle_dimensions(&self, layer: &Layer, now: Timestamp) -> (Dimensions, Vec<(String, String)>) {
        let others = layer.dimensions.iter().filter(|dimension| !dimension.name.eq_ignore_ascii_case("time"));
        let with_default = |dimension: &Arc<Dimension>| {
            Arc::new(Dimension { default: default_or_first(dimension), ..Dimension::clone(dimension) })
        };
        let others: Vec<Arc<Dimension>> = others.map(with_default).collect();
        let given = |name: &str| self.url.get(name).map(str::to_owned);
        let dimensions = Dimensions::settled(self.dimensions.clone(), &others, given, identifier, now);
        let is_chosen = |name: &str| dimensions.parameters().any(|chosen| chosen == name);
        let single = others.iter().filter(|dimension| !is_chosen(&dimension.name));
        let single = single.filter_map(|dimension| Some((dimension.name.clone(), dimension.default.clone()?)));
        let single = single.collect();
        (dimensions, single)
    }
}

/// Why a WMTS has no tiles of a layer for a map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoTiles {
    #[error("the server has no layer `{wanted}`; it has {offered}")]
    NoLayer { wanted: String, offered: String },
    #[error(transparent)]
    MatrixSet(#[from] NoMatrixSet),
    /// No usable address of the tiles.
    #[error("{0}")]
    Address(String),
}

/// The value of a dimension that the request does not name: its default or its first value.
fn default_or_first(dimension: &Dimension) -> Option<String> {
    let first = || ValueAxis::parse(&dimension.extent).ok()?.values(1)?.pop();
    dimension.default.clone().or_else(first)
}
