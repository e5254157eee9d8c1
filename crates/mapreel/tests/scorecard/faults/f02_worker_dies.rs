//! Another worker begins the part of a dead worker again, exclusively, at whichever step the first one died.

use super::{BOTH, Fault};
use crate::oracle::Harm;
use crate::rig::{Program, Rig, wait_until};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F2",
    what: "a worker is killed at a step of a part",
    injects: "`kill -9` after the claim, while fetching, drawing, encoding and storing, after storing, after telling the store, after acknowledging the message",
    stores: BOTH,
    times: (1, 4),
    guarantee: [Ok("parts of dead workers go to other workers"), Ok("parts of dead workers go to other workers")],
    harm: Some(Harm::Stuck),
    resumes_within_aim: true,
    is_alone: false,
    run,
};

/// Steps at which the worker dies, and whether another worker then has to begin the part again.
const STEPS: [(&str, bool); 8] = [
    ("claimed=kill@2", true),
    ("fetching=kill@8", true),
    ("drawing=kill@8", true),
    ("encoding=kill@8", true),
    ("uploading=kill@1", true),
    ("uploaded=kill@2", true),
    ("finished=kill@2", false),
    ("acknowledged=kill@2", false),
];

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(1);
    for (step, is_held) in STEPS {
        if step.starts_with("acknowledged") && !rig.is_cluster() {
            continue;
        }
        for _ in 0..rig.times {
            let mut doomed = rig.new_worker(step);
            let mut submitted = false;
            // In the control, the quicker worker takes the messages, and a lost message does not come again.
            let patience = Duration::from_secs(if rig.program == Program::Naive { 4 } else { 15 });
            let died = wait_until(patience, || {
                // Enough jobs for both workers, but only so many that none has to wait.
                if !submitted || !rig.history.is_pending(&rig.url()) {
                    for _ in 0..2 {
                        let film = rig.film(48);
                        rig.history.submit(&rig.url(), &film);
                    }
                    submitted = true;
                }
                std::thread::sleep(Duration::from_millis(20));
                doomed.has_ended()
            });
            if died {
                let (marks, since) = (rig.marks(), rig.inject());
                if is_held {
                    let is_resumed = rig.note_resumption(since, &marks);
                    assert!(is_resumed || rig.program == Program::Naive, "{step}: nobody went on with what it held");
                }
            }
        }
    }
}
