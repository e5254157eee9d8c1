//! How the service ends. After SIGTERM or SIGINT its tasks drain; when a task is lost, the worker hands back its parts at once.

use super::supervisor::{Supervisor, TASK_LOST};
use crate::worker::worker::Worker;
use mapreel_queue::failpoint;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How long before the end of the drain time parts are handed back.
const HAND_BACK: Duration = Duration::from_secs(4);
/// How long a process that has lost a task may take to hand back its parts.
const LOST_HAND_BACK: Duration = Duration::from_secs(3);
/// After this time a process that has lost a task ends, even if its threads are stuck.
const LOST_END: Duration = Duration::from_millis(4_500);

/// Why the service ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A signal asked for it.
    Signalled,
    /// A task could not be kept alive.
    TaskLost,
}

/// The two tokens whose cancellation ends the work of a process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shutdown {
    /// Cancelled: the worker claims nothing more, and finishes its parts.
    pub drain: CancellationToken,
    /// Cancelled: the worker hands back its unfinished parts.
    pub hand_back: CancellationToken,
}

impl Shutdown {
    /// Waits for a signal or for the loss of a task, and then until the tasks have ended. After a signal the worker has the time `drain` to
    /// finish its parts; after the loss of a task it hands them back at once.
    pub(crate) async fn run(&self, mut supervisor: Supervisor, worker: &Worker, drain: Duration) -> Ended {
        let tasks = supervisor.tasks();
        let drained = async {
            self.drain.cancelled().await;
            tokio::time::sleep(drain.saturating_sub(HAND_BACK)).await;
        };
        tokio::select! {
            () = supervisor.finished() => {}
            () = tasks.lost() => exit_soon(),
            () = drained => {}
        }
        self.drain.cancel();
        self.hand_back.cancel();
        let lost = async {
            tasks.lost().await;
            tokio::time::sleep(LOST_HAND_BACK).await;
        };
        let ended = async {
            supervisor.finished().await;
            // A part runs in a task of its own. If its slot's task is lost, no supervised task waits for the part.
            worker.parts_ended().await;
        };
        tokio::select! {
            () = ended => {}
            () = lost => warn!("not everything could be handed back in time"),
            () = tokio::time::sleep(HAND_BACK) => warn!("some tasks have not ended in time; what they had was handed back"),
        }
        info!("ended");
        if tasks.lost_task().is_some() { Ended::TaskLost } else { Ended::Signalled }
    }
}

/// Ends the process from a thread of its own: the threads that should end it may be stuck.
fn exit_soon() {
    let exit = || {
        std::thread::sleep(LOST_END);
        std::process::exit(i32::from(TASK_LOST));
    };
    if let Err(error) = std::thread::Builder::new().name("end".into()).spawn(exit) {
        warn!(%error, "nobody watches over the end");
    }
}

/// Cancels `drain` at the first SIGTERM or SIGINT, and ends the process at the second.
pub(crate) async fn hear_signals(drain: CancellationToken) {
    let (mut terminate, mut interrupt) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => return warn!(%error, "cannot hear signals"),
    };
    loop {
        failpoint::hit("signals", None);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if drain.is_cancelled() {
            std::process::exit(1);
        }
        info!("stopping: finishing what can be finished; once more to stop at once");
        drain.cancel();
    }
}
