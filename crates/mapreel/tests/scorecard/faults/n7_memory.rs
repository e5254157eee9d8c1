//! A part for which there is no memory waits for it.

use super::{BOTH, Fault};
use crate::history::Order;
use crate::rig::{Rig, wait_until};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "N7",
    what: "the memory of a process is not enough for all its slots",
    injects: "`--memory 512MiB`, 8 slots, images 3 000 pixels wide",
    stores: BOTH,
    times: (0, 1),
    guarantee: [Err("parts of the control wait for memory, too"), Err("parts of the control wait for memory, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

/// The memory budget of the worker.
const MEMORY_MIB: u64 = 512;

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    let worker =
        rig.new_worker_with(&["--memory", &format!("{MEMORY_MIB}MiB"), "--workers", "8", "--image-workers", "8"], "");
    for i in 0..16 {
        let order = rig.image_titled(&format!("large {i}"));
        let order = Order { body: order.body.replace("\"width\": 300", "\"width\": 3000"), ..order };
        rig.history.submit(&rig.url(), &order);
    }
    rig.inject();
    rig.submit(1, 4);
    wait_until(Duration::from_secs(120), || !rig.history.is_pending(&rig.url()));
    let peak_mib = worker.memory_peak_bytes() >> 20;
    assert!(peak_mib <= MEMORY_MIB, "a worker of {MEMORY_MIB} MiB took {peak_mib} MiB");
    rig.note = format!("at most {peak_mib} MiB");
    rig.workers.push(worker);
}
