//! The operator's file of credentials: TOML, a table for each.
//!
//! ```toml
//! [ecmwf]
//! hosts = ["wms.example.org"]
//! bearer = "…"        # or: basic = "user:password" · header = "X-Api-Key: …" · query = "apikey=…"
//! ```

use super::problems::ConfigProblems;
use mapreel_sources::{BadCredential, Credential, Credentials, Secret};
use std::path::Path;

/// Reads the file.
///
/// # Errors
/// Everything that is wrong with it. The errors quote no secret.
pub(crate) fn read(path: &Path) -> Result<Credentials, ConfigProblems> {
    let unreadable = |error| ConfigProblems::only(format!("cannot read `{}`: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    parse(&text).map_err(|problems| problems.in_file(path))
}

/// Reads the text of the file.
///
/// # Errors
/// Everything that is wrong with it. The errors quote no secret.
pub(crate) fn parse(text: &str) -> Result<Credentials, ConfigProblems> {
    // The parser's own message would quote the line, which may contain a secret.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        ConfigProblems::only(format!("line {line} is not TOML"))
    })?;
    let (mut credentials, mut problems) = (Credentials::default(), ConfigProblems::default());
    for (name, value) in &table {
        match credential(value) {
            Ok(credential) => credentials.add(name, credential),
            Err(problem) => problems.push(format!("[{name}]: {problem}")),
        }
    }
    problems.none_or(credentials)
}

/// A problem of one credential.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("is not a table")]
    NotATable,
    #[error("`{0}` is not known here; there are `hosts`, `bearer`, `basic`, `header` and `query`")]
    UnknownField(String),
    #[error("`hosts` is missing: a list of host names")]
    NoHosts,
    #[error("`hosts` is not a list of host names")]
    HostsNotNames,
    #[error("needs one of `bearer`, `basic`, `header` and `query`")]
    NotOneSecret,
    #[error("`{0}` is not a string")]
    NotAString(&'static str),
    #[error("`{kind}` is not two words with a `{sign}` between them")]
    NotTwoWords { kind: &'static str, sign: char },
    #[error(transparent)]
    Unusable(#[from] BadCredential),
}

fn credential(value: &toml::Value) -> Result<Credential, Problem> {
    const KINDS: [(&str, Option<char>); 4] =
        [("bearer", None), ("basic", Some(':')), ("header", Some(':')), ("query", Some('='))];
    let table = value.as_table().ok_or(Problem::NotATable)?;
    let known = |key: &&String| *key == "hosts" || KINDS.iter().any(|(kind, _)| kind == key);
    if let Some(key) = table.keys().find(|key| !known(key)) {
        return Err(Problem::UnknownField(key.clone()));
    }
    let hosts = table.get("hosts").and_then(toml::Value::as_array).ok_or(Problem::NoHosts)?;
    let hosts = hosts.iter().map(|host| host.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
    let hosts = hosts.ok_or(Problem::HostsNotNames)?;
    let given: Vec<_> = KINDS.iter().filter_map(|(kind, sign)| Some((*kind, *sign, table.get(*kind)?))).collect();
    let [(kind, sign, value)] = given[..] else {
        return Err(Problem::NotOneSecret);
    };
    let value = value.as_str().ok_or(Problem::NotAString(kind))?;
    let two = || {
        let (first, second) = value.split_once(sign?)?;
        (!first.is_empty()).then(|| (first.trim().to_owned(), second.trim().to_owned()))
    };
    let wrong = || Problem::NotTwoWords { kind, sign: sign.unwrap_or_default() };
    let secret = match kind {
        "bearer" => Secret::Bearer(value.to_owned()),
        "basic" => two().map(|(user, password)| Secret::Basic(user, password)).ok_or_else(wrong)?,
        "header" => two().map(|(name, value)| Secret::Header(name, value)).ok_or_else(wrong)?,
        _ => two().map(|(name, value)| Secret::Query(name, value)).ok_or_else(wrong)?,
    };
    Ok(Credential::new(&hosts, secret)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read() {
        let text = "[a]\nhosts = ['h']\nbearer = 't'\n[b]\nhosts = ['h']\nbasic = 'u:p:q'\n\
                    [c]\nhosts = ['*.h', 'i:8080']\nheader = 'X-Key: k'\n[d]\nhosts = ['h']\nquery = 'key=v='\n";
        assert!(parse(text).is_ok());
    }

    #[test]
    fn all_problems_are_reported_at_once_and_without_secrets() {
        let text = "[a]\nbearer = 'hush'\n[b]\nhosts = ['h']\n[c]\nhosts = ['h']\nbasic = 'hush'\n[d]\nhosts = ['h']\ntoken = 'hush'\n\
                    [e]\nhosts = ['http://h/']\nbearer = 'hush'\n[f]\nhosts = ['h']\nheader = 'hush hush: x'\n";
        let problems = parse(text).unwrap_err();
        assert_eq!(problems.len(), 6, "{problems:?}");
        assert!(problems.iter().all(|problem| !problem.contains("hush")), "{problems:?}");
        assert_eq!(parse("[a]\nbearer = hush").unwrap_err(), ConfigProblems::only("line 2 is not TOML"));
    }
}
