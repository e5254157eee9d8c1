//! Pictures as Mapreel's own decoder reads them.

use mapreel_testkit::pictures::Picture;
use std::path::Path;

/// A file of any still format; transparent pixels are laid on white.
pub fn decode(bytes: &[u8]) -> Picture {
    let picture = mapreel_sources::decode(bytes).expect("a picture");
    Picture::on_white(picture.width, picture.height, &picture.rgba)
}

/// The same, of a file.
pub fn read(path: &Path) -> Picture {
    decode(&std::fs::read(path).unwrap())
}
