//! The fields of a WMTS layer, and the layer that they describe.

use crate::dialect::dimensions::DimensionValues;
use crate::layers::layer::LayerKind;
use crate::layers::reader::{Reader, TimeChoice, WrittenOrder};
use crate::request::read::Fields;
use crate::resolved::dimension::AskedDimension;
use crate::resolved::timing::AskedTime;
use crate::schema::fields::fields;
use crate::schema::params::Params;
use crate::schema::texts::{Duration, HttpUrl, Name};
use mapreel_geo::AxisOrder;
use mapreel_ogc::ServiceUrl;
use std::sync::Arc;

/// A layer of a WMTS, as the request describes it.
#[derive(Debug, Clone)]
pub(crate) struct Wmts {
    /// The URL of the service or of its capabilities, with the author's parameters.
    pub url: ServiceUrl,
    pub layer: String,
    pub style: Option<String>,
    pub matrix_set: Option<String>,
    pub format: Option<String>,
    /// The axis order of the corners of its matrices, where the request names one.
    pub axis_order: Option<AxisOrder>,
    /// How the layer's time in a frame is chosen.
    pub asked: AskedTime,
    /// The values of other dimensions that the request names.
    pub dimensions: Vec<AskedDimension>,
}

fields! {
    /// Tiles of an OGC Web Map Tile Service.
    pub(crate) struct WmtsFields {
        /// The address of the service, or of its capabilities.
        url: HttpUrl, required "the address of the WMTS or of its capabilities";
        /// The identifier of the layer.
        layer: Name, required "the name of the layer";
        /// The identifier of a style.
        style: Name, default "the layer's own";
        /// The identifier of a tile matrix set.
        matrix_set: Name, default "the one that suits the map";
        /// The format of the tiles.
        format: Name, default "chosen from those that there are";
        /// In which order the corners of its matrices are written, for servers that differ from the standard.
        axis_order: WrittenOrder, default "found out";
        /// Any further parameters; a `TIME` there serves all frames, if the server has it.
        params: Params;
        /// Values of dimensions other than time.
        dimensions: DimensionValues;
        /// Which of the server's times stands for a frame's.
        time: TimeChoice, default "exact";
        /// How far from the frame's time it may be, with `nearest` and `previous`.
        within: Duration;
    }
}

pub(crate) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let read = WmtsFields::read(fields, reader.limits);
    let asked = reader.asked_time(read.time, read.within);
    let mut url = ServiceUrl::parse(&read.url.value()?).ok()?;
    for (key, value) in read.params.or_default()? {
        url.set(&key, value);
    }
    reader.check_length(fields, &url)?;
    url.ask_with(reader.credential);
    Some(Arc::new(Wmts {
        asked: reader.given_or(asked?, &url),
        url,
        layer: read.layer.value()?,
        style: read.style.optional().ok()?,
        matrix_set: read.matrix_set.optional().ok()?,
        format: read.format.optional().ok()?,
        axis_order: read.axis_order.optional().ok()?.map(AxisOrder::from),
        dimensions: read.dimensions.or_default()?,
    }))
}
