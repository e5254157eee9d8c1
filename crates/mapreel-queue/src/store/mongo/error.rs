//! What an error of the driver is to a caller of the queue.

use crate::Error;
use crate::certificate::{self, BY_URL};

impl From<mongodb::error::Error> for Error {
    fn from(error: mongodb::error::Error) -> Self {
        // The kind alone: the error's labels and the server's raw answer help no reader of the message.
        let text = error.kind.to_string();
        // The driver lists the servers that it has tried; the first one stands for all.
        let server = text.split_once("Address: ").and_then(|(_, rest)| rest.split(',').next()).unwrap_or("the server");
        Self::Store(certificate::refused(&text, server, BY_URL).unwrap_or(text))
    }
}
