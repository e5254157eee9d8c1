//! Resolves a layer of an OGC API: follows links to the collection and its maps or tiles, and applies the documents to the layer.

use super::asked::OgcMaps;
use super::pictures::{Map, MapTiles};
use crate::layers::layer::{Asking, LayerKind};
use crate::layers::resolved_layer::{ResolvedKind, ResolvedLayer, Unasked};
use crate::layers::step::{Document, DocumentKind, NoAnswer, Step};
use crate::pictures::matrix_set::{self};
use crate::resolved::axes::Axes;
use crate::resolved::dimension::{Dimensions, identifier};
use crate::resolved::timing::{AskedTime, ServerTimes, Timing};
use jiff::Timestamp;
use mapreel_geo::place::axes;
use mapreel_geo::{AxisOrder, Crs, Extent};
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::json::Json;
use mapreel_ogc::ogc_api::collection::Collection;
use mapreel_ogc::ogc_api::crs::{crs_code, uri, without_brackets};
use mapreel_ogc::ogc_api::page::Page;
use mapreel_ogc::ogc_api::tileset::{limits, read_matrix_set, tileset_name, web_mercator_quad};
use mapreel_ogc::text::few;
use mapreel_ogc::url::tile_address::Address;
use mapreel_ogc::without_quotes;
use mapreel_ogc::wms::capabilities::Dimension;
use mapreel_ogc::wmts::capabilities::{Capabilities, Layer, MatrixSet, MatrixSetLink};
use std::sync::Arc;

impl LayerKind for OgcMaps {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        let url = self.url.url();
        self.follow(asking, url, Vec::new())
    }

    fn asked_time(&self) -> Option<&AskedTime> {
        Some(&self.asked)
    }
}

const IN_A_CIRCLE: &str = "its links lead round in a circle and to no map";
/// The most documents that are read on the way to the pictures, pages of collections included.
const DOCUMENTS_MAX: usize = 20;

impl OgcMaps {
    /// Asks for a document on the way to the collection.
    fn follow(self: Arc<Self>, asking: Asking, url: String, asked: Vec<String>) -> Step {
        self.next(asking, url, asked, Self::found)
    }

