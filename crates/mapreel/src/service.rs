//! The service: opens store, artifacts and client, runs the API and the worker until the process is told to stop, and ends them in order.
//!
//! Two runtimes: control (HTTP, claims, heartbeats, storing) and fetching (upstreams). Drawing has threads of its own.

use crate::config::config::Config;
use crate::config::values::redacted;
use crate::demonstration;
use crate::http::app::App;
use crate::http::openapi;
use crate::http::quota::Quotas;
use crate::http::readiness::Readiness;
use crate::http::router;
use crate::http::serve;
use crate::http::serve::Connections;
use crate::http::watch::Watch;
use crate::keys::ring::KeyRing;
use crate::operations::budget::MemoryBudget;
use crate::operations::maintenance;
use crate::operations::metrics::Metrics;
use crate::operations::open_queue::open_queue;
use crate::operations::readers::Readers;
use crate::operations::shutdown::{Ended, Shutdown, hear_signals};
use crate::operations::store_mark;
use crate::operations::supervisor::Supervisor;
use crate::worker::slot;
use crate::worker::worker::{self, Worker};
use anyhow::Context;
use axum::Router;
use mapreel_queue::{Artifacts, Queue, Supervise, Task};
use mapreel_sources::Client;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;
use tracing::{info, warn};

/// How long a preview, a check or a list of layers waits for memory that others use. A part waits longer, for half of its stall time, and is
/// then handed back: a part that left the queue for memory earlier might never come to the head of that queue.
const MEMORY_PATIENCE: Duration = Duration::from_secs(10);
/// Threads of the control runtime.
const CONTROL_THREADS: usize = 2;

/// Runs until SIGTERM or SIGINT, or until a long-lived task cannot be kept alive.
///
/// # Errors
/// Something that the configuration names cannot be opened.
pub(crate) fn run(config: Config, with_api: bool) -> anyhow::Result<Ended> {
    let control = runtime("control", CONTROL_THREADS)?;
    let fetching = runtime("fetch", 1)?;
    let result = control.block_on(serve(config, with_api, fetching.handle().clone()));
    // The process does not wait for threads that still draw: their parts were handed back.
    fetching.shutdown_background();
    control.shutdown_timeout(Duration::from_millis(500));
    result
}

fn runtime(name: &str, threads: usize) -> anyhow::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads).thread_name(name).enable_all().build().context("cannot start")
}

async fn serve(mut config: Config, with_api: bool, fetching: Handle) -> anyhow::Result<Ended> {
    let (shutdown, metrics, drain) = (Shutdown::default(), Arc::new(Metrics::new()), config.drain);
    let mut supervisor = Supervisor::new(metrics.clone(), shutdown.drain.clone());
    let signalled = shutdown.drain.clone();
    supervisor.start(Task::new("signals", move || hear_signals(signalled.clone())));
    // The demonstration is an upstream at the address of this process, so the address must be known before the client is made.
    let early = if config.demo.is_some() { Some(Sockets::bind(&config, with_api).await?) } else { None };
    if let Some(listener) = early.as_ref().and_then(|sockets| sockets.main.as_ref()) {
        demonstration::offer(&mut config, listener.local_addr()?)?;
    }
    let Some(service) = Service::open(config, fetching, metrics, &shutdown, &supervisor).await? else {
        return Ok(Ended::Signalled);
    };
    let sockets = match early {
        Some(sockets) => sockets,
        None => Sockets::bind(&service.config, with_api).await?,
    };
    service.announce();
    let worker = service.start_worker(&shutdown, &mut supervisor);
    match with_api {
        true => service.start_api(sockets, &shutdown, &mut supervisor)?,
        false => service.start_operations(sockets, &shutdown, &mut supervisor)?,
    }
    Ok(shutdown.run(supervisor, &worker, drain).await)
}

/// The addresses at which a process listens, each bound before anything is started.
struct Sockets {
    /// The socket of the API, or of a worker's operational routes.
    main: Option<TcpListener>,
    /// The socket of the API's operational routes, if they have an address of their own.
    operations: Option<TcpListener>,
}

impl Sockets {
    async fn bind(config: &Config, with_api: bool) -> anyhow::Result<Self> {
        let main = if with_api { Some(config.listen) } else { config.worker_listen };
        let operations = config.front_door.operations_listen.filter(|_| with_api);
        Ok(Self { main: listen(main).await?, operations: listen(operations).await? })
    }
}

async fn listen(address: Option<SocketAddr>) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = address else { return Ok(None) };
    Ok(Some(TcpListener::bind(address).await.with_context(|| format!("cannot listen at {address}"))?))
}

/// The store, artifacts and client that a process has opened, for its worker and its routes.
struct Service {
    config: Config,
    queue: Arc<dyn Queue>,
    artifacts: Artifacts,
    client: Client,
    memory: MemoryBudget,
    metrics: Arc<Metrics>,
    /// The runtime that fetches from upstreams.
    fetching: Handle,
}

