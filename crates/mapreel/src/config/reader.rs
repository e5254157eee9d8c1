//! Parses the values of settings. A problem of a value is noted with its place, and parsing goes on with the next.

use super::problems::ConfigProblems;
use super::setting::expected;
use super::values::{Values, redacted};
use std::str::FromStr;
use std::time::Duration;

/// Parses values and notes their problems.
pub struct Reader<'a> {
    pub values: &'a Values,
    pub problems: ConfigProblems,
}

impl Reader<'_> {
    pub fn text(&self, key: &'static str) -> String {
        self.values.0[key].0.clone()
    }

    pub fn refuse(&mut self, key: &'static str, more: &str) {
        let (text, origin) = &self.values.0[key];
        let text = redacted(text);
        let expected = expected(key);
        self.problems.push(format!("{origin}: `{text}` is not {expected}{more}"));
    }

    pub fn parsed<T: FromStr>(&mut self, key: &'static str) -> Option<T> {
        let value = self.text(key).parse().ok();
        if value.is_none() {
            self.refuse(key, "");
        }
        value
    }

    /// A value that may be left out; `None`: it is left out, or refused.
    pub fn optional<T: FromStr>(&mut self, key: &'static str) -> Option<T> {
        if self.text(key).is_empty() { None } else { self.parsed(key) }
    }

    /// Values, separated by commas; each wrong one is named.
    pub fn list<T: FromStr>(&mut self, key: &'static str) -> Option<Vec<T>> {
        let text = self.text(key);
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty() || !text.trim().is_empty());
        let read: Vec<(&str, Option<T>)> = items.map(|item| (item, item.parse().ok())).collect();
        let origin = self.values.0[key].1.clone();
        for (item, _) in read.iter().filter(|(_, value)| value.is_none()) {
            let expected = expected(key);
            self.problems.push(format!("{origin}: `{item}` is not among {expected}"));
        }
        read.into_iter().map(|(_, value)| value).collect()
    }

    /// A number of at least 1.
    pub fn count<T: FromStr + PartialOrd + From<u8>>(&mut self, key: &'static str) -> Option<T> {
        let value = self.text(key).parse().ok().filter(|value| *value >= T::from(1));
        if value.is_none() {
            self.refuse(key, " of 1 or more");
        }
        value
    }

    pub fn duration(&mut self, key: &'static str) -> Option<Duration> {
        let seconds = self.text(key).parse::<f64>().ok().filter(|s| (0.01..=1e9).contains(s));
        if seconds.is_none() {
            self.refuse(key, " (0.01 or more)");
        }
        seconds.map(Duration::from_secs_f64)
    }

    pub fn workers(&mut self, key: &'static str, auto: usize) -> Option<usize> {
        match self.text(key).as_str() {
            "auto" => Some(auto),
            _ => {
                let count = self.parsed::<usize>(key)?;
                if count > 1024 {
                    self.refuse(key, " up to 1024");
                    return None;
                }
                Some(count)
            }
        }
    }

    /// A URL with one of these schemes.
    pub fn place(&mut self, key: &'static str, schemes: &[&str]) -> Option<String> {
        let text = self.text(key);
        let known = text.split_once(':').is_some_and(|(scheme, rest)| schemes.contains(&scheme) && !rest.is_empty());
        if !known {
            self.refuse(key, "");
        }
        known.then_some(text)
    }

    /// Refuses a value that needs the feature `cluster`, if this build is without it; `instead` is what the build can use.
    pub fn needs_cluster(&mut self, key: &'static str, instead: &str, has_cluster: bool) {
        let (text, origin) = &self.values.0[key];
        if ["mongodb", "amqp", "s3:"].iter().any(|kind| text.starts_with(kind)) && !has_cluster {
            let what = format!("this build has no `cluster`: `{}` cannot be used", redacted(text));
            self.problems.push(format!("{origin}: {what}; build Mapreel with its default features, or {instead}"));
        }
    }

    pub fn one_of(&mut self, key: &'static str, words: [&str; 2]) -> Option<bool> {
        let text = self.text(key);
        let place = words.iter().position(|word| *word == text);
        if place.is_none() {
            self.refuse(key, "");
        }
        place.map(|place| place == 1)
    }
}
