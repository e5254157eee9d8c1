//! A tileset of an OGC API, and its tile matrix set (OGC 17-083r4).

use super::crs::crs_code;
use super::page::links;
use crate::json::Json;
use crate::read_limits::ReadLimits;
use crate::wmts::capabilities::{Matrix, MatrixSet};
use mapreel_geo::{AxisOrder, Crs};
use percent_encoding::percent_decode_str;

/// Why a tile matrix set cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenMatrixSet {
    /// It does not name the CRS of its coordinates.
    #[error("its tile matrix set does not name a CRS")]
    NoCrs,
    /// No level can be used: each lacks a number, counts its rows from below, or joins tiles.
    #[error("its tile matrix set has no levels that can be used")]
    NoLevels,
}

/// The name of a tileset's tile matrix set: the last segment of its URI or of its definition's address.
pub fn tileset_name(tileset: &Json) -> Option<String> {
    let link = || ["tiling-scheme", "self"].into_iter().find_map(|rel| links(tileset, rel).next()?.text("href"));
    let address = tileset.text("tileMatrixSetURI").or_else(link)?;
    let end = address.split('?').next()?.rsplit_once('/')?.1;
    let name = percent_decode_str(end).decode_utf8().ok()?;
    Some(name.into_owned()).filter(|name| !name.is_empty())
}

/// The limits of a tileset: for each level the first and last column, and the first and last row.
pub fn limits(json: &Json) -> Vec<(String, [i64; 2], [i64; 2])> {
    let limit = |limit: &Json| {
        let number = |name| limit.number(name).map(|number| number as i64);
        let columns = [number("minTileCol")?, number("maxTileCol")?];
        let rows = [number("minTileRow")?, number("maxTileRow")?];
        Some((limit.text("tileMatrix")?.to_owned(), columns, rows))
    };
    json.list("tileMatrixSetLimits").iter().take(ReadLimits::default().levels).filter_map(limit).collect()
}

/// A tile matrix set (OGC 17-083r4), and the axis order of its corners, where the document names it.
///
/// # Errors
/// The set has no CRS, or no level that can be used.
pub fn read_matrix_set(json: &Json) -> Result<(MatrixSet, Option<AxisOrder>), BrokenMatrixSet> {
    let crs = json.get("crs").or(json.get("supportedCRS")).and_then(crs_code).ok_or(BrokenMatrixSet::NoCrs)?;
    let matrices = json.list("tileMatrices").iter().take(ReadLimits::default().levels);
    let matrices: Vec<Matrix> = matrices.filter_map(read_matrix).collect();
    if matrices.is_empty() {
        return Err(BrokenMatrixSet::NoLevels);
    }
    let order = match json.list("orderedAxes").first() {
        Some(Json::Text(axis)) => match axis.chars().next().map(|letter| letter.to_ascii_lowercase()) {
            Some('x' | 'e') => Some(AxisOrder::XThenY),
            Some('y' | 'n') => Some(AxisOrder::YThenX),
            Some('l') => Some(match axis.to_ascii_lowercase().starts_with("lat") {
                true => AxisOrder::YThenX,
                false => AxisOrder::XThenY,
            }),
            _ => None,
        },
        _ => None,
    };
    Ok((MatrixSet { name: String::new(), crs, matrices }, order))
}

/// A level; `None` where a number is missing, where rows are counted from below, or where tiles are joined
/// (`variableMatrixWidths`).
fn read_matrix(json: &Json) -> Option<Matrix> {
    let is_plain = json.list("variableMatrixWidths").is_empty() && json.text("cornerOfOrigin") != Some("bottomLeft");
    let [Json::Number(first), Json::Number(second)] = json.list("pointOfOrigin") else { return None };
    let side =
        |name| json.number(name).filter(|side| (1.0..=f64::from(u32::MAX)).contains(side)).map(|side| side as u32);
    let tile = |name| side(name).filter(|px| *px <= 4096);
    is_plain.then_some(Matrix {
        name: json.text("id")?.to_owned(),
        scale_denominator: json.number("scaleDenominator").filter(|scale| *scale > 0.0)?,
        top_left: [*first, *second],
        tile_px: [tile("tileWidth")?, tile("tileHeight")?],
        size: [side("matrixWidth")?, side("matrixHeight")?],
    })
}

/// The tile matrix set WebMercatorQuad (OGC 17-083r4, annex D.1). It is known, so no server is asked for it.
pub fn web_mercator_quad() -> MatrixSet {
    const SCALE_OF_LEVEL_0: f64 = 559_082_264.028_717_8;
    let half = Crs::WebMercator.equator() / 2.0;
    let matrix = |level: u32| Matrix {
        name: level.to_string(),
        scale_denominator: SCALE_OF_LEVEL_0 / f64::from(level).exp2(),
        top_left: [-half, half],
        tile_px: [256; 2],
        size: [1 << level; 2],
    };
    MatrixSet { name: String::new(), crs: "EPSG:3857".to_owned(), matrices: (0..=24).map(matrix).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../../tests/recorded/ogc/", $name, ".json"))
        };
    }

    #[test]
    fn a_tile_matrix_set_says_in_which_order_its_corners_are_written() {
        let read = |document: &str| {
            let json = Json::read(document.as_bytes(), &ReadLimits::default()).unwrap();
            let (set, order) = read_matrix_set(&json).unwrap();
            (set.crs, order, set.matrices.len())
        };
        let uri = |number: u32| format!("http://www.opengis.net/def/crs/EPSG/0/{number}");
        let set = read(recorded!("tile-matrix-set-webmercatorquad"));
        assert_eq!(set, (uri(3857), Some(AxisOrder::XThenY), 6));
        let set = read(recorded!("tile-matrix-set-crs-object"));
        assert_eq!(set, (uri(25832), Some(AxisOrder::XThenY), 5));
        let set = read(recorded!("tile-matrix-set-latitude-first"));
        assert_eq!(set, (uri(4326), Some(AxisOrder::YThenX), 4), "a level whose tiles are joined is left out");
    }
}
