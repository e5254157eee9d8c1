//! Seeds: recorded documents and golden files of the tests.

use crate::mutate::LENGTH_MAX;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A place in the repository, from its root.
fn at(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(place)
}

/// One file of the repository, unpacked if its name ends in `.gz`.
pub(crate) fn file(place: &str) -> Vec<u8> {
    read(&at(place))
}

fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut text).expect("the recorded documents are whole");
    text
}

/// The files of a folder whose names have these endings, in order, without those that are too long to be mutated.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(at(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.sort();
    let named = |path: &PathBuf| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending));
    let files: Vec<_> = paths.iter().filter(|path| named(path)).map(|path| read(path)).collect();
    files.into_iter().filter(|bytes| bytes.len() <= LENGTH_MAX).collect()
}

/// Texts as inputs.
pub(crate) fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
