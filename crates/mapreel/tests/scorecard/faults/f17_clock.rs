//! A clock that is an hour off steals no lease.

use super::{Fault, SQLITE, skip};
use crate::rig::{Program, Rig};
use crate::support::faketime;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F17",
    what: "the clock of one worker is an hour off",
    injects: "libfaketime at a worker beside another one: +1 h, -1 h",
    stores: SQLITE,
    times: (0, 4),
    guarantee: [Err("it has no leases that could be stolen"), Err("")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    let Some(library) = faketime::library() else { return skip(rig, "libfaketime is not installed") };
    rig.start_api();
    rig.start_workers(1);
    rig.upstream_delay(Duration::from_millis(40));
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
    }
    let taken: usize = rig.workers.iter().chain(&rig.api).map(|one| one.log().matches("took leases").count()).sum();
    assert!(taken == 0 || rig.program == Program::Naive, "leases were taken of who lives");
    rig.note = format!("leases were taken {taken} times");
}
