//! Law 19, and the bounds on open jobs that law 14 lets an owner have, for each back-end.

use super::bench::{ANY, Bench, failure, image, laws, of, outcome, submit};
use mapreel_queue::{Bound, NewJob, Submitted, Verdict, Waiting, WaitsFor};
use std::time::Duration;

laws!(law_14_an_owner_has_a_bound_of_its_own, law_19_a_job_says_what_it_waits_for, law_19_a_job_knows_its_place,);

async fn law_14_an_owner_has_a_bound_of_its_own(bench: Bench) {
    let queue = bench.open().await;
    let bounded = |owner: &str| NewJob { open_jobs_of_owner_max: Some(2), ..of(owner, image()) };
    submit(&*queue, bounded("a")).await;
    let second = submit(&*queue, bounded("a")).await;
    let full = Submitted::Full { open: 2, bound: Bound::Owner };
    assert_eq!(queue.submit(bounded("a")).await.unwrap(), full);
    submit(&*queue, bounded("b")).await;
    queue.cancel(second).await.unwrap();
    submit(&*queue, bounded("a")).await;
    assert_eq!(queue.submit(bounded("a")).await.unwrap(), full);
    submit(&*queue, of("a", image())).await;
}

async fn law_19_a_job_says_what_it_waits_for(bench: Bench) {
    let queue = bench.open().await;
    let id = submit(&*queue, image()).await;
    let waits = async || queue.job(id).await.unwrap().unwrap().waits_for();
    let on = |on, reason: &str| Some(Waiting { on, reason: reason.into() });
    assert_eq!(waits().await, on(WaitsFor::Slot, ""));
    let claim = queue.claim(ANY, &[]).await.unwrap().unwrap();
    assert_eq!(waits().await, None, "it is being done");
    let missing = on(WaitsFor::Artifacts, "the bucket `maps` does not exist");
    assert!(queue.release(&claim.lease, Duration::ZERO, missing.clone()).await.unwrap());
    assert_eq!(waits().await, missing);
    let claim = queue.claim(ANY, &[]).await.unwrap().unwrap();
    assert_eq!(waits().await, missing, "the next attempt has not succeeded yet");
    assert!(queue.release(&claim.lease, Duration::ZERO, None).await.unwrap());
    assert_eq!(waits().await, missing, "a release without a reason keeps the earlier reason");
    let claim = queue.claim(ANY, &[]).await.unwrap().unwrap();
    assert!(queue.fail(&claim.lease, failure(true)).await.unwrap());
    assert_eq!(waits().await, on(WaitsFor::Upstream, "no"));
    bench.pass(60);
    let claim = queue.claim(ANY, &[]).await.unwrap().unwrap();
    let silent = on(WaitsFor::Upstream, "`h` has not answered yet");
    assert_eq!(queue.heartbeat(&claim.lease, 0, silent.clone()).await.unwrap(), Verdict::Continue);
    assert_eq!(waits().await, silent);
    queue.heartbeat(&claim.lease, 0, None).await.unwrap();
    assert_eq!(waits().await, silent, "nothing was done since");
    queue.heartbeat(&claim.lease, 1, None).await.unwrap();
    assert_eq!(waits().await, None, "a frame was done since");
    assert!(queue.finish(&claim.lease, None, outcome()).await.unwrap());
    assert_eq!(waits().await, None);
    assert_eq!(queue.job(id).await.unwrap().unwrap().waiting, None, "it is over");
}

async fn law_19_a_job_knows_its_place(bench: Bench) {
    let queue = bench.open().await;
    let mut ids = Vec::new();
    for owner in ["a", "a", "a", "b", "a", "c", "c"] {
        ids.push(submit(&*queue, of(owner, image())).await);
    }
    let place = async |id| queue.position(&queue.job(id).await.unwrap().unwrap()).await.unwrap();
    let mut promised = Vec::new();
    for id in &ids {
        promised.push((place(*id).await.unwrap(), *id));
    }
    promised.sort();
    for (place_then, id) in &promised {
        let claim = queue.claim(ANY, &[]).await.unwrap().unwrap();
        assert_eq!(claim.lease.job, *id, "promised {place_then} of {promised:?}");
        assert!(queue.finish(&claim.lease, None, outcome()).await.unwrap());
        assert_eq!(place(*id).await, None);
    }
    assert_eq!(promised.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
}
