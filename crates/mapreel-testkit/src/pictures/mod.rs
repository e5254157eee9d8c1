//! Test pictures: made here, decoded by independent decoders, and compared.

mod bombs;
mod film;
mod jpeg;
mod picture;
mod png;

pub use bombs::{PNG_SIGNATURE, gzip, gzip_zeros, png_chunk, zlib, zlib_zeros};
pub use film::Film;
pub use jpeg::jpeg;
pub use picture::Picture;
pub use png::{BitDepth, ColorType, Png, grey, rgba};
