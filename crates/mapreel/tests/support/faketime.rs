//! libfaketime, a preloaded library that gives a process another wall-clock time.

use super::service::Site;
use std::path::PathBuf;

/// The path of the library, if it is installed.
pub fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path().join("faketime"));
    folders.map(|folder| folder.join("libfaketimeMT.so.1")).find(|path| path.exists())
}

/// Preloads the library in all processes that the site starts from now on; `setting` is a variable of libfaketime and its value.
pub fn apply(site: &mut Site, library: &std::path::Path, setting: (&str, &str)) {
    let library = library.to_str().unwrap();
    // Setting the wall clock does not change the monotonic clock.
    let settings = [("LD_PRELOAD", library), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), setting];
    site.environment.extend(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
}
