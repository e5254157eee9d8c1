//! What may be asked of Mapreel, and the plan that it becomes.
//!
//! ```text
//! JSON, two dialects ──▶ Request ──────▶ Resolved ──────▶ Plan
//!    validated whole,      every choice     what servers     the pictures of every frame,
//!    all problems at once  of the author    said             the labels, the segments
//! ```
//!
//! Everything here is a pure function of its arguments: no network, files, clock, async or pixels.
//!
//! ```
//! use mapreel_spec::{Limits, parse_request};
//!
//! let limits = Limits::default();
//! let request = r#"{ "map": { "bbox": [5, 44, 17, 48], "width": 800 }, "layers": [{ "type": "natural-earth" }] }"#;
//! let request = parse_request(request.as_bytes(), &limits).expect("it is valid");
//! assert_eq!((request.map().width, request.layers.len()), (800, 1));
//!
//! let problems = parse_request(br#"{ "map": { "width": 800 }, "layers": [] }"#, &limits).expect_err("it is not");
//! let places: Vec<&str> = problems.0.iter().map(|problem| problem.pointer.as_str()).collect();
//! assert_eq!(places, ["/map/bbox", "/layers"]);
//! ```

mod dialect;
mod layers;
mod pictures;
mod plan;
mod request;
mod resolved;
mod schema;
pub mod vector;

pub use dialect::purpose::Purpose;
pub use dialect::schema::{field_tables, request_schema, request_schemas};
pub use layers::layer::Layer;
pub use layers::resolved_layer::ResolvedLayer;
pub use layers::step::{Document, DocumentKind, Next, NoAnswer, Question, Reply, Step};
pub use pictures::mosaic::{Fit, Mosaic, PICTURE_PX_MAX, PICTURE_SIDE_MAX, Piece};
pub use plan::caption::Caption;
pub use plan::frame::Frame;
pub use plan::frame_cost::{
    FEATURE_PIXELS_MIN, FEATURE_PIXELS_PER_POSITION, FrameCost, LEGEND_BYTES_MAX, LEGEND_PX_MAX, LEGENDS_AHEAD,
    RECORDED_BYTES_MAX, SWATCH_PX_MAX, legends_mib,
};
pub use plan::page_content::PageContent;
pub use plan::page_layout::{HeaderForm, LayerLines, LegendBox, LegendForm, PageLayout};
pub use plan::page_texts::{CountWords, PageTexts};
pub use plan::plan::Plan;
pub use plan::planned_layer::{LayerSource, PlannedLayer};
pub use plan::segment::Segment;
pub use plan::view::View;
pub use request::appearance::{Label, Legend, MissingTiles, OnError, Resampling};
pub use request::colour::Colour;
pub use request::design::{Design, LegendPlace};
pub use request::limits::{ANSWER_BYTES_MAX, Limits};
pub use request::output::{Format, Output};
pub use request::problem::{Problem, Problems};
pub use request::request::{AskedFrames, Header, Request, TimesOf};
pub use request::room::{Canvas, MapArea, MapFit, Room};
pub use resolved::dimension_value::DimensionValue;
pub use resolved::gap::{Cause, Gap, GapKind};
pub use resolved::label::PlannedLabel;
pub use resolved::resolved::{FramesUnknown, Resolved};
pub use resolved::run::Run;
pub use resolved::series::Series;
pub use resolved::value_axis::ValueAxis;
pub use vector::colour_bar::ColourBar;
pub use vector::graticule::Graticule;
pub use vector::natural_earth::{Feature as NaturalEarthFeature, NaturalEarth};

pub use plan::manifest;
pub use vector::geojson;

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
