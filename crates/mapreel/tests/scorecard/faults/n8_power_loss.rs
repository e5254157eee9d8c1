//! A job is on the disk before the client gets the answer 202: the machine may lose its power at any moment after that.

use super::{Fault, SQLITE};
use crate::history::Order;
use crate::oracle::Harm;
use crate::rig::{Program, Rig};
use mapreel_powerloss::Disk;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "N8",
    what: "the machine loses power",
    injects: "`kill -9` of all processes at once, at a random moment under load; their folder is set back to what `fsync` had made durable; in every second trial half of the pages that were written without `fsync` stay as well",
    stores: SQLITE,
    times: (1, 8),
    guarantee: [Ok("a write is on the disk before it is confirmed"), Err("")],
    harm: Some(Harm::Lost),
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    let disk = Disk::new(&rig.site.folder, &rig.site.folder.with_extension("disk")).expect("a shadow can be written");
    rig.site.environment.extend(disk.environment(&library()));
    rig.upstream_delay(Duration::from_millis(40));
    let mut random = fastrand::Rng::with_seed(8);
    let mut files = 0;
    start(rig);
    for round in 0..rig.times {
        let orders: Vec<Order> = (0..12).map(|i| if i % 4 == 0 { rig.film(24) } else { rig.image() }).collect();
        std::thread::scope(|scope| {
            let (rig, url) = (&*rig, rig.url());
            // A client sends requests until the moment at which the processes are killed.
            let asking = scope.spawn(move || {
                orders.iter().for_each(|order| drop(rig.history.submit(&url, order)));
                let accepted = rig.history.accepted();
                while accepted.iter().any(|(job, _)| rig.history.look(&url, job).is_some()) {
                    std::thread::sleep(Duration::from_millis(20));
                }
            });
            std::thread::sleep(Duration::from_millis(random.u64(50..2_500)));
            rig.workers.iter().chain(&rig.api).for_each(|process| process.signal(libc::SIGKILL));
            asking.join().expect("a client comes to its end");
        });
        rig.workers.clear();
        rig.api = None;
        // For the control, no unsynced page survives: that shows its fault best. For the program, pages survive by chance in every other round.
        let is_by_chance = round % 2 == 1 && rig.program == Program::Sound;
        files += disk.lose_power(|| is_by_chance && random.bool()).expect("a folder can be written");
        rig.inject();
        if rig.program == Program::Naive {
            // The control's store may have lost its mark. Then the process refuses to start, until an operator deletes the mark of the artifacts.
            let _ = std::fs::remove_file(rig.site.artifacts.join(".store"));
        }
        start(rig);
    }
    rig.note = format!("{files} files had lost writes, or were gone");
}

fn start(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
}

/// The path of the preloaded library that simulates the loss of power; cargo has built it as a dependency of this test.
fn library() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_mapreel")).with_file_name("deps");
    let library = folder.join("libmapreel_powerloss.so");
    assert!(library.exists(), "there is no {}", library.display());
    library
}
