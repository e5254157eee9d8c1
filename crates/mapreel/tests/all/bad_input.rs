//! Every invalid request gets a clear refusal: a 4xx with problem details, and the service goes on.

use super::support::render;
use super::support::service::{Answer, Process, Site, exchange, film, world};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

const JSON: &str = "content-type: application/json";

#[track_caller]
fn assert_refused(answer: &Answer, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {}", answer.status);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status, "{what}");
    for field in ["type", "title", "detail", "code"] {
        assert!(!problem[field].as_str().unwrap_or_default().is_empty(), "{what}: {problem}");
    }
    if answer.status == 405 {
        assert!(!answer.header("allow").is_empty(), "{what}");
    }
    if answer.status == 422 && problem["code"] == "invalid_request" {
        assert!(problem["errors"][0]["pointer"].is_string(), "{what}: {problem}");
    }
}

fn get(process: &Process, path: &str) -> Answer {
    process.request("GET", path, &[], b"")
}

const ID: &str = "01a20c0c-c580-7225-9d37-5f2e965dcde0";

/// Names that are not the id of any job.
#[rustfmt::skip]
const NO_JOBS: [&str; 21] = [
    "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2f", "%2e%2e", "..%5c..%5cwindows", "%00", "x%00.png", "%ff%fe",
    "%E2%88%95etc", "%EF%BC%8Fetc", "1", "null", "undefined", "{id}", "%7Bid%7D", "*", "%20",
    "urn:uuid:01a20c0c-c580-7225-9d37-5f2e965dcde0", "01a20c0c-c580-7225-9d37-5f2e965dcde0%20", "%", "%zz", "-1",
];

/// Invalid queries for the list of jobs.
#[rustfmt::skip]
const NO_LISTS: [&str; 12] = [
    "limit=0", "limit=201", "limit=-1", "limit=x", "limit=99999999999999999999", "cursor=x", "cursor=../",
    "status=DONE", "status=succeeded", "service=film", "status=PENDING&status=FAILED", "status=%ff",
];

/// Paths without a route.
#[rustfmt::skip]
const NOWHERE: [&str; 8] = [
    "/nowhere", "/api", "/api/service", "/api/service/film", "/api/job-status", "/api/download/", "//", "/..",
];

/// Paths for requests with GET.
fn paths() -> Vec<String> {
    let unknown = [ID.to_owned(), ID.to_uppercase(), ID.replace('-', ""), "a".repeat(10_000)];
    let ids = NO_JOBS.iter().map(|id| (*id).to_owned()).chain(unknown);
    let mut paths: Vec<String> =
        ids.flat_map(|id| [format!("/api/job-status/{id}"), format!("/api/download/{id}")]).collect();
    for id in ["..%2f..%2fjobs.db", "x", ID] {
        paths.extend([format!("/api/job-status/{id}/events"), format!("/api/download/{id}/manifest")]);
    }
    let waits = ["wait=-1", "wait=31", "wait=x", "wait=NaN", "wait=inf", "wait=", "wait=1&wait=2"];
    paths.extend(waits.map(|query| format!("/api/job-status/{ID}?{query}")));
    paths.extend(NO_LISTS.map(|query| format!("/api/jobs?{query}")));
    paths.extend(NOWHERE.map(str::to_owned));
    paths.push(format!("/api/download/{ID}.exe"));
    paths
}

/// Routes with methods that they do not have.
const METHODS: &[(&str, &str)] = &[
    ("GET", "/api/service/image"),
    ("GET", "/api/service/animation"),
    ("PUT", "/api/service/image"),
    ("DELETE", "/api/service/image"),
    ("PATCH", "/api/job-status/x"),
    ("POST", "/api/job-status/x"),
    ("PUT", "/api/job-status/x"),
    ("DELETE", "/api/download/x"),
    ("POST", "/api/download/x"),
    ("DELETE", "/api/jobs"),
    ("GET", "/api/check"),
    ("GET", "/api/preview"),
    ("POST", "/healthz"),
    ("POST", "/metrics"),
    ("POST", "/openapi.json"),
    ("TRACE", "/api/jobs"),
    ("OPTIONS", "/api/jobs"),
    ("BREW", "/api/jobs"),
];

