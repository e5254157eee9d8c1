//! Tile pyramids as real servers describe them: with values left out, written in another order, or wrong.

mod missing;
mod places;
mod requests;

use super::support::Run;
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{Answer, Asked, serve_all};

const OK: &str = "200 OK";
const BLUE: [u8; 3] = [20, 60, 200];

fn blue() -> Vec<u8> {
    Picture::of(256, 256, BLUE).to_png()
}

/// A server with a document and tiles, and the list of requests other than for the document.
fn tile_server(document: String, tile: impl Fn(&str) -> Answer + Send + Sync + 'static) -> (String, Asked) {
    let asked = Asked::default();
    let paths = asked.clone();
    let url = serve_all(move |path| {
        if path.contains("GetCapabilities") || path.ends_with(".xml") {
            return (OK, "", document.clone().into_bytes());
        }
        paths.lock().unwrap().push(path.to_owned());
        tile(path)
    });
    (url, asked)
}

/// A WMTS with layer `a`, this description of it, and these tile matrix sets.
fn wmts(layer: &str, sets: &str) -> String {
    format!(
        r#"<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" version="1.0.0">
        <Contents><Layer><ows:Identifier>a</ows:Identifier>{layer}</Layer>{sets}</Contents></Capabilities>"#
    )
}

const FORMAT: &str = "<Format>image/png</Format>";

fn link(set: &str) -> String {
    format!("<TileMatrixSetLink><TileMatrixSet>{set}</TileMatrixSet></TileMatrixSetLink>")
}

fn box_of(degrees: [f64; 4]) -> String {
    let [west, south, east, north] = degrees;
    format!(
        "<ows:WGS84BoundingBox><ows:LowerCorner>{west} {south}</ows:LowerCorner><ows:UpperCorner>{east} {north}</ows:UpperCorner></ows:WGS84BoundingBox>"
    )
}

/// A tile matrix set; each level has a name, units per pixel, and columns and rows.
fn set(name: &str, crs: &str, metres_per_unit: f64, corner: &str, levels: &[(&str, f64, [u32; 2])]) -> String {
    let level = |(level, resolution, [columns, rows]): &(&str, f64, [u32; 2])| {
        format!(
            "<TileMatrix><ows:Identifier>{level}</ows:Identifier><ScaleDenominator>{}</ScaleDenominator><TopLeftCorner>{corner}</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight><MatrixWidth>{columns}</MatrixWidth><MatrixHeight>{rows}</MatrixHeight></TileMatrix>",
            resolution * metres_per_unit / 0.000_28
        )
    };
    let levels: String = levels.iter().map(level).collect();
    format!(
        "<TileMatrixSet><ows:Identifier>{name}</ows:Identifier><ows:SupportedCRS>{crs}</ows:SupportedCRS>{levels}</TileMatrixSet>"
    )
}

/// The tile pyramid of the web, down to a level.
fn web(levels: u32) -> String {
    let names: Vec<String> = (0..=levels).map(|level| level.to_string()).collect();
    let level = |z: u32| (names[z as usize].as_str(), 156_543.033_928_041 / f64::from(1u32 << z), [1 << z; 2]);
    let levels: Vec<_> = (0..=levels).map(level).collect();
    set("web", "EPSG:3857", 1.0, "-20037508.342789 20037508.342789", &levels)
}

const METRES_PER_DEGREE: f64 = 6_378_137.0 * std::f64::consts::PI / 180.0;

fn one_layer(map: &str, layer: &str) -> String {
    format!(r#"{{ "map": {{ {map} }}, "layers": [{{ {layer} }}] }}"#)
}

#[track_caller]
fn assert_warned(run: &Run, code: &str, words: &str) {
    let warnings = run.manifest["warnings"].as_array().unwrap();
    let said = |w: &serde_json::Value| w["code"] == code && w["message"].as_str().unwrap().contains(words);
    assert!(warnings.iter().any(said), "no `{code}` with `{words}` in {warnings:#?}");
}

const EUROPE: &str = r#""bbox": [-10, 40, 20, 60], "width": 300"#;
