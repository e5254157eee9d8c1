//! The limits of one client, which keep the service free for others: requests, frames, open jobs, event streams.

use super::support::mapreel;
use super::support::service::{Answer, Process, Site, film, world};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::serve;
use std::time::{Duration, Instant};

#[track_caller]
fn assert_too_many(answer: &Answer, name: &str, policy: &str) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert_eq!(
        (answer.header("content-type"), &answer.json()["code"]),
        ("application/problem+json", &"too_many_requests".into())
    );
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert_eq!(answer.header("ratelimit"), format!("\"{name}\";r=0;t={seconds}"));
    assert_eq!(answer.header("ratelimit-policy"), format!("\"{name}\";{policy}"));
}

/// Sends a request as a client of this address, behind a proxy on this machine.
fn from(process: &Process, address: &str, method: &str, path: &str, body: &str) -> Answer {
    let headers = ["content-type: application/json", &format!("x-forwarded-for: {address}")];
    process.request(method, path, &headers, body.as_bytes())
}

#[test]
fn requests_of_one_client_are_counted_and_health_is_not() {
    let site = Site::new("limits-requests");
    let process =
        site.serve(&["--workers", "0", "--requests-per-minute-max", "20", "--trusted-proxies", "127.0.0.0/8"], "");
    let jobs = |address: &str| from(&process, address, "GET", "/api/jobs", "");
    for left in (0..20).rev() {
        let answer = jobs("198.51.100.1");
        assert_eq!((answer.status, answer.header("ratelimit-policy")), (200, "\"requests\";q=20;w=60"));
        assert!(
            answer.header("ratelimit").starts_with(&format!("\"requests\";r={left};t=")),
            "{}",
            answer.header("ratelimit")
        );
    }
    assert_too_many(&jobs("198.51.100.1"), "requests", "q=20;w=60");
    assert_eq!(jobs("198.51.100.1").header("retry-after"), "3");
    assert_eq!(jobs("198.51.100.2").status, 200, "another client has his own");
    assert_eq!(jobs("203.0.113.9, 198.51.100.1").status, 429, "whatever he writes before it");
    for _ in 0..50 {
        assert_eq!(from(&process, "198.51.100.1", "GET", "/healthz", "").status, 200);
    }
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(jobs("198.51.100.1").status, 200);
}

#[test]
fn a_client_cannot_claim_the_address_of_another() {
    let site = Site::new("limits-forwarded");
    let process = site.serve(&["--workers", "0", "--requests-per-minute-max", "5"], "");
    let refused = (0..10).filter(|i| from(&process, &format!("198.51.100.{i}"), "GET", "/api/jobs", "").status == 429);
    assert_eq!(refused.count(), 5);
}

#[test]
fn frames_of_one_client_are_counted_once_for_each_job() {
    let site = Site::new("limits-frames");
    let process = site.serve(&["--workers", "0", "--frames-per-hour-max", "25", "--trusted-proxies", "127.0.0.1"], "");
    let url = serve(|_| ("200 OK", "", Picture::grey(24, 18, 9).to_png()));
    let send = |address: &str, frames: usize, key: &str| {
        let headers = [
            "content-type: application/json",
            &format!("x-forwarded-for: {address}"),
            &format!("idempotency-key: {key}"),
        ];
        process.request("POST", "/api/service/animation", &headers, film("x", &url, frames, "mp4").as_bytes())
    };
    assert_eq!(send("198.51.100.1", 20, "a").status, 202);
    for _ in 0..5 {
        assert_eq!(send("198.51.100.1", 20, "a").status, 429, "it has not so many left");
    }
    assert_eq!(send("198.51.100.1", 5, "b").status, 202);
    assert_too_many(&send("198.51.100.1", 2, "c"), "frames", "q=25;w=3600");
    assert_eq!(send("198.51.100.2", 25, "a").status, 202, "another client has his own");
    // A refused request does not count.
    for _ in 0..3 {
        assert_eq!(send("198.51.100.3", 26, "a").status, 429);
    }
    assert_eq!(send("198.51.100.3", 20, "a").status, 202);
    for _ in 0..3 {
        assert_eq!(send("198.51.100.3", 4, "a").status, 422, "the key is another request's");
    }
    assert_eq!(send("198.51.100.3", 5, "b").status, 202);
}

