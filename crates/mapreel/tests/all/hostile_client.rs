//! A client that sends what no honest client sends: each request gets the right 4xx, and none gets a 5xx.

use super::hostile_requests;
use super::support::service::{Process, Site, world};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The status of the first answer; 0 where the connection ends without an answer, 999 where it stays open without one.
fn status(process: &Process, bytes: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(process.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    // A service that answers early may close the connection early.
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !answer.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => answer.extend_from_slice(&buffer[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return 999,
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&answer);
    text.strip_prefix("HTTP/1.1 ")
        .or(text.strip_prefix("HTTP/1.0 "))
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .unwrap_or(0)
}

#[test]
fn every_hostile_request_gets_the_right_refusal() {
    let process = Site::new("hostile-client").serve(&["--workers", "1", "--image-workers", "1"], "");
    let rows = hostile_requests::all();
    assert!(rows.len() >= 400, "{}", rows.len());
    let chunk = rows.len().div_ceil(8);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let lanes: Vec<_> = rows
            .chunks(chunk)
            .map(|rows| {
                let process = &process;
                scope.spawn(move || {
                    let came = rows.iter().map(|row| (row, status(process, &row.bytes)));
                    let wrong = came.filter(|(row, status)| !row.right.contains(status));
                    wrong
                        .map(|(row, status)| format!("{}: {status} and not {:?}", row.name, row.right))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
    });
    println!("{} hostile requests", rows.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert_eq!(process.get("/healthz").status, 200);
    let honest = process.ended(&process.submit("image", &world("honest")), Duration::from_secs(60));
    assert_eq!(honest["status"], "SUCCESS");
}
