//! A cluster without faults.

use crate::support::cluster::{Promises, servers, slow_wms};
use crate::support::postman::assert_passes;
use crate::support::service::{film, world};
use std::time::{Duration, Instant};

#[test]
fn all_workers_draw_one_animation() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("sharing");
    let (url, hits) = slow_wms(Duration::from_millis(100));
    let api = site.serve(&["--workers", "0"], "");
    let workers: Vec<_> = (0..4).map(|_| site.worker(&["--slots", "1", "--image-workers", "1"], "")).collect();
    for worker in &workers {
        crate::support::cluster::wait_for(worker, "messages come from the broker");
    }
    let mut promises = Promises::default();
    assert_eq!(promises.submit(&api.url, "animation", &film("x", &url, 96, "mp4"), 96, None).0, 202);
    promises.submit(&api.url, "image", &world("y"), 1, None);
    promises.kept(&site, &api);
    for worker in &workers {
        assert!(worker.log().contains("part=segment"), "everybody takes part: {}", worker.log());
    }
    assert!(hits.lock().unwrap().values().all(|count| *count == 1), "nothing is fetched twice");
}

#[test]
fn without_a_broker_workers_claim_without_messages() {
    let Some(mut servers) = servers() else { return };
    let mut site = servers.as_mut().unwrap().site("brokerless");
    site.environment.retain(|(name, _)| name != "MAPREEL_BROKER");
    let (url, _) = slow_wms(Duration::from_millis(20));
    let api = site.serve(&["--workers", "0"], "");
    let workers = [site.worker(&["--slots", "1"], ""), site.worker(&["--slots", "1"], "")];
    let mut promises = Promises::default();
    promises.submit(&api.url, "animation", &film("x", &url, 96, "mp4"), 96, None);
    promises.submit(&api.url, "image", &world("y"), 1, None);
    promises.kept(&site, &api);
    assert!(workers.iter().all(|worker| worker.log().contains("part=segment")), "both take part");
}

#[test]
fn an_image_is_done_at_once() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("image");
    let api = site.serve(&["--workers", "0"], "");
    let worker = site.worker(&["--slots", "1", "--worker-listen", "127.0.0.1:0"], "");
    crate::support::cluster::wait_for(&worker, "messages come from the broker");
    let began = Instant::now();
    let mut promises = Promises::default();
    for i in 0..20 {
        promises.submit(&api.url, "image", &world(&i.to_string()), 1, None);
        let (id, _) = promises.jobs.last().unwrap();
        while api.get(&format!("/api/job-status/{id}?wait=10")).json()["status"] != "SUCCESS" {}
    }
    let each = began.elapsed() / 20;
    // Without a message, a worker would claim it only seconds later.
    assert!(each < Duration::from_secs(1), "{each:?}");
    promises.kept(&site, &api);
    assert_eq!((worker.get("/readyz").status, worker.get("/healthz").status), (200, 200));
    assert!(worker.get("/metrics").text().contains("mapreel_worker_time_seconds_total{doing=\"drawing\"}"));
    assert_eq!(worker.post("/api/service/image", &world("x")).status, 404, "a worker takes no requests");
    let health = crate::support::mapreel(&["health", "--ready", &worker.url]);
    assert!(health.status.success());
    assert!(!crate::support::mapreel(&["health", "http://127.0.0.1:1"]).status.success());
}

#[test]
fn downloads_are_redirected_to_the_bucket_where_wanted() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("redirect");
    let api = site.serve(&["--workers", "1", "--download-redirect", "true"], "");
    let id = api.submit("image", &world("x"));
    let job = api.ended(&id, Duration::from_secs(30));
    let answer = api.get(&format!("/api/download/{id}"));
    assert_eq!(answer.status, 307, "{}", answer.text());
    let location = answer.header("location").to_owned();
    let (server, path) = location.split_once("/maps/").unwrap();
    let file = crate::support::service::try_request(server, "GET", &format!("/maps/{path}"), &[], b"").unwrap();
    assert_eq!(file.status, 200, "{}", file.text());
    assert_eq!(file.body.len() as u64, job["artifact"]["size_bytes"].as_u64().unwrap());
}

#[test]
fn the_postman_collection_passes_on_the_whole_cluster() {
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().unwrap().site("postman");
    let api = site.serve(&["--workers", "0", "--demo", "--no-open"], "");
    let _workers = [site.worker(&["--slots", "1"], ""), site.worker(&["--slots", "1"], "")];
    assert_passes(&api);
}

#[test]
fn every_part_is_published_once() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let site = servers.site("published");
    let api = site.serve(&["--workers", "0"], "");
    // No worker consumes. The queues are declared when the first message is published.
    api.submit("image", &world("first"));
    std::thread::sleep(Duration::from_secs(2));
    assert!(servers.rabbitmq.ctl(&["purge_queue", "mapreel.image"]).status.success());
    (0..50).for_each(|i| drop(api.submit("image", &world(&i.to_string()))));
    // Long enough for the reconciler to publish hints again that are not marked as confirmed, and for the broker to update its counts, which it
    // does every 5 s.
    std::thread::sleep(Duration::from_secs(7));
    let output = servers.rabbitmq.ctl(&["-q", "list_queues", "name", "messages"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let waiting = text.lines().find_map(|line| line.strip_prefix("mapreel.image")).map(str::trim);
    assert_eq!(waiting, Some("50"), "{text}");
}
