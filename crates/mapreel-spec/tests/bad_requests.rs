//! Invalid requests. Each is refused with the pointer to the wrong value, and all problems are found at once.

use jsonschema::Validator;
use mapreel_spec::{Limits, Plan, Problems, Resolved, View, parse_request, request_schema};
use std::sync::LazyLock;

const GOOD_MAP: &str = r#""map": { "bbox": [-10, 40, 10, 60], "width": 400 }"#;
const GOOD_LAYERS: &str = r#""layers": [{ "type": "natural-earth" }]"#;
const GOOD_BASEMAP: &str = r#""basemap": { "bbox": [0, 0, 10, 10], "zoom": 5, "url": "http://h/{z}/{x}/{y}.png", "params": {}, "map_time": "2020-01-01" }"#;

fn problems(request: &str) -> Problems {
    let limits = Limits::default();
    match parse_request(request.as_bytes(), &limits) {
        Ok(request) => {
            let planned = Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &limits);
            planned.err().unwrap_or(Problems(Vec::new()))
        }
        Err(problems) => problems,
    }
}

/// Checks that the request has exactly the problems with these pointers and codes.
fn check(request: &str, expected: &[(&str, &str)]) {
    let found = problems(request);
    let found: Vec<(&str, &str)> = found.0.iter().map(|p| (p.pointer.as_str(), p.code)).collect();
    assert_eq!(found, expected, "\n{request}");
    schema_agrees(request, expected);
}

/// Checks that the JSON Schema accepts the request or refuses it, like the program, where a schema can express the reason.
fn schema_agrees(request: &str, expected: &[(&str, &str)]) {
    static SCHEMA: LazyLock<Validator> =
        LazyLock::new(|| jsonschema::validator_for(&request_schema(&Limits::default())).expect("it is a schema"));
    let Ok(is_valid) = serde_json::from_str(request).map(|document| SCHEMA.is_valid(&document)) else { return };
    assert!(is_valid || !expected.is_empty(), "the schema refuses\n{request}");
    // Whether the title of a layer is missing in `times.of` depends on the number of layers with times.
    let expressible = |(pointer, code): &(&str, &str)| {
        matches!(*code, "unknown_field" | "wrong_type" | "missing") && !matches!(*pointer, "/times" | "/basemap/params")
    };
    if expected.iter().any(expressible) {
        assert!(!is_valid, "the schema accepts\n{request}");
    }
}

/// Checks a request of the second dialect with this map.
fn map(map: &str, pointer: &str, code: &str) {
    check(&format!("{{ \"map\": {map}, {GOOD_LAYERS} }}"), &[(pointer, code)]);
}

/// Checks a request with this layer and times.
fn layer(layer: &str, pointer: &str, code: &str) {
    let times = r#""times": ["2020-01-01", "2020-01-02"]"#;
    check(&format!("{{ {GOOD_MAP}, {times}, \"layers\": [{layer}] }}"), &[(pointer, code)]);
}

/// Checks a request with these further fields.
fn rest(fields: &str, pointer: &str, code: &str) {
    check(&format!("{{ {GOOD_MAP}, {GOOD_LAYERS}, {fields} }}"), &[(pointer, code)]);
}

/// Checks a request of the first dialect with this basemap.
fn basemap(basemap: &str, pointer: &str, code: &str) {
    check(&format!("{{ \"basemap\": {basemap}, \"overlays\": [] }}"), &[(pointer, code)]);
}

/// Checks a request with this overlay, of one frame.
fn overlay(overlay: &str, pointer: &str, code: &str) {
    check(&format!("{{ {GOOD_BASEMAP}, \"overlays\": [{overlay}] }}"), &[(pointer, code)]);
}

#[test]
fn the_good_parts_of_the_other_tests_are_good() {
    check(&format!("{{ {GOOD_MAP}, {GOOD_LAYERS} }}"), &[]);
    check(&format!("{{ {GOOD_BASEMAP}, \"overlays\": [] }}"), &[]);
}

