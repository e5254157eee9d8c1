//! The keys of clients.

pub(crate) mod file;
pub(crate) mod key;
pub(crate) mod ring;
