//! Random faults in random order, while clients send requests.

use super::{BOTH, Fault};
use crate::oracle::Harm;
use crate::rig::Rig;
use std::time::{Duration, Instant};

pub const FAULT: Fault = Fault {
    id: "F25",
    what: "faults at random under mixed load",
    injects: "every second a worker is killed, frozen for a while, or told to end; the API is killed; connections to the broker are closed",
    stores: BOTH,
    times: (0, 60),
    guarantee: [Ok("all guarantees"), Ok("all guarantees")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(3);
    rig.upstream_delay(Duration::from_millis(120));
    let began = Instant::now();
    // The seed is constant, unless `MAPREEL_SEED` sets it.
    let seed = std::env::var("MAPREEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(15);
    let mut random = fastrand::Rng::with_seed(seed);
    while rig.injected < rig.times {
        // Every process has work when a fault hits it.
        rig.submit(2, 3);
        std::thread::sleep(Duration::from_millis(500));
        hit(rig, &mut random, 0, false);
    }
    rig.note = format!("seed {seed}, {:.0} s", began.elapsed().as_secs_f64());
}

/// Injects a random fault. The first `lasting` workers are not killed, and the API is not if `api_lasts`.
pub fn hit(rig: &mut Rig<'_>, random: &mut fastrand::Rng, lasting: usize, api_lasts: bool) {
    rig.inject();
    let doomed = random.usize(lasting..rig.workers.len());
    match random.u8(..if rig.is_cluster() { 8 } else { 7 }) {
        0..=3 => {
            drop(rig.workers.remove(doomed));
            rig.start_workers(1);
        }
        4 => {
            let frozen = random.usize(..rig.workers.len());
            rig.workers[frozen].signal(libc::SIGSTOP);
            std::thread::sleep(Duration::from_millis(random.u64(200..4_000)));
            rig.workers[frozen].signal(libc::SIGCONT);
        }
        6 if !api_lasts => {
            rig.api = None;
            rig.start_api();
        }
        5 | 6 => {
            let mut worker = rig.workers.remove(doomed);
            worker.signal(libc::SIGTERM);
            worker.wait();
            rig.start_workers(1);
        }
        _ => super::control(rig, &["close_all_connections", "a test"]),
    }
}
