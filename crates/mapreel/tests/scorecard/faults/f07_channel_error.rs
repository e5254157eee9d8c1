//! A channel that the broker closes is opened again.

use super::{CLUSTER, Fault};
use crate::rig::{Rig, wait_until};
use std::time::{Duration, Instant};

pub const FAULT: Fault = Fault {
    id: "F7",
    what: "a channel is closed by an error",
    injects: "a message is acknowledged twice",
    stores: CLUSTER,
    times: (0, 3),
    guarantee: [Err(""), Err("the control acknowledges on delivery, where this fault cannot be injected")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    for _ in 0..rig.times {
        let worker = rig.new_worker("double-ack=trip@2");
        rig.submit(1, 4);
        let began = Instant::now();
        let heard = || worker.log().matches(rig.is_ready_line()).count() >= 2;
        if wait_until(Duration::from_secs(20), heard) {
            let took = began.elapsed();
            rig.inject();
            rig.resumed.push(took);
        }
        rig.submit(0, 2);
        rig.workers.push(worker);
    }
}
