//! Control work has threads of its own: drawing on every core starves no heartbeat.

use super::{BOTH, Fault};
use crate::rig::{Program, Rig};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F10",
    what: "all cores are busy",
    injects: "four threads that spin for 20 s, and films",
    stores: BOTH,
    times: (0, 1),
    guarantee: [Err("the control sends heartbeats, too"), Err("the control sends heartbeats, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: true,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    let stop = Arc::new(AtomicBool::new(false));
    for _ in 0..4 {
        let stop = stop.clone();
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
    }
    let began = rig.inject();
    while began.elapsed() < Duration::from_secs(20) {
        if !rig.history.is_pending(&rig.url()) {
            rig.submit(2, 4);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    stop.store(true, Ordering::Relaxed);
    let taken = |log: String| log.matches("took leases").count();
    let thought_dead: usize = rig.workers.iter().chain(&rig.api).map(|process| taken(process.log())).sum();
    assert!(thought_dead == 0 || rig.program == Program::Naive, "living workers were thought dead");
    rig.note = format!("a living worker was thought dead {thought_dead} times");
}
