//! Whether the artifacts belong to this store of jobs. Beside them lies the mark of the store; a store that bears another one does
//! not know their jobs, and would have them deleted as orphans.

use crate::config::config::Config;
use crate::config::values::redacted;
use mapreel_queue::{Artifacts, Queue};
use tracing::warn;

/// The object that holds the mark.
const KEY: &str = ".store";

/// Compares the marks; the first store that comes leaves its own.
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
        // Without artifacts nothing can be done either, and that is said elsewhere; jobs are accepted meanwhile.
        Err(error) => warn!(%error, "cannot read which store the artifacts belong to"),
    }
    Ok(())
}
