//! The words of Mapreel: what may be asked, and the plan it becomes.
//!
//! ```text
//! JSON, two dialects ──▶ Request ──────▶ Resolved ──────▶ Plan
//!    validated whole,      every choice     what servers     the pictures of every frame,
//!    all problems at once  of the author    said             the labels, the segments
//! ```
//!
//! Everything here is a pure function of its arguments: no network, files, clock, async or pixels.

mod appearance;
mod arcgis;
mod area_of_use;
mod axes;
mod axes_table;
mod axis;
mod backward_axes;
mod bbox;
pub mod capabilities;
mod caption;
mod cell;
mod colour;
mod colour_bar;
mod crs;
mod cut;
mod datum_table;
mod dialect;
mod dimension;
mod dimension_value;
mod extent;
mod features_outside;
mod form;
mod frame;
mod frame_cost;
mod gap;
pub mod geojson;
mod graticule;
mod grid;
mod ignored;
mod inherited;
mod interval;
mod intervals;
mod iso8601;
mod json;
mod json_service;
mod label;
mod labels;
mod layers;
mod legend_source;
mod limits;
pub mod manifest;
mod matrix_set;
mod mosaic;
mod natural_earth;
mod offered;
mod ogc_api;
mod output;
mod outside;
mod page_content;
mod page_layout;
mod period;
mod picture_format;
mod place;
mod plan;
mod planned_layer;
mod problem;
mod projection;
mod read;
mod read_limits;
mod reported_error;
mod request;
mod resolved;
mod run;
mod secrets;
mod segment;
mod series;
mod service_url;
mod simplestyle;
mod text;
mod tile;
mod tile_address;
mod time;
mod time_error;
mod timing;
mod value_axis;
mod view;
mod wms;
pub mod wmts;
mod zone;

pub use appearance::{Label, Legend, MissingTiles, OnError, Resampling};
pub use axes::{AxisOrder, of as axis_order};
pub use axis::{Allowance, Side, TimeAxis};
pub use bbox::Bbox;
pub use caption::Caption;
pub use colour::Colour;
pub use colour_bar::ColourBar;
pub use crs::Crs;
pub use dialect::Purpose;
pub use dimension_value::DimensionValue;
pub use extent::Extent;
pub use frame::Frame;
pub use frame_cost::{
    ANSWER_BYTES_MAX, FEATURE_PIXELS_MIN, FEATURE_PIXELS_PER_POSITION, FrameCost, LEGEND_BYTES_MAX, LEGEND_PX_MAX,
    LEGENDS_AHEAD, RECORDED_BYTES_MAX, SWATCH_PX_MAX, legends_mib,
};
pub use gap::{Cause, Gap, GapKind};
pub use graticule::Graticule;
pub use ignored::Ignored;
pub use inherited::{Inherited, Item};
pub use interval::expand as expand_times;
pub use json_service::JsonService;
pub use label::PlannedLabel;
pub use layers::{Document, DocumentKind, Layer, Next, Question, Reply, ResolvedLayer, Silence, Step};
pub use legend_source::{LegendSource, Swatch};
pub use limits::Limits;
pub use matrix_set::degrees_of;
pub use mosaic::{Fit, Mosaic, PICTURE_PX_MAX, PICTURE_SIDE_MAX, Piece};
pub use natural_earth::{Feature as NaturalEarthFeature, NaturalEarth};
pub use output::{Format, Output};
pub use page_content::PageContent;
pub use page_layout::{LegendBox, PageLayout};
pub use plan::Plan;
pub use planned_layer::{Drawing, PlannedLayer};
pub use problem::{Problem, Problems};
pub use projection::Projection;
pub use read_limits::{Exceeded, ReadLimits};
pub use reported_error::ReportedError;
pub use request::{AskedFrames, Header, Request, TimesOf};
pub use resolved::{FramesUnknown, Resolved};
pub use run::Run;
pub use secrets::{has_secrets, without_quotes, without_secrets};
pub use segment::Segment;
pub use series::Series;
pub use service_url::ServiceUrl;
pub use tile::{TileTemplate, TileTemplateError};
pub use time::ValidTime;
pub use time_error::TimeError;
pub use value_axis::ValueAxis;
pub use view::View;
pub use zone::Zone;

/// Reads a request in either dialect and validates it whole.
///
/// # Errors
/// Every problem of the document at once, each with its JSON Pointer (RFC 6901).
pub fn parse_request(document: &[u8], limits: &Limits) -> Result<Request, Problems> {
    parse_request_for(Purpose::Any, document, limits)
}

/// Reads a request that is sent for an image, or for an animation.
///
/// # Errors
/// As [`parse_request`]; and it describes the other.
pub fn parse_request_for(purpose: Purpose, document: &[u8], limits: &Limits) -> Result<Request, Problems> {
    dialect::parse(document, limits, purpose)
}
