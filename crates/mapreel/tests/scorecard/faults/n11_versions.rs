//! A rolling upgrade, and a rollback: processes of two versions share the work; no job is lost, and no attempt is charged.

use super::{BOTH, Fault, skip};
use crate::rig::{Program, Rig, wait_until};
use crate::support::service::Process;
use std::time::{Duration, Instant};

pub const FAULT: Fault = Fault {
    id: "N11",
    what: "an old and a new version side by side",
    injects: "an API and workers of an earlier version, and a worker of this one; SIGTERM for the API and then for one worker after another, each replaced by a process of this version, with requests all the while; then the same back to the earlier version",
    stores: BOTH,
    times: (0, 2),
    guarantee: [Err("there is no earlier version of the control"), Err("there is no earlier version of the control")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    let Some(old) = rig.lane.old.clone() else {
        return skip(
            rig,
            "`--old PATH` names no `mapreel` of an earlier version; a worktree of an earlier commit builds one",
        );
    };
    if rig.program == Program::Naive {
        return skip(rig, "the control has no earlier version");
    }
    let (old, new) = (vec![old.into()], rig.site.program.clone());
    rig.upstream_delay(Duration::from_millis(250));
    rig.site.program.clone_from(&old);
    rig.start_api();
    rig.start_workers(2);
    let mut longest = Duration::ZERO;
    for to in [&new, &old].into_iter().cycle().take(rig.times) {
        rig.site.program.clone_from(to);
        let leaving = rig.workers.len();
        rig.start_workers(1);
        load(rig);
        let before = rig.api.take().expect("an API");
        rig.start_api();
        load(rig);
        longest = longest.max(end(rig, before));
        for _ in 0..leaving {
            load(rig);
            let worker = rig.workers.remove(0);
            longest = longest.max(end(rig, worker));
            rig.start_workers(2_usize.saturating_sub(rig.workers.len()));
        }
        load(rig);
    }
    for (job, _) in rig.history.accepted() {
        let view = rig.history.look(&rig.url(), &job).unwrap_or_default();
        assert!(view["attempt"].as_u64().is_some_and(|attempt| attempt <= 1), "an attempt was charged: {view}");
    }
    rig.note = format!("exit 0, the longest took {:.1} s", longest.as_secs_f64());
}

/// Submits work, so that it is under way at the next step.
fn load(rig: &mut Rig<'_>) {
    rig.submit(1, 3);
    std::thread::sleep(Duration::from_millis(800));
}

/// Tells a process to end; returns how long that took.
fn end(rig: &mut Rig<'_>, mut process: Process) -> Duration {
    process.signal(libc::SIGTERM);
    let since: Instant = rig.inject();
    assert!(wait_until(Duration::from_secs(30), || process.has_ended()), "it does not end");
    assert_eq!(process.wait(), Some(0), "{}", process.log());
    since.elapsed()
}
