//! Opens the store of jobs that the configuration names: SQLite, or MongoDB with or without RabbitMQ.

use super::supervisor::Supervisor;
use crate::config::config::Config;
use mapreel_queue::mongo::Mongo;
use mapreel_queue::sqlite::Sqlite;
use mapreel_queue::{Cluster, Queue, rabbit};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How long the start waits for a store that does not answer.
const STORE_PATIENCE: Duration = Duration::from_secs(60);
/// How often an idle worker of a cluster looks into the store for parts of which no message has told.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The queue that the configuration names; `None` when the word to stop came before the store answered.
pub(crate) async fn open_queue(
    config: &Config,
    stop: &CancellationToken,
    supervisor: &Supervisor,
) -> anyhow::Result<Option<Arc<dyn Queue>>> {
    if let Some(path) = config.store.strip_prefix("sqlite:") {
        let path = Path::new(path.strip_prefix("//").unwrap_or(path));
        return Ok(Some(Arc::new(Sqlite::open(path, config.queue.clone(), supervisor)?)));
    }
    let broker = config.broker.clone().map(|url| rabbit::Settings {
        url,
        prefix: "mapreel".to_owned(),
        quorum: config.broker_quorum,
        slots: config.workers as u16,
        image_slots: config.image_slots() as u16,
        look_every: LOOK_EVERY,
    });
    // A URL that is wrong is reported at once, and not after waiting for the store.
    broker.as_ref().map(rabbit::Settings::check).transpose()?;
    let Some(store) = stop.run_until_cancelled(open_mongo(config, supervisor)).await.transpose()? else {
        return Ok(None);
    };
    Ok(Some(match broker {
        Some(settings) => Arc::new(Cluster::new(store, settings, stop.clone(), supervisor)?),
        None => Arc::new(store),
    }))
}

/// Opens MongoDB. The processes of a cluster start in any order, so one that starts before the store waits for it.
async fn open_mongo(config: &Config, supervisor: &Supervisor) -> anyhow::Result<Mongo> {
    let began = Instant::now();
    loop {
        match Mongo::open(&config.store, config.queue.clone(), supervisor).await {
            Err(error @ mapreel_queue::Error::Store(_)) if began.elapsed() < STORE_PATIENCE => {
                warn!(%error, "waiting for the store");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            opened => return Ok(opened?),
        }
    }
}
