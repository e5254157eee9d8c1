//! The service: opens what the configuration names, runs API and workers until the word to stop, and ends in order.
//!
//! Two runtimes: control (HTTP, claims, heartbeats, storing) and fetching (upstreams). Drawing has threads of its own.

use crate::cluster;
use crate::config::config::Config;
use crate::config::values::redacted;
use crate::http::app::App;
use crate::http::openapi;
use crate::http::quota::Quotas;
use crate::http::readiness::Readiness;
use crate::http::router;
use crate::http::serve;
use crate::http::serve::Connections;
use crate::http::watch::Watch;
use crate::keys::ring::KeyRing;
use crate::operations::belongs;
use crate::operations::budget::MemoryBudget;
use crate::operations::maintenance;
use crate::operations::metrics::Metrics;
use crate::operations::readers::Readers;
use crate::operations::supervisor::{Supervisor, TASK_LOST};
use crate::worker::slot;
use crate::worker::worker::{self, Worker};
use anyhow::Context;
use mapreel_queue::sqlite::Sqlite;
use mapreel_queue::{Artifacts, Queue, Supervise, Task, failpoint};
use mapreel_sources::Client;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How long a preview, a check or a list of layers waits for memory that others have. A part waits for half the time after which
/// it would count as stalled, and is handed back then: who leaves the queue earlier may never come to its head.
const MEMORY_PATIENCE: Duration = Duration::from_secs(10);
/// Between giving work back and the end of the time to drain.
const HAND_BACK: Duration = Duration::from_secs(4);
/// A process that has lost a task has so long to hand back its parts, and ends after so long, whatever keeps it.
const LOST_HAND_BACK: Duration = Duration::from_secs(3);
const LOST_END: Duration = Duration::from_millis(4_500);
/// Threads of the control runtime.
const CONTROL_THREADS: usize = 2;

/// How the service ended.
pub(crate) enum Ended {
    /// It was told to.
    ConsoleProgress,
    /// A task could not be kept alive.
    TaskLost,
}

/// Runs until SIGTERM or SIGINT, or until a long-lived task cannot be kept alive.
///
/// # Errors
/// Something that the configuration names cannot be opened.
pub(crate) fn run(config: Config, with_api: bool) -> anyhow::Result<Ended> {
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

async fn serve(mut config: Config, with_api: bool, fetching: Handle) -> anyhow::Result<Ended> {
    let (stop, hand_back) = (CancellationToken::new(), CancellationToken::new());
    let metrics = Arc::new(Metrics::new());
    let mut supervisor = Supervisor::new(metrics.clone(), stop.clone());
    let told = stop.clone();
    supervisor.start(Task::new("signals", move || hear_signals(told.clone())));
    let artifacts = Artifacts::open(&config.artifacts)?;
    let Some(queue) = open_queue(&config, &stop, &supervisor).await? else { return Ok(Ended::ConsoleProgress) };
    belongs::check(&*queue, &artifacts, &config).await?;
    let client = Client::new(config.client.clone())?;
    let address = if with_api { Some(config.listen) } else { config.worker_listen };
    let listener = listen(address).await?;
    let operations = listen(config.front_door.operations_listen.filter(|_| with_api)).await?;
    let memory = MemoryBudget::new(config.memory_mib, MEMORY_PATIENCE);
    config.limits.frame_mib_max = memory.work_mib();
    let settings = worker::Settings { slots: config.workers, image_slots: config.image_slots(), stall: config.stall };
    info!(
        version = env!("CARGO_PKG_VERSION"),
        workers = settings.slots,
        image_workers = settings.image_slots,
        memory_mib = config.memory_mib,
        store = %redacted(&config.store),
        broker = %redacted(config.broker.as_deref().unwrap_or("none")),
        artifacts = config.artifacts,
        "started"
    );
    if !config.store.starts_with("sqlite:") && config.artifacts.starts_with("file:") {
        warn!("the store is for many machines, and the artifacts are a folder of this one: do all processes see it?");
    }
    supervisor.start_finite(maintenance::task(queue.clone(), artifacts.clone(), metrics.clone(), stop.clone()));
    let worker = Worker::new(
        queue.clone(),
        artifacts.clone(),
        client.fresh(""),
        config.fonts.clone(),
        config.limits.clone(),
        memory.with_patience(config.stall / 2),
        settings,
        metrics.clone(),
        fetching.clone(),
        supervisor.tasks(),
    );
    slot::tasks(&worker, &stop, &hand_back).into_iter().for_each(|slot| supervisor.start_finite(slot));
    let drain = config.drain;
    if let Some(listener) = listener {
        let address = listener.local_addr()?;
        info!("listening at http://{address}");
        let keys = config.front_door.keys.take().filter(|_| with_api).map(|(path, keys)| KeyRing::new(path, keys));
        if let Some(keys) = &keys {
            supervisor.start_finite(keys.task(stop.clone()));
        } else if with_api && !address.ip().is_loopback() {
            warn!(
                "everybody who reaches {address} may submit, read and cancel everybody's jobs; `mapreel keys add` makes keys, and `MAPREEL_KEYS` names their file"
            );
        }
        let previews = Arc::new(Semaphore::new(config.previews_max));
        let watch = Watch::new(queue.clone());
        if with_api {
            supervisor.start_finite(watch.task(stop.clone()));
        }
        let quotas = Arc::new(Quotas::new(&config.front_door));
        let connections = Connections::new(&config.front_door);
        let (tasks, readers, draining) = (supervisor.tasks(), Readers::new(), stop.clone());
        let operations = operations.map(|listener| (listener, Connections::new(&config.front_door)));
        let app = App {
            documents: openapi::documents(&config.limits),
            config,
            memory,
            queue,
            keys,
            watch,
            readiness: Readiness::new(),
            artifacts,
            client,
            fetching,
            previews,
            quotas,
            readers,
            metrics,
            tasks,
            draining,
        };
        let routes = if with_api { router::router } else { router::operations_router };
        let app = Arc::new(app);
        supervisor.start_finite(serve::task("listener", listener, routes(app.clone()), connections, stop.clone()));
        if let Some((listener, connections)) = operations {
            info!("health and metrics also at http://{}", listener.local_addr()?);
            let routes = router::operations_router(app);
            supervisor.start_finite(serve::task("operations", listener, routes, connections, stop.clone()));
        }
    }
    Ok(end(supervisor, &worker, &stop, &hand_back, drain).await)
}

async fn listen(address: Option<SocketAddr>) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = address else { return Ok(None) };
    Ok(Some(TcpListener::bind(address).await.with_context(|| format!("cannot listen at {address}"))?))
}

