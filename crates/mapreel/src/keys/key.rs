//! The keys of clients, and the roles of their holders. The program stores only the SHA-256 of a key.
//!
//! ```toml
//! [portal]
//! hash = "sha256:…"
//! roles = ["submit", "read"]
//! open_jobs_max = 50           # both limits may be left out
//! frames_per_hour_max = 20000
//! ```

use crate::config::problems::ConfigProblems;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The most keys in one file: a presented key is compared with each of them.
const KEYS_MAX: usize = 1_000;
const NAME_BYTES_MAX: usize = 64;
/// The prefix of every key, by which scanners for secrets can find a key that was published by mistake.
const PREFIX: &str = "mapreel_";

/// A right of the holder of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Send requests, and cancel its own jobs.
    Submit,
    /// Read its own jobs and fetch their files.
    Read,
    /// Read the jobs of all owners, fetch their files, and cancel them.
    Operate,
}

impl Role {
    /// Every role.
    pub(crate) const ALL: [Self; 3] = [Self::Submit, Self::Read, Self::Operate];

    /// The name of the role in the file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Read => "read",
            Self::Operate => "operate",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// The text, which is not the name of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role; there are `submit`, `read` and `operate`")]
pub(crate) struct UnknownRole(String);

/// The name is not allowed for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is a letter, then up to {} letters, digits, `-` and `_`", NAME_BYTES_MAX - 1)]
pub(crate) struct BadName;

/// A key, as it is stored: its hash, and what its holder may do.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// The owner of the jobs that are sent with the key.
    pub name: String,
    hash: [u8; 32],
    pub roles: Vec<Role>,
    /// The most jobs of the holder that are pending or running.
    pub open_jobs_max: Option<u32>,
    pub frames_per_hour_max: Option<u32>,
}

impl Key {
    /// Whether its holder may act in one of these roles.
    pub(crate) fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// All valid keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys(Vec<Arc<Key>>);

impl Keys {
    /// Parses the text of a file of keys.
    ///
    /// # Errors
    /// Everything that is wrong with the text. The errors quote nothing that might be a key.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigProblems> {
        // The parser's own message would quote the line, which may contain a key.
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            ConfigProblems::only(format!("line {line} is not TOML, or has a name for the second time"))
        })?;
        let (mut keys, mut problems) = (Vec::<Arc<Key>>::new(), ConfigProblems::default());
        for (name, value) in &table {
            let before = problems.len();
            let key = key(name, value, &mut |problem| problems.push(format!("[{name}]: {problem}")));
            let Some(key) = key.filter(|_| problems.len() == before) else { continue };
            match keys.iter().find(|other| other.hash == key.hash) {
                Some(other) => problems.push(format!("[{name}]: this is the same key as [{}]", other.name)),
                None => keys.push(Arc::new(key)),
            }
        }
        if keys.len() > KEYS_MAX {
            problems.push(format!("{} keys are more than {KEYS_MAX}", keys.len()));
        }
        problems.none_or(Self(keys))
    }

    /// The stored key that matches the presented one. The comparison takes constant time, so its duration tells nothing about the keys.
    pub(crate) fn find(&self, presented: &str) -> Option<Arc<Key>> {
        let hash = Sha256::digest(presented);
        self.0.iter().fold(None, |found, key| {
            let is_it = bool::from(key.hash.ct_eq(hash.as_slice()));
            if is_it { Some(key.clone()) } else { found }
        })
    }

    /// Whether this key is still valid and unchanged.
    pub(crate) fn contain(&self, key: &Arc<Key>) -> bool {
        self.0.contains(key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter().map(|key| &**key)
    }
}

/// A new key of 256 random bits.
///
/// # Errors
/// The machine has no random numbers.
pub(crate) fn fresh() -> Result<String, getrandom::Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)?;
    Ok(format!("{PREFIX}{}", hex::encode(bits)))
}

/// The hash of a key, which is what the file stores.
pub(crate) fn hash_of(key: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(key)))
}

/// Checks the name of a key. It must begin with a letter, so that no name can be an IP address: without keys, the owner of a job is its
/// client's address.
///
/// # Errors
/// The name is not allowed.
pub(crate) fn check_name(name: &str) -> Result<(), BadName> {
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= NAME_BYTES_MAX
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_name { Ok(()) } else { Err(BadName) }
}

