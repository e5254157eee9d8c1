//! Maps and tiles of a real OGC API: pygeoapi, in front of a real MapServer.

use super::mapserver::{assert_field, request};
use super::support::service::Site;
use super::support::{Run, mapreel, pygeoapi, render, wms};

fn layer(further: &str) -> String {
    format!(
        r#"{{ "type": "ogc-maps", "url": "{}", "collection": "field", "title": "Field" {further} }}"#,
        pygeoapi::url()
    )
}

/// The share of pixels that differ between two maps, from 0 to 1.
#[track_caller]
pub(super) fn share_that_differs(ours: &Run, theirs: &Run) -> f64 {
    let [ours, theirs] = [ours, theirs].map(Run::map);
    assert_eq!((ours.width, ours.height), (theirs.width, theirs.height));
    let pixels = || ours.rgb.chunks_exact(3).zip(theirs.rgb.chunks_exact(3));
    pixels().filter(|(a, b)| a != b).count() as f64 / pixels().count() as f64
}

#[test]
fn a_film_shows_each_month_and_marks_times_that_the_server_does_not_name() {
    let times = r#""times": "2018-01-01/2018-03-01/P1M", "output": { "format": "gif", "fps": 5 },"#;
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 320"#;
    let run = render("ogc-months.gif", &request(map, times, &layer(""))).ended(3);
    assert!(run.said.contains("its times lie between 2018-01-01T00:00:00+00:00 and 2018-12-01"), "{}", run.said);
    let film = run.film();
    assert_eq!(film.frames.len(), 3);
    for (frame, month) in film.frames.iter().zip(1..) {
        assert_field(&run, frame, month, 2.0, 0);
        let layer = &run.manifest["frames"][month as usize - 1]["layers"][0];
        assert_eq!(layer["time_used"], format!("2018-{month:02}-01T00:00:00Z"));
    }
}

#[test]
fn a_map_over_the_date_line_is_whole() {
    for crs in ["EPSG:4326", "EPSG:3857"] {
        let map = format!(r#""bbox": [150, -30, 215, 30], "crs": "{crs}", "width": 400"#);
        let run = render("ogc-date-line.png", &request(&map, r#""times": "2018-05-01T00:00:00Z","#, &layer("")));
        let run = run.ended(3);
        assert_field(&run, &run.picture(), 5, 0.6, 0);
    }
}

#[test]
fn a_polar_map_is_that_of_a_wms_asked_in_degrees() {
    // The map is as wide as the pictures that MapServer draws in degrees.
    let map = r#""bbox": [-180, 60, 180, 90], "crs": "EPSG:3413", "width": 200"#;
    let times = r#""times": "2018-02-01T00:00:00Z","#;
    let wms = format!(
        r#"{{ "type": "wms", "url": "{}", "layers": "field", "title": "Field", "crs": "EPSG:4326", "version": "1.3.0" }}"#,
        wms::url()
    );
    let ours = render("ogc-polar.png", &request(map, times, &layer(""))).ended(3);
    let theirs = render("ogc-polar-wms.png", &request(map, times, &wms));
    let share = share_that_differs(&ours, &theirs);
    assert!(share < 0.01, "{share} of the pixels differ");
}

#[test]
fn tiles_are_those_of_their_server() {
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:3857", "width": 400"#;
    let ogc = format!(r#"{{ "type": "ogc-maps", "url": "{}/collections/relief" }}"#, pygeoapi::url());
    let xyz = wms::url().replace("/wms", "/tiles/relief/{z}/{x}/{y}.png");
    let ours = render("ogc-tiles.png", &request(map, "", &ogc)).ended(0);
    let theirs =
        render("ogc-tiles-xyz.png", &request(map, "", &format!(r#"{{ "type": "xyz", "url": "{xyz}" }}"#))).ended(0);
    assert_eq!(share_that_differs(&ours, &theirs), 0.0);
}

#[test]
fn what_its_server_says_of_an_error_is_told() {
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 320"#;
    let broken = layer(r#", "params": { "datetime": "nonsense" }"#);
    let run = render("ogc-error.png", &request(map, "", &broken)).ended(3);
    assert!(run.said.contains("an exception: `InvalidParameterValue`"), "{}", run.said);
    let other = layer("").replace(r#""field""#, r#""currents""#);
    let run = render("ogc-unknown.png", &request(map, "", &other)).ended(3);
    assert!(run.said.contains("the server has no collection `currents`; it has field, relief"), "{}", run.said);
}

#[test]
fn what_it_offers_is_listed_from_its_landing_page() {
    for address in [pygeoapi::url().to_owned(), format!("{}/collections", pygeoapi::url())] {
        let output = mapreel(&["layers", &address, "--json"]);
        let offer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(offer["service"], "ogc-maps");
        let names: Vec<&str> =
            offer["layers"].as_array().unwrap().iter().map(|l| l["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["field", "relief"]);
    }
    let process = Site::new("ogc-layers").serve(&[], "");
    let offer = process.get(&format!("/api/layers?url={}", pygeoapi::url())).json();
    assert_eq!(offer["layers"][0]["dimensions"][0]["extent"], "2018-01-01T00:00:00+00:00/2018-12-01T00:00:00+00:00");
}