/// Waits for the end, and lets the tasks come to theirs: after the word to stop they have the time to drain, when a task is lost
/// they hand back at once what they have.
async fn end(
    mut supervisor: Supervisor,
    worker: &Worker,
    stop: &CancellationToken,
    hand_back: &CancellationToken,
    drain: Duration,
) -> Ended {
    let tasks = supervisor.tasks();
    let drained = async {
        stop.cancelled().await;
        tokio::time::sleep(drain.saturating_sub(HAND_BACK)).await;
    };
    tokio::select! {
        () = supervisor.finished() => {}
        () = tasks.lost() => end_soon(),
        () = drained => {}
    }
    stop.cancel();
    hand_back.cancel();
    let lost = async {
        tasks.lost().await;
        tokio::time::sleep(LOST_HAND_BACK).await;
    };
    let ended = async {
        supervisor.finished().await;
        // Also those whose slot is lost.
        worker.parts_ended().await;
    };
    tokio::select! {
        () = ended => {}
        () = lost => warn!("not everything could be handed back in time"),
        () = tokio::time::sleep(HAND_BACK) => warn!("some tasks have not ended in time; what they had was handed back"),
    }
    info!("ended");
    if tasks.lost_task().is_some() { Ended::TaskLost } else { Ended::ConsoleProgress }
}

/// Ends the process also where the threads that should do it are what is stuck.
fn end_soon() {
    let end = || {
        std::thread::sleep(LOST_END);
        std::process::exit(i32::from(TASK_LOST));
    };
    if let Err(error) = std::thread::Builder::new().name("end".into()).spawn(end) {
        warn!(%error, "nobody watches over the end");
    }
}

/// The queue that the configuration names; `None` when the end came before it answered.
async fn open_queue(
    config: &Config,
    stop: &CancellationToken,
    supervisor: &Supervisor,
) -> anyhow::Result<Option<Arc<dyn Queue>>> {
    if let Some(path) = config.store.strip_prefix("sqlite:") {
        let path = Path::new(path.strip_prefix("//").unwrap_or(path));
        return Ok(Some(Arc::new(Sqlite::open(path, config.queue.clone(), supervisor)?)));
    }
    cluster::open(config, stop, supervisor).await
}

/// The first SIGTERM or SIGINT begins the end, the second is the end.
async fn hear_signals(stop: CancellationToken) {
    let (mut terminate, mut interrupt) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => return warn!(%error, "cannot hear signals"),
    };
    loop {
        failpoint::hit("signals", None);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if stop.is_cancelled() {
            std::process::exit(1);
        }
        info!("stopping: finishing what can be finished; once more to stop at once");
        stop.cancel();
    }
}
