//! `mapreel health`: whether a server lives, for container health checks that have no other program at hand.

use super::ending::Ending;
use anyhow::{Context, bail};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(4);

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The server, or a worker with `worker_listen`.
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:5005")]
    server: String,
    /// Ask whether it is ready for work, and not only whether it lives.
    #[arg(long)]
    ready: bool,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let base: reqwest::Url =
        arguments.server.parse().with_context(|| format!("`{}` is not a URL", arguments.server))?;
    let url = base.join(if arguments.ready { "/readyz" } else { "/healthz" })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
        let answer = http.get(url.clone()).send().await.with_context(|| format!("`{url}` does not answer"))?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            bail!("`{url}` answers {status}: {}", text.trim());
        }
        super::terminal::print(&text)?;
        Ok(Ending::Done)
    })
}
