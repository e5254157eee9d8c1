//! Neither clients nor workers wait for a broker that blocks publishers (disk alarm).

use super::{CLUSTER, Fault, control};
use crate::oracle::Harm;
use crate::rig::Rig;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F5",
    what: "the broker blocks publishers",
    injects: "a disk alarm for 15 s (`set_disk_free_limit`), with requests all the while",
    stores: CLUSTER,
    times: (0, 2),
    guarantee: [Err(""), Ok("publisher confirms, and the outbox")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    let mut times = Vec::new();
    for _ in 0..rig.times {
        control(rig, &["set_disk_free_limit", "900GB"]);
        let began = rig.inject();
        while began.elapsed() < Duration::from_secs(15) {
            times.extend(rig.submit(0, 5).1);
            std::thread::sleep(Duration::from_millis(500));
        }
        control(rig, &["set_disk_free_limit", "50MB"]);
    }
    times.sort();
    rig.note = format!("p99 of the answers {:.0} ms", times[times.len() * 99 / 100].as_secs_f64() * 1e3);
}
