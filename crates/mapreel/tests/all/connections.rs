//! Clients that open many connections, send nothing, or never read: health checks and operators still get their
//! answers.

use super::support::service::{Process, Site, try_request, world};
use mapreel_testkit::processes::wait_until;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn connect(process: &Process) -> TcpStream {
    TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap()
}

fn send(process: &Process, request: &str) -> TcpStream {
    let mut stream = connect(process);
    // The service may have closed the connection already.
    let _ = stream.write_all(request.as_bytes());
    stream
}

/// The times of requests to `/healthz`, sorted.
#[track_caller]
fn health(process: &Process, times: usize) -> Vec<Duration> {
    let mut waits: Vec<Duration> = (0..times)
        .map(|_| {
            let began = Instant::now();
            let answer = try_request(&process.url, "GET", "/healthz", &[], b"");
            assert!(answer.as_ref().is_ok_and(|answer| answer.status == 200), "{answer:?}");
            std::thread::sleep(Duration::from_millis(5));
            began.elapsed() - Duration::from_millis(5)
        })
        .collect();
    waits.sort();
    waits
}

#[track_caller]
fn assert_soon(process: &Process, what: &str) {
    let waits = health(process, 100);
    eprintln!("{what}: /healthz p50 {:?}, p99 {:?}", waits[50], waits[98]);
    assert!(waits[98] < Duration::from_millis(500), "{what}: {:?}", waits[98]);
}

#[test]
fn a_thousand_event_streams_on_one_job_do_not_block_health_checks() {
    let site = Site::new("connections-streams");
    let process = site.serve(&["--workers", "0", "--streams-max", "2000", "--streams-per-client-max", "2000"], "");
    let path = format!("/api/job-status/{}/events", process.submit("image", &world("x")));
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let _streams: Vec<TcpStream> = (0..1_200).map(|_| send(&process, &request)).collect();
    assert_soon(&process, "1 200 from one address who follow a job");
    for route in ["/readyz", "/metrics"] {
        assert_eq!(process.get(route).status, 200, "{route}");
    }
    let refused = process.get("/api/jobs");
    assert_eq!((refused.status, &refused.json()["code"]), (429, &"too_many_requests".into()));
}