fn key(name: &str, value: &toml::Value, note: &mut dyn FnMut(String)) -> Option<Key> {
    if let Err(problem) = check_name(name) {
        note(problem.to_string());
    }
    let Some(table) = value.as_table() else {
        note("is not a table".into());
        return None;
    };
    const KNOWN: [&str; 4] = ["hash", "roles", "open_jobs_max", "frames_per_hour_max"];
    for field in table.keys().filter(|field| !KNOWN.contains(&field.as_str())) {
        note(format!(
            "`{field}` is not known here; there are `hash`, `roles`, `open_jobs_max` and `frames_per_hour_max`"
        ));
    }
    let hash = table.get("hash").and_then(toml::Value::as_str).and_then(|text| bytes(text.strip_prefix("sha256:")?));
    if hash.is_none() {
        note("`hash` is not `sha256:` and 64 hexadecimal digits".into());
    }
    let roles = roles(table, note);
    let mut limit = |field: &str| {
        let value = table.get(field)?;
        let number = value.as_integer().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
        if number.is_none() {
            note(format!("`{field}` is not a whole number of 1 or more"));
        }
        number
    };
    let (open_jobs_max, frames_per_hour_max) = (limit("open_jobs_max"), limit("frames_per_hour_max"));
    Some(Key { name: name.to_owned(), hash: hash?, roles, open_jobs_max, frames_per_hour_max })
}

fn roles(table: &toml::Table, note: &mut dyn FnMut(String)) -> Vec<Role> {
    let named = table.get("roles").and_then(toml::Value::as_array).filter(|roles| !roles.is_empty());
    if named.is_none() {
        note("`roles` is not a list of `submit`, `read` and `operate`".into());
    }
    let mut roles = Vec::new();
    for role in named.into_iter().flatten() {
        match role.as_str().map(str::parse::<Role>) {
            Some(Ok(role)) => roles.push(role),
            Some(Err(problem)) => note(problem.to_string()),
            None => note("a role is not a string".into()),
        }
    }
    roles
}

fn bytes(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_hash_and_nothing_else() {
        let (one, two) = (fresh().unwrap(), fresh().unwrap());
        assert!(one.len() == PREFIX.len() + 64 && one != two);
        let text = format!(
            "[a]\nhash = '{}'\nroles = ['submit']\n[b]\nhash = '{}'\nroles = ['read', 'operate']\nopen_jobs_max = 5\n",
            hash_of(&one),
            hash_of(&two)
        );
        let keys = Keys::parse(&text).unwrap();
        let found = keys.find(&two).unwrap();
        assert_eq!((found.name.as_str(), found.open_jobs_max, found.has_any(&[Role::Read])), ("b", Some(5), true));
        assert_eq!(keys.find(&one).unwrap().name, "a");
        let upper = one.to_uppercase();
        for wrong in ["", "a", &hash_of(&one), &one[1..], &one[..one.len() - 1], &upper, &format!("{one} ")] {
            assert_eq!(keys.find(wrong), None, "{wrong}");
        }
        assert_eq!(Keys::parse("").unwrap().find(&one), None);
    }

    #[test]
    fn all_problems_are_reported_at_once_and_without_secrets() {
        let good = hash_of("x");
        let text = format!(
            "[a]\nroles = ['submit']\n[b]\nhash = 'hush'\nroles = ['admin', 7]\n[c]\nhash = '{good}'\nroles = []\n\
             [d]\nhash = '{good}'\nroles = ['read']\nopen_jobs_max = 0\nkey = 'hush'\n[7]\nhash = '{good}'\nroles = ['read']\n\
             [e]\nhash = '{good}'\nroles = ['read']\n[f]\nhash = '{good}'\nroles = ['read']\n"
        );
        let problems = Keys::parse(&text).unwrap_err();
        assert_eq!(problems.len(), 9, "{problems:#?}");
        assert!(problems.iter().all(|problem| !problem.contains("hush") && !problem.contains(&good)), "{problems:#?}");
        assert!(Keys::parse("[a]\nhash = hush").unwrap_err()[0].starts_with("line 2 is not TOML"));
        assert!(check_name("192.0.2.7").is_err() && check_name("fe80").is_ok() && check_name("a b").is_err());
    }
}
