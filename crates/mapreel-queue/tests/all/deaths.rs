//! Law 9, deaths of workers: only the death of a holder that held one suspect and nothing else is charged to the part.

use super::bench::{ANY, Bench, image, laws, of, submit};
use mapreel_queue::{Claim, Queue, State};
use std::time::Duration;

laws!(
    law_9_unrelated_deaths_are_charged_to_no_part,
    law_9_the_death_of_a_holder_of_one_suspect_is_charged,
    law_9_a_part_is_not_claimed_without_end,
);

async fn claim(queue: &dyn Queue) -> Claim {
    queue.claim(ANY, &[]).await.unwrap().expect("there is something to do")
}

async fn tend_until_rescued(queue: &dyn Queue) {
    while queue.tend().await.unwrap().rescued == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Three workers die while they hold the part: the first holds only this part, which is no suspect yet; the other two hold a second part as
/// well. No death is charged to the part.
async fn law_9_unrelated_deaths_are_charged_to_no_part(bench: Bench) {
    let other = bench.open().await;
    let dying = bench.open().await;
    let id = submit(&*dying, image()).await;
    assert!(!claim(&*dying).await.is_suspect());
    drop(dying);
    tend_until_rescued(&*other).await;
    let job = other.job(id).await.unwrap().unwrap();
    assert_eq!((job.state, job.attempt()), (State::Pending, 0), "the first death only makes the part a suspect");
    assert!(job.parts[0].suspect, "it is to be run exclusively");
    for _ in 0..2 {
        // The holder has the suspect and another part.
        let dying = bench.open().await;
        submit(&*dying, of("another", image())).await;
        let held = [claim(&*dying).await, claim(&*dying).await];
        assert!(held.iter().any(|claim| claim.lease.job == id));
        drop(dying);
        tend_until_rescued(&*other).await;
    }
    assert_eq!(other.job(id).await.unwrap().unwrap().attempt(), 0);
}

async fn law_9_the_death_of_a_holder_of_one_suspect_is_charged(bench: Bench) {
    let other = bench.open().await;
    let id = submit(&*other, image()).await;
    let mut deaths = 0;
    while !other.job(id).await.unwrap().unwrap().state.is_final() {
        let dying = bench.open().await;
        claim(&*dying).await;
        drop(dying);
        tend_until_rescued(&*other).await;
        bench.pass(60);
        deaths += 1;
    }
    let job = other.job(id).await.unwrap().unwrap();
    let failure = job.failure.unwrap();
    assert_eq!((deaths, job.state, failure.code.as_str()), (4, State::Failed, "worker_crashed"));
    assert!(failure.retryable, "machines die, too");
}

async fn law_9_a_part_is_not_claimed_without_end(bench: Bench) {
    let other = bench.open().await;
    let id = submit(&*other, image()).await;
    let mut deaths = 0;
    while !other.job(id).await.unwrap().unwrap().state.is_final() {
        // The holder always has another part beside the suspect.
        let dying = bench.open().await;
        let beside = submit(&*dying, of("another", image())).await;
        let held = [claim(&*dying).await, claim(&*dying).await];
        assert!(held.iter().any(|claim| claim.lease.job == id));
        drop(dying);
        tend_until_rescued(&*other).await;
        other.cancel(beside).await.unwrap();
        bench.pass(60);
        deaths += 1;
        assert!(deaths < 50, "the part is claimed without end");
    }
    assert_eq!(deaths, 10 + 3);
}
