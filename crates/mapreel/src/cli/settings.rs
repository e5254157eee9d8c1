//! The settings of `serve` and `worker` as flags, and gathering them from flags, environment and file.

use super::ending::Ending;
use crate::config::config::Config;
use crate::config::problems::ConfigProblems;
use crate::config::setting::{SETTINGS, Setting, example, variable};
use crate::config::values::Values;
use clap::{Arg, ArgMatches, Command};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The flags that were given.
#[derive(Debug, Clone, Default)]
pub(super) struct Flags {
    config: Option<PathBuf>,
    given: BTreeMap<String, String>,
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config").long("config").value_name("FILE");
        let command = command.arg(file.help("A TOML file with settings; or `MAPREEL_CONFIG`."));
        SETTINGS.iter().fold(command, |command, setting| {
            let default = if setting.default.is_empty() { "none" } else { setting.default };
            let help = format!("{} [default: {default}]", setting.help);
            let arg = Arg::new(setting.key).long(setting.key.replace('_', "-")).value_name("VALUE").help(help);
            command.arg(if setting.key == "workers" { arg.alias("slots") } else { arg })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |setting: &Setting| Some((setting.key.to_owned(), matches.get_one::<String>(setting.key)?.clone()));
        let config = matches.get_one::<String>("config").map(PathBuf::from);
        Ok(Self { config, given: SETTINGS.iter().filter_map(given).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Flags {
    /// The settings of flags, environment and file.
    fn values(&self) -> Result<Values, ConfigProblems> {
        let environment = |name: &str| std::env::var(name).ok();
        let path = self.config.clone().or_else(|| environment("MAPREEL_CONFIG").map(PathBuf::from));
        let read = |path: &Path| {
            let unreadable = |error| ConfigProblems::only(format!("cannot read `{}`: {error}", path.display()));
            std::fs::read_to_string(path).map_err(unreadable)
        };
        let text = path.as_deref().map(read).transpose()?;
        Values::gather(&self.given, environment, path.as_deref().zip(text.as_deref()))
    }

    /// The configuration; `None`: it is not valid, and all problems were printed.
    pub(super) fn config(&self) -> Option<Config> {
        let config = self.values().and_then(|values| Config::read(&values));
        config.inspect_err(say).ok()
    }
}

fn say(problems: &ConfigProblems) {
    let count = problems.len();
    eprintln!("the configuration is not valid: {count} problem{}", if count == 1 { "" } else { "s" });
    problems.iter().for_each(|problem| eprintln!("  {problem}"));
}

/// `mapreel config`
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Print the example file instead: every setting, what it is for, its default.
    #[arg(long)]
    example: bool,
    #[command(flatten)]
    flags: Flags,
}

/// Prints the settings in force and where each comes from.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    if arguments.example {
        super::terminal::print(&example())?;
        return Ok(Ending::Done);
    }
    let values = match arguments.flags.values() {
        Ok(values) => values,
        Err(problems) => {
            say(&problems);
            return Ok(Ending::Invalid);
        }
    };
    let line = |(key, value, origin): (&str, std::borrow::Cow<str>, &str)| {
        let origin = if origin == "default" { format!("default; `{}`", variable(key)) } else { origin.to_owned() };
        format!("{key} = {value}  # {origin}\n")
    };
    super::terminal::print(&values.iter().map(line).collect::<String>())?;
    match Config::read(&values) {
        Ok(_) => Ok(Ending::Done),
        Err(problems) => {
            say(&problems);
            Ok(Ending::Invalid)
        }
    }
}
