//! Law 9, what deaths cost: only the death of a holder that held a suspect and nothing else is charged to the part.

use super::bench::{ANY, Bench, image, laws, of, submit};
use mapreel_queue::{Claim, Queue, State};
use std::time::Duration;

laws!(
    law_9_unrelated_deaths_charge_nobody,
    law_9_who_dies_alone_with_a_suspect_charges_it,
    law_9_a_part_is_not_begun_without_end,
);

async fn claim(queue: &dyn Queue) -> Claim {
    queue.claim(ANY, &[]).await.unwrap().expect("there is something to do")
}

async fn buried(queue: &dyn Queue) {
    while queue.tend().await.unwrap().rescued == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// One dies while it holds a part, another one beside a second part, a third one of a part that is its own fault: a part that
/// has met three deaths and was the cause of none.
async fn law_9_unrelated_deaths_charge_nobody(bench: Bench) {
    let other = bench.open().await;
    let dying = bench.open().await;
    let id = submit(&*dying, image()).await;
    assert!(!claim(&*dying).await.is_suspect());
    drop(dying);
    buried(&*other).await;
    let job = other.job(id).await.unwrap().unwrap();
    assert_eq!((job.state, job.attempt()), (State::Pending, 0), "a death of who held one part is no fault of the part");
    assert!(job.parts[0].suspect, "it is to be done alone");
    for _ in 0..2 {
        // It waits for its turn to be alone, beside others.
        let dying = bench.open().await;
        submit(&*dying, of("another", image())).await;
        let held = [claim(&*dying).await, claim(&*dying).await];
        assert!(held.iter().any(|claim| claim.lease.job == id));
        drop(dying);
        buried(&*other).await;
    }
    assert_eq!(other.job(id).await.unwrap().unwrap().attempt(), 0);
}

async fn law_9_who_dies_alone_with_a_suspect_charges_it(bench: Bench) {
    let other = bench.open().await;
    let id = submit(&*other, image()).await;
    let mut deaths = 0;
    while !other.job(id).await.unwrap().unwrap().state.is_final() {
        let dying = bench.open().await;
        claim(&*dying).await;
        drop(dying);
        buried(&*other).await;
        bench.pass(60);
        deaths += 1;
    }
    let job = other.job(id).await.unwrap().unwrap();
    let failure = job.failure.unwrap();
    assert_eq!((deaths, job.state, failure.code.as_str()), (4, State::Failed, "worker_crashed"));
    assert!(failure.retryable, "machines die, too");
}

async fn law_9_a_part_is_not_begun_without_end(bench: Bench) {
    let other = bench.open().await;
    let id = submit(&*other, image()).await;
    let mut deaths = 0;
    while !other.job(id).await.unwrap().unwrap().state.is_final() {
        // Always beside another one, which is never to blame either.
        let dying = bench.open().await;
        let beside = submit(&*dying, of("another", image())).await;
        let held = [claim(&*dying).await, claim(&*dying).await];
        assert!(held.iter().any(|claim| claim.lease.job == id));
        drop(dying);
        buried(&*other).await;
        other.cancel(beside).await.unwrap();
        bench.pass(60);
        deaths += 1;
        assert!(deaths < 50, "for ever");
    }
    assert_eq!(deaths, 10 + 3);
}
