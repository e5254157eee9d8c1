//! Opens the queue of a cluster: a store in MongoDB, and a broker that wakes its workers.

use super::supervisor::Supervisor;
use crate::config::config::Config;
use mapreel_queue::mongo::Mongo;
use mapreel_queue::{Cluster, Queue, rabbit};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How long the process waits at its start for a store that does not answer.
const STORE_PATIENCE: Duration = Duration::from_secs(60);
/// How often an idle worker of a cluster claims without a message.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Opens the queue that the configuration names; `None`: the process was told to stop before the store answered.
pub(crate) async fn open(
    config: &Config,
    stop: &CancellationToken,
    supervisor: &Supervisor,
) -> anyhow::Result<Option<Arc<dyn Queue>>> {
    let broker = config.broker.clone().map(|url| rabbit::Settings {
        url,
        prefix: "mapreel".to_owned(),
        quorum: config.broker_quorum,
        slots: config.workers as u16,
        image_slots: config.image_slots() as u16,
        look_every: LOOK_EVERY,
    });
    // The broker's URL is checked first, so that an error in it is reported before the wait for the store.
    broker.as_ref().map(rabbit::Settings::check).transpose()?;
    let Some(store) = stop.run_until_cancelled(open_store(config, supervisor)).await.transpose()? else {
        return Ok(None);
    };
    Ok(Some(match broker {
        Some(settings) => Arc::new(Cluster::new(store, settings, stop.clone(), supervisor)?),
        None => Arc::new(store),
    }))
}

/// Opens the store, and waits until it answers: the processes of a cluster start in any order.
async fn open_store(config: &Config, supervisor: &Supervisor) -> anyhow::Result<Mongo> {
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
