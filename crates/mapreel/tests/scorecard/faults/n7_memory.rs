//! A part for which there is no memory waits for it.

use super::{BOTH, Fault};
use crate::history::Order;
use crate::rig::Rig;

pub const FAULT: Fault = Fault {
    id: "N7",
    what: "the memory of a process is not enough for all that it has slots for",
    injects: "`--memory 512MiB`, 4 slots, images of 3 000 × 2 300 pixels",
    stores: BOTH,
    times: (0, 1),
    guarantee: [Err("parts wait for memory in it, too"), Err("parts wait for memory in it, too")],
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    let worker = rig.new_worker_with(&["--memory", "512MiB", "--workers", "4", "--image-workers", "4"], "");
    for i in 0..12 {
        let order = rig.image_titled(&format!("large {i}"));
        let order = Order { body: order.body.replace("\"width\": 300", "\"width\": 3000"), ..order };
        rig.history.submit(&rig.url(), &order);
    }
    rig.inject();
    rig.submit(1, 4);
    let open = |rig: &Rig<'_>| rig.history.is_pending(&rig.url());
    while open(rig) {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    rig.note = format!("at most {} MiB", worker.memory_peak_bytes() >> 20);
    rig.workers.push(worker);
}
