//! A disk that is full costs time and no job: what could not be written is written when there is room.

use super::{Fault, SQLITE, mount_tmpfs, skip};
use crate::rig::Rig;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F16",
    what: "a disk is full",
    injects: "a tmpfs without room for the artifacts, for temporary files, for the store, each for 4 s",
    stores: SQLITE,
    times: (0, 2),
    guarantee: [Err("parts that cannot be stored are handed back by it, too"), Err("")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    for what in ["artifacts", "temporary", "store"] {
        let folder = rig.site.folder.join(format!("small-{what}"));
        let Some(small) = mount_tmpfs(&folder, "24m") else { return skip(rig, "no tmpfs can be mounted here") };
        rig.mounts.push(small);
    }
    let at = |rig: &Rig<'_>, what: &str| rig.site.folder.join(format!("small-{what}"));
    let set = |name: &str, value: String| (name.to_owned(), value);
    rig.site.artifacts = at(rig, "artifacts").join("a");
    let environment = [
        set("MAPREEL_ARTIFACTS", format!("file:{}", rig.site.artifacts.display())),
        set("TMPDIR", at(rig, "temporary").display().to_string()),
        set("MAPREEL_STORE", format!("sqlite:{}", at(rig, "store").join("jobs.db").display())),
    ];
    rig.site.environment.extend(environment);
    rig.start_api();
    rig.start_workers(2);
    for _ in 0..rig.times {
        for what in ["artifacts", "temporary", "store"] {
            rig.submit(2, 4);
            std::thread::sleep(Duration::from_millis(300));
            let ballast = at(rig, what).join("ballast");
            // Until nothing more fits.
            let _ = std::fs::write(&ballast, vec![0; 64 << 20]);
            rig.inject();
            rig.submit(1, 4);
            std::thread::sleep(Duration::from_secs(4));
            std::fs::remove_file(&ballast).unwrap();
        }
        rig.submit(1, 4);
    }
}
