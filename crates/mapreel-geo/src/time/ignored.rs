//! Entries of a time axis that cannot be read: they are named, counted and ignored.

use super::time_error::TimeError;
use super::time_error::shortened;
use std::fmt;

/// Entries of an axis that could not be read. Displayed, it names them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ignored {
    /// The first few of them, shortened, each with the reason.
    entries: Vec<(String, TimeError)>,
    count: usize,
    /// The number of all entries of the axis, readable or not.
    pub(crate) of: usize,
}

impl Ignored {
    /// The most entries that are named.
    const NAMED: usize = 4;

    pub(crate) fn add(&mut self, entry: &str, reason: TimeError) {
        self.count += 1;
        if self.entries.len() < Self::NAMED {
            self.entries.push((shortened(entry), reason));
        }
    }

    /// Why the first ignored entry cannot be read.
    pub(crate) fn reason(&self) -> Option<&TimeError> {
        self.entries.first().map(|(_, reason)| reason)
    }

    /// The number of ignored entries.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The first few ignored entries.
    pub fn entries(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(entry, _)| entry.as_str())
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.count == 1 { "is" } else { "are" };
        let entries = if self.of == 1 { "entry" } else { "entries" };
        write!(f, "{} of {} {entries} {verb} ignored: ", self.count, self.of)?;
        for (i, (entry, reason)) in self.entries.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            match reason {
                TimeError::NotATime(text) | TimeError::NotAnInterval(text) if text == entry => {
                    write!(f, "{comma}{reason}")?
                }
                _ => write!(f, "{comma}`{entry}` ({reason})")?,
            }
        }
        match self.count - self.entries.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
