//! Upstreams that fail: the run ends with the missing layers named and the others drawn.

use super::support::service::{Site, film};
use super::support::{Run, render};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{capabilities, parameter, serve, serve_all};
use std::time::Duration;

fn run(name: &str, layer: &str) -> Run {
    let request = format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240, "height": 180 }}, "times": "2020-01-01/2020-01-04/P1D",
             "layers": [{{ "type": "natural-earth" }}, {layer}], "output": {{ "format": "gif" }} }}"#
    );
    render(name, &request)
}

fn wms(url: &str) -> String {
    format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Data" }}"#)
}

#[test]
fn every_way_to_fail_is_named_on_every_frame() {
    let big = Picture::grey(100, 90, 7).to_png();
    let whole = Picture::of(240, 180, [7; 3]).to_png();
    let answers: Vec<(&str, &'static str, Vec<u8>)> = vec![
        ("status 404: gone", "404 Not Found", b"gone".to_vec()),
        ("an HTML page instead of a picture: Login", "200 OK", b"<html><title>Login</title></html>".to_vec()),
        ("nothing instead of a picture", "200 OK", Vec::new()),
        ("a PNG picture is broken", "200 OK", whole[..whole.len() / 2].to_vec()),
        ("the picture has 100 × 90 pixels; 240 × 180 were asked for", "200 OK", big.clone()),
    ];
    for (expected, status, body) in answers {
        let url = serve(move |_| (status, "", body.clone()));
        let run = run("fails.gif", &wms(&url)).ended(3);
        let warnings = run.manifest["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 4, "{expected}: {warnings:?}");
        for (i, warning) in warnings.iter().enumerate() {
            assert!(warning["message"].as_str().unwrap().contains(expected), "{warning}");
            assert_eq!(warning["frame"], i + 1);
            assert_eq!(run.manifest["frames"][i]["layers"][1]["outcome"], "marked");
        }
        assert!(run.said.contains("(on 4 of 4 frames)"), "{}", run.said);
    }
}

#[test]
fn one_bad_frame_of_four_is_the_only_one_marked() {
    let url = serve(|path| {
        if parameter(path, "TIME").unwrap().contains("01-03") {
            return ("500 Internal Server Error", "", b"oops".to_vec());
        }
        ("200 OK", "", Picture::grey(240, 180, 200).to_png())
    });
    let run = run("one.gif", &wms(&url)).ended(3);
    let outcomes: Vec<&str> =
        (0..4).map(|i| run.manifest["frames"][i]["layers"][1]["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["drawn", "drawn", "marked", "drawn"]);
    assert_eq!(run.manifest["frames"][2]["layers"][1]["time_used"], serde_json::Value::Null);
}

#[test]
fn some_missing_tiles_are_counted_and_the_others_drawn() {
    let url = serve(|path| match path.ends_with("/16.png") {
        true => ("404 Not Found", "", Vec::new()),
        false => ("200 OK", "", Picture::grey(256, 256, 90).to_png()),
    });
    let layer = format!(r#"{{ "type": "xyz", "url": "{url}/{{z}}/{{x}}/{{y}}.png", "title": "Tiles" }}"#);
    let request = format!(r#"{{ "map": {{ "bbox": [-20, -15, 20, 15], "zoom": 5 }}, "layers": [{layer}] }}"#);
    let run = render("tiles-missing.png", &request).ended(3);
    let reason = run.manifest["frames"][0]["layers"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("of 16 pictures are missing: ") && reason.contains("status 404"), "{reason}");
    let [x, y, width, _] = run.map_box();
    assert_eq!(run.picture().at(x + width / 2, y + 5), [90; 3]);
}

#[test]
fn features_that_cannot_be_fetched_are_named() {
    let url =
        serve(|_| ("200 OK", "", br#"{ "type": "FeatureCollection", "features": [{ "type": "Nothing" }] }"#.to_vec()));
    let run =
        run("features.gif", &format!(r#"{{ "type": "geojson", "url": "{url}/a.json", "title": "Sites" }}"#)).ended(3);
    let reason = run.manifest["frames"][0]["layers"][1]["reason"].as_str().unwrap();
    assert!(reason.contains("not usable as GeoJSON: /features/0/type: `Nothing` is not known here"), "{reason}");
    assert_eq!(run.manifest["warnings"].as_array().unwrap().len(), 1, "it concerns all frames at once");
}

#[test]
fn no_secret_leaves_in_manifests_or_messages() {
    let url = serve(|_| ("403 Forbidden", "", b"no".to_vec()));
    let run = run("secret.gif", &wms(&format!("{url}/?token=s3cret"))).ended(3);
    let manifest = run.manifest.to_string();
    assert!(!manifest.contains("s3cret") && !run.said.contains("s3cret"));
    assert!(manifest.contains("token=xxx"));
}

#[test]
fn a_picture_that_is_the_same_in_every_frame_is_asked_for_once() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let hits = Arc::new(AtomicUsize::new(0));
    let counter = hits.clone();
    let url = serve(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        ("200 OK", "", Picture::grey(240, 180, 200).to_png())
    });
    let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a", "time": "none" }}"#);
    run("asked-once.gif", &layer).ended(0);
    assert_eq!(hits.load(Ordering::SeqCst), 1);
}

/// A server with a limit of one pixel cannot draw any map. This is a gap of its layer, not a problem of the request.
#[test]
fn a_server_of_one_pixel_loses_its_layer_and_not_the_request() {
    let service = "<Service><Title>test</Title><MaxWidth>1</MaxWidth><MaxHeight>1</MaxHeight></Service>";
    let said = capabilities("a", "1900-01-01T00:00:00Z/2100-01-01T00:00:00Z");
    let said = said.replace("<Service><Title>test</Title></Service>", service);
    let url = serve_all(move |_| ("200 OK", "", said.clone().into_bytes()));
    let run = run("one-pixel.gif", &wms(&url)).ended(3);
    assert_eq!(run.manifest["frames"][0]["layers"][0]["outcome"], "drawn");
    let layer = &run.manifest["frames"][3]["layers"][1];
    let why = "the server draws at most 1 × 1 pixels at once, and the map would take 43200 such pictures";
    assert_eq!((layer["outcome"].as_str(), layer["reason"].as_str()), (Some("marked"), Some(why)));
}

/// The palette of a GIF needs all its pictures before the first frame is finished.
#[test]
fn a_slow_upstream_that_answers_is_no_reason_to_give_a_job_up() {
    let url = serve(|_| {
        std::thread::sleep(Duration::from_millis(1300));
        ("200 OK", "", Picture::grey(240, 180, 200).to_png())
    });
    let site = Site::new("slow-upstream");
    let process = site.serve(&["--stall-s", "3", "--workers", "1"], "");
    let job = process.ended(&process.submit("animation", &film("slow", &url, 8, "gif")), Duration::from_secs(120));
    assert_eq!((job["status"].as_str(), job["attempt"].as_u64()), (Some("SUCCESS"), Some(1)), "{job}");
    // A job whose upstream never answers is still given up.
    let silent = serve(|_| {
        std::thread::sleep(Duration::from_secs(60));
        ("200 OK", "", Vec::new())
    });
    let id = process.submit("image", &film("silent", &silent, 1, "png"));
    let job = process.until(&id, Duration::from_secs(30), |job| job["attempt"].as_u64() > Some(1));
    assert!(process.log().contains("no frame was finished and no upstream answered for 3 s"), "{job}");
}
