//! The first dialect: `basemap` + `overlays`. It is the dialect of the service that Mapreel replaces.
//!
//! Clients of that service write whole GetMap URLs. The first overlay is the topmost.

use super::map::Zoom;
use super::output::{self, FormatWord, FrameRate};
use super::params::{Labels, check_length};
use super::place::bbox_in_degrees;
use super::purpose::Purpose;
use crate::layers::getmap::{GetMap, GetMaps};
use crate::layers::layer::{Layer, LayerKind};
use crate::layers::wms::Wms;
use crate::layers::xyz::Tiles;
use crate::pictures::cell::Cell;
use crate::pictures::map_service::Service;
use crate::request::appearance::{Label, Legend, MissingTiles, OnError, Resampling};
use crate::request::design::Design;
use crate::request::limits::Limits;
use crate::request::read::Node;
use crate::request::request::{AskedFrames, Header, Request};
use crate::request::room::{MapArea, MapFit, Room};
use crate::resolved::series::Series;
use crate::schema::fields::{Nested, Object, fields};
use crate::schema::given::{At, Given};
use crate::schema::numbers::{FourNumbers, Hundredths};
use crate::schema::params::Params;
use crate::schema::shape::Shape;
use crate::schema::texts::{CRS_HINT, Flag, HttpUrl, Shown, TileUrl, address};
use mapreel_geo::{Bbox, Crs, Extent, ValidTime};
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::json::Json;
use serde_json::{Value, json};
use std::marker::PhantomData;
use std::sync::Arc;

/// The frame rate of that service for a request without `fps`.
const FRAME_RATE_FPS: f64 = 1.0;

fields! {
    /// The dialect of the service that Mapreel replaces: its clients write whole GetMap URLs.
    pub(crate) struct BasemapOverlaysFields {
        /// What lies below everything, and what decides place, size and times.
        basemap: Nested<BasemapFields<'static>>, required "an object with `bbox`, `zoom`, `url`, `params` and `map_time`";
        /// Topmost first.
        overlays: Overlays;
        /// The file.
        general: Nested<GeneralFields<'static>>;
    }
}

fields! {
    /// The file.
    pub(crate) struct GeneralFields {
        /// `png`, `jpeg` or `webp` for an image, `mp4` or `gif` for an animation.
        format: FormatWord, default "png; mp4 for an animation";
        /// Frames per second; of a GIF at most 50.
        fps: FrameRate, default "1";
    }
}

fields! {
    /// What lies below everything, and what decides place, size and times.
    pub(crate) struct BasemapFields {
        /// `[west, south, east, north]` in degrees.
        bbox: FourNumbers, required "[west, south, east, north] in degrees";
        /// Gives the map's size: one world is `256 · 2^zoom` pixels wide. It may be fractional.
        zoom: Zoom, required "a level such as 7.5";
        /// A time, or a list of times, one for each frame.
        map_time: MapTimes, required "a time such as 2020-08-30T12:00:00Z, or a list of times, one for each frame";
        /// A WMS, a tile template, or any one tile.
        url: BasemapUrl, required "a WMS, or …/{z}/{x}/{y}.png";
        /// The parameters of a WMS, `layers` among them; empty for tiles.
        params: Params;
    }
}

fields! {
    /// A layer above the basemap.
    pub(crate) struct OverlayFields {
        /// What the layer shows.
        title: Shown, required "what the layer shows";
        /// A whole GetMap URL, or a tile template, for all frames or a list with one for each.
        url: OneOrEach<HttpUrl>, required "a GetMap URL, or a list with one for each frame";
        /// Whether `url` is that of tiles.
        is_tile_layer as "isTileLayer": Flag, default "false";
        /// 0, invisible, to 1.
        opacity: Hundredths<0, 100>, default "1";
        /// The URL of its legend.
        legend: OverlayLegend;
        /// Facts that stand behind its title: a list, or a list of lists, one for each frame.
        labels: OverlayLabels;
    }
}

/// The address of a WMS, or of tiles.
pub(crate) struct BasemapUrl;

