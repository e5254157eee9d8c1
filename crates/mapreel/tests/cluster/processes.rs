//! API servers and workers that die, freeze and are told to end.

use crate::support::cluster::{PATIENCE, Promises, print, servers, slow_wms, spread, wait_for};
use crate::support::service::{Process, Site, film, world};
use std::time::{Duration, Instant};

const ONE_SLOT: [&str; 4] = ["--slots", "1", "--image-workers", "1"];

fn worker(site: &Site, failpoint: &str) -> Process {
    site.worker(&[&ONE_SLOT[..], &["--log", "mapreel=debug,mapreel_queue=debug"]].concat(), failpoint)
}

/// How long a process still lived.
fn end(process: &mut Process) -> Duration {
    let began = Instant::now();
    while !process.has_ended() {
        assert!(began.elapsed() < PATIENCE, "it lives on: {}", process.log());
        std::thread::sleep(Duration::from_millis(2));
    }
    began.elapsed()
}

#[test]
fn f1_the_api_dies_at_every_step_of_a_submission() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f1");
    let _worker = worker(&site, "");
    let mut promises = Promises::default();
    let (mut kills, mut repeated) = (0, 0);
    // After the insert; after the answer of the broker; before the answer to the client.
    for place in ["stored=kill@2", "published=kill@2", "inserted=kill@2"] {
        for round in 0..4 {
            let mut api = site.serve(&["--workers", "0"], place);
            let key = format!("{place}-{round}");
            promises.submit(&api.url, "image", &world("first"), 1, None);
            // It dies of the second one; whether that was heard of or not, the client asks again.
            promises.submit(&api.url, "image", &world(&key), 1, Some(&key));
            end(&mut api);
            kills += 1;
            let api = site.serve(&["--workers", "0"], "");
            assert_eq!(promises.submit(&api.url, "image", &world(&key), 1, Some(&key)).0, 202);
            let again = promises.jobs.last().unwrap().0.clone();
            assert_eq!(promises.submit(&api.url, "image", &world(&key), 1, Some(&key)).0, 202);
            assert_eq!(promises.jobs.last().unwrap().0, again, "the same key is the same job");
            repeated += 1;
        }
    }
    promises.jobs.sort();
    promises.jobs.dedup();
    let api = site.serve(&["--workers", "0"], "");
    let took = promises.kept(&site, &api);
    let count = api.get("/api/jobs?limit=200").json()["jobs"].as_array().unwrap().len();
    assert_eq!(count, promises.jobs.len(), "a job that nobody knows of");
    print(&format!(
        "F1   {kills} kills of the API, {repeated} requests repeated: {count} jobs, none lost or doubled; all done {:.1} s later",
        took.as_secs_f64()
    ));
}

#[test]
fn f2_a_worker_dies_at_every_step_of_a_part() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f2");
    let (url, _) = slow_wms(Duration::from_millis(10));
    let api = site.serve(&["--workers", "0"], "");
    let survivor = worker(&site, "");
    wait_for(&survivor, "messages come from the broker");
    let mut promises = Promises::default();
    let (mut kills, mut resumed) = (0, Vec::new());
    let places = [
        "claimed=kill@2",
        "fetching=kill@8",
        "drawing=kill@8",
        "encoding=kill@8",
        "uploading=kill@1",
        "uploaded=kill@2",
        "finished=kill@2",
        "acknowledged=kill@2",
    ];
    for place in places {
        for _ in 0..3 {
            let mut doomed = worker(&site, place);
            wait_for(&doomed, "messages come from the broker");
            let before = survivor.log().len();
            let began = Instant::now();
            while !doomed.has_ended() {
                assert!(began.elapsed() < PATIENCE, "it never came to {place}: {}", doomed.log());
                if api.get("/api/jobs?status=PENDING").json()["jobs"].as_array().unwrap().is_empty() {
                    promises.submit(&api.url, "animation", &film(place, &url, 48, "mp4"), 48, None);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            kills += 1;
            let died = Instant::now();
            // What it held is begun again, alone, by the one who lives; after the last two there is nothing to be begun again.
            let held = !place.starts_with("finished") && !place.starts_with("acknowledged");
            while held && !survivor.log()[before..].contains("begun alone") {
                assert!(died.elapsed() < PATIENCE, "{place}: {}", &survivor.log()[before..]);
                std::thread::sleep(Duration::from_millis(3));
            }
            if held {
                resumed.push(died.elapsed());
            }
        }
    }
    promises.kept(&site, &api);
    print(&format!(
        "F2   {kills} kills of a worker, all survived; what it held is begun again after {}",
        spread(resumed)
    ));
}

#[test]
fn f10_a_busy_machine_loses_no_connection() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let mut site = servers.site("f10");
    let broker = site.environment.iter_mut().find(|(name, _)| name == "MAPREEL_BROKER").unwrap();
    broker.1.push_str("?heartbeat=5");
    let before = servers.rabbitmq.log().matches("missed heartbeats").count();
    let api = site.serve(&["--workers", "0"], "");
    let busy = site.worker(&["--slots", "4"], "");
    wait_for(&busy, "messages come from the broker");
    let (url, _) = slow_wms(Duration::from_millis(2));
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let burners: Vec<_> = (0..4)
        .map(|_| {
            let stop = stop.clone();
            std::thread::spawn(move || {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    std::hint::spin_loop()
                }
            })
        })
        .collect();
    let mut promises = Promises::default();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(25) {
        promises.submit(&api.url, "animation", &film("busy", &url, 96, "mp4"), 96, None);
        let (id, _) = promises.jobs.last().unwrap();
        api.ended(id, PATIENCE);
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    burners.into_iter().for_each(|burner| burner.join().unwrap());
    promises.kept(&site, &api);
    let missed = servers.rabbitmq.log().matches("missed heartbeats").count() - before;
    assert_eq!(missed, 0);
    let thought_dead = [&busy, &api].map(|process| process.log().matches("took leases").count()).iter().sum::<usize>();
    print(&format!(
        "F10  {} s with all cores busy: no heartbeat missed, a live worker thought dead {thought_dead} times",
        began.elapsed().as_secs()
    ));
}

