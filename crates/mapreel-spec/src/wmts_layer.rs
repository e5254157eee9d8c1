//! A layer of a WMTS: what a request says of it, what its server says of it, and which tiles show a map.

use crate::capabilities::Dimension;
use crate::dimension::{Animate, Dimensions};
use crate::matrix_set::{self, Levels};
use crate::mosaic::Mosaic;
use crate::tile_address::{self, Address, Common};
use crate::timing::{AskedTime, Known, Timing};
use crate::wms::{Request, URL_BYTES_MAX};
use crate::wms_layer::{Choice, known_times};
use crate::wmts::{Capabilities, Layer};
use crate::{AxisOrder, Bbox, Crs, Extent, Gap, ValidTime, ValueAxis, Zone, outside};
use jiff::Timestamp;
use std::sync::Arc;

/// A layer of a request that a WMTS shows.
#[derive(Debug, Clone, PartialEq)]
pub struct WmtsLayer {
    /// The address of the service or of its capabilities, with the author's parameters.
    pub(crate) request: Request,
    pub(crate) layer: String,
    pub(crate) style: Option<String>,
    pub(crate) matrix_set: Option<String>,
    pub(crate) format: Option<String>,
    /// The order in which the corners of its matrices are written, where the request names one.
    pub(crate) axis_order: Option<AxisOrder>,
    pub(crate) timing: Timing,
    /// Which values of other dimensions it is asked for.
    pub(crate) dimensions: Dimensions,
    /// The tiles, once the capabilities have been read.
    tiles: Option<Tiles>,
}

/// Where the tiles of a layer are.
#[derive(Debug, Clone, PartialEq)]
struct Tiles {
    levels: Levels,
    address: Address,
    /// What stands for the time in an address, and what is drawn where none is asked for.
    time: Option<(String, Option<String>)>,
    /// Dimensions of a single value, which an address must have all the same.
    single: Vec<(String, String)>,
    /// Where the layer has data, in degrees.
    degrees: Option<Bbox>,
}

impl WmtsLayer {
    pub(crate) fn new(request: Request, layer: String, timing: Timing) -> Self {
        let dimensions = Dimensions::default();
        Self {
            request,
            layer,
            style: None,
            matrix_set: None,
            format: None,
            axis_order: None,
            timing,
            dimensions,
            tiles: None,
        }
    }

    /// The document that says where the tiles are; `None` when it has been read.
    pub(crate) fn document(&self) -> Option<String> {
        if self.timing.known != Known::NotYet {
            return None;
        }
        let mut request = self.request.clone();
        // A document by its own address (`…/1.0.0/WMTSCapabilities.xml`) takes no parameters.
        if !request.path().ends_with(".xml") && request.get("REQUEST").is_none() {
            request.set("SERVICE", "WMTS");
            request.set("REQUEST", "GetCapabilities");
            if request.get("VERSION").is_none() {
                request.set("VERSION", "1.0.0");
            }
        }
        Some(request.url())
    }

    /// Takes in what the server says.
    ///
    /// # Errors
    /// Why there can be no tiles.
    pub(crate) fn learn(&mut self, capabilities: &Capabilities, map: &Extent, now: Timestamp) -> Result<(), String> {
        let layer = capabilities.layers.iter().find(|layer| layer.name == self.layer).ok_or_else(|| {
            const NAMED: usize = 8;
            let names: Vec<&str> = capabilities.layers.iter().take(NAMED).map(|layer| layer.name.as_str()).collect();
            let more = if capabilities.layers.len() > NAMED { " …" } else { "" };
            format!("the server has no layer `{}`; it has {}{more}", self.layer, names.join(", "))
        })?;
        let mut dimensions = layer.dimensions.iter().map(|dimension| &**dimension);
        let time = dimensions.find(|dimension| dimension.name.eq_ignore_ascii_case("time"));
        self.timing.known = known_times(time, now);
        let asked = matrix_set::Asked { name: self.matrix_set.as_deref(), order: self.axis_order };
        let (set, levels) = matrix_set::choose(capabilities, layer, asked, map)?;
        let single = self.settle_dimensions(layer, now);
        let style = self.style.as_deref().or_else(|| layer.styles.first().map(|style| style.name.as_str()));
        let common = Common { style: style.unwrap_or_default(), matrix_set: &set.name, format: self.format.as_deref() };
        let time_asked = time.filter(|_| self.timing.asked != AskedTime::None).map(|time| time.name.as_str());
        let asked: Vec<&str> = time_asked.into_iter().chain(self.dimensions.parameters()).collect();
        let address = Address::choose(&self.request, capabilities, layer, &common, &asked)?;
        self.dimensions.leave_to_the_server(|parameter| !address.has_place_for(parameter));
        let default = match &self.timing.known {
            Known::Times { default: Some(default), .. } => Some(default.text().to_owned()),
            _ => time.and_then(default_or_first),
        };
        let time = time.map(|time| (time.name.clone(), default));
        self.tiles = Some(Tiles { levels, address, time, single, degrees: layer.degrees });
        Ok(())
    }

