//! Maps and tiles by the REST API of ArcGIS.

use super::mapserver::{assert_field, request};
use super::ogc_api::share_that_differs;
use super::support::service::Site;
use super::support::{arcgis, mapreel, render, wms};
use std::sync::OnceLock;
use std::time::Duration;

fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| arcgis::start(None))
}

fn layer(service: &str, further: &str) -> String {
    format!(r#"{{ "type": "arcgis", "url": "{}/{service}", "title": "Field" {further} }}"#, url())
}

#[test]
fn a_film_shows_each_month_that_the_service_has() {
    let times = r#""times": "2018-01-01/2018-03-01/P1M", "output": { "format": "gif", "fps": 5 },"#;
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 500"#;
    for service in ["Field/MapServer", "Field/ImageServer"] {
        let run = render("arcgis-months.gif", &request(map, times, &layer(service, ""))).ended(0);
        let film = run.film();
        assert_eq!(film.frames.len(), 3);
        for (frame, month) in film.frames.iter().zip(1..) {
            assert_field(&run, frame, month, 2.0, 0);
            let layer = &run.manifest["frames"][month as usize - 1]["layers"][0];
            assert_eq!(
                (&layer["time_used"], &layer["outcome"]),
                (&format!("2018-{month:02}-01T00:00:00Z").into(), &"drawn".into())
            );
        }
    }
    let late = request(map, r#""times": "2018-05-02T00:00:00Z","#, &layer("Field/MapServer", ""));
    let run = render("arcgis-late.png", &late).ended(3);
    assert!(run.said.contains("2018-05-02"), "{}", run.said);
    let near = request(map, r#""times": "2018-05-02T00:00:00Z","#, &layer("Field/MapServer", r#", "time": "nearest""#));
    let run = render("arcgis-near.png", &near).ended(0);
    assert_field(&run, &run.picture(), 5, 2.0, 0);
}

#[test]
fn a_map_over_the_date_line_is_whole() {
    for crs in ["EPSG:4326", "EPSG:3857"] {
        let map = format!(r#""bbox": [150, -30, 215, 30], "crs": "{crs}", "width": 500"#);
        let run = render(
            "arcgis-date-line.png",
            &request(&map, r#""times": "2018-05-01T00:00:00Z","#, &layer("Field/MapServer", "")),
        )
        .ended(0);
        assert_field(&run, &run.picture(), 5, 0.6, 0);
    }
}

#[test]
fn a_polar_map_is_that_of_a_wms() {
    let map = r#""bbox": [-180, 60, 180, 90], "crs": "EPSG:3413", "width": 500"#;
    let times = r#""times": "2018-02-01T00:00:00Z","#;
    let wms = format!(r#"{{ "type": "wms", "url": "{}", "layers": "field", "title": "Field" }}"#, wms::url());
    let ours = render("arcgis-polar.png", &request(map, times, &layer("Field/MapServer", ""))).ended(0);
    let theirs = render("arcgis-polar-wms.png", &request(map, times, &wms)).ended(0);
    let share = share_that_differs(&ours, &theirs);
    assert!(share < 0.01, "{share} of the pixels differ");
}

#[test]
fn a_legend_is_put_together_from_its_pictures_and_words() {
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 420"#;
    let times = r#""times": "2018-05-01T00:00:00Z","#;
    let legend = |service: &str| layer(service, r#", "legend": "auto""#);
    let run = render("arcgis-legend.png", &request(map, times, &legend("Field/MapServer"))).ended(0);
    let legends = run.manifest["layout"]["legends"].as_array().unwrap();
    assert_eq!(legends.len(), 1);
    let place: [u32; 4] = serde_json::from_value(legends[0]["box"].clone()).unwrap();
    let picture = run.picture().crop(place);
    for colour in wms::COLOURS {
        let pixels = picture.rgb.chunks_exact(3).filter(|pixel| *pixel == colour).count();
        assert!(
            (100..=500).contains(&pixels),
            "{pixels} pixels of {colour:?}: one picture each, and none of the other layer"
        );
    }
    let ink = (0..picture.height).filter(|y| (24..picture.width).any(|x| picture.at(x, *y)[0] < 120)).count();
    assert!(ink > 40, "words stand beside the pictures: {ink} rows with ink");
    let run = render("arcgis-no-legend.png", &request(map, times, &legend("Field/ImageServer"))).ended(3);
    assert!(run.said.contains("legend of layer `Field`") && run.said.contains("`400` Invalid URL"), "{}", run.said);
}

#[test]
fn a_cache_is_asked_for_its_tiles() {
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:3857", "width": 400"#;
    let cached = format!(r#"{{ "type": "arcgis", "url": "{}/Relief/MapServer" }}"#, url());
    let xyz = wms::url().replace("/wms", "/tiles/relief/{z}/{x}/{y}.png");
    let ours = render("arcgis-tiles.png", &request(map, "", &cached)).ended(0);
    let theirs =
        render("arcgis-tiles-xyz.png", &request(map, "", &format!(r#"{{ "type": "xyz", "url": "{xyz}" }}"#))).ended(0);
    // Only the maps are compared: the credits below them have different heights.
    assert_eq!(share_that_differs(&ours, &theirs), 0.0);
}

#[test]
fn errors_that_come_with_status_200_are_told() {
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 320"#;
    let run = render("arcgis-nowhere.png", &request(map, "", &layer("Nowhere/MapServer", ""))).ended(3);
    assert!(run.said.contains("`404` Service not found"), "{}", run.said);
    let unchecked = layer("Field/ImageServer", r#", "time": "unchecked", "rendering_rule": "None""#);
    let broken = request(map, r#""times": "2018-05-02T00:00:00Z","#, &unchecked);
    let run = render("arcgis-broken.png", &broken).ended(3);
    assert!(run.said.contains("an exception: `400` Unable to complete operation."), "{}", run.said);
}

#[test]
fn a_token_is_the_operators_and_is_never_shown() {
    let guarded = arcgis::start(Some("hush-hush"));
    let site = Site::new("arcgis-token");
    let host = guarded.split("/arcgis").next().unwrap();
    std::fs::write(
        site.folder.join("secrets.toml"),
        format!("[mine]\nhosts = ['{host}']\nquery = 'token=hush-hush'\n"),
    )
    .unwrap();
    let process = site.serve(&["--credentials", "secrets.toml", "--log", "debug"], "");
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 320"#;
    let layer = |further: &str| format!(r#"{{ "type": "arcgis", "url": "{guarded}/Field/MapServer" {further} }}"#);
    let times = r#""times": "2018-05-01T00:00:00Z","#;
    let id = process.submit("image", &request(map, times, &layer(r#", "credential": "mine""#)));
    let job = process.ended(&id, Duration::from_secs(60));
    assert_eq!((&job["status"], &job["warnings"]), (&"SUCCESS".into(), &serde_json::json!([])), "{job:#}");
    let manifest = process.get(&format!("/api/download/{id}/manifest")).text();
    for text in [process.log(), job.to_string(), manifest] {
        assert!(!text.contains("hush"), "{text}");
    }
    let job = process.ended(&process.submit("image", &request(map, times, &layer(""))), Duration::from_secs(60));
    let warnings = job["warnings"].to_string();
    assert!(warnings.contains("499") && warnings.contains("credential"), "{warnings}");
}

#[test]
fn what_it_offers_is_listed() {
    let address = format!("{}/Field/MapServer", url());
    let output = mapreel(&["layers", &address, "--json"]);
    let offer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&offer["service"], &offer["layers"][0]["name"]), (&"arcgis".into(), &"0".into()), "{offer:#}");
    let text = String::from_utf8(mapreel(&["layers", &address]).stdout).unwrap();
    assert!(text.contains("2018-01-01T00:00:00Z to 2018-12-01T00:00:00Z, 12 times"), "{text}");
    let process = Site::new("arcgis-layers").serve(&[], "");
    let offer = process.get(&format!("/api/layers?url={address}")).json();
    assert_eq!((&offer["service"], &offer["width_max"]), (&"arcgis".into(), &arcgis::SIDE_PX_MAX.into()));
}
