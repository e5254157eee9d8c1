//! The command line. Data go to the file or standard output, messages to standard error.
//!
//! Exit codes: 0 done · 1 failed · 2 the request or the command line is not valid · 3 done with warnings ·
//! 4 the service has lost a task that it needs.

use super::ending::{Ending, Refused};
use super::{check, demo, health, keys, layers, render, serve, settings, submit};
use crate::operations::supervisor::TASK_LOST;
use crate::pipeline::produce;
use clap::{Parser, Subcommand};
use mapreel_spec::Problems;
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
    Serve(serve::ServeArguments),
    /// Run workers alone, beside a `serve` that has the same store and artifacts.
    Worker(serve::WorkerArguments),
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

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    // All commands that ask servers need a provider of cryptography. The call fails only if one is installed already.
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
        // A plan over the limits counts as an invalid request, too.
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

/// Prints every problem of a request.
fn say(problems: &Problems) {
    let count = problems.0.len();
    eprintln!("the request is not valid: {count} problem{}", if count == 1 { "" } else { "s" });
    for problem in &problems.0 {
        eprintln!("  {problem}");
    }
}
