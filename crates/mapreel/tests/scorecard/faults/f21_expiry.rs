//! An expired artifact is reported as gone, and its objects are deleted.

use super::{BOTH, Fault};
use crate::rig::{End, Rig, wait_until};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F21",
    what: "artifacts expire",
    injects: "a lifetime of 2 s",
    stores: BOTH,
    times: (0, 1),
    guarantee: [Err("artifacts of the control expire, too"), Err("artifacts of the control expire, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    let short = ["--artifact-lifetime-s", "2"];
    rig.api = Some(rig.site.serve(&[&["--workers", "0"][..], &short].concat(), ""));
    let worker = rig.new_worker_with(&short, "");
    rig.workers.push(worker);
    let (jobs, _) = rig.submit(2, 10);
    rig.inject();
    rig.ends.extend(jobs.iter().map(|job| (job.clone(), End::Any)));
    let is_gone = |job: &String| {
        let view = rig.history.look(&rig.url(), job);
        view.is_some_and(|view| view["status"] == "EXPIRED")
    };
    assert!(wait_until(Duration::from_secs(60), || jobs.iter().all(is_gone)), "they do not expire");
    let gone = rig.api.as_ref().unwrap().get(&format!("/api/download/{}", jobs[0])).status;
    assert_eq!(gone, 410);
    rig.note = "410 for all".to_owned();
}
