//! The values of settings (flags before environment before TOML file before defaults), and the source of each.

use super::problems::ConfigProblems;
use super::setting::{SETTINGS, Setting, variable};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// Settings by key: the value and its source.
pub struct Values(pub BTreeMap<&'static str, (String, String)>);

impl Values {
    /// Gathers the settings. `flags` are the given flags, `environment` looks a variable up, `file` is the path and text of the file.
    ///
    /// # Errors
    /// The file is not TOML, or has keys that are no settings; all such keys are named.
    pub(crate) fn gather(
        flags: &BTreeMap<String, String>,
        environment: impl Fn(&str) -> Option<String>,
        file: Option<(&Path, &str)>,
    ) -> Result<Self, ConfigProblems> {
        let (table, mut problems) = (read_file(file)?, ConfigProblems::default());
        let mut values = BTreeMap::new();
        for Setting { key, default, .. } in SETTINGS {
            let variable = variable(key);
            let from_file = || {
                let (path, _) = file?;
                let text = match table.get(*key)? {
                    toml::Value::String(text) => text.clone(),
                    toml::Value::Array(items) => {
                        let texts = items.iter().map(|item| item.as_str().map_or(item.to_string(), str::to_owned));
                        texts.collect::<Vec<_>>().join(",")
                    }
                    other => other.to_string(),
                };
                Some((text, format!("`{key}` in `{}`", path.display())))
            };
            let value = flags
                .get(*key)
                .map(|text| (text.clone(), format!("`--{}`", key.replace('_', "-"))))
                .or_else(|| Some((environment(&variable)?, format!("`{variable}`"))))
                .or_else(from_file)
                .unwrap_or_else(|| ((*default).to_owned(), "default".to_owned()));
            values.insert(*key, value);
        }
        let known = |key: &String| SETTINGS.iter().any(|setting| setting.key == key);
        problems.extend(table.keys().filter(|key| !known(key)).map(|key| {
            let path = file.map(|(path, _)| path.display().to_string()).unwrap_or_default();
            format!("`{key}` in `{path}`: there is no such setting; `mapreel config --example` prints all")
        }));
        problems.none_or(Self(values))
    }

    /// Every setting: key, value without passwords, source.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>, &str)> {
        SETTINGS.iter().map(|setting| {
            let (text, origin) = &self.0[setting.key];
            (setting.key, redacted(text), origin.as_str())
        })
    }
}

/// A URL without its user and password, for logs and messages; other texts as they are.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = text.split_once("://") else { return Cow::Borrowed(text) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://***{}", &rest[at..])),
        None => Cow::Borrowed(text),
    }
}

fn read_file(file: Option<(&Path, &str)>) -> Result<toml::Table, ConfigProblems> {
    let Some((path, text)) = file else { return Ok(toml::Table::new()) };
    text.parse().map_err(|error| ConfigProblems::only(format!("`{}` is not TOML: {error}", path.display())))
}
