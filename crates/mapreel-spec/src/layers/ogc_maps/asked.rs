//! The fields of an OGC API layer, and the layer that they describe.

use crate::dialect::dimensions::DimensionValues;
use crate::layers::layer::LayerKind;
use crate::layers::reader::{Reader, TimeChoice, WrittenOrder};
use crate::request::read::Fields;
use crate::resolved::dimension::AskedDimension;
use crate::resolved::timing::AskedTime;
use crate::schema::fields::fields;
use crate::schema::params::{Params, Reserved};
use crate::schema::texts::{CrsCode, Duration, HttpUrl, Name};
use mapreel_geo::{AxisOrder, Crs};
use mapreel_ogc::ServiceUrl;
use std::sync::Arc;

/// A layer of an OGC API, as the request describes it.
#[derive(Debug, Clone)]
pub(crate) struct OgcMaps {
    /// The URL of a landing page, of a list of collections or of a collection.
    pub url: ServiceUrl,
    /// The identifier of the collection, where the URL is not that of a collection.
    pub collection: Option<String>,
    /// The tile matrix set, where the request wants tiles instead of maps.
    pub matrix_set: Option<String>,
    /// The CRS of the pictures, where the request names one.
    pub crs: Option<Crs>,
    /// The axis order of a box, where the request names one.
    pub axis_order: Option<AxisOrder>,
    /// The author's parameters. Only requests for pictures carry them: a server may refuse unknown parameters of a
    /// document.
    pub params: Vec<(String, String)>,
    /// How the layer's time in a frame is chosen.
    pub asked: AskedTime,
    /// The values of other dimensions that the request names.
    pub dimensions: Vec<AskedDimension>,
}

/// The parameters of a map that Mapreel sets itself.
pub(crate) struct MapParams;

impl Reserved for MapParams {
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("bbox", "`map.bbox`"),
        ("bbox-crs", "`crs`"),
        ("crs", "`crs`"),
        ("width", "`map.width`"),
        ("height", "`map.height`"),
        ("subset", "`dimensions`"),
    ];
}

fields! {
    /// Maps, or tiles of maps, of an OGC API.
    pub(crate) struct OgcMapsFields {
        /// The address of a landing page, of collections or of a collection.
        url: HttpUrl, required "the address of a landing page or of a collection";
        /// The `id` of the collection, where the address is not its own.
        collection: Name;
        /// A tile matrix set, to have its tiles in place of maps.
        matrix_set: Name;
        /// The CRS that it is asked for.
        crs: CrsCode, default "the map's, or one that can be laid on it";
        /// In which order its coordinates are written, for servers that differ from the standard.
        axis_order: WrittenOrder, default "that of the standard";
        /// Any further parameters; a `datetime` there serves all frames.
        params: Params<MapParams>;
        /// Values of dimensions other than time.
        dimensions: DimensionValues;
        /// Which of the server's times stands for a frame's.
        time: TimeChoice, default "exact";
        /// How far from the frame's time it may be, with `nearest` and `previous`.
        within: Duration;
    }
}

pub(crate) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let read = OgcMapsFields::read(fields, reader.limits);
    let asked = reader.asked_time(read.time, read.within);
    let mut url = ServiceUrl::parse(&read.url.value()?).ok()?;
    let mut params = read.params.or_default()?;
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
        collection: read.collection.optional().ok()?,
        matrix_set: read.matrix_set.optional().ok()?,
        crs: read.crs.optional().ok()?,
        axis_order: read.axis_order.optional().ok()?.map(AxisOrder::from),
        params,
        asked,
        dimensions: read.dimensions.or_default()?,
    }))
}
