//! The first dialect: `basemap` + `overlays`, the one of the service that Mapreel replaces.
//!
//! Its clients write whole GetMap URLs. The first overlay is the topmost.

use super::output;
use super::params::{check_length, labels, read_params, template};
use super::place::{CRS_HINT, bbox_in_degrees};
use super::purpose::Purpose;
use crate::layers::getmap::{GetMap, GetMaps};
use crate::layers::layer::{Layer, LayerKind};
use crate::layers::wms::Wms;
use crate::layers::xyz::Tiles;
use crate::pictures::cell::Cell;
use crate::pictures::map_service::Service;
use crate::request::appearance::{Label, Legend, MissingTiles, OnError, Resampling};
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use crate::request::request::{AskedFrames, Header, Request};
use crate::resolved::series::Series;
use mapreel_geo::{Bbox, Crs, Extent, ValidTime};
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::json::Json;
use std::sync::Arc;

/// Both forms of a tile URL.
const TILE_HINT: &str = "…/{z}/{x}/{y}.png, or the URL of a tile: …/0/0/0";

/// What the earlier service did without `fps`.
const FRAME_RATE_FPS: f64 = 1.0;

pub(crate) fn read(root: &Node, limits: &Limits, purpose: Purpose) -> Option<Request> {
    let fields = root.fields()?;
    let basemap = fields.required("basemap", "an object with `bbox`, `zoom`, `url`, `params` and `map_time`");
    let (map, times, bottom) = match basemap {
        Some(node) => read_basemap(&node, limits),
        None => (None, None, None),
    };
    // Without the times nobody knows how long the lists must be, and that is no second problem.
    let count = times.as_ref().map(Vec::len);
    let frames = count.unwrap_or(1);
    let mut layers = Some(Vec::new());
    if let Some(overlays) = fields.optional("overlays") {
        // An image of the basemap alone has an empty list.
        let empty = matches!(overlays.json, Json::List(items) if items.is_empty());
        let items = if empty { Some(Vec::new()) } else { overlays.items(limits.layers_max - 1) };
        layers = items.map(|items| items.iter().map(|node| read_overlay(node, count)).rev().collect());
    }
    let general = fields.optional("general").and_then(|node| node.fields());
    let output = match general {
        Some(general) => {
            let format = output::format(general.optional("format"), frames, purpose);
            let rate = output::frame_rate(general.optional("fps"), format, FRAME_RATE_FPS);
            general.finish();
            output::output(format, rate)
        }
        None => output::output(output::format(None, frames, purpose), FRAME_RATE_FPS),
    };
    fields.finish();
    let layers = std::iter::once(bottom).chain(layers?);
    Some(Request {
        map: map?,
        frames: AskedFrames::Times(times?),
        layers: layers.collect::<Option<_>>()?,
        header: Header { time_prefix: Some("Map Time - "), ..Header::default() },
        output,
    })
}

type Basemap = (Option<Extent>, Option<Vec<ValidTime>>, Option<Layer>);

fn read_basemap(node: &Node, limits: &Limits) -> Basemap {
    let Some(fields) = node.fields() else { return (None, None, None) };
    let bbox = fields.required("bbox", "[west, south, east, north] in degrees");
    let zoom = fields.required("zoom", "a level such as 7.5").and_then(|node| Some((node.number(0.0, 22.0)?, node)));
    let map = bbox.and_then(|node| extent(&node, zoom, limits));
    let times = fields
        .required("map_time", "a time such as 2020-08-30T12:00:00Z, or a list of times, one for each frame")
        .and_then(|node| read_times(&node, limits));
    let layer = read_basemap_layer(&fields);
    fields.finish();
    (map, times, layer)
}

fn extent(node: &Node, zoom: Option<(f64, Node)>, limits: &Limits) -> Option<Extent> {
    let crs = Crs::WebMercator;
    let bbox = Bbox::new(bbox_in_degrees(node, crs)?).convert(Crs::Geographic, crs)?;
    let (zoom, zoom_node) = zoom?;
    let [width, height] = Extent::size_at_zoom(crs, &bbox, zoom);
    let max = f64::from(limits.side_px_max);
    if !(1.0..=max).contains(&width) || !(1.0..=max).contains(&height) {
        let detail = format!("the map would have {width} × {height} pixels; the limits are 1 and {max}");
        zoom_node.refuse("out_of_range", detail, Some("one world is 256 · 2^zoom pixels wide"));
        return None;
    }
    Some(Extent { crs, bbox, width: width as u32, height: height as u32 })
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
    // Every wrong time is noted before giving up.
    let times: Vec<_> = node.items(limits.frames_max)?.iter().map(time).collect();
    times.into_iter().collect()
}

