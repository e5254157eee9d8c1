//! `mapreel serve` and `mapreel worker`

use super::ending::Ending;
use super::settings::Flags;
use crate::config::catalogue::Catalogue;
use crate::config::config::{Config, Demo};
use crate::operations::shutdown::Ended;
use crate::operations::telemetry;
use crate::service;

/// `mapreel serve`
#[derive(clap::Args)]
pub(super) struct ServeArguments {
    /// Add a small map server with real data, and films of it to begin with: the page can be tried without any network. It is opened in
    /// the browser, where there is one.
    #[arg(long)]
    demo: bool,
    /// With `--demo`: open no browser.
    #[arg(long, requires = "demo")]
    no_open: bool,
    #[command(flatten)]
    flags: Flags,
}

/// `mapreel worker`
#[derive(clap::Args)]
pub(super) struct WorkerArguments {
    #[command(flatten)]
    flags: Flags,
}

/// HTTP API and workers.
pub(super) fn serve(arguments: ServeArguments) -> anyhow::Result<Ending> {
    let Some(config) = arguments.flags.config() else { return Ok(Ending::Invalid) };
    let demo = arguments.demo.then(|| Demo { opens_browser: !arguments.no_open, offer: Catalogue::default() });
    run(Config { demo, ..config }, true)
}

/// Workers alone.
pub(super) fn worker(arguments: WorkerArguments) -> anyhow::Result<Ending> {
    let Some(config) = arguments.flags.config() else { return Ok(Ending::Invalid) };
    run(config, false)
}

fn run(config: Config, with_api: bool) -> anyhow::Result<Ending> {
    telemetry::start(&config.log, config.log_json);
    Ok(match service::run(config, with_api)? {
        Ended::Signalled => Ending::Done,
        Ended::TaskLost => Ending::TaskLost,
    })
}
