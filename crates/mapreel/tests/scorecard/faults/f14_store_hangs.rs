//! While the store does not answer nothing is promised; what was promised before is kept.

use super::{BOTH, Fault, lock_sqlite};
use crate::rig::{Rig, wait_until};
use std::time::{Duration, Instant};

pub const FAULT: Fault = Fault {
    id: "F14",
    what: "the store hangs",
    injects: "SIGSTOP for the MongoDB-protocol server, a write lock on SQLite's file, for 10 s, with requests all the while",
    stores: BOTH,
    times: (0, 3),
    guarantee: [Err("it waits, too"), Err("it asks the store again, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(40));
    let (mut slowest, mut refused) = (Duration::ZERO, 0);
    for _ in 0..rig.times {
        rig.submit(3, 3);
        std::thread::sleep(Duration::from_millis(400));
        let lock = if rig.is_cluster() {
            assert!(rig.lane.servers().mongodb.signal(libc::SIGSTOP), "the store is not ours");
            None
        } else {
            Some(lock_sqlite(rig, Duration::from_secs(10)))
        };
        let began = rig.inject();
        while began.elapsed() < Duration::from_secs(10) {
            let (order, asked) = (rig.image(), Instant::now());
            let (_, status) = rig.history.submit(&rig.url(), &order);
            assert!(status == 202 || status == 503, "{status} while the store hangs");
            let took = asked.elapsed();
            std::thread::sleep(Duration::from_millis(200));
            (slowest, refused) = (slowest.max(took), refused + usize::from(status == 503));
        }
        match lock {
            Some(mut lock) => drop(lock.wait()),
            None => drop(rig.lane.servers().mongodb.signal(libc::SIGCONT)),
        }
        let order = rig.image();
        let accepts = || rig.history.submit(&rig.url(), &order).0.is_some();
        assert!(wait_until(Duration::from_secs(60), accepts), "nothing is accepted any more");
    }
    rig.note = format!("{refused} x 503, the slowest answer {:.1} s", slowest.as_secs_f64());
}
