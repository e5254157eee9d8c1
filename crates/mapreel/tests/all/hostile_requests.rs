//! Requests that no honest client sends, each with the statuses that are right for it.

#![cfg_attr(rustfmt, rustfmt::skip)]

use super::support::service::world;

/// The bytes of a request, and the right statuses; 0: the connection ends without an answer.
pub struct Row {
    pub name: String,
    pub bytes: Vec<u8>,
    pub right: &'static [u16],
}

const UNREADABLE: &[u16] = &[400];

fn row(name: impl Into<String>, bytes: impl Into<Vec<u8>>, right: &'static [u16]) -> Row {
    Row { name: name.into(), bytes: bytes.into(), right }
}

/// A whole request with this first line, these headers and a body.
fn whole(first: &str, headers: &str, body: &str) -> String {
    format!(
        "{first} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn get(path: &str, right: &'static [u16]) -> Row {
    row(format!("GET {path}"), whole(&format!("GET {path}"), "", ""), right)
}

fn post(path: &str, headers: &str, body: &str) -> String {
    whole(&format!("POST {path}"), headers, body)
}

fn json(path: &str, body: &str) -> String {
    post(path, "Content-Type: application/json\r\n", body)
}

const POSTS: [&str; 4] = ["/api/service/image", "/api/service/animation", "/api/check", "/api/preview"];

/// First lines that are not HTTP.
const FIRST_LINES: [&[u8]; 34] = [
    b"", b" ", b"GET", b"GET /", b"GET  / HTTP/1.1", b"GET / HTTP/1.1 ", b" GET / HTTP/1.1",
    b"GET /\thealthz HTTP/1.1", b"GET / HTTP/1.2", b"GET / HTTP/2.0", b"GET / HTTP/9.9", b"GET / HTTP/0.9",
    b"GET / HTTP/1.x", b"GET / http/1.1", b"GET / HTTPS/1.1", b"GET / FTP/1.1", b"GET / HTTP/1.1\0",
    b"G\0T / HTTP/1.1", b"GET /\0 HTTP/1.1", b"GET /\x7f HTTP/1.1", b"GET /\r HTTP/1.1", b"G(T / HTTP/1.1",
    b"G:T / HTTP/1.1", b"GET, / HTTP/1.1", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", b"PRI * HTTP/2.0\r\n\r\nSM",
    b"\xff\xfe GET / HTTP/1.1", b"<html>", b"{}", b"EHLO a", b"SSH-2.0-x", b"*1\r\n$4\r\nPING",
    b"GET http:// HTTP/1.1", b"GET // /healthz HTTP/1.1",
];

/// Requests with a first line that is not HTTP.
fn first_lines() -> Vec<Row> {
    let each = FIRST_LINES.into_iter().map(|line| {
        let bytes = [line, b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"].concat();
        row(format!("first line {:?}", String::from_utf8_lossy(line)), bytes, &[400, 404, 405, 421, 505, 0])
    });
    each.collect()
}

/// Request smuggling: two ways to read where the request ends. In one of them it is a good request, which would get a
/// 200.
fn smuggled() -> Vec<Row> {
    // N is the length of a good body, H that length in hexadecimal, B the body.
    let lengths = ["+N", "-N", "0xH", "N,N", "N, 3", " ", "", "N N", "N;", "99999999999999999999", "Ne0", "\"N\"", "٢", "N\0"];
    let codings = [
        "xchunked", "chunked, identity", "identity", "chunked chunked", "gzip", "gzip, gzip", "\x0bchunked", "chunked\0",
        "\"chunked\"", "chunked;q=1", "cow", ",",
    ];
    let chunks = [
        "x\r\nB\r\n0\r\n\r\n", "-1\r\nB\r\n0\r\n\r\n", "+H\r\nB\r\n0\r\n\r\n", "0xH\r\nB\r\n0\r\n\r\n", "HB\r\n0\r\n\r\n", "H\r\nB0\r\n\r\n",
        "ffffffffffffffffff\r\nB\r\n0\r\n\r\n", "H\nB\n0\n\n", "H\rB\r\n0\r\n\r\n", "\r\nH\r\nB\r\n0\r\n\r\n", "H\r\nBxx0\r\n\r\n", ";\r\nB\r\n0\r\n\r\n",
        "H H\r\nB\r\n0\r\n\r\n",
    ];
    let good = world("a");
    let start = "POST /api/check HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n";
    let put = |text: &str| {
        let text = text.replace('N', &good.len().to_string()).replace('H', &format!("{:x}", good.len()));
        text.replace('B', &good)
    };
    let right: &[u16] = &[400, 411, 413, 501, 0];
    let mut rows = Vec::new();
    for length in lengths {
        let (name, length) = (length, put(length));
        rows.push(row(format!("Content-Length: {name:?}"), format!("{start}Content-Length: {length}\r\n\r\n{good}"), right));
        let two = format!("{start}Content-Length: {}\r\nContent-Length: {length}\r\n\r\n{good}", good.len());
        rows.push(row(format!("two lengths, the second {name:?}"), two, right));
    }
    let body = put("H\r\nB\r\n0\r\n\r\n");
    for coding in codings {
        for (name, before, after) in [
            ("Transfer-Encoding", String::new(), ""),
            ("a length and", format!("Content-Length: {}\r\n", good.len()), ""),
            ("chunked and", String::new(), "Transfer-Encoding: chunked\r\n"),
        ] {
            let bytes = format!("{start}{before}Transfer-Encoding: {coding}\r\n{after}\r\n{body}");
            rows.push(row(format!("{name} {coding:?}"), bytes, right));
        }
    }
    for chunk in chunks {
        let bytes = format!("{start}Transfer-Encoding: chunked\r\n\r\n{}", put(chunk));
        rows.push(row(format!("chunks {chunk:?}"), bytes, right));
    }
    for name in ["Content-Length ", " Content-Length", "Content-Length\t", "Content-Length\0", "Content-Length:"] {
        rows.push(row(format!("the name {name:?}"), format!("{start}{name}: {}\r\n\r\n{good}", good.len()), right));
    }
    let body = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 40\r\n\r\nGET /api/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    rows.push(row("a request in the body of a GET", body, &[200]));
    rows
}

/// Header lines that no client writes.
const HEADERS: [&[u8]; 18] = [
    b"no colon", b": no name", b"a b: c", b"a(b): c", b"a\0: b", b"a: b\0", b"a: \x01", b"a: b\rc", b" folded: a",
    b"a: b\r\n folded", b"\xc3\xa9: a", b"a;b: c", b"\"a\": b", b"a@b: c", b"a,b: c", b"[a]: b", b"a\x7f: b",
    b"a\t: b",
];

/// Requests with header lines that no client writes.
fn headers() -> Vec<Row> {
    let mut rows: Vec<Row> = HEADERS
        .into_iter()
        .map(|line| {
            let bytes =
                [b"GET /api/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", line, b"\r\n\r\n"]
                    .concat();
            row(format!("header {:?}", String::from_utf8_lossy(line)), bytes, UNREADABLE)
        })
        .collect();
    let many: String = (0..2_000).map(|i| format!("x-{i}: y\r\n")).collect();
    let long = format!("x: {}\r\n", "y".repeat(200_000));
    for (name, further) in [("2 000 headers", many), ("a header of 200 kB", long)] {
        rows.push(row(name, whole("GET /api/jobs", &further, ""), &[400, 431]));
    }
    rows.push(row("a path of 200 kB", whole(&format!("GET /{}", "a".repeat(200_000)), "", ""), &[400, 404, 414, 431]));
    rows.push(row("no host", "GET /api/jobs HTTP/1.1\r\nConnection: close\r\n\r\n", &[400, 421]));
    rows.push(row(
        "two hosts",
        "GET /api/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        &[400, 421],
    ));
    rows
}

/// Invalid job ids, in every notation.
const NO_JOBS: [&str; 31] = [
    "..", "%2e%2e", "..%2f", "%2e%2e%2f", "..%5c", "%2e%2e%5c", "..%252f", "..%c0%af", "%00", "a%00.png",
    "%0d%0aX:%20y", "*", "~", "%", "%zz", "%u002e", "0", "-1", "null", "undefined",
    "00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000", "%7B%7D", "'%20OR%201=1--", "$(id)",
    "`id`", "%F0%9F%97%BA", "........................................", "a.b.c", "manifest", "events",
];

/// Paths of other servers or of a file system.
const NO_ROUTES: [&str; 25] = [
    "/etc/passwd", "/.git/config", "/.env", "/api", "/api/", "/api/service", "/api/service/", "/api/service/image/",
    "/api/service/video", "/API/JOBS", "/api//jobs", "//api/jobs", "/api/jobs/", "/api/jobs/1", "/metrics/",
    "/docs/..", "/docs/../openapi.json", "/openapi.yaml", "/wp-login.php", "/cgi-bin/", "/server-status",
    "/actuator/env", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd",
    "/api/download/..%2f..%2f..%2fetc%2fpasswd",
];

/// Paths with invalid job ids, and paths without a route.
fn paths() -> Vec<Row> {
    let of_job = |name: &str| {
        let paths = [
            format!("/api/job-status/{name}"),
            format!("/api/job-status/{name}/events"),
            format!("/api/download/{name}"),
            format!("/api/download/{name}/manifest"),
        ];
        let delete = whole(&format!("DELETE /api/job-status/{name}"), "", "");
        let delete = row(format!("DELETE {name}"), delete, &[400, 404, 405]);
        paths.map(|path| get(&path, &[400, 404])).into_iter().chain([delete])
    };
    let nowhere = NO_ROUTES.iter().map(|path| get(path, &[400, 404]));
    NO_JOBS.iter().flat_map(|name| of_job(name)).chain(nowhere).collect()
}

/// Every route with its methods.
const ROUTES: [(&str, &[&str]); 24] = [
    ("/api/service/image", &["POST"]), ("/api/service/animation", &["POST"]), ("/api/check", &["POST"]),
    ("/api/preview", &["POST"]),
    ("/api/job-status/0191e0e5-0000-7000-8000-000000000000", &["GET", "HEAD", "DELETE"]),
    ("/api/job-status/0191e0e5-0000-7000-8000-000000000000/events", &["GET", "HEAD"]),
    ("/api/download/0191e0e5-0000-7000-8000-000000000000", &["GET", "HEAD"]),
    ("/api/download/0191e0e5-0000-7000-8000-000000000000/manifest", &["GET", "HEAD"]),
    ("/api/jobs", &["GET", "HEAD"]), ("/api/layers", &["GET", "HEAD"]), ("/healthz", &["GET", "HEAD"]),
    ("/readyz", &["GET", "HEAD"]), ("/metrics", &["GET", "HEAD"]), ("/openapi.json", &["GET", "HEAD"]),
    ("/docs", &["GET", "HEAD"]), ("/", &["GET", "HEAD"]), ("/operations", &["GET", "HEAD"]), ("/page/page.js", &["GET", "HEAD"]),
    ("/api/job-status/0191e0e5-0000-7000-8000-000000000000/request", &["GET", "HEAD"]),
    ("/api/job-status/0191e0e5-0000-7000-8000-000000000000/preview", &["GET", "HEAD"]),
    ("/api/jobs/0191e0e5-0000-7000-8000-000000000000/again", &["POST"]), ("/api/catalogue", &["GET", "HEAD"]),
    ("/api/operations", &["GET", "HEAD"]), ("/api/key", &["GET", "HEAD"]),
];

/// Requests with a method that the route does not have.
fn methods() -> Vec<Row> {
    let mut rows = Vec::new();
    for (path, has) in ROUTES {
        for method in
            ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "SUPERCALIFRAGILISTICEXPIALIDOCIOUS"]
        {
            if !has.contains(&method) {
                rows.push(row(format!("{method} {path}"), whole(&format!("{method} {path}"), "", ""), &[405]));
            }
        }
    }
    rows.push(row(
        "CONNECT",
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        &[400, 404, 405, 421, 0],
    ));
    rows
}

/// Bodies that are not requests.
const NO_REQUESTS: [&str; 25] = [
    "", " ", "null", "true", "0", "\"\"", "[]", "[[[[", "{", "{\"a\"}", "{\"a\":1,}", "{\"layers\":1e999}",
    "{\"layers\":NaN}", "{'layers':[]}", "\u{feff}{}", "{}{}", "{\"layers\":\"\\ud800\"}",
    "{\"layers\":[],\"layers\":[]}", "{\"__proto__\":{}}", "<xml/>", "layers=a", "{\"map\":null,\"layers\":null}",
    "{\"map\":{},\"layers\":[]}", "\0", "{\"a\":\"\0\"}",
];

/// Media types that are not JSON.
const NO_JSON: [&str; 9] = [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/xml", "*/*", "",
    "application/json; charset=utf-16", "json", "application/jsonx",
];

/// Bodies for a path that are not requests, and bodies with a wrong media type.
fn posted(path: &str) -> Vec<Row> {
    let endless = format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 1000000000000000\r\n\r\n{{");
    let large = [
        row(format!("{path}: lists 10 000 deep"), json(path, &"[".repeat(10_000)), &[400, 422]),
        row(format!("{path}: 2 MB"), json(path, &format!("{{\"a\":\"{}\"}}", "x".repeat(2 << 20))), &[413]),
        row(format!("{path}: the word of 10^15 bytes"), endless, &[413]),
    ];
    let documents = NO_REQUESTS.iter().map(|body| row(format!("POST {path} {body:?}"), json(path, body), &[400, 422]));
    let kinds = NO_JSON.iter().map(|kind| {
        row(format!("{path} as {kind:?}"), post(path, &format!("Content-Type: {kind}\r\n"), &world("a")), &[415])
    });
    let codings = ["gzip", "br", "deflate", "zstd", "x", "gzip, gzip"].iter().map(|coding| {
        let headers = format!("Content-Type: application/json\r\nContent-Encoding: {coding}\r\n");
        row(format!("{path} packed by {coding:?}"), post(path, &headers, &world("a")), &[415])
    });
    documents.chain(large).chain(kinds).chain(codings).collect()
}

/// Bodies that are not requests, and requests with an invalid idempotency key.
fn bodies() -> Vec<Row> {
    let mut rows: Vec<Row> = POSTS.into_iter().flat_map(posted).collect();
    for key in ["", " ", "\"\"", &"k".repeat(256), "a\tb", "é"] {
        let headers = format!("Content-Type: application/json\r\nIdempotency-Key: {key}\r\n");
        rows.push(row(format!("the key {key:.10?}"), post("/api/service/image", &headers, &world("a")), &[400]));
    }
    rows
}

/// Invalid query strings.
const QUESTIONS: [&str; 22] = [
    "/api/jobs?limit=0", "/api/jobs?limit=-1", "/api/jobs?limit=201", "/api/jobs?limit=1e2", "/api/jobs?limit=",
    "/api/jobs?limit=1&limit=2", "/api/jobs?status=runs", "/api/jobs?status=", "/api/jobs?service=video",
    "/api/jobs?cursor=x", "/api/jobs?cursor=..%2f", "/api/jobs?limit=%00", "/api/jobs?limit=%ff", "/api/layers",
    "/api/layers?url=", "/api/layers?url=file:///etc/passwd", "/api/layers?url=ftp://a/",
    "/api/layers?url=javascript:1", "/api/layers?url=gopher://127.0.0.1:6379/_INFO", "/api/layers?url=//a",
    "/api/layers?url=http://", "/api/layers?url=a&url=b",
];

/// Requests with an invalid query string.
fn questions() -> Vec<Row> {
    let id = "0191e0e5-0000-7000-8000-000000000000";
    let mut rows: Vec<Row> =
        QUESTIONS.iter().map(|path| get(path, &[400, 422])).collect();
    for wait in ["-1", "31", "NaN", "inf", "1e9", "", "x", "1s", "0x1"] {
        let path = format!("/api/job-status/{id}?wait={wait}");
        rows.push(get(&path, &[400, 404]));
    }
    for value in ["perhaps", "2", "%00"] {
        rows.push(row(format!("online={value}"), json(&format!("/api/check?online={value}"), &world("a")), &[400]));
    }
    rows
}

/// All rows.
pub fn all() -> Vec<Row> {
    [first_lines(), smuggled(), headers(), paths(), methods(), bodies(), questions()].into_iter().flatten().collect()
}
