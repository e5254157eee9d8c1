//! What came back: whether it is an answer, and the pixels of pictures.

pub(crate) mod answer;
pub(crate) mod picture;
pub(crate) mod wanted;