#[test]
fn requests_to_upstreams_of_one_client_are_counted_whatever_they_are_for() {
    let site = Site::new("limits-upstream-requests");
    let arguments = ["--workers", "0", "--upstream-requests-per-hour-max", "27", "--trusted-proxies", "127.0.0.1"];
    let process = site.serve(&arguments, "");
    let url = serve(|_| ("200 OK", "", Picture::grey(24, 18, 9).to_png()));
    let send = |address: &str, path: &str, frames: usize| {
        from(&process, address, "POST", path, &film("x", &url, frames, "mp4"))
    };
    let animation = "/api/service/animation";
    // The animation takes a picture for each frame, and the server's capabilities.
    assert_eq!(send("198.51.100.1", animation, 20).status, 202);
    assert_too_many(&send("198.51.100.1", animation, 20), "upstream-requests", "q=27;w=3600");
    // Six are left: two lists of layers, and two previews with two requests each.
    assert_ne!(from(&process, "198.51.100.1", "GET", &format!("/api/layers?url={url}"), "").status, 429);
    assert_ne!(send("198.51.100.1", "/api/check?online=true", 20).status, 429);
    let preview = |address: &str| send(address, "/api/preview", 20);
    assert_ne!(preview("198.51.100.1").status, 429);
    assert_ne!(preview("198.51.100.1").status, 429);
    assert_eq!(preview("198.51.100.1").status, 429);
    assert_ne!(preview("198.51.100.2").status, 429, "another client has his own");
}

#[test]
fn open_jobs_of_one_client_are_counted_and_the_others_go_on() {
    let site = Site::new("limits-open-jobs");
    let file = site.folder.join("keys.toml");
    let add = |name: &str, more: &[&str]| {
        let arguments =
            [&["keys", "add", name, "--roles", "submit,operate", "--file", file.to_str().unwrap()], more].concat();
        String::from_utf8(mapreel(&arguments).stdout).unwrap().trim().to_owned()
    };
    let (few, more) = (add("few", &["--open-jobs-max", "3"]), add("more", &[]));
    let arguments = ["--workers", "0", "--keys", file.to_str().unwrap(), "--open-jobs-per-client-max", "6"];
    let process = site.serve(&arguments, "");
    let send = |key: &str, method: &str, path: &str, body: &str| {
        let headers = ["content-type: application/json", &format!("authorization: Bearer {key}")];
        process.request(method, path, &headers, body.as_bytes())
    };
    let post = |key: &str| send(key, "POST", "/api/service/image", &world("x"));
    // Also for requests at the same time, whatever the process has counted before.
    let accepted = std::thread::scope(|scope| {
        let answers: Vec<_> = (0..12).map(|_| scope.spawn(|| post(&few))).collect();
        answers.into_iter().map(|answer| answer.join().unwrap()).filter(|answer| answer.status == 202).count()
    });
    assert_eq!(accepted, 3);
    assert_too_many(&post(&few), "open-jobs", "q=3");
    assert_eq!((0..10).filter(|_| post(&more).status == 202).count(), 6);
    // Another process accepts jobs of the same owners.
    let second = site.serve(&arguments, "");
    let headers = ["content-type: application/json", &format!("authorization: Bearer {few}")];
    assert_eq!(second.request("POST", "/api/service/image", &headers, world("x").as_bytes()).status, 429);
    // A client that cancels a job may submit another.
    let jobs = send(&few, "GET", "/api/jobs?limit=200", "").json();
    let id = jobs["jobs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(send(&few, "DELETE", &format!("/api/job-status/{id}"), "").status, 200);
    let began = Instant::now();
    while post(&few).status != 202 {
        assert!(began.elapsed() < Duration::from_secs(3));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(post(&few).status, 429);
}

#[test]
fn event_streams_are_counted_and_end_in_time() {
    let site = Site::new("limits-streams");
    let arguments = [
        "--workers",
        "0",
        "--streams-max",
        "6",
        "--streams-per-client-max",
        "4",
        "--stream-s-max",
        "2",
        "--trusted-proxies",
        "127.0.0.1",
    ];
    let process = site.serve(&arguments, "");
    let path = format!("/api/job-status/{}/events", process.submit("image", &world("x")));
    let follow = |address: &str| from(&process, address, "GET", &path, "");
    std::thread::scope(|scope| {
        let began = Instant::now();
        let four: Vec<_> = (0..4).map(|_| scope.spawn(|| follow("198.51.100.1"))).collect();
        std::thread::sleep(Duration::from_millis(300));
        assert_too_many(&follow("198.51.100.1"), "streams", "q=4");
        let two: Vec<_> = (0..2).map(|_| scope.spawn(|| follow("198.51.100.2"))).collect();
        std::thread::sleep(Duration::from_millis(300));
        let full = follow("198.51.100.3");
        assert_eq!((full.status, &full.json()["code"]), (503, &"busy".into()));
        assert!(!full.header("retry-after").is_empty());
        for stream in four.into_iter().chain(two) {
            let events = stream.join().unwrap();
            assert!(events.status == 200 && events.text().contains("PENDING"));
        }
        let took = began.elapsed();
        assert!((Duration::from_secs(2)..Duration::from_secs(4)).contains(&took), "{took:?}");
    });
    let again = follow("198.51.100.1");
    assert_eq!(again.status, 200, "their places are free again");
}
