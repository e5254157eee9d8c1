//! The problems of a request: where, what, and what to do.

use std::fmt;

/// A problem of a request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// JSON Pointer (RFC 6901) to the wrong value; empty for the whole document.
    pub pointer: String,
    /// A stable code for programs: `missing`, `unknown_field`, `wrong_type`, `out_of_range`, `invalid`,
    /// `not_supported`, `too_many`, `too_large`, `not_json`.
    pub code: &'static str,
    /// What is wrong, for people.
    pub detail: String,
    /// What to do about it, where there is an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with a hint.
    pub(crate) fn with_hint(pointer: &str, code: &'static str, detail: String, hint: &str) -> Self {
        Self { pointer: pointer.to_owned(), code, detail, hint: Some(hint.to_owned()) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the request" } else { &self.pointer };
        write!(f, "{place}: {}", self.detail)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// All problems of one request, in the order of the document; never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