impl Shape for BasemapUrl {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        address("https://tiles.example.org/{z}/{x}/{y}.png")
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        node.url().map(str::to_owned)
    }
}

/// A list of overlays, topmost first; it may be empty.
pub(crate) struct Overlays;

impl Shape for Overlays {
    type Value = ();

    fn schema(limits: &Limits) -> Value {
        // The basemap counts as a layer.
        json!({ "type": "array", "items": OverlayFields::schema(limits), "maxItems": limits.layers_max - 1 })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<()> {
        items_or_none(node, limits.layers_max - 1).map(drop)
    }
}

/// A time, or a list of times.
pub(crate) struct MapTimes;

impl Shape for MapTimes {
    type Value = Vec<ValidTime>;

    fn schema(limits: &Limits) -> Value {
        let time = json!({ "type": "string", "examples": ["2020-08-30T12:00:00Z"] });
        json!({ "anyOf": [time, { "type": "array", "items": time, "minItems": 1, "maxItems": limits.frames_max }] })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<Vec<ValidTime>> {
        read_times(node, limits)
    }
}

/// A value for all frames, or a list with one value for each frame.
pub(crate) struct OneOrEach<S>(PhantomData<S>);

impl<S: Shape> Shape for OneOrEach<S> {
    type Value = ();

    fn schema(limits: &Limits) -> Value {
        let one = S::schema(limits);
        json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1, "maxItems": limits.frames_max }] })
    }

    fn read(_: &Node<'_>, _: &Limits) -> Option<()> {
        Some(())
    }
}

/// The URL of a picture; an empty text means no legend.
pub(crate) struct OverlayLegend;

impl Shape for OverlayLegend {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        json!({ "anyOf": [{ "const": "" }, address("https://maps.example.org/legend.png")] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        if node.json == &Json::Text(String::new()) {
            return Some(String::new());
        }
        node.url().map(str::to_owned)
    }
}

/// A list of labels, or a list of such lists.
pub(crate) struct OverlayLabels;

impl Shape for OverlayLabels {
    type Value = ();

    fn schema(limits: &Limits) -> Value {
        let labels = Labels::schema(limits);
        json!({ "anyOf": [labels, { "type": "array", "items": labels, "minItems": 1, "maxItems": limits.frames_max }] })
    }

    fn read(_: &Node<'_>, _: &Limits) -> Option<()> {
        Some(())
    }
}

/// The items of a list, which may be empty.
fn items_or_none<'a>(node: &Node<'a>, max: usize) -> Option<Vec<Node<'a>>> {
    let empty = matches!(node.json, Json::List(items) if items.is_empty());
    if empty { Some(Vec::new()) } else { node.items(max) }
}

pub(crate) fn read(root: &Node, limits: &Limits, purpose: Purpose) -> Option<Request> {
    let fields = root.fields()?;
    let read = BasemapOverlaysFields::read(&fields, limits);
    let (map, times, bottom) = match read.basemap.at() {
        Some(at) => read_basemap(&at.node, limits),
        None => (None, None, None),
    };
    // Without valid times, the required length of the lists is not known. A wrong length is then no second problem.
    let count = times.as_ref().map(Vec::len);
    let frames = count.unwrap_or(1);
    let layers = match read.overlays.optional_at().ok() {
        Some(Some(at)) => {
            let items = items_or_none(&at.node, limits.layers_max - 1)?;
            Some(items.iter().map(|node| read_overlay(node, count, limits)).rev().collect())
        }
        Some(None) => Some(Vec::new()),
        None => None,
    };
    let general = read.general.at().and_then(|at| at.node.fields());
    let output = match general {
        Some(general) => {
            let GeneralFields { format, fps } = GeneralFields::read(&general, limits);
            general.finish();
            let format = output::format(format, frames, purpose);
            output::output(format, output::frame_rate(fps, format, FRAME_RATE_FPS))
        }
        None => output::output(output::format(Given::Absent, frames, purpose), FRAME_RATE_FPS),
    };
    fields.finish();
    let layers = std::iter::once(bottom).chain(layers?);
    let (area, room) = map?;
    Some(Request {
        area,
        room,
        design: Design::default(),
        frames: AskedFrames::Times(times?),
        layers: layers.collect::<Option<_>>()?,
        header: Header { time_prefix: Some("Map Time - "), ..Header::default() },
        output,
    })
}

