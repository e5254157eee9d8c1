//! One test for each law of [`Queue`], in the order of its documentation, for each back-end.

use super::bench::{ANY, Bench, animation, failure, image, laws, outcome, submit};
use mapreel_queue::{Bound, Claim, Filter, Kind, NewJob, Queue, Service, State, Submitted, Verdict};
use std::collections::HashSet;
use std::time::Duration;

laws!(
    law_1_an_accepted_job_is_durable,
    law_2_one_job_for_one_key,
    law_3_one_holder,
    law_4_lanes_in_order,
    law_4_the_oldest_first_while_the_broker_confirms,
    law_5_in_stages,
    law_6_fenced,
    law_7_done_is_done,
    law_8_leases_end,
    law_9_attempts_are_counted,
    law_9_a_death_with_several_parts_makes_them_suspects_uncharged,
    law_10_handing_back_is_free,
    law_11_cancel_wins,
    law_12_ends_are_final_but_for_expiry,
    law_13_progress_never_falls,
    law_14_bounded,
    law_15_garbage_is_named,
    law_16_changes_are_told,
    law_20_a_plan_goes_to_a_handle_that_can_read_it,
    law_20_a_rollback_of_an_upgrade_charges_no_attempt,
);

async fn claim(queue: &dyn Queue) -> Claim {
    queue.claim(ANY, &[]).await.unwrap().expect("there is something to do")
}

async fn state(queue: &dyn Queue, claim: &Claim) -> State {
    queue.job(claim.lease.job).await.unwrap().unwrap().state
}

async fn law_1_an_accepted_job_is_durable(bench: Bench) {
    let queue = bench.open().await;
    let id = submit(&*queue, image()).await;
    drop(queue);
    let queue = bench.open().await;
    assert_eq!(queue.job(id).await.unwrap().unwrap().state, State::Pending);
    assert_eq!(&queue.request(id).await.unwrap().unwrap()[..], b"{}");
    assert_eq!(queue.jobs(Filter { limit: 9, ..Filter::default() }).await.unwrap().len(), 1);
}

