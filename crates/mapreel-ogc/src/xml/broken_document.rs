//! Why a document of a server cannot be used.

use crate::broken_description::BrokenDescription;
use crate::read_limits::Exceeded;

/// Why a document cannot be used: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenDocument {
    /// The document has no bytes.
    #[error("the document is empty")]
    Empty,
    /// The end of the document is missing.
    #[error("the XML is broken: it is cut off at its end, in line {line}")]
    CutOff {
        /// The last line.
        line: usize,
    },
    /// The document is not XML.
    #[error("the XML is broken in line {line}, column {column}: {what}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The character of the line, from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// The document exceeds a limit.
    #[error("the document is too large to be read: {0}")]
    TooLarge(Exceeded),
    /// The document describes something else than what was asked for.
    #[error("this is {found}, not a {wanted}")]
    OtherKind {
        /// What it describes, in words.
        found: String,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The document is JSON, and describes no map server.
    #[error(transparent)]
    Description(#[from] BrokenDescription),
    /// The capabilities lack an element that contains everything else.
    #[error("the capabilities have no `{element}`")]
    Missing {
        /// The element's name.
        element: &'static str,
    },
}

impl From<Exceeded> for BrokenDocument {
    fn from(exceeded: Exceeded) -> Self {
        // `Exceeded` is not the source of this error: its text is already in the message and would appear twice.
        Self::TooLarge(exceeded)
    }
}

/// The first characters of a text.
pub(crate) fn shortened(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
