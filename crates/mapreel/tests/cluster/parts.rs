//! The broker, the store and the bucket: they cannot be reached, are slow or full, or fail.

use crate::support::cluster::{PATIENCE, Promises, Servers, print, servers, slow_wms, wait_for};
use crate::support::service::{Process, Site, film, world};
use mapreel_testkit::servers::s3::Mood;
use std::time::{Duration, Instant};

/// Starts an API and two workers, and waits until the workers have subscriptions at the broker.
fn start(site: &Site) -> (Process, [Process; 2]) {
    let api = site.serve(&["--workers", "0"], "");
    let workers = [0, 1].map(|_| site.worker(&["--slots", "1", "--worker-listen", "127.0.0.1:0"], ""));
    for worker in &workers {
        wait_for(worker, "messages come from the broker");
    }
    (api, workers)
}

/// Waits until each worker has opened its subscription this many times.
#[track_caller]
fn hears_again(workers: &[Process], times: usize) -> Duration {
    let began = Instant::now();
    for worker in workers {
        while worker.log().matches("messages come from the broker").count() < times
            || worker.get("/readyz").status != 200
        {
            assert!(began.elapsed() < PATIENCE, "{}", worker.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    began.elapsed()
}

fn submit_all(promises: &mut Promises, api: &Process, url: &str, films: usize, images: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for i in 0..films.max(images) {
        let mut post = |service: &str, request: &str, frames| {
            let (status, took) = promises.submit(&api.url, service, request, frames, None);
            assert_eq!(status, 202, "{}", api.log());
            times.push(took);
        };
        if i < films {
            post("animation", &film("x", url, 36, "mp4"), 36);
        }
        if i < images {
            post("image", &world(&i.to_string()), 1);
        }
    }
    times
}

fn control(servers: &Servers, arguments: &[&str]) {
    let output = servers.rabbitmq.ctl(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn f3_the_broker_is_killed_with_work_in_flight() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let site = servers.site("f3");
    let (url, _) = slow_wms(Duration::from_millis(30));
    let (api, workers) = start(&site);
    let mut promises = Promises::default();
    let (mut back, mut heard) = (Vec::new(), Vec::new());
    for round in 0..3 {
        submit_all(&mut promises, &api, &url, 4, 16);
        std::thread::sleep(Duration::from_millis(500));
        servers.rabbitmq.kill();
        submit_all(&mut promises, &api, &url, 1, 5);
        let began = Instant::now();
        assert!(servers.rabbitmq.run(), "the broker starts again");
        back.push(began.elapsed());
        heard.push(hears_again(&workers, round + 2));
    }
    let took = promises.kept(&site, &api);
    print(&format!(
        "F3   broker killed 3 times with work in flight (back after {:.0} s at most): workers hear it {:.1} s later at most; {} jobs done, the last {:.1} s after",
        back.iter().max().unwrap().as_secs_f64(),
        heard.iter().max().unwrap().as_secs_f64(),
        promises.jobs.len(),
        took.as_secs_f64()
    ));
}

#[test]
fn f4_requests_come_while_the_broker_is_down() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let site = servers.site("f4");
    let (api, workers) = start(&site);
    let mut promises = Promises::default();
    control(servers, &["stop_app"]);
    let began = Instant::now();
    while workers.iter().any(|worker| worker.get("/readyz").status == 200) {
        assert!(began.elapsed() < PATIENCE, "a worker that hears nothing says that it is ready");
    }
    assert!(workers[0].get("/readyz").text().contains("no messages come from the broker"));
    assert_eq!(api.get("/readyz").status, 200, "requests are still taken");
    let times = submit_all(&mut promises, &api, "", 0, 100);
    let began = Instant::now();
    promises.jobs.iter().for_each(|(id, _)| drop(api.ended(id, PATIENCE)));
    let without = began.elapsed();
    control(servers, &["start_app"]);
    let heard = hears_again(&workers, 2);
    submit_all(&mut promises, &api, "", 0, 5);
    promises.kept(&site, &api);
    print(&format!(
        "F4   100 requests while the broker is down: 100 x 202, the slowest answer {:.0} ms; done without the broker after {:.1} s; heard again after {:.1} s",
        times.iter().max().unwrap().as_secs_f64() * 1e3,
        without.as_secs_f64(),
        heard.as_secs_f64()
    ));
}

#[test]
fn f5_the_broker_blocks_publishers() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let site = servers.site("f5");
    let (api, workers) = start(&site);
    let mut promises = Promises::default();
    control(servers, &["set_disk_free_limit", "900GB"]);
    let began = Instant::now();
    let mut times = Vec::new();
    while began.elapsed() < Duration::from_secs(15) {
        times.extend(submit_all(&mut promises, &api, "", 0, 5));
        std::thread::sleep(Duration::from_millis(500));
    }
    control(servers, &["set_disk_free_limit", "50MB"]);
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    promises.kept(&site, &api);
    hears_again(&workers, 1);
    print(&format!(
        "F5   disk alarm at the broker for 15 s: {} x 202, p99 {:.0} ms; all done",
        times.len(),
        p99.as_secs_f64() * 1e3
    ));
}

#[test]
fn f7_a_channel_is_closed_by_an_error() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("f7");
    let api = site.serve(&["--workers", "0"], "");
    let worker = site.worker(&["--slots", "1", "--worker-listen", "127.0.0.1:0"], "double-ack=trip@2");
    let mut promises = Promises::default();
    submit_all(&mut promises, &api, "", 0, 3);
    let heard = hears_again(std::slice::from_ref(&worker), 2);
    assert!(worker.log().contains("no messages from the broker"), "{}", worker.log());
    submit_all(&mut promises, &api, "", 0, 1);
    promises.kept(&site, &api);
    print(&format!(
        "F7   a message acknowledged twice, the channel closed: heard again after {:.1} s",
        heard.as_secs_f64()
    ));
}

#[test]
fn f9_a_part_takes_longer_than_the_broker_waits() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let site = servers.site("f9");
    // By default, the broker looks only once a minute for messages that were not acknowledged in time.
    let patience = |timeout_ms: u32, tick_ms: u32| {
        let set = format!(
            "application:set_env(rabbit, consumer_timeout, {timeout_ms}), application:set_env(rabbit, channel_tick_interval, {tick_ms})."
        );
        control(servers, &["eval", &set]);
    };
    patience(5_000, 2_000);
    let (url, _) = slow_wms(Duration::from_secs(4));
    let api = site.serve(&["--workers", "0"], "");
    let worker = site.worker(&["--slots", "1", "--worker-listen", "127.0.0.1:0", "--upstream-per-host-max", "1"], "");
    wait_for(&worker, "messages come from the broker");
    let mut promises = Promises::default();
    promises.submit(&api.url, "animation", &film("slow", &url, 6, "mp4"), 6, None);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(200) && api.job(&promises.jobs[0].0)["status"] != "SUCCESS" {
        std::thread::sleep(Duration::from_millis(200));
    }
    let took = began.elapsed();
    hears_again(std::slice::from_ref(&worker), 1);
    submit_all(&mut promises, &api, "", 0, 3);
    promises.kept(&site, &api);
    assert_eq!(api.job(&promises.jobs[0].0)["attempt"], 1);
    patience(1_800_000, 60_000);
    print(&format!(
        "F9   a part of {:.0} s where the broker waits 5 s: drawn once, heard again {} times",
        took.as_secs_f64(),
        worker.log().matches("messages come from the broker").count() - 1
    ));
}

