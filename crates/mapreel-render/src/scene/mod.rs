//! An animation on its page: what is the same in every frame is drawn once, the rest for each frame.

pub(crate) mod art;
pub(crate) mod map_on_page;
pub(crate) mod painter;
pub(crate) mod scene;
