//! What servers of OGC APIs say of themselves, in JSON.

mod collection;
mod crs;
mod extent;
mod page;
mod tileset;

pub(crate) use collection::Collection;
pub(crate) use crs::{crs_code, uri, without_brackets};
pub(crate) use extent::interval_text;
pub(crate) use page::Page;
pub(crate) use tileset::{limits, read_matrix_set, tileset_name, web_mercator_quad};