    /// Why it is not known which of its times the server draws where a request names none; `None`: it is.
    pub(crate) fn default_unknown(&self) -> Option<&'static str> {
        let tiles = self.tiles.as_ref().filter(|_| matches!(self.timing.asked, AskedTime::Matched(_)))?;
        let choice = matches!(&self.timing.known, Known::Times { axis, .. } if axis.count() != Some(1));
        (choice && !tiles.can_be_asked_for_a_time())
            .then_some("the server cannot be asked for a time, and which of its times it draws is not known")
    }

    /// What of the map lies beyond the tiles' world.
    pub(crate) fn beyond(&self, map: &Extent) -> Option<String> {
        let tiles = self.tiles.as_ref()?;
        outside::beyond_mercator(tiles.levels.crs, tiles.degrees.as_ref(), map)
    }

    /// Where the server says that it has data, when none of it lies on the map.
    pub(crate) fn elsewhere(&self, map: &Extent) -> Option<String> {
        outside::beside(&self.tiles.as_ref()?.degrees?, Crs::Geographic, map).map(|gap| gap.why)
    }

    /// Chooses the values of dimensions other than time, and those of dimensions that have no choice. A tile needs a value for
    /// each (07-057r7, 7.1.1.2): without a default the first.
    fn settle_dimensions(&mut self, layer: &Layer, now: Timestamp) -> Vec<(String, String)> {
        let others = layer.dimensions.iter().filter(|dimension| !dimension.name.eq_ignore_ascii_case("time"));
        let with_default = |dimension: &Arc<Dimension>| {
            Arc::new(Dimension { default: default_or_first(dimension), ..Dimension::clone(dimension) })
        };
        let others: Vec<Arc<Dimension>> = others.map(with_default).collect();
        let request = self.request.clone();
        self.dimensions.settle(&others, |name| request.get(name).map(str::to_owned), identifier, now);
        let is_chosen = |name: &str| self.dimensions.parameters().any(|chosen| chosen == name);
        let single = others.iter().filter(|dimension| !is_chosen(&dimension.name));
        single.filter_map(|dimension| Some((dimension.name.clone(), dimension.default.clone()?))).collect()
    }

    /// Takes the values of a film that runs along a dimension.
    pub(crate) fn animate(&mut self, film: &Animate, now: Timestamp) {
        self.dimensions.animate(&film.dimension, &film.values, identifier, now);
        if let Some(tiles) = &mut self.tiles {
            tiles.single.retain(|(name, _)| !self.dimensions.parameters().any(|chosen| chosen == name));
        }
    }

    /// Whether every frame shows the same.
    pub(crate) fn is_fixed(&self) -> bool {
        self.timing.is_fixed() && !self.dimensions.vary()
    }

    /// What its server calls it.
    pub(crate) fn title(&self, capabilities: &Capabilities) -> Option<String> {
        let layer = capabilities.layers.iter().find(|layer| layer.name == self.layer)?;
        crate::text::clean(&layer.title).ok().filter(|title| !title.is_empty())
    }

    /// What is asked for in a frame, counted from 0, and at its time; `None` when there are more than `max` tiles.
    pub(crate) fn at(
        &self,
        frame: usize,
        time: Option<&ValidTime>,
        map: &Extent,
        zone: &Zone,
        max: usize,
    ) -> Option<Choice> {
        let Some(tiles) = &self.tiles else {
            let gap = Gap::missing("its server has not been asked yet");
            return Some(Choice {
                mosaic: Mosaic::nothing(map.crs, gap),
                time: time.map(|time| time.text().to_owned()),
            });
        };
        let nothing = |why: String| self.nothing(Gap::missing(why));
        let values = match self.dimensions.at(frame) {
            Ok(values) => values,
            Err(gap) => return Some(self.nothing(gap)),
        };
        if let Some((name, _)) = values.iter().find(|(name, _)| !tiles.address.has_place_for(name)) {
            return Some(nothing(format!("the server cannot be asked for a value of {name}")));
        }
        let is_given = matches!(self.timing.asked, AskedTime::Given(_));
        match self.timing.at(time, zone) {
            Ok(text) if tiles.can_be_asked_for_a_time() => {
                Some(Choice { mosaic: tiles.mosaic(map, text.as_deref(), &values, max)?, time: text })
            }
            Ok(Some(_)) if time.is_some() || is_given => Some(nothing("the server cannot be asked for a time".into())),
            Ok(_) => Some(Choice { mosaic: tiles.mosaic(map, None, &values, max)?, time: None }),
            Err(gap) => Some(self.nothing(gap)),
        }
    }

    /// A frame without it, and why.
    pub(crate) fn nothing(&self, gap: Gap) -> Choice {
        let crs = self.tiles.as_ref().map_or(Crs::WebMercator, |tiles| tiles.levels.crs);
        Choice { mosaic: Mosaic::nothing(crs, gap), time: None }
    }
}

