//! The description of a map server as plain data: the layers of a WMS, their times, styles and CRSs.
//!
//! `wms/reader.rs` reads the document. `layers/wms/resolve.rs` of `mapreel-spec` applies it to a layer of a request.

use super::inherited::{Inherited, Item};
use jiff::Timestamp;
use mapreel_geo::place::axes;
use mapreel_geo::time::entry::is_now;
use mapreel_geo::time::time_error::shortened;
use mapreel_geo::{AxisOrder, Bbox, Crs, TimeAxis, TimeError, ValidTime};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// A WMS.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Capabilities {
    /// The version of the document.
    pub version: String,
    /// The name of the service for people.
    pub title: String,
    /// The server's description of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The vendor parameters that the server understands.
    pub dialect: Dialect,
    /// The largest width of a picture, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_max: Option<u32>,
    /// The largest height of a picture, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_max: Option<u32>,
    /// The most layers that one request may name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers_max: Option<u32>,
    /// The formats of its pictures.
    pub formats: Vec<String>,
    /// Whether the server also offers its legends as JSON (`GetLegendGraphic` with `application/json`).
    #[serde(skip)]
    pub tells_legends: bool,
    /// Whether the server offers its styles as SLD (`GetStyles`).
    #[serde(skip)]
    pub tells_styles: bool,
    /// Scheme and host in the server's own URLs. Behind a proxy they may differ from those by which Mapreel reaches the
    /// server.
    #[serde(skip)]
    pub own_origin: Option<String>,
    /// The layers with a name, in the order of the document, with all that they inherit.
    pub layers: Vec<Layer>,
}

impl Capabilities {
    /// A layer by its name. A server that writes `a:b` also accepts `b`.
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        let by = |same: &dyn Fn(&str) -> bool| self.layers.iter().find(|layer| same(&layer.name));
        by(&|known| known == name)
            .or_else(|| by(&|known| known.split_once(':').is_some_and(|(_, local)| local == name)))
    }

    /// The CRSs of the layers in which maps can be drawn, with the server's axis order for each.
    pub fn axes(&self) -> BTreeMap<&str, AxisOrder> {
        let (mut codes, mut seen) = (BTreeSet::new(), HashSet::new());
        for layer in &self.layers {
            codes.extend(layer.crs.unseen(&mut seen).map(|code| &**code));
        }
        let known = codes.into_iter().filter(|code| Crs::parse(code).is_some());
        let order = |code| match self.dialect {
            Dialect::Xpublish => AxisOrder::XThenY,
            Dialect::Plain | Dialect::NcWms => axes::of(&self.version, code),
        };
        known.map(|code| (code, order(code))).collect()
    }
}

/// The vendor parameters that a WMS understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// No vendor parameters that Mapreel uses.
    #[default]
    Plain,
    /// `COLORSCALERANGE`, `NUMCOLORBANDS`, palettes in style names, `GetMetadata`: ncWMS, THREDDS and their kin.
    NcWms,
    /// As ncWMS, but a request must name a style and a range, and 1.3.0 has the axis order of 1.1.1: xpublish-wms.
    Xpublish,
}

/// A layer that requests can name.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Layer {
    /// `<Name>`, which a request puts into `LAYERS` (OGC 06-042, 7.2.4.6.3).
    pub name: String,
    /// `<Title>`, for people.
    pub title: String,
    /// The server's description of the layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The titles of the layers that contain it, outermost first.
    #[serde(skip_serializing_if = "Inherited::is_empty")]
    pub within: Inherited<str>,
    /// The CRSs of the layer, as the server writes them.
    pub crs: Inherited<str>,
    /// The area of the data: west, south, east, north in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degrees: Option<Bbox>,
    /// The layer's dimensions: times, elevations, runs and others.
    #[serde(skip_serializing_if = "Inherited::is_empty")]
    pub dimensions: Inherited<Dimension>,
    /// The layer's styles, its own before inherited ones.
    #[serde(skip_serializing_if = "Inherited::is_empty")]
    pub styles: Inherited<Style>,
    /// The credit that the server asks for.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_text")]
    pub attribution: Option<Arc<str>>,
    /// Whether the layer's pictures cover the layers below.
    pub opaque: bool,
}

impl Layer {
    /// A dimension by its name, which is case-insensitive.
    pub fn dimension(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().map(|dimension| &**dimension).find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// The dimensions other than time.
    pub fn other_dimensions(&self) -> impl Iterator<Item = &Arc<Dimension>> {
        self.dimensions.iter().filter(|dimension| !dimension.name.eq_ignore_ascii_case("time"))
    }

    /// Whether one request can ask both layers for the same values: every dimension that both have has the same values
    /// and the same default.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let same = |a: &Dimension, b: &Dimension| {
            std::ptr::eq(a, b) || a.default == b.default && (Arc::ptr_eq(&a.extent, &b.extent) || a.extent == b.extent)
        };
        self.dimensions.iter().all(|mine| other.dimension(&mine.name).is_none_or(|theirs| same(mine, theirs)))
    }

    /// The dimension of forecast runs.
    pub fn run(&self) -> Option<&Dimension> {
        self.dimensions.iter().map(|dimension| &**dimension).find(|dimension| dimension.is_run())
    }
}

