//! A row of the tables: one hostile answer, who asks for it, and how that must end.

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
    /// What `layers` says of the document, where it is one of a WMS or WMTS.
    pub offer: Offer,
    /// The upstream takes its time: the case spends seconds and no work, so many such cases run side by side.
    pub waits: bool,
    /// It is played only when all are: another says nearly the same in less time.
    pub thorough: bool,
    /// It takes processor time until the upstream's time is over, and nothing ends it before: a known weakness.
    pub burns: bool,
}

/// How a run or a job ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As if nothing were wrong.
    Fine,
    /// The picture is made, and a warning of the code that the request's [`Ask`] has for a lost answer says what is missing.
    Lost,
    /// The picture is made, with a warning of this code.
    Gap(&'static str),
    /// The picture is made; whether the answer can be used is left open.
    Made,
    /// The picture is made, or the request refused, for what it asks for is much.
    MadeOrRefused,
    /// The request is not valid, or asks for too much: exit code 2, status 4xx or failure `invalid_request`.
    Refused,
    /// Nothing is made: exit code 1, a failed job of this code.
    Failed(&'static str),
}

/// What `layers` says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It is not asked.
    Skip,
    /// What the document offers.
    Listed,
    /// What is wrong with the document or its server: 422 or 502.
    Refused,
    /// One or the other.
    Either,
}

/// What the upstream sends.
pub enum Answer {
    /// A whole answer: its headers, each with its line end, and what makes its body.
    Body { headers: String, make: Box<dyn Fn() -> Vec<u8> + Send + Sync> },
    /// Bytes on the wire, whatever they are.
    Wire(Arc<dyn Fn(&mut TcpStream) + Send + Sync>),
    /// Nothing: the hostile part is the request.
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

    /// The same with further headers, each with its line end.
    pub fn headed(mut self, further: &str) -> Self {
        if let Answer::Body { headers, .. } = &mut self.answer {
            headers.push_str(further);
        }
        self
    }

    /// The same where `layers` says something else than what follows from the end.
    pub fn offer(self, offer: Offer) -> Self {
        Self { offer, ..self }
    }

    /// The same, only for when all are played.
    pub fn thorough(self) -> Self {
        Self { thorough: true, ..self }
    }

    /// The same where processor time is spent until the upstream's time is over.
    pub fn burns(self) -> Self {
        Self { burns: true, ..self }
    }

    /// The same of an upstream that takes its time.
    pub fn waits(self) -> Self {
        Self { waits: true, ..self }
    }
}

/// An answer that is ready to be sent, until it is dropped.
#[derive(Default)]
pub struct Ready(Mutex<Option<Arc<[u8]>>>);

impl Ready {
    /// Makes the body, once, so that the time for it is not the program's.
    pub fn prepare(&self, answer: &Answer) {
        if let Answer::Body { make, .. } = answer {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(make().into());
        }
    }

    /// Lets go of the body: some are long.
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
