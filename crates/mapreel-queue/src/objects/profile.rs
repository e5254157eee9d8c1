//! The shared AWS files of the host: `~/.aws/credentials` and `~/.aws/config`, with the profile that `AWS_PROFILE` names.
//!
//! A profile may have static keys or a `credential_process`. For anything else, such as SSO or a chain of roles, let the AWS CLI be the
//! process: `credential_process = aws configure export-credentials --profile NAME`.

use crate::Error;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The settings of a profile, by lower-case name.
pub(super) type Section = BTreeMap<String, String>;

/// The paths of the files, and the name of the profile.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) name: String,
    /// Whether `AWS_PROFILE` names it.
    named: bool,
    credentials: PathBuf,
    config: PathBuf,
}

impl Profile {
    /// The profile that the environment names, or `default`.
    pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let home = PathBuf::from(variable("HOME").unwrap_or_default()).join(".aws");
        let path = |name: &str, file: &str| variable(name).map_or_else(|| home.join(file), PathBuf::from);
        let named = variable("AWS_PROFILE").filter(|name| !name.is_empty());
        Self {
            named: named.is_some(),
            name: named.unwrap_or_else(|| "default".to_owned()),
            credentials: path("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
            config: path("AWS_CONFIG_FILE", "config"),
        }
    }

    /// The settings of the profile from both files; those of the credentials file take precedence. `None`: `AWS_PROFILE` names no profile,
    /// and the default profile has neither credentials nor a region.
    ///
    /// # Errors
    /// The profile that `AWS_PROFILE` names is in neither file, or has neither keys nor a `credential_process`.
    pub(super) fn read(&self) -> Result<Option<Section>, Error> {
        let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let in_config = if self.name == "default" { self.name.clone() } else { format!("profile {}", self.name) };
        let mut section = sections(&text(&self.config)).remove(&in_config);
        if let Some(own) = sections(&text(&self.credentials)).remove(&self.name) {
            section.get_or_insert_default().extend(own);
        }
        let files = format!("`{}` and `{}`", self.credentials.display(), self.config.display());
        match section {
            None if self.named => {
                Err(Error::Setting(format!("the profile `{}` of `AWS_PROFILE` is not in {files}", self.name)))
            }
            Some(section) if self.named && !is_usable(&section) => Err(Error::Setting(format!(
                "the profile `{}` in {files} has neither keys nor `credential_process`; for SSO and roles set \
                 `credential_process = aws configure export-credentials --profile NAME` in a profile of its own",
                self.name
            ))),
            section => Ok(section.filter(|section| self.named || is_usable(section) || section.contains_key("region"))),
        }
    }

    /// When the files were last changed.
    pub(super) fn changed(&self) -> [Option<SystemTime>; 2] {
        let changed = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
        [changed(&self.credentials), changed(&self.config)]
    }
}

/// Whether a profile gives credentials.
pub(super) fn is_usable(section: &Section) -> bool {
    section.contains_key("credential_process")
        || section.contains_key("aws_access_key_id") && section.contains_key("aws_secret_access_key")
}

/// The sections of an INI file as AWS writes them. Indented lines are skipped: they are settings nested in the line above.
fn sections(text: &str) -> BTreeMap<String, Section> {
    let (mut sections, mut name): (BTreeMap<String, Section>, _) = (BTreeMap::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with(['#', ';', ' ', '\t'])) {
        let line = line.split_once(" #").map_or(line, |(line, _)| line).trim();
        if let Some(header) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name = header.split_whitespace().collect::<Vec<_>>().join(" ");
            sections.entry(name.clone()).or_default();
        } else if let Some((key, value)) = line.split_once('=') {
            sections.entry(name.clone()).or_default().insert(key.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_cannot_be_used_is_refused_and_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display().to_string();
        std::fs::write(folder.path().join("config"), "[profile sso]\nsso_session = x\n").unwrap();
        let profile = |name: Option<&str>| {
            Profile::from_environment(|variable| match variable {
                "AWS_PROFILE" => name.map(str::to_owned),
                "AWS_SHARED_CREDENTIALS_FILE" => Some(format!("{at}/credentials")),
                "AWS_CONFIG_FILE" => Some(format!("{at}/config")),
                _ => None,
            })
        };
        let said = |name: Option<&str>| profile(name).read().map_err(|error| error.to_string());
        assert!(said(Some("sso")).is_err_and(|why| why.contains("credential_process = aws configure")));
        assert!(said(Some("none")).is_err_and(|why| why.contains("is not in")));
        assert_eq!(said(None), Ok(None), "nobody asked for one");
    }
}