/// A WMTS names a dimension's parameter by its identifier.
fn identifier(dimension: &Dimension) -> String {
    dimension.name.clone()
}

/// The value that stands for a dimension that nobody has asked for.
fn default_or_first(dimension: &Dimension) -> Option<String> {
    let first = || ValueAxis::parse(&dimension.extent).ok()?.values(1)?.pop();
    dimension.default.clone().or_else(first)
}

impl Tiles {
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
    use crate::capabilities::Style;
    use crate::timing::{AskedTime, Matching, Rule};
    use crate::wmts::{Matrix, MatrixSet, MatrixSetLink};

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

    fn layer(url: &str) -> WmtsLayer {
        let asked = AskedTime::Matched(Matching { rule: Rule::Exact, within: None });
        WmtsLayer::new(Request::parse(url).unwrap(), "a".into(), Timing { asked, known: Known::NotYet })
    }

    fn urls(layer: &WmtsLayer, map: &Extent) -> Vec<String> {
        let choice = layer.at(0, None, map, &Zone::default(), 100).unwrap();
        choice.mosaic.pieces.into_iter().map(|piece| piece.url).collect()
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
            let mut layer = layer("http://h/wmts");
            let map =
                Extent { crs: Crs::Geographic, bbox: Bbox::new([-180.0, -90.0, 180.0, 90.0]), width: 640, height: 320 };
            layer
                .learn(
                    &capabilities(crs, vec![matrix("0", denominator, top_left, [2, 1])]),
                    &map,
                    Timestamp::UNIX_EPOCH,
                )
                .unwrap();
            let choice = layer.at(0, None, &map, &Zone::default(), 100).unwrap();
            assert_eq!(choice.mosaic.pieces.len(), 2, "{crs}");
            let bbox = choice.mosaic.bbox;
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
        let mut by_parameters = layer("http://h/wmts?key=1");
        by_parameters.learn(&caps, &map, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(
            urls(&by_parameters, &map),
            ["http://h/wmts?key=1&SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=a&STYLE=default&FORMAT=image/png\
              &TILEMATRIXSET=set&TILEMATRIX=L1&TILEROW=0&TILECOL=1"]
        );
        let template = "http://inside:8080/t/{Layer}/{style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png";
        caps.layers[0].templates = vec![("image/png".into(), template.into())];
        caps.own_origin = Some("http://inside:8080".into());
        let mut by_template = layer("https://outside/wmts/1.0.0/WMTSCapabilities.xml");
        assert_eq!(by_template.document().as_deref(), Some("https://outside/wmts/1.0.0/WMTSCapabilities.xml"));
        by_template.learn(&caps, &map, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(urls(&by_template, &map), ["https://outside/t/a/default/set/L1/0/1.png"]);
    }

    #[test]
    fn what_a_server_does_not_have_is_named() {
        let caps = capabilities("EPSG:3857", vec![matrix("0", 1e8, [-2e7, 2e7], [1, 1])]);
        let map = Extent { crs: Crs::Geographic, bbox: Bbox::new([0.0, 0.0, 1.0, 1.0]), width: 10, height: 10 };
        let mut layer = layer("http://h/");
        layer.matrix_set = Some("other".into());
        let error = layer.learn(&caps, &map, Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(error, "there is no tile matrix set `other`; there are `set` (EPSG:3857)");
        layer.layer = "b".into();
        assert!(layer.learn(&caps, &map, Timestamp::UNIX_EPOCH).unwrap_err().contains("no layer `b`"));
    }
}
