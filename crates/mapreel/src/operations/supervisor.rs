//! The supervisor owns every long-lived task. It starts a task again that panics, or returns before the process stops. If a task ends too
//! often, the process ends, rather than run on without it.

use super::metrics::Metrics;
use futures_util::FutureExt;
use mapreel_queue::{Supervise, Task};
use std::any::Any;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

/// The exit code of a process that has lost a task.
pub(crate) const TASK_LOST: u8 = 4;
/// A task that ends more often than this within the time below is lost.
const RESTARTS_MAX: usize = 5;
const RESTARTS_WITHIN: Duration = Duration::from_secs(60);
/// The backoff before a task is started again; it doubles each time.
const PAUSE: Duration = Duration::from_millis(50);
/// A task that has run for this long since it was started again is no longer down.
const STEADY: Duration = Duration::from_secs(1);

/// Owns the tasks.
pub(crate) struct Supervisor {
    tasks: Arc<Tasks>,
    /// Tasks that run until the process ends, since the other tasks need them.
    serving: Mutex<JoinSet<()>>,
    /// Tasks that end after the process was told to stop.
    finite: JoinSet<()>,
}

/// The state of the tasks: running, down or lost.
pub(crate) struct Tasks {
    metrics: Arc<Metrics>,
    /// Once it is cancelled, a task may return.
    stop: CancellationToken,
    down: Mutex<Vec<Down>>,
    /// The lost task, which ended too often.
    lost: Mutex<Option<&'static str>>,
    is_lost: CancellationToken,
}

/// A task that has ended too early and does not run steadily again yet.
struct Down {
    name: &'static str,
    why: String,
}

impl Supervisor {
    /// A supervisor without tasks. Until `stop` is cancelled, no task may return.
    pub(crate) fn new(metrics: Arc<Metrics>, stop: CancellationToken) -> Self {
        let (down, lost, is_lost) = (Mutex::default(), Mutex::default(), CancellationToken::new());
        let tasks = Arc::new(Tasks { metrics, stop, down, lost, is_lost });
        Self { tasks, serving: Mutex::default(), finite: JoinSet::new() }
    }

    /// The state of the tasks.
    pub(crate) fn tasks(&self) -> Arc<Tasks> {
        self.tasks.clone()
    }

    /// Starts a task that ends after the process was told to stop; [`Supervisor::finished`] waits for it.
    pub(crate) fn start_finite(&mut self, task: Task) {
        self.finite.spawn(self.tasks.clone().keep(task));
    }

    /// Returns when every finite task has come to its end.
    pub(crate) async fn finished(&mut self) {
        while self.finite.join_next().await.is_some() {}
    }
}

impl Supervise for Supervisor {
    fn start(&self, task: Task) {
        let mut serving = self.serving.lock().unwrap_or_else(PoisonError::into_inner);
        serving.spawn(self.tasks.clone().keep(task));
    }
}

impl Tasks {
    /// Which tasks are down now, and why; `None`: all of them run.
    pub(crate) fn trouble(&self) -> Option<String> {
        if let Some(name) = self.lost_task() {
            return Some(format!("the task `{name}` cannot be kept alive"));
        }
        let down = self.down();
        let named: Vec<String> = down.iter().map(|Down { name, why }| format!("`{name}` ({why})")).collect();
        (!named.is_empty()).then(|| format!("tasks are down: {}", named.join(", ")))
    }

    /// Returns when a task is lost.
    pub(crate) async fn lost(&self) {
        self.is_lost.cancelled().await;
    }

    /// The name of the lost task, if one is lost.
    pub(crate) fn lost_task(&self) -> Option<&'static str> {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the loss of a task: the process cannot do its work any more, and is to end.
    pub(crate) fn lose(&self, name: &'static str, why: &str) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(name);
        error!(task = name, "the task cannot be kept alive, and the process ends: {why}");
        self.is_lost.cancel();
    }

    /// Runs a task, again and again, until it may return.
    async fn keep(self: Arc<Self>, task: Task) {
        let name = task.name();
        let mut ends = VecDeque::new();
        let mut down = None;
        loop {
            let why = match watch(&task, down.take()).await {
                Ok(()) if self.stop.is_cancelled() => return,
                Ok(()) => "it returned before its time".to_owned(),
                Err(panic) => format!("panic: {}", message(&*panic)),
            };
            ends.push_back(Instant::now());
            while ends.front().is_some_and(|end| end.elapsed() > RESTARTS_WITHIN) {
                ends.pop_front();
            }
            down = Some(self.clone().note(name, why.clone()));
            if ends.len() > RESTARTS_MAX {
                return self.lose(name, &why);
            }
            warn!(task = name, "the task has ended and is started again: {why}");
            tokio::time::sleep(PAUSE * (1 << (ends.len() - 1))).await;
            self.metrics.task_restarted(name);
        }
    }

    fn down(&self) -> MutexGuard<'_, Vec<Down>> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a task is down, until the guard is dropped.
    fn note(self: Arc<Self>, name: &'static str, why: String) -> Noted {
        self.down().push(Down { name, why });
        Noted { tasks: self, name }
    }
}

/// Runs a task until it ends; after a while it is no longer down.
async fn watch(task: &Task, down: Option<Noted>) -> Result<(), Box<dyn Any + Send>> {
    let run = AssertUnwindSafe(async { task.run().await }).catch_unwind();
    tokio::pin!(run);
    if let Some(down) = down {
        if let Ok(end) = tokio::time::timeout(STEADY, &mut run).await {
            return end;
        }
        drop(down);
    }
    run.await
}

/// A task that is down.
struct Noted {
    tasks: Arc<Tasks>,
    name: &'static str,
}

impl Drop for Noted {
    fn drop(&mut self) {
        let mut down = self.tasks.down();
        if let Some(index) = down.iter().position(|down| down.name == self.name) {
            down.remove(index);
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn supervisor() -> (Supervisor, CancellationToken) {
        let stop = CancellationToken::new();
        (Supervisor::new(Arc::new(Metrics::new()), stop.clone()), stop)
    }

    #[tokio::test]
    async fn a_task_that_ends_now_and_then_is_started_again() {
        let (mut supervisor, stop) = supervisor();
        let (runs, token) = (Arc::new(AtomicUsize::new(0)), stop.clone());
        let counted = runs.clone();
        supervisor.start_finite(Task::new("x", move || {
            let (stop, run) = (token.clone(), counted.fetch_add(1, Ordering::SeqCst));
            async move {
                match run {
                    0 => panic!("the first time"),
                    1 => {}
                    _ => stop.cancelled().await,
                }
            }
        }));
        tokio::task::yield_now().await;
        let trouble = supervisor.tasks().trouble().expect("it is down");
        assert_eq!(trouble, "tasks are down: `x` (panic: the first time)");
        while supervisor.tasks().trouble().is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(runs.load(Ordering::SeqCst), 3);
        stop.cancel();
        supervisor.finished().await;
        assert_eq!((runs.load(Ordering::SeqCst), supervisor.tasks().lost_task()), (3, None));
    }

    #[tokio::test]
    async fn a_task_that_ends_at_once_each_time_is_lost() {
        let (supervisor, _stop) = supervisor();
        supervisor.start(Task::on_thread("y", || panic!("always")));
        supervisor.tasks().lost().await;
        assert_eq!(supervisor.tasks().lost_task(), Some("y"));
        assert_eq!(supervisor.tasks().trouble().as_deref(), Some("the task `y` cannot be kept alive"));
    }
}
