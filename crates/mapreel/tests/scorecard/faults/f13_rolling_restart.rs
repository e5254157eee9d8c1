//! A process that gets SIGTERM hands back the parts that it cannot finish; no attempt is charged for them.

use super::{BOTH, Fault};
use crate::rig::{Rig, wait_until};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F13",
    what: "workers are told to end, one after another, under load",
    injects: "SIGTERM; a new worker takes its place",
    stores: BOTH,
    times: (2, 6),
    guarantee: [Err("the control hands parts back, too"), Err("the control hands parts back, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(250));
    let mut longest = Duration::ZERO;
    for round in 0..rig.times {
        rig.submit(1, 3);
        std::thread::sleep(Duration::from_millis(800));
        let mut worker = rig.workers.remove(round % 2);
        worker.signal(libc::SIGTERM);
        let since = rig.inject();
        assert!(wait_until(Duration::from_secs(30), || worker.has_ended()), "it does not end");
        assert_eq!(worker.wait(), Some(0), "{}", worker.log());
        longest = longest.max(since.elapsed());
        rig.start_workers(1);
    }
    for (job, _) in rig.history.accepted() {
        let view = rig.history.look(&rig.url(), &job).unwrap_or_default();
        assert!(view["attempt"].as_u64().is_some_and(|attempt| attempt <= 1), "an attempt was charged: {view}");
    }
    rig.note = format!("exit 0, the longest took {:.1} s", longest.as_secs_f64());
}
