//! The problems of settings and files of an operator, all reported at once.

use std::fmt;
use std::ops::Deref;
use std::path::Path;

/// Everything that is wrong with settings or a file, a sentence for each problem: its place, the value, and what was expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigProblems(Vec<String>);

impl ConfigProblems {
    /// A single problem, because of which nothing else could be read.
    pub(crate) fn only(problem: impl ToString) -> Self {
        Self(vec![problem.to_string()])
    }

    pub(crate) fn push(&mut self, problem: impl ToString) {
        self.0.push(problem.to_string());
    }

    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = String>) {
        self.0.extend(problems);
    }

    /// The same problems, each with the name of its file.
    pub(crate) fn in_file(self, path: &Path) -> Self {
        Self(self.0.into_iter().map(|problem| format!("`{}`: {problem}", path.display())).collect())
    }

    /// Returns `read`, if there are no problems.
    ///
    /// # Errors
    /// There are problems.
    pub(crate) fn none_or<T>(self, read: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(read) } else { Err(self) }
    }
}

impl Deref for ConfigProblems {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl IntoIterator for ConfigProblems {
    type Item = String;
    type IntoIter = std::vec::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for ConfigProblems {}
