//! A `MapServer` or `ImageServer` of ArcGIS, asked by its REST API: for pictures (`export`, `exportImage`), or for the tiles of
//! its cache.
//!
//! Such a server draws in every CRS that it knows by number, so a layer is asked for in the map's. It writes x before y in every
//! CRS, and its times are milliseconds since 1970.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Refusal, ResolvedKind, ResolvedLayer, Wanted};
use super::step::{Document, DocumentKind, Silence, Step};
use super::xyz::Tiles;
use crate::pictures::cell::Cell;
use crate::pictures::mosaic::Mosaic;
use crate::pictures::{cut, outside};
use crate::plan::manifest::Warning;
use crate::plan::planned_layer::LayerSource;
use crate::request::appearance::Legend;
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node, Transposed};
use crate::resolved::gap::Gap;
use crate::resolved::series::Series;
use crate::resolved::timing::{AskedTime, ServerTimes, Timing};
use mapreel_geo::{AxisOrder, Bbox, Crs, Extent, ValidTime, Zone};
use mapreel_ogc::LegendSource;
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::TileTemplate;
use mapreel_ogc::arcgis::legend::swatches;
use mapreel_ogc::arcgis::service::{Service, Sublayer, read_document};
use mapreel_ogc::arcgis::service_kind::ServiceKind;
use mapreel_ogc::arcgis::spatial_reference::number;
use mapreel_ogc::arcgis::times::{TimeInfo, moment};
use mapreel_ogc::json::Json;
use mapreel_ogc::text::few;
use mapreel_ogc::url::tile_address;
use mapreel_ogc::without_quotes;
use mapreel_ogc::wms::capabilities::Dimension;
use std::collections::HashMap;
use std::sync::Arc;

