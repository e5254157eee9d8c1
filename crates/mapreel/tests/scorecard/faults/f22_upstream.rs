//! An upstream that fails for a while costs time, but no job.

use super::{BOTH, Fault};
use crate::rig::Rig;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F22",
    what: "an upstream fails for a while",
    injects: "503 to everything for 3 s",
    stores: BOTH,
    times: (0, 3),
    guarantee: [
        Err("the control repeats requests to upstreams, too"),
        Err("the control repeats requests to upstreams, too"),
    ],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    for _ in 0..rig.times {
        rig.submit(2, 1);
        std::thread::sleep(Duration::from_millis(200));
        rig.upstream_fails(true);
        rig.inject();
        rig.submit(1, 1);
        std::thread::sleep(Duration::from_secs(3));
        rig.upstream_fails(false);
    }
}
