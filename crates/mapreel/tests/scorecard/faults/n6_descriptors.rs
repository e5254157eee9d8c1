//! A process that has no free file descriptors refuses requests for a while, and does not die.

use super::{BOTH, Fault};
use crate::rig::{Rig, wait_until};
use std::net::TcpStream;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "N6",
    what: "descriptors are exhausted",
    injects: "an API with 64 descriptors (`prlimit`) and 100 idle connections for 5 s",
    stores: BOTH,
    times: (0, 2),
    guarantee: [
        Err("the control refuses connections in the same way"),
        Err("the control refuses connections in the same way"),
    ],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    let program = rig.site.program.clone();
    rig.site.program = [vec!["prlimit".into(), "--nofile=64".into()], program.clone()].concat();
    rig.start_api();
    rig.site.program = program;
    rig.start_workers(2);
    let host = rig.url().trim_start_matches("http://").to_owned();
    for _ in 0..rig.times {
        rig.submit(2, 4);
        let idle: Vec<_> = (0..100).filter_map(|_| TcpStream::connect(&host).ok()).collect();
        rig.inject();
        std::thread::sleep(Duration::from_secs(5));
        drop(idle);
        let order = rig.image();
        let accepts = || rig.history.submit(&rig.url(), &order).0.is_some();
        assert!(wait_until(Duration::from_secs(30), accepts), "nothing is accepted any more");
        rig.submit(1, 3);
    }
}