/// A layer of ArcGIS, as it was asked for.
#[derive(Debug, Clone)]
struct ArcGis {
    kind: ServiceKind,
    /// The address of the service, up to its last word.
    address: String,
    /// The author's parameters, which every request carries.
    query: String,
    /// The numbers of its layers; `None`: those that the server shows by default.
    layers: Option<Vec<u32>>,
    /// Which features of its layers are shown.
    definitions: Option<String>,
    /// How its rasters are shown.
    rule: Option<String>,
    /// The CRS that it is asked in, where that is not the map's.
    crs: Option<Crs>,
    /// Which of its times it is asked for.
    asked: AskedTime,
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let layers = fields.optional("layers").map(|node| layer_numbers(&node, reader.limits));
    let definitions = fields.optional("layer_defs").map(|node| as_json(&node, "{\"0\": \"DEPTH > 10\"}"));
    let rule = fields.optional("rendering_rule").map(|node| rendering_rule(&node));
    let crs = fields.optional("crs").map(|node| reader.crs_or(Some(node), reader.crs));
    let params = fields.optional("params").map_or(Some(Vec::new()), |node| reader.params_besides(&node, &OURS));
    let asked = reader.asked_time(fields);
    let node = fields.required("url", "the address of a MapServer or an ImageServer")?;
    let (kind, mut url, layer) = address(&node)?;
    let (foreign, whose): (&[&'static str], &str) = match kind {
        ServiceKind::Map => (&["rendering_rule"], "an ImageServer"),
        ServiceKind::Image => (&["layers", "layer_defs"], "a MapServer"),
    };
    if let Some(node) = foreign.iter().copied().find_map(|name| fields.optional(name)) {
        node.invalid(format!("only {whose} takes it"), "leave it out");
        return None;
    }
    for (name, value) in params? {
        url.set(&name, value);
    }
    let asked = match url.get("time") {
        Some(time) => AskedTime::Given(as_iso8601(time)),
        None => asked?,
    };
    url.remove("time");
    url.ask_with(reader.credential);
    let url = url.url();
    let (address, query) = url.split_once('?').unwrap_or((&url, ""));
    let arcgis = ArcGis {
        kind,
        address: address.to_owned(),
        query: query.to_owned(),
        layers: layers.transposed()?.or(layer.map(|layer| vec![layer])),
        definitions: definitions.transposed()?,
        rule: rule.transposed()?,
        crs: crs.transposed()?,
        asked,
    };
    reader.check_length(fields, &arcgis.export(arcgis.layers.as_deref()))?;
    Some(Arc::new(arcgis))
}

/// The most pictures that lie on one another for a service whose layers have different times.
const PARTS_MAX: usize = 16;

/// Parameters that Mapreel sets itself, and what sets them.
const OURS: [(&str, &str); 10] = [
    ("bbox", "`map.bbox`"),
    ("bboxsr", "`map.crs`"),
    ("imagesr", "`crs`"),
    ("size", "`map.width` and `map.height`"),
    ("f", "the layer's `type`"),
    ("layers", "`layers`"),
    ("layerdefs", "`layer_defs`"),
    ("renderingrule", "`rendering_rule`"),
    ("adjustaspectratio", "`map.bbox`"),
    ("token", "`credential`, which names a secret"),
];

/// What service an address names, its URL without what stands behind that, and the layer that it names.
fn address(node: &Node) -> Option<(ServiceKind, ServiceUrl, Option<u32>)> {
    let url = node.url()?;
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let lower = path.to_ascii_lowercase();
    let named = |(word, kind): (&str, ServiceKind)| {
        let end = lower.rfind(word)? + word.len();
        let rest = &path[end..];
        (rest.is_empty() || rest.starts_with('/')).then_some((kind, end, rest))
    };
    let words = [("/mapserver", ServiceKind::Map), ("/imageserver", ServiceKind::Image)];
    let found = words.into_iter().filter_map(named).max_by_key(|(_, end, _)| *end);
    let Some((service, end, rest)) = found else {
        node.invalid(
            "the URL names neither a MapServer nor an ImageServer",
            "https://…/arcgis/rest/services/…/MapServer; of a FeatureServer there are no pictures",
        );
        return None;
    };
    let mut url = ServiceUrl::parse(&format!("{}?{query}", &path[..end])).ok()?;
    if url.get("token").is_some() {
        node.invalid("the URL carries a token", "secrets are never in a request: use `credential`");
        return None;
    }
    // The URL of a picture may be given, too.
    url.remove_if(|name| OURS.iter().any(|(known, _)| name.eq_ignore_ascii_case(known)));
    let layer = rest.split('/').find(|segment| !segment.is_empty()).and_then(|segment| segment.parse().ok());
    Some((service, url, layer.filter(|_| service == ServiceKind::Map)))
}

/// `"0,2"`, `2` or `[0, 2]`.
fn layer_numbers(node: &Node, limits: &Limits) -> Option<Vec<u32>> {
    const NUMBER_MAX: u32 = 1_000_000;
    match node.json {
        Json::Number(_) => node.integer(0, NUMBER_MAX).map(|number| vec![number]),
        Json::Text(text) => {
            let numbers: Option<Vec<u32>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
            let Some(numbers) = numbers else {
                node.invalid("these are no numbers of layers", "the numbers of its layers, separated by commas");
                return None;
            };
            if numbers.len() > limits.layers_max {
                let detail = format!("{} layers; the limit is {}", numbers.len(), limits.layers_max);
                node.refuse("too_many", detail, Some("use several `arcgis` layers"));
                return None;
            }
            Some(numbers)
        }
        _ => node.items(limits.layers_max)?.iter().map(|item| item.integer(0, NUMBER_MAX)).collect(),
    }
}

/// An object, or the text of one.
fn as_json(node: &Node, example: &str) -> Option<String> {
    match node.json {
        Json::Object(_) => Some(node.json.to_string()),
        Json::Text(text) if !text.is_empty() => Some(text.clone()),
        _ => {
            node.invalid("it is neither an object nor the text of one", example);
            None
        }
    }
}

/// The name of a raster function of the service, an object, or the text of one.
fn rendering_rule(node: &Node) -> Option<String> {
    match node.json {
        Json::Text(name) if !name.is_empty() && !name.trim_start().starts_with('{') => {
            let name = Json::Text(name.clone());
            Some(Json::Object(Box::new([("rasterFunction".to_owned(), name)])).to_string())
        }
        _ => as_json(node, "the name of one of the service's raster functions"),
    }
}

/// The legend of some layers of a service, or of all where it does not list any.
fn legend_of(legend: &Result<Json, String>, layers: &[&Sublayer]) -> LegendSource {
    let numbers: Vec<u32> = layers.iter().map(|layer| layer.number).collect();
    let of_layers = Some(&*numbers).filter(|numbers| !numbers.is_empty());
    let swatches = legend
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|legend| swatches(legend, of_layers).map_err(|why| why.to_string()));
    swatches.map_or_else(LegendSource::Missing, LegendSource::Swatches)
}

/// A time of ArcGIS as others write it; what is not a single moment stays as it is.
fn as_iso8601(time: &str) -> String {
    let milliseconds = time.trim().parse::<i64>().ok();
    milliseconds.and_then(|milliseconds| moment(milliseconds as f64)).unwrap_or_else(|| time.to_owned())
}

/// A time as ArcGIS reads it: a moment, or the two ends of a span.
fn as_milliseconds(time: &str) -> String {
    let moment = |time: &str| ValidTime::parse_kept(time).map(|time| time.instant().as_millisecond().to_string());
    let span =
        || time.split_once('/').and_then(|(from, to)| Some(format!("{},{}", moment(from).ok()?, moment(to).ok()?)));
    moment(time).ok().or_else(span).unwrap_or_else(|| time.to_owned())
}

