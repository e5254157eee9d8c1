//! Servers whose answers are a function of the request's path.

use super::{Server, capabilities, size};
use crate::pictures::Picture;
use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

/// Status line, further headers, body.
pub type Answer = (&'static str, &'static str, Vec<u8>);

/// The paths of the requests to a server, in the order in which they came.
pub type Asked = Arc<Mutex<Vec<String>>>;

/// Starts a server for the rest of the process and returns its URL. To GetCapabilities (except at `/ncwms`) it answers that it has the layer
/// `a` with all times; `answer` gives all other answers.
pub fn serve(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> String {
    serve_all(move |path| match path.contains("REQUEST=GetCapabilities") && !path.starts_with("/ncwms") {
        true => ("200 OK", "", capabilities("a", "1900-01-01T00:00:00Z/2100-01-01T00:00:00Z").into_bytes()),
        false => answer(path),
    })
}

/// Starts a server for which `answer` gives every answer; returns its URL.
pub fn serve_all(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> String {
    serve_streams(move |path, stream| {
        let (status, headers, body) = answer(path);
        send(stream, status, headers, &body);
    })
}

/// As [`serve_all`]; also returns the paths of the requests that the server gets.
pub fn watched(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> (String, Asked) {
    let asked = Asked::default();
    let noted = asked.clone();
    let url = serve_all(move |path| {
        noted.lock().unwrap().push(path.to_owned());
        answer(path)
    });
    (url, asked)
}

/// Starts a server with [`Server::start`], and returns its URL.
pub fn serve_streams(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> String {
    Server::start(answer).url
}

/// Sends a whole answer, after which the connection is closed.
pub fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// A picture of the requested size; if the request has no size, a tile.
pub fn picture(path: &str) -> Vec<u8> {
    let [width, height] = size(path).unwrap_or([256; 2]);
    Picture::of(width, height, [60, 120, 180]).to_png()
}
