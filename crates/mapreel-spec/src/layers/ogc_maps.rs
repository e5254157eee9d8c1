//! A map of OGC API – Maps (20-058) or, where a server has none, of OGC API – Tiles (20-057): from a landing page or a collection
//! by links to the pictures. What a server declares to conform to does not matter: its links and its list of CRSs decide.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::tiles;
use super::resolved_layer::{Refusal, ResolvedKind, ResolvedLayer, Unasked, Wanted, asked_at};
use super::step::{Document, DocumentKind, Silence, Step};
use crate::pictures::cell::Cell;
use crate::pictures::matrix_set::{self, Levels};
use crate::pictures::mosaic::Mosaic;
use crate::pictures::{cut, outside};
use crate::plan::planned_layer::LayerSource;
use crate::request::read::{Fields, Transposed};
use crate::resolved::dimension::{AskedDimension, Dimensions, identifier};
use crate::resolved::gap::Gap;
use crate::resolved::timing::{AskedTime, ServerTimes, Timing};
use jiff::Timestamp;
use mapreel_geo::place::axes;
use mapreel_geo::{AxisOrder, Bbox, Crs, Extent, ValidTime, Zone};
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::json::Json;
use mapreel_ogc::ogc_api::collection::Collection;
use mapreel_ogc::ogc_api::crs::{crs_code, uri, without_brackets};
use mapreel_ogc::ogc_api::page::Page;
use mapreel_ogc::ogc_api::tileset::{limits, read_matrix_set, tileset_name, web_mercator_quad};
use mapreel_ogc::text::few;
use mapreel_ogc::url::service_url::URL_BYTES_MAX;
use mapreel_ogc::url::tile_address::{self, Address};
use mapreel_ogc::without_quotes;
use mapreel_ogc::wms::capabilities::Dimension;
use mapreel_ogc::wmts::capabilities::{Capabilities, Layer, MatrixSet, MatrixSetLink};
use std::sync::Arc;

/// A layer of an OGC API, as it was asked for.
#[derive(Debug, Clone)]
struct OgcMaps {
    /// The address of a landing page, of collections or of a collection.
    url: ServiceUrl,
    /// The identifier of the collection, where the address is not that of one.
    collection: Option<String>,
    /// The tile matrix set of the tiles that are asked for in place of maps.
    matrix_set: Option<String>,
    /// The CRS that is asked for, where the request names one.
    crs: Option<Crs>,
    /// The order of coordinates in a box, where it is not that of the CRS.
    axis_order: Option<AxisOrder>,
    /// The author's parameters, for pictures alone: documents may refuse what they do not know.
    params: Vec<(String, String)>,
    /// Which of its times it is asked for.
    asked: AskedTime,
    /// Which values of other dimensions.
    dimensions: Vec<AskedDimension>,
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let [collection, matrix_set] =
        ["collection", "matrix_set"].map(|name| fields.optional(name).map(|node| node.string().map(str::to_owned)));
    let crs = fields.optional("crs").map(|node| reader.crs_or(Some(node), reader.crs));
    let params = fields.optional("params").map_or(Some(Vec::new()), |node| reader.params_besides(&node, &OURS));
    let dimensions = reader.dimensions(fields);
    let asked = reader.asked_time(fields);
    let axis_order = reader.axis_order(fields);
    let node = fields.required("url", "the address of a landing page or of a collection")?;
    let mut url = ServiceUrl::parse(node.url()?).ok()?;
    let mut params = params?;
    let mut with_params = url.clone();
    params.iter().for_each(|(name, value)| with_params.set(name, value.as_str()));
    reader.check_length(fields, &with_params)?;
    url.ask_with(reader.credential);
    let is_time = |(name, _): &(String, String)| name.eq_ignore_ascii_case("datetime");
    let asked = match params.iter().position(is_time) {
        Some(index) => AskedTime::Given(params.remove(index).1),
        None => asked?,
    };
    Some(Arc::new(OgcMaps {
        url,
        collection: collection.transposed()?,
        matrix_set: matrix_set.transposed()?,
        crs: crs.transposed()?,
        axis_order: axis_order?,
        params,
        asked,
        dimensions: dimensions?,
    }))
}

/// Parameters that Mapreel sets itself, and what sets them.
const OURS: [(&str, &str); 6] = [
    ("bbox", "`map.bbox`"),
    ("bbox-crs", "`crs`"),
    ("crs", "`crs`"),
    ("width", "`map.width`"),
    ("height", "`map.height`"),
    ("subset", "`dimensions`"),
];

impl LayerKind for OgcMaps {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        let url = self.url.url();
        self.follow(asking, url, Vec::new())
    }

    fn asked_time(&self) -> Option<&AskedTime> {
        Some(&self.asked)
    }
}

