//! Whether the store answers and artifacts can be written. One probe answers all requests within a second.

use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long the result of a probe is valid.
const LIFETIME: Duration = Duration::from_secs(1);

/// The result of the last probe.
pub(crate) struct Readiness<T> {
    last: Arc<Mutex<Option<(Instant, T)>>>,
}

impl<T: Clone + Send + 'static> Readiness<T> {
    pub(crate) fn new() -> Self {
        Self { last: Arc::default() }
    }

    /// The result of a probe within the last second, or of `probe`; `None`: `probe` has panicked. A probe that has begun runs to its end, even
    /// if the client that caused it has disconnected; no other probe begins before that.
    pub(super) async fn ask(&self, probe: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let mut last = self.last.clone().lock_owned().await;
        if let Some((_, found)) = last.as_ref().filter(|(at, _)| at.elapsed() < LIFETIME) {
            return Some(found.clone());
        }
        let probing = tokio::spawn(async move {
            let found = probe.await;
            *last = Some((Instant::now(), found.clone()));
            found
        });
        probing.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn concurrent_requests_share_one_probe() {
        let (readiness, probes) = (Arc::new(Readiness::new()), Arc::new(AtomicU32::new(0)));
        let ask = || {
            let (readiness, probes) = (readiness.clone(), probes.clone());
            async move {
                let probe = async move {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    probes.fetch_add(1, Ordering::SeqCst)
                };
                readiness.ask(probe).await
            }
        };
        // A client that disconnects at once does not cause a second probe.
        for _ in 0..100 {
            let _ = tokio::time::timeout(Duration::from_millis(1), ask()).await;
        }
        let all: Vec<_> = (0..100).map(|_| tokio::spawn(ask())).collect();
        for one in all {
            assert_eq!(one.await.unwrap(), Some(0));
        }
        tokio::time::sleep(LIFETIME).await;
        assert_eq!(ask().await, Some(1));
        assert_eq!(probes.load(Ordering::SeqCst), 2);
    }
}
