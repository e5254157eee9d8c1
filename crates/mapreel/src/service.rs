//! The service: opens what the configuration names, runs API and workers until the word to stop, and ends in order.
//!
//! Two runtimes: control (HTTP, claims, heartbeats, storing) and fetching (upstreams). Drawing has threads of its own.

use crate::config::Config;
use crate::http::{self, App};
use crate::keeper;
use crate::metrics::Metrics;
use crate::worker::{self, Worker};
use anyhow::{Context, bail};
use mapreel_queue::sqlite::Sqlite;
use mapreel_queue::{Artifacts, Queue};
use mapreel_sources::Client;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::info;

/// Threads of the control runtime.
const CONTROL_THREADS: usize = 2;

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
/// Something that the configuration names cannot be opened.
pub(crate) fn run(config: Config, with_api: bool) -> anyhow::Result<()> {
    let control = Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("control")
        .enable_all()
        .build()
        .context("cannot start")?;
    let fetching: Runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("fetch")
        .enable_all()
        .build()
        .context("cannot start")?;
    let result = control.block_on(serve(config, with_api, fetching.handle().clone()));
    // Threads that still draw are not waited for: what they held was handed back.
    fetching.shutdown_background();
    control.shutdown_timeout(Duration::from_millis(500));
    result
}

async fn serve(config: Config, with_api: bool, fetching: Handle) -> anyhow::Result<()> {
    let queue = open_queue(&config)?;
    let artifacts = Artifacts::open(&config.artifacts)?;
    let client = Client::new(config.client.clone())?;
    let metrics = Arc::new(Metrics::new());
    let stop = CancellationToken::new();
    let listener = match with_api {
        true => Some(
            TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen at {}", config.listen))?,
        ),
        false => None,
    };
    tokio::spawn(hear_signals(stop.clone())?);
    let settings = worker::Settings {
        slots: config.workers,
        image_slots: if config.workers == 0 { 0 } else { config.image_workers },
        drain: config.drain,
        stall: config.stall,
    };
    info!(
        version = env!("CARGO_PKG_VERSION"),
        workers = settings.slots,
        image_workers = settings.image_slots,
        store = config.store,
        artifacts = config.artifacts,
        "started"
    );
    let keeping = tokio::spawn(keeper::run(queue.clone(), artifacts.clone(), metrics.clone(), stop.clone()));
    let worker = Worker::new(
        queue.clone(),
        artifacts.clone(),
        client.fresh(),
        config.limits.clone(),
        settings,
        metrics.clone(),
        fetching.clone(),
    );
    let working = tokio::spawn(worker.run(stop.clone()));
    if let Some(listener) = listener {
        info!("listening at http://{}", listener.local_addr()?);
        let previews = Arc::new(Semaphore::new(config.previews_max));
        let connections_max = config.connections_max;
        let app = App { config, queue, artifacts, client, fetching, previews, metrics, draining: stop.clone() };
        http::serve(listener, http::router(Arc::new(app)), connections_max, stop).await;
    }
    working.await?;
    keeping.await?;
    info!("ended");
    Ok(())
}

fn open_queue(config: &Config) -> anyhow::Result<Arc<dyn Queue>> {
    match config.store.split_once(':') {
        Some(("sqlite", path)) => {
            let path = Path::new(path.strip_prefix("//").unwrap_or(path));
            Ok(Arc::new(Sqlite::open(path, config.queue.clone())?))
        }
        _ => bail!("`{}` is not a store; expected `sqlite:FILE`", config.store),
    }
}

/// The first SIGTERM or SIGINT begins the end, the second is the end.
fn hear_signals(stop: CancellationToken) -> anyhow::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        for times in 0.. {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if times > 0 {
                std::process::exit(1);
            }
            info!("stopping: finishing what can be finished; once more to stop at once");
            stop.cancel();
        }
    })
}