impl ArcGis {
    /// An address below that of the service.
    fn at(&self, path: &str) -> ServiceUrl {
        ServiceUrl::parse(&format!("{}{path}?{}", self.address, self.query)).expect("the service has a URL")
    }

    /// The address of a document about the service.
    fn document(&self, path: &str) -> ServiceUrl {
        let mut url = self.at(path);
        url.set("f", "json");
        url
    }

    /// The request for a picture, without what changes with place, size and time.
    fn export(&self, layers: Option<&[u32]>) -> ServiceUrl {
        let (path, text) = match self.kind {
            ServiceKind::Map => ("/export", self.definitions.as_ref().map(|text| ("layerDefs", text))),
            ServiceKind::Image => ("/exportImage", self.rule.as_ref().map(|text| ("renderingRule", text))),
        };
        let mut request = self.at(path);
        request.set("f", "image");
        request.set_default("format", "png32");
        match self.kind {
            ServiceKind::Map => {
                request.set_default("transparent", "true");
                // Symbols have the size that their author has seen on a screen.
                request.set_default("dpi", "96");
            }
            // Otherwise a box is widened until its pixels are as square as those of the rasters. An `export` knows no such word,
            // and takes pixels for square: as they are.
            ServiceKind::Image => request.set("adjustAspectRatio", "false"),
        }
        if let Some(layers) = layers {
            let numbers: Vec<String> = layers.iter().map(u32::to_string).collect();
            request.set("layers", format!("show:{}", numbers.join(",")));
        }
        if let Some((name, text)) = text {
            request.set(name, text.as_str());
        }
        request
    }

    /// The layer as far as it is known without its server's answer.
    fn unanswered(&self, asking: Asking, silence: Silence) -> ResolvedLayer {
        let known = match silence {
            Silence::NotAsked => ServerTimes::NotAsked,
            Silence::Failed(why) => ServerTimes::Unknown(why),
        };
        let crs = self.crs.unwrap_or(asking.map.crs);
        asking.resolved(Arc::new(Export {
            request: self.export(self.layers.as_deref()),
            crs,
            number: number(crs),
            timing: Timing { asked: self.asked.clone(), known },
            side_px_max: [u32::MAX; 2],
            degrees: None,
        }))
    }

    /// What follows from the description of the service.
    fn described(self: Arc<Self>, asking: Asking, service: Service) -> Step {
        if service.has_tiles_alone && self.tiles(&service).is_none() {
            return asking.gap("the service has tiles alone, which do not show this map".to_owned());
        }
        let document = match self.kind {
            _ if self.asked == AskedTime::None || service.times.is_none() => None,
            ServiceKind::Map => Some(self.document("/layers")),
            ServiceKind::Image if service.is_multidimensional => {
                let mut url = self.document("/multidimensionalInfo");
                url.set("returnDimensionValues", "always");
                Some(url)
            }
            ServiceKind::Image => None,
        };
        let Some(document) = document else { return self.with_legend(asking, service, None) };
        Step::ask(document.url(), DocumentKind::Details, move |reply| {
            // Without details the times of the whole service are those of its layers.
            let details = match reply {
                Ok(Document::Bytes(bytes)) => read_document(bytes).ok(),
                _ => None,
            };
            self.with_legend(asking, service, details)
        })
    }

    /// Asks for the legend, where it is wanted.
    fn with_legend(self: Arc<Self>, asking: Asking, service: Service, details: Option<Json>) -> Step {
        if !asking.wants_own_legend() {
            return self.drawn(asking, &service, details.as_ref(), None);
        }
        let mut document = self.document("/legend");
        self.rule.iter().for_each(|rule| document.set("renderingRule", rule.as_str()));
        Step::ask(document.url(), DocumentKind::Details, move |reply| {
            let legend = match reply {
                Ok(Document::Bytes(bytes)) => {
                    read_document(bytes).map_err(|why| without_quotes(&document.url(), why.to_string()))
                }
                Ok(_) => Err("it is no legend of ArcGIS".to_owned()),
                Err(Silence::NotAsked) => Err("its server has not been asked yet".to_owned()),
                Err(Silence::Failed(why)) => Err(why),
            };
            self.drawn(asking, &service, details.as_ref(), Some(&legend))
        })
    }

