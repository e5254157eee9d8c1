//! A deleted queue is declared again, and its lost messages are published again.

use super::{CLUSTER, Fault, hear_again};
use crate::oracle::Harm;
use crate::rig::Rig;
use std::process::Command;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F6",
    what: "a queue is deleted, the consumers with it",
    injects: "`rabbitmqctl delete_queue`, with requests all the while",
    stores: CLUSTER,
    times: (1, 6),
    guarantee: [Err(""), Ok("mandatory messages, and the outbox")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    // Films take so long that messages of some of them are still in the queue when it is deleted; the messages of images would all be consumed.
    rig.upstream_delay(Duration::from_millis(400));
    for round in 0..rig.times {
        let queue = if round.is_multiple_of(2) { "mapreel.animation" } else { "mapreel.image" };
        rig.submit(if round.is_multiple_of(2) { 6 } else { 1 }, 4);
        let mut command: Command = rig.lane.servers().rabbitmq.ctl_command(&["delete_queue", queue]);
        let mut deleting = command.spawn().expect("rabbitmqctl starts");
        rig.inject();
        // Deleting takes some time: jobs are submitted before, during and after it.
        while deleting.try_wait().expect("it is a child").is_none() {
            rig.submit(0, 2);
            std::thread::sleep(Duration::from_millis(500));
        }
        rig.submit(1, 5);
        hear_again(rig);
    }
}