async fn law_2_one_job_for_one_key(bench: Bench) {
    let queues = [bench.open().await, bench.open().await];
    let keyed = NewJob { idempotency_key: Some("k".into()), ..image() };
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..50 {
        let (queue, keyed) = (queues[i % 2].clone(), keyed.clone());
        tasks.spawn(async move { queue.submit(keyed).await.unwrap() });
    }
    let (mut created, mut ids) = (0, HashSet::new());
    for submitted in tasks.join_all().await {
        match submitted {
            Submitted::Created(job) => {
                created += 1;
                ids.insert(job.id);
            }
            Submitted::Known(job) => {
                ids.insert(job.id);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((created, ids.len()), (1, 1));
    let other = NewJob { request_sha256: "other".into(), ..keyed.clone() };
    assert_eq!(queues[0].submit(other).await.unwrap(), Submitted::KeyReused);
    let other = NewJob { service: Service::Animation, ..keyed };
    assert_eq!(queues[0].submit(other).await.unwrap(), Submitted::KeyReused);
}

async fn law_3_one_holder(bench: Bench) {
    let queues = [bench.open().await, bench.open().await, bench.open().await, bench.open().await];
    for _ in 0..30 {
        submit(&*queues[0], image()).await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..60 {
        let queue = queues[i % 4].clone();
        tasks.spawn(async move { queue.claim(ANY, &[]).await.unwrap() });
    }
    let claims: Vec<Claim> = tasks.join_all().await.into_iter().flatten().collect();
    let parts: HashSet<_> = claims.iter().map(|claim| (claim.lease.job, claim.lease.part)).collect();
    assert_eq!((claims.len(), parts.len()), (30, 30));
}

/// The broker's confirmations are written to the jobs at the same time as the claims.
async fn law_4_the_oldest_first_while_the_broker_confirms(bench: Bench) {
    let queue = bench.open().await;
    for _ in 0..20 {
        let mut jobs = Vec::new();
        for _ in 0..3 {
            jobs.push(submit(&*queue, image()).await);
        }
        for job in jobs {
            let claim = claim_soon(&*queue).await;
            assert_eq!(claim.lease.job, job);
            assert!(queue.finish(&claim.lease, None, outcome()).await.unwrap());
        }
    }
}

/// The next claim. In a cluster it may succeed only after a message has arrived, a moment later.
async fn claim_soon(queue: &dyn Queue) -> Claim {
    for _ in 0..200 {
        if let Some(claim) = queue.claim(ANY, &[]).await.unwrap() {
            return claim;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing can be claimed");
}

async fn law_4_lanes_in_order(bench: Bench) {
    let queue = bench.open().await;
    let film = submit(&*queue, animation(&[2])).await;
    let first = submit(&*queue, image()).await;
    let second = submit(&*queue, image()).await;
    let jobs = |claim: Option<Claim>| claim.map(|claim| claim.lease.job);
    assert_eq!(jobs(queue.claim(ANY, &[]).await.unwrap()), Some(first));
    assert_eq!(jobs(queue.claim(&[Service::Animation, Service::Image], &[]).await.unwrap()), Some(film));
    assert_eq!(jobs(queue.claim(&[Service::Animation], &[]).await.unwrap()), None);
    assert_eq!(jobs(queue.claim(&[Service::Image], &[]).await.unwrap()), Some(second));
}

async fn law_5_in_stages(bench: Bench) {
    let queue = bench.open().await;
    submit(&*queue, animation(&[12, 12, 6])).await;
    let prepare = claim(&*queue).await;
    assert_eq!(prepare.kind, Kind::Prepare);
    assert!(queue.claim(ANY, &[]).await.unwrap().is_none(), "segments wait");
    assert!(queue.finish(&prepare.lease, Some("p".into()), None).await.unwrap());
    let segments = [claim(&*queue).await, claim(&*queue).await, claim(&*queue).await];
    assert_eq!(segments.each_ref().map(|c| c.kind), [Kind::Segment(0), Kind::Segment(1), Kind::Segment(2)]);
    assert_eq!(segments[2].job.parts[0].key.as_deref(), Some("p"));
    for segment in segments.iter().rev() {
        assert!(queue.claim(ANY, &[]).await.unwrap().is_none(), "assembling waits");
        assert!(queue.finish(&segment.lease, Some("s".into()), None).await.unwrap());
    }
    let assemble = claim(&*queue).await;
    assert_eq!((assemble.kind, assemble.job.progress(queue.now()).done), (Kind::Assemble, 30));
    assert!(queue.finish(&assemble.lease, None, outcome()).await.unwrap());
    assert_eq!(state(&*queue, &assemble).await, State::Success);
}

async fn law_6_fenced(bench: Bench) {
    let (frozen, other) = (bench.open().await, bench.open().await);
    submit(&*frozen, image()).await;
    let old = claim(&*frozen).await;
    bench.pass(11);
    assert_eq!(other.tend().await.unwrap().rescued, 1);
    let new = claim(&*other).await;
    assert!(new.lease.token > old.lease.token);
    assert_ne!(new.key("png"), old.key("png"));
    let before = other.job(new.lease.job).await.unwrap();
    assert_eq!(frozen.heartbeat(&old.lease, 1, None).await.unwrap(), Verdict::Lost);
    assert!(!frozen.finish(&old.lease, None, outcome()).await.unwrap());
    assert!(!frozen.fail(&old.lease, failure(false)).await.unwrap());
    assert!(!frozen.release(&old.lease, Duration::ZERO, None).await.unwrap());
    assert_eq!(other.job(new.lease.job).await.unwrap(), before);
    assert!(other.finish(&new.lease, None, outcome()).await.unwrap());
    let before = other.job(new.lease.job).await.unwrap();
    assert!(other.finish(&new.lease, None, outcome()).await.unwrap(), "told again by one who has not heard the answer");
    assert_eq!(other.job(new.lease.job).await.unwrap(), before, "and changes nothing");
}

async fn law_7_done_is_done(bench: Bench) {
    let queue = bench.open().await;
    submit(&*queue, animation(&[5, 5])).await;
    let mut seen = HashSet::new();
    for _ in 0..4 {
        let claim = claim(&*queue).await;
        assert!(seen.insert(claim.lease.part));
        queue.finish(&claim.lease, None, outcome()).await.unwrap();
        bench.pass(60);
        queue.tend().await.unwrap();
    }
    assert!(queue.claim(ANY, &[]).await.unwrap().is_none());
}

async fn law_8_leases_end(bench: Bench) {
    let (dying, other) = (bench.open().await, bench.open().await);
    submit(&*dying, image()).await;
    let kept = claim(&*dying).await;
    for _ in 0..5 {
        bench.pass(8);
        assert_eq!(dying.heartbeat(&kept.lease, 0, None).await.unwrap(), Verdict::Continue);
        assert_eq!(other.tend().await.unwrap().rescued, 0, "a renewed lease is not over");
    }
    drop(dying);
    let rescued = async {
        while other.tend().await.unwrap().rescued == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), rescued).await.expect("its owner is dead");
    assert_eq!(claim(&*other).await.lease.job, kept.lease.job);
}

async fn law_9_attempts_are_counted(bench: Bench) {
    let queue = bench.open().await;
    submit(&*queue, image()).await;
    // A part whose holder goes silent becomes a suspect; a suspect whose holder held nothing else is charged an attempt.
    assert!(!claim(&*queue).await.is_suspect());
    bench.pass(11);
    assert_eq!(queue.tend().await.unwrap().rescued, 1);
    for attempt in 1..=3 {
        let claim = claim(&*queue).await;
        assert_eq!(claim.job.attempt(), attempt);
        bench.pass(11);
        queue.tend().await.unwrap();
        bench.pass(60);
        let expected = if attempt == 3 { State::Failed } else { State::Pending };
        assert_eq!(state(&*queue, &claim).await, expected);
    }
    submit(&*queue, image()).await;
    for attempt in 1..=3 {
        let claim = claim(&*queue).await;
        assert!(queue.fail(&claim.lease, failure(true)).await.unwrap());
        assert!(queue.claim(ANY, &[]).await.unwrap().is_none(), "not at once");
        bench.pass(60);
        assert_eq!(state(&*queue, &claim).await.is_final(), attempt == 3);
    }
    submit(&*queue, image()).await;
    let claim = claim(&*queue).await;
    assert!(queue.fail(&claim.lease, failure(false)).await.unwrap());
    let job = queue.job(claim.lease.job).await.unwrap().unwrap();
    assert_eq!((job.state, job.failure), (State::Failed, Some(failure(false))));
}

async fn law_9_a_death_with_several_parts_makes_them_suspects_uncharged(bench: Bench) {
    let other = bench.open().await;
    let tend_until_rescued = async || {
        while other.tend().await.unwrap().rescued == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let dying = bench.open().await;
    let poison = submit(&*dying, image()).await;
    let neighbour = submit(&*dying, image()).await;
    let held = [claim(&*dying).await, claim(&*dying).await];
    assert!(held.iter().all(|claim| !claim.is_suspect()));
    drop(dying);
    tend_until_rescued().await;
    for id in [poison, neighbour] {
        let job = other.job(id).await.unwrap().unwrap();
        assert_eq!((job.attempt(), job.parts[0].suspect), (0, true));
    }
    // Claimed exclusively, the part that kills its worker is found.
    let innocent = claim(&*other).await;
    assert!(innocent.is_suspect());
    assert!(other.finish(&innocent.lease, None, outcome()).await.unwrap());
    for attempt in 1..=3 {
        let dying = bench.open().await;
        let guilty = claim(&*dying).await;
        assert_ne!(guilty.lease.job, innocent.lease.job);
        assert_eq!((guilty.is_suspect(), guilty.job.attempt()), (true, attempt));
        drop(dying);
        tend_until_rescued().await;
        bench.pass(60);
    }
    assert_eq!(state(&*other, &innocent).await, State::Success);
    let guilty = held.iter().find(|claim| claim.lease.job != innocent.lease.job).unwrap();
    assert_eq!(state(&*other, guilty).await, State::Failed);
}

async fn law_10_handing_back_is_free(bench: Bench) {
    let (draining, other) = (bench.open().await, bench.open().await);
    submit(&*draining, image()).await;
    for _ in 0..5 {
        let held = claim(&*draining).await;
        assert_eq!(held.job.attempt(), 1);
        assert!(draining.release(&held.lease, Duration::ZERO, None).await.unwrap());
        assert_eq!(state(&*draining, &held).await, State::Pending);
    }
    assert_eq!(claim(&*other).await.job.attempt(), 1);
}

async fn law_11_cancel_wins(bench: Bench) {
    let queue = bench.open().await;
    let waiting = submit(&*queue, image()).await;
    assert_eq!(queue.cancel(waiting).await.unwrap().unwrap().state, State::Cancelled);
    assert!(queue.claim(ANY, &[]).await.unwrap().is_none());
    submit(&*queue, animation(&[5, 5])).await;
    let prepare = claim(&*queue).await;
    queue.finish(&prepare.lease, None, None).await.unwrap();
    let running = claim(&*queue).await;
    queue.cancel(running.lease.job).await.unwrap();
    assert!(queue.claim(ANY, &[]).await.unwrap().is_none());
    assert_eq!(queue.heartbeat(&running.lease, 1, None).await.unwrap(), Verdict::Cancelled);
    assert!(!queue.finish(&running.lease, None, outcome()).await.unwrap());
    bench.pass(11);
    queue.tend().await.unwrap();
    assert_eq!(state(&*queue, &running).await, State::Cancelled);
    submit(&*queue, image()).await;
    let done = claim(&*queue).await;
    queue.finish(&done.lease, None, outcome()).await.unwrap();
    assert_eq!(queue.cancel(done.lease.job).await.unwrap().unwrap().state, State::Success);
    assert_eq!(queue.cancel(mapreel_queue::JobId::random()).await.unwrap(), None);
}

async fn law_12_ends_are_final_but_for_expiry(bench: Bench) {
    let queue = bench.open().await;
    submit(&*queue, image()).await;
    let done = claim(&*queue).await;
    queue.finish(&done.lease, None, outcome()).await.unwrap();
    bench.pass(999);
    queue.tend().await.unwrap();
    assert_eq!(state(&*queue, &done).await, State::Success);
    bench.pass(2);
    assert_eq!(queue.tend().await.unwrap().aged, 1);
    assert_eq!(state(&*queue, &done).await, State::Expired);
    queue.cleaned(done.lease.job).await.unwrap();
    bench.pass(10_001);
    assert_eq!(queue.tend().await.unwrap().forgotten, 1);
    assert_eq!(queue.job(done.lease.job).await.unwrap(), None);
    let late = submit(&*queue, image()).await;
    bench.pass(100_001);
    queue.tend().await.unwrap();
    let late = queue.job(late).await.unwrap().unwrap();
    assert_eq!((late.state, late.failure.unwrap().code.as_str()), (State::Failed, "too_late"));
}

async fn law_13_progress_never_falls(bench: Bench) {
    let queue = bench.open().await;
    submit(&*queue, animation(&[10, 10])).await;
    let prepare = claim(&*queue).await;
    queue.finish(&prepare.lease, None, None).await.unwrap();
    let id = prepare.lease.job;
    let done = async || queue.job(id).await.unwrap().unwrap().progress(queue.now()).done;
    let segment = claim(&*queue).await;
    queue.heartbeat(&segment.lease, 7, None).await.unwrap();
    assert_eq!(done().await, 7);
    bench.pass(11);
    queue.tend().await.unwrap();
    assert_eq!(done().await, 7);
    let again = claim(&*queue).await;
    queue.heartbeat(&again.lease, 3, None).await.unwrap();
    assert_eq!(done().await, 7);
    queue.finish(&again.lease, None, None).await.unwrap();
    assert_eq!(done().await, 10);
    let job = queue.job(id).await.unwrap().unwrap();
    let eta = job.progress(queue.now()).eta_s.unwrap();
    assert!((10.0..12.0).contains(&eta), "half of it took 11 s: {eta}");
}

async fn law_14_bounded(bench: Bench) {
    let queue = bench.open().await;
    for _ in 0..40 {
        submit(&*queue, image()).await;
    }
    assert_eq!(queue.submit(image()).await.unwrap(), Submitted::Full { open: 40, bound: Bound::All });
    let one = claim(&*queue).await;
    queue.finish(&one.lease, None, outcome()).await.unwrap();
    submit(&*queue, image()).await;
}

async fn law_15_garbage_is_named(bench: Bench) {
    let queue = bench.open().await;
    submit(&*queue, image()).await;
    let done = claim(&*queue).await;
    assert!(queue.garbage().await.unwrap().is_empty());
    queue.finish(&done.lease, None, outcome()).await.unwrap();
    let garbage = queue.garbage().await.unwrap();
    assert_eq!((garbage[0].id, &garbage[0].keep[..]), (done.lease.job, &["a/final".into(), "a/manifest".into()][..]));
    queue.cleaned(done.lease.job).await.unwrap();
    assert!(queue.garbage().await.unwrap().is_empty());
    submit(&*queue, image()).await;
    let held = claim(&*queue).await;
    queue.cancel(held.lease.job).await.unwrap();
    assert_eq!(queue.garbage().await.unwrap()[0].keep.len(), 0);
    queue.cleaned(held.lease.job).await.unwrap();
    assert!(queue.garbage().await.unwrap().is_empty());
    bench.pass(11);
    assert_eq!(queue.garbage().await.unwrap().len(), 1, "its holder could have left something");
    queue.cleaned(held.lease.job).await.unwrap();
    assert!(queue.garbage().await.unwrap().is_empty());
    bench.pass(2_000);
    queue.tend().await.unwrap();
    assert_eq!(queue.garbage().await.unwrap()[0].keep.len(), 0, "expired");
}

async fn law_16_changes_are_told(bench: Bench) {
    let (one, other) = (bench.open().await, bench.open().await);
    for by in [&one, &other] {
        let mut changes = one.changes();
        changes.mark_unchanged();
        submit(&**by, image()).await;
        tokio::time::timeout(Duration::from_secs(2), changes.changed()).await.expect("told").unwrap();
    }
}

async fn law_20_a_plan_goes_to_a_handle_that_can_read_it(bench: Bench) {
    let (old, new) = (bench.open_reading(1).await, bench.open_reading(2).await);
    let id = submit(&*new, animation(&[12, 12])).await;
    // No plan exists yet, so either handle may prepare the job; the newer handle can read a plan of the older one.
    let prepared = claim(&*new).await;
    assert!(new.finish(&prepared.lease, Some("plan".into()), None).await.unwrap());
    assert_eq!(old.claim(ANY, &[]).await.unwrap(), None, "it cannot read the plan");
    let next = submit(&*old, animation(&[12, 12])).await;
    let behind = claim(&*old).await;
    assert_eq!(behind.job.id, next, "the older handle claims a part that it can do");
    assert!(old.finish(&behind.lease, Some("plan".into()), None).await.unwrap());
    let parts = [claim(&*new).await, claim(&*new).await, claim(&*new).await, claim(&*new).await];
    assert_eq!(parts.iter().map(|part| part.job.id).collect::<HashSet<_>>(), HashSet::from([id, next]));
    // Segments that the newer handle has drawn are assembled only by a handle that can read them.
    for part in parts.iter().filter(|part| part.job.id == next) {
        assert!(new.finish(&part.lease, Some("drawn".into()), None).await.unwrap());
    }
    assert_eq!(old.claim(ANY, &[]).await.unwrap(), None);
    assert_eq!(claim(&*new).await.kind, Kind::Assemble);
    let job = new.job(id).await.unwrap().unwrap();
    assert_eq!((job.plan_version, job.prepared_again), (2, 0));
}

async fn law_20_a_rollback_of_an_upgrade_charges_no_attempt(bench: Bench) {
    let (old, new) = (bench.open_reading(1).await, bench.open_reading(2).await);
    let id = submit(&*new, animation(&[12, 12])).await;
    for _ in 0..2 {
        let part = claim(&*new).await;
        assert!(new.finish(&part.lease, Some("made".into()), None).await.unwrap());
    }
    let progress = old.job(id).await.unwrap().unwrap().frames_done;
    let late = claim(&*new).await;
    drop(new);
    bench.pass(39);
    assert_eq!(old.tend().await.unwrap().prepared_again, 0, "a handle that can read the plan may still claim");
    let mut again = 0;
    for _ in 0..6 {
        bench.pass(41);
        again += old.tend().await.unwrap().prepared_again;
    }
    assert_eq!(again, 1, "an unprepared job can be claimed by any handle");
    let job = old.job(id).await.unwrap().unwrap();
    assert_eq!((job.plan_version, job.prepared_again, job.frames_done), (0, 1, progress));
    assert!(job.parts.iter().all(|part| part.attempt == 0 && part.key.is_none()), "nothing is charged: {job:#?}");
    assert!(!old.finish(&late.lease, Some("late".into()), None).await.unwrap(), "its token belongs to the old plan");
    for _ in 0..4 {
        let part = claim(&*old).await;
        let end = (part.kind == Kind::Assemble).then(outcome).flatten();
        assert!(old.finish(&part.lease, Some("made".into()), end).await.unwrap());
    }
    assert_eq!(old.job(id).await.unwrap().unwrap().state, State::Success);
}
