//! What a request would cost and what servers offer, told without drawing anything.

pub(crate) mod explain;
pub(crate) mod inquiry;
pub(crate) mod layers;
