//! The HTTP API, as `docs/API.md` promises it.

use super::support::mapreel;
use super::support::service::{Site, film, repository, try_request, world};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{capabilities, serve, serve_all};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn png() -> Vec<u8> {
    Picture::grey(240, 180, 120).to_png()
}

#[test]
fn an_image_goes_all_the_way() {
    let site = Site::new("image");
    let process = site.serve(&[], "");
    let answer = process.post("/api/service/image", &world("World"));
    assert_eq!(answer.status, 202);
    let job = answer.json();
    let id = job["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/job-status/{id}"));
    assert_eq!((job["_id"].as_str(), answer.header("retry-after")), (Some(id), "1"));
    let job = process.get(&format!("/api/job-status/{id}?wait=20")).json();
    let job = if job["status"] == "RUNNING" { process.ended(id, PATIENCE) } else { job };
    assert_eq!((job["status"].as_str(), job["progress"]["percent"].as_u64()), (Some("SUCCESS"), Some(100)));
    let file = process.get(job["location"].as_str().unwrap());
    assert_eq!((file.status, file.header("content-type")), (200, "image/png"));
    assert_eq!(file.body.len() as u64, job["artifact"]["size_bytes"].as_u64().unwrap());
    assert_eq!(file.header("etag"), format!("\"{}\"", job["artifact"]["sha256"].as_str().unwrap()));
    assert!(file.header("content-disposition").contains(&format!("mapreel-{id}.png")));
    assert_eq!(process.get(&format!("/api/download/{id}.png")).body, file.body);
    assert_eq!(process.get(&format!("/api/download/{id}.mp4")).status, 404);
    let manifest = process.get(&format!("/api/download/{id}/manifest")).json();
    assert_eq!(manifest["artifact"]["sha256"], job["artifact"]["sha256"]);

    let part = |header: &str| process.request("GET", &format!("/api/download/{id}"), &[header], b"");
    let range = part("range: bytes=10-19");
    assert_eq!((range.status, &range.body[..]), (206, &file.body[10..20]));
    assert_eq!(range.header("content-range"), format!("bytes 10-19/{}", file.body.len()));
    assert_eq!(part("range: bytes=99999999-").status, 416);
    assert_eq!(part(&format!("if-none-match: {}", file.header("etag"))).status, 304);
    let etag = format!("if-range: {}", file.header("etag"));
    let path = format!("/api/download/{id}");
    assert_eq!(process.request("GET", &path, &["range: bytes=0-1", &etag], b"").status, 206);
    assert_eq!(process.request("GET", &path, &["range: bytes=0-1", "if-range: \"old\""], b"").status, 200);
    let head = process.request("HEAD", &path, &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), file.body.len().to_string());
}

#[test]
fn the_service_draws_what_the_command_line_draws() {
    let site = Site::new("same");
    let process = site.serve(&[], "");
    let url = serve(|_| ("200 OK", "", png()));
    for format in ["mp4", "gif"] {
        let request = film("Same", &url, 20, format);
        let id = process.submit("animation", &request);
        let job = process.ended(&id, PATIENCE);
        let run = super::support::render(&format!("same.{format}"), &request).ended(0);
        assert!(process.get(&format!("/api/download/{id}")).body == std::fs::read(&run.file).unwrap(), "{format}");
        assert_eq!(job["artifact"], {
            let mut artifact = run.manifest["artifact"].clone();
            artifact["content_type"] = if format == "mp4" { "video/mp4" } else { "image/gif" }.into();
            artifact
        });
    }
}

#[test]
fn what_is_missing_is_a_warning_of_the_job() {
    let site = Site::new("warnings");
    let process = site.serve(&[], "");
    let url = serve(|path| match path.contains("2020-01-03") {
        true => ("404 Not Found", "", b"gone".to_vec()),
        false => ("200 OK", "", png()),
    });
    let id = process.submit("animation", &film("x", &url, 12, "mp4"));
    let job = process.ended(&id, PATIENCE);
    assert_eq!(job["status"], "SUCCESS");
    assert_eq!(job["warnings"].as_array().unwrap().len(), 1);
    assert_eq!((job["warnings"][0]["frame"].as_u64(), job["warnings"][0]["layer"].as_str()), (Some(3), Some("Data")));
    let failing =
        film("x", &url, 12, "mp4").replace("\"title\": \"Data\"", "\"title\": \"Data\", \"on_error\": \"fail\"");
    let job = process.ended(&process.submit("animation", &failing), PATIENCE);
    assert_eq!((job["status"].as_str(), job["failure"]["code"].as_str()), (Some("FAILED"), Some("layer_unavailable")));
    assert_eq!((job["failure"]["layer"].as_str(), job["attempt"].as_u64()), (Some("Data"), Some(1)), "it cannot pass");
}

