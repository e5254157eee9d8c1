//! The command line. Data goes to the file or standard output, talk to standard error.
//!
//! Exit codes: 0 done · 1 failed · 2 the request or the command line is not valid · 3 done with warnings ·
//! 4 the service has lost a task that it needs.

mod check;
mod demo;
mod health;
mod keys;
mod layers;
mod output;
mod render;
mod serve;
mod settings;
mod submit;

use crate::fonts::FontSource;
use crate::pipeline::produce;
use crate::supervisor::TASK_LOST;
use crate::{budget, credentials};
use clap::{Parser, Subcommand};
use mapreel_sources::Credentials;
use mapreel_spec::{Limits, Problems};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Maps that move: a description of a map in, an image or an animation out.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 the request or the command line is not valid, 3 done with warnings, 4 the service has lost a task that it needs."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Draw a request file: one image or animation out.
    Render(render::Arguments),
    /// Validate a request and explain what it would draw and fetch; render nothing.
    Check(check::Arguments),
    /// Show the layers, times and styles that a WMS, WMTS, ArcGIS or OGC API offers.
    Layers(layers::Arguments),
    /// Run the service: HTTP API and workers in one process. `--workers 0`: the API alone.
    Serve(serve::Arguments),
    /// Run workers alone, beside a `serve` that has the same store and artifacts.
    Worker(serve::Arguments),
    /// Hand a request to a server; wait for it and fetch the file with `-o`. `MAPREEL_KEY` is the key, where it asks for one.
    Submit(submit::Arguments),
    /// Print the settings of `serve` and `worker`, and where each comes from.
    Config(settings::Arguments),
    /// Make, list and revoke the keys of a service's clients.
    Keys(keys::Arguments),
    /// Ask whether a server lives, for health checks.
    Health(health::Arguments),
    /// Make a film of Hurricane Katrina's track with no network at all.
    Demo(demo::Arguments),
}

/// How a command ended, when it did not fail.
enum Ending {
    Done,
    /// The request is not valid; everything has been said.
    Invalid,
    /// Done, but something is missing; everything has been said.
    Warned,
    /// A long-lived task of the service could not be kept alive.
    TaskLost,
}

/// Something on the command line that is not valid, and what to do instead.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    // For all commands that ask servers. It fails when somebody has chosen already, and nobody has.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ending = match Arguments::parse().command {
        Command::Render(arguments) => render::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Layers(arguments) => layers::run(arguments),
        Command::Serve(arguments) => serve::serve(arguments),
        Command::Worker(arguments) => serve::worker(arguments),
        Command::Submit(arguments) => submit::run(arguments),
        Command::Config(arguments) => settings::run(arguments),
        Command::Keys(arguments) => keys::run(arguments),
        Command::Health(arguments) => health::run(arguments),
        Command::Demo(arguments) => demo::run(arguments),
    };
    match ending {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Invalid) => ExitCode::from(2),
        Ok(Ending::Warned) => ExitCode::from(3),
        Ok(Ending::TaskLost) => ExitCode::from(TASK_LOST),
        // A plan over the limits is a request that is not valid, too.
        Err(error) => match problems(&error) {
            Some(problems) => {
                say(problems);
                ExitCode::from(2)
            }
            None => {
                eprintln!("error: {error:#}");
                if error.is::<Refused>() { ExitCode::from(2) } else { ExitCode::FAILURE }
            }
        },
    }
}

fn problems(error: &anyhow::Error) -> Option<&Problems> {
    match error.downcast_ref::<produce::Error>() {
        Some(produce::Error::Invalid(problems)) => Some(problems),
        _ => error.downcast_ref::<Problems>(),
    }
}

/// The secrets for upstreams: of the file that is named, or that `MAPREEL_CREDENTIALS` names; none without either.
fn credentials(file: Option<PathBuf>) -> anyhow::Result<Credentials> {
    let file = file.or_else(|| std::env::var_os("MAPREEL_CREDENTIALS").map(PathBuf::from));
    match file.filter(|file| !file.as_os_str().is_empty()) {
        Some(file) => credentials::read(&file).map_err(|problems| anyhow::anyhow!(problems.join("; "))),
        None => Ok(Credentials::default()),
    }
}

/// What the process may take of memory, in MiB: what `MAPREEL_MEMORY` says, or three quarters of what there is.
fn memory_mib() -> anyhow::Result<u64> {
    let text = std::env::var("MAPREEL_MEMORY").unwrap_or_else(|_| "auto".into());
    let wrong = || Refused(format!("`MAPREEL_MEMORY`: `{text}` is not {}", budget::EXPECTED));
    Ok(budget::parse_mib(&text).ok_or_else(wrong)?)
}

/// The fonts at these places, or at those that `MAPREEL_FONTS` names; without either the system's.
fn fonts(places: Option<String>) -> anyhow::Result<FontSource> {
    let places = places.or_else(|| std::env::var("MAPREEL_FONTS").ok()).unwrap_or_default();
    FontSource::named(&places).map_err(anyhow::Error::msg)
}

/// The bytes of a request: a file, or `-` for standard input.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_up_to(path, Limits::default().document_bytes_max)
}

/// A document, and no more than a byte beyond a limit, so that whoever reads it sees that it is exceeded.
fn read_up_to(path: &Path, bytes_max: usize) -> anyhow::Result<Vec<u8>> {
    use anyhow::Context;
    let limit = bytes_max as u64 + 1;
    let mut document = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(limit).read_to_end(&mut document).context("cannot read standard input")?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        file.take(limit).read_to_end(&mut document).with_context(|| format!("cannot read `{}`", path.display()))?;
    }
    Ok(document)
}

/// Writes to standard output. A reader that has seen enough (`mapreel check … | head`) is no error.
fn print(text: &str) -> std::io::Result<()> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Every problem of a request.
fn say(problems: &Problems) {
    let count = problems.0.len();
    eprintln!("the request is not valid: {count} problem{}", if count == 1 { "" } else { "s" });
    for problem in &problems.0 {
        eprintln!("  {problem}");
    }
}