/// The widest and highest picture that is asked for, in pixels.
const SIDE_PX_MAX: u32 = 2048;
const IN_A_CIRCLE: &str = "its links lead round in a circle and to no map";
/// The most documents that lead to pictures: pages of collections among them.
const DOCUMENTS_MAX: usize = 20;

impl OgcMaps {
    /// Asks for a document on the way to the collection.
    fn follow(self: Arc<Self>, asking: Asking, url: String, asked: Vec<String>) -> Step {
        self.next(asking, url, asked, Self::found)
    }

    /// Asks for a document, without which there is no map; `asked` are the addresses of those before it.
    fn next(
        self: Arc<Self>,
        asking: Asking,
        url: String,
        mut asked: Vec<String>,
        next: impl FnOnce(Arc<Self>, Asking, &Page, Vec<String>) -> Step + Send + 'static,
    ) -> Step {
        if asked.contains(&url) {
            return asking.gap(IN_A_CIRCLE.into());
        }
        if asked.len() >= DOCUMENTS_MAX {
            return asking.gap(format!("no map is found in {DOCUMENTS_MAX} documents of its server"));
        }
        asked.push(url.clone());
        Step::ask(url.clone(), DocumentKind::Json, move |reply| match read_reply(reply, &url) {
            Ok(page) => next(self, asking, &page, asked),
            Err(Silence::NotAsked) => {
                let timing = Timing { asked: self.asked.clone(), known: ServerTimes::NotAsked };
                Step::done(asking.resolved(Arc::new(Unasked { timing })))
            }
            Err(Silence::Failed(why)) => asking.gap(why),
        })
    }

    /// What a document is, and what follows from it.
    fn found(self: Arc<Self>, asking: Asking, page: &Page, asked: Vec<String>) -> Step {
        let json = &page.json;
        if let Some(Json::List(collections)) = json.get("collections") {
            let is_it = |collection: &&Json| match &self.collection {
                Some(wanted) => collection.text("id") == Some(wanted.as_str()),
                None => collections.len() == 1,
            };
            return match (collections.iter().find(is_it), page.document(json, "next")) {
                (Some(collection), _) if page.has_pictures(collection) => {
                    self.described(asking, page, collection, asked)
                }
                (Some(collection), _) => match page.own_page(collection) {
                    Some(url) => self.follow(asking, url, asked),
                    None => asking.gap("the collection has no link to a map".into()),
                },
                (None, Some(url)) if self.collection.is_some() => self.follow(asking, url, asked),
                (None, _) => {
                    let names = few(collections.iter().filter_map(|collection| collection.text("id")));
                    asking.gap(match &self.collection {
                        Some(wanted) => format!("the server has no collection `{wanted}`; it has {names}"),
                        None => format!("the server has several collections, and `collection` names none of {names}"),
                    })
                }
            };
        }
        let is_it = self.collection.as_deref().is_none_or(|wanted| json.text("id") == Some(wanted));
        if is_it && page.has_pictures(json) {
            return self.described(asking, page, json, asked);
        }
        match page.collections() {
            Some(url) => self.follow(asking, url, asked),
            None => asking.gap("it has neither a link to a map nor one to collections".into()),
        }
    }

    /// What follows from the description of a collection, or of all that a landing page offers.
    fn described(self: Arc<Self>, mut asking: Asking, page: &Page, json: &Json, asked: Vec<String>) -> Step {
        let collection = Collection::read(json, page.json.list("crs"), asking.now);
        asking.call_it(collection.title.clone());
        let map = page.picture(json, "map").filter(|_| self.matrix_set.is_none());
        match (map, page.tilesets(json)) {
            (Some(map), _) => match self.map(&map, &collection, &asking) {
                Ok(map) => self.done(asking, map, collection),
                Err(why) => asking.gap(why),
            },
            (None, Some(url)) => self.tilesets(asking, url, asked, collection),
            (None, None) => asking.gap("it has no tiles of maps".into()),
        }
    }

    /// The layer with nothing left to ask.
    fn done(&self, asking: Asking, kind: impl ResolvedKind + 'static, collection: Collection) -> Step {
        let dimension = collection.times.as_ref().ok().and_then(Option::as_ref);
        let dimensions: Vec<&Dimension> = dimension.into_iter().collect();
        let warnings = self.asked.warnings(&asking.layer.name, &dimensions, asking.is_timeless, asking.now);
        let resolved = asking.resolved(Arc::new(kind));
        Step::done(ResolvedLayer { warnings, ..resolved.with_credit(collection.credit) })
    }

    fn timing(&self, collection: &Collection, now: Timestamp) -> Timing {
        let known = match &collection.times {
            Ok(dimension) => ServerTimes::of(dimension.as_ref(), now),
            Err(why) => ServerTimes::Unknown(why.to_string()),
        };
        Timing { asked: self.asked.clone(), known }
    }

