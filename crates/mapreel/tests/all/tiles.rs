//! Pyramids of tiles as servers really describe them: what they leave out, write the other way round, or do not have.

use super::support::mapreel;
use super::support::{Run, folder, render};
use mapreel_testkit::pictures::{Picture, rgba};
use mapreel_testkit::upstreams::{Answer, Asked, capabilities_of, serve_all};

const OK: &str = "200 OK";
const BLUE: [u8; 3] = [20, 60, 200];

fn blue() -> Vec<u8> {
    Picture::of(256, 256, BLUE).to_png()
}

/// A server of a document and of tiles, and what it has been asked for beside the document.
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

/// A WMTS of layer `a`, of which this is said, and of these tile matrix sets.
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

/// A set of levels; each its name, units per pixel, columns and rows.
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

/// The pyramid of the web, to a level.
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

#[test]
fn a_time_is_asked_for_where_there_is_a_place_for_it_and_marked_where_there_is_none() {
    let layer = |templates: &str| {
        let time = "<Dimension><ows:Identifier>Time</ows:Identifier><Default>2020-01-03</Default><Value>2020-01-01</Value><Value>2020-01-02</Value><Value>2020-01-03</Value></Dimension>";
        format!("{FORMAT}{time}{}{templates}", link("web"))
    };
    let template = |path: &str| {
        format!(
            r#"<ResourceURL format="image/png" resourceType="tile" template="/{path}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png"/>"#
        )
    };
    let kvp = r#"<ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP><ows:Get href="/kvp?"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata><Contents>"#;
    let request = |url: &str| {
        format!(
            r#"{{ "map": {{ {EUROPE} }}, "times": ["2020-01-01", "2020-01-02"], "layers": [{{ "type": "wmts", "url": "{url}/caps.xml", "layer": "a" }}] }}"#
        )
    };
    let document = wmts(&layer(&(template("still") + &template("at/{time}"))), &web(6));
    let (url, asked) = tile_server(document, |_| (OK, "", blue()));
    render("template-time.gif", &request(&url)).ended(0);
    assert!(asked.lock().unwrap().iter().all(|path| path.starts_with("/at/2020-01-0")), "{asked:?}");

    let document = wmts(&layer(&template("still")), &web(6)).replace("<Contents>", kvp);
    let (url, asked) = tile_server(document, |_| (OK, "", blue()));
    render("template-time.gif", &request(&url)).ended(0);
    assert!(asked.lock().unwrap().iter().all(|path| path.contains("kvp") && path.contains("=2020-01-0")), "{asked:?}");

    let (url, asked) = tile_server(wmts(&layer(&template("still")), &web(6)), |_| (OK, "", blue()));
    let run = render("template-time.gif", &request(&url)).ended(3);
    for frame in 0..2 {
        let layer = &run.manifest["frames"][frame]["layers"][0];
        assert!(layer["reason"].as_str().unwrap().contains("the server cannot be asked for a time"), "{layer}");
        assert!(layer["time_used"].is_null() && layer["outcome"] == "marked", "{layer}");
    }
    assert!(asked.lock().unwrap().is_empty());
}

