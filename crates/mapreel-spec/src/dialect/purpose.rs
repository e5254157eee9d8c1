//! What a request is sent for.

/// What a request is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Whatever it describes.
    #[default]
    Any,
    /// One still picture.
    Image,
    /// A film, if only of one frame.
    Animation,
}