#[test]
fn progress_is_told_as_it_happens() {
    let site = Site::new("events");
    let process = site.serve(&["--workers", "1"], "");
    let url = serve(|_| {
        std::thread::sleep(Duration::from_millis(200));
        ("200 OK", "", png())
    });
    let id = process.submit("animation", &film("x", &url, 40, "mp4"));
    let events = process.get(&format!("/api/job-status/{id}/events")).text();
    let jobs: Vec<serde_json::Value> = events
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter_map(|data| serde_json::from_str(data).ok())
        .collect();
    assert!(jobs.len() >= 4, "{events}");
    let done: Vec<u64> = jobs.iter().map(|job| job["progress"]["done"].as_u64().unwrap()).collect();
    assert!(done.is_sorted() && done.iter().any(|done| (1..40).contains(done)), "{done:?}");
    assert_eq!(jobs.last().unwrap()["status"], "SUCCESS");
    let last = events.lines().filter_map(|line| line.strip_prefix("id: ")).next_back().unwrap();
    let path = format!("/api/job-status/{id}/events");
    let again = process.request("GET", &path, &[&format!("last-event-id: {last}")], b"");
    assert!(!again.text().contains("data:"), "nothing is told twice");
}

#[test]
fn equal_keys_are_one_job() {
    let site = Site::new("keys");
    let process = site.serve(&[], "");
    let post = |body: &str, key: &str| {
        let headers = ["content-type: application/json", &format!("idempotency-key: {key}")];
        process.request("POST", "/api/service/image", &headers, body.as_bytes())
    };
    let first = post(&world("a"), "k1").json();
    assert_eq!(post(&world("a"), "k1").json()["id"], first["id"]);
    assert_ne!(post(&world("a"), "k2").json()["id"], first["id"]);
    let other = post(&world("b"), "k1");
    assert_eq!((other.status, other.json()["code"].as_str()), (422, Some("key_reused")));
}

#[test]
fn too_many_jobs_are_refused_and_the_accepted_ones_done() {
    let site = Site::new("full");
    let process = site.serve(&["--workers", "1", "--open-jobs-max", "5"], "drawing(never)=sleep");
    let mut accepted = Vec::new();
    let mut refused = 0;
    for _ in 0..60 {
        let answer = process.post("/api/service/image", &world("x"));
        match answer.status {
            202 => accepted.push(answer.json()["id"].as_str().unwrap().to_owned()),
            503 => {
                assert!(!answer.header("retry-after").is_empty());
                refused += 1;
            }
            _ => panic!("{}", answer.text()),
        }
    }
    assert!(refused > 0);
    accepted.iter().for_each(|id| assert_eq!(process.ended(id, PATIENCE)["status"], "SUCCESS"));
}

#[test]
fn artifacts_expire() {
    let site = Site::new("expiry");
    let process = site.serve(&["--artifact-lifetime-s", "1"], "");
    let id = process.submit("image", &world("x"));
    process.until(&id, PATIENCE, |job| job["status"] == "EXPIRED");
    let began = Instant::now();
    while !site.objects().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", site.objects());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(process.get(&format!("/api/download/{id}")).status, 410);
}

