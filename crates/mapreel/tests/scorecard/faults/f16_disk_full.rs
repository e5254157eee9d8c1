//! A full disk costs time, but no job: what could not be written is written when there is room again.

use super::{BOTH, Fault, mount_tmpfs, skip};
use crate::rig::Rig;
use crate::support::service::Process;
use mapreel_testkit::servers::s3::Mood;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F16",
    what: "a disk is full",
    injects: "a tmpfs without room for temporary files, for the artifacts, for the store; a bucket that answers uploads with 507; each for 4 s",
    stores: BOTH,
    times: (0, 2),
    guarantee: [
        Err("the control hands back parts that it cannot store, too"),
        Err("the control hands back parts that it cannot store, too, but publishes each only once"),
    ],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

/// The places that run full, for each kind of store.
const ON_SQLITE: [Place; 3] = [Place::Artifacts, Place::Temporary, Place::Store];
const IN_A_CLUSTER: [Place; 2] = [Place::Temporary, Place::Bucket];

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Artifacts,
    Temporary,
    Store,
    Bucket,
}

impl Place {
    /// The folder of the site that becomes a small file system; `None`: the place is in a bucket.
    fn folder(self) -> Option<&'static str> {
        match self {
            Self::Artifacts => Some("small-artifacts"),
            Self::Temporary => Some("small-temporary"),
            Self::Store => Some("small-store"),
            Self::Bucket => None,
        }
    }
}

fn run(rig: &mut Rig<'_>) {
    let places: &[Place] = if rig.is_cluster() { &IN_A_CLUSTER } else { &ON_SQLITE };
    for place in places {
        let Some(folder) = place.folder().map(|name| rig.site.folder.join(name)) else { continue };
        let Some(small) = mount_tmpfs(&folder, "24m") else { return skip(rig, "no tmpfs can be mounted here") };
        rig.mounts.push(small);
        let (name, value) = match place {
            Place::Artifacts => {
                rig.site.artifacts = folder.join("a");
                ("MAPREEL_ARTIFACTS", format!("file:{}", rig.site.artifacts.display()))
            }
            Place::Store => ("MAPREEL_STORE", format!("sqlite:{}", folder.join("jobs.db").display())),
            Place::Temporary | Place::Bucket => ("TMPDIR", folder.display().to_string()),
        };
        rig.site.environment.push((name.to_owned(), value));
    }
    rig.start_api();
    rig.start_workers(2);
    for _ in 0..rig.times {
        for place in places {
            rig.submit(2, 4);
            std::thread::sleep(Duration::from_millis(300));
            fill(rig, *place);
            rig.inject();
            rig.submit(1, 4);
            std::thread::sleep(Duration::from_secs(4));
            make_room(rig, *place);
        }
        rig.submit(1, 4);
    }
    let handed_back = |one: &Process| one.log().matches("handed back, to be tried again").count();
    rig.note = format!("parts were handed back {} times", rig.workers.iter().map(handed_back).sum::<usize>());
}

fn fill(rig: &mut Rig<'_>, place: Place) {
    match place.folder() {
        // Until nothing more fits.
        Some(folder) => drop(std::fs::write(rig.site.folder.join(folder).join("ballast"), vec![0; 64 << 20])),
        None => rig.lane.servers().s3.set_mood(Mood::Full),
    }
}

fn make_room(rig: &mut Rig<'_>, place: Place) {
    match place.folder() {
        Some(folder) => std::fs::remove_file(rig.site.folder.join(folder).join("ballast")).unwrap(),
        None => rig.lane.servers().s3.set_mood(Mood::Well),
    }
}