type Basemap = (Option<(MapArea, Room)>, Option<Vec<ValidTime>>, Option<Layer>);

fn read_basemap(node: &Node, limits: &Limits) -> Basemap {
    let Some(fields) = node.fields() else { return (None, None, None) };
    let BasemapFields { bbox, zoom, map_time, url, params } = BasemapFields::read(&fields, limits);
    fields.finish();
    let map = bbox.at().and_then(|bbox| extent(bbox, zoom.at(), limits));
    (map, map_time.value(), basemap_layer(node, url, params))
}

fn extent(bbox: At<[f64; 4]>, zoom: Option<At<f64>>, limits: &Limits) -> Option<(MapArea, Room)> {
    let crs = Crs::WebMercator;
    let bbox = Bbox::new(bbox_in_degrees(&bbox.node, bbox.value, crs)?).convert(Crs::Geographic, crs)?;
    let At { value: zoom, node: zoom_node } = zoom?;
    let [width, height] = Extent::size_at_zoom(crs, &bbox, zoom);
    let max = f64::from(limits.side_px_max);
    if !(1.0..=max).contains(&width) || !(1.0..=max).contains(&height) {
        let detail = format!("the map would have {width} × {height} pixels; the limits are 1 and {max}");
        zoom_node.refuse("out_of_range", detail, Some("one world is 256 · 2^zoom pixels wide"));
        return None;
    }
    let area = MapArea { crs, bbox, fit: MapFit::Contain };
    Some((area, Room::Map([width as u32, height as u32])))
}

fn read_times(node: &Node, limits: &Limits) -> Option<Vec<ValidTime>> {
    let time = |node: &Node| match ValidTime::parse(node.string()?) {
        Ok(time) => Some(time),
        Err(error) => {
            node.invalid(error.to_string(), &error.hint());
            None
        }
    };
    if !node.is_list() {
        return Some(vec![time(node)?]);
    }
    // All times are read before the first wrong one ends the reading, so that every problem is noted.
    let times: Vec<_> = node.items(limits.frames_max)?.iter().map(time).collect();
    times.into_iter().collect()
}

fn basemap_layer(node: &Node, url: Given<String>, params: Given<Vec<(String, String)>>) -> Option<Layer> {
    let (url, params_node) = (url.at()?, params.node().cloned());
    let params = params.or_default()?;
    let kind: Arc<dyn LayerKind> = match params_node.filter(|_| !params.is_empty()) {
        None => Arc::new(Tiles(Series::Same(TileUrl::read(&url.node, &Limits::DEFAULT)?))),
        Some(params_node) => Arc::new(Wms::fixed(service(&url, &params_node, params)?)),
    };
    Some(Layer {
        pointer: node.pointer.clone(),
        title: None,
        name: "basemap".into(),
        is_named: false,
        kind,
        opacity: 1.0,
        legend: None,
        resampling: Resampling::default(),
        attribution: None,
        labels: Series::Same(Vec::new()),
        missing_tiles: MissingTiles::Report,
        on_error: OnError::Mark,
    })
}

