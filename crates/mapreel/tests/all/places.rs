//! A slot, and the permit of a preview, are held until the drawing has really ended, also when the job is cancelled or the
//! client has gone.

use super::support::service::{Process, Site, film, world};
use bytes::Bytes;
use mapreel_queue::sqlite::Sqlite;
use mapreel_queue::{NewJob, Queue, Service, Settings, Unsupervised};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::serve;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// The number of threads with this name in a process.
fn threads(process: &Process, name: &str) -> usize {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", process.pid())).into_iter().flatten().flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|found| found.trim() == name).count()
}

/// Sends a request and closes the connection without waiting for the answer.
fn abandoned(process: &Process, method: &str, path: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n");
    stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    stream
}

#[test]
fn cancelled_drawing_keeps_its_slot_until_it_has_ended() {
    let site = Site::new("places-cancelled");
    let process = site.serve(&["--workers", "1", "--image-workers", "1"], "drawing(heavy)=sleep14");
    let jobs: Vec<String> = (0..12).map(|i| process.submit("image", &world(&format!("heavy {i}")))).collect();
    let mut most = 0;
    let began = Instant::now();
    // This is long enough for a slot that does not wait to begin three drawings.
    while began.elapsed() < Duration::from_secs(12) {
        for id in jobs.iter().filter(|id| process.job(id)["status"] == "RUNNING") {
            let cancelled = process.request("DELETE", &format!("/api/job-status/{id}"), &[], b"");
            assert_eq!(cancelled.json()["status"], "CANCELLED", "the job is over at once");
        }
        most = most.max(threads(&process, "draw"));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!((1..=2).contains(&most), "{most} threads draw for 2 slots");
    let open = jobs.iter().filter(|id| process.job(id)["status"] == "PENDING");
    open.for_each(|id| drop(process.request("DELETE", &format!("/api/job-status/{id}"), &[], b"")));
    // The slots are free again.
    let id = process.submit("image", &world("good"));
    assert_eq!(process.ended(&id, PATIENCE)["status"], "SUCCESS");
}

#[test]
fn previews_whose_clients_went_away_keep_their_permits() {
    let site = Site::new("places-previews");
    let process = site.serve(&["--workers", "0"], "drawing(heavy)=sleep5");
    let gone: Vec<_> = (0..6).map(|_| abandoned(&process, "POST", "/api/preview", &world("heavy"))).collect();
    std::thread::sleep(Duration::from_millis(500));
    drop(gone);
    std::thread::sleep(Duration::from_millis(500));
    let refused = process.post("/api/preview", &world("light"));
    assert_eq!((refused.status, threads(&process, "ask")), (503, 2), "{}", refused.text());
    assert!(!refused.header("retry-after").is_empty());
    let began = Instant::now();
    while process.post("/api/preview", &world("light")).status != 200 {
        assert!(began.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn requests_whose_clients_went_away_keep_their_permits() {
    let url = serve(|_| ("200 OK", "content-type: text/xml\r\n", b"<WMS_Capabilities/>".to_vec()));
    let site = Site::new("places-layers");
    let process = site.serve(&["--workers", "0"], "reading=sleep5");
    let path = format!("/api/layers?url={url}/wms");
    let gone: Vec<_> = (0..2).map(|_| abandoned(&process, "GET", &path, "")).collect();
    std::thread::sleep(Duration::from_millis(1000));
    drop(gone);
    std::thread::sleep(Duration::from_millis(500));
    let refused = process.get(&path);
    assert_eq!(refused.status, 503, "{}", refused.text());
}

/// A stalled part does not end, and a suspect must run exclusively: other parts go on, and at last so does the suspect.
#[test]
fn a_suspect_does_not_wait_for_a_drawing_that_does_not_end() {
    let png = Picture::grey(240, 180, 120).to_png();
    let url = serve(move |_| {
        std::thread::sleep(Duration::from_millis(100));
        ("200 OK", "", png.clone())
    });
    let site = Site::new("places-suspect");
    let arguments = ["--workers", "2", "--image-workers", "0", "--stall-s", "3"];
    let process = site.serve(&arguments, "drawing(stuck)=sleep25@1");
    let stuck = process.submit("image", &world("stuck"));
    process.until(&stuck, PATIENCE, |_| threads(&process, "draw") == 1);
    // The other slot is busy while another process dies with two parts.
    let busy = process.submit("animation", &film("busy", &url, 36, "mp4"));
    process.until(&busy, PATIENCE, |job| job["status"] == "RUNNING");
    let suspects = die_with_two_parts(&site);
    let good = process.submit("image", &world("good"));
    assert_eq!(process.ended(&busy, PATIENCE)["status"], "SUCCESS", "{}", process.log());
    let job = process.ended(&good, PATIENCE);
    assert_eq!(job["status"], "SUCCESS", "{}", process.log());
    assert!(threads(&process, "draw") > 0, "it waited for the thread that does not end: {}", process.log());
    for id in suspects {
        let job = process.ended(&id, PATIENCE);
        assert_eq!(job["status"], "SUCCESS", "{job} {}", process.log());
    }
}

/// A process claims two images and dies: each of them is then a suspect.
fn die_with_two_parts(site: &Site) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let path = site.folder.join("mapreel-data/jobs.db");
        let queue = Sqlite::open(&path, Settings::default(), &Unsupervised).unwrap();
        let mut jobs = Vec::new();
        for title in ["one", "two"] {
            let document = Bytes::from(world(title));
            let new = NewJob {
                service: Service::Image,
                owner: String::new(),
                title: None,
                document,
                request_sha256: "x".into(),
                segments: vec![1],
                idempotency_key: None,
                open_jobs_of_owner_max: None,
            };
            queue.submit(new).await.unwrap();
            let claim = queue.claim(&[Service::Image], &[]).await.unwrap().expect("nobody else has time for it");
            jobs.push(claim.lease.job.to_string());
        }
        jobs
    })
}
