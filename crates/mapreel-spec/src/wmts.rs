//! Tiles of a WMTS (OGC 07-057r7): what its capabilities say, and which tiles show a map.

use crate::capabilities::{Dimension, Style};
use crate::dimension::{Animate, Dimensions};
use crate::grid::{self, Grid};
use crate::plan::Mosaic;
use crate::timing::{Known, Timing};
use crate::wms::Request;
use crate::wms_layer::{Choice, known_times};
use crate::{AxisOrder, Bbox, Crs, Extent, ValidTime, Zone, axes};
use jiff::Timestamp;
use serde::Serialize;

/// Metres of one pixel at a scale denominator of 1 (6.1).
const PIXEL_M: f64 = 0.000_28;

/// A WMTS.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Capabilities {
    /// The version of the document.
    pub version: String,
    /// The name of the service for people.
    pub title: String,
    /// Where single tiles are asked for with parameters, as the server writes it.
    #[serde(skip)]
    pub get_tile: Option<String>,
    /// Scheme and host by which it knows itself.
    #[serde(skip)]
    pub own_origin: Option<String>,
    /// The layers, in the order of the document.
    pub layers: Vec<Layer>,
    /// The pyramids that they are offered in.
    pub matrix_sets: Vec<MatrixSet>,
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Layer {
    /// What requests call it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where there are data: west, south, east, north in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degrees: Option<Bbox>,
    /// The formats of its tiles.
    pub formats: Vec<String>,
    /// The styles, the default one first.
    pub styles: Vec<Style>,
    /// Its times and whatever else it depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// The names of the pyramids that it is offered in, with the tiles that there are where that is said.
    pub matrix_sets: Vec<MatrixSetLink>,
    /// The addresses of its tiles: format and template.
    #[serde(skip)]
    pub templates: Vec<(String, String)>,
}

/// A pyramid that a layer is offered in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MatrixSetLink {
    /// Its name.
    pub name: String,
    /// For levels of which not all tiles are there: the level, its first and last column, its first and last row.
    #[serde(skip)]
    pub limits: Vec<(String, [i64; 2], [i64; 2])>,
}

/// A tile pyramid.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MatrixSet {
    /// Its name.
    pub name: String,
    /// Its CRS, as the server writes it.
    pub crs: String,
    /// Its levels, in the order of the document.
    #[serde(skip)]
    pub matrices: Vec<Matrix>,
}

/// One level of a pyramid.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    /// What requests call it.
    pub name: String,
    /// Its scale, 0.28 mm being a pixel.
    pub scale_denominator: f64,
    /// The two numbers of its upper left corner, as they are written.
    pub top_left: [f64; 2],
    /// Width and height of a tile in pixels.
    pub tile_px: [u32; 2],
    /// Columns and rows.
    pub size: [u32; 2],
}

/// A layer of a request that a WMTS shows.
#[derive(Debug, Clone, PartialEq)]
pub struct WmtsLayer {
    /// The address of the service or of its capabilities, with the author's parameters.
    pub(crate) request: Request,
    pub(crate) layer: String,
    pub(crate) style: Option<String>,
    pub(crate) matrix_set: Option<String>,
    pub(crate) format: Option<String>,
    pub(crate) timing: Timing,
    /// Which values of other dimensions it is asked for.
    pub(crate) dimensions: Dimensions,
    /// The tiles, once the capabilities have been read.
    tiles: Option<Tiles>,
}

