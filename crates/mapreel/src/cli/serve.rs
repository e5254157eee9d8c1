//! `mapreel serve` and `mapreel worker`

use super::ending::Ending;
use super::settings::Flags;
use crate::operations::shutdown::Ended;
use crate::operations::telemetry;
use crate::service;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    flags: Flags,
}

/// HTTP API and workers.
pub(super) fn serve(arguments: Arguments) -> anyhow::Result<Ending> {
    run(arguments, true)
}

/// Workers alone.
pub(super) fn worker(arguments: Arguments) -> anyhow::Result<Ending> {
    run(arguments, false)
}

fn run(arguments: Arguments, with_api: bool) -> anyhow::Result<Ending> {
    let Some(config) = arguments.flags.config() else { return Ok(Ending::Invalid) };
    telemetry::start(&config.log, config.log_json);
    Ok(match service::run(config, with_api)? {
        Ended::Signalled => Ending::Done,
        Ended::TaskLost => Ending::TaskLost,
    })
}
