//! Text: fonts, writing directions, and glyphs that no font has.

pub(crate) mod bidi;
pub(crate) mod fonts;
pub(crate) mod missing_glyphs;
pub(crate) mod span;
pub(crate) mod typesetter;