#[test]
fn documents_that_are_no_requests_are_refused() {
    check("", &[("", "not_json")]);
    check("{", &[("", "not_json")]);
    check("[]", &[("", "invalid")]);
    check("{}", &[("", "invalid")]);
    check("null", &[("", "invalid")]);
    check(&format!("{{ {GOOD_MAP}, {GOOD_BASEMAP} }}"), &[("", "invalid")]);
    check(&format!("{{ {GOOD_MAP}, {GOOD_LAYERS} }} x"), &[("", "not_json")]);
    check(r#"{ "map": {}, "map": {} }"#, &[("", "not_json")]);
    check(r#"{ "map": 1e999 }"#, &[("", "not_json")]);
    check(r#"{ "map": NaN }"#, &[("", "not_json")]);
    check(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), &[("", "too_large")]);
    check(r#"{ "map": "\ud800" }"#, &[("", "not_json")]);
}

#[test]
fn wrong_maps_are_refused() {
    map("7", "/map", "wrong_type");
    map("{}", "/map/bbox", "missing");
    map(r#"{ "bbox": [0, 0, 1, 1] }"#, "/map", "missing");
    map(r#"{ "bbox": [0, 0, 1], "width": 100 }"#, "/map/bbox", "invalid");
    map(r#"{ "bbox": "0,0,1,1", "width": 100 }"#, "/map/bbox", "wrong_type");
    map(r#"{ "bbox": [0, 0, "1", 1], "width": 100 }"#, "/map/bbox/2", "wrong_type");
    map(r#"{ "bbox": [1, 0, 0, 1], "width": 100 }"#, "/map/bbox", "invalid");
    map(r#"{ "bbox": [0, 1, 1, 0], "width": 100 }"#, "/map/bbox", "invalid");
    map(r#"{ "bbox": [0, 0, 0, 1], "width": 100 }"#, "/map/bbox", "invalid");
    map(r#"{ "bbox": [-200, 0, 200, 10], "width": 100 }"#, "/map/bbox", "invalid");
    map(r#"{ "bbox": [900, 0, 901, 1], "width": 100 }"#, "/map/bbox", "invalid");
    map(r#"{ "bbox": [0, 0, 1, 90], "width": 100 }"#, "/map/bbox", "out_of_range");
    map(r#"{ "bbox": [0, -91, 1, 0], "width": 100, "crs": "EPSG:4326" }"#, "/map/bbox", "out_of_range");
    map(r#"{ "bbox": [0, 0, 1, 1], "width": 0 }"#, "/map/width", "out_of_range");
    map(r#"{ "bbox": [0, 0, 1, 1], "width": -5 }"#, "/map/width", "out_of_range");
    map(r#"{ "bbox": [0, 0, 1, 1], "width": 100.5 }"#, "/map/width", "wrong_type");
    map(r#"{ "bbox": [0, 0, 1, 1], "width": 4294967296 }"#, "/map/width", "out_of_range");
    map(r#"{ "bbox": [0, 0, 1, 1], "width": 100, "zoom": 3 }"#, "/map/zoom", "invalid");
    map(r#"{ "bbox": [0, 0, 1, 1], "zoom": 23 }"#, "/map/zoom", "out_of_range");
    map(r#"{ "bbox": [0, 0, 100, 80], "zoom": 15 }"#, "/map", "out_of_range");
    map(r#"{ "bbox": [0, 0, 0.1, 80], "width": 400 }"#, "/map", "out_of_range");
    map(r#"{ "bbox": [0, 0, 1, 1], "width": 100, "crs": "EPSG:1" }"#, "/map/crs", "not_supported");
    map(r#"{ "bbox": [100, 0, 101, 1], "width": 100, "crs": "EPSG:32633" }"#, "/map/bbox", "invalid");
    map(r#"{ "bbox": [0, 0, 1, 1], "width": 100, "crs": 3857 }"#, "/map/crs", "wrong_type");
    map(r#"{ "bbox": [0, 0, 1, 1], "width": 100, "bbox_crs": "EPSG:1" }"#, "/map/bbox_crs", "not_supported");
    map(r#"{ "bbox": [0, 0, 1e9, 1], "width": 100, "bbox_crs": "EPSG:3857" }"#, "/map/bbox", "invalid");
    map(r#"{ "bbox": [0, 0, 1, 1], "widht": 100, "height": 100 }"#, "/map/widht", "unknown_field");
}

#[test]
fn wrong_times_are_refused() {
    rest(r#""times": 5"#, "/times", "wrong_type");
    rest(r#""times": []"#, "/times", "invalid");
    rest(r#""times": "soon""#, "/times", "invalid");
    rest(r#""times": ["2020-01-01", "2020-02-30"]"#, "/times/1", "invalid");
    rest(r#""times": ["2020-01-02", "2020-01-01"]"#, "/times", "invalid");
    rest(r#""times": "2020-01-01/2020-01-02""#, "/times", "invalid");
    rest(r#""times": "2020-01-01/2020-01-02/1D""#, "/times", "invalid");
    rest(r#""times": "2020-01-01/2020-01-02/PT0S""#, "/times", "invalid");
    rest(r#""times": "2020-01-02/2020-01-01/P1D""#, "/times", "invalid");
    rest(r#""times": "2000-01-01/2020-01-01/PT1S""#, "/times", "invalid");
    rest(r#""times": "2000-01-01/2000-01-02/P99999999999999999999D""#, "/times", "invalid");
    rest(r#""times": "1970-01-01/2262-04-11T23:47:16.854775806Z/PT0.000000001S""#, "/times", "invalid");
    rest(r#""times": ["2020-01-01", "-0044-03-15"]"#, "/times/1", "invalid");
    rest(r#""times": "R/2020-01-01/P1D""#, "/times", "invalid");
    rest(r#""times": { "next": 24, "of": "SST" }"#, "/times/of", "invalid");
    rest(r#""times": { "next": 0, "of": "SST" }"#, "/times/next", "out_of_range");
    rest(r#""times": { "last": 24, "next": 24 }"#, "/times/last", "invalid");
    let all = [("/times/lats", "unknown_field"), ("/times/last", "missing")];
    check(&format!(r#"{{ {GOOD_MAP}, {GOOD_LAYERS}, "times": {{ "lats": 24 }} }}"#), &all);
    rest(r#""times": { "last": 24, "of": "SST" }"#, "/times/of", "invalid");
    rest(r#""times": { "last": 24 }"#, "/times", "missing");
    rest(r#""times": { "last": 0, "of": "SST" }"#, "/times/last", "out_of_range");
    rest(r#""times": { "last": 2.5 }"#, "/times/last", "wrong_type");
}

#[test]
fn wrong_headers_and_outputs_are_refused() {
    rest(r#""header": { "title": 3 }"#, "/header/title", "wrong_type");
    rest("\"header\": { \"title\": \"a\\u202eb\" }", "/header/title", "invalid");
    rest("\"header\": { \"title\": \"a\\u0000b\" }", "/header/title", "invalid");
    rest(&format!("\"header\": {{ \"title\": \"{}\" }}", "x".repeat(301)), "/header/title", "invalid");
    rest(r#""header": { "timezone": "Australia/Atlantis" }"#, "/header/timezone", "invalid");
    rest(r#""header": { "logo": "http://h/l.png" }"#, "/header/logo", "not_supported");
    rest(r#""output": { "format": "bmp" }"#, "/output/format", "invalid");
    rest(r#""output": { "format": "webm" }"#, "/output/format", "not_supported");
    rest(r#""output": { "fps": 0 }"#, "/output/fps", "out_of_range");
    rest(r#""output": { "format": "gif", "fps": 60 }"#, "/output/fps", "out_of_range");
    rest(r#""output": { "fps": "4" }"#, "/output/fps", "wrong_type");
    rest(r#""output": { "max_bytes": 8000000 }"#, "/output/max_bytes", "not_supported");
    rest(r#""output": { "hold_last_s": -1 }"#, "/output/hold_last_s", "out_of_range");
    rest(r#""times": "2020-01-01/2020-01-03/P1D", "output": { "format": "png" }"#, "/output/format", "invalid");
    rest(r#""colour": "blue""#, "/colour", "unknown_field");
}

#[test]
fn lists_that_are_none_of_layers_are_refused() {
    check(&format!("{{ {GOOD_MAP}, \"layers\": [] }}"), &[("/layers", "invalid")]);
    check(&format!("{{ {GOOD_MAP}, \"layers\": {{}} }}"), &[("/layers", "wrong_type")]);
    check(&format!("{{ {GOOD_MAP} }}"), &[("/layers", "missing")]);
    let many = vec![r#"{ "type": "natural-earth" }"#; 17].join(",");
    check(&format!("{{ {GOOD_MAP}, \"layers\": [{many}] }}"), &[("/layers", "too_many")]);
    layer("{}", "/layers/0/type", "missing");
    layer(r#"{ "type": "wcs" }"#, "/layers/0/type", "invalid");
}

#[test]
fn wrong_layers_of_tiles_are_refused() {
    layer(r#"{ "type": "wmts", "url": "http://h/" }"#, "/layers/0/layer", "missing");
    let wmts = |field: &str| format!(r#"{{ "type": "wmts", "url": "http://h/", "layer": "a", {field} }}"#);
    layer(&wmts(r#""axis_order": "yz""#), "/layers/0/axis_order", "invalid");
    layer(&wmts(r#""missing_tiles": "ignore""#), "/layers/0/missing_tiles", "invalid");
    layer(r#"{ "type": "tms", "url": "http://h/{z}/{x}.png" }"#, "/layers/0/url", "invalid");
    layer(r#"{ "type": "tilejson", "url": "http://h/", "credential": "a:b" }"#, "/layers/0/credential", "invalid");
    layer(r#"{ "type": "tilejson" }"#, "/layers/0/url", "missing");
    let xyz = |further: &str| format!(r#"{{ "type": "xyz", "url": "http://h/{{z}}/{{x}}/{{y}}", {further} }}"#);
    layer(&xyz(r#""min_zoom": 9, "max_zoom": 3"#), "/layers/0/min_zoom", "invalid");
    layer(&xyz(r#""subdomains": 3"#), "/layers/0/subdomains", "wrong_type");
    layer(&xyz(r#""bounds": [10, 0, 0, 10]"#), "/layers/0/bounds", "invalid");
    layer(r#"{ "type": "xyz" }"#, "/layers/0/url", "missing");
    layer(r#"{ "type": "xyz", "url": "http://h/{z}/{x}/{y}.{ext}" }"#, "/layers/0/url", "invalid");
    layer(r#"{ "type": "xyz", "url": "http://h/map.png" }"#, "/layers/0/url", "invalid");
    layer(r#"{ "type": "xyz", "url": "file:///{z}/{x}/{y}" }"#, "/layers/0/url", "invalid");
}

#[test]
fn wrong_layers_that_ask_no_server_are_refused() {
    layer(r#"{ "type": "graticule", "credential": "x" }"#, "/layers/0/credential", "invalid");
    layer(r#"{ "type": "natural-earth", "show": ["lakes"] }"#, "/layers/0/show/0", "invalid");
    layer(r#"{ "type": "natural-earth", "opacity": 1.5 }"#, "/layers/0/opacity", "out_of_range");
    layer(r#"{ "type": "natural-earth", "legend": "auto" }"#, "/layers/0/legend", "invalid");
    layer(r#"{ "type": "graticule", "step": 0 }"#, "/layers/0/step", "out_of_range");
    layer(r#"{ "type": "graticule", "stroke": "blue" }"#, "/layers/0/stroke", "invalid");
}

#[test]
fn wrong_layers_of_map_servers_are_refused() {
    layer(r#"{ "type": "wms", "url": "http://h/" }"#, "/layers/0/layers", "missing");
    layer(r#"{ "type": "wms", "layers": "", "url": "http://h/" }"#, "/layers/0/layers", "invalid");
    layer(r#"{ "type": "wms", "layers": "a" }"#, "/layers/0/url", "missing");
    layer(r#"{ "type": "wms", "layers": "a", "url": "h/wms" }"#, "/layers/0/url", "invalid");
    layer(r#"{ "type": "wms", "layers": "a", "url": "http://u:p@h/" }"#, "/layers/0/url", "invalid");
    let wms = |field: &str| format!(r#"{{ "type": "wms", "layers": "a", "url": "http://h/", {field} }}"#);
    for (field, pointer, code) in [
        (r#""missing_tiles": "transparent""#, "missing_tiles", "unknown_field"),
        (r#""version": "1.0.0""#, "version", "invalid"),
        (r#""time": "latest""#, "time", "invalid"),
        (r#""within": "PT3H""#, "within", "invalid"),
        (r#""resampling": "cubic""#, "resampling", "invalid"),
        (r#""axis_order": "north""#, "axis_order", "invalid"),
        (r#""on_error": "panic""#, "on_error", "invalid"),
        (r#""crs": "EPSG:1""#, "crs", "not_supported"),
        (r#""params": { "BBOX": "1" }"#, "params/BBOX", "invalid"),
        (r#""params": { "x": [] }"#, "params/x", "wrong_type"),
    ] {
        layer(&wms(field), &format!("/layers/0/{pointer}"), code);
    }
}

#[test]
fn wrong_layers_of_pictures_are_refused() {
    layer(r#"{ "type": "image", "url": "http://h/a.png" }"#, "/layers/0/bbox", "missing");
    layer(r#"{ "type": "image", "url": "http://h/a.png", "bbox": [0, 0, 1, 99] }"#, "/layers/0/bbox", "invalid");
    layer(r#"{ "type": "image", "url": "http://h/{time:%!}.png", "bbox": [0, 0, 1, 1] }"#, "/layers/0", "invalid");
}

#[test]
fn wrong_layers_of_features_are_refused() {
    layer(r#"{ "type": "geojson" }"#, "/layers/0/data", "missing");
    let of = |data: &str, further: &str| format!(r#"{{ "type": "geojson", "data": {data} {further} }}"#);
    layer(&of(r#"{ "type": "Circle" }"#, ""), "/layers/0/data/type", "invalid");
    let nowhere = r#"{ "type": "Point", "coordinates": [1, 91] }"#;
    layer(&of(nowhere, ""), "/layers/0/data/coordinates", "invalid");
    let short = r#"{ "type": "LineString", "coordinates": [[1, 1]] }"#;
    layer(&of(short, ""), "/layers/0/data/coordinates", "invalid");
    let line = r#"{ "type": "LineString", "coordinates": [[1, 1], [2, 2]] }"#;
    layer(&of(line, r#", "url": "http://h/""#), "/layers/0/url", "invalid");
    layer(&of(line, r##", "style": { "stroke": "#12" }"##), "/layers/0/style/stroke", "invalid");
    layer(&of(line, r#", "style": { "color": "red" }"#), "/layers/0/style/color", "unknown_field");
    layer(&of(line, r#", "time_property": "t""#), "/layers/0/data", "invalid");
    layer(&of(line, r#", "keep": "6 hours""#), "/layers/0/keep", "invalid");
    let moving = format!(
        r#"{{ "type": "geojson", "time_property": "t", "data": {{ "type": "Feature", "properties": {{ "t": ["2020-01-01"] }}, "geometry": {line} }} }}"#
    );
    check(
        &format!("{{ {GOOD_MAP}, \"times\": \"2020-01-01\", \"layers\": [{moving}] }}"),
        &[("/layers/0/data", "invalid"), ("/layers/0/data/properties/t", "invalid")],
    );
}

#[test]
fn templates_need_times() {
    let picture = r#"{ "type": "image", "url": "http://h/{time}.png", "bbox": [0, 0, 1, 1] }"#;
    check(&format!("{{ {GOOD_MAP}, \"layers\": [{picture}] }}"), &[("/layers/0/url", "invalid")]);
    let wms = r#"{ "type": "wms", "layers": "a", "url": "http://h/", "time": "unchecked" }"#;
    check(&format!("{{ {GOOD_MAP}, \"layers\": [{wms}] }}"), &[("/layers/0/time", "invalid")]);
}

#[test]
fn wrong_basemaps_are_refused() {
    let all = [
        ("/basemap/bbox", "missing"),
        ("/basemap/zoom", "missing"),
        ("/basemap/map_time", "missing"),
        ("/basemap/url", "missing"),
    ];
    check(r#"{ "basemap": {}, "overlays": [] }"#, &all);
    let tiles = |bbox: &str, zoom: &str, time: &str| {
        format!(r#"{{ "bbox": {bbox}, "zoom": {zoom}, "url": "http://h/0/0/0.png", "map_time": {time} }}"#)
    };
    let time = r#""2020-01-01T00:00:00Z""#;
    basemap(&tiles("[0, 0, 10, 90]", "5", time), "/basemap/bbox", "out_of_range");
    basemap(&tiles("[10, 0, 0, 10]", "5", time), "/basemap/bbox", "invalid");
    basemap(&tiles("[0, 0, 10, 10]", "\"5\"", time), "/basemap/zoom", "wrong_type");
    basemap(&tiles("[0, 0, 10, 10]", "12", time), "/basemap/zoom", "out_of_range");
    basemap(&tiles("[0, 0, 0.001, 0.001]", "0", time), "/basemap/zoom", "out_of_range");
    basemap(&tiles("[0, 0, 10, 10]", "5", "\"yesterday\""), "/basemap/map_time", "invalid");
    basemap(&tiles("[0, 0, 10, 10]", "5", "[\"2020-01-01\", 7]"), "/basemap/map_time/1", "wrong_type");
    let wms = |params: &str| {
        format!(
            r#"{{ "bbox": [0, 0, 10, 10], "zoom": 5, "url": "http://h/wms", "params": {params}, "map_time": {time} }}"#
        )
    };
    basemap(&wms(r#"{ "width": 256 }"#), "/basemap/params", "missing");
    basemap(&wms(r#"{ "layers": "a", "width": 0 }"#), "/basemap/params", "invalid");
    basemap(&wms(r#"{ "layers": "a", "srs": "EPSG:1" }"#), "/basemap/params", "not_supported");
    basemap(&wms("[]"), "/basemap/params", "wrong_type");
    basemap(&wms("{}"), "/basemap/url", "invalid");
}

#[test]
fn wrong_overlays_are_refused() {
    let url = "http://h/?srs=EPSG:3857&width=228&height=229&bbox=0,0,1113194,1118890";
    overlay(r#"{ "title": "A" }"#, "/overlays/0/url", "missing");
    overlay(&format!(r#"{{ "url": "{url}" }}"#), "/overlays/0/title", "missing");
    overlay(r#"{ "title": "A", "url": "http://h/?srs=EPSG:3857" }"#, "/overlays/0/url", "invalid");
    overlay(r#"{ "title": "A", "url": "http://h/wms.png", "isTileLayer": "true" }"#, "/overlays/0/url", "invalid");
    overlay(
        &format!(r#"{{ "title": "A", "url": "{url}", "isTileLayer": "yes" }}"#),
        "/overlays/0/isTileLayer",
        "wrong_type",
    );
    overlay(&format!(r#"{{ "title": "A", "url": ["{url}", "{url}"] }}"#), "/overlays/0/url", "invalid");
    overlay(&format!(r#"{{ "title": "A", "url": "{url}", "legend": "auto" }}"#), "/overlays/0/legend", "invalid");
    overlay(&format!(r#"{{ "title": "A", "url": "{url}", "labels": {{}} }}"#), "/overlays/0/labels", "wrong_type");
    overlay(
        &format!(r#"{{ "title": "A", "url": "{url}", "labels": [{{ "key": "depth" }}] }}"#),
        "/overlays/0/labels/0/value",
        "missing",
    );
    overlay(&format!(r#"{{ "title": "A", "url": "{url}", "labels": [[], []] }}"#), "/overlays/0/labels", "invalid");
    overlay(&format!(r#"{{ "title": "A", "url": "{url}", "opaque": 1 }}"#), "/overlays/0/opaque", "unknown_field");
    check(&format!("{{ {GOOD_BASEMAP}, \"general\": {{ \"format\": \"tiff\" }} }}"), &[("/general/format", "invalid")]);
}

#[test]
fn features_with_times_that_would_be_looked_at_too_often_are_refused() {
    let limits = Limits { positions_drawn_m_max: 1, ..Limits::default() };
    let positions = vec!["[1, 2]"; 50_000].join(",");
    let refused = |properties: &str, hours: usize| {
        let request = format!(
            r#"{{ {GOOD_MAP}, "times": "2020-01-01T00:00Z/2020-01-01T{:02}:00Z/PT1H", "layers": [{{ "type": "geojson", "title": "A",
                 "time_property": "time", "data": {{ "type": "FeatureCollection", "features": [
                   {{ "type": "Feature", "properties": {{ {properties} }},
                      "geometry": {{ "type": "MultiPoint", "coordinates": [{positions}] }} }},
                   {{ "type": "Feature", "properties": {{ "time": "2020-01-01" }}, "geometry": null }}] }} }}] }}"#,
            hours - 1
        );
        let request = parse_request(request.as_bytes(), &limits).unwrap();
        Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &limits)
            .err()
            .map(|problems| problems.0[0].clone())
    };
    let timed = r#""time": "2020-01-01""#;
    assert_eq!(refused(timed, 20), None);
    let problem = refused(timed, 21).unwrap();
    assert_eq!((&*problem.pointer, problem.code), ("/layers", "too_large"));
    assert!(problem.detail.contains("50000 positions") && problem.detail.contains("1.1 million"), "{}", problem.detail);
    assert!(problem.hint.unwrap().contains("at most 20 frames"));
}

#[test]
fn requests_that_would_cost_too_much_are_refused() {
    check(
        r#"{ "map": { "bbox": [-10, 40, 10, 60], "width": 2000 }, "times": "2020-01-01/2020-12-31/PT24H", "layers": [{ "type": "natural-earth" }, { "type": "graticule" }, { "type": "graticule" }] }"#,
        &[("", "too_large")],
    );
    check(
        r#"{ "map": { "bbox": [-10, 40, 10, 60], "width": 4000, "height": 4000 }, "times": "2020-01-01/2020-01-20/P1D", "layers": [{ "type": "image", "url": "http://h/{time}.png", "bbox": [0, 0, 1, 1] }] }"#,
        &[("/map", "too_large")],
    );
    check(
        r#"{ "basemap": { "bbox": [-180, -85, 180, 85], "zoom": 4, "url": "http://h/wms", "params": { "layers": "a", "width": 32, "height": 32 }, "map_time": "2020-01-01" } }"#,
        &[("/basemap", "too_large")],
    );
}

#[test]
fn all_problems_are_found_at_once_in_the_order_of_the_document() {
    let request = r#"{ "map": { "bbox": [0, 0, 1], "width": "wide" }, "times": "never", "tiems": 1,
        "layers": [{ "type": "xyz", "url": "nowhere", "opacity": 2 }, { "type": "wms", "url": "http://h" }] }"#;
    let found = problems(request);
    let pointers: Vec<&str> = found.0.iter().map(|p| p.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["/map/bbox", "/map/width", "/times", "/tiems", "/layers/0/url", "/layers/0/opacity", "/layers/1/layers"]
    );
    assert_eq!(found.0[3].hint.as_deref(), Some("did you mean `times`?"));
    assert!(found.0.iter().all(|p| !p.detail.is_empty() && !p.detail.ends_with('.')));
}

#[test]
fn one_wrong_time_is_one_problem() {
    let url = "http://h/?srs=EPSG:3857&width=228&height=229&bbox=0,0,1113194,1118890";
    let basemap = GOOD_BASEMAP.replace("\"2020-01-01\"", "[\"2020-01-01\", \"2020-02-30\"]");
    check(
        &format!("{{ {basemap}, \"overlays\": [{{ \"title\": \"A\", \"url\": [\"{url}\", \"{url}\"] }}] }}"),
        &[("/basemap/map_time/1", "invalid")],
    );
    let all = [("/overlays", "wrong_type"), ("/general/fps", "out_of_range"), ("/bogus", "unknown_field")];
    check(&format!("{{ {GOOD_BASEMAP}, \"overlays\": {{}}, \"general\": {{ \"fps\": 999 }}, \"bogus\": 1 }}"), &all);
}

#[test]
fn a_hostile_document_gets_a_hundred_problems_and_no_control_of_the_terminal() {
    let features = vec!["{}"; 5000].join(",");
    let request = format!(
        "{{ {GOOD_MAP}, \"layers\": [{{ \"type\": \"geojson\", \"data\": {{ \"type\": \"FeatureCollection\", \"features\": [{features}] }} }}] }}"
    );
    assert_eq!(problems(&request).0.len(), 100);
    let keys: Vec<String> = (0..5000).map(|i| format!("\"key\\u001b{i}\": 1")).collect();
    let found = problems(&format!("{{ {GOOD_MAP}, {GOOD_LAYERS}, {} }}", keys.join(",")));
    assert_eq!(found.0.len(), 100);
    assert!(!found.to_string().contains('\u{1b}'));
}

#[test]
fn parameters_that_no_server_would_read_are_refused() {
    let long = "a".repeat(9000);
    layer(
        &format!(r#"{{ "type": "wms", "url": "http://h/", "layers": "a", "styles": "{long}" }}"#),
        "/layers/0",
        "too_large",
    );
    let params = format!(r#"{{ "layers": "a", "x": "{long}" }}"#);
    basemap(
        &format!(
            r#"{{ "bbox": [0, 0, 10, 10], "zoom": 5, "url": "http://h/wms", "params": {params}, "map_time": "2020-01-01" }}"#
        ),
        "/basemap/params",
        "too_large",
    );
}

#[test]
fn pointers_are_escaped_as_rfc_6901_says() {
    rest(r#""a/b~c": 1"#, "/a~1b~0c", "unknown_field");
}

/// A request that follows a hint is accepted.
#[test]
fn hints_recommend_only_fields_that_work() {
    let check = |request: &str, hint: &str| {
        let found = problems(&format!("{{ {GOOD_MAP}, {request} }}"));
        assert_eq!(found.0.first().and_then(|problem| problem.hint.as_deref()), Some(hint), "{request}");
    };
    let with_layers = |fields: &str| format!("{GOOD_LAYERS}, {fields}");
    let header = "known here: `title`, `subtitle`, `source`, `timezone`, `time_format`, `language`, `layers`";
    check(&with_layers(r#""header": { "loggo": "x" }"#), header);
    let output =
        "known here: `format`, `preset`, `width`, `height`, `scale`, `safe_area`, `fps`, `hold_last_s`, `loop`";
    check(&with_layers(r#""output": { "max_byte": 1 }"#), output);
    let layer =
        "known here: `type`, `title`, `opacity`, `attribution`, `legend`, `labels`, `on_error`, `resampling`, `show`";
    check(r#""layers": [{ "type": "natural-earth", "color": "red" }]"#, layer);
}
