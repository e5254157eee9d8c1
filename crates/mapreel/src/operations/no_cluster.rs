//! Replaces `cluster.rs` in a build without the feature `cluster`. There the configuration refuses a cluster, so this is not reached.

use super::supervisor::Supervisor;
use crate::config::config::Config;
use mapreel_queue::{Error, Queue};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Always an error.
pub(crate) async fn open(
    _config: &Config,
    _stop: &CancellationToken,
    _supervisor: &Supervisor,
) -> anyhow::Result<Option<Arc<dyn Queue>>> {
    Err(Error::NoCluster { place: "a store in MongoDB", instead: "sqlite:FILE" }.into())
}