#[test]
fn a_request_can_be_checked_and_looked_at_without_a_job() {
    let site = Site::new("check");
    let process = site.serve(&[], "");
    let url = serve(|_| ("200 OK", "", png()));
    let request = film("x", &url, 12, "gif");
    let check = process.post("/api/check", &request).json();
    assert_eq!((check["frames"]["count"].as_u64(), check["upstream_requests"].as_u64()), (Some(12), Some(13)));
    // Twelve pictures, and the server's capabilities.
    assert_eq!(check["layers"][0]["times"][11], "2020-01-12");
    let preview = process.post("/api/preview?frame=12", &request);
    assert_eq!((preview.status, preview.header("content-type")), (200, "image/png"));
    assert!(preview.body.starts_with(b"\x89PNG"));
    assert_eq!(preview.header("mapreel-warnings"), "0");
    assert_eq!(process.post("/api/preview?frame=13", &request).status, 422);
    let map = process.post("/api/preview?map_only=true", &request);
    let size = |png: &[u8]| [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()));
    assert_eq!(size(&map.body), [240, 180]);
    assert!(size(&map.body)[1] < size(&preview.body)[1], "without the header");
    assert_eq!(process.post("/api/preview?map_only=2", &request).status, 400);
    let silent = serve_all(|path| match path.contains("GetCapabilities") {
        true => ("404 Not Found", "", Vec::new()),
        false => ("200 OK", "", png()),
    });
    let preview = process.post("/api/preview", &film("x", &silent, 1, "png"));
    assert_eq!(preview.header("mapreel-warnings"), "1", "its time is not confirmed");
    assert_eq!(process.get("/api/jobs").json()["jobs"].as_array().unwrap().len(), 0);
}

#[test]
fn what_a_map_server_offers_is_listed() {
    let site = Site::new("layers");
    let process = site.serve(&[], "");
    let url = serve_all(|path| match path {
        path if path.starts_with("/broken") => ("200 OK", "", b"<WMS_Capabilities><Capability>\n<Layer>".to_vec()),
        path if path.starts_with("/page") => ("200 OK", "Content-Type: text/html\r\n", b"<html>Hello</html>".to_vec()),
        path if path.contains("REQUEST=GetCapabilities") => {
            ("200 OK", "", capabilities("a", "2020-01-01/2020-01-31/P1D").into_bytes())
        }
        _ => ("404 Not Found", "", Vec::new()),
    });
    let ask = |query: &str| process.get(&format!("/api/layers{query}"));
    let offer = ask(&format!("?url={url}/wms"));
    assert_eq!(offer.status, 200, "{}", offer.text());
    let offer = offer.json();
    assert_eq!((offer["service"].as_str(), offer["layers"][0]["name"].as_str()), (Some("wms"), Some("a")));
    assert_eq!(offer["layers"][0]["dimensions"][0]["axis"]["count"], 31);
    for (query, status, words) in [
        (String::new(), 400, "url"),
        ("?url=ftp://h/".into(), 400, "url"),
        (format!("?url={url}/broken"), 422, "it is cut off at its end, in line 2"),
        (format!("?url={url}/page"), 502, "an HTML page"),
        ("?url=http://127.0.0.1:1025/".into(), 502, "could not be reached"),
    ] {
        let answer = ask(&query);
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(answer.text().contains(words), "{query}: {}", answer.text());
    }
    let closed = site.serve(&["--private-upstreams", ""], "");
    assert_eq!(closed.get(&format!("/api/layers?url={url}/wms")).status, 422);
}

/// A document of 1 MB whose entities expand to 20 GB, and an exception of 60 kB that expands to 300 MB.
#[test]
fn an_entity_is_never_expanded_whatever_document_uses_it() {
    let site = Site::new("entities");
    let process = site.serve(&[], "");
    let entity = format!("<!DOCTYPE x [<!ENTITY a '{}'>]>", "x".repeat(1_000_000));
    let title = "&a;".repeat(20_000);
    let document = format!(
        "{entity}<WMS_Capabilities version='1.3.0'><Capability><Layer><Name>n</Name><Title>{title}</Title></Layer></Capability></WMS_Capabilities>"
    );
    let small = format!("<!DOCTYPE x [<!ENTITY a '{}'>]>", "x".repeat(30_000));
    let report = format!("{small}<ServiceException>{}</ServiceException>", "&a;".repeat(10_000));
    let url = serve_all(move |path| match path {
        path if path.starts_with("/exception") => ("200 OK", "", report.clone().into_bytes()),
        _ => ("200 OK", "", document.clone().into_bytes()),
    });
    let offer = process.get(&format!("/api/layers?url={url}/wms"));
    assert_eq!((offer.status, offer.json()["layers"][0]["title"].as_str().map(str::len)), (200, Some(60_000)));
    let exception = process.get(&format!("/api/layers?url={url}/exception"));
    assert!(exception.status == 502 && exception.text().contains("&a;&a;"), "{}", exception.text());
    assert!(exception.text().len() < 2_000);
}

