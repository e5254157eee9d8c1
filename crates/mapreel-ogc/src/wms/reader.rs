//! Reads the capabilities document of a WMS, 1.1.1 or 1.3.0 (OGC 01-068r3, 06-042), into plain data.

use super::capabilities::{Capabilities, Dialect, Dimension, Layer, Style};
use super::dimension_axes::Axes;
use super::scope::Scope;
use crate::read_limits::{Exceeded, ReadLimits};
use crate::xml::broken_document::BrokenDocument;
use crate::xml::document::{self, at, child, child_words, children, words};
use crate::xml::tree::Node;
use jiff::Timestamp;
use mapreel_geo::Bbox;
use std::collections::HashSet;
use std::sync::Arc;

/// The most characters of a description; the rest is cut off.
const DESCRIPTION_CHARS_MAX: usize = 1000;

/// Reads a document; `now` stands for `current` in its times.
///
/// A layer whose times cannot be read is kept, with the error in place of its time axis.
///
/// # Errors
/// The document is not XML, does not describe a WMS, or exceeds a limit. The error tells what is wrong, and where.
pub fn capabilities(bytes: &[u8], now: Timestamp) -> Result<Capabilities, BrokenDocument> {
    capabilities_within(bytes, now, &ReadLimits::default())
}

/// Reads a document within other limits.
///
/// # Errors
/// As [`capabilities`].
pub fn capabilities_within(bytes: &[u8], now: Timestamp, limits: &ReadLimits) -> Result<Capabilities, BrokenDocument> {
    document::read(bytes, limits, |root| service(root, now, limits))
}

fn service(root: Node, now: Timestamp, limits: &ReadLimits) -> Result<Capabilities, BrokenDocument> {
    if !matches!(root.name(), "WMS_Capabilities" | "WMT_MS_Capabilities") {
        return Err(BrokenDocument::OtherKind { found: document::kind(root), wanted: "WMS" });
    }
    let capability = child(root, "Capability").ok_or(BrokenDocument::Missing { element: "Capability" })?;
    let about = child(root, "Service");
    let number = |name| about.and_then(|s| child_words(s, name)).and_then(|text| text.parse().ok()).filter(|n| *n > 0);
    let get_map = at(capability, &["Request", "GetMap"]);
    let formats: Vec<String> =
        get_map.map(|node| children(node, "Format").filter_map(words).collect()).unwrap_or_default();
    let own = get_map.and_then(|node| at(node, &["DCPType", "HTTP", "Get", "OnlineResource"]));
    let mut walk = Walk::new(now, limits);
    for layer in children(capability, "Layer") {
        walk.layer(layer, &Layer::default())?;
    }
    Ok(Capabilities {
        version: root.attribute("version").unwrap_or_default().into_owned(),
        title: about.and_then(|s| child_words(s, "Title")).unwrap_or_default(),
        description: about.and_then(|s| child_words(s, "Abstract")).map(described),
        dialect: dialect(capability, &formats, &walk),
        width_max: number("MaxWidth"),
        height_max: number("MaxHeight"),
        layers_max: number("LayerLimit"),
        tells_legends: tells_legends(capability, &formats, &walk),
        tells_styles: at(capability, &["Request", "GetStyles"]).is_some(),
        own_origin: own.and_then(|node| node.attribute("href")).and_then(|url| origin(&url)),
        formats,
        layers: walk.layers,
    })
}

/// Whether the server offers legends as JSON. It does where GetLegendGraphic lists JSON among its formats. GeoServer does not list
/// that operation in 1.3.0 (`Capabilities_1_3_0_Transformer`), so a GeoServer is recognised by two marks that no other product
/// has: a format of OpenLayers pages, which an administrator may have removed, or the form of its legend addresses.
/// (`image/vnd.jpeg-png` is no such mark: MapServer has it, too.)
fn tells_legends(capability: Node, formats: &[String], walk: &Walk) -> bool {
    let operation = at(capability, &["Request", "GetLegendGraphic"]);
    let told: Vec<String> = operation.into_iter().flat_map(|node| children(node, "Format")).filter_map(words).collect();
    match told.is_empty() {
        false => told.iter().any(|format| is_json(format)),
        true => {
            walk.has_legends_of_geoserver
                || formats.iter().any(|format| format.starts_with("text/html; subtype=openlayers"))
        }
    }
}

