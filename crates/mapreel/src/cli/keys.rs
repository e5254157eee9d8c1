//! `mapreel keys`: the file of keys of a service.

use super::ending::{Ending, Refused};
use crate::keys::file;
use crate::keys::key::{Key, Role, check_name};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The file; without it, the one that `MAPREEL_KEYS` names.
    #[arg(long, value_name = "FILE", global = true)]
    file: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a key and print it. It is shown this once: only its SHA-256 is kept.
    Add {
        /// Whose it is: the owner of the jobs that are sent with it.
        name: String,
        /// What its holder may do: `submit`, `read`, `operate`, with commas between them.
        #[arg(long, value_name = "ROLES", required = true, value_delimiter = ',')]
        roles: Vec<Role>,
        /// Its jobs that are pending or running at once.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
        open_jobs_max: Option<u32>,
        /// Frames of its jobs in an hour.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
        frames_per_hour_max: Option<u32>,
    },
    /// Print the names of all keys, their roles and limits.
    List,
    /// Take a key back. A service that runs hears of it within a second.
    Revoke {
        /// Whose.
        name: String,
    },
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let file = arguments.file.or_else(|| std::env::var_os("MAPREEL_KEYS").map(PathBuf::from));
    let file = file.filter(|file| !file.as_os_str().is_empty());
    let file = file.ok_or_else(|| Refused("name the file of keys: `--file FILE`, or `MAPREEL_KEYS`".into()))?;
    match arguments.action {
        Action::Add { name, roles, open_jobs_max, frames_per_hour_max } => {
            check_name(&name).map_err(|what| Refused(format!("`{name}`: {what}")))?;
            let key = file::add(&file, &name, &roles, open_jobs_max, frames_per_hour_max)?;
            eprintln!("`{name}` stands in `{}`; keep the key, it is not shown again", file.display());
            super::terminal::print(&format!("{key}\n"))?;
        }
        Action::List => {
            let keys = file::read(&file)?;
            let limit = |field, max: Option<u32>| max.map(|max| format!("  {field} {max}")).unwrap_or_default();
            let line = |key: &Key| {
                let roles: Vec<&str> = key.roles.iter().map(|role| role.name()).collect();
                let limits =
                    limit("open_jobs_max", key.open_jobs_max) + &limit("frames_per_hour_max", key.frames_per_hour_max);
                format!("{}  {}{limits}\n", key.name, roles.join(","))
            };
            super::terminal::print(&keys.iter().map(line).collect::<String>())?;
        }
        Action::Revoke { name } => {
            file::revoke(&file, &name)?;
            eprintln!("`{name}` is revoked");
        }
    }
    Ok(Ending::Done)
}