fn read_basemap_layer(fields: &Fields) -> Option<Layer> {
    let params = fields.optional("params").map(|node| read_params(&node));
    let node = fields.required("url", "a WMS, or …/{z}/{x}/{y}.png")?;
    let url = node.url()?;
    let params = params.unwrap_or(Some(Vec::new()))?;
    let kind: Arc<dyn LayerKind> = if params.is_empty() {
        Arc::new(Tiles(Series::Same(template(&node, TILE_HINT)?)))
    } else {
        let params_node = fields.node.child(fields.node.json.get("params")?, "params");
        Arc::new(Wms::fixed(service(&node, &params_node, url, params)?))
    };
    Some(Layer {
        pointer: fields.node.pointer.clone(),
        title: None,
        name: "basemap".into(),
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

/// The basemap's WMS, asked for in cells of the size that `params` names.
fn service(url_node: &Node, node: &Node, url: &str, params: Vec<(String, String)>) -> Option<Service> {
    let mut request =
        ServiceUrl::parse(url).map_err(|e| url_node.invalid(e.to_string(), "the address of a WMS")).ok()?;
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

fn read_overlay(node: &Node, frames: Option<usize>) -> Option<Layer> {
    let fields = node.fields()?;
    let title = fields.required("title", "what the layer shows").and_then(|node| node.text());
    let is_tiles = match fields.optional("isTileLayer") {
        Some(node) => node.boolean(),
        None => Some(false),
    };
    let opacity = fields.optional("opacity").map_or(Some(1.0), |node| node.number(0.0, 1.0));
    let legend = fields.optional("legend").filter(|node| node.json != &Json::Text(String::new()));
    let legend = legend.map(|node| node.url().map(str::to_owned));
    let labels = match fields.optional("labels") {
        Some(node) => read_labels(&node, frames),
        None => Some(Series::Same(Vec::new())),
    };
    let url = fields.required("url", "a GetMap URL, or a list with one for each frame");
    let kind = url.zip(is_tiles).and_then(|(node, is_tiles)| -> Option<Arc<dyn LayerKind>> {
        Some(match is_tiles {
            true => Arc::new(Tiles(per_frame(&node, frames, |node| template(node, TILE_HINT))?)),
            false => Arc::new(GetMaps(per_frame(&node, frames, get_map)?)),
        })
    });
    fields.finish();
    let title = title?;
    Some(Layer {
        pointer: node.pointer.clone(),
        name: title.clone(),
        title: Some(title),
        kind: kind?,
        opacity: opacity? as f32,
        legend: match legend {
            Some(url) => Some(Legend::Url(url?)),
            None => None,
        },
        resampling: Resampling::default(),
        attribution: None,
        labels: labels?,
        missing_tiles: MissingTiles::Report,
        on_error: OnError::Mark,
    })
}

fn get_map(node: &Node) -> Option<GetMap> {
    match GetMap::parse(node.url()?) {
        Ok(request) => Some(request),
        Err(problem) => {
            node.invalid(problem, "a whole GetMap URL; for tiles add \"isTileLayer\": true");
            None
        }
    }
}

/// One value for all frames, or a list with one for each.
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
fn read_labels(node: &Node, frames: Option<usize>) -> Option<Series<Vec<Label>>> {
    let Json::List(items) = node.json else {
        node.items(0);
        return None;
    };
    if !items.iter().any(|item| matches!(item, Json::List(_))) {
        return Some(Series::Same(labels(node)?));
    }
    check_count(node, items.len(), frames)?;
    let all: Vec<_> = items.iter().enumerate().map(|(i, item)| labels(&node.child(item, &i.to_string()))).collect();
    Some(Series::new(all.into_iter().collect::<Option<_>>()?))
}
