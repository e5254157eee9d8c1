//! The description of a WMTS (OGC 07-057r7) as plain data.
//!
//! `layers/wmts/` of `mapreel-spec` chooses the tiles for a map.

use crate::wms::capabilities::{Dimension, Style};
use crate::wms::inherited::Inherited;
use mapreel_geo::Bbox;
use serde::Serialize;

/// A WMTS.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Capabilities {
    /// The version of the document.
    pub version: String,
    /// The name of the service for people.
    pub title: String,
    /// The URL of requests for single tiles with parameters, as the server writes it.
    #[serde(skip)]
    pub get_tile: Option<String>,
    /// Scheme and host in the server's own URLs.
    #[serde(skip)]
    pub own_origin: Option<String>,
    /// The layers, in the order of the document.
    pub layers: Vec<Layer>,
    /// The tile matrix sets of the layers.
    pub matrix_sets: Vec<MatrixSet>,
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Layer {
    /// `<ows:Identifier>`, which a request puts into `LAYER` (OGC 07-057r7, 7.1.1.2).
    pub name: String,
    /// `<ows:Title>`, for people.
    pub title: String,
    /// The server's description of the layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The area of the data: west, south, east, north in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degrees: Option<Bbox>,
    /// The formats of its tiles.
    pub formats: Vec<String>,
    /// The styles, the default one first.
    pub styles: Vec<Style>,
    /// The layer's dimensions: times and others.
    #[serde(skip_serializing_if = "Inherited::is_empty")]
    pub dimensions: Inherited<Dimension>,
    /// The tile matrix sets of the layer, with their limits where the server names them.
    pub matrix_sets: Vec<MatrixSetLink>,
    /// The templates of the layer's tiles, each with its format.
    #[serde(skip)]
    pub templates: Vec<(String, String)>,
}

/// A tile matrix set of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MatrixSetLink {
    /// Its name.
    pub name: String,
    /// Limits of levels: the level, its first and last column, its first and last row.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "by_name")]
    pub limits: Vec<(String, [i64; 2], [i64; 2])>,
}

/// Limits as objects with named numbers.
fn by_name<S: serde::Serializer>(limits: &[(String, [i64; 2], [i64; 2])], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Limits<'a> {
        matrix: &'a str,
        columns: [i64; 2],
        rows: [i64; 2],
    }
    serializer.collect_seq(limits.iter().map(|(matrix, columns, rows)| Limits {
        matrix,
        columns: *columns,
        rows: *rows,
    }))
}

/// A tile matrix set.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MatrixSet {
    /// Its name.
    pub name: String,
    /// Its CRS, as the server writes it.
    pub crs: String,
    /// Its levels, in the order of the document.
    pub matrices: Vec<Matrix>,
}

/// A tile matrix: one level of the set.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Matrix {
    /// `<ows:Identifier>`, which a request puts into `TILEMATRIX` (OGC 07-057r7, 7.2.1).
    pub name: String,
    /// The denominator of its scale, for pixels of 0.28 mm.
    pub scale_denominator: f64,
    /// The two numbers of its upper left corner, in the order of the document.
    pub top_left: [f64; 2],
    /// Width and height of a tile in pixels.
    pub tile_px: [u32; 2],
    /// The number of columns and of rows.
    pub size: [u32; 2],
}
