//! XML documents of strangers: decoded, bounded, and never followed anywhere.

pub mod broken_document;
pub mod document;
mod references;
pub mod tree;
