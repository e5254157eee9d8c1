//! A job that its client cancels is not drawn any more, leaves nothing, and never succeeds.

use super::{BOTH, Fault};
use crate::oracle::Harm;
use crate::rig::{End, Rig};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F20",
    what: "jobs are cancelled",
    injects: "DELETE before, while and shortly after they are drawn",
    stores: BOTH,
    times: (4, 12),
    guarantee: [Ok("a cancelled job stays cancelled"), Ok("a cancelled job stays cancelled")],
    harm: Some(Harm::Doubled),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(400));
    // At least four rounds, also for the control, which gets fewer.
    for round in 0..rig.times.max(4) {
        // Jobs with many parts and with one: only the last part of a job could wrongly end the cancelled job in success.
        let film = rig.film(if round.is_multiple_of(2) { 36 } else { 4 });
        let Some(job) = rig.history.submit(&rig.url(), &film).0 else { continue };
        std::thread::sleep(Duration::from_millis([0, 250, 700, 250][round % 4]));
        let state = rig.history.cancel(&rig.url(), &job);
        let is_cancelled = state.as_deref() == Some("CANCELLED");
        if is_cancelled {
            rig.inject();
        }
        rig.ends.insert(job, if is_cancelled { End::Cancelled } else { End::Any });
    }
    rig.submit(1, 2);
    // Long enough for a worker that wrongly goes on with a cancelled job to finish it.
    std::thread::sleep(Duration::from_secs(3));
}
