//! An HTTP server that misbehaves in exactly the way a test wants.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A server on a port of its own; it lives as long as the process.
pub struct Server {
    pub url: String,
    hits: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers every connection by `answer`, which gets the path and the bare stream.
    pub fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hits = Arc::new(AtomicUsize::new(0));
        let (answer, counter) = (Arc::new(answer), hits.clone());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = heads.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, counter, kept) = (answer.clone(), counter.clone(), kept.clone());
                std::thread::spawn(move || {
                    let mut stream = stream;
                    if let Some((path, head)) = read_request(&mut stream) {
                        kept.lock().unwrap().push(head);
                        counter.fetch_add(1, Ordering::SeqCst);
                        answer(&path, &mut stream);
                    }
                });
            }
        });
        Self { url, hits, heads }
    }

    /// The heads of all requests that have come.
    #[allow(dead_code, reason = "not every test looks at them")]
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// How many requests have come.
    #[allow(dead_code, reason = "not every test counts them")]
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

/// The path, and the whole head.
fn read_request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    Some((head.split(' ').nth(1)?.to_owned(), head))
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
