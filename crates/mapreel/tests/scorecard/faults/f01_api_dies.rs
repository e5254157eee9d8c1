//! A client that repeats a request with the same idempotency key gets the same job, even if the first answer was lost.

use super::{BOTH, Fault};
use crate::oracle::Harm;
use crate::rig::{Rig, wait_until};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F1",
    what: "the API is killed at a step of a submission",
    injects: "`kill -9` after the insert, after the broker's answer, before the client's; the client asks again with the same idempotency key",
    stores: BOTH,
    times: (2, 6),
    guarantee: [Ok("one key is one job"), Ok("one key is one job")],
    harm: Some(Harm::Doubled),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_workers(1);
    let steps: &[&str] = if rig.is_cluster() { &["stored", "published", "inserted"] } else { &["inserted"] };
    for step in steps {
        for round in 0..rig.times {
            let mut doomed = rig.new_api(&format!("{step}=kill@2"));
            let first = rig.image();
            rig.history.submit(&doomed.url, &first);
            let mut order = rig.image();
            order.key = Some(format!("{step}-{round}"));
            rig.history.submit(&doomed.url, &order);
            if wait_until(Duration::from_secs(10), || doomed.has_ended()) {
                rig.inject();
            }
            rig.start_api();
            (0..2).for_each(|_| drop(rig.history.submit(&rig.url(), &order)));
        }
    }
}
