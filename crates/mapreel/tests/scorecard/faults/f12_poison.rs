//! A request that kills every worker that draws it fails after some attempts, and harms no other job.

use super::{BOTH, Fault};
use crate::oracle::Harm;
use crate::rig::{End, Program, Rig};
use std::time::{Duration, Instant};

pub const FAULT: Fault = Fault {
    id: "F12",
    what: "poisonous requests among 20 neighbours",
    injects: "`kill -9` of every worker that draws a certain request; each worker is started again",
    stores: BOTH,
    times: (1, 3),
    guarantee: [Ok("attempts are counted in the store"), Ok("attempts are counted in the store")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    let start = |rig: &Rig<'_>| rig.new_worker("drawing(poison)=kill");
    let mut workers = [start(rig), start(rig)];
    let mut all = Vec::new();
    for i in 0..20 {
        all.extend(rig.submit(0, 1).0);
        if i % 7 == 3 && i / 7 < rig.times {
            let poison = rig.image_titled(&format!("poison {i}"));
            if let Some(job) = rig.history.submit(&rig.url(), &poison).0 {
                rig.ends.insert(job.clone(), End::Failed);
                all.push(job);
            }
        }
    }
    let patience = Duration::from_secs(if rig.program == Program::Naive { 8 } else { 60 });
    let began = Instant::now();
    let is_open = |rig: &Rig<'_>, job: &String| {
        let view = rig.history.look(&rig.url(), job);
        view.is_none_or(|view| matches!(view["status"].as_str(), Some("PENDING" | "RUNNING")))
    };
    while !all.is_empty() && began.elapsed() < patience {
        for worker in &mut workers {
            if worker.has_ended() {
                rig.inject();
                *worker = start(rig);
            }
        }
        all.retain(|job| is_open(rig, job));
        std::thread::sleep(Duration::from_millis(20));
    }
    rig.workers.extend(workers);
    for job in rig.ends.keys().filter(|_| rig.program == Program::Sound) {
        let view = rig.history.look(&rig.url(), job).unwrap_or_default();
        assert_eq!(
            (view["attempt"].as_u64(), view["failure"]["code"].as_str()),
            (Some(3), Some("worker_crashed")),
            "{view}"
        );
    }
}