#[test]
fn f11_a_frozen_worker_changes_nothing() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f11");
    let (url, _) = slow_wms(Duration::from_millis(60));
    let api = site.serve(&["--workers", "0"], "");
    let survivor = worker(&site, "");
    let mut promises = Promises::default();
    let mut taken = Vec::new();
    for _ in 0..4 {
        let frozen = worker(&site, "");
        wait_for(&frozen, "messages come from the broker");
        promises.submit(&api.url, "animation", &film("x", &url, 72, "mp4"), 72, None);
        wait_for(&frozen, "begun");
        let (before, api_before, began) = (survivor.log().len(), api.log().len(), Instant::now());
        frozen.signal(libc::SIGSTOP);
        while !survivor.log()[before..].contains("took leases")
            && !api.log()[api_before..].contains("took leases")
            && began.elapsed() < Duration::from_secs(45)
        {
            std::thread::sleep(Duration::from_millis(3));
        }
        taken.push(began.elapsed());
        let (id, _) = promises.jobs.last().unwrap();
        let job = api.ended(id, PATIENCE);
        let objects = |site: &Site| site.objects().into_iter().filter(|key| key.starts_with(id)).collect::<Vec<_>>();
        let began = Instant::now();
        while objects(&site).len() != 2 {
            assert!(began.elapsed() < PATIENCE, "{:?}", objects(&site));
            std::thread::sleep(Duration::from_millis(50));
        }
        frozen.signal(libc::SIGCONT);
        std::thread::sleep(Duration::from_secs(3));
        assert_eq!(api.job(id), job, "the frozen worker changed the job");
        assert_eq!(objects(&site).len(), 2, "the frozen worker left something");
    }
    promises.kept(&site, &api);
    print(&format!(
        "F11  {} frozen workers, all fenced off; their leases were taken after {}",
        taken.len(),
        spread(taken)
    ));
}