    /// The tiles that show the service, where it has some and nothing else is asked of it.
    fn tiles(&self, service: &Service) -> Option<TileTemplate> {
        let is_plain = self.layers.is_none() && self.definitions.is_none() && self.rule.is_none() && self.crs.is_none();
        // What its author adds may change the picture.
        let is_plain = is_plain && self.query.is_empty();
        let is_timeless = match self.asked {
            AskedTime::None => true,
            AskedTime::Matched(_) => service.times.is_none(),
            AskedTime::Given(_) | AskedTime::Unchecked => false,
        };
        let pyramid = service.pyramid.filter(|_| is_plain && is_timeless)?;
        let mut template = TileTemplate::parse(&format!("{}/tile/{{z}}/{{y}}/{{x}}", self.address)).ok()?;
        template.side_px = pyramid.side_px;
        [template.zoom_min, template.zoom_max] = pyramid.levels;
        template.degrees = service.degrees;
        template.is_from_server = true;
        Some(template)
    }

    /// The layer, or several, bottom first, where layers of the service have different times: one request could ask only one of
    /// them for a time that it has.
    fn drawn(
        &self,
        mut asking: Asking,
        service: &Service,
        details: Option<&Json>,
        legend: Option<&Result<Json, String>>,
    ) -> Step {
        let shown = service.shown(self.layers.as_deref());
        let legend = |layers: &[&Sublayer]| Some(legend_of(legend?, layers));
        if let Some(template) = self.tiles(service) {
            asking.call_it(service.title.clone());
            let resolved = asking.resolved(Arc::new(Tiles(Series::Same(template))));
            return Step::done(resolved.with_credit(service.credit.clone()).with_legend(legend(&shown)));
        }
        let of_service = service.times.as_ref();
        // What is known of each layer, and otherwise of all.
        let (times, of_all) = match (self.kind, details) {
            (ServiceKind::Image, Some(details)) => {
                (HashMap::new(), TimeInfo::of_dimension(details).or_else(|| of_service.cloned()))
            }
            (ServiceKind::Map, Some(details)) => match TimeInfo::of_layers(details) {
                none if none.is_empty() => (none, of_service.cloned()),
                times => (times, None),
            },
            (_, None) => (HashMap::new(), of_service.cloned()),
        };
        if let (Some(asked), [], false) = (&self.layers, &shown[..], service.layers.is_empty()) {
            let names = few(service.layers.iter().map(|layer| format!("{} ({})", layer.number, layer.name)));
            let asked = few(asked.iter().map(u32::to_string));
            return asking.gap(format!("the service has no layer {asked}; it has {names}"));
        }
        let by_number = service.by_number();
        // Top first, as the service lists them. A layer without times goes with its neighbours.
        let mut parts: Vec<(Vec<&Sublayer>, Option<&TimeInfo>)> = Vec::new();
        for layer in shown.iter().copied() {
            let own = Service::outwards(layer, &by_number).find_map(|layer| times.get(&layer.number));
            match parts.last_mut() {
                Some((layers, theirs)) if theirs.is_none() || own.is_none() || *theirs == own => {
                    layers.push(layer);
                    *theirs = theirs.or(own);
                }
                _ => parts.push((vec![layer], own)),
            }
        }
        if parts.len() < 2 {
            let times = parts.first().and_then(|(_, times)| *times).or(of_all.as_ref());
            let title = match (&self.layers, &parts[..]) {
                (Some(_), [(layers, _)]) if layers.len() == 1 => Some(layers[0].name.clone()),
                _ => service.title.clone(),
            };
            let part = self.part(asking, service, self.layers.as_deref(), times, title);
            return Step::done(self.with_unknown(service, part.with_legend(legend(&shown))));
        }
        if parts.len() > PARTS_MAX {
            let count = parts.len();
            return asking
                .gap(format!("its layers have {count} different times in turn: name fewer of them in `layers`"));
        }
        let part = |(index, (layers, times)): (usize, (Vec<&Sublayer>, Option<&TimeInfo>))| {
            let mut asking = asking.clone();
            let (layer, own) = (&mut asking.layer, few(layers.iter().map(|layer| &layer.name)));
            layer.title = layer.title.take().map(|title| format!("{title} · {own}"));
            layer.name = format!("{} · {own}", layer.name);
            layer.legend = layer.legend.take().filter(|legend| index == 0 || *legend == Legend::Auto);
            let numbers: Vec<u32> = layers.iter().map(|layer| layer.number).collect();
            let part = self.part(asking, service, Some(&numbers), times, None).with_legend(legend(&layers));
            if index == 0 { self.with_unknown(service, part) } else { part }
        };
        Step::Done(parts.into_iter().rev().enumerate().map(part).collect())
    }

    /// The layer with a warning of those that its service does not have.
    fn with_unknown(&self, service: &Service, mut layer: ResolvedLayer) -> ResolvedLayer {
        let unknown = few(self.layers.iter().flatten().filter(|number| !service.has(**number)).map(u32::to_string));
        if !unknown.is_empty() && !service.layers.is_empty() {
            let message = format!("the service has no layer {unknown}");
            layer.warnings.push(Warning::of_layer("layer_unavailable", &layer.name, message));
        }
        layer
    }

