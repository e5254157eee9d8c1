//! Nothing that matters is only in the broker.

use super::{CLUSTER, Fault, hear_again};
use crate::rig::Rig;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "N5",
    what: "the broker loses everything",
    injects: "`kill -9` of RabbitMQ with work in flight, its folder emptied, and a start",
    stores: CLUSTER,
    times: (0, 2),
    guarantee: [Err(""), Ok("the outbox, and looks into the store")],
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    for _ in 0..rig.times {
        rig.submit(4, 16);
        std::thread::sleep(Duration::from_millis(300));
        rig.inject();
        rig.lane.servers().rabbitmq.kill();
        rig.lane.servers().rabbitmq.wipe();
        rig.submit(1, 4);
        assert!(rig.lane.servers().rabbitmq.run(), "the broker starts again");
        hear_again(rig);
    }
}
