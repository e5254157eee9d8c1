//! `mapreel layers URL`

use super::ending::Ending;
use crate::explain::layers::{Reading, ask};
use anyhow::Context;
use jiff::Timestamp;
use mapreel_ogc::ReadLimits;
use mapreel_sources::{Client, Config};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The address of a WMS, WMTS, ArcGIS MapServer or ImageServer, or OGC API, or of its description; also a file, or `-` for
    /// standard input.
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
    let cannot_be_used = || format!("`{source}` cannot be used");
    let read = |document: &[u8], url: &str| Reading::of(document, url, Timestamp::now()).with_context(cannot_be_used);
    let offer = if source.starts_with("http://") || source.starts_with("https://") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
        let credentials = super::environment::credentials(arguments.credentials)?;
        let client = Client::new(Config { credentials, ..Config::default() })?;
        let fetch = |url: &str, wanted| Ok(runtime.block_on(client.get(url, wanted)));
        ask(source, fetch, |document, url| read(&document, url), anyhow::Error::from)?
    } else {
        match read(&super::terminal::read_up_to(Path::new(source), ReadLimits::default().bytes)?, "file:///")? {
            Reading::Offer(offer) => offer,
            Reading::Elsewhere(_) => {
                anyhow::bail!("it is a landing page: ask its server, or read the document of its collections")
            }
        }
    };
    let text = if arguments.json { offer.pretty()? } else { offer.text() };
    super::terminal::print(&text)?;
    Ok(Ending::Done)
}