    /// One picture's worth of the service.
    fn part(
        &self,
        mut asking: Asking,
        service: &Service,
        layers: Option<&[u32]>,
        times: Option<&TimeInfo>,
        title: Option<String>,
    ) -> ResolvedLayer {
        asking.call_it(title);
        let dimension = times.map(|times| times.dimension(asking.now)).transpose();
        let known = match &dimension {
            Ok(dimension) => ServerTimes::of(dimension.as_ref(), asking.now),
            Err(why) => ServerTimes::Unknown(why.to_string()),
        };
        let dimensions: Vec<&Dimension> = dimension.iter().flatten().collect();
        let name = asking.layer.name.clone();
        let warnings = self.asked.warnings(&name, &dimensions, asking.is_timeless, asking.now);
        let crs = self.crs.unwrap_or(asking.map.crs);
        let own = service.crs.as_ref().filter(|(own, _)| *own == crs);
        let resolved = asking.resolved(Arc::new(Export {
            request: self.export(layers),
            crs,
            number: own.map_or_else(|| number(crs), |(_, number)| number.clone()),
            timing: Timing { asked: self.asked.clone(), known },
            side_px_max: service.side_px_max,
            degrees: service.degrees,
        }));
        ResolvedLayer { warnings, ..resolved.with_credit(service.credit.clone()) }
    }
}

impl LayerKind for ArcGis {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        let document = self.document("").url();
        Step::ask(document.clone(), DocumentKind::Json, move |reply| match reply {
            Ok(Document::Bytes(bytes)) => match read_document(bytes).and_then(|json| Service::read(&json, self.kind)) {
                Ok(service) => self.described(asking, service),
                Err(why) => {
                    asking.gap(format!("its service cannot be used: {}", without_quotes(&document, why.to_string())))
                }
            },
            Ok(_) => asking.gap("it is no service of ArcGIS".into()),
            Err(silence) => Step::done(self.unanswered(asking, silence)),
        })
    }

    fn asked_time(&self) -> Option<&AskedTime> {
        Some(&self.asked)
    }

    fn has_own_legend(&self) -> bool {
        true
    }
}

/// A layer of ArcGIS that its server draws.
#[derive(Debug, Clone)]
struct Export {
    /// Everything but what changes with place, size and time.
    request: ServiceUrl,
    crs: Crs,
    /// The number by which the server knows the CRS.
    number: String,
    timing: Timing,
    /// The widest and highest picture that its server draws, in pixels.
    side_px_max: [u32; 2],
    /// Where it has data.
    degrees: Option<Bbox>,
}

impl ResolvedKind for Export {
    fn timing(&self) -> Option<&Timing> {
        Some(&self.timing)
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let (map, max) = (wanted.map, wanted.limits.upstream_requests_max as u64);
        let Some(extent) = map.asked_in(self.crs) else {
            return Ok(LayerSource::nothing(self.crs, outside::not_in(self.crs)));
        };
        let cell = Cell::of(&extent, self.cell(&extent));
        let pieces = cell.count(&extent);
        if pieces > max {
            let [width, height] = self.side_px_max;
            let why = format!(
                "the server draws at most {width} × {height} pixels at once, and the map would take {pieces} such pictures"
            );
            return Ok(LayerSource::nothing(self.crs, Gap::missing(why)));
        }
        let frames = wanted.moments.distinct(self.timing.is_fixed());
        if pieces.saturating_mul(frames.len() as u64) > max {
            let hint = "fewer frames, or a smaller map: the server draws no larger pictures";
            return Err(("too_large", "too many pictures of this size cover the map".into(), hint));
        }
        Ok(LayerSource::of_mosaics(frames.map(|(_, time)| self.at(&extent, cell, time, wanted.moments.zone))))
    }

    fn elsewhere(&self, map: &Extent) -> Option<String> {
        outside::beside(&self.degrees?, Crs::Geographic, map).map(|gap| gap.why)
    }
}

impl Export {
    /// The largest picture of the server, where the map is larger.
    fn cell(&self, extent: &Extent) -> Option<Cell> {
        let [width, height] = self.side_px_max;
        let is_larger = extent.width > width || extent.height > height;
        is_larger.then(|| Cell::within(width.min(8192), height.min(8192)))
    }

