//! Whether the artifacts belong to this store of jobs. One of their objects is the mark of the store. A store with another mark does not know
//! the jobs of the artifacts, and maintenance would delete all objects as orphans.

use crate::config::config::Config;
use crate::config::values::redacted;
use mapreel_queue::{Artifacts, Queue};
use tracing::warn;

/// The object that holds the mark.
const KEY: &str = ".store";

/// Compares the marks. If the artifacts have no mark yet, stores that of this store.
///
/// # Errors
/// The artifacts belong to another store.
pub(crate) async fn check(queue: &dyn Queue, artifacts: &Artifacts, config: &Config) -> anyhow::Result<()> {
    let Some(mark) = queue.mark() else { return Ok(()) };
    match artifacts.get(KEY).await {
        Ok(Some(other)) if other == mark.as_bytes() => {}
        Ok(Some(other)) => anyhow::bail!(
            "the artifacts at `{place}` belong to another store of jobs than `{store}`: they bear the mark {other}, the store has {mark}. \
             If the store was deleted or replaced, put the old one back; if this is another service, name another place for its artifacts. To go on with \
             this store, which knows none of the older jobs, delete the object `{KEY}` of the artifacts; files of jobs that the store does not know are \
             deleted after an hour",
            place = config.artifacts,
            store = redacted(&config.store),
            other = String::from_utf8_lossy(&other[..other.len().min(64)]),
        ),
        Ok(None) => {
            if let Err(error) = artifacts.put(KEY, mark.to_owned().into()).await {
                warn!(%error, "cannot note beside the artifacts which store they belong to");
            }
        }
        // While the artifacts cannot be read, no part can be drawn, and readiness and the jobs report that. Jobs are still accepted.
        Err(error) => warn!(%error, "cannot read which store the artifacts belong to"),
    }
    Ok(())
}
