//! Tiles of every kind lie in the right place: the server colours every pixel by its coordinates.

use super::support::{Run, render};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{parameter, serve_all};

const HALF_M: f64 = 20_037_508.342_789_244;

/// A tile whose red grows with x and whose green grows with y, over a square of side `2 · half`.
fn tile(half: f64, level: u32, column: u32, row: u32, side: u32) -> Vec<u8> {
    let size = 2.0 * half / f64::from(1u32 << level);
    let mut rgb = Vec::new();
    for y in 0..side {
        for x in 0..side {
            let at = |tile: u32, pixel: u32| f64::from(tile) * size + (f64::from(pixel) + 0.5) * size / f64::from(side);
            rgb.extend([ramp(at(column, x), half), ramp(at(row, y), half), 77]);
        }
    }
    Picture { width: side, height: side, rgb }.to_png()
}

fn ramp(from_the_edge: f64, half: f64) -> u8 {
    (from_the_edge / (2.0 * half) * 255.0).round().clamp(0.0, 255.0) as u8
}

/// Checks that every pixel of the map has the colour of its coordinates.
#[track_caller]
fn assert_in_place(what: &str, run: &Run, half: f64) {
    let picture = run.map();
    let [min_x, min_y, max_x, max_y]: [f64; 4] = serde_json::from_value(run.manifest["map"]["bbox"].clone()).unwrap();
    for y in 0..picture.height {
        for x in 0..picture.width {
            let px = min_x + (f64::from(x) + 0.5) * (max_x - min_x) / f64::from(picture.width);
            let py = max_y - (f64::from(y) + 0.5) * (max_y - min_y) / f64::from(picture.height);
            let expected = [ramp((px + half).rem_euclid(2.0 * half), half), ramp(half - py, half), 77];
            let found = picture.at(x, y);
            // At 180 degrees the ramp falls from its end to its start.
            let seam = expected[0] < 4 || expected[0] > 251;
            let off = found.iter().zip(expected).skip(usize::from(seam)).any(|(a, b)| a.abs_diff(b) > 2);
            assert!(!off, "{what}: {found:?} and not {expected:?} at {x}, {y}");
        }
    }
}

/// The three numbers in a path.
fn numbers(path: &str) -> [u32; 3] {
    let mut numbers = path.split(['/', '.', '@', '?']).filter_map(|part| part.parse().ok());
    [(); 3].map(|()| numbers.next().unwrap_or_else(|| panic!("three numbers in {path}")))
}

/// Level, column and row of a quadkey.
fn quadkey(path: &str) -> [u32; 3] {
    let key = path.rsplit('/').next().unwrap().trim_end_matches(".png");
    let bits = |bit: u32| key.bytes().fold(0, |n, digit| n * 2 + (u32::from(digit - b'0') >> bit & 1));
    [key.len() as u32, bits(0), bits(1)]
}

const WMTS: &str = r#"<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
  <ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP><ows:Get xlink:href="HOST/kvp?"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
  <Contents>
    <Layer><ows:Identifier>by-parameters</ows:Identifier><Style isDefault="true"><ows:Identifier>s</ows:Identifier></Style><Format>image/png</Format>
      <TileMatrixSetLink><TileMatrixSet>world</TileMatrixSet></TileMatrixSetLink></Layer>
    <Layer><ows:Identifier>by-template</ows:Identifier><Style isDefault="true"><ows:Identifier>s</ows:Identifier></Style><Format>image/png</Format>
      <Dimension><ows:Identifier>time</ows:Identifier><Default>2020-01-02</Default><Value>2020-01-01</Value><Value>2020-01-02</Value></Dimension>
      <TileMatrixSetLink><TileMatrixSet>world</TileMatrixSet></TileMatrixSetLink>
      <ResourceURL format="image/png" resourceType="tile" template="HOST/rest/{Time}/{TileMatrix}/{TileCol}/{TileRow}.png"/></Layer>
    <Layer><ows:Identifier>polar</ows:Identifier><Style isDefault="true"><ows:Identifier>s</ows:Identifier></Style><Format>image/png</Format>
      <TileMatrixSetLink><TileMatrixSet>arctic</TileMatrixSet></TileMatrixSetLink></Layer>
    <TileMatrixSet><ows:Identifier>world</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>LEVELS</TileMatrixSet>
    <TileMatrixSet><ows:Identifier>arctic</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::3413</ows:SupportedCRS>POLAR</TileMatrixSet>
  </Contents></Capabilities>"#;

const POLAR_M: f64 = 4_194_304.0;

fn wmts(host: &str) -> String {
    let levels = |half: f64, side: u32| -> String {
        let level = |n: u32| {
            let denominator = 2.0 * half / f64::from(side) / 0.00028 / f64::from(1u32 << n);
            let across = 1u32 << n;
            format!(
                "<TileMatrix><ows:Identifier>{n}</ows:Identifier><ScaleDenominator>{denominator}</ScaleDenominator><TopLeftCorner>-{half} {half}</TopLeftCorner><TileWidth>{side}</TileWidth><TileHeight>{side}</TileHeight><MatrixWidth>{across}</MatrixWidth><MatrixHeight>{across}</MatrixHeight></TileMatrix>"
            )
        };
        (0..6).map(level).collect()
    };
    WMTS.replace("HOST", host).replace("LEVELS", &levels(HALF_M, 256)).replace("POLAR", &levels(POLAR_M, 512))
}

