//! A layer of a WMTS: what a request says of it, what its server says of it, and which tiles show a map.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::tiles;
use super::resolved_layer::{Moments, Refusal, ResolvedKind, ResolvedLayer, Unasked, Wanted, times_asked_for};
use super::step::{Document, DocumentKind, Silence, Step};
use crate::pictures::matrix_set::{self, Levels};
use crate::pictures::mosaic::Mosaic;
use crate::pictures::outside;
use crate::plan::manifest::Warning;
use crate::plan::planned_layer::LayerSource;
use crate::request::read::{Fields, Transposed};
use crate::resolved::dimension::{AskedDimension, Dimensions, identifier};
use crate::resolved::gap::Gap;
use crate::resolved::series::Series;
use crate::resolved::timing::{AskedTime, ServerTimes, Timing};
use crate::resolved::value_axis::ValueAxis;
use jiff::Timestamp;
use mapreel_geo::{AxisOrder, Bbox, Crs, Extent, ValidTime, Zone};
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::url::service_url::URL_BYTES_MAX;
use mapreel_ogc::url::tile_address::{self, Address, Common};
use mapreel_ogc::wms::capabilities::Dimension;
use mapreel_ogc::wmts::capabilities::{Capabilities, Layer};
use std::sync::Arc;

/// A layer of a WMTS, as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wmts {
    /// The address of the service or of its capabilities, with the author's parameters.
    url: ServiceUrl,
    layer: String,
    style: Option<String>,
    matrix_set: Option<String>,
    format: Option<String>,
    /// The order in which the corners of its matrices are written, where the request names one.
    axis_order: Option<AxisOrder>,
    /// Which of its times it is asked for.
    asked: AskedTime,
    /// Which values of other dimensions it is asked for.
    dimensions: Vec<AskedDimension>,
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let layer = fields.required("layer", "the name of the layer").and_then(|node| node.string());
    let [style, matrix_set, format] = ["style", "matrix_set", "format"]
        .map(|name| fields.optional(name).map(|node| node.string().map(str::to_owned)));
    let params = fields.optional("params").map_or(Some(Vec::new()), |node| reader.params(&node));
    let dimensions = reader.dimensions(fields);
    let asked = reader.asked_time(fields);
    let axis_order = reader.axis_order(fields);
    let url = fields.required("url", "the address of the WMTS or of its capabilities").and_then(|node| node.url());
    let mut url = ServiceUrl::parse(url?).ok()?;
    for (key, value) in params? {
        url.set(&key, value);
    }
    reader.check_length(fields, &url)?;
    url.ask_with(reader.credential);
    Some(Arc::new(Wmts {
        asked: reader.given_or(asked?, &url),
        url,
        layer: layer?.to_owned(),
        style: style.transposed()?,
        matrix_set: matrix_set.transposed()?,
        format: format.transposed()?,
        axis_order: axis_order?,
        dimensions: dimensions?,
    }))
}

impl LayerKind for Wmts {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::ask(self.document(), DocumentKind::Wmts, move |reply| match reply {
            Ok(Document::Wmts(capabilities)) => self.described(asking, capabilities),
            Ok(_) => asking.gap("it is no WMTS".into()),
            Err(Silence::NotAsked) => {
                let timing = Timing { asked: self.asked.clone(), known: ServerTimes::NotAsked };
                Step::done(asking.resolved(Arc::new(Unasked { timing })))
            }
            Err(Silence::Failed(why)) => asking.gap(why),
        })
    }

    fn asked_time(&self) -> Option<&AskedTime> {
        Some(&self.asked)
    }
}

impl Wmts {
    /// The address of the document that says where the tiles are.
    fn document(&self) -> String {
        let mut url = self.url.clone();
        // A document by its own address (`…/1.0.0/WMTSCapabilities.xml`) takes no parameters.
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
        asking.call_it(title);
        let dimensions: Vec<&Dimension> =
            layer.iter().flat_map(|layer| layer.dimensions.iter()).map(|dimension| &**dimension).collect();
        let name = asking.layer.name.clone();
        let mut warnings = self.asked.warnings(&name, &dimensions, asking.is_timeless, asking.now);
        let resolved = match self.tiles(capabilities, layer, &asking.map, asking.now) {
            Ok(tiles) => {
                let unknown = tiles.default_unknown().filter(|_| asking.is_timeless);
                warnings.extend(unknown.map(|why| Warning::of_layer("time_unconfirmed", &name, why)));
                asking.resolved(Arc::new(tiles))
            }
            Err(why) => asking.resolved(Arc::new(super::resolved_layer::Gap(why))),
        };
        Step::done(ResolvedLayer { warnings, ..resolved })
    }

