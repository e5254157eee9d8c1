//! A small HTTP server in the test's own process, for answers that no real server gives on purpose.

use super::picture::Picture;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// Status line, further headers, body.
pub type Answer = (&'static str, &'static str, Vec<u8>);

/// Starts a server for the rest of the process; its URL. To those who ask, it says that it has layer `a` at every moment;
/// all other answers are `answer`'s.
pub fn serve(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> String {
    serve_all(move |path| match path.contains("REQUEST=GetCapabilities") && !path.starts_with("/ncwms") {
        true => ("200 OK", "", capabilities("a", "1900-01-01T00:00:00Z/2100-01-01T00:00:00Z").into_bytes()),
        false => answer(path),
    })
}

/// The capabilities of a WMS of one layer with such times.
pub fn capabilities(layer: &str, times: &str) -> String {
    capabilities_of(layer, &format!(r#"<Dimension name="time" units="ISO8601">{times}</Dimension>"#))
}

/// The capabilities of a WMS of one layer of which they say this.
pub fn capabilities_of(layer: &str, what: &str) -> String {
    format!(
        r#"<WMS_Capabilities version="1.3.0"><Service><Title>test</Title></Service><Capability><Layer><Title>all</Title>
        <CRS>EPSG:3857</CRS><CRS>EPSG:4326</CRS><Layer><Name>{layer}</Name><Title>{layer}</Title>
        {what}</Layer></Layer></Capability></WMS_Capabilities>"#
    )
}

/// Starts a server whose every answer is `answer`'s.
pub fn serve_all(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> String {
    serve_streams(move |path, stream| {
        let (status, headers, body) = answer(path);
        let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
    })
}

/// Starts a server that leaves every connection to `answer`, once the head of the request has been read: its path, and where
/// to write, whatever may come of it.
pub fn serve_streams(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut first = String::new();
                let _ = reader.read_line(&mut first);
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                    line.clear();
                }
                answer(first.split(' ').nth(1).unwrap_or_default(), &mut stream);
            });
        }
    });
    url
}

/// The value of a query parameter, its case and its percent-encoding as they came.
pub fn parameter<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    let query = path.split_once('?')?.1;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// A picture of the size that is asked for; without one, a tile.
pub fn picture(path: &str) -> Vec<u8> {
    let side = |name| parameter(path, name).and_then(|text| text.parse().ok()).unwrap_or(256);
    let (width, height): (u32, u32) = (side("WIDTH"), side("HEIGHT"));
    Picture { width, height, rgb: [60, 120, 180].repeat((width * height) as usize) }.to_png()
}
