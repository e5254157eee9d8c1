//! A process whose clock is an hour off takes no valid lease. It cannot store objects in a bucket, which refuses requests that were signed at
//! another time; it hands its parts back, and other workers do them.

use super::{BOTH, Fault, skip};
use crate::oracle::Harm;
use crate::rig::{Program, Rig};
use crate::support::faketime;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F17",
    what: "the clock of one worker is an hour off",
    injects: "libfaketime at a worker beside another one: +1 h, -1 h; the bucket refuses requests that are signed more than 15 minutes off",
    stores: BOTH,
    times: (0, 4),
    guarantee: [
        Err("the control takes no leases, so a wrong clock cannot make it take one"),
        Ok("the outbox, and polling the store"),
    ],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    let Some(library) = faketime::library() else { return skip(rig, "libfaketime is not installed") };
    rig.start_api();
    rig.start_workers(1);
    rig.upstream_delay(Duration::from_millis(40));
    let (mut done, mut handed_back) = (0, 0);
    for round in 0..rig.times {
        let sound = rig.site.environment.clone();
        let off = if round.is_multiple_of(2) { "+1h" } else { "-1h" };
        faketime::apply(&mut rig.site, &library, ("FAKETIME", off));
        let mut worker = rig.new_worker("");
        rig.site.environment = sound;
        rig.inject();
        rig.submit(2, 5);
        std::thread::sleep(Duration::from_secs(4));
        worker.signal(libc::SIGTERM);
        worker.wait();
        done += worker.log().matches(": done ").count();
        handed_back += worker.log().matches("handed back, to be tried again").count();
    }
    let taken: usize = rig.workers.iter().chain(&rig.api).map(|one| one.log().matches("took leases").count()).sum();
    assert!(taken == 0 || rig.program == Program::Naive, "leases were taken from a living worker");
    rig.note = format!(
        "leases were taken {taken} times; the worker with the wrong clock did {done} parts and handed back {handed_back}"
    );
}
