//! `mapreel layers URL`

use super::Ending;
use crate::layers::{Offer, address};
use anyhow::Context;
use jiff::Timestamp;
use mapreel_sources::{Client, Config, Wanted};
use mapreel_spec::ReadLimits;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The address of a WMS or WMTS, or of its capabilities; also a file, or `-` for standard input.
    #[arg(value_name = "URL")]
    source: String,
    /// A TOML file of secrets, of which `https://NAME@host/…` takes one; also `MAPREEL_CREDENTIALS`.
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Print everything, as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let source = &arguments.source;
    let document = if source.starts_with("http://") || source.starts_with("https://") {
        let url = address(source).map_err(anyhow::Error::msg)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
        let credentials = super::credentials(arguments.credentials)?;
        let client = Client::new(Config { credentials, ..Config::default() })?;
        runtime.block_on(client.get(&url, Wanted::Capabilities))?.to_vec()
    } else {
        super::read_up_to(Path::new(source), ReadLimits::default().bytes)?
    };
    let offer = Offer::read(&document, Timestamp::now()).with_context(|| format!("`{source}` cannot be used"))?;
    let text = if arguments.json { offer.pretty()? } else { offer.text() };
    super::print(&text)?;
    Ok(Ending::Done)
}
