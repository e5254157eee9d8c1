//! An HTTP server that misbehaves in exactly the way a test wants.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server on a port of its own; it lives as long as the process.
pub struct Server {
    pub url: String,
    hits: Arc<AtomicUsize>,
}

impl Server {
    /// Answers every connection by `answer`, which gets the path and the bare stream.
    pub fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hits = Arc::new(AtomicUsize::new(0));
        let (answer, counter) = (Arc::new(answer), hits.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, counter) = (answer.clone(), counter.clone());
                std::thread::spawn(move || {
                    let mut stream = stream;
                    if let Some(path) = read_request(&mut stream) {
                        counter.fetch_add(1, Ordering::SeqCst);
                        answer(&path, &mut stream);
                    }
                });
            }
        });
        Self { url, hits }
    }

    /// How many requests have come.
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    first.split(' ').nth(1).map(str::to_owned)
}

/// Sends a whole answer and closes.
pub fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// A grey PNG.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&vec![128; width as usize * height as usize]).unwrap();
    out
}
