//! The hosts under which a service answers, and the web pages that may use it.

use super::support::service::{Answer, Process, Site, exchange, world};

/// The answer to a request with exactly these headers.
#[track_caller]
fn ask(process: &Process, line: &str, headers: &[&str], body: &str) -> Answer {
    let mut head = format!("{line} HTTP/1.1\r\nconnection: close\r\n");
    headers.iter().for_each(|header| head.push_str(&format!("{header}\r\n")));
    if !body.is_empty() {
        head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    exchange(&process.url, format!("{head}\r\n{body}").as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[track_caller]
fn assert_problem(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    assert_eq!(answer.json()["code"], code, "{what}");
}

fn own_host(process: &Process) -> String {
    format!("host: {}", process.url.strip_prefix("http://").unwrap())
}

/// The names of this machine and of the public URL, as browsers write them.
#[rustfmt::skip]
const OWN_NAMES: [&str; 13] = [
    "localhost", "localhost:5005", "LOCALHOST", "localhost.", "a.b.localhost:1", "127.0.0.1", "127.9.9.9:5005",
    "[::1]", "[::1]:5005", "192.0.2.7", "[2001:db8::7]:80", "maps.example.org", "Maps.Example.Org:443",
];

/// Foreign names, some of which look like the service's own.
#[rustfmt::skip]
const FOREIGN_NAMES: [&str; 17] = [
    "evil.example", "evil.example:5005", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example", "127.1",
    "2130706433", "0x7f000001", "maps.example.org.evil.example", "evil.example#localhost", "localhost@evil.example",
    "evil.example@localhost", "[::1].evil.example", "::1", "localhost:port", "a b", "",
];

#[test]
fn a_service_answers_under_its_own_names_only() {
    let site = Site::new("door-hosts");
    let process = site.serve(&["--workers", "0", "--public-url", "https://maps.example.org/service/"], "");
    for host in OWN_NAMES {
        let answer = ask(&process, "GET /api/jobs", &[&format!("host: {host}")], "");
        assert_eq!(answer.status, 200, "{host}: {}", answer.text());
    }
    for host in FOREIGN_NAMES {
        for (line, body) in [("GET /api/jobs", String::new()), ("POST /api/service/image", world("x"))] {
            let answer = ask(&process, line, &[&format!("host: {host}")], &body);
            assert_problem(&answer, 421, "misdirected", &format!("{line} as `{host}`"));
        }
        for (route, status) in [("/docs", 421), ("/healthz", 200), ("/readyz", 200), ("/metrics", 200)] {
            let answer = ask(&process, &format!("GET {route}"), &[&format!("host: {host}")], "");
            assert_eq!(answer.status, status, "{route} as `{host}`");
        }
    }
    assert_eq!(process.get("/api/jobs").json()["jobs"].as_array().unwrap().len(), 0);
}

#[test]
fn a_request_has_one_host() {
    let site = Site::new("door-host");
    let process = site.serve(&["--workers", "0"], "");
    for headers in [&[][..], &["host: localhost", "host: localhost"], &["host: localhost", "host: evil.example"]] {
        assert_problem(&ask(&process, "GET /api/jobs", headers, ""), 400, "invalid_request", &format!("{headers:?}"));
    }
    // An absolute URL as request target wins over the `Host` header (RFC 9112, 3.2.2).
    let whole = |target: &str, host: &str| ask(&process, &format!("GET {target}"), &[&format!("host: {host}")], "");
    assert_eq!(whole("http://localhost/api/jobs", "localhost").status, 200);
    assert_problem(&whole("http://evil.example/api/jobs", "localhost"), 421, "misdirected", "its target");
    assert_problem(&whole("http://localhost/api/jobs", "evil.example"), 421, "misdirected", "its header");
    assert_eq!(ask(&process, "GET /healthz", &[], "").status, 200);
}

/// The headers that browsers send for pages of other sites: a request to `url` with any of these is not from its own page.
fn of_other_sites(url: &str) -> Vec<Vec<String>> {
    let (foreign, port) = ("origin: https://evil.example", url.rsplit(':').next().unwrap());
    let all: [&[&str]; 12] = [
        &[foreign],
        &["origin: null"],
        &["origin: http://localhost:1"],
        &[&format!("origin: https://127.0.0.1:{port}")],
        &[&format!("origin: http://127.0.0.1:{port}.evil.example")],
        &["origin: http://maps.example.org"],
        &["sec-fetch-site: cross-site"],
        &["sec-fetch-site: cross-site", "sec-fetch-mode: navigate"],
        &["sec-fetch-site: same-site", "sec-fetch-mode: no-cors"],
        &["sec-fetch-site: same-site"],
        &[foreign, "sec-fetch-site: same-origin"],
        &[&format!("origin: {url}"), foreign],
    ];
    all.iter().map(|headers| headers.iter().map(|&header| header.to_owned()).collect()).collect()
}

#[test]
fn other_sites_pages_are_refused() {
    let site = Site::new("door-pages");
    let process = site.serve(&["--workers", "0", "--public-url", "https://maps.example.org"], "");
    let host = own_host(&process);
    let id = process.submit("image", &world("x"));
    let status = format!("/api/job-status/{id}");
    let requests = [
        ("GET /api/jobs".to_owned(), ""),
        (format!("GET {status}"), ""),
        (format!("GET {status}/events"), ""),
        (format!("DELETE {status}"), ""),
        (format!("GET /api/download/{id}"), ""),
        ("GET /api/layers?url=http://127.0.0.1:9/".to_owned(), ""),
        ("POST /api/check".to_owned(), &world("x")),
        ("POST /api/preview".to_owned(), &world("x")),
        ("POST /api/service/image".to_owned(), &world("x")),
        ("OPTIONS /api/service/image".to_owned(), ""),
    ];
    for (line, body) in requests {
        for headers in of_other_sites(&process.url) {
            let all: Vec<&str> = [&*host].into_iter().chain(headers.iter().map(String::as_str)).collect();
            let answer = ask(&process, &line, &all, body);
            assert_problem(&answer, 403, "cross_origin", &format!("{line} {headers:?}"));
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
    }
    assert_eq!(process.job(&id)["status"], "PENDING", "nobody has cancelled it");
    assert_eq!(process.get("/api/jobs").json()["jobs"].as_array().unwrap().len(), 1);
    assert_own_pages_are_served(&process);
}

/// Checks that the site's own pages may use the API, and that links to it may be followed.
#[track_caller]
fn assert_own_pages_are_served(process: &Process) {
    let host = own_host(process);
    let served = |line: &str, headers: &[&str], body: &str| {
        let all: Vec<&str> = [&[&*host], headers].concat();
        assert_eq!(ask(process, line, &all, body).status, 200, "{line} {headers:?}");
    };
    let origin = format!("origin: {}", process.url);
    served("POST /api/check", &[&origin, "sec-fetch-site: same-origin"], &world("x"));
    served("POST /api/check", &["origin: https://maps.example.org"], &world("x"));
    served("POST /api/check", &["origin: https://maps.example.org:443"], &world("x"));
    served("POST /api/check", &["sec-fetch-site: none"], &world("x"));
    served("GET /api/jobs", &["sec-fetch-site: same-site", "sec-fetch-mode: navigate"], "");
    served("GET /docs", &["sec-fetch-site: cross-site"], "");
}

#[test]
fn pages_of_named_origins_may_use_the_api() {
    let site = Site::new("door-cors");
    let origins = "https://portal.example.org, http://localhost:3000";
    let process = site.serve(&["--workers", "0", "--cors-origins", origins], "");
    let host = own_host(&process);
    let preflight = |origin: &str| {
        let headers = [
            &*host,
            &format!("origin: {origin}"),
            "sec-fetch-site: cross-site",
            "access-control-request-method: POST",
            "access-control-request-headers: authorization, content-type, idempotency-key",
        ];
        ask(&process, "OPTIONS /api/service/image", &headers, "")
    };
    for origin in ["https://portal.example.org", "http://localhost:3000"] {
        let answer = preflight(origin);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, origin));
        let allowed = answer.header("access-control-allow-headers").to_lowercase();
        for name in ["authorization", "content-type", "idempotency-key", "last-event-id", "range"] {
            assert!(allowed.contains(name), "{name}: {allowed}");
        }
        for method in ["GET", "POST", "DELETE"] {
            assert!(answer.header("access-control-allow-methods").contains(method), "{method}");
        }
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let headers = [&*host, &format!("origin: {origin}"), "sec-fetch-site: cross-site"];
        let answer = ask(&process, "POST /api/service/image", &headers, &world("x"));
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (202, origin));
        assert!(answer.headers.iter().any(|(name, value)| name == "vary" && value.to_lowercase().contains("origin")));
        let exposed = answer.header("access-control-expose-headers").to_lowercase();
        for name in ["location", "retry-after", "ratelimit", "ratelimit-policy", "mapreel-warnings", "etag"] {
            assert!(exposed.split(',').any(|exposed| exposed == name), "{name}: {exposed}");
        }
        // The page can read errors, too.
        let answer = ask(&process, "POST /api/service/image", &headers, "{}");
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (422, origin));
    }
    for origin in ["https://evil.example", "http://portal.example.org", "https://portal.example.org.evil.example"] {
        assert_problem(&preflight(origin), 403, "cross_origin", origin);
    }
    let unnamed = ask(&process, "OPTIONS /api/service/image", &[&host], "");
    assert_problem(&unnamed, 405, "method_not_allowed", "OPTIONS of no page");
}

