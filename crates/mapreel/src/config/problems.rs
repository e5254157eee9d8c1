//! What is wrong with what an operator has written: all of it at once.

use std::fmt;
use std::ops::Deref;
use std::path::Path;

/// Everything that is wrong with settings or a file, a sentence each: where it stands, what is there, what was expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigProblems(Vec<String>);

impl ConfigProblems {
    /// A single problem, without which nothing else could be read.
    pub(crate) fn only(problem: impl ToString) -> Self {
        Self(vec![problem.to_string()])
    }

    pub(crate) fn push(&mut self, problem: impl ToString) {
        self.0.push(problem.to_string());
    }

    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = String>) {
        self.0.extend(problems);
    }

    /// The same problems, each with the name of the file that it stands in.
    pub(crate) fn in_file(self, path: &Path) -> Self {
        Self(self.0.into_iter().map(|problem| format!("`{}`: {problem}", path.display())).collect())
    }

    /// What was read, unless something is wrong.
    ///
    /// # Errors
    /// Something is wrong.
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
