//! A worker may die at any moment, not only at its fail points.

use super::{BOTH, Fault};
use crate::oracle::Harm;
use crate::rig::Rig;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "N1",
    what: "workers are killed at random moments",
    injects: "`kill -9` of one of two workers, between 0.3 and 2 s after it was started, under load",
    stores: BOTH,
    times: (0, 20),
    guarantee: [Ok("parts of dead workers go to other workers"), Ok("parts of dead workers go to other workers")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: true,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(1);
    rig.upstream_delay(Duration::from_millis(120));
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..rig.times {
        let doomed = rig.new_worker("");
        if !rig.history.is_pending(&rig.url()) {
            rig.submit(3, 1);
        }
        std::thread::sleep(Duration::from_millis(random.u64(300..2_000)));
        let (marks, log) = (rig.marks(), doomed.log());
        let held = log.matches(": begun").count() > log.matches(": done").count();
        drop(doomed);
        let since = rig.inject();
        if held {
            rig.note_resumption(since, &marks);
        }
    }
}