impl Service {
    /// Opens store, artifacts and client; `None`: the process was told to stop before the store answered.
    async fn open(
        mut config: Config,
        fetching: Handle,
        metrics: Arc<Metrics>,
        shutdown: &Shutdown,
        supervisor: &Supervisor,
    ) -> anyhow::Result<Option<Self>> {
        let artifacts = Artifacts::open(&config.artifacts)?;
        let Some(queue) = open_queue(&config, &shutdown.drain, supervisor).await? else { return Ok(None) };
        store_mark::check(&*queue, &artifacts, &config).await?;
        let client = Client::new(config.client.clone())?;
        let memory = MemoryBudget::new(config.memory_mib, MEMORY_PATIENCE);
        config.limits.frame_mib_max = memory.work_mib();
        Ok(Some(Self { config, queue, artifacts, client, memory, metrics, fetching }))
    }

    fn announce(&self) {
        let config = &self.config;
        info!(
            version = env!("CARGO_PKG_VERSION"),
            workers = config.workers,
            image_workers = config.image_slots(),
            memory_mib = config.memory_mib,
            store = %redacted(&config.store),
            broker = %redacted(config.broker.as_deref().unwrap_or("none")),
            artifacts = config.artifacts,
            "started"
        );
        if !config.store.starts_with("sqlite:") && config.artifacts.starts_with("file:") {
            warn!(
                "the store is for many machines, and the artifacts are a folder of this one: do all processes see it?"
            );
        }
    }

    /// Starts maintenance and the worker's slots.
    fn start_worker(&self, shutdown: &Shutdown, supervisor: &mut Supervisor) -> Arc<Worker> {
        let Self { config, queue, artifacts, metrics, .. } = self;
        let drain = shutdown.drain.clone();
        supervisor.start_finite(maintenance::task(queue.clone(), artifacts.clone(), metrics.clone(), drain));
        let settings =
            worker::Settings { slots: config.workers, image_slots: config.image_slots(), stall: config.stall };
        let worker = Worker::new(
            queue.clone(),
            artifacts.clone(),
            self.client.for_run(""),
            config.fonts.clone(),
            config.limits.clone(),
            self.memory.with_patience(config.stall / 2),
            settings,
            metrics.clone(),
            self.fetching.clone(),
            supervisor.tasks(),
        );
        let slots = slot::tasks(&worker, &shutdown.drain, &shutdown.hand_back);
        slots.into_iter().for_each(|slot| supervisor.start_finite(slot));
        worker
    }

    /// Starts the listener of the API, and that of the operational routes if they have an address of their own.
    fn start_api(mut self, sockets: Sockets, shutdown: &Shutdown, supervisor: &mut Supervisor) -> anyhow::Result<()> {
        let Some(listener) = sockets.main else { return Ok(()) };
        let (address, drain) = (listener.local_addr()?, &shutdown.drain);
        info!("listening at http://{address}");
        if let Some(demo) = &self.config.demo {
            demonstration::show(address, demo.opens_browser);
        }
        let keys = self.config.front_door.keys.take().map(|(path, keys)| KeyRing::new(path, keys));
        if let Some(keys) = &keys {
            supervisor.start_finite(keys.task(drain.clone()));
        } else if !address.ip().is_loopback() {
            warn!(
                "everybody who reaches {address} may submit, read and cancel everybody's jobs; `mapreel keys add` makes keys, and `MAPREEL_KEYS` names their file"
            );
        }
        let connections = || Connections::new(&self.config.front_door);
        let (of_api, of_operations) = (connections(), connections());
        let demonstration = if self.config.demo.is_some() { demonstration::routes()? } else { Router::new() };
        let app = self.into_app(keys, shutdown, supervisor);
        supervisor.start_finite(app.watch.task(drain.clone()));
        let routes = router::router(app.clone(), demonstration);
        supervisor.start_finite(serve::task("listener", listener, routes, of_api, drain.clone()));
        if let Some(listener) = sockets.operations {
            info!("health and metrics also at http://{}", listener.local_addr()?);
            let routes = router::operations_router(app);
            supervisor.start_finite(serve::task("operations", listener, routes, of_operations, drain.clone()));
        }
        Ok(())
    }

    /// Starts the listener of a worker's operational routes, if one is configured.
    fn start_operations(
        self,
        sockets: Sockets,
        shutdown: &Shutdown,
        supervisor: &mut Supervisor,
    ) -> anyhow::Result<()> {
        let Some(listener) = sockets.main else { return Ok(()) };
        info!("listening at http://{}", listener.local_addr()?);
        let connections = Connections::new(&self.config.front_door);
        let routes = router::operations_router(self.into_app(None, shutdown, supervisor));
        supervisor.start_finite(serve::task("listener", listener, routes, connections, shutdown.drain.clone()));
        Ok(())
    }

    fn into_app(self, keys: Option<Arc<KeyRing>>, shutdown: &Shutdown, supervisor: &Supervisor) -> Arc<App> {
        let Self { config, queue, artifacts, client, memory, metrics, fetching } = self;
        Arc::new(App {
            documents: openapi::documents(
                &config.limits,
                &config.catalogue,
                config.demo.as_ref().map(|demo| &demo.offer),
            ),
            keys,
            watch: Watch::new(queue.clone()),
            readiness: Readiness::new(),
            previews: Arc::new(Semaphore::new(config.previews_max)),
            quotas: Arc::new(Quotas::new(&config.front_door)),
            readers: Readers::new(),
            tasks: supervisor.tasks(),
            draining: shutdown.drain.clone(),
            config,
            memory,
            queue,
            artifacts,
            client,
            fetching,
            metrics,
        })
    }
}
