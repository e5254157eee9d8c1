//! Tests against a real MapServer: places, times, errors.

use super::support::{fetch, picture, render, wms};
use mapreel_testkit::pictures::Picture;

/// The coordinates of a pixel's centre on the map, in degrees.
pub(super) fn degrees(run: &super::support::Run, x: u32, y: u32) -> (f64, f64) {
    let bbox: [f64; 4] = serde_json::from_value(run.manifest["map"]["bbox"].clone()).unwrap();
    let [_, _, width, height] = run.map_box();
    let px = bbox[0] + (f64::from(x) + 0.5) * (bbox[2] - bbox[0]) / f64::from(width);
    let py = bbox[3] - (f64::from(y) + 0.5) * (bbox[3] - bbox[1]) / f64::from(height);
    if run.manifest["map"]["crs"] == "EPSG:4326" {
        return (px, py);
    }
    let radius = 6_378_137.0;
    ((px / radius).to_degrees(), (py / radius).sinh().atan().to_degrees())
}

/// Checks that the map shows layer `field` of a month: every pixel at least `margin` degrees from a cell's edge has the
/// colour of its cell.
#[track_caller]
pub(super) fn assert_field(run: &super::support::Run, picture: &Picture, month: u32, margin: f64, tolerance: u8) {
    let [left, top, width, height] = run.map_box();
    let mut checked = 0;
    for y in 0..height {
        for x in 0..width {
            let (lon, lat) = degrees(run, x, y);
            let near_edge = |v: f64| (v / 10.0 - (v / 10.0).round()).abs() * 10.0 < margin;
            if near_edge(lon) || near_edge(lat) {
                continue;
            }
            let (found, expected) = (picture.at(left + x, top + y), wms::colour_at(lon, lat, month));
            let off = found.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(off <= tolerance, "pixel {x}, {y} at {lon:.2}, {lat:.2}: {found:?}, not {expected:?}");
            checked += 1;
        }
    }
    assert!(checked > width * height / 5, "too few pixels were compared");
}