    /// Asks for a document that the layer cannot do without; `asked` are the URLs of the documents before.
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
            Err(NoAnswer::NotAsked) => {
                let timing = Timing { asked: self.asked.clone(), known: ServerTimes::NotAsked };
                Step::done(asking.resolved(Arc::new(Unasked { axes: Axes::of_time(timing) })))
            }
            Err(NoAnswer::Failed(why)) => asking.gap(why),
        })
    }

    /// The step after a document, by what the document is.
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

    /// The step after the description of a collection, or of a landing page with a map of everything.
    fn described(self: Arc<Self>, mut asking: Asking, page: &Page, json: &Json, asked: Vec<String>) -> Step {
        let collection = Collection::read(json, page.json.list("crs"), asking.now);
        asking.name_where_unnamed(collection.title.clone());
        let map = page.picture(json, "map").filter(|_| self.matrix_set.is_none());
        match (map, page.tilesets(json)) {
            (Some(map), _) => match self.map(&map, &collection, &asking) {
                Ok(map) => self.done(asking, map, collection),
                Err(why) => asking.gap(why.to_string()),
            },
            (None, Some(url)) => self.tilesets(asking, url, asked, collection),
            (None, None) => asking.gap("it has no tiles of maps".into()),
        }
    }

    /// The resolved layer.
    fn done(&self, asking: Asking, kind: impl ResolvedKind + 'static, collection: Collection) -> Step {
        let dimension = collection.times.as_ref().ok().and_then(Option::as_ref);
        let dimensions: Vec<&Dimension> = dimension.into_iter().collect();
        let warnings = self.asked.warnings(&asking.layer.name, &dimensions, asking.is_timeless, asking.now);
        let resolved = asking.resolved(Arc::new(kind));
        Step::done(ResolvedLayer { warnings, ..resolved.with_credit(collection.credit) })
    }

    /// The layer's time and dimensions: the request's choices, and what the collection offers.
    fn axes(&self, collection: &Collection, now: Timestamp) -> Axes {
        let known = match &collection.times {
            Ok(dimension) => ServerTimes::of(dimension.as_ref(), now),
            Err(why) => ServerTimes::Unknown(why.to_string()),
        };
        let (asked, offered) = (self.dimensions.clone(), &collection.dimensions);
        Axes {
            timing: Timing { asked: self.asked.clone(), known },
            dimensions: Dimensions::settled(asked, offered, |_| None, identifier, now),
        }
    }

    /// The request for maps.
    ///
    /// # Errors
    /// The collection has no CRS that Mapreel knows.
    fn map(&self, url: &str, collection: &Collection, asking: &Asking) -> Result<Map, NoMap> {
        let mut request = ServiceUrl::parse(url)?;
        self.params.iter().for_each(|(name, value)| request.set(name, value.as_str()));
        request.set_default("transparent", "true");
        let (crs, code) = self.choose_crs(collection, &asking.map)?;
        // Without a `bbox-crs`, a box in degrees has longitude first. Some servers read longitude first whatever `bbox-crs` names,
        // so no `bbox-crs` is sent.
        let (box_crs, order) = match crs {
            Crs::Geographic => (None, AxisOrder::XThenY),
            _ => (Some(code.clone().unwrap_or_else(|| uri(crs))), axes::of("1.3.0", crs.code())),
        };
        let order = self.axis_order.filter(|_| box_crs.is_some()).unwrap_or(order);
        for (name, code) in [("crs", code), ("bbox-crs", box_crs)] {
            code.into_iter().for_each(|code| request.set(name, code));
        }
        Ok(Map { request, crs, order, axes: self.axes(collection, asking.now), degrees: collection.degrees })
    }

    /// The CRS of the maps, and its code in the server's spelling: the map's CRS where the server has it, otherwise one that can be
    /// reprojected to it. A server that lists no CRS has the CRS of its data, and perhaps no other.
    fn choose_crs(&self, collection: &Collection, map: &Extent) -> Result<(Crs, Option<String>), NoMap> {
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
        // EPSG:3857 does not reach the poles.
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
        let chosen = wanted
            .find(is_offered)
            .ok_or_else(|| NoMap::NoCrs { offered: few(std::iter::once(&collection.stored).chain(&collection.crs)) })?;
        Ok((chosen, code(chosen)))
    }

    /// Asks for the list of tile matrix sets.
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

    /// The tileset that suits the map, or the one that the request names.
    fn choose_tileset<'a>(&self, tilesets: &'a [Json], map: &Extent) -> Option<&'a Json> {
        let rank = |tileset: &Json| {
            // GeoServer names the CRS only in the URL of the tile matrix set.
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

    /// The step after the description of a tileset.
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
                let set = read_matrix_set(set).map_err(|why| NoAnswer::Failed(why.to_string()));
                self.tiles(asking, template, link, set, collection)
            }
            // WebMercatorQuad is known. Its definition is asked for only where the limits do not tell how many levels there are.
            (_, definition) if is_usual && (definition.is_none() || !link.limits.is_empty()) => {
                self.tiles(asking, template, link, Ok(web()), collection)
            }
            (_, None) => asking.gap("its tile matrix set is not described".into()),
            (_, Some(url)) if asked.contains(&url) => asking.gap(IN_A_CIRCLE.into()),
            (_, Some(url)) => Step::ask(url.clone(), DocumentKind::Details, move |reply| {
                let set = match read_reply(reply, &url) {
                    Ok(page) => read_matrix_set(&page.json).map_err(|why| NoAnswer::Failed(why.to_string())),
                    Err(_) if is_usual => Ok(web()),
                    Err(silence) => Err(silence),
                };
                self.tiles(asking, template, link, set, collection)
            }),
        }
    }

    /// The resolved layer of tiles.
    fn tiles(
        &self,
        asking: Asking,
        template: String,
        link: MatrixSetLink,
        set: Result<(MatrixSet, Option<AxisOrder>), NoAnswer>,
        collection: Collection,
    ) -> Step {
        let (set, order) = match set {
            Ok(set) => set,
            Err(silence) => return asking.gap(silence.why()),
        };
        let matrix_set = link.name.clone();
        let set = MatrixSet { name: matrix_set.clone(), ..set };
        let layer = Layer { degrees: collection.degrees, matrix_sets: vec![link], ..Layer::default() };
        let offered = Capabilities { matrix_sets: vec![set], ..Capabilities::default() };
        let asked = matrix_set::Asked { name: None, order: self.axis_order.or(order) };
        let levels = match matrix_set::choose(&offered, &layer, asked, &asking.map) {
            Ok((_, levels)) => levels,
            Err(why) => return asking.gap(why.to_string()),
        };
        let tiles = MapTiles {
            address: Address::Template(template),
            matrix_set,
            params: self.params.clone(),
            levels,
            axes: self.axes(&collection, asking.now),
            degrees: collection.degrees,
        };
        self.done(asking, tiles, collection)
    }
}

/// Why maps of a collection cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum NoMap {
    /// The link to the map is not a URL.
    #[error("the address of its map is no URL: {0}")]
    NotAUrl(#[from] url::ParseError),
    /// None of the collection's CRSs is known.
    #[error("maps of it cannot be drawn in a CRS that is known here; it has {offered}")]
    NoCrs { offered: String },
}

/// The document in a reply, or why there is none.
fn read_reply(reply: Result<Document<'_>, NoAnswer>, url: &str) -> Result<Page, NoAnswer> {
    let bytes = match reply? {
        Document::Bytes(bytes) => bytes,
        _ => return Err(NoAnswer::Failed("it is no document of an OGC API".into())),
    };
    Page::read(bytes, url).map_err(|why| {
        NoAnswer::Failed(format!("its document cannot be used: {}", without_quotes(url, why.to_string())))
    })
}