/// Where the tiles of a layer are.
#[derive(Debug, Clone, PartialEq)]
struct Tiles {
    crs: Crs,
    /// Name and grid of each level.
    levels: Vec<(String, Grid)>,
    address: Address,
    /// What stands for the time in an address.
    time: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Address {
    Template(String),
    Parameters(Request),
}

impl WmtsLayer {
    pub(crate) fn new(request: Request, layer: String, timing: Timing) -> Self {
        let dimensions = Dimensions::default();
        Self { request, layer, style: None, matrix_set: None, format: None, timing, dimensions, tiles: None }
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
        let time = layer.dimensions.iter().find(|dimension| dimension.name.eq_ignore_ascii_case("time"));
        self.timing.known = known_times(time, now);
        let (link, set, crs) = self.choose_set(capabilities, layer, map)?;
        let mut levels: Vec<(String, Grid)> = Vec::new();
        for matrix in &set.matrices {
            let limits = link.limits.iter().find(|(name, ..)| *name == matrix.name);
            levels.push((matrix.name.clone(), matrix.grid(crs, &set.crs, limits.map(|(_, c, r)| (*c, *r)))));
        }
        levels.sort_by(|(_, a), (_, b)| b.resolution.total_cmp(&a.resolution));
        let style = self.style.clone().or_else(|| layer.styles.first().map(|style| style.name.clone()));
        let picture = |format: &&String| {
            matches!(
                format.split(';').next().unwrap_or_default(),
                "image/png" | "image/jpeg" | "image/webp" | "image/gif"
            )
        };
        let format = self.format.clone().or_else(|| layer.formats.iter().find(picture).cloned());
        let format =
            format.ok_or_else(|| format!("it has no pictures; its formats are {}", layer.formats.join(", ")))?;
        self.settle_dimensions(layer, now);
        let origin = capabilities.own_origin.as_deref();
        let template = layer.templates.iter().find(|(known, _)| *known == format);
        let (style, set_name) = (style.unwrap_or_default(), &set.name);
        let address = match (template, &capabilities.get_tile) {
            (Some((_, template)), _) => {
                let template = self.request.as_reached(template, origin);
                let fixed = [("layer", &self.layer), ("style", &style), ("tilematrixset", set_name)];
                Address::Template(fixed.iter().fold(template, |template, (name, value)| fill(&template, name, value)))
            }
            (None, named) => {
                let base = match named {
                    Some(url) if self.request.path().ends_with(".xml") => {
                        Request::parse(&self.request.as_reached(url, origin)).map_err(|error| error.to_string())?
                    }
                    _ => self.request.clone(),
                };
                let mut request = base;
                for (name, value) in [
                    ("SERVICE", "WMTS"),
                    ("REQUEST", "GetTile"),
                    ("VERSION", "1.0.0"),
                    ("LAYER", &self.layer),
                    ("STYLE", &style),
                    ("FORMAT", &format),
                    ("TILEMATRIXSET", set_name),
                ] {
                    request.set(name, value);
                }
                Address::Parameters(request)
            }
        };
        let time = time.map(|dimension| dimension.name.clone());
        self.tiles = Some(Tiles { crs, levels, address, time });
        Ok(())
    }

    /// Chooses the values of dimensions other than time. A tile needs a value for each (07-057r7, 7.1.1.2): without a default
    /// the first.
    fn settle_dimensions(&mut self, layer: &Layer, now: Timestamp) {
        let others = layer.dimensions.iter().filter(|dimension| !dimension.name.eq_ignore_ascii_case("time"));
        let first = |dimension: &Dimension| dimension.extent.split(',').next().map(|value| value.trim().to_owned());
        let with_default = |dimension: &Dimension| Dimension {
            default: dimension.default.clone().or_else(|| first(dimension)),
            ..dimension.clone()
        };
        let others: Vec<Dimension> = others.map(with_default).collect();
        let offered: Vec<&Dimension> = others.iter().collect();
        let request = self.request.clone();
        self.dimensions.settle(&offered, |name| request.get(name).map(str::to_owned), identifier, now);
    }

    /// Takes the values of a film that runs along a dimension.
    pub(crate) fn animate(&mut self, film: &Animate, now: Timestamp) {
        self.dimensions.animate(&film.dimension, &film.values, identifier, now);
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

    /// The pyramid that suits the map: of its CRS where there is one, otherwise one that can be laid on it.
    fn choose_set<'a>(
        &self,
        capabilities: &'a Capabilities,
        layer: &'a Layer,
        map: &Extent,
    ) -> Result<(&'a MatrixSetLink, &'a MatrixSet, Crs), String> {
        let sets: Vec<_> = layer
            .matrix_sets
            .iter()
            .filter(|link| self.matrix_set.as_ref().is_none_or(|wanted| *wanted == link.name))
            .filter_map(|link| {
                let set = capabilities.matrix_sets.iter().find(|set| set.name == link.name)?;
                Some((link, set, Crs::parse(&set.crs)?))
            })
            .filter(|(_, set, _)| !set.matrices.is_empty())
            .collect();
        let preferred = [map.crs, Crs::WebMercator, Crs::Geographic];
        let of = |crs: Crs| sets.iter().find(|(.., known)| *known == crs).copied();
        preferred.into_iter().find_map(of).or(sets.first().copied()).ok_or_else(|| {
            let known: Vec<String> = layer
                .matrix_sets
                .iter()
                .map(|link| {
                    let set = capabilities.matrix_sets.iter().find(|set| set.name == link.name);
                    format!("`{}` ({})", link.name, set.map_or("not described", |set| &set.crs))
                })
                .collect();
            match &self.matrix_set {
                Some(wanted) => format!("there is no tile matrix set `{wanted}`; there are {}", known.join(", ")),
                None => format!("no tile matrix set can be used; there are {}", known.join(", ")),
            }
        })
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
            // Before the server has been asked.
            return Some(Choice {
                mosaic: Mosaic::nothing(map.crs, None),
                time: time.map(|time| time.text().to_owned()),
            });
        };
        let asked = self.dimensions.at(frame).and_then(|values| Ok((values, self.timing.at(time, zone)?)));
        match asked {
            Ok((values, time)) => {
                let named = tiles.time.as_deref().zip(time.as_deref());
                let values: Vec<(&str, &str)> = values.into_iter().chain(named).collect();
                Some(Choice { mosaic: tiles.mosaic(map, &values, max)?, time })
            }
            Err(why) => Some(Choice { mosaic: Mosaic::nothing(tiles.crs, Some(why)), time: None }),
        }
    }
}

