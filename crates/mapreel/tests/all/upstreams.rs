//! A service's requests to upstreams for its clients: with the operator's secrets, and without one client delaying another.

use super::support::service::{Site, film, world};
use mapreel_testkit::upstreams::{capabilities, picture, serve_all};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

fn request(url: &str, further: &str) -> String {
    format!(
        r#"{{ "map": {{ "bbox": [0, 0, 10, 10], "crs": "EPSG:4326", "width": 64, "height": 64 }},
             "layers": [{{ "type": "wms", "url": "{url}", "layers": "a" {further} }}] }}"#
    )
}

/// A server that requires a key.
fn guarded() -> String {
    serve_all(|path| match path {
        path if !path.contains("key=hush-hush") => ("401 Unauthorized", "", b"no key".to_vec()),
        path if path.contains("GetCapabilities") => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
        path => ("200 OK", "", picture(path)),
    })
}

#[test]
fn a_service_asks_with_the_operators_secrets() {
    let (url, site) = (guarded(), Site::new("credentials"));
    std::fs::write(site.folder.join("secrets.toml"), format!("[mine]\nhosts = ['{url}']\nquery = 'key=hush-hush'\n"))
        .unwrap();
    let process = site.serve(&["--credentials", "secrets.toml", "--log", "debug"], "");
    let id = process.submit("image", &request(&url, r#", "credential": "mine""#));
    let job = process.ended(&id, PATIENCE);
    assert_eq!((&job["status"], &job["warnings"]), (&"SUCCESS".into(), &serde_json::json!([])), "{job:#}");
    let manifest = process.get(&format!("/api/download/{id}/manifest"));
    for text in [process.log(), job.to_string(), String::from_utf8_lossy(&manifest.body).into_owned()] {
        assert!(!text.contains("hush") && !text.contains("mine@"), "{text}");
    }
    let without = process.ended(&process.submit("image", &request(&url, "")), PATIENCE);
    assert!(without["warnings"].to_string().contains("layer_unavailable"), "{without:#}");
}

/// Broken documents, each with a secret that the server has received and repeats.
#[test]
fn what_is_broken_in_a_document_is_not_quoted_where_a_secret_was_sent() {
    let documents = [
        "<WMS_Capabilities><a></hush></WMS_Capabilities>",
        "<hush/>",
        "<WMS_Capabilities hush=1/>",
        "{ \"type\": \"hush\" }",
        "{ \"hush\": 1, \"hush\": 2 }",
        "{ \"tilejson\": \"3.0.0\", \"tiles\": [\"hush\"], \"scheme\": \"hush\", \"minzoom\": \"hush\" }",
        "{ \"type\": \"FeatureCollection\", \"features\": [{ \"type\": \"Feature\", \"geometry\": { \"type\": \"hush\" } }] }",
    ];
    let kinds = [
        r#""type": "wms", "layers": "a""#,
        r#""type": "wmts", "layer": "a""#,
        r#""type": "tilejson""#,
        r#""type": "geojson""#,
    ];
    let process = Site::new("quoted-documents").serve(&["--log", "debug"], "");
    for document in documents {
        let url = serve_all(move |_| ("200 OK", "", document.as_bytes().to_vec()));
        for kind in kinds {
            let map = r#""map": { "bbox": [0, 0, 10, 10], "crs": "EPSG:4326", "width": 64, "height": 64 }"#;
            let request =
                |query: &str| format!(r#"{{ {map}, "layers": [{{ {kind}, "url": "{url}/tiles.json?{query}" }}] }}"#);
            let id = process.submit("image", &request("sid=hush"));
            let job = process.ended(&id, PATIENCE).to_string();
            let manifest = process.get(&format!("/api/download/{id}/manifest")).text();
            let check = process.post("/api/check?online=true", &request("sid=hush")).text();
            for text in [&job, &manifest, &check] {
                assert!(!text.contains("hush"), "{kind}, {document}: {text}");
            }
        }
    }
    assert!(!process.log().contains("hush"), "{}", process.log());
}

/// Errors 500 and 503 at some paths of a host do not affect its other paths, for any client.
#[test]
fn paths_that_fail_leave_no_layer_of_their_host_missing() {
    let url = serve_all(|path| match path {
        path if path.contains("LAYERS=bad") => ("503 Service Unavailable", "", Vec::new()),
        path if path.contains("GetCapabilities") => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
        path => ("200 OK", "", picture(path)),
    });
    let process = Site::new("paths-that-fail").serve(&[], "");
    let bad: Vec<String> =
        (0..8).map(|i| format!(r#"{{ "type": "wms", "url": "{url}", "layers": "bad{i}" }}"#)).collect();
    let map = r#""map": { "bbox": [0, 0, 10, 10], "crs": "EPSG:4326", "width": 64, "height": 64 }"#;
    let all = format!(r#"{{ {map}, "layers": [{}] }}"#, bad.join(","));
    process.ended(&process.submit("image", &all), PATIENCE);
    let good = process.ended(&process.submit("image", &request(&url, "")), PATIENCE);
    assert_eq!((&good["status"], &good["warnings"]), (&"SUCCESS".into(), &serde_json::json!([])), "{good:#}");
}

/// A part that waits for a server lends its drawing permit.
#[test]
fn a_silent_server_holds_no_drawing_permit() {
    let url = serve_all(|path| match path {
        path if path.contains("GetCapabilities") => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
        path => {
            std::thread::sleep(Duration::from_secs(10));
            ("200 OK", "", picture(path))
        }
    });
    let process = Site::new("silent-server").serve(&["--workers", "1", "--image-workers", "1"], "");
    let silent: Vec<String> = (0..6).map(|_| process.submit("image", &request(&url, ""))).collect();
    for id in &silent {
        process.until(id, PATIENCE, |job| job["status"] == "RUNNING");
    }
    let local = process.ended(&process.submit("image", &world("local")), PATIENCE);
    assert_eq!(local["status"], "SUCCESS", "{local:#}");
    // Each job tells what it waits for; the server has not failed yet.
    let waits = process.until(&silent[0], PATIENCE, |job| !job["waiting_for"].is_null())["waiting_for"].clone();
    assert_eq!(waits, serde_json::json!({ "code": "upstream", "detail": "waiting for `127.0.0.1`" }));
    let still: Vec<bool> = silent.iter().map(|id| process.job(id)["status"] == "RUNNING").collect();
    assert_eq!(still, [true; 6]);
    for id in &silent {
        assert_eq!(process.ended(id, PATIENCE)["status"], "SUCCESS");
    }
}

/// However many parts of one client wait for a silent server, the parts of another client begin at once.
#[test]
fn more_silent_servers_than_drawing_permits_do_not_stop_other_clients() {
    let url = serve_all(|path| match path {
        path if path.contains("GetCapabilities") => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
        _ => {
            std::thread::sleep(Duration::from_secs(60));
            ("200 OK", "", Vec::new())
        }
    });
    let process = Site::new("silent-servers")
        .serve(&["--workers", "1", "--image-workers", "1", "--trusted-proxies", "127.0.0.1"], "");
    let silent: Vec<String> =
        (0..40).map(|_| process.submit_from("198.51.100.1", "image", &request(&url, ""))).collect();
    let running = || silent.iter().filter(|id| process.job(id)["status"] == "RUNNING").count();
    let began = std::time::Instant::now();
    while running() < 8 {
        assert!(began.elapsed() < PATIENCE, "{} run: {}", running(), process.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    for owner in ["198.51.100.2", "198.51.100.3"] {
        let local = process.ended(&process.submit_from(owner, "image", &world("local")), Duration::from_secs(15));
        assert_eq!(local["status"], "SUCCESS", "{local:#}");
    }
    assert_eq!(running(), 8, "half of the places of each of the two slots");
}

/// A part that runs exclusively lends its drawing permit, too, and gets it back.
#[test]
fn a_suspect_part_that_waits_for_a_slow_server_is_done() {
    let url = serve_all(|path| match path {
        path if path.contains("GetCapabilities") => {
            ("200 OK", "", capabilities("a", "2020-01-01/2020-12-31/P1D").into_bytes())
        }
        path => {
            std::thread::sleep(Duration::from_millis(400));
            ("200 OK", "", picture(path))
        }
    });
    let site = Site::new("slow-suspects");
    let first = site.serve(&["--workers", "3"], "");
    let id = first.submit("animation", &film("x", &url, 36, "mp4"));
    first.until(&id, PATIENCE, |job| job["progress"]["done"].as_u64() > Some(2));
    // The process holds several parts when it dies.
    drop(first);
    let second = site.serve(&["--workers", "1", "--image-workers", "0"], "");
    assert_eq!(second.ended(&id, PATIENCE)["status"], "SUCCESS");
}
