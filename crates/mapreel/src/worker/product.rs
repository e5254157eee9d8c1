//! The product of a part, or why it has none.

use crate::pipeline::produce;
use crate::pipeline::stored::Unreadable;
use mapreel_queue::{Failure, Outcome};
use mapreel_spec::FramesUnknown;

/// The product of a part: its objects, and the outcome of the job's last part.
#[derive(Debug, Clone)]
pub(super) struct Product {
    /// The key of the object that later parts need.
    pub key: Option<String>,
    /// The key of a small picture of the part's last frame.
    pub preview: Option<String>,
    /// The job's outcome, if this is its last part.
    pub outcome: Option<Outcome>,
}

impl Product {
    /// The keys of all its objects.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        let outcome = self.outcome.iter().flat_map(|outcome| [&outcome.key, &outcome.manifest_key]);
        self.key.iter().chain(&self.preview).chain(outcome)
    }
}

/// Why a part has no product.
pub(super) enum Failed {
    /// The part's stop token was cancelled.
    Stopped,
    /// The part is a suspect and must run exclusively, but another part lingers.
    NotAlone,
    /// The attempt failed, for good or for now.
    Failure(Failure),
    /// Objects could not be read or stored; the request is not the cause.
    Storage(String),
    /// Other parts use the memory that this part needs.
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
            // A newer version of the program has stored the object. A worker of that version will go on with the job.
            Unreadable::Newer => Self::Storage(why.to_string()),
        }
    }
}

/// A fault of this program, or of this machine.
pub(super) fn internal(message: &str) -> Failure {
    Failure { code: "internal".into(), message: message.to_owned(), layer: None, retryable: true }
}