fn is_json(format: &str) -> bool {
    format.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// Whether the address of a legend has the form of GeoServer's, whatever the host and path before its query.
fn is_of_geoserver(legend: &str) -> bool {
    const PARTS: [&str; 3] =
        ["request=GetLegendGraphic&format=image%2F", "&width=20&height=20&layer=", "/ows?service=WMS&"];
    PARTS.iter().all(|part| legend.contains(part))
}

/// A walk through the tree of layers, depth first, with what the layers on the way down have.
struct Walk<'l> {
    limits: &'l ReadLimits,
    axes: Axes,
    layers: Vec<Layer>,
    /// The keys of what the present layer and the layers that contain it have.
    crs: Scope,
    styles: Scope,
    dimensions: Scope,
    /// Units of dimensions; in 1.1.1 the extent may be in an inner layer.
    units: Vec<(String, String)>,
    depth: usize,
    /// The number of CRSs that layers name themselves.
    crs_count: usize,
    /// Whether the name of any style is that of a palette, as in ncWMS and xpublish-wms.
    has_palettes: bool,
    has_rasters: bool,
    has_legends_of_geoserver: bool,
}

impl<'l> Walk<'l> {
    fn new(now: Timestamp, limits: &'l ReadLimits) -> Self {
        Self {
            limits,
            axes: Axes::new(now, limits),
            layers: Vec::new(),
            crs: Scope::default(),
            styles: Scope::default(),
            dimensions: Scope::default(),
            units: Vec::new(),
            depth: 0,
            crs_count: 0,
            has_palettes: false,
            has_rasters: false,
            has_legends_of_geoserver: false,
        }
    }

    /// Reads a layer and the layers in it, which inherit from it (OGC 06-042, 7.2.4.8; OGC 01-068r3, 7.1.4.6).
    fn layer(&mut self, node: Node, outer: &Layer) -> Result<(), BrokenDocument> {
        let limits = self.limits;
        let (name, title) = (child_words(node, "Name"), child_words(node, "Title"));
        let own = self.own_crs(node)?;
        let (crs, crs_before) = self.crs.enter(&outer.crs, own, (limits.crs_of_layer, "CRSs of one layer"))?;
        let own = self.own_styles(node);
        let max = (limits.styles_of_layer, "styles of one layer");
        let (styles, styles_before) = self.styles.enter(&outer.styles, own, max)?;
        let units = self.units.len();
        let own = self.own_dimensions(node)?;
        let max = (limits.dimensions_of_layer, "dimensions of one layer");
        let (dimensions, dimensions_before) = self.dimensions.enter(&outer.dimensions, own, max)?;
        let credit = child(node, "Attribution").and_then(|node| child_words(node, "Title")).map(Arc::from);
        let mut layer = Layer {
            description: child_words(node, "Abstract").map(described),
            opaque: node.attribute("opaque").map_or(outer.opaque, |value| matches!(&*value, "1" | "true")),
            degrees: degrees(node).or(outer.degrees),
            attribution: credit.or_else(|| outer.attribution.clone()),
            within: outer.within.clone(),
            crs,
            styles,
            dimensions,
            ..Layer::default()
        };
        if let Some(name) = name {
            Exceeded::check(self.layers.len() + 1, limits.layers, "layers")?;
            let title = title.clone().unwrap_or_else(|| name.clone());
            self.layers.push(Layer { name, title, ..layer.clone() });
        }
        layer.within = layer.within.with(title.into_iter().map(Arc::from).collect(), HashSet::new(), 0);
        self.depth += 1;
        Exceeded::check(self.depth, limits.layer_depth, "layers deep")?;
        children(node, "Layer").try_for_each(|child| self.layer(child, &layer))?;
        self.depth -= 1;
        self.crs.leave(crs_before);
        self.styles.leave(styles_before);
        self.dimensions.leave(dimensions_before);
        self.units.truncate(units);
        Ok(())
    }

    /// The layer's CRSs that it does not inherit.
    fn own_crs(&mut self, node: Node) -> Result<Vec<Arc<str>>, Exceeded> {
        let (mut own, mut seen) = (Vec::new(), HashSet::new());
        for codes in ["CRS", "SRS"].into_iter().flat_map(|name| children(node, name)) {
            // WMS 1.1.0 wrote several codes into one element.
            for code in codes.text("").split_whitespace().filter(|code| !self.crs.has(code)) {
                let code: Arc<str> = code.into();
                if seen.insert(code.clone()) {
                    own.push(code);
                    self.crs_count += 1;
                    Exceeded::check(self.crs_count, self.limits.crs, "CRSs of all layers")?;
                    Exceeded::check(own.len(), self.limits.crs_of_layer, "CRSs of one layer")?;
                }
            }
        }
        Ok(own)
    }

    fn own_styles(&mut self, node: Node) -> Vec<Arc<Style>> {
        let own: Vec<Arc<Style>> = children(node, "Style").filter_map(style).map(Arc::new).collect();
        for style in &own {
            self.has_palettes |= ["boxfill/", "default-scalar/"].iter().any(|known| style.name.starts_with(known));
            self.has_rasters |= style.name.starts_with("raster/");
            self.has_legends_of_geoserver |= style.legend.as_deref().is_some_and(is_of_geoserver);
        }
        own
    }

