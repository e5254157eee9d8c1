//! The files that an operator writes.

use super::text;
use mapreel::fuzzing;

pub(super) const WORDS: &[&str] = &[
    "listen",
    "store",
    "broker",
    "artifacts",
    "workers",
    "frames_max",
    "lease_s",
    "private_upstreams",
    "log",
    "auto",
    "mongodb://",
    "amqp://",
    "s3://",
    "sqlite:",
    "hosts",
    "bearer",
    "basic",
    "header",
    "query",
    "[a]",
    "[[a]]",
    "\"\"\"",
    "'''",
    "inf",
    "nan",
    "1979-05-27",
    "{}",
    "[]",
    "a.b",
    "trace",
    "mapreel=debug",
    "1e99",
    "-1",
];

pub(super) mod seeds {
    use crate::seeds::{file, texts};

    pub fn configuration() -> Vec<Vec<u8>> {
        let example = String::from_utf8(file("mapreel.example.toml")).expect("it is text");
        let settings =
            example.lines().filter_map(|line| line.strip_prefix('#')).filter(|line| !line.starts_with([' ', '#']));
        let settings: String = settings.map(|line| format!("{line}\n")).collect();
        let further = texts(&[
            "store = \"mongodb://u:hunter2@h/db\"\nbroker = \"amqp://u:hunter2@h/v\"\nartifacts = \"s3://b/p\"",
            "private_upstreams = [\"10.0.0.0/8\", \"wms.internal:8080\"]\nlease_s = 2.5\nlog = \"mapreel=debug,info\"",
        ]);
        [vec![settings.into_bytes()], further].concat()
    }

    pub fn credentials() -> Vec<Vec<u8>> {
        texts(&[
            "[ecmwf]\nhosts = [\"wms.example.org\"]\nbearer = \"hunter2\"\n[b]\nhosts = [\"a\", \"b:8080\"]\nbasic = \"user:hunter2\"",
            "[c]\nhosts = [\"a\"]\nheader = \"X-Api-Key: hunter2\"\n[d]\nhosts = [\"*.a\"]\nquery = \"apikey=hunter2\"",
        ])
    }
}

/// Settings are accepted, or every wrong one is named.
pub(super) fn configuration(input: &[u8]) {
    if let Err(problems) = fuzzing::config(&text(input)) {
        assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.is_empty()));
    }
}

/// Credentials are accepted, or every problem is named. No problem quotes a secret that stands only in a field for secrets.
pub(super) fn credentials(input: &[u8]) {
    const SECRET: &str = "hunter2";
    let text = text(input);
    let Err(problems) = fuzzing::credentials(&text) else { return };
    assert!(!problems.is_empty());
    let table: toml::Table = text.parse().unwrap_or_default();
    let secrets = table.values().filter_map(toml::Value::as_table).flatten();
    let secrets = secrets.filter(|(name, _)| matches!(name.as_str(), "bearer" | "basic" | "header" | "query"));
    let hidden: usize =
        secrets.filter_map(|(_, value)| value.as_str()).map(|value| value.matches(SECRET).count()).sum();
    if hidden == text.matches(SECRET).count() {
        assert!(problems.iter().all(|problem| !problem.contains(SECRET)), "{problems:?}");
    }
}
