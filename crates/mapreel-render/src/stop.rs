//! The stop token: how a caller ends drawing that it no longer wants.

use std::sync::Arc;

/// The stop token: says whether the caller still wants what is being drawn. Most drawing looks at it at least every 50 ms;
/// ARCHITECTURE.md names the calls of libraries that take longer.
#[derive(Clone, Default)]
pub struct Stop(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

/// The stop token is set: the caller no longer wants the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was stopped")]
pub struct Stopped;

impl Stop {
    /// A token that is never set: drawing goes on to its end.
    pub fn never() -> Self {
        Self(None)
    }

    /// A token that is set once `is_stopped` returns true. Drawing calls `is_stopped` often: it must be quick.
    pub fn when(is_stopped: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_stopped)))
    }

    /// Asks once whether the token is set.
    ///
    /// # Errors
    /// The token is set.
    pub fn look(&self) -> Result<(), Stopped> {
        match &self.0 {
            Some(is_stopped) if is_stopped() => Err(Stopped),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Stop(when)" } else { "Stop(never)" })
    }
}
