//! The purpose of a request: an image, an animation, or either.

/// The purpose of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// An image or an animation, as the document describes it.
    #[default]
    Any,
    /// One still picture.
    Image,
    /// An animation, perhaps of one frame.
    Animation,
}
