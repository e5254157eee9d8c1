//! Vector layers, and the part of a map off the globe, as pictures show them.

use super::support::{Run, render};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{capabilities_of, serve_all, size};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Each run has its own file, because the tests run in parallel.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// The map of a picture.
fn map_of(run: &Run) -> Picture {
    run.map()
}

const RED: [u8; 3] = [200, 0, 0];

/// A WMS that colours every pixel red, on the globe or off it.
fn red_everywhere(crs: &str) -> String {
    let known = capabilities_of("a", &format!("<CRS>{crs}</CRS>"));
    serve_all(move |path| {
        if path.contains("GetCapabilities") {
            return ("200 OK", "", known.clone().into_bytes());
        }
        let [width, height] = size(path).unwrap();
        ("200 OK", "", Picture::of(width, height, RED).to_png())
    })
}

#[test]
fn what_is_off_the_globe_is_never_coloured_like_data() {
    for (crs, bbox) in [
        ("EPSG:8857", "[-18e6, -9e6, 18e6, 9e6]"),
        ("EPSG:3035", "[-9e6, -10e6, 17.6e6, 16.6e6]"),
        ("EPSG:8859", "[-18e6, -9e6, 18e6, 9e6]"),
    ] {
        let url = red_everywhere(crs);
        let picture = render(
            "off-globe.png",
            &format!(
                r#"{{ "map": {{ "bbox": {bbox}, "bbox_crs": "{crs}", "crs": "{crs}", "width": 300 }},
                     "layers": [{{ "type": "wms", "url": "{url}", "layers": "a" }}] }}"#
            ),
        )
        .ended(0);
        let map = map_of(&picture);
        let (right, bottom) = (map.width - 1, map.height - 1);
        for (x, y) in [(0, 0), (right, 0), (0, bottom), (right, bottom)] {
            let [r, g, b] = map.at(x, y);
            let apart = r.max(g).max(b) - r.min(g).min(b);
            assert!(apart < 12 && r > 200, "{crs} at {x}, {y}: {:?}", map.at(x, y));
        }
        assert_eq!(map.at(map.width / 2, map.height / 2), RED, "{crs}");
        // Between the two lies the outline of the globe, which is darker than either grey.
        let row: Vec<[u8; 3]> = (0..map.width).map(|x| map.at(x, map.height / 8)).collect();
        let first = row.iter().position(|colour| *colour == RED).unwrap();
        assert!(row[..first].iter().any(|[_, g, _]| *g < 190), "{crs}: {:?}", &row[..first]);
    }
}

fn features(map: &str, more: &str, geometry: &str) -> Run {
    render(
        &format!("vectors-{}.png", RUNS.fetch_add(1, Ordering::Relaxed)),
        &format!(
            r##"{{ "map": {{ {map} }}, {more} "layers": [{{ "type": "geojson", "title": "Sites", "time_property": "time",
                 "style": {{ "stroke": "#c80000", "fill": "#c80000", "fill-opacity": 1, "stroke-width": 4 }}, "data": {geometry} }}] }}"##
        ),
    )
}

#[test]
fn a_line_goes_the_way_that_it_says_and_a_track_the_shorter_one() {
    let map = r#""bbox": [0, -20, 360, 20], "crs": "EPSG:4326", "width": 360"#;
    let line = r#"{ "type": "LineString", "coordinates": [[150, 0], [-150, 0]] }"#;
    let feature =
        |time: &str| format!(r#"{{ "type": "Feature", "properties": {{ "time": {time} }}, "geometry": {line} }}"#);
    let red = |picture: &Picture, lon: u32| picture.at(lon, picture.height / 2)[1] < 60;
    let times = r#""times": "2020-01-03","#;
    let line = map_of(&features(map, times, &feature(r#""2020-01-01""#)).ended(0));
    for (lon, drawn) in [(5, true), (140, true), (180, false), (220, true), (355, true)] {
        assert_eq!(red(&line, lon), drawn, "line at {lon}");
    }
    let track = map_of(&features(map, times, &feature(r#"["2020-01-01", "2020-01-02"]"#)).ended(0));
    for (lon, drawn) in [(5, false), (140, false), (180, true), (200, true), (220, false)] {
        assert_eq!(red(&track, lon), drawn, "track at {lon}");
    }
}

#[test]
fn a_layer_none_of_whose_features_is_on_the_map_says_so() {
    let map = r#""bbox": [0, 40, 20, 60], "width": 200"#;
    let point = |place: &str, time: &str| {
        format!(
            r#"{{ "type": "Feature", "properties": {{ "time": "{time}" }}, "geometry": {{ "type": "Point", "coordinates": {place} }} }}"#
        )
    };
    let warnings = |run: &Run| {
        run.manifest["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let times = r#""times": "2020-01-03","#;
    // Latitude before longitude is a common mistake.
    let swapped = features(map, times, &point("[52.5, 13.4]", "2020-01-01")).ended(3);
    assert_eq!(warnings(&swapped), ["layer_outside"]);
    assert!(swapped.said.contains("`Sites`: none of its 1 feature is on this map"), "{}", swapped.said);
    let later = features(map, times, &point("[13.4, 52.5]", "2021-01-01")).ended(3);
    assert_eq!(warnings(&later), ["layer_outside"]);
    let there = features(map, times, &point("[13.4, 52.5]", "2020-01-03")).ended(0);
    assert_eq!(warnings(&there), [""; 0]);
}

#[test]
fn no_line_shows_where_the_parts_of_a_feature_meet() {
    let parts = r#"{ "type": "MultiPolygon", "coordinates": [
        [[[170, -10], [180, -10], [180, 10], [170, 10], [170, -10]]],
        [[[-180, -10], [-170, -10], [-170, 10], [-180, 10], [-180, -10]]] ] }"#;
    // The antimeridian crosses a pixel.
    let layer = format!(
        r##"{{ "type": "geojson", "style": {{ "fill": "#c80000", "fill-opacity": 0.5, "stroke": "#0000c8" }}, "data": {parts} }}"##
    );
    for crs in ["EPSG:3857", "EPSG:8859", "EPSG:32660"] {
        let request = format!(
            r#"{{ "map": {{ "bbox": [165.3, -15, 195, 15], "crs": "{crs}", "width": 300 }}, "layers": [{layer}] }}"#
        );
        let map = map_of(&render("parts.png", &request).ended(0));
        let y = map.height / 2;
        let middle = map.at(map.width / 2, y);
        let whole = (map.width * 2 / 5..map.width * 3 / 5).filter(|x| map.at(*x, y) == middle).count();
        assert_eq!(whole as u32, map.width * 3 / 5 - map.width * 2 / 5, "{crs}: {middle:?}");
    }
}
