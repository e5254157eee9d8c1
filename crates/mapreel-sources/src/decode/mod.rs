//! Checks whether an answer is what was wanted, and decodes pictures.

pub(crate) mod answer;
pub(crate) mod picture;
pub(crate) mod wanted;
