//! Wakes the clients that follow a job when it changes. The store only signals that any job has changed. One task of the process then reads
//! each followed job once, independently of the number of clients that follow it.

use mapreel_queue::{Error, Filter, Job, JobId, Queue, State, Task, failpoint};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// Changes within this time are handled together.
const TOGETHER: Duration = Duration::from_millis(50);
/// The most jobs that are read one by one after a change. If more are followed, running jobs are read as one list; of the waiting jobs, the
/// oldest are read, and some of the others in turn.
const ASKED_MAX: usize = 32;
/// The most running jobs in one list.
const RUNNING_MAX: usize = 1_000;

/// The jobs that are followed.
pub(crate) struct Watch {
    queue: Arc<dyn Queue>,
    followed: Mutex<Followed>,
    /// Notified when a job is to be read at once.
    asked: Notify,
}

#[derive(Default)]
struct Followed {
    jobs: BTreeMap<JobId, watch::Sender<Arc<Job>>>,
    /// The jobs that are to be read in the next round in any case.
    soon: Vec<JobId>,
    /// The waiting job that was read last in turn.
    turn: Option<JobId>,
}

impl Watch {
    pub(crate) fn new(queue: Arc<dyn Queue>) -> Arc<Self> {
        Arc::new(Self { queue, followed: Mutex::default(), asked: Notify::new() })
    }

    fn followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows a job; `job` is its known state. The sender is dropped when the store has deleted the job's record, or does not answer.
    pub(super) fn follow(&self, job: Job) -> watch::Receiver<Arc<Job>> {
        let mut followed = self.followed();
        let (id, job) = (job.id, Arc::new(job));
        let sender = followed.jobs.entry(id).or_insert_with(|| watch::Sender::new(job.clone()));
        tell(sender, &job);
        let receiver = sender.subscribe();
        // The job may have changed since it was read.
        followed.soon.push(id);
        self.asked.notify_one();
        receiver
    }

    /// Reads a job at once, because this process has changed it.
    pub(super) fn look_at(&self, id: JobId) {
        let mut followed = self.followed();
        if followed.jobs.contains_key(&id) {
            followed.soon.push(id);
            self.asked.notify_one();
        }
    }

    /// The task that reads jobs from the store, until `stop`.
    pub(crate) fn task(self: &Arc<Self>, stop: CancellationToken) -> Task {
        let watch = self.clone();
        Task::new("watch", move || {
            let (watch, stop) = (watch.clone(), stop.clone());
            async move { stop.run_until_cancelled(watch.run()).await.unwrap_or_default() }
        })
    }

    async fn run(&self) {
        let mut changes = self.queue.changes();
        loop {
            failpoint::hit("watch", None);
            let has_changed = tokio::select! {
                changed = changes.changed() => match changed {
                    Ok(()) => true,
                    Err(_) => return,
                },
                () = self.asked.notified() => false,
            };
            tokio::time::sleep(TOGETHER).await;
            let has_changed = has_changed || changes.has_changed().unwrap_or(false);
            changes.mark_unchanged();
            if let Err(error) = self.look(has_changed).await {
                tracing::error!(%error, "the store does not say how jobs are; those who follow them come again");
                *self.followed() = Followed::default();
            }
        }
    }

    /// Reads the jobs that may have changed, and wakes their clients.
    async fn look(&self, has_changed: bool) -> Result<(), Error> {
        let Some(Round { mut ask, running }) = self.followed().round(has_changed) else { return Ok(()) };
        if let Some(known) = running {
            let filter = Filter { state: Some(State::Running), limit: RUNNING_MAX, ..Filter::default() };
            let listed: HashMap<JobId, Job> =
                self.queue.jobs(filter).await?.into_iter().map(|job| (job.id, job)).collect();
            // Jobs that were running and are no longer in the list.
            ask.extend(known.into_iter().filter(|id| !listed.contains_key(id)));
            let followed = self.followed();
            for (id, job) in listed {
                if let Some(sender) = followed.jobs.get(&id) {
                    tell(sender, &Arc::new(job));
                }
            }
        }
        ask.sort();
        ask.dedup();
        for id in ask {
            let job = self.queue.job(id).await?;
            let mut followed = self.followed();
            match job {
                Some(job) => drop(followed.jobs.get(&id).map(|sender| tell(sender, &Arc::new(job)))),
                // The store has deleted the record of the job.
                None => drop(followed.jobs.remove(&id)),
            }
        }
        Ok(())
    }
}

/// The jobs that one round reads.
struct Round {
    ask: Vec<JobId>,
    /// `Some`: running jobs are read as a list; these are the followed jobs that were running.
    running: Option<Vec<JobId>>,
}

impl Followed {
    /// The jobs that are to be read now; `None`: no client follows a job.
    fn round(&mut self, has_changed: bool) -> Option<Round> {
        self.jobs.retain(|_, sender| sender.receiver_count() > 0);
        let mut ask = std::mem::take(&mut self.soon);
        ask.retain(|id| self.jobs.contains_key(id));
        let (mut running, mut waiting) = (Vec::new(), Vec::new());
        for (id, sender) in self.jobs.iter().filter(|_| has_changed) {
            match sender.borrow().state {
                State::Pending => waiting.push(*id),
                State::Running => running.push(*id),
                _ => {}
            }
        }
        let is_list = running.len() + waiting.len() > ASKED_MAX;
        if is_list {
            // Waiting jobs are sorted by age: the oldest are served next.
            let (next, others) = waiting.split_at(waiting.len().min(ASKED_MAX / 2));
            let after = others.partition_point(|id| self.turn.is_some_and(|turn| *id <= turn));
            let in_turn: Vec<JobId> =
                others[after..].iter().chain(&others[..after]).take(ASKED_MAX / 2).copied().collect();
            self.turn = in_turn.last().copied();
            ask.extend(next.iter().copied().chain(in_turn));
        } else {
            ask.extend(running.drain(..).chain(waiting));
        }
        let running = is_list.then_some(running);
        (!ask.is_empty() || running.is_some()).then_some(Round { ask, running })
    }
}

/// Sends the state of a job, unless the receivers already have a newer one.
fn tell(sender: &watch::Sender<Arc<Job>>, job: &Arc<Job>) {
    sender.send_if_modified(|known| {
        let is_newer = job.version > known.version;
        if is_newer {
            *known = job.clone();
        }
        is_newer
    });
}
