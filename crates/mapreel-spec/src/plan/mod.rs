//! The plan: what is drawn, frame by frame, on which page, and what it costs; and the manifest, what was drawn.

pub(crate) mod caption;
pub(crate) mod frame;
pub(crate) mod frame_cost;
pub mod manifest;
pub(crate) mod page_content;
pub(crate) mod page_layout;
pub(crate) mod page_texts;
pub(crate) mod place_warnings;
pub(crate) mod plan;
pub(crate) mod planned_layer;
pub(crate) mod segment;
pub(crate) mod view;
