//! A run of text in one style.

use crate::theme;
use mapreel_spec::Colour;

/// A piece of text of one look.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub text: String,
    pub colour: Colour,
    pub bold: bool,
}

impl Span {
    pub(crate) fn ink(text: impl Into<String>) -> Self {
        Self { text: text.into(), colour: theme::INK, bold: false }
    }

    pub(crate) fn bold(text: impl Into<String>) -> Self {
        Self { bold: true, ..Self::ink(text) }
    }

    pub(crate) fn muted(text: impl Into<String>) -> Self {
        Self { colour: theme::MUTED, ..Self::ink(text) }
    }

    pub(crate) fn alarm(text: impl Into<String>) -> Self {
        Self { colour: theme::ALARM, ..Self::ink(text) }
    }
}
