//! Everything on the page that is not map: one file each, each with `measure` for the layout and `draw` for the page.

pub(crate) mod attribution;
pub(crate) mod colour_bar;
pub(crate) mod header;
pub(crate) mod legend;
pub(crate) mod neatline;
pub(crate) mod notice;
pub(crate) mod swatches;