/// The map is tile 1, 1 of the pyramid, so that is what must be asked for.
#[test]
fn corners_are_read_in_the_order_that_fits_the_place_of_the_layer() {
    let laea = ("EPSG:3035", 1.0, [900_000.0, 5_500_000.0], 1000.0, [17, 17], [5.0, 45.0, 16.0, 55.0]);
    let degrees = ("EPSG:4326", METRES_PER_DEGREE, [-180.0, 90.0], 0.25, [6, 3], [-180.0, -90.0, 180.0, 90.0]);
    let iberia = ("EPSG:4326", METRES_PER_DEGREE, [-10.0, 60.0], 0.05, [4, 4], [-9.0, 36.0, 20.0, 44.0]);
    let mercator = ("EPSG:3857", 1.0, [-20_037_508.0, 20_037_508.0], 20_000.0, [8, 8], [-180.0, -85.0, 180.0, 85.0]);
    let albania = ("EPSG:6870", 1.0, [400_000.0, 4_800_000.0], 200.0, [8, 8], [19.0, 39.5, 21.2, 42.8]);
    let lambert = ("EPSG:2154", 1.0, [0.0, 7_200_000.0], 500.0, [10, 10], [-5.0, 42.0, 8.0, 51.0]);
    let cases = [
        ("as the registry has it", laea, "EPSG:3035", "5500000 900000"),
        ("x before y", laea, "urn:ogc:def:crs:EPSG::3035", "900000 5500000"),
        ("latitude first", degrees, "urn:ogc:def:crs:EPSG::4326", "90 -180"),
        ("longitude first", degrees, "EPSG:4326", "-180 90"),
        ("CRS84 with latitude first", degrees, "urn:ogc:def:crs:OGC:1.3:CRS84", "90 -180"),
        ("a part, latitude first", iberia, "EPSG:4326", "60 -10"),
        ("a part, longitude first", iberia, "EPSG:4326", "-10 60"),
        ("Mercator with y before x", mercator, "urn:ogc:def:crs:EPSG::900913", "20037508 -20037508"),
        ("Albania, x before y", albania, "EPSG:6870", "400000 4800000"),
        ("Albania, y before x", albania, "EPSG:6870", "4800000 400000"),
        ("France, y before x", lambert, "EPSG:2154", "7200000 0"),
    ];
    for (what, (crs, metres, [x, y], resolution, size, home), written, corner) in cases {
        let sets = set("s", written, metres, corner, &[("0", resolution, size)]);
        let (url, asked) =
            tile_server(wmts(&format!("{FORMAT}{}{}", box_of(home), link("s")), &sets), |_| (OK, "", blue()));
        let side = 256.0 * resolution;
        let map = format!(
            r#""crs": "{crs}", "bbox_crs": "{crs}", "bbox": [{}, {}, {}, {}], "width": 256, "height": 256"#,
            x + side,
            y - 2.0 * side,
            x + 2.0 * side,
            y - side
        );
        render("corners.png", &one_layer(&map, &format!(r#""type": "wmts", "url": "{url}", "layer": "a""#))).ended(0);
        let asked = asked.lock().unwrap();
        assert!(asked.len() == 1 && asked[0].contains("TILEROW=1&TILECOL=1"), "{what}: {asked:?}");
    }
}

#[test]
fn an_order_of_axes_that_the_request_names_is_taken() {
    // Without a box nobody can tell.
    let sets = set("s", "EPSG:4326", METRES_PER_DEGREE, "30 40", &[("0", 0.05, [4, 4])]);
    for (order, bbox) in [("xy", "42.8, 14.4, 55.6, 27.2"), ("yx", "52.8, 4.4, 65.6, 17.2")] {
        let (url, asked) = tile_server(wmts(&format!("{FORMAT}{}", link("s")), &sets), |_| (OK, "", blue()));
        let map = format!(r#""crs": "EPSG:4326", "bbox": [{bbox}], "width": 256, "height": 256"#);
        let layer = format!(r#""type": "wmts", "url": "{url}", "layer": "a", "axis_order": "{order}""#);
        render("axis-order.png", &one_layer(&map, &layer)).ended(0);
        let asked = asked.lock().unwrap();
        assert!(asked.len() == 1 && asked[0].contains("TILEROW=1&TILECOL=1"), "{order}: {asked:?}");
    }
}

#[test]
fn a_layer_that_shows_nothing_anywhere_says_why() {
    let limits = r#"<TileMatrixSetLink><TileMatrixSet>web</TileMatrixSet><TileMatrixSetLimits><TileMatrixLimits><TileMatrix>4</TileMatrix><MinTileRow>9</MinTileRow><MaxTileRow>10</MaxTileRow><MinTileCol>12</MinTileCol><MaxTileCol>13</MaxTileCol></TileMatrixLimits></TileMatrixSetLimits></TileMatrixSetLink>"#;
    let (url, asked) = tile_server(wmts(&format!("{FORMAT}{limits}"), &web(4)), |_| (OK, "", blue()));
    let json_of = |bounds: &str| format!(r#"{{ "tiles": ["{url}/{{z}}/{{x}}/{{y}}.png"], "bounds": {bounds} }}"#);
    let json = json_of("[100, -40, 150, -10]");
    let json = serve_all(move |_| (OK, "", json.clone().into_bytes()));
    let wms = serve_all(|_| (OK, "", capabilities_of("a", "").into_bytes()));
    let tile = format!("{url}/{{z}}/{{x}}/{{y}}.png");
    for (what, layer, words) in [
        ("limits", format!(r#""type": "wmts", "url": "{url}", "layer": "a""#), "longitudes 90 to 135"),
        (
            "bounds beside it",
            format!(r#""type": "xyz", "url": "{tile}", "bounds": [100, 40, 150, 60]"#),
            "longitudes 100 to 150 and latitudes 40 to 60",
        ),
        ("bounds below it", format!(r#""type": "xyz", "url": "{tile}", "bounds": [-10, -40, 20, -10]"#), "latitudes"),
        ("bounds in the same tile", format!(r#""type": "xyz", "url": "{tile}", "bounds": [21, 41, 22, 42]"#), "21 to"),
        ("tilejson", format!(r#""type": "tilejson", "url": "{json}/t.json""#), "longitudes 100 to 150"),
        (
            "image",
            format!(r#""type": "image", "url": "{url}/x.png", "bbox": [100, -40, 150, -10]"#),
            "longitudes 100 to 150 and latitudes -40 to -10",
        ),
        (
            "wms in a CRS that ends before",
            format!(r#""type": "wms", "url": "{wms}", "layers": "a", "crs": "EPSG:32633""#),
            "nothing of the map is in EPSG:32633",
        ),
    ] {
        // Ninety degrees from the meridian of a transverse Mercator projection it ends.
        let map = if what.starts_with("wms") { r#""bbox": [100, 0, 110, 1], "width": 300"# } else { EUROPE };
        let run = render("outside.png", &one_layer(map, &format!(r#"{layer}, "title": "A""#))).ended(3);
        assert_warned(&run, "layer_outside", words);
        assert_eq!(run.manifest["warnings"].as_array().unwrap().len(), 1, "{what}: said once");
        let layer = &run.manifest["frames"][0]["layers"][0];
        assert!(layer["outcome"] == "marked" && layer["reason"].as_str().unwrap().contains(words), "{what}: {layer}");
    }
    assert!(asked.lock().unwrap().is_empty(), "{asked:?}");
    let overlay = format!(
        r#"{{ "basemap": {{ "bbox": [-10, 40, 20, 60], "zoom": 3, "url": "{tile}", "params": {{}}, "map_time": "2020-01-01" }},
            "overlays": [{{ "title": "A", "url": "{url}/?layers=a&srs=EPSG:4326&bbox=100,-40,150,-10&width=100&height=60" }}] }}"#
    );
    let run = render("outside.png", &overlay).ended(3);
    assert_warned(&run, "layer_outside", "longitudes 100 to 150");
}

/// Boxes in capabilities are not always right: only where the picture is empty, too, are they the reason.
#[test]
fn an_empty_picture_of_a_layer_that_is_elsewhere_says_so() {
    let australia = "<EX_GeographicBoundingBox><westBoundLongitude>112</westBoundLongitude><eastBoundLongitude>154</eastBoundLongitude><southBoundLatitude>-44</southBoundLatitude><northBoundLatitude>-10</northBoundLatitude></EX_GeographicBoundingBox>";
    for (pixel, code) in [([0u8; 4], 3), ([20, 60, 200, 255], 0)] {
        let png = rgba(300, 318, |_, _| pixel);
        let (url, _) = tile_server(capabilities_of("a", australia), move |_| (OK, "", png.clone()));
        let map = r#""bbox": [-10, 40, 20, 60], "width": 300, "height": 318"#;
        let layer = format!(r#""type": "wms", "url": "{url}", "layers": "a", "title": "A""#);
        let run = render("elsewhere.png", &one_layer(map, &layer)).ended(code);
        if code == 3 {
            assert_warned(&run, "layer_outside", "longitudes 112 to 154 and latitudes -44 to -10");
        }
    }
}

#[test]
fn features_outside_the_map_are_said() {
    let layer = |lon: i32| {
        format!(
            r#""type": "geojson", "title": "Storms", "data": {{ "type": "FeatureCollection", "features": [{{ "type": "Feature", "properties": {{}}, "geometry": {{ "type": "Point", "coordinates": [{lon}, 50] }} }}] }}"#
        )
    };
    let run = render("features.png", &one_layer(EUROPE, &layer(100))).ended(3);
    assert_warned(&run, "layer_outside", "none of its 1 feature is on this map");
    assert_eq!(run.manifest["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(run.manifest["frames"][0]["layers"][0]["outcome"], "marked");
    render("features.png", &one_layer(EUROPE, &layer(10))).ended(0);
}

#[test]
fn a_layer_outside_is_from_server_before_anything_is_drawn_and_ends_a_run_that_must_not_miss_it() {
    let layer = r#""type": "xyz", "url": "http://h/{z}/{x}/{y}.png", "bounds": [100, 40, 150, 60]"#;
    let file = folder("outside").join("request.json");
    std::fs::write(&file, one_layer(EUROPE, layer)).unwrap();
    let output = mapreel(&["check", file.to_str().unwrap()]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(3) && said.contains("lies outside the map"), "{said}");
    let run = render("outside-told.png", &one_layer(EUROPE, &format!(r#"{layer}, "on_error": "fail""#))).ended(1);
    assert!(run.said.contains("lies outside the map"), "{}", run.said);
}

#[test]
fn where_mercator_ends_before_the_pole_it_is_said_or_another_set_is_taken() {
    let polar = r#""bbox": [-180, -90, 180, -60], "crs": "EPSG:3031", "width": 300"#;
    let (url, _) = tile_server(wmts(&format!("{FORMAT}{}", link("web")), &web(4)), |_| (OK, "", blue()));
    let xyz = format!(r#""type": "xyz", "url": "{url}/{{z}}/{{x}}/{{y}}.png""#);
    let only_web = format!(r#""type": "wmts", "url": "{url}", "layer": "a""#);
    for layer in [&xyz, &only_web] {
        let run = render("tiles-pole.png", &one_layer(polar, layer)).ended(3);
        assert_warned(&run, "layer_partial", "85.06");
        assert_eq!(run.manifest["frames"][0]["layers"][0]["outcome"], "drawn");
        let run = render("tiles-pole.png", &one_layer(EUROPE, layer)).ended(0);
        assert!(run.manifest["warnings"].as_array().unwrap().is_empty());
    }
    let degrees = set("degrees", "EPSG:4326", METRES_PER_DEGREE, "90 -180", &[("0", 0.703_125, [2, 1])]);
    let both = wmts(&format!("{FORMAT}{}{}", link("web"), link("degrees")), &(web(4) + &degrees));
    let (url, asked) = tile_server(both, |_| (OK, "", blue()));
    let run = render("tiles-pole.png", &one_layer(polar, &format!(r#""type": "wmts", "url": "{url}", "layer": "a""#)))
        .ended(0);
    assert!(asked.lock().unwrap().iter().all(|path| path.contains("TILEMATRIXSET=degrees")), "{asked:?}");
    let picture = run.map();
    assert_eq!(picture.at(picture.width / 2, picture.height / 2), BLUE, "the pole");
}

#[test]
fn levels_that_the_limits_do_not_list_are_not_asked_for() {
    let limit = |level: u32| {
        let last = (1u32 << level) - 1;
        format!(
            "<TileMatrixLimits><TileMatrix>{level}</TileMatrix><MinTileRow>0</MinTileRow><MaxTileRow>{last}</MaxTileRow><MinTileCol>0</MinTileCol><MaxTileCol>{last}</MaxTileCol></TileMatrixLimits>"
        )
    };
    let listed = |levels: &[u32]| -> String {
        let limits: String = levels.iter().map(|level| limit(*level)).collect();
        let link = format!(
            "<TileMatrixSetLink><TileMatrixSet>web</TileMatrixSet><TileMatrixSetLimits>{limits}</TileMatrixSetLimits></TileMatrixSetLink>"
        );
        wmts(&format!("{FORMAT}{link}"), &web(12))
    };
    for (levels, expected) in [(&[0, 1, 2, 3][..], 3), (&[2, 4, 5, 6], 4), (&[0, 3, 12], 3), (&[8, 9], 8)] {
        let (url, asked) = tile_server(listed(levels), |_| (OK, "", blue()));
        // Level 4 is the map's.
        render("levels.png", &one_layer(EUROPE, &format!(r#""type": "wmts", "url": "{url}", "layer": "a""#))).ended(0);
        let asked = asked.lock().unwrap();
        let right = asked.iter().all(|path| path.contains(&format!("TILEMATRIX={expected}&")));
        assert!(right && !asked.is_empty(), "{levels:?}: {asked:?}");
    }
}

#[test]
fn values_in_a_template_are_percent_encoded() {
    let style = r#"<Style isDefault="true"><ows:Identifier>a b?c#d/é%</ows:Identifier></Style>"#;
    let template = r#"<ResourceURL format="image/png" resourceType="tile" template="/t/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png?at={Layer}"/>"#;
    let (url, asked) = tile_server(wmts(&format!("{style}{FORMAT}{}{template}", link("web")), &web(4)), |path| {
        if path.starts_with("/t/a%20b%3Fc%23d%2F%C3%A9%25/web/4/") && path.ends_with(".png?at=a") {
            return (OK, "", blue());
        }
        ("404 Not Found", "", Vec::new())
    });
    render("escaped.png", &one_layer(EUROPE, &format!(r#""type": "wmts", "url": "{url}/caps.xml", "layer": "a""#)))
        .ended(0);
    assert!(!asked.lock().unwrap().is_empty());
}

#[test]
fn pictures_are_what_their_bytes_are_whatever_their_format_is_called() {
    for (formats, asked_for) in [
        (&["image/vnd.jpeg-png"][..], "image/vnd.jpeg-png"),
        (&["image/png8"], "image/png8"),
        (&["image/png; mode=8bit"], "image/png%3B%20mode%3D8bit"),
        (&["application/x-protobuf;type=mapbox-vector", "image/svg+xml", "image/png8"], "image/png8"),
        (&["image/tiff", "image/x-new"], "image/x-new"),
    ] {
        let formats: String = formats.iter().map(|format| format!("<Format>{format}</Format>")).collect();
        let (url, asked) = tile_server(wmts(&format!("{formats}{}", link("web")), &web(4)), |_| {
            (OK, "Content-Type: application/octet-stream\r\n", blue())
        });
        let layer = format!(r#""type": "wmts", "url": "{url}", "layer": "a""#);
        render("tiles-formats.png", &one_layer(EUROPE, &layer)).ended(0);
        let asked = asked.lock().unwrap();
        assert!(asked.iter().all(|path| path.contains(&format!("FORMAT={asked_for}&"))), "{asked:?}");
    }
    let capabilities = |formats: &str| {
        let get_map = format!("<Request><GetMap>{formats}</GetMap></Request><Layer><Title>");
        capabilities_of("a", "").replacen("<Layer><Title>", &get_map, 1)
    };
    let check = |formats: &str, asked_for: &'static str| {
        let (url, asked) = tile_server(capabilities(formats), |_| (OK, "", Vec::new()));
        render("tiles-formats.png", &one_layer(EUROPE, &format!(r#""type": "wms", "url": "{url}", "layers": "a""#)))
            .ended(3);
        assert!(asked.lock().unwrap()[0].contains(&format!("FORMAT={asked_for}&")), "{formats}: {asked:?}");
    };
    check("<Format>image/jpeg</Format><Format>image/png; mode=8bit</Format>", "image/png%3B%20mode%3D8bit");
    check("<Format>image/tiff</Format><Format>image/vnd.jpeg-png</Format>", "image/vnd.jpeg-png");
    check("<Format>image/png8</Format><Format>image/png</Format>", "image/png");
}

#[test]
fn tiles_that_are_not_there_are_reported_or_transparent_as_the_request_says() {
    // One tile of the map is there; this is what comes for the others.
    const OUTSIDE: &str = r#"<ExceptionReport><Exception exceptionCode="TileOutOfRange"/></ExceptionReport>"#;
    let answers: [(&str, Answer, bool); 5] = [
        ("204", ("204 No Content", "", Vec::new()), true),
        ("empty", (OK, "Content-Type: image/png\r\n", Vec::new()), false),
        ("404", ("404 Not Found", "", b"no such tile".to_vec()), false),
        ("410", ("410 Gone", "", Vec::new()), false),
        ("out of range", ("400 Bad Request", "", OUTSIDE.as_bytes().to_vec()), false),
    ];
    for (what, answer, is_absence) in answers {
        let (url, _) = tile_server(wmts(&format!("{FORMAT}{}", link("web")), &web(4)), move |path| {
            if path.contains("/4/7/5") || path.contains("TILEMATRIX=4&TILEROW=5&TILECOL=7") {
                return (OK, "", blue());
            }
            answer.clone()
        });
        for layer in [
            format!(r#""type": "xyz", "url": "{url}/{{z}}/{{x}}/{{y}}.png""#),
            format!(r#""type": "wmts", "url": "{url}", "layer": "a""#),
        ] {
            for (says, code) in [
                ("", if is_absence { 0 } else { 3 }),
                (r#", "missing_tiles": "report""#, if is_absence { 0 } else { 3 }),
                (r#", "missing_tiles": "transparent""#, 0),
            ] {
                let run = render("sparse.png", &one_layer(EUROPE, &format!("{layer}{says}")));
                assert_eq!(run.code, code, "{what}, {layer}{says}: {}", run.said);
            }
        }
    }
}

#[test]
fn a_layer_of_which_no_tile_is_there_is_empty_or_says_why() {
    let render = |status: &'static str, says: &str| {
        let (url, _) = tile_server(String::new(), move |_| (status, "", Vec::new()));
        render(
            "sparse-none.png",
            &one_layer(EUROPE, &format!(r#""type": "xyz", "url": "{url}/{{z}}/{{x}}/{{y}}.png"{says}"#)),
        )
    };
    let run = render("204 No Content", "").ended(3);
    assert_warned(&run, "layer_outside", "nothing of this place");
    assert_warned(&render("404 Not Found", "").ended(3), "layer_unavailable", "404");
    for status in ["204 No Content", "404 Not Found"] {
        let run = render(status, r#", "missing_tiles": "transparent""#).ended(0);
        assert_eq!(run.manifest["frames"][0]["layers"][0]["outcome"], "drawn");
    }
    // What is refused is not absent.
    render("403 Forbidden", r#", "missing_tiles": "transparent""#).ended(3);
}

#[test]
fn templates_of_ogc_api_tiles_are_tiles() {
    let (url, asked) = tile_server(String::new(), |_| (OK, "", blue()));
    let json = format!(r#"{{ "tilejson": "3.0.0", "tiles": ["{url}/json/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] }}"#);
    let json = serve_all(move |_| (OK, "", json.clone().into_bytes()));
    let path = "{TileMatrix}/{TileRow}/{TILECOL}.png";
    for (layer, expected) in [
        (
            format!(r#""type": "xyz", "url": "{url}/c/tiles/{{tileMatrixSetId}}/{path}""#),
            "/c/tiles/WebMercatorQuad/4/5/7.png",
        ),
        (format!(r#""type": "xyz", "url": "{url}/tile/{{level}}/{{row}}/{{col}}""#), "/tile/4/5/7"),
        (format!(r#""type": "tilejson", "url": "{json}/t.json""#), "/json/4/5/7"),
    ] {
        asked.lock().unwrap().clear();
        render("ogc-api.png", &one_layer(EUROPE, &layer)).ended(0);
        assert!(asked.lock().unwrap().iter().any(|path| path == expected), "{asked:?}");
    }
}

#[test]
fn a_document_of_another_kind_is_called_what_it_is() {
    const WMS_1_0: &str = r#"<WMT_MS_Capabilities version="1.0.0"><Service><Name>GetMap</Name><Title>old</Title></Service><Capability><Request><Map><Format><PNG/></Format></Map><Capabilities><Format><WMS_XML/></Format></Capabilities></Request><Layer><Title>all</Title><Layer><Name>a</Name><Title>A</Title></Layer></Layer></Capability></WMT_MS_Capabilities>"#;
    let wfs = r#"<wfs:WFS_Capabilities xmlns:wfs="http://www.opengis.net/wfs/2.0" version="2.0.0"/>"#;
    for (document, kind, words) in [
        (WMS_1_0, "wmts", "this is a WMS 1.0.0"),
        (&wmts("", ""), "wms", "this is a WMTS 1.0.0"),
        (wfs, "wmts", "this is a WFS 2.0.0"),
        (wfs, "wms", "this is a WFS 2.0.0"),
        (r#"<Capabilities xmlns="http://www.opengis.net/wcs/1.1" version="1.1.0"/>"#, "wmts", "this is a WCS 1.1.0"),
        (r#"<TileMapService version="1.0.0"/>"#, "wmts", "this is a TMS 1.0.0"),
        ("<rss version='2.0'/>", "wms", "a document `rss`"),
    ] {
        let document = document.to_owned();
        let url = serve_all(move |_| (OK, "", document.clone().into_bytes()));
        let named = if kind == "wms" { "layers" } else { "layer" };
        let layer = format!(r#""type": "{kind}", "url": "{url}", "{named}": "a""#);
        let request = format!(r#"{{ "map": {{ {EUROPE} }}, "times": "2020-01-01", "layers": [{{ {layer} }}] }}"#);
        let run = render("tiles-kinds.png", &request);
        assert!(run.said.contains(words) || run.manifest.to_string().contains(words), "{words}: {}", run.said);
    }
    let url = serve_all(|_| (OK, "", WMS_1_0.as_bytes().to_vec()));
    let output = mapreel(&["layers", &url]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("WMS 1.0.0, 1 layer"), "{said}");
}
