//! A part may take longer than the broker waits for its acknowledgement.

use super::{CLUSTER, Fault, control, hear_again};
use crate::rig::{Rig, wait_until};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F9",
    what: "a part takes longer than the broker waits",
    injects: "`consumer_timeout` of 5 s, a film of 20 s",
    stores: CLUSTER,
    times: (0, 1),
    guarantee: [Err(""), Err("the control acknowledges on delivery, so the broker does not wait for it")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    let patience = |rig: &mut Rig<'_>, timeout_ms: u32, tick_ms: u32| {
        let set = format!(
            "application:set_env(rabbit, consumer_timeout, {timeout_ms}), application:set_env(rabbit, channel_tick_interval, {tick_ms})."
        );
        control(rig, &["eval", &set]);
    };
    patience(rig, 5_000, 2_000);
    rig.start_api();
    rig.upstream_delay(Duration::from_secs(4));
    let worker = rig.new_worker_with(&["--upstream-per-host-max", "1"], "");
    rig.workers.push(worker);
    let film = rig.film(6);
    let job = rig.history.submit(&rig.url(), &film).0;
    rig.inject();
    let ended =
        || job.as_ref().and_then(|job| rig.history.look(&rig.url(), job)).is_some_and(|job| job["status"] == "SUCCESS");
    wait_until(Duration::from_secs(60), ended);
    hear_again(rig);
    rig.upstream_delay(Duration::from_millis(10));
    rig.submit(0, 3);
    patience(rig, 1_800_000, 60_000);
}
