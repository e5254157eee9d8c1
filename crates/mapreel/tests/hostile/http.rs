//! The transport of answers: too slow, too long, cut off, redirected, or against the rules of HTTP.

use super::ask::Ask;
use super::bytes::many;
use super::case::{Answer, Case, End};
use mapreel_testkit::upstreams::capabilities;
use mapreel_testkit::upstreams::picture;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

/// An honest body: only its transport is hostile.
fn body(ask: &Ask) -> Vec<u8> {
    match ask {
        Ask::Wms => capabilities("a", "1900-01-01T00:00:00Z/2100-01-01T00:00:00Z").into_bytes(),
        Ask::Features => br#"{"type":"FeatureCollection","features":[]}"#.to_vec(),
        _ => picture("/?WIDTH=256&HEIGHT=128"),
    }
}

/// A function that writes the answer, with the honest body, to the connection.
type Writer = fn(&[u8], &mut TcpStream);

/// A hostile transport, for requests of a map, capabilities or features.
struct Way {
    name: &'static str,
    end: End,
    waits: bool,
    burns: bool,
    write: Writer,
}

const fn way(name: &'static str, end: End, write: Writer) -> Way {
    Way { name, end, waits: false, burns: false, write }
}

const fn slow(name: &'static str, write: Writer) -> Way {
    Way { name, end: End::Lost, waits: true, burns: false, write }
}

/// A transport that burns processor time: hyper skips any number of interim answers (RFC 9110, 15.2), and reqwest does not report them.
const fn burning(name: &'static str, write: Writer) -> Way {
    Way { name, end: End::Lost, waits: false, burns: true, write }
}

fn put(stream: &mut TcpStream, text: &str) -> bool {
    stream.write_all(text.as_bytes()).is_ok()
}

/// Writes the same text until the reader has closed the connection.
fn for_ever(stream: &mut TcpStream, text: &str) {
    while put(stream, text) {}
}

/// Writes the text byte by byte, until its end or until the reader has closed the connection.
fn drip(stream: &mut TcpStream, text: &[u8], pause_ms: u64) {
    for byte in text {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(pause_ms));
    }
}

/// Writes nothing until the reader has closed the connection.
fn silence(stream: &mut TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    let _ = stream.read(&mut [0; 1]);
}

