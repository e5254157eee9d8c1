//! The fields of a WMS layer, and the layer that they describe.

use crate::dialect::dimensions::DimensionValues;
use crate::layers::layer::LayerKind;
use crate::layers::reader::{Reader, TimeChoice, WrittenOrder};
use crate::pictures::map_service::Service;
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use crate::resolved::dimension::AskedDimension;
use crate::resolved::timing::AskedTime;
use crate::schema::fields::fields;
use crate::schema::given::At;
use crate::schema::params::{Params, Reserved};
use crate::schema::shape::Shape;
use crate::schema::texts::{CrsCode, Duration, HttpUrl, Name};
use crate::schema::words::words;
use mapreel_geo::AxisOrder;
use mapreel_ogc::ServiceUrl;
use serde_json::{Value, json};
use std::sync::Arc;

/// A layer of a WMS, as the request describes it.
#[derive(Debug, Clone)]
pub(crate) struct Wms {
    /// The service, its layers and their parameters.
    pub service: Service,
    /// How the layer's time in a frame is chosen.
    pub asked: AskedTime,
    /// The values of other dimensions that the request names.
    pub dimensions: Vec<AskedDimension>,
    /// Whether the request names the CRS.
    pub crs_given: bool,
    /// Whether the server is asked for its capabilities.
    pub asks_its_server: bool,
}

/// The versions of the standard in which a WMS can be asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Version {
    V111,
    V130,
}

words! { Version: "1.1.1" => V111, "1.3.0" => V130 }

/// The names of layers, separated by commas.
pub(crate) struct LayerNames;

impl Shape for LayerNames {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "minLength": 1 })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<String> {
        let names = node.string()?;
        let count = names.split(',').count();
        if count > limits.layers_max {
            let detail = format!("{count} layers; the limit is {}", limits.layers_max);
            node.refuse("too_many", detail, Some("use several `wms` layers"));
            return None;
        }
        if names.is_empty() {
            node.invalid("no layer is named", "the names of the WMS layers, separated by commas");
            return None;
        }
        Some(names.to_owned())
    }
}

/// The parameters of GetMap that Mapreel sets itself.
pub(crate) struct GetMapParams;

impl Reserved for GetMapParams {
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("layers", "`layers`"),
        ("styles", "`styles`"),
        ("version", "`version`"),
        ("crs", "`crs`"),
        ("srs", "`crs`"),
        ("bbox", "`map.bbox`"),
        ("width", "`map.width`"),
        ("height", "`map.height`"),
        ("request", "the layer's `type`"),
    ];
}

fields! {
    /// Pictures of an OGC Web Map Service, 1.1.1 or 1.3.0.
    pub(crate) struct WmsFields {
        /// The address of the service.
        url: HttpUrl, required "the address of the WMS";
        /// The names of its layers, separated by commas, bottom first.
        layers: LayerNames, required "the names of the WMS layers, separated by commas";
        /// The names of their styles, separated by commas.
        styles: Name, default "the server's own";
        /// The version of the standard that it is asked by.
        version: Version, default "that of `url`, or 1.1.1";
        /// The CRS that it is asked for.
        crs: CrsCode, default "the map's, or one that can be laid on it";
        /// In which order it reads coordinates, for servers that differ from the standard.
        axis_order: WrittenOrder, default "that of the standard, or of the server's kind";
        /// Any further parameters; a `TIME` there serves all frames, if the server has it.
        params: Params<GetMapParams>;
        /// Values of dimensions other than time.
        dimensions: DimensionValues;
        /// Which of the server's times stands for a frame's.
        time: TimeChoice, default "exact";
        /// How far from the frame's time it may be, with `nearest` and `previous`.
        within: Duration;
    }
}

pub(crate) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let read = WmsFields::read(fields, reader.limits);
    let time = reader.asked_time(read.time, read.within);
    let crs = read.crs.optional_at().ok()?;
    let crs_given = crs.is_some();
    let (crs, code) = match &crs {
        Some(At { value, node }) => (*value, node.string()?),
        None => (reader.crs, reader.crs.code()),
    };
    let mut url = ServiceUrl::parse(&read.url.value()?).ok()?;
    for (key, value) in read.params.or_default()? {
        url.set(&key, value);
    }
    url.set("LAYERS", read.layers.value()?);
    if let Some(styles) = read.styles.optional().ok()? {
        url.set("STYLES", styles);
    }
    if let Some(version) = read.version.optional().ok()? {
        url.set("VERSION", Version::WORDS[version as usize]);
    }
    reader.check_length(fields, &url)?;
    url.ask_with(reader.credential);
    let asked = reader.given_or(time?, &url);
    let mut service = Service::new(url, crs, code, None);
    service.axis_order = read.axis_order.optional().ok()?.map(AxisOrder::from);
    let dimensions = read.dimensions.or_default()?;
    Some(Arc::new(Wms { service, asked, dimensions, crs_given, asks_its_server: true }))
}