#[test]
fn f14_the_store_hangs() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let site = servers.site("f14");
    let (url, _) = slow_wms(Duration::from_millis(60));
    let (api, workers) = start(&site);
    let mut promises = Promises::default();
    submit_all(&mut promises, &api, &url, 3, 3);
    std::thread::sleep(Duration::from_millis(500));
    if !servers.mongodb.signal(libc::SIGSTOP) {
        return print("F14  not tried: the store is not ours");
    }
    let (began, mut slowest, mut refused) = (Instant::now(), Duration::ZERO, 0);
    while began.elapsed() < Duration::from_secs(15) {
        let (status, took) = promises.submit(&api.url, "image", &world("x"), 1, None);
        assert_eq!(status, 503, "{}", api.log());
        (slowest, refused) = (slowest.max(took), refused + 1);
    }
    let unready = api.get("/readyz").status;
    servers.mongodb.signal(libc::SIGCONT);
    let back = Instant::now();
    while promises.submit(&api.url, "image", &world("y"), 1, None).0 != 202 {
        assert!(back.elapsed() < PATIENCE, "{}", api.log());
    }
    let answers = back.elapsed();
    assert!(slowest < Duration::from_secs(10), "{slowest:?}: clients would give up");
    assert_eq!(unready, 503);
    // A request that was answered with 503 may have been stored when the store went on. It was not promised, and does no harm.
    let listed = api.get("/api/jobs?limit=200").json();
    for job in listed["jobs"].as_array().unwrap() {
        let id = job["id"].as_str().unwrap();
        if !promises.jobs.iter().any(|(known, _)| known == id) {
            promises.jobs.push((id.to_owned(), 1));
        }
    }
    let took = promises.kept(&site, &api);
    for (id, _) in &promises.jobs {
        assert_eq!(api.job(id)["attempt"], 1, "an attempt was charged for the store's outage\n{}", workers[0].log());
    }
    print(&format!(
        "F14  the store hangs for 15 s: {refused} x 503 within {:.1} s; accepts again after {:.1} s, all done {:.1} s later, no attempt charged",
        slowest.as_secs_f64(),
        answers.as_secs_f64(),
        took.as_secs_f64()
    ));
}

#[test]
fn f15_the_bucket_refuses_hangs_and_breaks_off() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let site = servers.site("f15");
    let (url, _) = slow_wms(Duration::from_millis(30));
    let (api, _workers) = start(&site);
    let mut promises = Promises::default();
    let mut lines = Vec::new();
    for mood in [Mood::SlowDown, Mood::Silent, Mood::Truncating] {
        submit_all(&mut promises, &api, &url, 2, 2);
        std::thread::sleep(Duration::from_millis(300));
        servers.s3.set_mood(mood);
        submit_all(&mut promises, &api, &url, 1, 2);
        std::thread::sleep(Duration::from_secs(10));
        servers.s3.set_mood(Mood::Well);
        let began = Instant::now();
        promises.jobs.iter().for_each(|(id, _)| drop(api.ended(id, PATIENCE)));
        lines.push(format!("{mood:?} {:.1} s", began.elapsed().as_secs_f64()));
    }
    promises.kept(&site, &api);
    print(&format!(
        "F15  the bucket fails for 10 s: {} jobs, none failed; from its recovery to the last: {}",
        promises.jobs.len(),
        lines.join(", ")
    ));
}