    fn settled(&self, collection: &Collection, now: Timestamp) -> Dimensions {
        Dimensions::settled(self.dimensions.clone(), &collection.dimensions, |_| None, identifier, now)
    }

    /// How a map is asked for.
    ///
    /// # Errors
    /// There is no CRS that maps can be drawn in.
    fn map(&self, url: &str, collection: &Collection, asking: &Asking) -> Result<Map, String> {
        let mut request =
            ServiceUrl::parse(url).map_err(|error| format!("the address of its map is no URL: {error}"))?;
        self.params.iter().for_each(|(name, value)| request.set(name, value.as_str()));
        request.set_default("transparent", "true");
        let (crs, code) = self.choose_crs(collection, &asking.map)?;
        // A box in degrees is written as longitude and latitude unless another CRS is named for it, and some servers take
        // longitude first whichever is named: so none is.
        let (box_crs, order) = match crs {
            Crs::Geographic => (None, AxisOrder::XThenY),
            _ => (Some(code.clone().unwrap_or_else(|| uri(crs))), axes::of("1.3.0", crs.code())),
        };
        let order = self.axis_order.filter(|_| box_crs.is_some()).unwrap_or(order);
        for (name, code) in [("crs", code), ("bbox-crs", box_crs)] {
            code.into_iter().for_each(|code| request.set(name, code));
        }
        Ok(Map {
            request,
            crs,
            order,
            timing: self.timing(collection, asking.now),
            dimensions: self.settled(collection, asking.now),
            degrees: collection.degrees,
        })
    }

    /// The CRS that maps are asked for in, and its code as the server writes it: the map's where the server has it, otherwise
    /// one that can be laid on the map. A server that lists none has the one that it stores its data in, and need not know another.
    fn choose_crs(&self, collection: &Collection, map: &Extent) -> Result<(Crs, Option<String>), String> {
        let listed: Vec<(Crs, &str)> = collection
            .crs
            .iter()
            .filter_map(|code| Some((Crs::parse(without_brackets(code))?, code.as_str())))
            .collect();
        let code = |crs: Crs| listed.iter().find(|(known, _)| *known == crs).map(|(_, code)| (*code).to_owned());
        if let Some(crs) = self.crs {
            return Ok((crs, Some(code(crs).unwrap_or_else(|| uri(crs)))));
        }
        let stored = Crs::parse(without_brackets(&collection.stored));
        // EPSG:3857 ends before the poles.
        let max = Crs::WebMercator.latitude_max();
        let degrees = map.bbox.convert(map.crs, Crs::Geographic);
        let is_polar = degrees.is_some_and(|degrees| degrees.max_y > max || degrees.min_y < -max);
        let cylindrical = match is_polar {
            true => [Crs::Geographic, Crs::WebMercator],
            false => [Crs::WebMercator, Crs::Geographic],
        };
        let others = stored.into_iter().chain(listed.iter().map(|(crs, _)| *crs));
        let mut wanted = std::iter::once(map.crs).chain(cylindrical).chain(others);
        let is_offered = |crs: &Crs| stored == Some(*crs) || code(*crs).is_some();
        let chosen = wanted.find(is_offered).ok_or_else(|| {
            let all = few(std::iter::once(&collection.stored).chain(&collection.crs));
            format!("maps of it cannot be drawn in a CRS that is known here; it has {all}")
        })?;
        Ok((chosen, code(chosen)))
    }

    /// Asks which tile matrix sets there are.
    fn tilesets(self: Arc<Self>, asking: Asking, url: String, asked: Vec<String>, collection: Collection) -> Step {
        self.next(asking, url, asked, move |this, asking, page, asked| {
            let tilesets = page.json.list("tilesets");
            if tilesets.is_empty() && page.json.get("dataType").is_some() {
                return this.tileset(asking, page, asked, collection);
            }
            let Some(tileset) = this.choose_tileset(tilesets, &asking.map) else {
                let names = few(tilesets
                    .iter()
                    .map(|tileset| tileset_name(tileset).unwrap_or("one without a name".to_owned())));
                return asking.gap(format!("no tile matrix set can be used; there are {names}"));
            };
            let Some(url) = page.document(tileset, "self") else {
                return asking.gap("its tiles are not described".into());
            };
            this.next(asking, url, asked, move |this, asking, page, asked| {
                this.tileset(asking, page, asked, collection)
            })
        })
    }

