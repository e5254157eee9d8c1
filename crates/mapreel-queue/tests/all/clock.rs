//! Wrong clocks, on one machine: by the wall clock, a store may be opened in another century than it was closed in.

use super::bench::{ANY, Bench, failure, image, outcome, submit};
use mapreel_queue::{Queue, State};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

async fn state(queue: &dyn Queue, id: mapreel_queue::JobId) -> State {
    queue.job(id).await.unwrap().unwrap().state
}

/// Closes a store with one running job, one that waits for its next attempt and one that is done; sets the clock; opens the store again and
/// checks the three jobs.
async fn reopened_after(set_by: i64) {
    let bench = Bench::sqlite();
    bench.pass(90 * DAY as u64);
    let queue = bench.open().await;
    queue.tend().await.unwrap();
    let [running, waiting, done] =
        [submit(&*queue, image()).await, submit(&*queue, image()).await, submit(&*queue, image()).await];
    for _ in 0..3 {
        let claim = queue.claim(ANY, &[]).await.unwrap().unwrap();
        if claim.lease.job == waiting {
            assert!(queue.fail(&claim.lease, failure(true)).await.unwrap());
        } else if claim.lease.job == done {
            assert!(queue.finish(&claim.lease, None, outcome()).await.unwrap());
        }
    }
    drop(queue);
    bench.set(set_by);
    let queue = bench.open().await;
    queue.tend().await.unwrap();
    assert_eq!(state(&*queue, running).await, State::Pending, "set by {set_by} s");
    assert_eq!(state(&*queue, waiting).await, State::Pending, "set by {set_by} s");
    assert_eq!(state(&*queue, done).await, State::Success, "set by {set_by} s");
    bench.pass(60);
    for _ in 0..2 {
        let claim = queue.claim(ANY, &[]).await.unwrap().unwrap_or_else(|| panic!("nothing to do, set by {set_by} s"));
        assert!(queue.finish(&claim.lease, None, outcome()).await.unwrap());
    }
    bench.pass(1_001);
    queue.tend().await.unwrap();
    assert_eq!(state(&*queue, done).await, State::Expired, "set by {set_by} s");
}

#[tokio::test]
async fn a_clock_that_was_set_between_two_runs_changes_no_job() {
    for set_by in [-30, 30, -2 * HOUR, 2 * HOUR, -30 * DAY, 2 * DAY, 30 * DAY] {
        reopened_after(set_by).await;
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_lease_longer() {
    let bench = Bench::sqlite();
    bench.pass(90 * DAY as u64);
    let (silent, other) = (bench.open().await, bench.open().await);
    let id = submit(&*silent, image()).await;
    silent.claim(ANY, &[]).await.unwrap().unwrap();
    bench.set(-2 * HOUR);
    assert_eq!(other.tend().await.unwrap().rescued, 0, "it may be renewed yet");
    bench.pass(11);
    assert_eq!(other.tend().await.unwrap().rescued, 1);
    assert_eq!(state(&*other, id).await, State::Pending);
}
