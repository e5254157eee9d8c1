//! What a job is for: a picture or a film.

use mapreel_spec::Purpose;
use serde::{Deserialize, Serialize};

/// What a job is for. Each service is a lane, in which its jobs wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// One picture.
    Image,
    /// A film.
    Animation,
}

impl Service {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Image, Self::Animation];

    /// The name of the service in records and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Animation => "animation",
        }
    }

    /// The purpose of the requests of this service.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Image => Purpose::Image,
            Self::Animation => Purpose::Animation,
        }
    }
}