/// A dimension of a layer (OGC 06-042, annex C).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Dimension {
    /// `time`, `elevation` or another.
    pub name: String,
    /// Units, as the server writes them.
    pub units: String,
    /// The symbol of the units, where the server has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_symbol: Option<String>,
    /// The value that the server uses where a request names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether the server uses the nearest value where it does not have the one that a request names.
    pub nearest_value: bool,
    /// The values, as the server writes them.
    #[serde(serialize_with = "text")]
    pub extent: Arc<str>,
    /// The time axis of a dimension of times, or why that axis cannot be read.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "axis")]
    pub axis: Option<Result<TimeAxis, TimeError>>,
}

impl Dimension {
    /// Whether its values are times.
    pub fn is_time(&self) -> bool {
        self.name.eq_ignore_ascii_case("time")
            || self.units.to_ascii_uppercase().replace([' ', '-', ':'], "") == "ISO8601"
    }

    /// Whether its values are the runs of a forecast.
    pub fn is_run(&self) -> bool {
        const NAMES: [&str; 6] =
            ["reference_time", "forecast_reference_time", "run", "model_run", "run_time", "runtime"];
        let name = bare_name(&self.name);
        NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The symbol of the units; `None` where there are none, or only the code of a vertical CRS.
    pub fn symbol(&self) -> Option<String> {
        let is_code = self.units.contains(':') || self.is_time();
        let units = self.unit_symbol.as_deref().or(Some(self.units.as_str()).filter(|_| !is_code))?;
        crate::units::shown(&crate::text::clean(units).ok()?)
    }

    /// The latest time that is not later than `now`.
    pub fn latest(&self, now: Timestamp) -> Option<ValidTime> {
        self.axis.as_ref()?.as_ref().ok()?.previous(now)
    }

    /// The name of its parameter in a request (OGC 06-042, C.3.2).
    pub fn parameter(&self) -> String {
        let name = self.name.to_ascii_uppercase();
        match name.as_str() {
            "TIME" | "ELEVATION" => name,
            _ if name.starts_with("DIM_") => name,
            _ => format!("DIM_{name}"),
        }
    }

    /// The time that the server uses where a request names none: its default, if that is on the axis; otherwise the
    /// latest time that is not later than `now`; otherwise the first.
    pub fn default_time(&self, now: Timestamp) -> Option<ValidTime> {
        let axis = self.axis.as_ref()?.as_ref().ok()?;
        let named = self.default.as_deref().and_then(|text| ValidTime::parse_kept(text).ok());
        let named = named.and_then(|time| axis.at(time.instant()));
        named.or_else(|| axis.previous(now)).or_else(|| Some(axis.first()))
    }

    /// Why the server's default cannot be used; `None` where it can, or where the default is missing or `current`.
    pub fn default_refused(&self) -> Option<String> {
        let axis = self.axis.as_ref()?.as_ref().ok()?;
        let named = self.default.as_deref().filter(|named| !is_now(named))?;
        let why = match ValidTime::parse_kept(named) {
            Ok(time) if axis.at(time.instant()).is_some() => return None,
            Ok(_) => "is not among the times that it offers",
            Err(_) => "is not a time",
        };
        Some(format!("the server's default, `{}`, {why}", shortened(named)))
    }
}

/// The name of a dimension without the prefix `dim_` of its parameter (OGC 06-042, C.3.2).
pub fn bare_name(name: &str) -> &str {
    match name.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("dim_") => &name[4..],
        _ => name,
    }
}

/// A style of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Style {
    /// `<Name>`, which a request puts into `STYLES` (OGC 06-042, 7.2.4.6.5).
    pub name: String,
    /// `<Title>`, for people.
    pub title: String,
    /// The address of its legend, as the server writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legend: Option<String>,
    /// The address of its legend as JSON, as the server writes it, where it names one.
    #[serde(skip)]
    pub legend_json: Option<String>,
}

impl Item for Dimension {
    const INHERITED_FIRST: bool = true;

    fn key(&self) -> Cow<'_, str> {
        self.name.to_ascii_lowercase().into()
    }
}

impl Item for Style {
    const INHERITED_FIRST: bool = false;

    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

fn text<S: serde::Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

fn optional_text<S: serde::Serializer>(text: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(serializer)
}

/// An axis, summarised: its first and last time, and the number of times.
fn axis<S: serde::Serializer>(axis: &Option<Result<TimeAxis, TimeError>>, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap;
    let mut map = serializer.serialize_map(None)?;
    match axis {
        Some(Ok(axis)) => {
            map.serialize_entry("first", &axis.first().rfc3339())?;
            map.serialize_entry("last", &axis.last().rfc3339())?;
            map.serialize_entry("count", &axis.count())?;
            if let Some(ignored) = axis.ignored() {
                map.serialize_entry("ignored", &ignored.to_string())?;
            }
        }
        Some(Err(problem)) => map.serialize_entry("problem", &problem.to_string())?,
        None => {}
    }
    map.end()
}
