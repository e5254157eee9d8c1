//! While the store does not answer, no job is accepted; jobs that were accepted before are kept.

use super::{BOTH, CLUSTER, Fault, lock_sqlite, skip};
use crate::rig::{Rig, wait_until};
use crate::support::service::try_request;
use mapreel_testkit::servers::mongodb::MongoDb;
use std::time::{Duration, Instant};

pub const FAULT: Fault = Fault {
    id: "F14",
    what: "the store hangs",
    injects: "SIGSTOP for the MongoDB-protocol server, a write lock on SQLite's file, for 10 s, with requests all the while",
    stores: BOTH,
    times: (0, 3),
    guarantee: [Err("the control waits for the store, too"), Err("the control repeats calls to the store, too")],
    harm: None,
    resumes_within_aim: false,
    is_alone: false,
    run,
};

pub const KILLED: Fault = Fault {
    id: "N10",
    what: "the store is killed",
    injects: "`kill -9` of the MongoDB-protocol server with work in flight, requests while it is away, and a start with what it has on its disk",
    stores: CLUSTER,
    run: run_killed,
    ..FAULT
};

fn run(rig: &mut Rig<'_>) {
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(40));
    let (mut slowest, mut refused) = (Duration::ZERO, 0);
    for _ in 0..rig.times {
        rig.submit(3, 3);
        std::thread::sleep(Duration::from_millis(400));
        let lock = if rig.is_cluster() {
            assert!(rig.lane.servers().mongodb.signal(libc::SIGSTOP), "the store is not ours");
            None
        } else {
            Some(lock_sqlite(rig, Duration::from_secs(10)))
        };
        let began = rig.inject();
        while began.elapsed() < Duration::from_secs(10) {
            let (order, asked) = (rig.image(), Instant::now());
            let (_, status) = rig.history.submit(&rig.url(), &order);
            assert!(status == 202 || status == 503, "{status} while the store hangs");
            let took = asked.elapsed();
            std::thread::sleep(Duration::from_millis(200));
            (slowest, refused) = (slowest.max(took), refused + usize::from(status == 503));
        }
        match lock {
            Some(mut lock) => drop(lock.wait()),
            None => drop(rig.lane.servers().mongodb.signal(libc::SIGCONT)),
        }
        accept_again(rig);
    }
    rig.note = format!("{refused} x 503, the slowest answer {:.1} s", slowest.as_secs_f64());
}

fn run_killed(rig: &mut Rig<'_>) {
    // The store of the other trials keeps its data in memory, so this trial starts one that stores them on disk.
    let Some(store) = MongoDb::start_on_disk() else { return skip(rig, "there is no store that can be killed") };
    rig.site.environment.push(("MAPREEL_STORE".to_owned(), store.database("killed")));
    rig.store = Some(store);
    rig.start_api();
    rig.start_workers(2);
    rig.upstream_delay(Duration::from_millis(40));
    let (mut slowest, mut refused) = (Duration::ZERO, 0);
    for _ in 0..rig.times {
        rig.submit(4, 16);
        std::thread::sleep(Duration::from_millis(400));
        rig.inject();
        store_of(rig).kill();
        for _ in 0..6 {
            let (order, asked) = (rig.image(), Instant::now());
            let (_, status) = rig.history.submit(&rig.url(), &order);
            assert!(status == 202 || status == 503, "{status} while the store is away");
            (slowest, refused) = (slowest.max(asked.elapsed()), refused + usize::from(status == 503));
        }
        let answer = try_request(&rig.url(), "GET", "/api/jobs", &[], b"").expect("the API answers");
        let (status, form) = (answer.status, answer.header("content-type"));
        assert!(status == 503 && form == "application/problem+json", "{status}, {form} while the store is away");
        assert!(store_of(rig).run(), "the store starts again");
        accept_again(rig);
    }
    rig.note = format!("{refused} x 503, the slowest answer {:.1} s", slowest.as_secs_f64());
}

fn store_of<'a>(rig: &'a mut Rig<'_>) -> &'a mut MongoDb {
    rig.store.as_mut().expect("the trial has begun with one")
}

/// Waits until a job is accepted again.
fn accept_again(rig: &mut Rig<'_>) {
    let order = rig.image();
    let accepts = || rig.history.submit(&rig.url(), &order).0.is_some();
    assert!(wait_until(Duration::from_secs(60), accepts), "nothing is accepted any more");
}
