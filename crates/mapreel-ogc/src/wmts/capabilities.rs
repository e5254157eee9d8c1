//! What a WMTS (OGC 07-057r7) says of itself, as plain data.
//!
//! Which tiles of it show a map is the business of `wmts_layer.rs`.

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
    /// Where single tiles are asked for with parameters, as the server writes it.
    #[serde(skip)]
    pub get_tile: Option<String>,
    /// Scheme and host by which it knows itself.
    #[serde(skip)]
    pub own_origin: Option<String>,
    /// The layers, in the order of the document.
    pub layers: Vec<Layer>,
    /// The pyramids that they are offered in.
    pub matrix_sets: Vec<MatrixSet>,
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Layer {
    /// `<ows:Identifier>`, which a request puts into `LAYER` (OGC 07-057r7, 7.1.1.2).
    pub name: String,
    /// `<ows:Title>`, for people.
    pub title: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where there are data: west, south, east, north in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degrees: Option<Bbox>,
    /// The formats of its tiles.
    pub formats: Vec<String>,
    /// The styles, the default one first.
    pub styles: Vec<Style>,
    /// The layer's times and whatever else it depends on.
    #[serde(skip_serializing_if = "Inherited::is_empty")]
    pub dimensions: Inherited<Dimension>,
    /// The names of the pyramids that it is offered in, with the tiles that there are where that is said.
    pub matrix_sets: Vec<MatrixSetLink>,
    /// The addresses of its tiles: format and template.
    #[serde(skip)]
    pub templates: Vec<(String, String)>,
}

/// A pyramid that a layer is offered in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MatrixSetLink {
    /// Its name.
    pub name: String,
    /// For levels of which not all tiles are there: the level, its first and last column, its first and last row.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "by_name")]
    pub limits: Vec<(String, [i64; 2], [i64; 2])>,
}

/// Limits as objects, whose numbers have names.
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

/// A tile pyramid.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MatrixSet {
    /// Its name.
    pub name: String,
    /// Its CRS, as the server writes it.
    pub crs: String,
    /// Its levels, in the order of the document.
    pub matrices: Vec<Matrix>,
}

/// One level of a pyramid.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Matrix {
    /// `<ows:Identifier>`, which a request puts into `TILEMATRIX` (OGC 07-057r7, 7.2.1).
    pub name: String,
    /// Its scale, 0.28 mm being a pixel.
    pub scale_denominator: f64,
    /// The two numbers of its upper left corner, as they are written.
    pub top_left: [f64; 2],
    /// Width and height of a tile in pixels.
    pub tile_px: [u32; 2],
    /// Columns and rows.
    pub size: [u32; 2],
}
