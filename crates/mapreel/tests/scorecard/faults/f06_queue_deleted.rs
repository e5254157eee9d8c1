//! A queue that is gone is made again, and what was in it is told again.

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
    // Films take so long that messages of some wait in the queue when it is deleted; images would all have been taken by then.
    rig.upstream_delay(Duration::from_millis(400));
    for round in 0..rig.times {
        let queue = if round.is_multiple_of(2) { "mapreel.animation" } else { "mapreel.image" };
        rig.submit(if round.is_multiple_of(2) { 6 } else { 1 }, 4);
        let mut command: Command = rig.lane.servers().rabbitmq.ctl_command(&["delete_queue", queue]);
        let mut deleting = command.spawn().expect("rabbitmqctl starts");
        rig.inject();
        // It takes its time; before, meanwhile and after.
        while deleting.try_wait().expect("it is a child").is_none() {
            rig.submit(0, 2);
            std::thread::sleep(Duration::from_millis(500));
        }
        rig.submit(1, 5);
        hear_again(rig);
    }
}
