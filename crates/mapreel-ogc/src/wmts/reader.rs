//! Reads the capabilities document of a WMTS (OGC 07-057r7) into plain data.

use super::capabilities::{Capabilities, Layer, Matrix, MatrixSet, MatrixSetLink};
use crate::read_limits::{Exceeded, ReadLimits};
use crate::wms::capabilities::{Dimension, Style};
use crate::wms::dimension_axes::Axes;
use crate::wms::reader::{described, origin};
use crate::xml::broken_document::BrokenDocument;
use crate::xml::document::{self, at, child, child_words, children};
use crate::xml::tree::Node;
use jiff::Timestamp;
use mapreel_geo::Bbox;
use std::borrow::Cow;
use std::sync::Arc;

/// Reads a document; `now` stands for `current` in its times.
///
/// # Errors
/// The document is not XML, does not describe a WMTS, or exceeds a limit. The error tells what is wrong, and where.
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

/// Whether the root element of a document is that of a WMTS's capabilities.
pub fn is_it(document: &[u8]) -> bool {
    document::root_name(document).is_some_and(|name| name == "Capabilities")
}

fn service(root: Node, now: Timestamp, limits: &ReadLimits) -> Result<Capabilities, BrokenDocument> {
    let kind = document::kind(root);
    if !kind.starts_with("a WMTS") {
        return Err(BrokenDocument::OtherKind { found: kind, wanted: "WMTS" });
    }
    let contents = child(root, "Contents").ok_or(BrokenDocument::Missing { element: "Contents" })?;
    let operations = child(root, "OperationsMetadata");
    let address = |operation: &str| {
        let operation =
            children(operations?, "Operation").find(|node| node.attribute("name").as_deref() == Some(operation))?;
        let gets = at(operation, &["DCP", "HTTP"]).map(|http| children(http, "Get").collect::<Vec<_>>())?;
        // Of several addresses, one may accept only templates (`RESTful`); requests with parameters need one that
        // accepts `KVP`.
        let by_parameters = gets.iter().find(|get| document::words(**get).is_none_or(|words| words.contains("KVP")));
        by_parameters.as_ref()?.attribute("href").map(Cow::into_owned)
    };
    let get_tile = address("GetTile");
    let own = address("GetCapabilities").or_else(|| get_tile.clone());
    let (mut axes, mut layers) = (Axes::new(now, limits), Vec::new());
    for node in children(contents, "Layer") {
        layers.extend(layer(node, &mut axes, limits)?);
        Exceeded::check(layers.len(), limits.layers, "layers")?;
    }
    let mut matrix_sets = Vec::new();
    for node in children(contents, "TileMatrixSet") {
        matrix_sets.extend(matrix_set(node, limits)?);
        Exceeded::check(matrix_sets.len(), limits.matrix_sets, "tile matrix sets")?;
    }
    Ok(Capabilities {
        version: root.attribute("version").unwrap_or_default().into_owned(),
        title: at(root, &["ServiceIdentification", "Title"]).and_then(document::words).unwrap_or_default(),
        own_origin: own.as_deref().and_then(origin),
        get_tile,
        layers,
        matrix_sets,
    })
}

fn layer(node: Node, axes: &mut Axes, limits: &ReadLimits) -> Result<Option<Layer>, Exceeded> {
    let Some(name) = child_words(node, "Identifier") else { return Ok(None) };
    let mut styles: Vec<(bool, Style)> = children(node, "Style").filter_map(style).collect();
    styles.sort_by_key(|(is_default, _)| !is_default);
    let templates =
        children(node, "ResourceURL").filter(|url| url.attribute("resourceType").as_deref() == Some("tile"));
    let template =
        |url: Node| Some((url.attribute("format")?.into_owned(), url.attribute("template")?.trim().to_owned()));
    let mut dimensions = Vec::new();
    for node in children(node, "Dimension") {
        dimensions.extend(dimension(node, axes)?);
        Exceeded::check(dimensions.len(), limits.dimensions_of_layer, "dimensions of one layer")?;
    }
    let mut matrix_sets = Vec::new();
    for node in children(node, "TileMatrixSetLink") {
        matrix_sets.extend(link(node, limits)?);
        Exceeded::check(matrix_sets.len(), limits.matrix_sets, "tile matrix sets of one layer")?;
    }
    Ok(Some(Layer {
        title: child_words(node, "Title").unwrap_or_else(|| name.clone()),
        description: child_words(node, "Abstract").map(described),
        degrees: child(node, "WGS84BoundingBox").and_then(degrees).or_else(|| own_box(node)),
        formats: children(node, "Format").filter_map(document::words).collect(),
        styles: styles.into_iter().map(|(_, style)| style).collect(),
        dimensions: dimensions.into_iter().collect(),
        matrix_sets,
        templates: templates.filter_map(template).collect(),
        name,
    }))
}