pub(super) fn wms_layer(further: &str) -> String {
    format!(r#"{{ "type": "wms", "url": "{}", "layers": "field", "title": "Field", {further} }}"#, wms::url())
}

pub(super) fn request(map: &str, times: &str, layers: &str) -> String {
    format!(r#"{{ "map": {{ {map} }}, {times} "layers": [{layers}] }}"#)
}

#[test]
fn an_image_has_the_very_pixels_of_the_same_getmap() {
    for (version, crs, bbox, getmap) in [
        ("1.1.1", "EPSG:4326", "[-60, -30, 60, 30]", "version=1.1.1&srs=EPSG:4326&bbox=-60,-30,60,30"),
        ("1.3.0", "EPSG:4326", "[-60, -30, 60, 30]", "version=1.3.0&crs=EPSG:4326&bbox=-30,-60,30,60"),
        (
            "1.1.1",
            "EPSG:3857",
            "[-2000000, -1000000, 2000000, 1000000]",
            "version=1.1.1&srs=EPSG:3857&bbox=-2000000,-1000000,2000000,1000000",
        ),
        (
            "1.3.0",
            "EPSG:3857",
            "[-2000000, -1000000, 2000000, 1000000]",
            "version=1.3.0&crs=EPSG:3857&bbox=-2000000,-1000000,2000000,1000000",
        ),
    ] {
        for (layer, params, time) in
            [("relief", "{}", ""), ("field", r#"{ "time": "2018-03-01T00:00:00Z" }"#, "&time=2018-03-01T00:00:00Z")]
        {
            let map = format!(r#""bbox": {bbox}, "bbox_crs": "{crs}", "crs": "{crs}", "width": 480, "height": 240"#);
            let layer_json = format!(
                r#"{{ "type": "wms", "url": "{}", "layers": "{layer}", "version": "{version}", "params": {params} }}"#,
                wms::url()
            );
            let run = render("same-getmap.png", &request(&map, "", &layer_json)).ended(0);
            let url = format!(
                "{}?service=WMS&request=GetMap&layers={layer}&styles=&format=image/png&width=480&height=240{time}&{getmap}",
                wms::url()
            );
            let direct = picture::decode(&fetch(&url));
            let ours = run.map();
            let difference = ours.difference(&direct);
            assert!(difference <= 1, "{version} {crs} {layer}: {difference}/255");
        }
    }
}

#[test]
fn pixels_lie_where_their_coordinates_say() {
    for crs in ["EPSG:3857", "EPSG:4326"] {
        for version in ["1.1.1", "1.3.0"] {
            let map = format!(r#""bbox": [-75, -55, 95, 65], "crs": "{crs}", "width": 500"#);
            let layer = wms_layer(&format!(r#""version": "{version}""#));
            let run = render("places.png", &request(&map, r#""times": "2018-05-01T00:00:00Z","#, &layer)).ended(0);
            assert_field(&run, &run.picture(), 5, 0.6, 0);
        }
    }
}

#[test]
fn an_animation_over_a_time_axis_shows_each_month_in_its_frame() {
    let times = r#""times": "2018-01-01/2018-12-01/P1M", "output": { "format": "mp4", "fps": 5, "hold_last_s": 1 },"#;
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 320"#;
    let run = render("months.mp4", &request(map, times, &wms_layer(r#""legend": "auto""#))).ended(0);
    let film = run.film();
    assert_eq!(film.frames.len(), 12);
    for (frame, month) in film.frames.iter().zip(1..) {
        assert_field(&run, frame, month, 2.0, 26);
        let layer = &run.manifest["frames"][month as usize - 1]["layers"][0];
        assert_eq!(layer["time_used"], format!("2018-{month:02}-01T00:00:00Z"));
        assert_eq!(layer["outcome"], "drawn");
    }
}

#[test]
fn the_legends_colours_are_those_of_the_map_in_a_gif() {
    let times = r#""times": "2018-01-01/2018-03-01/P1M", "output": { "format": "gif", "fps": 5 },"#;
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 320"#;
    let run = render("legend.gif", &request(map, times, &wms_layer(r#""legend": "auto""#))).ended(0);
    let film = run.film();
    let legend: [u32; 4] = serde_json::from_value(run.manifest["layout"]["legends"][0]["box"].clone()).unwrap();
    for (frame, month) in film.frames.iter().zip(1..) {
        assert_field(&run, frame, month, 2.0, 0);
        let legend = frame.crop(legend);
        for colour in wms::COLOURS {
            assert!(
                legend.rgb.chunks_exact(3).filter(|p| *p == colour).count() > 50,
                "{colour:?} is not in the legend"
            );
        }
    }
}

#[test]
fn the_first_dialect_draws_basemap_overlays_labels_and_legends() {
    let url = wms::url();
    let overlay_url = |month: u32| {
        format!(
            "{url}?service=WMS&request=GetMap&version=1.1.1&layers=field&styles=&format=image/png&transparent=true&time=2018-{month:02}-01T00:00:00Z&width=365&height=372&srs=EPSG:3857&bbox=-2226389.8,-2273030.9,2226389.8,2273030.9"
        )
    };
    let request = |times: &str, overlay: &str, labels: &str| {
        format!(
            r#"{{ "basemap": {{ "bbox": [-20, -20, 20, 20], "zoom": 3.68, "url": "{url}", "params": {{ "service": "WMS", "request": "GetMap", "version": "1.1.1", "layers": "relief", "width": 256, "height": 256, "srs": "EPSG:3857", "bbox": "" }}, "map_time": {times} }},
                "overlays": [{{ "title": "Field", "url": {overlay}, "isTileLayer": "false", "labels": {labels}, "legend": "{url}?service=WMS&request=GetLegendGraphic&version=1.1.1&layer=field&format=image/png" }}] }}"#
        )
    };
    let label = |month: u32| {
        format!(r#"[{{ "key": "valid time", "value": "2018-{month:02}-01T00:00:00Z", "showKey": "true" }}]"#)
    };
    let image = request(r#""2018-04-01T00:00:00Z""#, &format!("\"{}\"", overlay_url(4)), &label(4));
    let run = render("first-dialect.png", &image).ended(0);
    assert_eq!(run.map_box()[2..], [365, 372]);
    assert_field(&run, &run.picture(), 4, 0.3, 0);
    assert_eq!(run.manifest["frames"][0]["layers"][1]["time_used"], "2018-04-01T00:00:00Z");

    let list = |items: [String; 3]| format!("[{}]", items.join(","));
    let film = request(
        &list([4, 5, 6].map(|m| format!("\"2018-{m:02}-01T00:00:00Z\""))),
        &list([4, 5, 6].map(|m| format!("\"{}\"", overlay_url(m)))),
        &list([4, 5, 6].map(label)),
    );
    let run = render("first-dialect.mp4", &film).ended(0);
    let film = run.film();
    assert_eq!(film.frames.len(), 3);
    for (frame, month) in film.frames.iter().zip(4..) {
        assert_field(&run, frame, month, 1.0, 26);
    }
}

#[test]
fn an_overlay_of_the_first_dialect_may_run_backwards_over_the_date_line() {
    let url = wms::url();
    let request = format!(
        r#"{{ "basemap": {{ "bbox": [85.6, -56.9, 267.6, 54.1], "zoom": 2, "url": "{}", "params": {{}}, "map_time": "2018-09-01T00:00:00Z" }},
            "overlays": [{{ "title": "Field", "url": "{url}?service=WMS&request=GetMap&version=1.1.1&layers=field&styles=&format=image/png&transparent=true&time=2018-09-01T00:00:00Z&width=518&height=377&srs=EPSG:3857&bbox=9528948.4,-7746107.3,-10285920.9,7195021.2" }}] }}"#,
        url.replace("/wms", "/tiles/relief/{z}/{x}/{y}.png")
    );
    let run = render("backwards.png", &request).ended(0);
    assert_field(&run, &run.picture(), 9, 1.6 * 0.36, 0);
}

#[test]
fn tiles_lie_where_their_coordinates_say_at_any_zoom_and_over_the_date_line() {
    let tiles = wms::url().replace("/wms", "/tiles/relief");
    for (url, zoom) in [
        (format!("{tiles}/{{z}}/{{x}}/{{y}}.png"), "3"),
        (format!("{tiles}/{{z}}/{{x}}/{{y}}.png"), "2.6"),
        (format!("{tiles}/0/0/0.png"), "3.4"),
    ] {
        let request = format!(
            r#"{{ "basemap": {{ "bbox": [150, -30, 210, 30], "zoom": {zoom}, "url": "{url}", "params": {{}}, "map_time": "2018-09-01" }}, "overlays": [] }}"#
        );
        let run = render("tiles.png", &request).ended(0);
        let picture = run.map();
        // The relief's red stands for longitude and its green for latitude; at the date line red falls from 255 to 0.
        for (x, y) in [
            (0, 0),
            (picture.width / 4, picture.height / 3),
            (picture.width * 3 / 4, picture.height - 1),
            (picture.width - 1, 0),
        ] {
            let (lon, lat) = degrees(&run, x, y);
            let [red, green, blue] = picture.at(x, y).map(f64::from);
            let expected = [
                ((lon + 180.0).rem_euclid(360.0).floor() * 255.0 / 359.0).floor(),
                ((90.0 - lat).floor() * 255.0 / 179.0).floor(),
            ];
            // A cell of the relief is one degree wide, a pixel of level 2 some 0.35 degrees.
            assert!(
                (red - expected[0]).abs() <= 2.0 && (green - expected[1]).abs() <= 3.0 && blue == 120.0,
                "{zoom}: {red}, {green}, {blue} at {x}, {y}, not {expected:?}"
            );
        }
    }
}

/// The number of pixels in about the red of Mapreel's notices; nothing else in these pictures is red.
pub(super) fn alarms(picture: &Picture) -> usize {
    picture.count(|[red, green, blue]| red > 150 && green < 120 && blue < 120)
}

#[test]
fn a_layer_that_must_not_be_missing_fails_the_run_and_leaves_no_file() {
    let layers = format!(
        r#"{{ "type": "wms", "url": "{}", "layers": "broken", "title": "Broken", "on_error": "fail" }}"#,
        wms::url()
    );
    let run = render("fail.png", &request(r#""bbox": [-10, 40, 10, 55], "width": 400"#, "", &layers)).ended(1);
    assert!(run.said.starts_with("error: layer `Broken`: "), "{}", run.said);
    assert!(!run.file.exists());
    let leftovers = std::fs::read_dir(run.file.parent().unwrap())
        .unwrap()
        .flatten()
        .filter(|f| f.file_name().to_string_lossy().contains(".part"))
        .count();
    assert_eq!(leftovers, 0);
}

#[test]
fn a_time_that_the_server_does_not_have_is_named_on_its_frame_alone() {
    // Month 19 passes the server's check of TIME, but the server has no file for it.
    let url = |month| {
        format!(
            "\"{}?service=WMS&request=GetMap&version=1.1.1&layers=field&styles=&format=image/png&transparent=true&time=2018-{month}-01T00:00:00Z&width=228&height=232&srs=EPSG:3857&bbox=-1113194.9,-1118889.97,1113194.9,1118889.97\"",
            wms::url()
        )
    };
    let request = format!(
        r#"{{ "basemap": {{ "bbox": [-10, -10, 10, 10], "zoom": 4, "url": "{}", "params": {{ "layers": "relief" }}, "map_time": ["2018-11-01", "2018-12-01"] }},
            "overlays": [{{ "title": "Field", "url": [{}, {}] }}] }}"#,
        wms::url(),
        url(11),
        url(19)
    );
    let run = render("missing-time.mp4", &request).ended(3);
    let outcome = |frame: usize| run.manifest["frames"][frame]["layers"][1]["outcome"].clone();
    assert_eq!((outcome(0), outcome(1)), ("drawn".into(), "marked".into()));
    assert_eq!(run.manifest["frames"][1]["layers"][1]["time_used"], serde_json::Value::Null);
    assert_eq!(run.manifest["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(run.manifest["warnings"][0]["frame"], 2);
    assert_eq!(run.film().frames.len(), 2);
}

#[test]
fn a_missing_legend_is_said_in_its_place() {
    let layer = wms_layer(r#""time": "none", "legend": "http://127.0.0.1:9/legend.png""#);
    let run = render("no-legend.png", &request(r#""bbox": [-10, 40, 10, 55], "width": 400"#, "", &layer)).ended(3);
    assert_eq!(run.manifest["warnings"][0]["code"], "legend_unavailable");
    let place: [u32; 4] = serde_json::from_value(run.manifest["layout"]["legends"][0]["box"].clone()).unwrap();
    assert!(alarms(&run.picture().crop(place)) > 10, "no words in its place");
}
