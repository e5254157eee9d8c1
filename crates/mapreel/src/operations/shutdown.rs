//! How the service ends: on SIGTERM or SIGINT its tasks come to their end in order; when a task is lost they hand back at once what they have.

use super::supervisor::{Supervisor, TASK_LOST};
use crate::worker::worker::Worker;
use mapreel_queue::failpoint;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// The time between the word to hand parts back and the end of the time to drain.
const HAND_BACK: Duration = Duration::from_secs(4);
/// A process that has lost a task has so long to hand back its parts.
const LOST_HAND_BACK: Duration = Duration::from_secs(3);
/// A process that has lost a task ends after so long, even if its own threads are stuck.
const LOST_END: Duration = Duration::from_millis(4_500);

/// Why the service ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A signal asked for it.
    Signalled,
    /// A task could not be kept alive.
    TaskLost,
}

/// The two words that end a process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shutdown {
    /// Claim nothing more, finish what is begun.
    pub drain: CancellationToken,
    /// Hand back what is not finished.
    pub hand_back: CancellationToken,
}

impl Shutdown {
    /// Waits for the signal or for a lost task, then until the tasks have ended. After a signal they have `drain` to finish what they
    /// began; when a task is lost they hand back at once what they have.
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
            // Parts whose slot is lost have no task that the supervisor could wait for.
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

/// Ends the process from a thread of its own, since the threads that should end it may be the ones that are stuck.
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
