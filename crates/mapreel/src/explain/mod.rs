//! What a request would cost and what servers offer, told without drawing anything.

pub(crate) mod estimate;
pub(crate) mod explanation;
mod explanation_text;
pub(crate) mod inquiry;
pub(crate) mod layers;
