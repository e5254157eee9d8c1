//! The page: its measures and layout, and the furniture beside the map.

pub(crate) mod arrange;
pub(crate) mod attribution;
pub(crate) mod canvas;
pub(crate) mod colour_bar;
pub(crate) mod columns;
pub(crate) mod cut;
pub(crate) mod header;
pub(crate) mod layout;
pub(crate) mod legend;
pub(crate) mod measure;
pub(crate) mod neatline;
pub(crate) mod notice;
pub(crate) mod scale;
pub(crate) mod side;
pub(crate) mod swatches;
pub(crate) mod texts;
