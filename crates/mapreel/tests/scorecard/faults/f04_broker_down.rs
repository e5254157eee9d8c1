//! The API answers 202 when the job is stored, independently of the broker.

use super::{CLUSTER, Fault, control, hear_again};
use crate::oracle::Harm;
use crate::rig::Rig;

pub const FAULT: Fault = Fault {
    id: "F4",
    what: "requests come while the broker is down",
    injects: "`rabbitmqctl stop_app`, 100 requests, `start_app`",
    stores: CLUSTER,
    times: (1, 2),
    guarantee: [Err(""), Ok("the outbox, and polling the store")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    for _ in 0..rig.times {
        control(rig, &["stop_app"]);
        rig.inject();
        let (jobs, times) = rig.submit(0, 100);
        rig.note = format!("{} of 100 accepted, the slowest answer {:.0} ms", jobs.len(), longest_ms(&times));
        control(rig, &["start_app"]);
        hear_again(rig);
    }
}

fn longest_ms(times: &[std::time::Duration]) -> f64 {
    times.iter().max().map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