#[test]
fn silent_connections_do_not_block_health_checks() {
    let site = Site::new("connections-silent");
    let process = site.serve(&["--workers", "0", "--connections-per-address-max", "20"], "");
    let _silent: Vec<TcpStream> = (0..20).map(|_| connect(&process)).collect();
    assert_soon(&process, "20 silent ones, which is all that an address may have");
    // These connections use up the number that is kept free for an address; each is closed after two seconds.
    let _more: Vec<TcpStream> = (0..16).map(|_| connect(&process)).collect();
    std::thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    assert_eq!(process.get("/healthz").status, 200);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[test]
fn honest_requests_wait_for_a_free_connection() {
    let site = Site::new("connections-honest");
    let process = site.serve(&["--workers", "0", "--connections-per-address-max", "10", "--connections-max", "20"], "");
    let accepted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(|| {
                let json = ["content-type: application/json"];
                let answer = try_request(&process.url, "POST", "/api/service/image", &json, world("x").as_bytes());
                let answer = answer.unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(answer.status, 202, "{}", answer.text());
                accepted.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(accepted.into_inner(), 200);
}

#[test]
fn operations_have_a_listener_of_their_own() {
    let site = Site::new("connections-operations");
    let arguments = ["--workers", "0", "--operations-listen", "127.0.0.1:0", "--connections-per-address-max", "5"];
    let process = site.serve(&arguments, "");
    const SAYS: &str = "health and metrics also at ";
    assert!(wait_until(Duration::from_secs(5), || process.log().contains(SAYS)), "{}", process.log());
    let log = process.log();
    let url = log.split_once(SAYS).unwrap().1.split_whitespace().next().unwrap();
    let _all: Vec<TcpStream> = (0..400).map(|_| connect(&process)).collect();
    for route in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(try_request(url, "GET", route, &[], b"").unwrap().status, 200, "{route}");
    }
    assert_eq!(try_request(url, "GET", "/api/jobs", &[], b"").unwrap().status, 404);
}

#[test]
fn a_client_that_never_reads_is_cut_off() {
    let site = Site::new("connections-write");
    let process = site.serve(&["--workers", "0", "--write-timeout-s", "1"], "");
    let mut stream = connect(&process);
    stream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    let requests = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(100);
    let began = Instant::now();
    loop {
        match stream.write(requests.as_bytes()) {
            Err(error) if [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe].contains(&error.kind()) => break,
            _ => assert!(began.elapsed() < Duration::from_secs(20), "it is never cut off"),
        }
    }
    eprintln!("cut off after {:?}", began.elapsed());
}

/// Two hundred clients send many requests for a large answer at once and never read.
#[test]
fn two_hundred_clients_that_never_read_do_not_block_health_checks() {
    let site = Site::new("connections-pipelines");
    let process = site.serve(&["--workers", "0"], "");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let requests = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(200);
        for _ in 0..200 {
            let (process, requests, done) = (&process, requests.clone(), &done);
            scope.spawn(move || {
                let mut stream = connect(process);
                stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
                while !done.load(Ordering::Relaxed) {
                    match stream.write(requests.as_bytes()) {
                        Err(error) if error.kind() != ErrorKind::WouldBlock => break,
                        _ => {}
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_secs(3));
        let checked = std::panic::catch_unwind(|| assert_soon(&process, "200 who never read"));
        done.store(true, Ordering::Relaxed);
        assert!(checked.is_ok());
    });
}

/// A body that is too large. The client sends all of it before it reads the answer.
#[test]
fn a_client_that_is_still_sending_gets_the_answer() {
    let site = Site::new("connections-linger");
    let process = site.serve(&["--workers", "0", "--requests-per-minute-max", "1000"], "");
    for (kind, length) in [("application/json", 12 << 20), ("text/plain", 8 << 20), ("application/json", 3 << 20)] {
        let expected = if kind == "text/plain" { 415 } else { 413 };
        for _ in 0..5 {
            let mut stream = connect(&process);
            let head = format!(
                "POST /api/service/image HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).unwrap();
            let piece = vec![b' '; 64 << 10];
            for sent in 0..length / piece.len() {
                stream.write_all(&piece).unwrap_or_else(|error| panic!("{error} after {sent} pieces"));
            }
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{answer}");
        }
    }
}

/// After its answer the service reads on within limits: a client cannot send for ever.
#[test]
fn a_client_that_sends_without_end_is_cut_off() {
    let site = Site::new("connections-endless");
    let process = site.serve(&["--workers", "0"], "");
    let mut stream = connect(&process);
    let head = "POST /api/service/image HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let began = Instant::now();
    while stream.write_all(format!("1000\r\n{}\r\n", " ".repeat(0x1000)).as_bytes()).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_micros(200));
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// The processor time of a process so far.
fn cpu(process: &Process) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // On Linux a tick is a hundredth of a second.
    Duration::from_millis(ticks * 10)
}

/// Changes jobs for some seconds. Returns the processor time and the number of changes.
fn changes(process: &Process) -> (Duration, u32) {
    let (before, began, mut count) = (cpu(process), Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(4) {
        let id = process.submit("image", &world("changes"));
        assert_eq!(process.request("DELETE", &format!("/api/job-status/{id}"), &[], b"").status, 200);
        count += 2;
        std::thread::sleep(Duration::from_millis(20));
    }
    (cpu(process) - before, count)
}

/// Event streams on waiting jobs, while other jobs change.
#[test]
fn nine_hundred_event_streams_cost_nothing_while_other_jobs_change() {
    let site = Site::new("connections-watched");
    let many = ["--workers", "0", "--streams-max", "2000", "--streams-per-client-max", "2000"];
    let process = site.serve(&[&many[..], &["--connections-per-address-max", "1000"]].concat(), "");
    let ids: Vec<String> = (0..300).map(|_| process.submit("image", &world("x"))).collect();
    let (alone, of_alone) = changes(&process);
    let mut streams: Vec<TcpStream> = (0..900)
        .map(|i| {
            let path = format!("/api/job-status/{}/events", ids[i % ids.len()]);
            send(&process, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"))
        })
        .collect();
    std::thread::sleep(Duration::from_secs(2));
    let (idle, began) = (cpu(&process), Instant::now());
    std::thread::sleep(Duration::from_secs(3));
    let idle = (cpu(&process) - idle).as_secs_f64() / began.elapsed().as_secs_f64();
    let (beside, of_beside) = changes(&process);
    eprintln!(
        "{of_alone} changes: {alone:?}; {of_beside} beside 900 streams: {beside:?}; idle: {:.1} % of a core",
        idle * 100.0
    );
    assert!(beside < alone + Duration::from_millis(1_500), "{beside:?} beside streams, {alone:?} alone");
    assert!(idle < 0.2, "{idle}");
    assert_soon(&process, "900 streams");
    // A client that follows a changing job gets the event.
    let last = streams.last_mut().unwrap();
    last.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let began = Instant::now();
    assert_eq!(process.request("DELETE", &format!("/api/job-status/{}", ids[899 % 300]), &[], b"").status, 200);
    let mut events = String::new();
    while !events.contains("CANCELLED") {
        let mut piece = [0; 4096];
        let read = last.read(&mut piece).unwrap();
        assert!(read > 0, "{events}");
        events.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn many_requests_for_readiness_get_the_same_answer() {
    let site = Site::new("connections-ready");
    let process = site.serve(&["--workers", "0"], "");
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..24 {
            scope.spawn(|| {
                while began.elapsed() < Duration::from_secs(4) {
                    let answer = process.get("/readyz");
                    assert_eq!(answer.status, 200, "{}", answer.text());
                }
            });
        }
    });
    let left: Vec<String> = site.objects().into_iter().filter(|key| key.starts_with("ready")).collect();
    assert!(left.is_empty(), "{left:?}");
}
