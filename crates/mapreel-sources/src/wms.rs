//! A WMS's capabilities document, 1.1.1 or 1.3.0 (OGC 01-068r3, 06-042), to plain data.

use crate::document::{self, BrokenDocument, at, attribute, child, child_words, children, words};
use jiff::Timestamp;
use mapreel_spec::capabilities::{Capabilities, Dialect, Dimension, Layer, Style};
use mapreel_spec::{Bbox, TimeAxis};
use roxmltree::Node;

/// How deep layers lie in layers.
const DEPTH_MAX: usize = 50;
/// Characters of a description that are kept.
const DESCRIPTION_CHARS_MAX: usize = 1000;

/// Reads a document; `now` stands for `current` in its times.
///
/// A layer whose times cannot be read keeps its place: its time axis says what is wrong.
///
/// # Errors
/// It is not XML, or the capabilities of something other than a WMS: what is broken, and where.
pub fn capabilities(bytes: &[u8], now: Timestamp) -> Result<Capabilities, BrokenDocument> {
    document::read(bytes, |document| service(document.root_element(), now))
}

fn service(root: Node, now: Timestamp) -> Result<Capabilities, BrokenDocument> {
    let name = root.tag_name().name();
    if !matches!(name, "WMS_Capabilities" | "WMT_MS_Capabilities") {
        return Err(BrokenDocument(format!("this is {}, not a WMS", document::kind(root))));
    }
    let broken = |what: &str| BrokenDocument(format!("the capabilities have no `{what}` in `{name}`"));
    let capability = child(root, "Capability").ok_or_else(|| broken("Capability"))?;
    let about = child(root, "Service");
    let number = |name| about.and_then(|s| child_words(s, name)).and_then(|text| text.parse().ok()).filter(|n| *n > 0);
    let get_map = at(capability, &["Request", "GetMap"]);
    let formats: Vec<String> =
        get_map.map(|node| children(node, "Format").filter_map(words).collect()).unwrap_or_default();
    let own = get_map.and_then(|node| at(node, &["DCPType", "HTTP", "Get", "OnlineResource"]));
    let mut layers = Vec::new();
    for layer in children(capability, "Layer") {
        walk(layer, &Inherited::default(), &mut layers, now)?;
    }
    Ok(Capabilities {
        version: attribute(root, "version").unwrap_or_default().to_owned(),
        title: about.and_then(|s| child_words(s, "Title")).unwrap_or_default(),
        description: about.and_then(|s| child_words(s, "Abstract")).map(shortened),
        dialect: dialect(capability, &formats, &layers),
        width_max: number("MaxWidth"),
        height_max: number("MaxHeight"),
        layers_max: number("LayerLimit"),
        own_origin: own.and_then(|node| attribute(node, "href")).and_then(origin),
        formats,
        layers,
    })
}

/// What a layer has from those that it lies in (OGC 06-042, 7.2.4.8; OGC 01-068r3, 7.1.4.6).
#[derive(Clone, Default)]
struct Inherited {
    layer: Layer,
    /// Units of dimensions whose extents may stand farther in (1.1.1).
    units: Vec<(String, String)>,
}

fn walk(node: Node, from: &Inherited, layers: &mut Vec<Layer>, now: Timestamp) -> Result<(), BrokenDocument> {
    let mut here = from.clone();
    let layer = &mut here.layer;
    let (name, title) = (child_words(node, "Name"), child_words(node, "Title"));
    layer.description = child_words(node, "Abstract").map(shortened);
    layer.opaque = attribute(node, "opaque").map_or(from.layer.opaque, |value| matches!(value, "1" | "true"));
    for code in ["CRS", "SRS"].into_iter().flat_map(|name| children(node, name)).filter_map(words) {
        // 1.1.0 wrote several into one element.
        for code in code.split_whitespace().filter(|code| !from.layer.crs.iter().any(|known| known == code)) {
            layer.crs.push(code.to_owned());
        }
    }
    layer.degrees = degrees(node).or(layer.degrees);
    if let Some(credit) = child(node, "Attribution").and_then(|node| child_words(node, "Title")) {
        layer.attribution = Some(credit);
    }
    let own: Vec<Style> = children(node, "Style").filter_map(style).collect();
    layer.styles.retain(|style| !own.iter().any(|new| new.name == style.name));
    layer.styles.splice(..0, own);
    dimensions(node, &mut here, now);
    let layer = &mut here.layer;
    if let Some(name) = name {
        let title = title.clone().unwrap_or_else(|| name.clone());
        layers.push(Layer { name, title, ..layer.clone() });
    }
    layer.within.extend(title);
    if layer.within.len() > DEPTH_MAX || node.ancestors().count() > 2 * DEPTH_MAX {
        return Err(BrokenDocument(format!("layers lie more than {DEPTH_MAX} deep in layers")));
    }
    children(node, "Layer").try_for_each(|child| walk(child, &here, layers, now))
}