fn style(node: Node) -> Option<(bool, Style)> {
    let name = child_words(node, "Identifier").unwrap_or_default();
    let legend = child(node, "LegendURL").and_then(|node| node.attribute("href")).map(Cow::into_owned);
    let title = child_words(node, "Title").unwrap_or_else(|| name.clone());
    Some((node.attribute("isDefault").as_deref() == Some("true"), Style { name, title, legend, ..Style::default() }))
}

fn dimension(node: Node, axes: &mut Axes) -> Result<Option<Arc<Dimension>>, Exceeded> {
    let Some(name) = child_words(node, "Identifier") else { return Ok(None) };
    let mut extent = String::new();
    for value in children(node, "Value").filter_map(document::words) {
        if !extent.is_empty() {
            extent.push(',');
        }
        extent += &value;
    }
    let dimension = Dimension {
        name,
        units: child_words(node, "UOM").unwrap_or_default(),
        unit_symbol: child_words(node, "UnitSymbol"),
        default: child_words(node, "Default"),
        ..Dimension::default()
    };
    axes.complete(dimension, extent).map(Some)
}

fn link(node: Node, limits: &ReadLimits) -> Result<Option<MatrixSetLink>, Exceeded> {
    let number = |node: Node, name| child_words(node, name)?.parse::<i64>().ok();
    let limit = |node: Node| {
        let columns = [number(node, "MinTileCol")?, number(node, "MaxTileCol")?];
        let rows = [number(node, "MinTileRow")?, number(node, "MaxTileRow")?];
        Some((child_words(node, "TileMatrix")?, columns, rows))
    };
    let held = child(node, "TileMatrixSetLimits").into_iter().flat_map(|node| children(node, "TileMatrixLimits"));
    let held: Vec<_> = held.take(limits.levels + 1).filter_map(limit).collect();
    Exceeded::check(held.len(), limits.levels, "levels of one tile matrix set")?;
    Ok(child_words(node, "TileMatrixSet").map(|name| MatrixSetLink { name, limits: held }))
}

fn matrix_set(node: Node, limits: &ReadLimits) -> Result<Option<MatrixSet>, Exceeded> {
    let matrices: Vec<Matrix> = children(node, "TileMatrix").take(limits.levels + 1).filter_map(matrix).collect();
    Exceeded::check(matrices.len(), limits.levels, "levels of one tile matrix set")?;
    let described = child_words(node, "Identifier").zip(child_words(node, "SupportedCRS"));
    Ok(described.map(|(name, crs)| MatrixSet { name, crs, matrices }))
}

/// A level; `None` where a number is missing or impossible.
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

/// The area of the data in degrees, from the layer's box in its own CRS: some servers leave out the box in degrees.
fn own_box(node: Node) -> Option<Bbox> {
    children(node, "BoundingBox").find_map(|node| {
        let corner = |name| two_numbers(&child_words(node, name)?);
        mapreel_geo::place::home::degrees_of(&node.attribute("crs")?, corner("LowerCorner")?, corner("UpperCorner")?)
    })
}

fn two_numbers(text: &str) -> Option<[f64; 2]> {
    let numbers: Vec<f64> =
        text.split_whitespace().map(|n| n.parse().ok().filter(|n: &f64| n.is_finite())).collect::<Option<_>>()?;
    numbers.try_into().ok()
}