#[test]
fn every_answer_says_what_browsers_must_not_do() {
    let site = Site::new("door-headers");
    let process = site.serve(&["--workers", "0"], "");
    let pages = ["/", "/operations", "/docs", "/page/page.js"];
    for path in [
        "/",
        "/operations",
        "/docs",
        "/page/page.js",
        "/openapi.json",
        "/healthz",
        "/metrics",
        "/api/jobs",
        "/api/download/x",
        "/nowhere",
    ] {
        let answer = process.get(path);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(policy.contains("script-src"), pages.contains(&path), "{path}: {policy}");
    }
}

#[test]
fn the_files_of_the_page_are_compressed_and_known_again() {
    let site = Site::new("door-page");
    let process = site.serve(&["--workers", "0"], "");
    let plain = process.get("/");
    assert_eq!((plain.status, plain.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(plain.text().contains("<script type=\"module\""), "{}", plain.text());
    let packed = process.request("GET", "/", &["accept-encoding: gzip"], b"");
    assert_eq!((packed.header("content-encoding"), packed.header("vary")), ("gzip", "Accept-Encoding"));
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() < plain.body.len());
    for path in ["/", "/operations", "/docs", "/page/page.js"] {
        let answer = process.get(path);
        let known = format!("if-none-match: \"other\", {}", answer.header("etag"));
        let again = process.request("GET", path, &[&known], b"");
        assert_eq!((again.status, again.body.len(), again.header("cache-control")), (304, 0, "no-cache"), "{path}");
    }
    assert_eq!(process.get("/page/index.html.gz").status, 404);
    assert!(process.get("/page/licences.txt").text().contains("Apache License"));
    let schema = process.request("GET", "/schema/request.json", &["accept-encoding: gzip"], b"");
    assert!(schema.body.len() * 4 < process.get("/schema/request.json").body.len());
    assert_eq!(process.request("GET", "/healthz", &["accept-encoding: gzip"], b"").header("content-encoding"), "");
}

#[test]
fn what_is_no_url_or_origin_is_named_at_the_start() {
    let refused = |flag: &str, value: &str| {
        let output = super::support::mapreel(&["serve", flag, value]);
        assert_eq!(output.status.code(), Some(2), "{flag} {value}");
        String::from_utf8(output.stderr).unwrap()
    };
    for value in ["maps.example.org", "ftp://maps.example.org", "https://", "https://user@maps.example.org"] {
        assert!(refused("--public-url", value).contains("`--public-url`: `"), "{value}");
    }
    for value in ["*", "portal.example.org", "https://portal.example.org/path", "null", "https://a.example,https://"] {
        assert!(refused("--cors-origins", value).contains("`--cors-origins`: "), "{value}");
    }
}
