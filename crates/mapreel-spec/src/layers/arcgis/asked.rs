//! The fields of an ArcGIS layer, and the layer that they describe.

use crate::layers::layer::LayerKind;
use crate::layers::reader::{Reader, TimeChoice};
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use crate::resolved::timing::AskedTime;
use crate::schema::fields::fields;
use crate::schema::params::{Params, Reserved};
use crate::schema::shape::Shape;
use crate::schema::texts::{CrsCode, Duration, HttpUrl};
use mapreel_geo::Crs;
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::arcgis::service_kind::ServiceKind;
use mapreel_ogc::arcgis::times::moment;
use mapreel_ogc::json::Json;
use serde_json::{Value, json};
use std::sync::Arc;

/// A layer of ArcGIS, as the request describes it.
#[derive(Debug, Clone)]
pub(super) struct ArcGis {
    pub kind: ServiceKind,
    /// The URL of the service up to `MapServer` or `ImageServer`.
    pub address: String,
    /// The parameters of the request's author, which every URL carries.
    pub query: String,
    /// The numbers of the service's layers; `None`: the layers that the server shows by default.
    pub layers: Option<Vec<u32>>,
    /// Conditions that select the features of a MapServer's layers (`layerDefs`).
    pub definitions: Option<String>,
    /// The raster function of an ImageServer (`renderingRule`).
    pub rule: Option<String>,
    /// The CRS of the pictures, where it is not the map's.
    pub crs: Option<Crs>,
    /// How the layer's time in a frame is chosen.
    pub asked: AskedTime,
}

/// The parameters of `export` and `exportImage` that Mapreel sets itself.
pub(crate) struct ExportParams;

impl Reserved for ExportParams {
    const PARAMS: &'static [(&'static str, &'static str)] = &[
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
}

fields! {
    /// A map or image service of ArcGIS.
    pub(crate) struct ArcGisFields {
        /// The address of a `MapServer` or one of its layers, or of an `ImageServer`.
        url: HttpUrl, required "the address of a MapServer or an ImageServer";
        /// The numbers of a `MapServer`'s layers: `"0,2"`.
        layers: LayerNumbers, default "those that the service shows";
        /// Which features of a `MapServer`'s layers are shown: `{ "0": "DEPTH > 10" }`.
        layer_defs: LayerDefinitions;
        /// How an `ImageServer`'s rasters are shown: the name of a raster function, or a rule.
        rendering_rule: RenderingRule;
        /// The CRS that it is asked for.
        crs: CrsCode, default "the map's";
        /// Any further parameters; a `time` there serves all frames.
        params: Params<ExportParams>;
        /// Which of the server's times stands for a frame's.
        time: TimeChoice, default "exact";
        /// How far from the frame's time it may be, with `nearest` and `previous`.
        within: Duration;
    }
}

pub(crate) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let read = ArcGisFields::read(fields, reader.limits);
    let asked = reader.asked_time(read.time, read.within);
    let (kind, mut url, layer) = address(&read.url.at()?.node)?;
    let (foreign, whose) = match kind {
        ServiceKind::Map => ([read.rendering_rule.node(), None], "an ImageServer"),
        ServiceKind::Image => ([read.layers.node(), read.layer_defs.node()], "a MapServer"),
    };
    if let Some(node) = foreign.into_iter().flatten().next() {
        node.invalid(format!("only {whose} takes it"), "leave it out");
        return None;
    }
    for (name, value) in read.params.or_default()? {
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
        layers: read.layers.optional().ok()?.or(layer.map(|layer| vec![layer])),
        definitions: read.layer_defs.optional().ok()?,
        rule: read.rendering_rule.optional().ok()?,
        crs: read.crs.optional().ok()?,
        asked,
    };
    reader.check_length(fields, &arcgis.export(arcgis.layers.as_deref()))?;
    Some(Arc::new(arcgis))
}

/// The kind of service at a URL, the URL without what follows the service's name, and the number of a layer that the URL names.
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
    // The URL may be that of a picture: its export parameters are removed.
    url.remove_if(|name| ExportParams::PARAMS.iter().any(|(known, _)| name.eq_ignore_ascii_case(known)));
    let layer = rest.split('/').find(|segment| !segment.is_empty()).and_then(|segment| segment.parse().ok());
    Some((service, url, layer.filter(|_| service == ServiceKind::Map)))
}

/// The highest number of a layer.
const NUMBER_MAX: u32 = 1_000_000;

/// `"0,2"`, `2` or `[0, 2]`.
pub(crate) struct LayerNumbers;

impl Shape for LayerNumbers {
    type Value = Vec<u32>;

    fn schema(limits: &Limits) -> Value {
        let number = json!({ "type": "integer", "minimum": 0, "maximum": NUMBER_MAX });
        let text =
            json!({ "type": "string", "pattern": "^\\s*\\+?[0-9]+\\s*(,\\s*\\+?[0-9]+\\s*)*$", "examples": ["0,2"] });
        let list = json!({ "type": "array", "items": number, "minItems": 1, "maxItems": limits.layers_max });
        json!({ "anyOf": [text, number, list] })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<Vec<u32>> {
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
}

/// An object, or the text of one.
fn object_or_text(example: &str) -> Value {
    json!({ "anyOf": [{ "type": "object" }, { "type": "string", "minLength": 1, "examples": [example] }] })
}

/// The conditions of `layer_defs`.
pub(crate) struct LayerDefinitions;

impl LayerDefinitions {
    const EXAMPLE: &'static str = "{\"0\": \"DEPTH > 10\"}";
}

impl Shape for LayerDefinitions {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        object_or_text(Self::EXAMPLE)
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        as_json(node, Self::EXAMPLE)
    }
}

/// The name of a raster function of the service, an object, or the text of one.
pub(crate) struct RenderingRule;

impl Shape for RenderingRule {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        object_or_text("Hillshade")
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        match node.json {
            Json::Text(name) if !name.is_empty() && !name.trim_start().starts_with('{') => {
                let name = Json::Text(name.clone());
                Some(Json::Object(Box::new([("rasterFunction".to_owned(), name)])).to_string())
            }
            _ => as_json(node, "the name of one of the service's raster functions"),
        }
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

/// A time of ArcGIS in ISO 8601. A text that is not a single moment stays as it is.
fn as_iso8601(time: &str) -> String {
    let milliseconds = time.trim().parse::<i64>().ok();
    milliseconds.and_then(|milliseconds| moment(milliseconds as f64)).unwrap_or_else(|| time.to_owned())
}

impl ArcGis {
    /// The URL of a path below the service.
    pub(super) fn at(&self, path: &str) -> ServiceUrl {
        ServiceUrl::parse(&format!("{}{path}?{}", self.address, self.query)).expect("the service has a URL")
    }

    /// The URL of a JSON document of the service.
    pub(super) fn document(&self, path: &str) -> ServiceUrl {
        let mut url = self.at(path);
        url.set("f", "json");
        url
    }

    /// The request for a picture, without the parameters that change with place, size and time.
    pub(super) fn export(&self, layers: Option<&[u32]>) -> ServiceUrl {
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
                // Symbols then have the size that their author saw on a screen.
                request.set_default("dpi", "96");
            }
            // Without this parameter, `exportImage` widens a box until its pixels are as square as those of the rasters.
            // `export` has no such parameter; it widens a box to square pixels, which Mapreel's boxes have already.
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
}
