//! Messages of the broker are only hints: the store has the parts of lost messages, and the reconciler publishes them again.

use super::{CLUSTER, Fault, hear_again};
use crate::oracle::Harm;
use crate::rig::Rig;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F3",
    what: "the broker is killed",
    injects: "`kill -9` of RabbitMQ with work in flight, requests while it is away, and a start with what it has on its disk",
    stores: CLUSTER,
    times: (0, 3),
    guarantee: [Err(""), Ok("the outbox, and polling the store")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run: |rig| run(rig, false),
};

pub const WIPED: Fault = Fault {
    id: "N5",
    what: "the broker loses everything",
    injects: "`kill -9` of RabbitMQ with work in flight, its folder emptied, and a start",
    times: (0, 2),
    run: |rig| run(rig, true),
    ..FAULT
};

fn run(rig: &mut Rig<'_>, is_wiped: bool) {
    rig.start_api();
    rig.start_workers(2);
    for _ in 0..rig.times {
        rig.submit(4, 16);
        std::thread::sleep(Duration::from_millis(300));
        rig.inject();
        rig.lane.servers().rabbitmq.kill();
        if is_wiped {
            rig.lane.servers().rabbitmq.wipe();
        }
        rig.submit(1, 6);
        assert!(rig.lane.servers().rabbitmq.run(), "the broker starts again");
        hear_again(rig);
    }
}