/// The dimensions of a layer: in one element (1.3.0), or in two (1.1.1).
fn dimensions(node: Node, here: &mut Inherited, now: Timestamp) {
    let mut own: Vec<Dimension> = Vec::new();
    let lower = |node: Node| attribute(node, "name").unwrap_or_default().trim().to_owned();
    for node in children(node, "Dimension") {
        let (name, units) = (lower(node), attribute(node, "units").unwrap_or_default().to_owned());
        match words(node) {
            Some(extent) => own.push(dimension(node, name, units, extent, now)),
            None => here.units.push((name.to_ascii_lowercase(), units)),
        }
    }
    for node in children(node, "Extent") {
        let name = lower(node);
        let units = here.units.iter().rev().find(|(known, _)| *known == name.to_ascii_lowercase());
        let units = units.map(|(_, units)| units.clone()).unwrap_or_default();
        if let Some(extent) = words(node) {
            own.push(dimension(node, name, units, extent, now));
        }
    }
    let inherited = &mut here.layer.dimensions;
    inherited.retain(|dimension| !own.iter().any(|new| new.name.eq_ignore_ascii_case(&dimension.name)));
    for dimension in own {
        // Some servers list one twice; the first is the one with the values.
        if !inherited.iter().any(|known| known.name.eq_ignore_ascii_case(&dimension.name)) {
            inherited.push(dimension);
        }
    }
}

fn dimension(node: Node, name: String, units: String, extent: String, now: Timestamp) -> Dimension {
    let default = attribute(node, "default").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let nearest_value = attribute(node, "nearestValue").is_some_and(|value| matches!(value, "1" | "true"));
    let unit_symbol = attribute(node, "unitSymbol").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut dimension = Dimension { name, units, unit_symbol, default, nearest_value, extent, axis: None };
    if dimension.is_time() {
        dimension.axis = Some(TimeAxis::parse(&dimension.extent, now));
    }
    dimension
}

fn style(node: Node) -> Option<Style> {
    let name = child_words(node, "Name").unwrap_or_default();
    let legend = at(node, &["LegendURL", "OnlineResource"]).and_then(|node| attribute(node, "href"));
    let title = child_words(node, "Title").unwrap_or_else(|| name.clone());
    let legend = legend.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    (!name.is_empty() || legend.is_some()).then_some(Style { name, title, legend })
}

/// Where there are data, in degrees; `None` where that is not said, or is not on the earth.
fn degrees(node: Node) -> Option<Bbox> {
    let number = |text: String| text.parse::<f64>().ok();
    let edges = match (child(node, "EX_GeographicBoundingBox"), child(node, "LatLonBoundingBox")) {
        (Some(node), _) => ["westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude"]
            .map(|name| child_words(node, name).and_then(number)),
        (None, Some(node)) => ["minx", "miny", "maxx", "maxy"].map(|name| attribute(node, name)?.trim().parse().ok()),
        (None, None) => return None,
    };
    let [Some(west), Some(south), Some(east), Some(north)] = edges else { return None };
    document::on_earth([west, south, east, north])
}

/// Whose server it is, by what only that kind has.
fn dialect(capability: Node, formats: &[String], layers: &[Layer]) -> Dialect {
    let has = |format: &str| formats.iter().any(|known| known == format);
    let has_style = |palettes: &[&str]| {
        let mut styles = layers.iter().flat_map(|layer| &layer.styles);
        styles.any(|style| palettes.iter().any(|palette| style.name.starts_with(palette)))
    };
    let exceptions = child(capability, "Exception").map(|node| children(node, "Format").filter_map(words).collect());
    if exceptions == Some(vec!["text/json".to_owned()]) && has_style(&["raster/"]) {
        Dialect::Xpublish
    } else if has_style(&["boxfill/", "default-scalar/"])
        || (has("image/png;mode=32bit") && has("application/vnd.google-earth.kmz"))
    {
        Dialect::NcWms
    } else {
        Dialect::Plain
    }
}

/// Scheme, host and port of a URL.
pub(crate) fn origin(url: &str) -> Option<String> {
    url::Url::parse(url.trim()).ok().map(|url| url.origin().ascii_serialization())
}

pub(crate) fn shortened(text: String) -> String {
    match text.char_indices().nth(DESCRIPTION_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
