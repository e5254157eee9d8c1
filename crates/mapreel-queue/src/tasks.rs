//! The long-lived tasks of a back-end, and the trait of their supervisor.
//!
//! A back-end names the tasks that it needs. The program that opens the back-end decides what happens after a task has panicked: the service
//! starts the task again, or ends.

use futures_util::future::BoxFuture;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use tokio::sync::oneshot;

/// A long-lived task, which can be started again.
pub struct Task {
    name: &'static str,
    run: Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Task {
    /// A task that returns only when it is no longer needed. The supervisor calls `run` again after a panic: state that must survive
    /// the panic belongs to `run`, and not to the future that `run` returns.
    pub fn new<F: Future<Output = ()> + Send + 'static>(
        name: &'static str,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        Self { name, run: Box::new(move || Box::pin(run())) }
    }

    /// A task that blocks; it runs on a thread of its own, which has the task's name.
    pub fn on_thread(name: &'static str, work: impl Fn() + Send + Sync + 'static) -> Self {
        let work = Arc::new(work);
        Self::new(name, move || {
            let work = work.clone();
            async move {
                let (ended, end) = oneshot::channel();
                let thread = move || drop(ended.send(catch_unwind(AssertUnwindSafe(|| work()))));
                if let Err(error) = std::thread::Builder::new().name(name.into()).spawn(thread) {
                    return tracing::error!(%error, task = name, "cannot start a thread");
                }
                if let Ok(Err(panic)) = end.await {
                    resume_unwind(panic);
                }
            }
        })
    }

    /// The task's name in logs and metrics.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Runs the task until it returns; panics when the task panics.
    pub async fn run(&self) {
        (self.run)().await;
    }
}

/// Starts long-lived tasks, and decides what happens after one of them has panicked.
pub trait Supervise: Send + Sync {
    /// Starts a task. Called on a runtime.
    fn start(&self, task: Task);
}

/// Starts tasks and does not restart them: for tests, and for programs that soon end.
pub struct Unsupervised;

impl Supervise for Unsupervised {
    fn start(&self, task: Task) {
        tokio::spawn(async move { task.run().await });
    }
}
