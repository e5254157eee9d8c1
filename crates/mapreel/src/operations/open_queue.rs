//! Opens the store of jobs that the configuration names: SQLite, or MongoDB with or without RabbitMQ.

use super::cluster;
use super::supervisor::Supervisor;
use crate::config::config::Config;
use mapreel_queue::Queue;
use mapreel_queue::sqlite::Sqlite;
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Opens the queue that the configuration names; `None`: the process was told to stop before the store answered.
pub(crate) async fn open_queue(
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
