//! Random interleavings of all events: workers claim, work and die, clients submit and cancel, time passes. After each event the queue is
//! compared with a model that knows only the laws.

use super::bench::{ANY, Bench, animation, failure, image, outcome};
use mapreel_queue::{Claim, JobId, Kind, Queue, State, Submitted, Verdict};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone)]
enum Step {
    Submit { segments: u32 },
    Claim { by: usize },
    Heartbeat { claim: usize, done: u32 },
    Finish { claim: usize },
    Fail { claim: usize, retryable: bool },
    Release { claim: usize },
    Cancel { job: usize },
    Pass { seconds: u64 },
    Tend { by: usize },
    Die { who: usize },
    Clean,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (1..4u32).prop_map(|segments| Step::Submit { segments }),
        6 => (0..2usize).prop_map(|by| Step::Claim { by }),
        3 => (any::<usize>(), 0..9u32).prop_map(|(claim, done)| Step::Heartbeat { claim, done }),
        6 => any::<usize>().prop_map(|claim| Step::Finish { claim }),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(claim, retryable)| Step::Fail { claim, retryable }),
        1 => any::<usize>().prop_map(|claim| Step::Release { claim }),
        1 => any::<usize>().prop_map(|job| Step::Cancel { job }),
        3 => (0..14u64).prop_map(|seconds| Step::Pass { seconds }),
        2 => (0..2usize).prop_map(|by| Step::Tend { by }),
        1 => (0..2usize).prop_map(|who| Step::Die { who }),
        1 => Just(Step::Clean),
    ]
}

/// What the model knows of a part, without a query to the queue.
#[derive(Default)]
struct Part {
    token: u64,
    finished: bool,
}

#[derive(Default)]
struct Model {
    jobs: Vec<JobId>,
    ended: HashMap<JobId, State>,
    parts: HashMap<(JobId, usize), Part>,
    claims: Vec<Claim>,
    progress: HashMap<JobId, u32>,
}

impl Model {
    fn pick(&self, number: usize) -> Option<Claim> {
        (!self.claims.is_empty()).then(|| self.claims[number % self.claims.len()].clone())
    }

    fn claimed(&mut self, claim: Claim) {
        let part = self.parts.entry((claim.lease.job, claim.lease.part)).or_default();
        assert!(!part.finished, "a finished part was claimed");
        assert!(claim.lease.token > part.token, "tokens grow");
        assert!(!self.ended.contains_key(&claim.lease.job), "the job had ended");
        part.token = claim.lease.token;
        let done = |stage: &dyn Fn(Kind) -> bool| {
            let of_stage = claim.job.parts.iter().enumerate().filter(|(_, part)| stage(part.kind));
            of_stage.map(|(i, _)| i).all(|i| self.parts.get(&(claim.lease.job, i)).is_some_and(|part| part.finished))
        };
        match claim.kind {
            Kind::Segment(_) => assert!(done(&|kind| kind == Kind::Prepare)),
            Kind::Assemble => assert!(done(&|kind| matches!(kind, Kind::Segment(_)))),
            _ => {}
        }
        self.claims.push(claim);
    }

    fn finished(&mut self, claim: &Claim) {
        let part = self.parts.get_mut(&(claim.lease.job, claim.lease.part)).unwrap();
        assert_eq!(part.token, claim.lease.token, "an old token finished a part");
        if std::mem::replace(&mut part.finished, true) {
            // The holder repeats the finish of the same claim.
            return;
        }
        assert!(!self.ended.contains_key(&claim.lease.job), "the job had ended");
    }

