//! A lease lives in the store: a worker that loses the broker goes on with the parts that it has claimed.

use super::{CLUSTER, Fault, control, hear_again};
use crate::oracle::Harm;
use crate::rig::Rig;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F8",
    what: "all connections to the broker are closed",
    injects: "`rabbitmqctl close_all_connections` in the middle of films",
    stores: CLUSTER,
    times: (1, 4),
    guarantee: [Err(""), Ok("messages are acknowledged when their part is done")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(200));
    for _ in 0..rig.times {
        // Enough jobs that workers are still drawing when `rabbitmqctl` closes the connections.
        rig.submit(8, 8);
        control(rig, &["close_all_connections", "a test"]);
        rig.inject();
        hear_again(rig);
    }
    assert!(rig.drawn_again() * 10 <= 8 * 36 * rig.times, "{} frames were drawn again", rig.drawn_again());
}