#[test]
fn upstreams_that_are_not_public_are_refused_at_once() {
    let site = Site::new("private");
    let process = site.serve(&["--private-upstreams", "10.99.0.0/16"], "");
    for url in ["http://127.0.0.1:1025/", "http://localhost:9/", "http://169.254.169.254/latest/", "http://[::1]:9/"] {
        let request =
            film("x", url, 1, "png").replace("\"title\": \"Data\"", "\"title\": \"Data\", \"on_error\": \"fail\"");
        let began = Instant::now();
        let job = process.ended(&process.submit("image", &request), PATIENCE);
        assert!(began.elapsed() < Duration::from_secs(2));
        assert_eq!((job["status"].as_str(), job["attempt"].as_u64()), (Some("FAILED"), Some(1)), "{job}");
        assert!(job["failure"]["message"].as_str().unwrap().contains("not a public address"), "{job}");
    }
}

#[test]
fn operators_see_health_readiness_and_metrics() {
    let site = Site::new("operations");
    let process = site.serve(&[], "");
    process.ended(&process.submit("image", &world("x")), PATIENCE);
    assert_eq!(process.get("/healthz").status, 200);
    assert_eq!(process.get("/readyz").status, 200, "{}", process.get("/readyz").text());
    let metrics = process.get("/metrics").text();
    assert!(metrics.contains("mapreel_jobs{service=\"image\",state=\"SUCCESS\"} 1"), "{metrics}");
    assert!(metrics.contains("mapreel_parts_total{kind=\"whole\",outcome=\"done\"} 1"), "{metrics}");
    std::fs::remove_dir_all(site.folder.join("mapreel-data/artifacts")).unwrap();
    std::fs::write(site.folder.join("mapreel-data/artifacts"), "in the way").unwrap();
    let began = Instant::now();
    while process.get("/readyz").status != 503 {
        assert!(began.elapsed() < Duration::from_secs(5), "what was found out counts for a second");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn every_route_is_in_the_openapi_document() {
    let site = Site::new("openapi");
    let process = site.serve(&["--workers", "0"], "");
    let api = process.get("/openapi.json").json();
    assert_eq!(api["openapi"].as_str().unwrap().split('.').take(2).collect::<Vec<_>>(), ["3", "1"]);
    let source = std::fs::read_to_string(repository("crates/mapreel/src/http/router.rs")).unwrap();
    let routes = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split('"').next());
    let unlisted = ["/openapi.json", "/docs", "/", "/operations", "/page/{name}"];
    let listed: Vec<&str> = routes.filter(|route| !unlisted.contains(route)).collect();
    assert!(listed.len() > 10, "{listed:?}");
    for route in listed {
        assert!(api["paths"][route].is_object(), "{route}");
    }
    assert!(api["components"]["schemas"]["Request"]["oneOf"].is_array());
    assert_eq!(process.get("/docs").header("content-type"), "text/html; charset=utf-8");
}

#[test]
fn submit_waits_and_fetches_the_file() {
    let site = Site::new("submit");
    let process = site.serve(&[], "");
    let out = site.folder.join("out.mp4");
    let example = repository("examples/katrina-2005.json");
    let arguments =
        ["submit", example.to_str().unwrap(), "--server", &process.url, "--wait", "-o", out.to_str().unwrap()];
    let output = mapreel(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read(&out).unwrap().starts_with(b"\0\0\0 ftyp"));
    let output = mapreel(&["submit", example.to_str().unwrap(), "--server", "http://127.0.0.1:1025"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_example_configuration_is_complete() {
    let output = mapreel(&["config", "--example"]);
    let file = std::fs::read_to_string(repository("mapreel.example.toml")).unwrap();
    assert!(String::from_utf8(output.stdout).unwrap() == file, "mapreel config --example > mapreel.example.toml");
    let output = mapreel(&["serve", "--lease-s", "soon"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`--lease-s`: `soon` is not seconds"));
}

#[test]
fn secrets_of_upstreams_are_not_logged() {
    let site = Site::new("secrets");
    let process = site.serve(&["--log", "debug"], "");
    let url = serve(|_| ("403 Forbidden", "", b"no".to_vec()));
    let job = process.ended(&process.submit("image", &film("x", &format!("{url}/?token=s3cret"), 1, "png")), PATIENCE);
    assert!(!job.to_string().contains("s3cret") && !process.log().contains("s3cret"));
    assert!(try_request(&process.url, "GET", "/healthz?key=s3cret", &[], b"").is_ok());
    assert!(!process.log().contains("s3cret"));
}
