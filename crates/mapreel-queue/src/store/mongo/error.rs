//! Converts errors of the MongoDB driver to errors of the queue.

use crate::Error;
use crate::certificate::{self, BY_URL};

impl From<mongodb::error::Error> for Error {
    fn from(error: mongodb::error::Error) -> Self {
        // Only the kind: the error's labels and the server's raw answer do not help the reader of the message.
        let text = error.kind.to_string();
        // The driver lists the servers that it has tried; the message names only the first.
        let server = text.split_once("Address: ").and_then(|(_, rest)| rest.split(',').next()).unwrap_or("the server");
        Self::Store(certificate::refused(&text, server, BY_URL).unwrap_or(text))
    }
}
