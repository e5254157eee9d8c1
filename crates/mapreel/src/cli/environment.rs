//! Values that commands take from the environment if no flag gives them: credentials, memory, fonts.

use super::ending::Refused;
use crate::config::credentials;
use crate::config::fonts::FontSource;
use crate::operations::budget;
use mapreel_sources::Credentials;
use std::path::PathBuf;

/// The credentials for upstreams, from `file` or from the file that `MAPREEL_CREDENTIALS` names; none without either.
pub(crate) fn credentials(file: Option<PathBuf>) -> anyhow::Result<Credentials> {
    let file = file.or_else(|| std::env::var_os("MAPREEL_CREDENTIALS").map(PathBuf::from));
    match file.filter(|file| !file.as_os_str().is_empty()) {
        Some(file) => credentials::read(&file).map_err(|problems| anyhow::anyhow!(problems.join("; "))),
        None => Ok(Credentials::default()),
    }
}

/// The memory that the process may use, in MiB: the value of `MAPREEL_MEMORY`, or three quarters of the available memory.
pub(crate) fn memory_mib() -> anyhow::Result<u64> {
    let text = std::env::var("MAPREEL_MEMORY").unwrap_or_else(|_| "auto".into());
    let wrong = || Refused(format!("`MAPREEL_MEMORY`: `{text}` is not {}", budget::EXPECTED));
    Ok(budget::parse_mib(&text).ok_or_else(wrong)?)
}

/// The fonts at these places, or at those that `MAPREEL_FONTS` names; without either, those of the system.
pub(crate) fn fonts(places: Option<String>) -> anyhow::Result<FontSource> {
    let places = places.or_else(|| std::env::var("MAPREEL_FONTS").ok()).unwrap_or_default();
    FontSource::named(&places).map_err(anyhow::Error::msg)
}
