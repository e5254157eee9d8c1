//! libfaketime, which tells a process another time than the machine's.

use super::service::Site;
use std::path::PathBuf;

/// The library, where it is installed.
pub fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path().join("faketime"));
    folders.map(|folder| folder.join("libfaketimeMT.so.1")).find(|path| path.exists())
}

/// Processes that a site starts from now on are told a time by the library, as `setting`, one of its own, says.
pub fn apply(site: &mut Site, library: &std::path::Path, setting: (&str, &str)) {
    let library = library.to_str().unwrap();
    // An operator who sets the clock does not set the monotonic one.
    let settings = [("LD_PRELOAD", library), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), setting];
    site.environment.extend(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
}