fn whole(body: &[u8], stream: &mut TcpStream, status: &str, headers: &str) {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// Ends a connection with a reset.
fn reset(stream: &TcpStream) {
    use std::os::fd::AsRawFd;
    let now = libc::linger { l_onoff: 1, l_linger: 0 };
    let size = size_of::<libc::linger>() as libc::socklen_t;
    // SAFETY: the descriptor is open, and the option outlives the call.
    unsafe { libc::setsockopt(stream.as_raw_fd(), libc::SOL_SOCKET, libc::SO_LINGER, (&raw const now).cast(), size) };
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[rustfmt::skip]
const WAYS: &[Way] = &[
    slow("never a byte", |_, stream| silence(stream)),
    slow("half a status line", |_, stream| { put(stream, "HTTP/1.1 2"); silence(stream); }),
    slow("a head and no body", |_, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"); silence(stream); }),
    slow("a head a byte at a time", |_, stream| drip(stream, &b"HTTP/1.1 200 OK\r\nX: ".iter().copied().chain([b'x'; 10_000]).collect::<Vec<_>>(), 20)),
    slow("a body a byte at a time", |body, stream| { put(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len() + 100_000)); drip(stream, &[body, &[0; 100_000]].concat(), 20); }),
    slow("chunks of a byte, slowly", |_, stream| { put(stream, CHUNKED); loop { if !put(stream, "1\r\n<\r\n") { return; } std::thread::sleep(Duration::from_millis(20)); } }),
    slow("a body that stops before its last byte", |body, stream| { put(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len() + 1)); let _ = stream.write_all(body); silence(stream); }),
    slow("chunks without an end", |body, stream| { put(stream, &format!("{CHUNKED}{:x}\r\n", body.len())); let _ = stream.write_all(body); put(stream, "\r\n"); silence(stream); }),
    slow("status 100, slowly and for ever", |_, stream| { while put(stream, "HTTP/1.1 100 Continue\r\n\r\n") { std::thread::sleep(Duration::from_millis(20)); } }),
    way("closed at once", End::Lost, |_, _| {}),
    way("reset at once", End::Lost, |_, stream| reset(stream)),
    way("reset in the body", End::Lost, |body, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"); let _ = stream.write_all(&body[..body.len() / 2]); std::thread::sleep(Duration::from_millis(30)); reset(stream); }),
    way("closed in the head", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Len"); }),
    way("closed in the body", End::Lost, |body, stream| { put(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len() + 10)); let _ = stream.write_all(body); }),
    way("closed in a chunk", End::Lost, |_, stream| { put(stream, &format!("{CHUNKED}ffff\r\n<")); }),
    way("100 000 headers", End::Lost, |body, stream| whole(body, stream, "200 OK", &many(100_000, |i| format!("X-{i}: y\r\n")))),
    way("the same header 90 times", End::Made, |body, stream| whole(body, stream, "200 OK", &"X: y\r\n".repeat(90))),
    way("a header of 10 MB", End::Lost, |body, stream| whole(body, stream, "200 OK", &format!("X: {}\r\n", "y".repeat(10 << 20)))),
    way("headers for ever", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 OK\r\n"); for_ever(stream, &"X: y\r\n".repeat(1000)); }),
    way("a status line for ever", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 "); for_ever(stream, &"O".repeat(10_000)); }),
    way("status 100, 10 000 times", End::Made, |body, stream| { put(stream, &"HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000)); whole(body, stream, "200 OK", ""); }),
    burning("status 103 for ever", |_, stream| for_ever(stream, &"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(1000))),
    way("a body for ever", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 OK\r\n\r\n"); for_ever(stream, &"<x/>".repeat(10_000)); }),
    way("chunks for ever", End::Lost, |_, stream| { put(stream, CHUNKED); for_ever(stream, &"4\r\n<x/>\r\n".repeat(1000)); }),
    way("chunks of a byte, 30 million", End::Lost, |_, stream| { put(stream, CHUNKED); for _ in 0..3_000 { if !put(stream, &"1\r\n<\r\n".repeat(10_000)) { return; } } put(stream, "0\r\n\r\n"); }),
    way("a chunk of 2^64 - 1 bytes", End::Lost, |_, stream| { put(stream, &format!("{CHUNKED}ffffffffffffffff\r\n<")); }),
    way("a chunk of a size of a million digits", End::Lost, |_, stream| { put(stream, &format!("{CHUNKED}{}\r\n<", "0".repeat(1_000_000))); }),
    way("a chunk of a size below nothing", End::Lost, |_, stream| { put(stream, &format!("{CHUNKED}-1\r\n<\r\n0\r\n\r\n")); }),
    way("a chunk with extensions of 10 MB", End::Lost, |_, stream| { put(stream, &format!("{CHUNKED}1;{}\r\n<\r\n0\r\n\r\n", "x=y;".repeat(2_500_000))); }),
    way("chunks with extensions for ever", End::Lost, |_, stream| { put(stream, CHUNKED); for_ever(stream, &"1;x=y\r\n<\r\n".repeat(1000)); }),
    way("trailers for ever", End::Lost, |_, stream| { put(stream, &format!("{CHUNKED}1\r\n<\r\n0\r\n")); for_ever(stream, &"X: y\r\n".repeat(1000)); }),
    way("a length of 10^20", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100000000000000000000\r\n\r\n<"); }),
    way("a length of 10^15", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\n<"); }),
    way("a length below nothing", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n<"); }),
    way("a length that is no number", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n<"); }),
    way("a length that is too small", End::Lost, |body, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"); let _ = stream.write_all(body); }),
    way("two lengths", End::Lost, |body, stream| whole(body, stream, "200 OK", "Content-Length: 5\r\n")),
    way("a length and chunks", End::Lost, |body, stream| { put(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n", body.len())); let _ = stream.write_all(body); }),
    way("a transfer encoding that nobody knows", End::Made, |body, stream| { put(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: magic\r\nConnection: close\r\n\r\n"); let _ = stream.write_all(body); }),
    way("a length of 60 MB and nothing", End::Lost, |_, stream| { put(stream, "HTTP/1.1 200 OK\r\nContent-Length: 16000000\r\n\r\n"); }),
    way("redirected to itself", End::Lost, |_, stream| whole(b"", stream, "302 Found", "Location: \r\n")),
    way("redirected for ever", End::Lost, |_, stream| whole(b"", stream, "302 Found", "Location: /wms?REQUEST=GetCapabilities&further\r\n")),
    way("redirected to a file", End::Lost, |_, stream| whole(b"", stream, "302 Found", "Location: file:///etc/passwd\r\n")),
    way("redirected to another service's scheme", End::Lost, |_, stream| whole(b"", stream, "302 Found", "Location: gopher://127.0.0.1:6379/_FLUSHALL\r\n")),
    way("redirected to a port where nobody is", End::Lost, |_, stream| whole(b"", stream, "301 Moved Permanently", "Location: http://127.0.0.1:9/\r\n")),
    way("redirected to a text that is no URL", End::Lost, |_, stream| whole(b"", stream, "302 Found", "Location: http://[::1\r\n")),
    way("redirected to bytes that are no text", End::Lost, |_, stream| { let _ = stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /\xFF\xFE\r\nContent-Length: 0\r\n\r\n"); }),
    way("redirected to 60 kB", End::Lost, |_, stream| whole(b"", stream, "302 Found", &format!("Location: /{}\r\n", "x".repeat(60_000)))),
    way("redirected with a body for ever", End::Lost, |_, stream| { put(stream, "HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n"); for_ever(stream, &"x".repeat(10_000)); }),
    way("status 204 with a body", End::Lost, |body, stream| whole(body, stream, "204 No Content", "")),
    way("status 205 with a body", End::Made, |body, stream| whole(body, stream, "205 Reset Content", "")),
    way("status 304 with a body", End::Lost, |body, stream| whole(body, stream, "304 Not Modified", "")),
    way("status 206 of a part that nobody asked for", End::Made, |body, stream| whole(body, stream, "206 Partial Content", "Content-Range: bytes 0-9/999999\r\n")),
    way("status 300", End::Lost, |body, stream| whole(body, stream, "300 Multiple Choices", "")),
    way("status 401 with a challenge of 60 kB", End::Lost, |_, stream| whole(b"no", stream, "401 Unauthorized", &format!("WWW-Authenticate: {}\r\n", "x".repeat(60_000)))),
    way("status 404 with 10 MB of words", End::Lost, |_, stream| whole(&b"no such thing ".repeat(700_000), stream, "404 Not Found", "")),
    way("status 404 with the right body", End::Lost, |body, stream| whole(body, stream, "404 Not Found", "")),
    way("status 500", End::Lost, |_, stream| whole(b"oops", stream, "500 Internal Server Error", "")),
    way("status 999", End::Lost, |body, stream| whole(body, stream, "999 Nobody Knows", "")),
    way("status 000", End::Lost, |body, stream| whole(body, stream, "000 Nothing", "")),
    way("status 99999", End::Lost, |body, stream| whole(body, stream, "99999 Much", "")),
    way("status 101", End::Lost, |_, stream| { put(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"); }),
    way("status 503, to be asked again in 10^9 s", End::Lost, |_, stream| whole(b"", stream, "503 Service Unavailable", "Retry-After: 1000000000\r\n")),
    way("status 503, to be asked again in 10^30 s", End::Lost, |_, stream| whole(b"", stream, "503 Service Unavailable", "Retry-After: 1000000000000000000000000000000\r\n")),
    way("status 503, to be asked again at once", End::Lost, |_, stream| whole(b"", stream, "503 Service Unavailable", "Retry-After: 0\r\n")),
    way("status 503, to be asked again long ago", End::Lost, |_, stream| whole(b"", stream, "503 Service Unavailable", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n")),
    way("status 503, to be asked again in the year 9999", End::Lost, |_, stream| whole(b"", stream, "503 Service Unavailable", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n")),
    way("status 429, to be asked again in -1 s", End::Lost, |_, stream| whole(b"", stream, "429 Too Many Requests", "Retry-After: -1\r\n")),
    way("status 429, to be asked again in NaN", End::Lost, |_, stream| whole(b"", stream, "429 Too Many Requests", "Retry-After: NaN\r\n")),
    way("HTTP/0.9", End::Lost, |body, stream| { let _ = stream.write_all(body); }),
    way("HTTP/9.9", End::Lost, |_, stream| { put(stream, "HTTP/9.9 200 OK\r\n\r\n"); }),
    way("HTTP/2 without having been asked", End::Lost, |_, stream| { let _ = stream.write_all(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\0\0\0\0\x05\0\0\x40\0"); }),
    way("TLS without having been asked", End::Lost, |_, stream| { let _ = stream.write_all(b"\x15\x03\x01\0\x02\x02\x46"); }),
    way("another protocol", End::Lost, |_, stream| { put(stream, "220 smtp.example ESMTP\r\n250 OK\r\n"); }),
    way("1 MB of NUL", End::Lost, |_, stream| { let _ = stream.write_all(&[0; 1 << 20]); }),
    way("line ends in a header", End::Lost, |body, stream| whole(body, stream, "200 OK", "X: a\rb\nc: d\r\n e\r\n")),
    way("a header without a name", End::Lost, |body, stream| whole(body, stream, "200 OK", ": y\r\n")),
    way("bytes that are no text in a header", End::Made, |body, stream| { let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: \xFF\xFE\r\n"); put(stream, &format!("Content-Length: {}\r\n\r\n", body.len())); let _ = stream.write_all(body); }),
    way("the content type of something else", End::Made, |body, stream| whole(body, stream, "200 OK", "Content-Type: application/x-msdownload\r\n")),
    way("a content type of 60 kB", End::Made, |body, stream| whole(body, stream, "200 OK", &format!("Content-Type: {}\r\n", "x".repeat(60_000)))),
    way("80 cookies", End::Made, |body, stream| whole(body, stream, "200 OK", &"Set-Cookie: a=b; Domain=.com\r\n".repeat(80))),
    way("two answers at once", End::Made, |body, stream| { for _ in 0..2 { put(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len())); let _ = stream.write_all(body); } }),
    way("an answer before the question, and 1 MB behind it", End::Made, |body, stream| { whole(body, stream, "200 OK", ""); let _ = stream.write_all(&[b'x'; 1 << 20]); }),
];

/// Each transport with one kind of request, alternately; with `MAPREEL_HOSTILE=all`, with requests of maps and of documents.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, way) in WAYS.iter().enumerate() {
        let document = [("capabilities", Ask::Wms), ("features", Ask::Features)][i / 2 % 2].clone();
        let mut asks = [("map", Ask::Map), document];
        asks.rotate_left(i % 2);
        for (second, (what, ask)) in asks.into_iter().enumerate() {
            let (right, write) = (body(&ask), way.write);
            let answer = Answer::Wire(Arc::new(move |stream| write(&right, stream)));
            let case = Case::new(format!("{what}: {}", way.name), ask, way.end, answer);
            let case = if way.waits { case.waits() } else { case };
            let case = if way.burns { case.burns() } else { case };
            cases.push(if second > 0 { case.thorough() } else { case });
        }
    }
    cases
}
