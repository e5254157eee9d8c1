//! An object that cannot be stored is stored later; the job does not fail.

use super::{CLUSTER, Fault};
use crate::rig::Rig;
use mapreel_testkit::servers::s3::Mood;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F15",
    what: "the bucket refuses, hangs, or breaks uploads off",
    injects: "503 SlowDown, no answer, cut PUTs, each for 8 s",
    stores: CLUSTER,
    times: (0, 2),
    guarantee: [Err(""), Err("the control repeats requests to the bucket, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    for _ in 0..rig.times {
        for mood in [Mood::SlowDown, Mood::Silent, Mood::Truncating] {
            rig.submit(2, 2);
            std::thread::sleep(Duration::from_millis(200));
            rig.lane.servers().s3.set_mood(mood);
            rig.inject();
            rig.submit(1, 3);
            std::thread::sleep(Duration::from_secs(8));
            rig.lane.servers().s3.set_mood(Mood::Well);
        }
    }
}
