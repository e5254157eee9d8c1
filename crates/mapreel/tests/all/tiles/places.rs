//! The place of tiles, and layers that show nothing of the map.

use super::super::support::{folder, mapreel, render};
use super::{
    BLUE, EUROPE, FORMAT, METRES_PER_DEGREE, OK, assert_warned, blue, box_of, link, one_layer, set, tile_server, web,
    wmts,
};
use mapreel_testkit::pictures::rgba;
use mapreel_testkit::upstreams::{capabilities_of, serve_all};

/// The map is tile 1, 1 of the pyramid, so that is the tile that must be asked for.
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
    // Without the layer's box, the document does not tell the axis order.
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
        // A transverse Mercator projection ends ninety degrees from its central meridian.
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

/// Boxes in capabilities are not always right. They count as the reason only where the picture is empty, too.
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
fn a_layer_outside_is_said_before_anything_is_drawn_and_ends_a_run_that_must_not_miss_it() {
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
