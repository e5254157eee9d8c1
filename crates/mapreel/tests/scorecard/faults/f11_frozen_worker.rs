//! A frozen worker loses its leases. When it goes on, its fencing token is not the newest, and the key of its object has the old token.

use super::{BOTH, Fault};
use crate::oracle::Harm;
use crate::rig::{Program, Rig, wait_for_line, wait_until};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F11",
    what: "a worker freezes, and wakes up too late",
    injects: "SIGSTOP while it draws, until another worker has done its part; then SIGCONT",
    stores: BOTH,
    times: (1, 5),
    guarantee: [Ok("leases end"), Ok("leases end")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(1);
    rig.upstream_delay(Duration::from_millis(60));
    let naive = rig.program == Program::Naive;
    let mut frozen = Vec::new();
    for _ in 0..rig.times {
        let worker = rig.new_worker("");
        let film = rig.film(72);
        let job = rig.history.submit(&rig.url(), &film).0;
        if !wait_for_line(&worker, "begun", Duration::from_secs(10)) {
            continue;
        }
        // The worker is frozen while it draws: if it were frozen while it writes to SQLite, it would block all other writers.
        std::thread::sleep(Duration::from_millis(150));
        let marks = rig.marks();
        worker.signal(libc::SIGSTOP);
        let since = rig.inject();
        rig.note_resumption(since, &marks);
        let ended = || {
            let view = job.as_ref().and_then(|job| rig.history.look(&rig.url(), job));
            view.is_some_and(|view| view["status"] == "SUCCESS")
        };
        wait_until(Duration::from_secs(if naive { 8 } else { 45 }), ended);
        if naive {
            // In the control, its jobs wait for as long as it is frozen.
            frozen.push(worker);
        } else {
            worker.signal(libc::SIGCONT);
            std::thread::sleep(Duration::from_secs(2));
        }
    }
    rig.doomed = frozen;
}
