//! What tells workers that there is work, beside the store. Without it they find the work themselves, later.

pub mod rabbit;