#[test]
fn f12_poisonous_requests_fail_and_their_neighbours_succeed() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f12");
    let api = site.serve(&["--workers", "0"], "");
    let start = || site.worker(&["--slots", "1", "--image-workers", "1"], "drawing(poison)=kill");
    let mut workers = [start(), start()];
    let mut promises = Promises::default();
    let mut poison = Vec::new();
    for i in 0..20 {
        promises.submit(&api.url, "image", &world(&i.to_string()), 1, None);
        if i % 7 == 3 {
            poison.push(api.submit("image", &world("poison")));
        }
    }
    let (mut deaths, began) = (0, Instant::now());
    let open = |state: &str| api.get(&format!("/api/jobs?status={state}")).json()["jobs"].as_array().unwrap().len();
    while open("PENDING") + open("RUNNING") > 0 {
        assert!(began.elapsed() < PATIENCE, "{}", api.get("/api/jobs").text());
        for worker in &mut workers {
            if worker.has_ended() {
                deaths += 1;
                *worker = start();
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    for id in &poison {
        let job = api.job(id);
        assert_eq!((job["status"].as_str(), job["attempt"].as_u64()), (Some("FAILED"), Some(3)), "{job}");
        assert_eq!(job["failure"]["code"], "worker_crashed");
    }
    promises.kept(&site, &api);
    print(&format!(
        "F12  {} poisonous requests, {deaths} deaths: each FAILED after 3 attempts, {} neighbours SUCCESS, {:.1} s",
        poison.len(),
        promises.jobs.len(),
        began.elapsed().as_secs_f64()
    ));
}

#[test]
fn f13_a_rolling_restart_costs_no_attempt() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f13");
    let (url, _) = slow_wms(Duration::from_millis(150));
    let api = site.serve(&["--workers", "0"], "");
    let start = || site.worker(&["--slots", "1", "--drain-s", "5"], "");
    let mut workers = [start(), start()];
    let mut promises = Promises::default();
    let mut longest = Duration::ZERO;
    for round in 0..5 {
        promises.submit(&api.url, "animation", &film("x", &url, 72, "mp4"), 72, None);
        promises.submit(&api.url, "image", &world("y"), 1, None);
        std::thread::sleep(Duration::from_millis(1200));
        let worker = &mut workers[round % 2];
        worker.signal(libc::SIGTERM);
        let began = Instant::now();
        assert_eq!(worker.wait(), Some(0), "{}", worker.log());
        longest = longest.max(began.elapsed());
        *worker = start();
    }
    promises.kept(&site, &api);
    for (id, _) in &promises.jobs {
        assert_eq!(api.job(id)["attempt"], 1, "an attempt was charged");
    }
    print(&format!(
        "F13  5 workers told to end under load: exit 0, the longest took {:.1} s, no attempt charged",
        longest.as_secs_f64()
    ));
}

#[test]
fn f20_cancelled_jobs_stay_so_and_leave_nothing() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f20");
    let (url, _) = slow_wms(Duration::from_millis(100));
    let api = site.serve(&["--workers", "0"], "");
    let worker = site.worker(&["--slots", "2", "--worker-listen", "127.0.0.1:0"], "");
    let mut longest = Duration::ZERO;
    for after_ms in [0, 0, 300, 300, 700, 700, 1200, 1200, 2000, 2000] {
        let id = api.submit("animation", &film("x", &url, 240, "mp4"));
        std::thread::sleep(Duration::from_millis(after_ms));
        let began = Instant::now();
        let cancelled = api.request("DELETE", &format!("/api/job-status/{id}"), &[], b"");
        assert_eq!((cancelled.status, cancelled.json()["status"].as_str()), (200, Some("CANCELLED")));
        let idle = "mapreel_slots_busy{service=\"animation\"} 0";
        while after_ms > 0 && !worker.get("/metrics").text().contains(idle)
            || site.objects().iter().any(|key| key.starts_with(&id))
        {
            assert!(began.elapsed() < Duration::from_secs(5), "still at work: {:?}", site.objects());
            std::thread::sleep(Duration::from_millis(20));
        }
        longest = longest.max(began.elapsed());
        assert_eq!(api.get(&format!("/api/download/{id}")).status, 409);
        assert_eq!(api.job(&id)["status"], "CANCELLED");
    }
    print(&format!("F20  10 jobs cancelled: slots idle and objects gone after at most {:.1} s", longest.as_secs_f64()));
}

#[test]
fn f24_one_key_is_one_job() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f24");
    let (one, other) = (site.serve(&["--workers", "1"], ""), site.serve(&["--workers", "0"], ""));
    let mut ids = Vec::new();
    for key in ["a", "b", "c", "d", "e"] {
        let answers: Vec<_> = std::thread::scope(|scope| {
            let post = |i: usize| {
                let url = if i.is_multiple_of(2) { &one.url } else { &other.url };
                scope.spawn(move || {
                    let mut promises = Promises::default();
                    let status = promises.submit(url, "image", &world(key), 1, Some(key)).0;
                    (status, promises.jobs.pop())
                })
            };
            let threads: Vec<_> = (0..50).map(post).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|answer| answer == &answers[0] && answer.0 == 202), "{answers:?}");
        ids.push(answers[0].1.clone().unwrap());
        let mut other_request = Promises::default();
        assert_eq!(other_request.submit(&one.url, "image", &world("another"), 1, Some(key)).0, 422);
    }
    let promises = Promises { jobs: ids };
    promises.kept(&site, &one);
    let count = one.get("/api/jobs").json()["jobs"].as_array().unwrap().len();
    assert_eq!(count, 5);
    print("F24  250 requests with 5 keys at two servers: 5 jobs; another request with a used key is refused");
}