    /// The tileset of maps that suits the map, or the one that is asked for.
    fn choose_tileset<'a>(&self, tilesets: &'a [Json], map: &Extent) -> Option<&'a Json> {
        let rank = |tileset: &Json| {
            // GeoServer names it in the address of the tile matrix set alone.
            let crs = tileset.get("crs").and_then(crs_code).or_else(|| tileset_name(tileset))?;
            let crs = Crs::parse(&crs)?;
            Some(match crs {
                crs if crs == map.crs => 0,
                Crs::WebMercator => 1,
                Crs::Geographic => 2,
                Crs::Projected(_) => 3,
            })
        };
        let is_map = |tileset: &&Json| matches!(tileset.text("dataType"), Some("map") | None);
        let is_asked = |tileset: &&Json| match &self.matrix_set {
            Some(wanted) => tileset_name(tileset).as_ref() == Some(wanted),
            None => rank(tileset).is_some(),
        };
        tilesets.iter().filter(is_map).filter(is_asked).min_by_key(|tileset| rank(tileset))
    }

    /// What follows from the description of a tileset.
    fn tileset(self: Arc<Self>, asking: Asking, page: &Page, asked: Vec<String>, collection: Collection) -> Step {
        let json = &page.json;
        let Some(template) = page.tile() else {
            return asking.gap("its tiles are no pictures that can be read".into());
        };
        let link = MatrixSetLink { name: tileset_name(json).unwrap_or_default(), limits: limits(json) };
        let is_usual = json.text("tileMatrixSetURI").is_some_and(|uri| uri.ends_with("/WebMercatorQuad"));
        let named = ["tileMatrixSetDefinition", "tileMatrixSetURI"].into_iter().filter_map(|name| json.text(name));
        let definition = page
            .document(json, "tiling-scheme")
            .or_else(|| named.into_iter().find_map(|address| page.own_address(address)));
        let web = || (web_mercator_quad(), None);
        match (json.get("tileMatrixSet"), definition) {
            (Some(set @ Json::Object(_)), _) => {
                self.tiles(asking, template, link, read_matrix_set(set).map_err(|why| why.to_string()), collection)
            }
            // That of the web is known; how deep it goes here is said by limits, or by the definition.
            (_, definition) if is_usual && (definition.is_none() || !link.limits.is_empty()) => {
                self.tiles(asking, template, link, Ok(web()), collection)
            }
            (_, None) => asking.gap("its tile matrix set is not described".into()),
            (_, Some(url)) if asked.contains(&url) => asking.gap(IN_A_CIRCLE.into()),
            (_, Some(url)) => Step::ask(url.clone(), DocumentKind::Details, move |reply| {
                let set = match read_reply(reply, &url) {
                    Ok(page) => read_matrix_set(&page.json).map_err(|why| why.to_string()),
                    Err(_) if is_usual => Ok(web()),
                    Err(Silence::Failed(why)) => Err(why),
                    Err(Silence::NotAsked) => Err("its server has not been asked yet".to_owned()),
                };
                self.tiles(asking, template, link, set, collection)
            }),
        }
    }

    /// Where the tiles are.
    fn tiles(
        &self,
        asking: Asking,
        template: String,
        link: MatrixSetLink,
        set: Result<(MatrixSet, Option<AxisOrder>), String>,
        collection: Collection,
    ) -> Step {
        let (set, order) = match set {
            Ok(set) => set,
            Err(why) => return asking.gap(why),
        };
        let matrix_set = link.name.clone();
        let set = MatrixSet { name: matrix_set.clone(), ..set };
        let layer = Layer { degrees: collection.degrees, matrix_sets: vec![link], ..Layer::default() };
        let offered = Capabilities { matrix_sets: vec![set], ..Capabilities::default() };
        let asked = matrix_set::Asked { name: None, order: self.axis_order.or(order) };
        let levels = match matrix_set::choose(&offered, &layer, asked, &asking.map) {
            Ok((_, levels)) => levels,
            Err(why) => return asking.gap(why),
        };
        let tiles = MapTiles {
            address: Address::Template(template),
            matrix_set,
            params: self.params.clone(),
            levels,
            timing: self.timing(&collection, asking.now),
            dimensions: self.settled(&collection, asking.now),
            degrees: collection.degrees,
        };
        self.done(asking, tiles, collection)
    }
}

/// The document that a question was answered with, or why there is none.
fn read_reply(reply: Result<Document<'_>, Silence>, url: &str) -> Result<Page, Silence> {
    let bytes = match reply? {
        Document::Bytes(bytes) => bytes,
        _ => return Err(Silence::Failed("it is no document of an OGC API".into())),
    };
    Page::read(bytes, url).map_err(|why| {
        Silence::Failed(format!("its document cannot be used: {}", without_quotes(url, why.to_string())))
    })
}

/// The values of dimensions as one parameter: `elevation(-10),member("a")`.
fn subset(values: &[(&str, &str)]) -> Option<String> {
    let one = |(name, value): &(&str, &str)| match value.parse::<f64>() {
        Ok(_) => format!("{name}({value})"),
        Err(_) => format!("{name}(\"{value}\")"),
    };
    let all: Vec<String> = values.iter().map(one).collect();
    (!all.is_empty()).then(|| all.join(","))
}

