//! The id of a job.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The id of a job: a UUID of version 7 (RFC 9562), so that ids sort by age and cannot be guessed. The order is a convenience: no promise
/// depends on the clock of the process that made an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(Uuid);

impl JobId {
    /// A new id.
    pub fn random() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for JobId {
    type Err = NotAnId;

    /// Reads only the form in which a [`JobId`] is printed, since ids become parts of file names.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let id = Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)?;
        if id.to_string() == text { Ok(id) } else { Err(NotAnId) }
    }
}

/// The text is not the id of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not the id of a job")]
pub struct NotAnId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_form_is_a_name() {
        let id = JobId::random();
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in [
            "",
            "../x",
            &id.to_string().to_uppercase(),
            &format!("{{{id}}}"),
            &format!("urn:uuid:{id}"),
            &id.to_string().replace('-', ""),
        ] {
            assert!(text.parse::<JobId>().is_err(), "{text}");
        }
    }
}