    /// The layer's own dimensions. Units and extent are in one element (1.3.0) or in two (1.1.1).
    fn own_dimensions(&mut self, node: Node) -> Result<Vec<Arc<Dimension>>, Exceeded> {
        let (mut own, mut seen) = (Vec::new(), HashSet::new());
        let name = |node: Node| node.attribute("name").unwrap_or_default().trim().to_owned();
        for node in children(node, "Dimension") {
            let (name, units) = (name(node), node.attribute("units").unwrap_or_default().into_owned());
            match words(node) {
                // Some servers list a dimension twice; the first has the values.
                Some(extent) if seen.insert(name.to_ascii_lowercase()) => {
                    own.push(self.axes.complete(dimension(node, name, units), extent)?);
                }
                Some(_) => {}
                None => self.units.push((name.to_ascii_lowercase(), units)),
            }
            Exceeded::check(self.units.len(), self.limits.dimensions_of_layer, "dimensions of one layer")?;
        }
        for node in children(node, "Extent") {
            let (name, Some(extent)) = (name(node), words(node)) else { continue };
            if seen.insert(name.to_ascii_lowercase()) {
                let units = self.units.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(&name));
                let units = units.map(|(_, units)| units.clone()).unwrap_or_default();
                own.push(self.axes.complete(dimension(node, name, units), extent)?);
            }
        }
        Ok(own)
    }
}

/// A dimension without its values.
fn dimension(node: Node, name: String, units: String) -> Dimension {
    let trimmed =
        |name| node.attribute(name).map(|text| text.trim().to_owned()).filter(|text: &String| !text.is_empty());
    let nearest_value = node.attribute("nearestValue").is_some_and(|value| matches!(&*value, "1" | "true"));
    let (default, unit_symbol) = (trimmed("default"), trimmed("unitSymbol"));
    Dimension { name, units, unit_symbol, default, nearest_value, ..Dimension::default() }
}

fn style(node: Node) -> Option<Style> {
    let name = child_words(node, "Name").unwrap_or_default();
    let title = child_words(node, "Title").unwrap_or_else(|| name.clone());
    let (mut legend, mut legend_json) = (None, None);
    for (place, node) in children(node, "LegendURL").filter_map(|node| Some((address(node)?, node))) {
        let is_json = child_words(node, "Format").is_some_and(|format| is_json(&format));
        let first = if is_json { &mut legend_json } else { &mut legend };
        first.get_or_insert(place);
    }
    (!name.is_empty() || legend.is_some()).then_some(Style { name, title, legend, legend_json })
}

/// The URL in an element's `OnlineResource`.
fn address(node: Node) -> Option<String> {
    let place = child(node, "OnlineResource").and_then(|node| node.attribute("href"))?;
    Some(place.trim().to_owned()).filter(|place| !place.is_empty())
}

/// The area of the data, in degrees; `None` where it is missing or not on the earth.
fn degrees(node: Node) -> Option<Bbox> {
    let number = |text: String| text.parse::<f64>().ok();
    let edges = match (child(node, "EX_GeographicBoundingBox"), child(node, "LatLonBoundingBox")) {
        (Some(node), _) => ["westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude"]
            .map(|name| child_words(node, name).and_then(number)),
        (None, Some(node)) => ["minx", "miny", "maxx", "maxy"].map(|name| node.attribute(name)?.trim().parse().ok()),
        (None, None) => return None,
    };
    let [Some(west), Some(south), Some(east), Some(north)] = edges else { return None };
    document::on_earth([west, south, east, north])
}

/// The dialect of the server, recognised by elements that only one product writes.
fn dialect(capability: Node, formats: &[String], walk: &Walk) -> Dialect {
    let has = |format: &str| formats.iter().any(|known| known == format);
    let exceptions = child(capability, "Exception").map(|node| children(node, "Format").filter_map(words).collect());
    if exceptions == Some(vec!["text/json".to_owned()]) && walk.has_rasters {
        Dialect::Xpublish
    } else if walk.has_palettes || (has("image/png;mode=32bit") && has("application/vnd.google-earth.kmz")) {
        Dialect::NcWms
    } else {
        Dialect::Plain
    }
}

/// Scheme, host and port of a URL.
pub(crate) fn origin(url: &str) -> Option<String> {
    url::Url::parse(url.trim()).ok().map(|url| url.origin().ascii_serialization())
}

/// A description, cut to the length that is kept.
pub(crate) fn described(text: String) -> String {
    crate::xml::broken_document::shortened(&text, DESCRIPTION_CHARS_MAX)
}