    /// What is asked for at a frame's time.
    fn at(&self, extent: &Extent, cell: Cell, time: Option<&ValidTime>, zone: &Zone) -> Mosaic {
        let time = match self.timing.at(time, zone) {
            Ok(time) => time,
            Err(gap) => return Mosaic::nothing(self.crs, gap),
        };
        let mut request = self.request.clone();
        request.set("bboxSR", self.number.as_str());
        request.set("imageSR", self.number.as_str());
        if let Some(time) = &time {
            request.set("time", as_milliseconds(time));
        }
        if request.is_too_long() {
            return Mosaic::nothing(self.crs, Gap::missing(tile_address::too_long()));
        }
        cut::mosaic(extent, cell, |part| {
            let mut request = request.clone();
            request.set("bbox", part.bbox.parameter(AxisOrder::XThenY));
            request.set("size", format!("{},{}", part.width, part.height));
            request.url()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::answered::plan_answered;
    use crate::parse_request;
    use crate::plan::plan::Plan;
    use crate::plan::planned_layer::LayerSource;

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../../../mapreel-ogc/tests/recorded/arcgis/", $name, ".json"))
        };
    }

    const MAP: &str = "http://h/arcgis/rest/services/A/MapServer";
    const IMAGE: &str = "http://h/arcgis/rest/services/A/ImageServer";

    /// The plan of a layer on a map, and the addresses of the documents that were asked for. Documents are told apart by how their
    /// addresses begin.
    fn planned(map: &str, layer: &str, documents: &[(&str, &str)]) -> (Plan, Vec<String>) {
        plan_of(&format!(r#"{{ "map": {{ {map} }}, "layers": [{{ "type": "arcgis", {layer} }}] }}"#), documents)
    }

    fn plan_of(request: &str, documents: &[(&str, &str)]) -> (Plan, Vec<String>) {
        let of = |url: &str, begin: &str| url.strip_prefix(begin).is_some_and(|rest| rest.starts_with('?'));
        plan_answered(request, |url| Some(documents.iter().find(|(begin, _)| of(url, begin))?.1))
    }

    /// A film of a layer at some times.
    fn film(times: &str, layer: &str, documents: &[(&str, &str)]) -> Plan {
        let request = format!(
            r#"{{ "map": {{ {EUROPE} }}, "times": {times}, "layers": [{{ "type": "arcgis", "title": "A", {layer} }}] }}"#
        );
        plan_of(&request, documents).0
    }

    const EUROPE: &str = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:4326", "width": 400"#;

    fn urls(plan: &Plan) -> Vec<String> {
        plan.layers.iter().flat_map(|layer| urls_of(&layer.drawing)).collect()
    }

    fn urls_of(drawing: &LayerSource) -> Vec<String> {
        let LayerSource::Pictures(mosaics) = drawing else { return Vec::new() };
        mosaics.iter().flat_map(|mosaic| &mosaic.pieces).map(|piece| piece.url.clone()).collect()
    }

    fn parameter(url: &str, name: &str) -> Option<String> {
        ServiceUrl::parse(url).unwrap().get(name).map(str::to_owned)
    }

    #[test]
    fn a_picture_is_asked_for_by_export() {
        let layer =
            format!(r#""url": "{MAP}/3?f=html", "layer_defs": {{ "3": "RANGE > 10" }}, "params": {{ "dpi": 192 }}"#);
        let (plan, asked) = planned(EUROPE, &layer, &[(MAP, recorded!("mapserver-timeless"))]);
        assert_eq!(asked, [format!("{MAP}?dpi=192&f=json")]);
        assert_eq!(
            urls(&plan),
            [format!(
                "{MAP}/export?dpi=192&f=image&format=png32&transparent=true&layers=show:3&layerDefs=%7B%223%22:%22RANGE%20%3E%2010%22%7D\
                 &bboxSR=4326&imageSR=4326&bbox=-10,40,30,60&size=400,200"
            )]
        );
        assert_eq!(plan.layers[0].caption.name, "Lights");
        assert_eq!(plan.layers[0].caption.attribution.as_deref(), Some("© Port authority of Nowhere"));
        assert!(plan.layers[0].elsewhere.as_ref().is_some_and(|why| why.contains("outside the map")));
    }

    #[test]
    fn a_server_is_asked_in_the_maps_crs_by_the_number_that_it_knows() {
        let check = |crs: &str, document: &str, expected: &str| {
            let map = format!(r#""bbox": [-60, 60, -20, 80], "crs": "{crs}", "width": 300"#);
            let (plan, _) = planned(&map, &format!(r#""url": "{MAP}""#), &[(MAP, document)]);
            let url = &urls(&plan)[0];
            assert_eq!(parameter(url, "imageSR").as_deref(), Some(expected), "{url}");
            assert_eq!(parameter(url, "bboxSR").as_deref(), Some(expected));
        };
        check("EPSG:3413", recorded!("mapserver-times"), "3413");
        check("EPSG:3857", recorded!("mapserver-times"), "3857");
        check("EPSG:3857", recorded!("mapserver-10.0"), "102113");
        check("EPSG:3857", recorded!("mapserver-odd"), "3857");
    }

    #[test]
    fn a_map_over_the_date_line_is_asked_for_in_two_parts_and_a_large_one_in_cells() {
        let map = r#""bbox": [170, -10, 190, 10], "crs": "EPSG:4326", "width": 200"#;
        let layer = format!(r#""url": "{IMAGE}", "rendering_rule": "Temperature", "time": "none""#);
        let (plan, _) = planned(map, &layer, &[(IMAGE, recorded!("imageserver-times"))]);
        let boxes: Vec<_> = urls(&plan).iter().map(|url| parameter(url, "bbox").unwrap()).collect();
        assert_eq!(boxes.len(), 2);
        assert!(boxes[0].starts_with("170,") && boxes[1].starts_with("-180,"), "{boxes:?}");
        let first = &urls(&plan)[0];
        assert!(first.starts_with(&format!("{IMAGE}/exportImage?")), "{first}");
        assert_eq!(parameter(first, "renderingRule").as_deref(), Some(r#"{"rasterFunction":"Temperature"}"#));
        assert_eq!((parameter(first, "adjustAspectRatio").as_deref(), parameter(first, "time")), (Some("false"), None));
        let map = r#""bbox": [-90, 25, -65, 50], "crs": "EPSG:4326", "width": 2500"#;
        let layer = format!(r#""url": "{MAP}", "time": "none""#);
        let (plan, _) = planned(map, &layer, &[(MAP, recorded!("mapserver-live"))]);
        assert_eq!(urls(&plan).len(), 4);
        for url in urls(&plan) {
            let size = parameter(&url, "size").unwrap();
            assert!(size.split(',').all(|side| side.parse::<u32>().unwrap() <= 2048), "{size}");
        }
    }

    #[test]
    fn times_are_asked_for_in_milliseconds_and_are_those_that_the_server_has() {
        let documents = [
            (MAP, recorded!("mapserver-times")),
            ("http://h/arcgis/rest/services/A/MapServer/layers", recorded!("mapserver-layers")),
        ];
        let layer = format!(r#""url": "{MAP}", "layers": "0,2""#);
        let plan = film(r#"["2018-01-01T03:00Z", "2018-01-01T04:00Z"]"#, &layer, &documents);
        let times: Vec<_> = urls(&plan).iter().map(|url| parameter(url, "time")).collect();
        assert_eq!(
            times,
            [Some("1514775600000".to_owned())],
            "every third hour, as the layer says and not the service"
        );
        assert_eq!(plan.layers[0].caption.times_used.at(0).as_deref(), Some("2018-01-01T03:00:00Z"));
        let LayerSource::Pictures(Series::PerFrame(mosaics)) = &plan.layers[0].drawing else {
            panic!("one for each frame")
        };
        assert!(mosaics[1].gap.as_ref().is_some_and(|gap| gap.why.contains("nearest: 2018-01-01T03:00:00Z")));
        let nearest = film(r#"["2018-01-01T04:00Z"]"#, &format!(r#"{layer}, "time": "nearest""#), &documents);
        assert_eq!(parameter(&urls(&nearest)[0], "time").as_deref(), Some("1514775600000"));
    }

    #[test]
    fn layers_with_different_times_are_asked_for_apart_bottom_first() {
        let documents = [
            (MAP, recorded!("mapserver-times")),
            ("http://h/arcgis/rest/services/A/MapServer/layers", recorded!("mapserver-layers")),
        ];
        let plan = film(r#"["2018-01-01T03:00Z"]"#, &format!(r#""url": "{MAP}""#), &documents);
        assert_eq!(plan.layers.len(), 2);
        let titles: Vec<_> = plan.layers.iter().filter_map(|layer| layer.caption.title.as_deref()).collect();
        assert_eq!(titles, ["A · Wave direction, Coastline", "A · Wave height"]);
        assert!(urls_of(&plan.layers[0].drawing).is_empty(), "it has every sixth hour");
        assert_eq!(parameter(&urls(&plan)[0], "layers").as_deref(), Some("show:0"));
    }

    #[test]
    fn without_details_the_times_are_those_of_the_service() {
        let layer = format!(r#""url": "{MAP}""#);
        let plan = film(r#"["2018-01-01T04:00Z"]"#, &layer, &[(MAP, recorded!("mapserver-times"))]);
        assert_eq!(parameter(&urls(&plan)[0], "time").as_deref(), Some("1514779200000"));
    }

    #[test]
    fn a_multidimensional_service_lists_its_times() {
        let info = format!("{IMAGE}/multidimensionalInfo");
        let documents =
            [(IMAGE, recorded!("imageserver-multidimensional")), (info.as_str(), recorded!("multidimensional-info"))];
        let plan = film(r#"["2018-01-04T00:00Z"]"#, &format!(r#""url": "{IMAGE}""#), &documents);
        assert_eq!(parameter(&urls(&plan)[0], "time").as_deref(), Some("1515024000000"));
    }

    #[test]
    fn a_cache_of_the_webs_pyramid_is_asked_for_its_tiles() {
        let documents = [(MAP, recorded!("mapserver-cached"))];
        let map = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:3857", "width": 400"#;
        let (plan, asked) = planned(map, &format!(r#""url": "{MAP}""#), &documents);
        assert_eq!(asked.len(), 1);
        assert!(urls(&plan).iter().all(|url| url.starts_with(&format!("{MAP}/tile/4/"))), "{:?}", urls(&plan));
        // What the cache does not show is drawn.
        let (plan, _) = planned(map, &format!(r#""url": "{MAP}", "layers": 0"#), &documents);
        assert!(urls(&plan)[0].contains("/export?"));
        let (plan, _) = planned(map, &format!(r#""url": "{MAP}""#), &[(MAP, recorded!("mapserver-cached-utm"))]);
        assert!(urls(&plan)[0].contains("/export?"));
    }

    #[test]
    fn errors_with_status_200_are_the_servers_words() {
        let check = |document: &str, expected: &str| {
            let (plan, _) = planned(EUROPE, &format!(r#""url": "{MAP}""#), &[(MAP, document)]);
            let LayerSource::Missing(why) = &plan.layers[0].drawing else { panic!("nothing can be drawn") };
            assert_eq!(why, &format!("its service cannot be used: {expected}"));
        };
        check(
            recorded!("error-498"),
            "the server answered with an error: `498` Invalid token., the operator can configure a `credential` for it",
        );
        check(
            recorded!("error-499"),
            "the server answered with an error: `499` Token Required, the operator can configure a `credential` for it",
        );
        check(
            recorded!("error-400"),
            "the server answered with an error: `400` Unable to complete operation., Parameter 'bbox' is invalid., Invalid or \
             missing input parameters.",
        );
        check(recorded!("error-500"), "the server answered with an error: `500` Error exporting map");
        check(r#"{ "folders": [] }"#, "the document does not describe a MapServer");
    }

    #[test]
    fn layers_that_a_service_does_not_have_are_named() {
        let (plan, _) =
            planned(EUROPE, &format!(r#""url": "{MAP}", "layers": "9""#), &[(MAP, recorded!("mapserver-timeless"))]);
        let LayerSource::Missing(why) = &plan.layers[0].drawing else { panic!("there is no such layer") };
        assert!(why.starts_with("the service has no layer 9; it has 0 (Harbours), 1 (Soundings)"), "{why}");
    }

    #[test]
    fn what_is_wrong_in_a_request_is_named() {
        let check = |layer: &str, pointer: &str, words: &str| {
            let request = format!(r#"{{ "map": {{ {EUROPE} }}, "layers": [{{ "type": "arcgis", {layer} }}] }}"#);
            let problems = parse_request(request.as_bytes(), &Limits::default()).unwrap_err().0;
            let found = problems.iter().find(|problem| problem.pointer == pointer);
            assert!(found.is_some_and(|problem| problem.detail.contains(words)), "{problems:?}");
        };
        check(r#""url": "http://h/FeatureServer/0""#, "/layers/0/url", "neither a MapServer nor an ImageServer");
        check(r#""url": "http://h/MapServer?token=abc""#, "/layers/0/url", "carries a token");
        check(
            r#""url": "http://h/MapServer", "params": { "Token": "abc" }"#,
            "/layers/0/params/Token",
            "set by Mapreel",
        );
        check(r#""url": "http://h/MapServer", "layers": "roads""#, "/layers/0/layers", "no numbers of layers");
        check(
            r#""url": "http://h/MapServer", "rendering_rule": "a""#,
            "/layers/0/rendering_rule",
            "only an ImageServer",
        );
        check(r#""url": "http://h/ImageServer", "layer_defs": "0:a=1""#, "/layers/0/layer_defs", "only a MapServer");
    }

    #[test]
    fn a_time_among_the_parameters_may_be_in_milliseconds() {
        let layer = format!(r#""url": "{MAP}", "params": {{ "time": 1514764800000 }}"#);
        let (plan, _) = planned(EUROPE, &layer, &[(MAP, recorded!("mapserver-times"))]);
        assert_eq!(parameter(&urls(&plan)[0], "time").as_deref(), Some("1514764800000"));
        assert_eq!(as_milliseconds("1514764800000,1514768400000"), "1514764800000,1514768400000");
    }
}