/// Sets the parameters of a time and of values of other dimensions.
fn set_time_and_values(request: &mut ServiceUrl, time: Option<&str>, values: &[(&str, &str)]) {
    time.into_iter().for_each(|time| request.set("datetime", time));
    subset(values).into_iter().for_each(|subset| request.set("subset", subset));
}

/// A map that its server draws.
#[derive(Debug, Clone)]
struct Map {
    /// Everything but what changes with place, size and time.
    request: ServiceUrl,
    crs: Crs,
    /// The order of coordinates in a box.
    order: AxisOrder,
    timing: Timing,
    dimensions: Dimensions,
    /// Where it has data.
    degrees: Option<Bbox>,
}

impl ResolvedKind for Map {
    fn timing(&self) -> Option<&Timing> {
        Some(&self.timing)
    }

    fn dimensions(&self) -> Option<&Dimensions> {
        Some(&self.dimensions)
    }

    fn along(&self, dimension: &str, values: &[String], now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        let dimensions = self.dimensions.along(dimension, values, identifier, now)?;
        Some(Arc::new(Self { dimensions, ..self.clone() }))
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let (map, max) = (wanted.map, wanted.limits.upstream_requests_max as u64);
        let Some(extent) = map.asked_in(self.crs) else {
            return Ok(LayerSource::nothing(self.crs, outside::not_in(self.crs)));
        };
        // How large its pictures may be stands in no document that is asked for: about all servers draw as large ones.
        let is_large = extent.width.max(extent.height) > SIDE_PX_MAX;
        let cell = Cell::of(&extent, is_large.then(|| Cell::within(SIDE_PX_MAX, SIDE_PX_MAX)));
        let frames = wanted.moments.distinct(self.timing.is_fixed() && !self.dimensions.vary());
        if cell.count(&extent).saturating_mul(frames.len() as u64) > max {
            let hint = "fewer frames, or a smaller map";
            return Err(("too_large", "too many pictures cover the map over all frames".into(), hint));
        }
        let choice =
            |(frame, time): (usize, Option<&ValidTime>)| self.at(&extent, cell, frame, time, wanted.moments.zone);
        Ok(LayerSource::of_mosaics(frames.map(choice)))
    }

    fn elsewhere(&self, map: &Extent) -> Option<String> {
        outside::beside(&self.degrees?, Crs::Geographic, map).map(|gap| gap.why)
    }
}

impl Map {
    /// What is asked for in a frame, counted from 0, and at its time.
    fn at(&self, extent: &Extent, cell: Cell, frame: usize, time: Option<&ValidTime>, zone: &Zone) -> Mosaic {
        let asked = asked_at(&self.timing, &self.dimensions, frame, time, zone);
        let (values, time) = match asked {
            Ok(asked) => asked,
            Err(gap) => return Mosaic::nothing(self.crs, gap),
        };
        let mut request = self.request.clone();
        set_time_and_values(&mut request, time.as_deref(), &values);
        if request.is_too_long() {
            return Mosaic::nothing(self.crs, Gap::missing(tile_address::too_long()));
        }
        cut::mosaic(extent, cell, |part| {
            let mut request = request.clone();
            request.set("bbox", part.bbox.parameter(self.order));
            request.set("width", part.width.to_string());
            request.set("height", part.height.to_string());
            request.url()
        })
    }
}

/// Tiles of a map.
#[derive(Debug, Clone)]
struct MapTiles {
    address: Address,
    matrix_set: String,
    /// The author's parameters.
    params: Vec<(String, String)>,
    levels: Levels,
    timing: Timing,
    dimensions: Dimensions,
    /// Where they have data.
    degrees: Option<Bbox>,
}

impl ResolvedKind for MapTiles {
    fn timing(&self) -> Option<&Timing> {
        Some(&self.timing)
    }

    fn dimensions(&self) -> Option<&Dimensions> {
        Some(&self.dimensions)
    }

