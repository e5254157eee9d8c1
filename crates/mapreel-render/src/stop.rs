//! The word to stop drawing.

use std::sync::Arc;

/// Says whether what is drawn is still wanted. Most drawing looks at it at least every 50 ms; ARCHITECTURE.md names the calls of
/// libraries that take longer.
#[derive(Clone, Default)]
pub struct Stop(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

/// The word to stop has come: nobody wants the drawing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was stopped")]
pub struct Stopped;

impl Stop {
    /// Drawing goes on to its end.
    pub fn never() -> Self {
        Self(None)
    }

    /// Drawing ends when this says so. It is asked often: it must be quick.
    pub fn when(is_stopped: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_stopped)))
    }

    /// Looks once.
    ///
    /// # Errors
    /// Nobody wants the drawing any more.
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
