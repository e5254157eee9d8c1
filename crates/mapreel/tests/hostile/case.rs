//! A row of the tables: one hostile answer, the request that gets it, and how the run must end.

use super::ask::Ask;
use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};

/// One hostile answer.
pub struct Case {
    pub family: &'static str,
    pub name: String,
    pub ask: Ask,
    pub answer: Answer,
    /// How a run of the command line and a job of the service end.
    pub end: End,
    /// The result of `layers`, if the answer is a document of a WMS or WMTS.
    pub offer: Offer,
    /// The upstream is slow: the case takes seconds but no processor time, so many such cases run at the same time.
    pub waits: bool,
    /// The case runs only with `MAPREEL_HOSTILE=all`: another case tests nearly the same in less time.
    pub thorough: bool,
    /// The case burns processor time until the upstream's time limit, and nothing stops it earlier: a known weakness.
    pub burns: bool,
}

/// How a run or a job ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Like an honest one: the picture is made, without a warning.
    Fine,
    /// The picture is made, and a warning of the code that the request's [`Ask`] has for a lost answer says what is missing.
    Lost,
    /// The picture is made, with a warning of this code.
    Gap(&'static str),
    /// The picture is made, with or without warnings.
    Made,
    /// The picture is made, or the request is refused, because it asks for too much.
    MadeOrRefused,
    /// The request is not valid, or asks for too much: exit code 2, status 4xx or failure `invalid_request`.
    Refused,
    /// Nothing is made: exit code 1, a failed job of this code.
    Failed(&'static str),
}

/// The result of `layers` for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// `layers` is not run.
    Skip,
    /// The layers are listed.
    Listed,
    /// An error of the document or its server: 422 or 502.
    Refused,
    /// A list or an error.
    Either,
}

/// What the upstream sends.
pub enum Answer {
    /// A whole answer: its headers, each with a line end, and the function that makes its body.
    Body { headers: String, make: Box<dyn Fn() -> Vec<u8> + Send + Sync> },
    /// Any bytes, written by this function.
    Wire(Arc<dyn Fn(&mut TcpStream) + Send + Sync>),
    /// No answer: the request itself is hostile.
    None,
}

impl Case {
    pub fn new(name: impl Into<String>, ask: Ask, end: End, answer: Answer) -> Self {
        let offer = match (&ask, end) {
            (Ask::Wms | Ask::Wmts, End::Lost) => Offer::Refused,
            (Ask::Wms | Ask::Wmts, End::Fine | End::Gap(_)) => Offer::Listed,
            (Ask::Wms | Ask::Wmts, _) => Offer::Either,
            _ => Offer::Skip,
        };
        Self { family: "", name: name.into(), ask, answer, end, offer, waits: false, thorough: false, burns: false }
    }

    /// Its family and its name.
    pub fn full_name(&self) -> String {
        format!("{}: {}", self.family, self.name)
    }

    /// A case whose answer is this body.
    pub fn body(
        name: impl Into<String>,
        ask: Ask,
        end: End,
        make: impl Fn() -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, ask, end, Answer::Body { headers: String::new(), make: Box::new(make) })
    }

    /// The case with further headers, each with a line end.
    pub fn headed(mut self, further: &str) -> Self {
        if let Answer::Body { headers, .. } = &mut self.answer {
            headers.push_str(further);
        }
        self
    }

    /// The case with another result of `layers` than the one that follows from its end.
    pub fn offer(self, offer: Offer) -> Self {
        Self { offer, ..self }
    }

    /// The case, marked as [`Case::thorough`].
    pub fn thorough(self) -> Self {
        Self { thorough: true, ..self }
    }

    /// The case, marked as [`Case::burns`].
    pub fn burns(self) -> Self {
        Self { burns: true, ..self }
    }

    /// The case, marked as [`Case::waits`].
    pub fn waits(self) -> Self {
        Self { waits: true, ..self }
    }
}

/// An answer that is ready to be sent, until it is dropped.
#[derive(Default)]
pub struct Ready(Mutex<Option<Arc<[u8]>>>);

impl Ready {
    /// Makes the body in advance, so that the time for making it is not measured as the program's.
    pub fn prepare(&self, answer: &Answer) {
        if let Answer::Body { make, .. } = answer {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(make().into());
        }
    }

    /// Frees the body: some are long.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub fn send(&self, answer: &Answer, stream: &mut TcpStream) {
        match answer {
            Answer::Body { headers, .. } => {
                let body = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default();
                let head =
                    format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
            Answer::Wire(write) => write(stream),
            Answer::None => {}
        }
    }
}