    fn along(&self, dimension: &str, values: &[String], now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        let dimensions = self.dimensions.along(dimension, values, identifier, now)?;
        Some(Arc::new(Self { dimensions, ..self.clone() }))
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

impl MapTiles {
    /// What is asked for in a frame, counted from 0, and at its time; `None` when there are more than `max` tiles.
    fn at(&self, frame: usize, time: Option<&ValidTime>, map: &Extent, zone: &Zone, max: usize) -> Option<Mosaic> {
        let asked = asked_at(&self.timing, &self.dimensions, frame, time, zone);
        let (values, time) = match asked {
            Ok(asked) => asked,
            Err(gap) => return Some(Mosaic::nothing(self.levels.crs, gap)),
        };
        let crs = self.levels.crs;
        let Some(wanted) = map.in_crs(crs) else { return Some(Mosaic::nothing(crs, outside::not_in(crs))) };
        let (level, grid) = self.levels.suiting(&wanted);
        let url = |column, row| self.url(level, column, row, time.as_deref(), &values);
        // As long as the longest: names and values are as long as their server likes.
        if url(i64::MIN, i64::MIN).len() > URL_BYTES_MAX {
            return Some(Mosaic::nothing(self.levels.crs, Gap::missing(tile_address::too_long())));
        }
        grid.mosaic(&wanted, max, url)
    }

    fn url(&self, level: &str, column: i64, row: i64, time: Option<&str>, values: &[(&str, &str)]) -> String {
        let (column, row) = (column.to_string(), row.to_string());
        let url = self.address.url(&[
            ("tileMatrix", level),
            ("tileRow", &row),
            ("tileCol", &column),
            ("tileMatrixSetId", &self.matrix_set),
            ("z", level),
            ("x", &column),
            ("y", &row),
        ]);
        // A template with places that nothing fills is asked for as it is, and the server says what is wrong with it.
        let Ok(mut request) = ServiceUrl::parse(&url) else { return url };
        self.params.iter().for_each(|(name, value)| request.set(name, value.as_str()));
        set_time_and_values(&mut request, time, values);
        request.url()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::answered::plan_answered;
    use crate::parse_request;
    use crate::plan::plan::Plan;
    use crate::plan::planned_layer::LayerSource;
    use crate::request::limits::Limits;

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../../../mapreel-ogc/tests/recorded/ogc/", $name, ".json"))
        };
    }

    const API: &str = "http://maps.example.org/api";
    const EUROPE: &str = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:4326", "width": 400"#;

    /// The plan of a layer, and the addresses of the documents that were asked for; documents by their whole addresses.
    fn planned(map: &str, times: &str, layer: &str, documents: &[(&str, &str)]) -> (Plan, Vec<String>) {
        let times = if times.is_empty() { String::new() } else { format!(r#""times": {times}, "#) };
        let request = format!(r#"{{ "map": {{ {map} }}, {times}"layers": [{{ "type": "ogc-maps", {layer} }}] }}"#);
        plan_answered(&request, |url| Some(documents.iter().find(|(address, _)| *address == url)?.1))
    }

    fn collection(map: &str, times: &str, further: &str, document: &str) -> Plan {
        let url = "http://maps.example.org/api/collections/a";
        planned(map, times, &format!(r#""url": "{url}"{further}"#), &[(url, document)]).0
    }

    fn urls(plan: &Plan) -> Vec<String> {
        let LayerSource::Pictures(mosaics) = &plan.layers[0].drawing else { return Vec::new() };
        mosaics.iter().flat_map(|mosaic| &mosaic.pieces).map(|piece| piece.url.clone()).collect()
    }

    fn missing(plan: &Plan) -> String {
        match &plan.layers[0].drawing {
            LayerSource::Missing(why) => why.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn parameter(url: &str, name: &str) -> Option<String> {
        ServiceUrl::parse(url).unwrap().get(name).map(str::to_owned)
    }

    #[test]
    fn the_way_from_a_landing_page_leads_over_pages_of_collections_to_a_map() {
        let layer = format!(r#""url": "{API}", "collection": "relief""#);
        let documents = [
            ("http://maps.example.org/api", recorded!("landing-pygeoapi")),
            ("http://maps.example.org/api/collections", recorded!("collections")),
            ("http://maps.example.org/api/collections?f=json&offset=2", recorded!("collections-2")),
        ];
        let (plan, asked) = planned(EUROPE, "", &layer, &documents);
        assert_eq!(asked, documents.map(|(url, _)| url));
        assert_eq!(
            urls(&plan),
            [format!("{API}/collections/relief/map?f=png&transparent=true&bbox=-10,40,30,60&width=400&height=200")]
        );
        let layer = format!(r#""url": "{API}", "collection": "other""#);
        assert_eq!(
            missing(&planned(EUROPE, "", &layer, &documents).0),
            "the server has no collection `other`; it has relief"
        );
    }

    #[test]
    fn a_collection_in_a_list_may_be_described_elsewhere() {
        let layer = format!(r#""url": "{API}/collections", "collection": "sst""#);
        let documents = [
            ("http://maps.example.org/api/collections", recorded!("collections")),
            ("http://maps.example.org/api/collections/sst?f=json", recorded!("collection-grid-resolution")),
        ];
        let (plan, asked) = planned(EUROPE, "", &layer, &documents);
        assert_eq!(asked.len(), 2);
        assert_eq!(plan.layers[0].caption.name, "Sea surface temperature");
        assert_eq!(plan.layers[0].caption.attribution.as_deref(), Some("An institute of oceans"));
        let without = format!(r#""url": "{API}/collections""#);
        let why = missing(&planned(EUROPE, "", &without, &documents).0);
        assert_eq!(why, "the server has several collections, and `collection` names none of features-only, sst");
    }

    #[test]
    fn links_may_be_relative_and_lead_in_a_circle() {
        let layer = r#""url": "https://outside.example/api/", "collection": "relief""#;
        let documents = [
            ("https://outside.example/api/", recorded!("landing-relative")),
            ("https://outside.example/api/collections?f=json", recorded!("landing-relative")),
        ];
        let (plan, asked) = planned(EUROPE, "", layer, &documents);
        assert_eq!(asked, documents.map(|(url, _)| url));
        assert_eq!(missing(&plan), "its links lead round in a circle and to no map");
    }

    #[test]
    fn a_landing_page_may_have_a_map_of_everything() {
        let layer = format!(r#""url": "{API}/?f=json""#);
        let documents = [("http://maps.example.org/api/?f=json", recorded!("landing-dataset-map"))];
        let (plan, _) = planned(EUROPE, "", &layer, &documents);
        let url = &urls(&plan)[0];
        assert!(url.starts_with(&format!("{API}/map.png?")), "{url}");
        assert_eq!(parameter(url, "crs").as_deref(), Some("[OGC:CRS84]"));
        assert_eq!(parameter(url, "bbox-crs"), None, "longitude and latitude are what a box is written in");
        assert_eq!(plan.layers[0].caption.attribution.as_deref(), Some("An office"));
    }

    #[test]
    fn a_box_is_written_in_the_order_of_its_crs() {
        let check = |map: &str, further: &str, document: &str, crs: &str, begin: &str| {
            let url = &urls(&collection(map, "", further, document))[0];
            assert_eq!(parameter(url, "crs").as_deref(), Some(crs), "{url}");
            assert_eq!(parameter(url, "bbox-crs").as_deref(), Some(crs), "{url}");
            let bbox = parameter(url, "bbox").unwrap();
            assert!(bbox.starts_with(begin), "{bbox}");
        };
        let lambert = r#""bbox": [4000000, 2500000, 4400000, 2700000], "bbox_crs": "EPSG:3035", "crs": "EPSG:3035", "width": 400"#;
        let uri = "http://www.opengis.net/def/crs/EPSG/0/3035";
        let document = recorded!("collection-grid-coordinates");
        check(lambert, r#", "time": "none""#, document, uri, "2500000,4000000,");
        check(lambert, r#", "time": "none", "axis_order": "xy""#, document, uri, "4000000,2500000,");
        let mercator = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:3857", "width": 400"#;
        let uri = "http://www.opengis.net/def/crs/EPSG/0/3857";
        check(mercator, r#", "time": "none""#, recorded!("collection-grid-resolution"), uri, "-11131");
    }

    #[test]
    fn a_crs_is_asked_for_as_the_server_writes_it() {
        let map = r#""bbox": [350000, 5610000, 360000, 5620000], "bbox_crs": "EPSG:25832", "crs": "EPSG:25832", "width": 200"#;
        let plan = collection(map, "", "", recorded!("collection-curie"));
        let url = &urls(&plan)[0];
        assert_eq!(parameter(url, "crs").as_deref(), Some("[EPSG:25832]"));
        assert!(url.starts_with("http://maps.example.org/api/collections/buildings/map.png?"), "{url}");
    }

    #[test]
    fn a_server_that_lists_no_crs_is_asked_in_longitude_and_latitude() {
        let map = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:3857", "width": 400"#;
        let plan = collection(map, "", "", recorded!("collection-pygeoapi-wmsfacade"));
        let url = &urls(&plan)[0];
        assert_eq!((parameter(url, "crs"), parameter(url, "bbox-crs")), (None, None));
        let bbox: Vec<f64> = parameter(url, "bbox").unwrap().split(',').map(|edge| edge.parse().unwrap()).collect();
        assert!((bbox[0] + 10.0).abs() < 1e-6 && (bbox[1] - 40.0).abs() < 1.0, "{url}");
    }

    #[test]
    fn a_map_over_the_date_line_is_asked_for_in_two_parts() {
        let map = r#""bbox": [170, -10, 190, 10], "crs": "EPSG:4326", "width": 200"#;
        let plan = collection(map, "", r#", "time": "none""#, recorded!("collection-grid-resolution"));
        let boxes: Vec<_> = urls(&plan).iter().map(|url| parameter(url, "bbox").unwrap()).collect();
        assert!(boxes.len() == 2 && boxes[0].starts_with("170,") && boxes[1].starts_with("-180,"), "{boxes:?}");
    }

    #[test]
    fn a_time_is_asked_for_by_datetime_where_the_server_has_it() {
        let times = r#"["2018-02-01", "2018-02-15"]"#;
        let plan = collection(EUROPE, times, "", recorded!("collection-grid-resolution"));
        let asked: Vec<_> = urls(&plan).iter().map(|url| parameter(url, "datetime")).collect();
        assert_eq!(asked, [Some("2018-02-01T00:00:00Z".to_owned())]);
        assert_eq!(plan.layers[0].caption.times_used.at(1), &None);
    }

    #[test]
    fn other_dimensions_are_asked_for_by_subset() {
        let layer = r#", "time": "none", "dimensions": { "elevation": { "value": -90, "match": "nearest" }, "member": 3,
            "forecast_reference_time": "latest" }"#;
        let plan = collection(EUROPE, "", layer, recorded!("collection-vertical"));
        assert_eq!(
            parameter(&urls(&plan)[0], "subset").as_deref(),
            Some(r#"elevation(-100),member(3),forecast_reference_time("2026-01-01T00:00:00Z")"#)
        );
    }

    #[test]
    fn where_there_is_no_map_its_tiles_are_asked_for_and_no_more_than_there_are() {
        let documents = [
            ("http://maps.example.org/api/collections/relief", recorded!("collection-tiles")),
            ("http://maps.example.org/api/collections/relief/map/tiles?f=json", recorded!("tilesets")),
            (
                "http://maps.example.org/api/collections/relief/map/tiles/WebMercatorQuad?f=json",
                recorded!("tileset-webmercatorquad"),
            ),
        ];
        let layer = r#""url": "http://maps.example.org/api/collections/relief""#;
        let map = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:3857", "width": 400"#;
        let (plan, asked) = planned(map, "", layer, &documents);
        assert_eq!(asked, documents.map(|(url, _)| url), "the tile matrix set of the web is known");
        let tiles = format!("{API}/collections/relief/map/tiles/WebMercatorQuad/4/");
        assert!(urls(&plan).iter().all(|url| url.starts_with(&tiles) && url.ends_with("?f=png")), "{:?}", urls(&plan));
        assert!(urls(&plan).iter().all(|url| url.contains("/8?") || url.contains("/9?")), "{:?}", urls(&plan));
        assert_eq!(plan.layers[0].caption.attribution.as_deref(), Some("A maker of reliefs"));
    }

    #[test]
    fn a_tile_matrix_set_is_asked_for_by_name_and_described_by_its_server() {
        let documents = [
            ("http://maps.example.org/api/collections/relief", recorded!("collection-tiles")),
            ("http://maps.example.org/api/collections/relief/map/tiles?f=json", recorded!("tilesets")),
            (
                "http://maps.example.org/api/collections/relief/map/tiles/AdV_25832?f=json",
                recorded!("tileset-adv-25832"),
            ),
            ("http://maps.example.org/api/tileMatrixSets/AdV_25832?f=json", recorded!("tile-matrix-set-crs-object")),
        ];
        let layer = r#""url": "http://maps.example.org/api/collections/relief", "matrix_set": "AdV_25832""#;
        let map = r#""bbox": [5, 47, 15, 55], "crs": "EPSG:3857", "width": 200"#;
        let (plan, asked) = planned(map, "", layer, &documents);
        assert_eq!(asked.len(), 4);
        let tiles = format!("{API}/collections/relief/map/tiles/AdV_25832/0");
        assert!(!urls(&plan).is_empty() && urls(&plan).iter().all(|url| url.starts_with(&tiles)), "{:?}", urls(&plan));
        let layer = layer.replace("AdV_25832", "Other");
        let why = missing(&planned(map, "", &layer, &documents).0);
        assert_eq!(why, "no tile matrix set can be used; there are AdV_25832, WebMercatorQuad, WorldCRS84Quad");
    }

    #[test]
    fn errors_are_the_servers_words() {
        let check = |document: &str, expected: &str| {
            let why = missing(&collection(EUROPE, "", "", document));
            assert_eq!(why, format!("its document cannot be used: the server answered with an error: {expected}"));
        };
        check(recorded!("error-pygeoapi"), "`InvalidParameterValue` datetime parameter out of range");
        check(recorded!("error-rfc7807"), "`400` The parameter 'crs' has the value 'http://www.opengis.net/de…");
        let why = missing(&collection(EUROPE, "", "", "[]"));
        assert_eq!(why, "its document cannot be used: it is no object but a list");
        let why = missing(&collection(EUROPE, "", "", recorded!("conformance")));
        assert_eq!(why, "it has neither a link to a map nor one to collections");
    }

    #[test]
    fn what_is_wrong_in_a_request_is_named() {
        let request = format!(
            r#"{{ "map": {{ {EUROPE} }},
                  "layers": [{{ "type": "ogc-maps", "url": "{API}", "params": {{ "bbox-crs": "EPSG:4326" }} }}] }}"#
        );
        let problems = parse_request(request.as_bytes(), &Limits::default()).unwrap_err().0;
        assert_eq!(problems[0].pointer, "/layers/0/params/bbox-crs");
    }
}
