//! Readers of the documents in which map servers describe themselves, within limits, into plain data; and the URLs of requests to
//! these servers.
//!
//! Everything here is a pure function of its arguments: no network, files, clock or pixels.
//!
//! ```
//! use mapreel_ogc::ServiceUrl;
//!
//! let mut url = ServiceUrl::parse("https://example.org/wms?map=sea").expect("a URL");
//! url.set("REQUEST", "GetCapabilities");
//! assert_eq!(url.url(), "https://example.org/wms?map=sea&REQUEST=GetCapabilities");
//! ```

pub mod arcgis;
pub mod broken_description;
pub mod json;
pub mod json_service;
pub mod legend_source;
pub mod ogc_api;
pub mod read_limits;
pub mod reported_error;
pub mod text;
pub mod units;
pub mod unknown_times;
pub mod url;
pub mod wms;
pub mod wmts;
pub mod xml;

pub use broken_description::BrokenDescription;
pub use json_service::JsonService;
pub use legend_source::{ClassLabel, LegendClass, LegendSource, Swatch};
pub use read_limits::{Exceeded, ReadLimits};
pub use reported_error::ReportedError;
pub use unknown_times::UnknownTimes;
pub use url::secrets::{has_secrets, without_quotes, without_secrets};
pub use url::service_url::ServiceUrl;
pub use url::tile_template::{TileTemplate, TileTemplateError};
pub use wms::inherited::{Inherited, Item};
pub use xml::broken_document::BrokenDocument;
