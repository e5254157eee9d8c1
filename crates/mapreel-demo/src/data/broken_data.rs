//! The error of unpacking data that have another form.

/// Packed data that are not in the form that the script describes which packs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenData {
    /// The outlines of the land, which the caller hands over.
    #[error("the outlines of the land are not in the form of `mapreel-render/geography/convert.py`")]
    Land,
    /// The temperatures, which are part of this crate.
    #[error("the temperatures of the sea are not in the form of `mapreel-demo/data/pack.py`")]
    Sea,
}