/// Bodies that each go to the two services, to check and to preview.
fn bodies() -> Vec<Vec<u8>> {
    let map = r#""map": { "bbox": [0, 0, 20, 15], "width": 100 }"#;
    let natural = r#"{ "type": "natural-earth" }"#;
    let with = |map: &str, rest: &str| format!(r#"{{ "map": {{ {map} }}, "layers": [{natural}] {rest} }}"#);
    let layer = |layer: &str| format!(r#"{{ {map}, "layers": [{layer}] }}"#);
    let wms = |url: &str| layer(&format!(r#"{{ "type": "wms", "layers": "a", "url": "{url}" }}"#));
    let good = world("x");
    let texts = [
        "".into(), " ".into(), "null".into(), "1".into(), "\"x\"".into(), "[]".into(), "{}".into(), "{".into(), "{]".into(),
        "NaN".into(), good[..good.len() - 2].to_owned(), format!("{good} x"), format!("\u{feff}{good}"),
        "[".repeat(100_000), format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), "{\"a\":".repeat(50_000),
        r#"{ "map": 1, "map": 2 }"#.into(), r#"{ "map": null, "layers": null }"#.into(), r#"{ "map": [], "layers": {} }"#.into(),
        format!("{{ {map} }}"), format!("{{ {map}, \"layers\": [] }}"), layer("1"), layer("{}"), layer(r#"{ "type": "x" }"#),
        layer(r#"{ "type": "natural-earth", "shwo": [] }"#), layer(r#"{ "type": "natural-earth", "opacity": 2 }"#),
        layer(&[natural; 17].join(",")), format!("{{ {map}, \"layers\": [{natural}], \"overlays\": [] }}"),
        with(r#""bbox": [0, 0, 20], "width": 100"#, ""), with(r#""bbox": [20, 0, 0, 15], "width": 100"#, ""),
        with(r#""bbox": [0, 0, 0, 15], "width": 100"#, ""), with(r#""bbox": [0, 0, 1e999, 15], "width": 100"#, ""),
        with(r#""bbox": [-1e308, -1e308, 1e308, 1e308], "width": 100"#, ""), with(r#""bbox": [0, 0, "20", 15], "width": 100"#, ""),
        with(r#""bbox": [0, 0, NaN, 15], "width": 100"#, ""), with(r#""bbox": [0, -91, 20, 15], "width": 100"#, ""),
        with(r#""bbox": [0, 0, 20, 15], "width": 0"#, ""), with(r#""bbox": [0, 0, 20, 15], "width": -1"#, ""),
        with(r#""bbox": [0, 0, 20, 15], "width": 100000"#, ""), with(r#""bbox": [0, 0, 20, 15], "width": 1.5"#, ""),
        with(&format!("\"bbox\": [0, 0, 20, 15], \"width\": {}", "9".repeat(300)), ""),
        with(r#""bbox": [0, 0, 20, 15], "width": 100, "crs": "EPSG:99""#, ""), with(r#""bbox": [0, 0, 20, 15], "zoom": 99"#, ""),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "times": "2018-01-01/2019-01-01/PT0S""#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "times": "2018-01-01/2019-01-01/-P1D""#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "times": "2018-01-01/9018-01-01/PT1S""#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "times": "2019-01-01/2018-01-01/P1D""#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "times": "yesterday""#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "times": []"#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "output": { "format": "exe" }"#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "output": { "fps": 0 }"#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "header": { "title": 7 }"#),
        with(r#""bbox": [0, 0, 20, 15], "width": 100"#, r#", "header": { "title": "\ud800" }"#),
        with(r#""bbox": [-180, -80, 180, 80], "width": 4096, "height": 4096"#, r#", "times": "2018-01-01/2018-12-31/P1D""#),
        wms("file:///etc/passwd"), wms("ftp://h/"), wms("gopher://h/"), wms("javascript:alert(1)"), wms("//h/"), wms(""), wms("http://"),
        r#"{ "basemap": {} }"#.into(), r#"{ "basemap": [], "overlays": {} }"#.into(),
        r#"{ "basemap": { "bbox": [0, 0, 1, 1], "zoom": 1e9, "url": "http://h/", "params": {}, "map_time": "2020-01-01T00:00:00Z" } }"#.into(),
        r#"{ "basemap": { "bbox": [0, 0, 1, 1], "zoom": 5, "url": "http://h/{z}/{x}/{y}", "params": {}, "map_time": [] } }"#.into(),
    ];
    let mut bodies: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    bodies.push(vec![0xff, 0xfe, b'{', 0, b'}', 0]);
    bodies.push(b"{ \"map\": \"\xff\" }".to_vec());
    bodies.push(vec![b' '; 2 << 20]);
    bodies.push(vec![0; 1000]);
    bodies
}

/// Headers that contradict a good body, or that name an invalid idempotency key.
fn headers() -> [Vec<String>; 8] {
    let long = format!("idempotency-key: {}", "k".repeat(256));
    let headers: [&[&str]; 8] = [
        &["content-type: text/plain"],
        &[],
        &["content-type: application/x-www-form-urlencoded"],
        &["content-type: application/json; charset=utf-16"],
        &[JSON, "content-encoding: gzip"],
        &[JSON, "idempotency-key:"],
        &[JSON, &long],
        &[JSON, "idempotency-key: \u{e9}"],
    ];
    headers.map(|headers| headers.iter().map(|&header| header.to_owned()).collect())
}

/// The bodies for each route; films go to the image service and images to the animation service, too.
fn posts() -> Vec<(String, Vec<u8>)> {
    let mut posts = Vec::new();
    for body in bodies() {
        for path in ["/api/service/image", "/api/service/animation", "/api/check", "/api/preview"] {
            // A request that is too costly as a film may be cheap as a preview, which draws one small frame.
            let is_cheap = path == "/api/preview" && String::from_utf8_lossy(&body).contains("4096");
            if !is_cheap {
                posts.push((path.to_owned(), body.clone()));
            }
        }
    }
    for query in ["frame=0", "frame=2", "frame=-1", "frame=x", "frame=99999999999999999999"] {
        posts.push((format!("/api/preview?{query}"), world("x").into_bytes()));
    }
    for (service, frames, format) in [("image", 3, "mp4"), ("image", 1, "gif"), ("animation", 1, "png")] {
        posts.push((format!("/api/service/{service}"), film("x", "http://h.example/", frames, format).into_bytes()));
    }
    posts
}

#[test]
fn whatever_is_sent_is_refused_with_problem_details() {
    let site = Site::new("bad-input");
    let process = site.serve(&["--workers", "1"], "");
    let (paths, posts, headers) = (paths(), posts(), headers());
    for path in &paths {
        assert_refused(&get(&process, path), path);
    }
    for (method, path) in METHODS {
        let answer = process.request(method, path, &[], b"");
        assert_refused(&answer, &format!("{method} {path}"));
        assert_eq!(answer.status, 405, "{method} {path}");
    }
    for (path, body) in &posts {
        let what = format!("{path}: {}", String::from_utf8_lossy(&body[..body.len().min(200)]));
        assert_refused(&process.request("POST", path, &[JSON], body), &what);
    }
    for headers in &headers {
        let all: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = process.request("POST", "/api/service/image", &all, world("x").as_bytes());
        assert_refused(&answer, &format!("{headers:?}"));
    }
    let cases = paths.len() + METHODS.len() + posts.len() + headers.len();
    eprintln!("{cases} bad inputs refused");
    assert!(cases >= 100);
    assert_eq!(get(&process, "/healthz").status, 200);
    assert_eq!(get(&process, "/api/jobs").json()["jobs"].as_array().unwrap().len(), 0);
    assert!(!process.log().contains("panic"), "{}", process.log());
}

/// Bytes that are not HTTP, or a request with two different lengths.
#[test]
fn what_is_no_http_is_refused_with_problem_details() {
    let site = Site::new("no-http");
    let process = site.serve(&["--workers", "0"], "");
    let get = |rest: &str| format!("GET /api/jobs HTTP/1.1\r\nhost: localhost\r\n{rest}\r\n").into_bytes();
    let post = |headers: &str, body: &str| {
        let head = "POST /api/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        format!("{head}{headers}\r\n{body}").into_bytes()
    };
    let smuggled = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let cases = [
        (b"\x16\x03\x01 not http\r\n\r\n".to_vec(), 400),
        (b"G@T / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(), 400),
        (b"GET /api/jobs\r\n\r\n".to_vec(), 400),
        (b"GET /api/jobs HTTP/9.9\r\nhost: localhost\r\n\r\n".to_vec(), 400),
        (b"GET /api/jobs /x HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(), 400),
        (format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "a".repeat(70_000)).into_bytes(), 414),
        (get(&"x: a\r\n".repeat(200)), 431),
        (get("x: a\r\n b\r\n"), 400),
        (get("x : a\r\n"), 400),
        (get("x: a\0b\r\n"), 400),
        (get("x: a\rb\r\n"), 400),
        (post("content-length: 5\r\ncontent-length: 6\r\n", "hello"), 400),
        (post("content-length: 5, 5\r\n", "hello"), 400),
        (post("content-length: +5\r\n", "hello"), 400),
        (post("content-length: -1\r\n", ""), 400),
        (post("content-length: 99999999999999999999\r\n", ""), 400),
        (post("transfer-encoding: xchunked\r\n", "0\r\n\r\n"), 400),
        (post("transfer-encoding: chunked, identity\r\n", "0\r\n\r\n"), 400),
        (post("transfer-encoding: chunked\r\n", "zz\r\nhello\r\n0\r\n\r\n"), 400),
        (post("content-length: 4\r\ntransfer-encoding: chunked\r\n", &format!("0\r\n\r\n{smuggled}")), 400),
        (post("transfer-encoding: chunked\r\ncontent-length: 60\r\n", &format!("0\r\n\r\n{smuggled}")), 400),
    ];
    for (bytes, status) in cases {
        let what = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
        let answer = exchange(&process.url, &bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(answer.status, status, "{what}");
        assert_refused(&answer, &what);
    }
    assert!(!process.log().contains("panic"), "{}", process.log());
}

#[test]
fn slow_and_silent_clients_do_not_block_other_clients() {
    let site = Site::new("slow-clients");
    let process = site.serve(&["--workers", "0"], "");
    let host = process.url.strip_prefix("http://").unwrap();
    let silent: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(host).unwrap();
            stream.write_all(b"POST /api/service/image HTTP/1.1\r\nhost: localhost\r\ncontent-le").unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    assert_eq!(get(&process, "/healthz").status, 200);
    assert!(began.elapsed() < Duration::from_secs(5));
    let mut broken = TcpStream::connect(host).unwrap();
    broken.write_all(b"\x16\x03\x01 not http at all\r\n\r\n").unwrap();
    assert_eq!(get(&process, "/healthz").status, 200);
    drop(silent);
}

/// The size of the page is known only after header and legends have been measured. A page that is too large is still a
/// problem of the request.
#[test]
fn a_page_too_large_for_its_format_is_the_requests_fault_and_not_tried_again() {
    let request = r#"{ "map": { "bbox": [0, 0, 9, 9], "width": 3830, "height": 2150 },
        "layers": [{ "type": "natural-earth", "show": ["ocean"], "title": "Sea" }], "output": { "format": "mp4" } }"#;
    let run = render("too-large.mp4", request).ended(2);
    assert!(run.said.contains("/map: with header and legends the page is too large for mp4: 3"), "{}", run.said);
    assert!(run.said.contains("mp4 has at most 3840 × 2160 (a smaller map, "), "{}", run.said);
    let site = Site::new("too-large");
    let process = site.serve(&[], "");
    let job = process.ended(&process.submit("animation", request), Duration::from_secs(60));
    assert_eq!((job["status"].as_str(), job["attempt"].as_u64()), (Some("FAILED"), Some(1)), "{job}");
    assert_eq!(job["failure"]["code"], "invalid_request");
}
