//! An HTTP server whose answers a test writes, and which notes the requests that it gets.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// A server on a port of its own; it lives as long as the process.
pub struct Server {
    /// Its address, without a path.
    pub url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server. When it has read the head of a request, it calls `answer` with the path and the connection, to which `answer` may write
    /// anything.
    pub fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answer, noted) = (Arc::new(answer), heads.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (answer, noted) = (answer.clone(), noted.clone());
                std::thread::spawn(move || {
                    if let Some(head) = read_head(&stream) {
                        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                        noted.lock().unwrap_or_else(PoisonError::into_inner).push(head);
                        answer(&path, &mut stream);
                    }
                });
            }
        });
        Self { url, heads }
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of requests so far.
    pub fn hits(&self) -> usize {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The head of a request; `None`: it could not be read, or is no request.
fn read_head(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    head.contains(' ').then_some(head)
}