/// A WMTS names a dimension's parameter by its identifier.
fn identifier(dimension: &Dimension) -> String {
    dimension.name.clone()
}

impl Matrix {
    /// The same as a grid; `written` is its CRS as the server writes it.
    fn grid(&self, crs: Crs, written: &str, limits: Option<([i64; 2], [i64; 2])>) -> Grid {
        let resolution = self.scale_denominator * PIXEL_M / (METRES_ROUND / crs.equator());
        let [first, second] = self.top_left;
        // Some write x before y whatever the CRS; a latitude is never beyond 90.
        let code = Crs::parse(written).map(Crs::code).unwrap_or_default();
        let y_first = match crs {
            Crs::Geographic => second.abs() > 90.0 || first.abs() <= 90.0 && second.abs() > first.abs(),
            _ => axes::of("1.3.0", code) == AxisOrder::YThenX,
        };
        let y_first = y_first && !written.to_ascii_uppercase().contains("CRS84");
        let corner = if y_first { [second, first] } else { [first, second] };
        let [columns, rows] = self.size.map(i64::from);
        let tile = f64::from(self.tile_px[0]) * resolution;
        let round = crs.world_width().map(|world| world / tile).filter(|n| (n - n.round()).abs() < 1e-3);
        let round = round.map(|n| n.round() as i64).filter(|n| *n <= columns);
        let (columns, rows) = limits.unwrap_or(([0, columns - 1], [0, rows - 1]));
        Grid { crs, corner, resolution, tile_px: self.tile_px, columns, rows, round }
    }
}

/// The equator of EPSG:3857 and of a degree in the standard's sense (6.1), in metres.
const METRES_ROUND: f64 = 2.0 * std::f64::consts::PI * 6_378_137.0;

impl Tiles {
    /// The tiles that show a map; `values` are those of the dimensions, time included.
    fn mosaic(&self, map: &Extent, values: &[(&str, &str)], max: usize) -> Option<Mosaic> {
        let Some(wanted) = map.in_crs(self.crs) else { return Some(Mosaic::nothing(self.crs, None)) };
        let coarsest = grid::coarsest(&wanted);
        let fine = self.levels.iter().find(|(_, grid)| grid.resolution <= coarsest * (1.0 + 1e-6));
        let (name, grid) = fine.or(self.levels.last())?;
        grid.mosaic(&wanted.bbox, max, |column, row| self.url(name, column, row, values))
    }

    fn url(&self, level: &str, column: i64, row: i64, values: &[(&str, &str)]) -> String {
        let (column, row) = (column.to_string(), row.to_string());
        match &self.address {
            Address::Template(template) => {
                let tile = [("tilematrix", level), ("tilecol", &column), ("tilerow", &row)];
                tile.into_iter()
                    .chain(values.iter().copied())
                    .fold(template.clone(), |url, (name, value)| fill(&url, name, value))
            }
            Address::Parameters(request) => {
                let mut request = request.clone();
                let tile = [("TILEMATRIX", level), ("TILEROW", &row), ("TILECOL", &column)];
                tile.into_iter().chain(values.iter().copied()).for_each(|(name, value)| request.set(name, value));
                request.url()
            }
        }
    }
}

/// A template with one placeholder filled, whose name has no case.
fn fill(template: &str, name: &str, value: &str) -> String {
    let placeholder = format!("{{{name}}}");
    let lower = template.to_ascii_lowercase();
    match lower.find(&placeholder.to_ascii_lowercase()) {
        Some(at) => format!("{}{value}{}", &template[..at], &template[at + placeholder.len()..]),
        None => template.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::{AskedTime, Matching, Rule};

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
