//! A client that downloads gets the whole file, the range that it asked for, or a clean error, independently of the other clients.

use super::{BOTH, Fault};
use crate::rig::{Rig, wait_until};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub const FAULT: Fault = Fault {
    id: "F23",
    what: "downloads break off",
    injects: "clients that leave in the middle, ranges, and an API that is killed and started again",
    stores: BOTH,
    times: (0, 4),
    guarantee: [
        Err("the control answers downloads in the same way"),
        Err("the control answers downloads in the same way"),
    ],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(1);
    let (jobs, _) = rig.submit(2, 2);
    let is_done = |job: &String| {
        let view = rig.history.look(&rig.url(), job);
        view.is_some_and(|view| view["status"] == "SUCCESS")
    };
    wait_until(Duration::from_secs(60), || jobs.iter().all(is_done));
    let files: Vec<Vec<u8>> = jobs.iter().filter_map(|job| rig.history.download(&rig.url(), job).ok()).collect();
    assert_eq!(files.len(), jobs.len(), "not everything can be downloaded");
    for _ in 0..rig.times {
        for (job, file) in jobs.iter().zip(&files) {
            let host = rig.url().trim_start_matches("http://").to_owned();
            if let Ok(mut stream) = TcpStream::connect(&host) {
                let _ = write!(stream, "GET /api/download/{job} HTTP/1.1\r\nhost: {host}\r\n\r\n");
                let _ = stream.read(&mut [0; 64]);
            }
            let path = format!("/api/download/{job}");
            let part = rig.api.as_ref().unwrap().request("GET", &path, &["range: bytes=10-99"], b"");
            assert_eq!((part.status, &part.body[..]), (206, &file[10..100]));
            let _ = rig.history.download(&rig.url(), job);
        }
        rig.inject();
        rig.start_api();
    }
}
