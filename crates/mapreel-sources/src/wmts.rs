//! A WMTS's capabilities document (OGC 07-057r7) to plain data.

use crate::document::{self, BrokenDocument, at, attribute, child, child_words, children};
use crate::wms::{origin, shortened};
use jiff::Timestamp;
use mapreel_spec::capabilities::{Dimension, Style};
use mapreel_spec::wmts::{Capabilities, Layer, Matrix, MatrixSet, MatrixSetLink};
use mapreel_spec::{Bbox, TimeAxis};
use roxmltree::Node;

/// Reads a document; `now` stands for `current` in its times.
///
/// # Errors
/// It is not XML, or the capabilities of something other than a WMTS: what is broken, and where.
pub fn capabilities(bytes: &[u8], now: Timestamp) -> Result<Capabilities, BrokenDocument> {
    document::read(bytes, |document| service(document.root_element(), now))
}

/// Whether a document looks like the capabilities of a WMTS, by its root element.
pub fn is_it(document: &[u8]) -> bool {
    document::root_name(document).is_some_and(|name| name == "Capabilities")
}

fn service(root: Node, now: Timestamp) -> Result<Capabilities, BrokenDocument> {
    let kind = document::kind(root);
    if !kind.starts_with("a WMTS") {
        return Err(BrokenDocument(format!("this is {kind}, not a WMTS")));
    }
    let broken = || BrokenDocument("the capabilities have no `Contents`".to_owned());
    let contents = child(root, "Contents").ok_or_else(broken)?;
    let operations = child(root, "OperationsMetadata");
    let address = |operation: &str| {
        let operation = children(operations?, "Operation").find(|node| attribute(*node, "name") == Some(operation))?;
        let gets = at(operation, &["DCP", "HTTP"]).map(|http| children(http, "Get").collect::<Vec<_>>())?;
        // One of several may be for templates alone.
        let by_parameters = gets.iter().find(|get| document::words(**get).is_none_or(|words| words.contains("KVP")));
        attribute(**by_parameters.as_ref()?, "href").map(str::to_owned)
    };
    let get_tile = address("GetTile");
    let own = address("GetCapabilities").or_else(|| get_tile.clone());
    Ok(Capabilities {
        version: attribute(root, "version").unwrap_or_default().to_owned(),
        title: at(root, &["ServiceIdentification", "Title"]).and_then(document::words).unwrap_or_default(),
        own_origin: own.as_deref().and_then(origin),
        get_tile,
        layers: children(contents, "Layer").filter_map(|node| layer(node, now)).collect(),
        matrix_sets: children(contents, "TileMatrixSet").filter_map(matrix_set).collect(),
    })
}

fn layer(node: Node, now: Timestamp) -> Option<Layer> {
    let name = child_words(node, "Identifier")?;
    let mut styles: Vec<(bool, Style)> = children(node, "Style").filter_map(style).collect();
    styles.sort_by_key(|(is_default, _)| !is_default);
    let templates = children(node, "ResourceURL").filter(|url| attribute(*url, "resourceType") == Some("tile"));
    let template =
        |url: Node| Some((attribute(url, "format")?.to_owned(), attribute(url, "template")?.trim().to_owned()));
    Some(Layer {
        title: child_words(node, "Title").unwrap_or_else(|| name.clone()),
        description: child_words(node, "Abstract").map(shortened),
        degrees: child(node, "WGS84BoundingBox").and_then(degrees).or_else(|| own_box(node)),
        formats: children(node, "Format").filter_map(document::words).collect(),
        styles: styles.into_iter().map(|(_, style)| style).collect(),
        dimensions: children(node, "Dimension").filter_map(|node| dimension(node, now)).collect(),
        matrix_sets: children(node, "TileMatrixSetLink").filter_map(link).collect(),
        templates: templates.filter_map(template).collect(),
        name,
    })
}

fn style(node: Node) -> Option<(bool, Style)> {
    let name = child_words(node, "Identifier").unwrap_or_default();
    let legend = child(node, "LegendURL").and_then(|node| attribute(node, "href")).map(str::to_owned);
    let title = child_words(node, "Title").unwrap_or_else(|| name.clone());
    Some((attribute(node, "isDefault") == Some("true"), Style { name, title, legend }))
}

fn dimension(node: Node, now: Timestamp) -> Option<Dimension> {
    let values: Vec<String> = children(node, "Value").filter_map(document::words).collect();
    let mut dimension = Dimension {
        name: child_words(node, "Identifier")?,
        units: child_words(node, "UOM").unwrap_or_default(),
        unit_symbol: child_words(node, "UnitSymbol"),
        default: child_words(node, "Default"),
        nearest_value: false,
        extent: values.join(","),
        axis: None,
    };
    if dimension.is_time() {
        dimension.axis = Some(TimeAxis::parse(&dimension.extent, now));
    }
    Some(dimension)
}

fn link(node: Node) -> Option<MatrixSetLink> {
    let number = |node: Node, name| child_words(node, name)?.parse::<i64>().ok();
    let limits = child(node, "TileMatrixSetLimits").map(|limits| {
        let limit = |node: Node| {
            let columns = [number(node, "MinTileCol")?, number(node, "MaxTileCol")?];
            let rows = [number(node, "MinTileRow")?, number(node, "MaxTileRow")?];
            Some((child_words(node, "TileMatrix")?, columns, rows))
        };
        children(limits, "TileMatrixLimits").filter_map(limit).collect()
    });
    Some(MatrixSetLink { name: child_words(node, "TileMatrixSet")?, limits: limits.unwrap_or_default() })
}

fn matrix_set(node: Node) -> Option<MatrixSet> {
    Some(MatrixSet {
        name: child_words(node, "Identifier")?,
        crs: child_words(node, "SupportedCRS")?,
        matrices: children(node, "TileMatrix").filter_map(matrix).collect(),
    })
}

/// A level; `None` where a number is missing or makes no sense.
fn matrix(node: Node) -> Option<Matrix> {
    let side = |name| child_words(node, name)?.parse::<u32>().ok().filter(|n| *n > 0);
    let tile = |name| side(name).filter(|px| *px <= 4096);
    let scale_denominator = child_words(node, "ScaleDenominator")?.parse().ok()?;
    Some(Matrix {
        name: child_words(node, "Identifier")?,
        scale_denominator: Some(scale_denominator).filter(|n: &f64| n.is_finite() && *n > 0.0)?,
        top_left: two_numbers(&child_words(node, "TopLeftCorner")?)?,
        tile_px: [tile("TileWidth")?, tile("TileHeight")?],
        size: [side("MatrixWidth")?, side("MatrixHeight")?],
    })
}

fn degrees(node: Node) -> Option<Bbox> {
    let corner = |name| two_numbers(&child_words(node, name)?);
    let ([west, south], [east, north]) = (corner("LowerCorner")?, corner("UpperCorner")?);
    document::on_earth([west, south, east, north])
}

/// Where there are data, from the layer's box in some CRS: for servers that leave out the other.
fn own_box(node: Node) -> Option<Bbox> {
    children(node, "BoundingBox").find_map(|node| {
        let corner = |name| two_numbers(&child_words(node, name)?);
        mapreel_spec::degrees_of(attribute(node, "crs")?, corner("LowerCorner")?, corner("UpperCorner")?)
    })
}

fn two_numbers(text: &str) -> Option<[f64; 2]> {
    let numbers: Vec<f64> =
        text.split_whitespace().map(|n| n.parse().ok().filter(|n: &f64| n.is_finite())).collect::<Option<_>>()?;
    numbers.try_into().ok()
}
