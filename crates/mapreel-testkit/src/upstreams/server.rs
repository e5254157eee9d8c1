//! An HTTP server that answers as a test wants, and notes what it was asked.

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
    /// Leaves every connection to `answer`, once the head of the request has been read: its path, and where to write, whatever
    /// may come of it.
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

    /// The heads of all requests that have come.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests have come.
    pub fn hits(&self) -> usize {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The whole head of a request; `None`: it broke off, or was none.
fn read_head(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    head.contains(' ').then_some(head)
}
