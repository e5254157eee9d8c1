//! `check`, offline and online: what it reports about a request, and what only the servers can decide.

use super::support::service::Site;
use super::support::{folder, mapreel, render, wms};
use mapreel_testkit::upstreams::{Answer, capabilities, capabilities_of, serve_all};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A WMS with these times, and the number of pictures that it was asked for.
fn server(times: &'static str) -> (String, Arc<AtomicUsize>) {
    let pictures = Arc::new(AtomicUsize::new(0));
    let counter = pictures.clone();
    let url = serve_all(move |path| -> Answer {
        if path.contains("GetCapabilities") {
            return ("200 OK", "", capabilities("a", times).into_bytes());
        }
        counter.fetch_add(1, Ordering::SeqCst);
        ("404 Not Found", "", Vec::new())
    });
    (url, pictures)
}

/// A request with one WMS layer.
fn request(times: &str, url: &str, further: &str) -> String {
    format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240 }}, "times": {times},
             "layers": [{{ "type": "natural-earth" }},
                        {{ "type": "wms", "url": "{url}", "title": "SST", {further} }}] }}"#
    )
}

/// Runs `check`: exit code, standard output, standard error.
fn check(request: &str, arguments: &[&str]) -> (i32, String, String) {
    // The tests run in parallel, so each has its own file.
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{}.json", NUMBER.fetch_add(1, Ordering::SeqCst));
    let path = folder("online").join(name);
    std::fs::write(&path, request).unwrap();
    let output = mapreel(&[&["check", path.to_str().unwrap()], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const DAYS: &str = "2020-01-01/2020-01-31/P1D";
const LAST_SIX: &str = r#"{ "last": 6 }"#;

#[test]
fn without_its_servers_check_says_what_it_cannot_know() {
    let (code, out, _) = check(&request(LAST_SIX, "http://127.0.0.1:1025/", r#""layers": "a""#), &[]);
    assert_eq!(code, 0, "{out}");
    for line in [
        "frames    6: the last times of `SST`, known when the server is asked",
        "SST: 6 pictures over all frames, whose times are known when its server is asked",
        "upstream  7 requests, 0 of them for legends",
        "servers   not asked: whether they have these layers and times, `mapreel check --online` finds out",
    ] {
        assert!(out.contains(line), "{line}:\n{out}");
    }
    let (_, out, _) =
        check(&request(r#"["2020-01-01", "2020-01-02"]"#, "http://127.0.0.1:1025/", r#""layers": "a""#), &[]);
    assert!(out.contains("times 2020-01-01 to 2020-01-02, where the server has them"), "{out}");
    let still = request("null", "http://127.0.0.1:1025/", r#""layers": "a""#);
    let (_, out, _) = check(&still, &[]);
    assert!(out.contains("SST: 1 picture of the time that its server calls the default"), "{out}");
}

#[test]
fn online_the_servers_are_asked_for_documents_and_not_for_pictures() {
    let (url, pictures) = server(DAYS);
    let (code, out, err) = check(&request(LAST_SIX, &url, r#""layers": "a""#), &["--online"]);
    assert_eq!(code, 0, "{out}{err}");
    for line in [
        "The request is valid, and its servers have been asked.",
        "frames    6, 2020-01-26T00:00:00Z to 2020-01-31T00:00:00Z",
        "2020-01-30T00:00:00Z  2020-01-31T00:00:00Z",
        "SST: 6 pictures over all frames, times 2020-01-26 to 2020-01-31\n",
        "upstream  7 requests",
    ] {
        assert!(out.contains(line), "{line}:\n{out}");
    }
    assert!(!out.contains("not asked"), "{out}");
    assert_eq!(pictures.load(Ordering::SeqCst), 0);
}

#[test]
fn a_layer_that_the_server_has_not_is_a_problem_with_its_place() {
    let (url, _) = server(DAYS);
    let (code, _, err) = check(&request(LAST_SIX, &url, r#""layers": "a,nosuch""#), &["--online"]);
    assert_eq!(code, 2, "{err}");
    let expected = "/layers/1: the server has no layer `nosuch` (it has a";
    assert!(err.contains(expected), "{err}");
    assert!(err.starts_with("the request is not valid: 1 problem\n"), "{err}");
    // The last times of an unknown layer are not known either; that is no second problem.
    let (code, out, err) = check(&request(r#""2020-01-30""#, &url, r#""layers": "nosuch""#), &["--online"]);
    assert!(code == 2 && err.starts_with("the request is not valid: 1 problem\n"), "{err}");
    assert!(out.starts_with("The request is not valid: its servers ") && !out.contains("warnings"), "{out}");
    let (code, _, err) = check(&request(LAST_SIX, &url, r#""layers": "nosuch""#), &["--online"]);
    assert!(code == 2 && err.starts_with("the request is not valid: 1 problem\n"), "{err}");
}

#[test]
fn times_that_the_server_has_not_are_warnings_and_all_of_them_a_problem() {
    let (url, _) = server(DAYS);
    let some = r#"["2020-01-30", "2020-01-31", "2020-02-01", "2020-02-02"]"#;
    let (code, out, err) = check(&request(some, &url, r#""layers": "a""#), &["--online"]);
    assert_eq!(code, 3, "{out}{err}");
    let line = "warnings  SST, frame 3: no data for 2020-02-01 00:00 UTC; the server offers 2020-01-01 to 2020-01-31";
    assert!(out.contains(line) && out.contains("; and 1 frame more"), "{out}");
    let (code, _, err) = check(&request(some, &url, r#""layers": "a", "on_error": "fail""#), &["--online"]);
    assert!(code == 2 && err.contains("/layers/1: no data for 2020-02-01"), "{err}");
    let (code, _, err) = check(&request(r#""2031-01-01""#, &url, r#""layers": "a""#), &["--online"]);
    assert!(code == 2 && err.contains("/layers/1: no data for 2031-01-01"), "{err}");
    let (code, out, _) = check(&request(some, &url, r#""layers": "a", "time": "nearest""#), &["--online"]);
    assert!(code == 0 && out.contains("2 different times 2020-01-30 to 2020-01-31"), "{out}");
}

#[test]
fn times_that_cannot_be_confirmed_are_warnings() {
    let odd = capabilities_of("a", r#"<Dimension name="time" units="ISO8601">soon</Dimension>"#);
    let url = serve_all(move |_| ("200 OK", "", odd.clone().into_bytes()));
    let (code, out, _) = check(&request(r#""2020-01-30""#, &url, r#""layers": "a""#), &["--online"]);
    assert!(code == 3 && out.contains("warnings  SST: its times are not confirmed: "), "{out}");
    let (code, _, err) = check(&request(LAST_SIX, &url, r#""layers": "a""#), &["--online"]);
    assert!(code == 2 && err.contains("/layers/1: its last times are asked for"), "{err}");
}

#[test]
fn servers_that_do_not_say_what_they_have_are_exit_code_1() {
    let page = serve_all(|_| ("200 OK", "", b"<html><title>Log in</title></html>".to_vec()));
    for (url, why) in
        [("http://127.0.0.1:1025", "could not be reached"), (&page, "an HTML page instead of capabilities")]
    {
        for times in [LAST_SIX, r#""2020-01-30""#] {
            let (code, _, err) = check(&request(times, url, r#""layers": "a""#), &["--online"]);
            let said = err.contains("error: what the servers have is not known: layer `SST`: ") && err.contains(why);
            assert!(code == 1 && said, "{times}: {code} {err}");
        }
    }
}

#[test]
fn documents_of_features_and_tiles_are_read_too() {
    let url = serve_all(|path| match path {
        "/sites.json" => ("200 OK", "", br#"{ "type": "FeatureCollection", "features": [] }"#.to_vec()),
        "/tiles.json" => ("200 OK", "", br#"{ "tiles": ["https://example.org/{z}/{x}/{y}.png"] }"#.to_vec()),
        "/broken.json" => ("200 OK", "", br#"{ "type": "Nothing" }"#.to_vec()),
        _ => ("404 Not Found", "", Vec::new()),
    });
    let request = |kind: &str, file: &str| {
        let layer = format!(r#"{{ "type": "{kind}", "url": "{url}/{file}" }}"#);
        format!(r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240 }}, "layers": [{layer}] }}"#)
    };
    let (_, out, _) = check(&request("geojson", "sites.json"), &[]);
    assert!(out.contains("layer 1 (geojson): described by a document that is to be fetched"), "{out}");
    for kind in [r#""type": "wmts", "layer": "a""#, r#""type": "ogc-maps""#] {
        let request = format!(
            r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240 }}, "times": "{DAYS}",
                 "layers": [{{ {kind}, "url": "http://127.0.0.1:1025/" }}] }}"#
        );
        let (_, out, _) = check(&request, &[]);
        assert!(out.contains("described by a document that is to be fetched"), "{out}");
    }
    let (code, out, _) = check(&request("geojson", "sites.json"), &["--online"]);
    assert!(code == 0 && out.contains("layer 1 (geojson): features"), "{out}");
    let (code, out, _) = check(&request("tilejson", "tiles.json"), &["--online"]);
    assert!(code == 0 && out.contains("layer 1 (tilejson): 1 picture\n"), "{out}");
    let (code, _, err) = check(&request("geojson", "broken.json"), &["--online"]);
    assert!(code == 2 && err.contains("/layers/0: not usable as GeoJSON: /type: `Nothing` is not known here"), "{err}");
    let (code, _, err) = check(&request("tilejson", "gone.json"), &["--online"]);
    assert!(code == 1 && err.contains("status 404"), "{err}");
}

#[test]
fn the_service_asks_as_the_command_line_does() {
    let (url, pictures) = server(DAYS);
    let site = Site::new("check-online");
    let process = site.serve(&[], "");
    let ask = |request: &str| process.post("/api/check?online=true", request);
    let offline = process.post("/api/check", &request(LAST_SIX, &url, r#""layers": "a""#)).json();
    assert_eq!((offline["online"].as_bool(), offline["frames"]["times_of"].as_str()), (Some(false), Some("SST")));
    assert_eq!(offline["layers"][1]["server_unasked"], true);
    let answer = ask(&request(LAST_SIX, &url, r#""layers": "a""#));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let online = answer.json();
    assert_eq!((online["online"].as_bool(), online["frames"]["times_of"].as_str()), (Some(true), None));
    assert_eq!(online["frames"]["times"][5], "2020-01-31T00:00:00Z");
    assert_eq!(online["layers"][1]["times"][0], "2020-01-26");
    let answer = ask(&request(LAST_SIX, &url, r#""layers": "nosuch""#));
    assert_eq!((answer.status, answer.json()["errors"][0]["code"].as_str()), (422, Some("not_offered")));
    assert_eq!(answer.json()["errors"][0]["pointer"], "/layers/1");
    let answer = ask(&request(LAST_SIX, "http://127.0.0.1:1025", r#""layers": "a""#));
    assert_eq!((answer.status, answer.json()["code"].as_str()), (502, Some("upstream")));
    assert_eq!(process.post("/api/check?online=perhaps", "{}").status, 400);
    assert_eq!(pictures.load(Ordering::SeqCst), 0);
    let closed = site.serve(&["--private-upstreams", ""], "");
    let answer = closed.post("/api/check?online=true", &request(LAST_SIX, &url, r#""layers": "a""#));
    assert!(answer.status == 422 && answer.text().contains("not a public address"), "{}", answer.text());
}

/// A slow upstream holds the permit of its own check, and of no other.
#[test]
fn a_slow_server_holds_up_neither_the_service_nor_more_checks_than_allowed() {
    let slow = serve_all(|_| {
        std::thread::sleep(Duration::from_secs(4));
        ("200 OK", "", capabilities("a", DAYS).into_bytes())
    });
    let site = Site::new("check-slow");
    let process = site.serve(&["--previews-max", "3"], "");
    let request = request(LAST_SIX, &slow, r#""layers": "a""#);
    std::thread::scope(|scope| {
        let checks: Vec<_> =
            (0..3).map(|_| scope.spawn(|| process.post("/api/check?online=true", &request).status)).collect();
        std::thread::sleep(Duration::from_millis(1500));
        let began = Instant::now();
        assert_eq!(process.post("/api/check?online=true", &request).status, 503);
        assert_eq!(process.post("/api/check", &request).status, 200);
        assert_eq!(process.get("/healthz").status, 200);
        assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
        for check in checks {
            assert_eq!(check.join().unwrap(), 200);
        }
    });
}

#[test]
fn films_along_a_dimension_and_layers_outside_are_judged_as_they_will_be_drawn() {
    let (url, _) = server(DAYS);
    let film = |url: &str, values: &str| {
        let request = request(DAYS, url, r#""layers": "a""#);
        let film = format!(r#""animate": {{ "dimension": "elevation", "values": {values} }}"#);
        check(&request.replace(&format!(r#""times": {DAYS}"#), &film), &["--online"])
    };
    let (code, _, said) = film(&url, r#""all""#);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("/animate: no layer has this dimension"), "{said}");
    // A server that does not answer may still have the dimension.
    let silent = serve_all(|_| ("404 Not Found", "", b"none".to_vec()));
    let (code, _, said) = film(&silent, r#""all""#);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("what the servers have is not known"), "{said}");

    let (code, _, said) = check(&request(r#"{ "next": 3 }"#, &url, r#""layers": "a""#), &["--online"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("its next times are asked for"), "{said}");

    let (code, _, said) = check(&request(r#""2031-01-01""#, &url, r#""layers": "a""#), &["--online"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("/layers/1: no data for 2031-01-01"), "{said}");

    let outside = r#"{ "map": { "bbox": [0, 0, 20, 15], "width": 240 },
        "layers": [{ "type": "xyz", "url": "http://127.0.0.1:1025/{z}/{x}/{y}.png", "bounds": [100, 40, 150, 60] }] }"#;
    let (code, out, _) = check(outside, &["--online"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("it lies outside the map"), "{out}");
}

#[test]
fn the_plan_that_is_printed_is_the_one_that_the_manifest_names() {
    let request = format!(
        r#"{{ "map": {{ "bbox": [-40, -40, 40, 40], "width": 320 }}, "times": ["2018-01-01T00:00:00Z", "2018-02-01T00:00:00Z"],
             "layers": [{{ "type": "wms", "url": "{}", "layers": "field", "title": "Field", "legend": "auto" }}],
             "header": {{ "title": "Two months" }}, "output": {{ "format": "gif" }} }}"#,
        wms::url()
    );
    let (code, out, said) = check(&request, &["--online", "--plan"]);
    assert_eq!(code, 0, "{said}");
    let printed: serde_json::Value = serde_json::from_str(&out).unwrap();
    let run = render("printed-plan.gif", &request).ended(0);
    assert_eq!(printed["plan_sha256"], run.manifest["plan_sha256"]);
    assert_eq!(printed["plan"]["layout"]["map"], run.manifest["layout"]["map"]);
}