    /// Where the tiles are, as its server says.
    ///
    /// # Errors
    /// Why there can be no tiles.
    fn tiles(
        &self,
        capabilities: &Capabilities,
        layer: Option<&Layer>,
        map: &Extent,
        now: Timestamp,
    ) -> Result<ResolvedWmts, String> {
        let layer = layer.ok_or_else(|| {
            const NAMED: usize = 8;
            let names: Vec<&str> = capabilities.layers.iter().take(NAMED).map(|layer| layer.name.as_str()).collect();
            let more = if capabilities.layers.len() > NAMED { " …" } else { "" };
            format!("the server has no layer `{}`; it has {}{more}", self.layer, names.join(", "))
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
        let address =
            Address::choose(&self.url, capabilities, layer, &common, &asked).map_err(|why| why.to_string())?;
        let dimensions = dimensions.left_to_the_server(|parameter| !address.has_place_for(parameter));
        let default = match &known {
            ServerTimes::Times { default: Some(default), .. } => Some(default.text().to_owned()),
            _ => time.and_then(default_or_first),
        };
        let time = time.map(|time| (time.name.clone(), default));
        let timing = Timing { asked: self.asked.clone(), known };
        Ok(ResolvedWmts { timing, dimensions, levels, address, time, single, degrees: layer.degrees })
    }

    /// Chooses the values of dimensions other than time, and those of dimensions that have no choice. A tile needs a value for
    /// each (07-057r7, 7.1.1.2): without a default the first.
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

/// The value that stands for a dimension that nobody has asked for.
fn default_or_first(dimension: &Dimension) -> Option<String> {
    let first = || ValueAxis::parse(&dimension.extent).ok()?.values(1)?.pop();
    dimension.default.clone().or_else(first)
}

/// A layer of a WMTS, as its server describes it.
#[derive(Debug, Clone)]
struct ResolvedWmts {
    timing: Timing,
    dimensions: Dimensions,
    levels: Levels,
    address: Address,
    /// What stands for the time in an address, and what is drawn where none is asked for.
    time: Option<(String, Option<String>)>,
    /// Dimensions of a single value, which an address must have all the same.
    single: Vec<(String, String)>,
    /// Where the layer has data, in degrees.
    degrees: Option<Bbox>,
}

impl ResolvedKind for ResolvedWmts {
    fn timing(&self) -> Option<&Timing> {
        Some(&self.timing)
    }

    fn dimensions(&self) -> Option<&Dimensions> {
        Some(&self.dimensions)
    }

    fn along(&self, dimension: &str, values: &[String], now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        let dimensions = self.dimensions.along(dimension, values, identifier, now)?;
        let is_chosen = |name: &str| dimensions.parameters().any(|chosen| chosen == name);
        let single = self.single.iter().filter(|(name, _)| !is_chosen(name)).cloned().collect();
        Some(Arc::new(Self { dimensions, single, ..self.clone() }))
    }

    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        let timing = Some(&self.timing).filter(|_| self.can_be_asked_for_a_time());
        times_asked_for(timing, Some(&self.dimensions), moments)
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let frames = wanted.moments.distinct(self.timing.is_fixed() && !self.dimensions.vary());
        let max = wanted.limits.upstream_requests_max;
        tiles(wanted, self.levels.crs, frames, |frame, time| self.at(frame, time, wanted.map, wanted.moments.zone, max))
    }

    fn elsewhere(&self, map: &Extent) -> Option<String> {
        outside::beside(&self.degrees?, Crs::Geographic, map).map(|gap| gap.why)
    }

    fn beyond(&self, map: &Extent) -> Option<String> {
        outside::beyond_mercator(self.levels.crs, self.degrees.as_ref(), map)
    }
}

impl ResolvedWmts {
    /// Why it is not known which of its times the server draws where a request names none; `None`: it is.
    fn default_unknown(&self) -> Option<&'static str> {
        let is_matched = matches!(self.timing.asked, AskedTime::Matched(_));
        let has_choice = matches!(&self.timing.known, ServerTimes::Times { axis, .. } if axis.count() != Some(1));
        (is_matched && has_choice && !self.can_be_asked_for_a_time())
            .then_some("the server cannot be asked for a time, and which of its times it draws is not known")
    }

    /// What is asked for in a frame, counted from 0, and at its time; `None` when there are more than `max` tiles.
    fn at(&self, frame: usize, time: Option<&ValidTime>, map: &Extent, zone: &Zone, max: usize) -> Option<Mosaic> {
        let nothing = |why: String| Mosaic::nothing(self.levels.crs, Gap::missing(why));
        let values = match self.dimensions.at(frame) {
            Ok(values) => values,
            Err(gap) => return Some(Mosaic::nothing(self.levels.crs, gap)),
        };
        if let Some((name, _)) = values.iter().find(|(name, _)| !self.address.has_place_for(name)) {
            return Some(nothing(format!("the server cannot be asked for a value of {name}")));
        }
        let is_given = matches!(self.timing.asked, AskedTime::Given(_));
        match self.timing.at(time, zone) {
            Ok(text) if self.can_be_asked_for_a_time() => self.mosaic(map, text.as_deref(), &values, max),
            Ok(Some(_)) if time.is_some() || is_given => Some(nothing("the server cannot be asked for a time".into())),
            Ok(_) => self.mosaic(map, None, &values, max),
            Err(gap) => Some(Mosaic::nothing(self.levels.crs, gap)),
        }
    }

    fn can_be_asked_for_a_time(&self) -> bool {
        self.time.as_ref().is_none_or(|(name, _)| self.address.has_place_for(name))
    }

    fn mosaic(&self, map: &Extent, time: Option<&str>, dimensions: &[(&str, &str)], max: usize) -> Option<Mosaic> {
        let crs = self.levels.crs;
        let Some(wanted) = map.in_crs(crs) else { return Some(Mosaic::nothing(crs, outside::not_in(crs))) };
        let (name, grid) = self.levels.suiting(&wanted);
        // As long as the longest: names and values are as long as their server likes.
        if self.url(name, i64::MIN, i64::MIN, time, dimensions).len() > URL_BYTES_MAX {
            return Some(Mosaic::nothing(crs, Gap::missing(tile_address::too_long())));
        }
        grid.mosaic(&wanted, max, |column, row| self.url(name, column, row, time, dimensions))
    }

    fn url(&self, level: &str, column: i64, row: i64, time: Option<&str>, dimensions: &[(&str, &str)]) -> String {
        let (column, row) = (column.to_string(), row.to_string());
        let mut values = vec![("TILEMATRIX", level), ("TILEROW", &row), ("TILECOL", &column)];
        values.extend(self.single.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        values.extend(dimensions);
        if let Some((name, default)) = &self.time {
            // With parameters, the server takes its default by itself; a place in a template must be filled.
            let default = default.as_deref().filter(|_| matches!(self.address, Address::Template(_)));
            values.extend(time.or(default).map(|value| (name.as_str(), value)));
        }
        self.address.url(&values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolved::timing::{Matching, Rule};
    use mapreel_ogc::wms::capabilities::Style;
    use mapreel_ogc::wmts::capabilities::{Matrix, MatrixSet, MatrixSetLink};

    fn matrix(name: &str, scale_denominator: f64, top_left: [f64; 2], size: [u32; 2]) -> Matrix {
        Matrix { name: name.into(), scale_denominator, top_left, tile_px: [512, 512], size }
    }

    fn capabilities(crs: &str, matrices: Vec<Matrix>) -> Capabilities {
        let link = MatrixSetLink { name: "set".into(), limits: Vec::new() };
        let layer = Layer {
            name: "a".into(),
            formats: vec!["image/png".into()],
            styles: vec![Style { name: "default".into(), ..Style::default() }],
            matrix_sets: vec![link],
            ..Layer::default()
        };
        let set = MatrixSet { name: "set".into(), crs: crs.into(), matrices };
        Capabilities { layers: vec![layer], matrix_sets: vec![set], ..Capabilities::default() }
    }

    fn layer(url: &str) -> Wmts {
        Wmts {
            url: ServiceUrl::parse(url).unwrap(),
            layer: "a".into(),
            style: None,
            matrix_set: None,
            format: None,
            axis_order: None,
            asked: AskedTime::Matched(Matching { rule: Rule::Exact, within: None }),
            dimensions: Vec::new(),
        }
    }

    fn tiles(layer: &Wmts, capabilities: &Capabilities, map: &Extent) -> Result<ResolvedWmts, String> {
        let named = capabilities.layers.iter().find(|known| known.name == layer.layer);
        layer.tiles(capabilities, named, map, Timestamp::UNIX_EPOCH)
    }

    fn urls(layer: &ResolvedWmts, map: &Extent) -> Vec<String> {
        let choice = layer.at(0, None, map, &Zone::default(), 100).unwrap();
        choice.pieces.into_iter().map(|piece| piece.url).collect()
    }

    /// NASA GIBS, EPSG:4326: two columns of 288 degrees at level 0, latitude or longitude first.
    #[test]
    fn a_pyramid_of_degrees_lies_right_whichever_coordinate_is_written_first() {
        let denominator = 223_632_905.611_438_3;
        for (crs, top_left) in [
            ("urn:ogc:def:crs:OGC:1.3:CRS84", [-180.0, 90.0]),
            ("urn:ogc:def:crs:EPSG::4326", [90.0, -180.0]),
            ("EPSG:4326", [-180.0, 90.0]),
        ] {
            let map =
                Extent { crs: Crs::Geographic, bbox: Bbox::new([-180.0, -90.0, 180.0, 90.0]), width: 640, height: 320 };
            let caps = capabilities(crs, vec![matrix("0", denominator, top_left, [2, 1])]);
            let choice =
                tiles(&layer("http://h/wmts"), &caps, &map).unwrap().at(0, None, &map, &Zone::default(), 100).unwrap();
            assert_eq!(choice.pieces.len(), 2, "{crs}");
            let bbox = choice.bbox;
            assert!((bbox.min_x + 180.0).abs() < 1e-6 && (bbox.max_x - 396.0).abs() < 1e-6, "{crs}: {bbox:?}");
            assert!((bbox.max_y - 90.0).abs() < 1e-6, "{crs}: {bbox:?}");
        }
    }

    #[test]
    fn tiles_are_asked_for_with_parameters_or_by_template() {
        let half = Crs::WebMercator.equator() / 2.0;
        let zero = 559_082_264.028_717_8 / 2.0;
        let levels = vec![matrix("L0", zero, [-half, half], [1, 1]), matrix("L1", zero / 2.0, [-half, half], [2, 2])];
        let mut caps = capabilities("urn:ogc:def:crs:EPSG::3857", levels);
        let bbox = Bbox::new([0.0, 0.0, half, half]);
        let map = Extent { crs: Crs::WebMercator, bbox, width: 512, height: 512 };
        let by_parameters = tiles(&layer("http://h/wmts?key=1"), &caps, &map).unwrap();
        assert_eq!(
            urls(&by_parameters, &map),
            ["http://h/wmts?key=1&SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=a&STYLE=default&FORMAT=image/png\
              &TILEMATRIXSET=set&TILEMATRIX=L1&TILEROW=0&TILECOL=1"]
        );
        let template = "http://inside:8080/t/{Layer}/{style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png";
        caps.layers[0].templates = vec![("image/png".into(), template.into())];
        caps.own_origin = Some("http://inside:8080".into());
        let by_template = layer("https://outside/wmts/1.0.0/WMTSCapabilities.xml");
        assert_eq!(by_template.document(), "https://outside/wmts/1.0.0/WMTSCapabilities.xml");
        assert_eq!(
            urls(&tiles(&by_template, &caps, &map).unwrap(), &map),
            ["https://outside/t/a/default/set/L1/0/1.png"]
        );
    }

    #[test]
    fn what_a_server_does_not_have_is_named() {
        let caps = capabilities("EPSG:3857", vec![matrix("0", 1e8, [-2e7, 2e7], [1, 1])]);
        let map = Extent { crs: Crs::Geographic, bbox: Bbox::new([0.0, 0.0, 1.0, 1.0]), width: 10, height: 10 };
        let mut layer = layer("http://h/");
        layer.matrix_set = Some("other".into());
        let error = tiles(&layer, &caps, &map).unwrap_err();
        assert_eq!(error, "there is no tile matrix set `other`; there are `set` (EPSG:3857)");
        layer.layer = "b".into();
        assert!(tiles(&layer, &caps, &map).unwrap_err().contains("no layer `b`"));
    }
}
