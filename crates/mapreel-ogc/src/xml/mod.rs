//! XML documents of servers: decoded and read within limits; no reference to another document is followed.

pub mod broken_document;
pub mod document;
mod references;
pub mod tree;
