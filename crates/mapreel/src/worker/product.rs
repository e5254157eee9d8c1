//! What a part leaves, or why there is none.

use crate::pipeline::produce;
use crate::pipeline::stored::Unreadable;
use mapreel_queue::{Failure, Outcome};
use mapreel_spec::FramesUnknown;

/// What a part leaves.
#[derive(Debug, Clone)]
pub(super) struct Product {
    /// The object that later parts need.
    pub key: Option<String>,
    /// A small picture of the part's last frame.
    pub preview: Option<String>,
    /// What the job's last part brings.
    pub outcome: Option<Outcome>,
}

impl Product {
    /// Every object of it.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        let outcome = self.outcome.iter().flat_map(|outcome| [&outcome.key, &outcome.manifest_key]);
        self.key.iter().chain(&self.preview).chain(outcome)
    }
}

/// Why a part has no product.
pub(super) enum Failed {
    /// The word to stop has come.
    Stopped,
    /// The part is a suspect, and another part does not end.
    NotAlone,
    /// The part cannot be done, or not now.
    Failure(Failure),
    /// The part's objects could not be read or stored, which is no fault of the request's.
    Storage(String),
    /// Others have the memory that the part needs.
    NoMemory(String),
}

impl From<produce::Error> for Failed {
    fn from(error: produce::Error) -> Self {
        let message = error.to_string();
        match error {
            produce::Error::Stopped => Self::Stopped,
            produce::Error::Layer { layer, may_pass, .. } => Self::Failure(Failure {
                code: "layer_unavailable".into(),
                message,
                layer: Some(layer),
                retryable: may_pass,
            }),
            produce::Error::Frames { why, may_pass } => {
                let layer = match why {
                    FramesUnknown::Times { layer, .. } => Some(layer),
                    FramesUnknown::Values { .. } => None,
                };
                Self::Failure(Failure { code: "layer_unavailable".into(), message, layer, retryable: may_pass })
            }
            produce::Error::Invalid(_) => {
                Self::Failure(Failure { code: "invalid_request".into(), message, layer: None, retryable: false })
            }
            produce::Error::NoMemory { .. } => Self::NoMemory(message),
            produce::Error::Machine(_) => Self::Failure(internal(&message)),
        }
    }
}

impl From<mapreel_queue::Error> for Failed {
    fn from(error: mapreel_queue::Error) -> Self {
        Self::Storage(error.to_string())
    }
}

impl From<Unreadable> for Failed {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::Damaged => Self::Failure(internal(&why.to_string())),
            // A newer worker made the object; such a worker is there, or will be, and goes on with the job.
            Unreadable::Newer => Self::Storage(why.to_string()),
        }
    }
}

/// A fault of this program, or of this machine.
pub(super) fn internal(message: &str) -> Failure {
    Failure { code: "internal".into(), message: message.to_owned(), layer: None, retryable: true }
}