fn server() -> String {
    serve_all(|path| {
        let of_parameters = |path| {
            let number = |name| parameter(path, name).unwrap().parse().unwrap();
            [number("TILEMATRIX"), number("TILECOL"), number("TILEROW")]
        };
        let picture = match path.split(['/', '?']).nth(1).unwrap() {
            "xyz" => {
                let [z, x, y] = numbers(path);
                tile(HALF_M, z, x, y, 256)
            }
            "double" => {
                assert!(path.contains("@2x"));
                let [z, x, y] = numbers(path);
                tile(HALF_M, z, x, y, 512)
            }
            "south" => {
                let [z, x, y] = numbers(path);
                tile(HALF_M, z, x, (1 << z) - 1 - y, 256)
            }
            "quad" => {
                let [z, x, y] = quadkey(path);
                tile(HALF_M, z, x, y, 256)
            }
            "rest" => {
                assert!(path.starts_with("/rest/2020-01-01/"), "{path}");
                let [z, x, y] = numbers(&path[16..]);
                tile(HALF_M, z, x, y, 256)
            }
            "kvp" if path.contains("GetCapabilities") => {
                return ("200 OK", "", wmts("http://elsewhere.invalid").into_bytes());
            }
            "kvp" => {
                let [z, x, y] = of_parameters(path);
                if path.contains("LAYER=polar") { tile(POLAR_M, z, x, y, 512) } else { tile(HALF_M, z, x, y, 256) }
            }
            "caps.xml" => return ("200 OK", "", wmts("").into_bytes()),
            _ => return ("404 Not Found", "", Vec::new()),
        };
        ("200 OK", "", picture)
    })
}

#[test]
fn tiles_of_every_kind_lie_in_their_place() {
    let url = server();
    let json = {
        let tiles = url.clone();
        serve_all(move |_| {
            ("200 OK", "", format!(r#"{{ "tiles": ["{tiles}/south/{{z}}/{{x}}/{{y}}.png"], "scheme": "tms", "maxzoom": 4, "attribution": "<b>Some</b>body" }}"#).into_bytes())
        })
    };
    for (what, layer) in [
        ("xyz", format!(r#""type": "xyz", "url": "{url}/xyz/{{z}}/{{x}}/{{y}}.png""#)),
        ("@2x", format!(r#""type": "xyz", "url": "{url}/double/{{z}}/{{x}}/{{y}}{{r}}.png""#)),
        ("{-y}", format!(r#""type": "xyz", "url": "{url}/south/{{z}}/{{x}}/{{-y}}.png""#)),
        ("{q}", format!(r#""type": "xyz", "url": "{url}/quad/{{q}}.png""#)),
        ("tms", format!(r#""type": "tms", "url": "{url}/south/{{z}}/{{x}}/{{y}}.png""#)),
        ("tilejson", format!(r#""type": "tilejson", "url": "{json}/tiles.json""#)),
        ("wmts, parameters", format!(r#""type": "wmts", "url": "{url}/kvp", "layer": "by-parameters""#)),
        ("wmts, template", format!(r#""type": "wmts", "url": "{url}/caps.xml", "layer": "by-template""#)),
    ] {
        for map in [r#""bbox": [-30, -20, 50, 60], "width": 400"#, r#""bbox": [150, -50, 230, 20], "width": 333"#] {
            let request = format!(r#"{{ "map": {{ {map} }}, "times": "2020-01-01", "layers": [{{ {layer} }}] }}"#);
            let run = render("tiles-in-place.png", &request).ended(0);
            assert_in_place(what, &run, HALF_M);
            assert_eq!(run.manifest["layout"]["attribution"].is_null(), what != "tilejson");
        }
    }
}

/// A tile matrix set in a polar CRS, on a map in that CRS and on a map in another.
#[test]
fn tiles_of_any_tile_matrix_set_are_drawn() {
    let url = server();
    let layer = format!(r#"{{ "type": "wmts", "url": "{url}/kvp", "layer": "polar" }}"#);
    let map = r#""bbox": [-180, 60, 180, 90], "crs": "EPSG:3413", "width": 400"#;
    let run = render("polar-tiles.png", &format!(r#"{{ "map": {{ {map} }}, "layers": [{layer}] }}"#)).ended(0);
    assert_in_place("polar", &run, POLAR_M);
    // Along -45 degrees, the central meridian of EPSG:3413, x is 0 on every map.
    let map = r#""bbox": [-60, 66, -30, 80], "crs": "EPSG:4326", "width": 301"#;
    let run = render("polar-tiles.png", &format!(r#"{{ "map": {{ {map} }}, "layers": [{layer}] }}"#)).ended(0);
    let picture = run.map();
    for y in 0..picture.height {
        let (left, middle, right) = (picture.at(80, y)[0], picture.at(150, y)[0], picture.at(220, y)[0]);
        assert!(middle.abs_diff(128) <= 1 && left < middle && middle < right, "{left}, {middle}, {right} in row {y}");
    }
}

/// No data for a time, no matrix set, no layer: each message names what the server has.
#[test]
fn what_a_wmts_does_not_have_is_said() {
    let url = server();
    for (further, words) in [
        (
            r#""layer": "by-template", "time": "exact""#,
            "no data for 2021-05-05 00:00 UTC; the server offers 2020-01-01 to 2020-01-02",
        ),
        (r#""layer": "nosuch""#, "the server has no layer `nosuch`; it has by-parameters, by-template, polar"),
        (r#""layer": "polar", "matrix_set": "world""#, "`arctic`"),
    ] {
        let request = format!(
            r#"{{ "map": {{ "bbox": [-30, -20, 50, 60], "width": 300 }}, "times": "2021-05-05", "layers": [{{ "type": "wmts", "url": "{url}/kvp", {further} }}] }}"#
        );
        let run = render("no-tiles.png", &request).ended(3);
        let reason = run.manifest["frames"][0]["layers"][0]["reason"].as_str().unwrap_or_default();
        assert!(reason.contains(words), "{reason}");
    }
}
