//! Pictures, decoded by Mapreel's own decoder.

use mapreel_testkit::pictures::Picture;
use std::path::Path;

/// Decodes a file of any still format; transparent pixels are composited on white.
pub fn decode(bytes: &[u8]) -> Picture {
    let picture = mapreel_sources::decode(bytes).expect("a picture");
    Picture::on_white(picture.width, picture.height, &picture.rgba)
}

/// Reads and decodes a file.
pub fn read(path: &Path) -> Picture {
    decode(&std::fs::read(path).unwrap())
}
