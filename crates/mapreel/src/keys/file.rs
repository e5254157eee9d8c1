//! The file of keys. It is read whole and replaced atomically, under a lock.

use super::key::{Key, Keys, Role, check_name, fresh, hash_of};
use crate::config::problems::ConfigProblems;
use anyhow::{Context, bail};
use std::fs::{File, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

const BYTES_MAX: u64 = 1 << 20;
/// Only the user that runs the service may read the file.
const MODE: u32 = 0o600;

/// A file of keys that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read `{}`: {reason}", path.display())]
pub(super) struct Unreadable {
    path: PathBuf,
    reason: String,
}

/// The text of the file.
///
/// # Errors
/// The file cannot be read, or is too long.
pub(super) fn text(path: &Path) -> Result<String, Unreadable> {
    let unreadable = |reason: String| Unreadable { path: path.to_owned(), reason };
    let failed = |error: std::io::Error| unreadable(error.to_string());
    let mut text = String::new();
    File::open(path).map_err(failed)?.take(BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    let is_short = text.len() as u64 <= BYTES_MAX;
    is_short.then_some(text).ok_or_else(|| unreadable(format!("it has more than {BYTES_MAX} bytes")))
}

/// Parses the text of the file.
///
/// # Errors
/// Everything that is wrong with the text, with the file's name.
pub(super) fn parse(path: &Path, text: &str) -> Result<Keys, ConfigProblems> {
    Keys::parse(text).map_err(|problems| problems.in_file(path))
}

/// Reads the file.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn read(path: &Path) -> Result<Keys, ConfigProblems> {
    parse(path, &text(path).map_err(ConfigProblems::only)?)
}

/// Adds a key to the file, which is made if it is missing. Returns the key itself; the file has only its hash.
///
/// # Errors
/// The name is not valid or is taken, or the file cannot be read or replaced, or is not valid.
pub(crate) fn add(
    path: &Path,
    name: &str,
    roles: &[Role],
    open_jobs_max: Option<u32>,
    frames_per_hour_max: Option<u32>,
) -> anyhow::Result<String> {
    check_name(name)?;
    let key = fresh().context("cannot make a key")?;
    change(path, |text, keys| {
        if keys.iter().any(|key| key.name == name) {
            bail!("there is a key of the name `{name}` already; revoke it first");
        }
        let roles: Vec<String> = roles.iter().map(|role| format!("\"{}\"", role.name())).collect();
        let gap = if text.is_empty() {
            ""
        } else if text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        let limit = |field, max: Option<u32>| max.map(|max| format!("{field} = {max}\n")).unwrap_or_default();
        Ok(format!(
            "{text}{gap}[{name}]\nhash = \"{}\"\nroles = [{}]\n{}{}",
            hash_of(&key),
            roles.join(", "),
            limit("open_jobs_max", open_jobs_max),
            limit("frames_per_hour_max", frames_per_hour_max),
        ))
    })?;
    Ok(key)
}

/// Removes a key from the file.
///
/// # Errors
/// No key has this name, or the file cannot be read or replaced, or is not valid.
pub(crate) fn revoke(path: &Path, name: &str) -> anyhow::Result<()> {
    change(path, |text, keys| {
        if !keys.iter().any(|key| key.name == name) {
            bail!("there is no key of the name `{name}`");
        }
        // Only the lines of the key's table are removed; comments on other keys stay.
        let mut is_its = false;
        let lines = text.split_inclusive('\n').filter(|line| {
            let line = line.trim();
            if line.starts_with('[') {
                is_its = line.split('#').next().is_some_and(|head| head.trim() == format!("[{name}]"));
            }
            !is_its
        });
        let without: String = lines.collect();
        let rest: Vec<&Key> = keys.iter().filter(|key| key.name != name).collect();
        if Keys::parse(&without).is_ok_and(|keys| keys.iter().eq(rest)) {
            return Ok(without);
        }
        // The key is not written as `add` writes it: the whole file is written anew, without comments.
        let mut table: toml::Table = text.parse()?;
        table.remove(name);
        Ok(table.to_string())
    })
}

/// Replaces the file atomically by the text that `edit` makes of its old text.
fn change(path: &Path, edit: impl FnOnce(&str, &Keys) -> anyhow::Result<String>) -> anyhow::Result<()> {
    // A symbolic link stays: its target is replaced.
    let path: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wrong = || format!("cannot replace `{}`", path.display());
    // While it is held, the lock keeps other programs from changing the file.
    let lock = File::open(folder).with_context(wrong)?;
    lock.lock().with_context(wrong)?;
    let before = match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        metadata => Some(metadata.with_context(wrong)?),
    };
    let old = before.as_ref().map_or(Ok(String::new()), |_| text(&path))?;
    let keys = parse(&path, &old)?;
    let new = edit(&old, &keys)?;
    parse(&path, &new)?;
    let mut draft = tempfile::Builder::new().permissions(Permissions::from_mode(MODE)).tempfile_in(folder)?;
    draft.write_all(new.as_bytes()).with_context(wrong)?;
    if let Some(before) = before {
        // If root changes the file, the user that runs the service must still be able to read it, so the owner stays.
        let _ = chown(draft.path(), Some(before.uid()), Some(before.gid()));
    }
    draft.as_file().sync_all().with_context(wrong)?;
    draft.persist(&path).with_context(wrong)?;
    lock.sync_all().with_context(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_a_key_keeps_the_other_keys_and_comments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let first = add(&path, "first", &[Role::Submit, Role::Read], Some(50), None).unwrap();
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        let commented = format!("# of the house\n{}# the end", text(&path).unwrap());
        std::fs::write(&path, commented).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let second = add(&path, "second", &[Role::Operate], None, Some(7)).unwrap();
        let keys = read(&path).unwrap();
        assert_eq!(keys.find(&first).unwrap().open_jobs_max, Some(50));
        assert_eq!(keys.find(&second).unwrap().frames_per_hour_max, Some(7));
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert!(add(&path, "second", &[Role::Read], None, None).is_err(), "the name is taken");
        revoke(&path, "second").unwrap();
        assert!(text(&path).unwrap().starts_with("# of the house\n[first]"));
        assert!(revoke(&path, "second").is_err() && read(&path).unwrap().find(&second).is_none());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no drafts are left");
    }

    #[test]
    fn a_key_is_revoked_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let entry = |key: &str| format!("{{ hash = \"{}\", roles = [\"read\"] }}", hash_of(key));
        std::fs::write(&path, format!("a = {}\nb = {}\n", entry("1"), entry("2"))).unwrap();
        revoke(&path, "a").unwrap();
        let keys = read(&path).unwrap();
        assert!(keys.find("1").is_none() && keys.find("2").is_some());
    }

    #[test]
    fn of_two_concurrent_additions_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        std::thread::scope(|scope| {
            for i in 0..8 {
                let path = &path;
                scope.spawn(move || add(path, &format!("k{i}"), &[Role::Read], None, None).unwrap());
            }
        });
        assert_eq!(read(&path).unwrap().iter().count(), 8);
    }
}