    /// Checks the laws that hold at any time.
    async fn look(&mut self, queue: &dyn Queue) {
        for id in &self.jobs {
            let job = queue.job(*id).await.unwrap().expect("an accepted job is known");
            if let Some(end) = self.ended.get(id) {
                assert!(job.state == *end || (*end == State::Success && job.state == State::Expired), "{end} moved");
            }
            if job.state.is_final() {
                self.ended.insert(*id, job.state);
            }
            let success = matches!(job.state, State::Success | State::Expired);
            let all = |i: usize| self.parts.get(&(*id, i)).is_some_and(|part| part.finished);
            assert_eq!(success, (0..job.parts.len()).all(all), "SUCCESS exactly when every part is finished");
            assert_eq!(success, job.outcome.is_some());
            assert!(job.attempt() <= 3);
            let done = job.progress(queue.now()).done;
            assert!(done >= *self.progress.get(id).unwrap_or(&0), "progress fell");
            self.progress.insert(*id, done);
        }
    }
}

async fn walk(bench: Bench, steps: Vec<Step>) {
    let mut workers: [Arc<dyn Queue>; 2] = [bench.open().await, bench.open().await];
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Submit { segments } => {
                let new = if segments == 1 { image() } else { animation(&vec![4; segments as usize]) };
                if let Submitted::Created(job) = workers[0].submit(new).await.unwrap() {
                    model.jobs.push(job.id);
                }
            }
            Step::Claim { by } => {
                if let Some(claim) = workers[by].claim(ANY, &[]).await.unwrap() {
                    model.claimed(claim);
                }
            }
            Step::Heartbeat { claim, done } => {
                let Some(claim) = model.pick(claim) else { continue };
                let verdict = workers[0].heartbeat(&claim.lease, done, None).await.unwrap();
                let part = &model.parts[&(claim.lease.job, claim.lease.part)];
                assert!(verdict != Verdict::Continue || (part.token == claim.lease.token && !part.finished));
            }
            Step::Finish { claim } => {
                let Some(claim) = model.pick(claim) else { continue };
                let last = claim.lease.part + 1 == claim.job.parts.len();
                let outcome = if last { outcome() } else { None };
                if workers[1].finish(&claim.lease, None, outcome).await.unwrap() {
                    model.finished(&claim);
                }
            }
            Step::Fail { claim, retryable } => {
                let Some(claim) = model.pick(claim) else { continue };
                workers[0].fail(&claim.lease, failure(retryable)).await.unwrap();
            }
            Step::Release { claim } => {
                let Some(claim) = model.pick(claim) else { continue };
                workers[1].release(&claim.lease, Duration::ZERO, None).await.unwrap();
            }
            Step::Cancel { job } if !model.jobs.is_empty() => {
                workers[0].cancel(model.jobs[job % model.jobs.len()]).await.unwrap();
            }
            Step::Cancel { .. } => {}
            Step::Pass { seconds } => {
                bench.pass(seconds);
            }
            Step::Tend { by } => {
                workers[by].tend().await.unwrap();
            }
            Step::Die { who } => workers[who] = bench.open().await,
            Step::Clean => {
                for garbage in workers[0].garbage().await.unwrap() {
                    workers[0].cleaned(garbage.id).await.unwrap();
                }
            }
        }
        model.look(&*workers[0]).await;
    }
    drain(&bench, &*workers[0], &mut model).await;
}

/// When all handles work and none dies, every job comes to its end.
async fn drain(bench: &Bench, queue: &dyn Queue, model: &mut Model) {
    for _ in 0..400 {
        queue.tend().await.unwrap();
        while let Some(claim) = queue.claim(ANY, &[]).await.unwrap() {
            model.claimed(claim.clone());
            let last = claim.lease.part + 1 == claim.job.parts.len();
            let outcome = if last { outcome() } else { None };
            if queue.finish(&claim.lease, None, outcome).await.unwrap() {
                model.finished(&claim);
            }
        }
        model.look(queue).await;
        if model.jobs.iter().all(|id| model.ended.contains_key(id)) {
            return;
        }
        bench.pass(5);
    }
    panic!("a job is stuck");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_interleaving_keeps_the_promises(steps in proptest::collection::vec(step(), 1..60)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(walk(Bench::sqlite(), steps));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_interleaving_keeps_the_promises_on_mongodb(steps in proptest::collection::vec(step(), 1..60)) {
        if let Some(bench) = Bench::mongodb() {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(walk(bench, steps));
        }
    }
}