/// The basemap's WMS, asked for in cells of the width and height in `params`.
fn service(url: &At<String>, node: &Node, params: Vec<(String, String)>) -> Option<Service> {
    let mut request =
        ServiceUrl::parse(&url.value).map_err(|e| url.node.invalid(e.to_string(), "the address of a WMS")).ok()?;
    for (key, value) in params {
        request.set(&key, value);
    }
    if request.get("layers").is_none_or(str::is_empty) {
        node.refuse("missing", "a WMS needs `layers`", Some("leave `params` empty for tiles"));
        return None;
    }
    let code = request.get("crs").or(request.get("srs")).unwrap_or("EPSG:3857").to_owned();
    let Some(crs) = Crs::parse(&code) else {
        node.refuse("not_supported", Crs::why_not(&code), Some(CRS_HINT));
        return None;
    };
    let side = |name: &str| {
        let text = request.get(name).unwrap_or("256").to_owned();
        let size = text.parse::<u32>().ok().filter(|n| (16..=4096).contains(n));
        if size.is_none() {
            node.invalid(format!("`{name}` is `{text}`"), "the size of a tile in pixels, 16 to 4096");
        }
        size
    };
    let cell = Cell { width: side("width")?, height: side("height")?, gutter: 0 };
    for name in ["crs", "srs"] {
        request.remove(name);
    }
    check_length(node, &request)?;
    Some(Service::new(request, crs, &code, Some(cell)))
}

fn read_overlay(node: &Node, frames: Option<usize>, limits: &Limits) -> Option<Layer> {
    let fields = node.fields()?;
    let read = OverlayFields::read(&fields, limits);
    fields.finish();
    let labels = read.labels.and_then(|node, ()| read_labels(node, frames, limits));
    let kind =
        read.url.at().zip(read.is_tile_layer.or(false)).and_then(|(at, is_tiles)| -> Option<Arc<dyn LayerKind>> {
            Some(match is_tiles {
                true => Arc::new(Tiles(per_frame(&at.node, frames, |node| TileUrl::read(node, limits))?)),
                false => Arc::new(GetMaps(per_frame(&at.node, frames, get_map)?)),
            })
        });
    let title = read.title.value()?;
    Some(Layer {
        pointer: node.pointer.clone(),
        name: title.clone(),
        is_named: true,
        title: Some(title),
        kind: kind?,
        opacity: read.opacity.or(1.0)? as f32,
        legend: Some(read.legend.or_default()?).filter(|url| !url.is_empty()).map(Legend::Url),
        resampling: Resampling::default(),
        attribution: None,
        labels: labels.or(Series::Same(Vec::new()))?,
        missing_tiles: MissingTiles::Report,
        on_error: OnError::Mark,
    })
}

fn get_map(node: &Node) -> Option<GetMap> {
    match GetMap::parse(node.url()?) {
        Ok(request) => Some(request),
        Err(problem) => {
            node.invalid(problem.to_string(), "a whole GetMap URL; for tiles add \"isTileLayer\": true");
            None
        }
    }
}

/// A value for all frames, or a list with one value for each frame.
fn per_frame<T: PartialEq>(node: &Node, frames: Option<usize>, read: impl Fn(&Node) -> Option<T>) -> Option<Series<T>> {
    if !node.is_list() {
        return Some(Series::Same(read(node)?));
    }
    let items = node.items(usize::MAX)?;
    let count = check_count(node, items.len(), frames);
    let values: Vec<_> = items.iter().map(read).collect();
    count?;
    Some(Series::new(values.into_iter().collect::<Option<_>>()?))
}

fn check_count(node: &Node, found: usize, frames: Option<usize>) -> Option<()> {
    let Some(frames) = frames.filter(|frames| *frames != found) else { return Some(()) };
    node.invalid(format!("{found} items for {frames} frames"), "one for each time in `map_time`");
    None
}

/// A list of labels, or a list of such lists, one for each frame.
fn read_labels(node: &Node, frames: Option<usize>, limits: &Limits) -> Option<Series<Vec<Label>>> {
    let Json::List(items) = node.json else {
        node.items(0);
        return None;
    };
    if !items.iter().any(|item| matches!(item, Json::List(_))) {
        return Some(Series::Same(Labels::read(node, limits)?));
    }
    check_count(node, items.len(), frames)?;
    let read = |(i, item)| Labels::read(&node.child(item, &format!("{i}")), limits);
    let all: Vec<_> = items.iter().enumerate().map(read).collect();
    Some(Series::new(all.into_iter().collect::<Option<_>>()?))
}
