//! The options after `--`.

use crate::faults::{ALL, Fault, Form};
use crate::rig::Store;
use std::path::PathBuf;

/// Which trials run, and how long.
pub struct Options {
    pub form: Form,
    store: Option<Store>,
    fault: Option<String>,
    pub soak_minutes: Option<u64>,
    /// A `mapreel` of an earlier version.
    pub old: Option<PathBuf>,
    /// The options are for the harness of other tests: no trial runs.
    is_for_others: bool,
}

impl Options {
    pub fn from_arguments() -> Self {
        let mut options =
            Self { form: Form::Short, store: None, fault: None, soak_minutes: None, old: None, is_for_others: false };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().unwrap_or_default();
            match &*argument {
                "--long" => options.form = Form::Long,
                "--short" => options.form = Form::Short,
                "--store" => {
                    let name = value();
                    let store = Store::ALL.into_iter().find(|store| store.name() == name);
                    options.store = Some(store.unwrap_or_else(|| panic!("no store `{name}`: sqlite or cluster")));
                }
                "--fault" => options.fault = Some(value().to_uppercase()),
                "--old" => {
                    // A path relative to the root of the repository, where `./test` is.
                    let path = crate::support::service::repository(&value());
                    assert!(path.is_file(), "no program at `{}`", path.display());
                    options.old = path.canonicalize().ok();
                }
                "--soak" => options.soak_minutes = value().parse().ok(),
                // `cargo test` passes these options to every test.
                "--list" | "--ignored" => options.is_for_others = true,
                flag if flag.starts_with('-') => {}
                name => options.fault = Some(name.to_uppercase()),
            }
        }
        options
    }

    pub fn stores(&self) -> impl Iterator<Item = Store> {
        Store::ALL.into_iter().filter(|store| self.store.is_none_or(|wanted| wanted == *store))
    }

    /// The faults that are tried.
    pub fn faults(&self) -> impl Iterator<Item = &'static Fault> {
        let chosen = |fault: &&Fault| match &self.fault {
            Some(ids) => ids.split(',').any(|id| fault.id == id),
            None => fault.times_in(self.form) > 0,
        };
        ALL.iter().copied().filter(move |fault| !self.is_for_others && chosen(fault))
    }

    /// Whether all trials run, so that the page is written.
    pub fn is_written(&self) -> bool {
        self.form == Form::Long && self.store.is_none() && self.fault.is_none()
    }
}
