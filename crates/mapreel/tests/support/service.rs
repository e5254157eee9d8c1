//! `mapreel serve` and `mapreel worker` as processes, and a plain HTTP client to talk to them.

use super::{folder, program};
use mapreel_testkit::processes::{memory_peak_bytes, wait_until};
pub use mapreel_testkit::repository;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A folder of state, empty at first, and the processes that share it.
pub struct Site {
    pub folder: PathBuf,
    /// The command of the program; it may have a prefix, such as `prlimit --nofile=64 PROGRAM`.
    pub program: Vec<OsString>,
    /// The environment variables of its processes.
    pub environment: Vec<(String, String)>,
    /// The folder with the objects.
    pub artifacts: PathBuf,
}

/// A running process of a site. It is killed when this is dropped.
pub struct Process {
    child: Child,
    pub url: String,
    log: Arc<Mutex<String>>,
    /// The thread that reads the process's log until its end.
    reader: Mutex<Option<JoinHandle<()>>>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Site {
    /// An empty site; each test has a `name` of its own.
    pub fn new(name: &str) -> Self {
        let folder = folder("sites").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let artifacts = folder.join("mapreel-data/artifacts");
        Self { folder, program: vec![program().into()], environment: Vec::new(), artifacts }
    }

    /// Starts `mapreel serve`, which may ask upstreams on this machine.
    pub fn serve(&self, arguments: &[&str], failpoint: &str) -> Process {
        self.serve_at("127.0.0.1:0", arguments, failpoint)
    }

    /// Starts `mapreel serve` at the address `listen`.
    pub fn serve_at(&self, listen: &str, arguments: &[&str], failpoint: &str) -> Process {
        let mut all = vec!["serve", "--listen", listen];
        all.extend(arguments);
        self.start(&all, failpoint).listening()
    }

    /// Starts `mapreel worker`.
    pub fn worker(&self, arguments: &[&str], failpoint: &str) -> Process {
        let mut all = vec!["worker"];
        all.extend(arguments);
        let process = self.start(&all, failpoint);
        if arguments.contains(&"--worker-listen") { process.listening() } else { process }
    }

    /// Starts the program, without waiting until it listens.
    pub fn start(&self, arguments: &[&str], failpoint: &str) -> Process {
        let mut child = Command::new(&self.program[0])
            .args(&self.program[1..])
            .args(arguments)
            .current_dir(&self.folder)
            .env("MAPREEL_PRIVATE_UPSTREAMS", "127.0.0.1")
            .envs(self.environment.iter().cloned())
            .env("MAPREEL_FAILPOINT", failpoint)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()).lines(), log.clone());
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        Process { child, url: String::new(), log, reader: Mutex::new(Some(reader)) }
    }

    /// Keys of all objects, sorted.
    pub fn objects(&self) -> Vec<String> {
        let root = &self.artifacts;
        let mut keys = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if entry.file_name().to_string_lossy().starts_with('.') {
                    // A folder that the S3 server uses itself.
                } else if path.is_dir() {
                    folders.push(path);
                } else {
                    keys.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        keys.sort();
        keys
    }
}

impl Process {
    /// Waits until the process logs the address at which it listens.
    fn listening(mut self) -> Self {
        let mut url = None;
        let says = || {
            let log = self.log();
            url =
                log.split_once("listening at ").and_then(|(_, rest)| Some(rest.split_whitespace().next()?.to_owned()));
            url.is_some()
        };
        assert!(wait_until(Duration::from_secs(30), says), "it does not start: {}", self.log());
        self.url = url.unwrap_or_default();
        self
    }

    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    /// The process's log so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: it only sends a signal to a child of this process.
        assert_eq!(unsafe { libc::kill(self.pid(), signal) }, 0);
    }

    /// Waits until the process has ended and its whole log is read; returns the exit code, if it was not killed.
    pub fn wait(&mut self) -> Option<i32> {
        let code = self.child.wait().unwrap().code();
        self.reader.lock().unwrap().take().map(JoinHandle::join).transpose().unwrap();
        code
    }

    /// Whether the process has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The peak memory of the process, in bytes.
    pub fn memory_peak_bytes(&self) -> u64 {
        memory_peak_bytes(self.child.id())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    /// Sends JSON.
    pub fn post(&self, path: &str, body: &str) -> Answer {
        self.request("POST", path, &["content-type: application/json"], body.as_bytes())
    }

    pub fn request(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        try_request(&self.url, method, path, headers, body)
            .unwrap_or_else(|e| panic!("{method} {path}: {e}; {}", self.log()))
    }

    /// Submits a request; returns the id of the job.
    #[track_caller]
    pub fn submit(&self, service: &str, request: &str) -> String {
        let answer = self.post(&format!("/api/service/{service}"), request);
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Submits a request as a client with this address, behind a proxy that the process trusts.
    #[track_caller]
    pub fn submit_from(&self, address: &str, service: &str, request: &str) -> String {
        let headers = ["content-type: application/json", &format!("x-forwarded-for: {address}")];
        let answer = self.request("POST", &format!("/api/service/{service}"), &headers, request.as_bytes());
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub fn job(&self, id: &str) -> Value {
        let answer = self.get(&format!("/api/job-status/{id}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Waits until the job has ended.
    #[track_caller]
    pub fn ended(&self, id: &str, patience: Duration) -> Value {
        self.until(id, patience, |job| !["PENDING", "RUNNING"].contains(&job["status"].as_str().unwrap()))
    }

    /// Waits until the job's status satisfies `is`.
    #[track_caller]
    pub fn until(&self, id: &str, patience: Duration, is: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let job = self.job(id);
            if is(&job) {
                return job;
            }
            assert!(began.elapsed() < patience, "not in time: {job}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = (self.child.kill(), self.child.wait());
    }
}

/// One request on a connection of its own.
pub fn try_request(url: &str, method: &str, path: &str, headers: &[&str], body: &[u8]) -> std::io::Result<Answer> {
    let host = url.strip_prefix("http://").unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for header in headers {
        head.push_str(&format!("{header}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    exchange(url, &[head.as_bytes(), b"\r\n", body].concat())
}

/// Sends bytes on a new connection, and returns the answer; the server closes the connection.
pub fn exchange(url: &str, request: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap())?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    // Errors are ignored: the server may answer and close before it has read all bytes.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes)
        && bytes.is_empty()
    {
        return Err(error);
    }
    parse(&bytes).ok_or_else(|| std::io::Error::other("no whole answer"))
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| line.split_once(':').map(|(k, v)| (k.to_ascii_lowercase(), v.trim().to_owned()));
    Some(Answer { status, headers: lines.filter_map(header).collect(), body: bytes[end + 4..].to_vec() })
}

impl Answer {
    /// The hash of the answer's body, in the form of manifests.
    pub fn sha256(&self) -> String {
        sha256(&self.body)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// The hash of some bytes, in the form of manifests.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A film of `frames` frames of a WMS at `url`, one for each day.
pub fn film(title: &str, url: &str, frames: usize, format: &str) -> String {
    let days: Vec<String> = (0..frames).map(|i| format!("\"2020-{:02}-{:02}\"", i / 28 + 1, i % 28 + 1)).collect();
    format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240, "height": 180 }}, "times": [{}],
             "layers": [{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Data" }}],
             "header": {{ "title": "{title}" }}, "output": {{ "format": "{format}" }} }}"#,
        days.join(",")
    )
}

/// An image that needs no upstream.
pub fn world(title: &str) -> String {
    format!(
        r#"{{ "map": {{ "bbox": [-180, -60, 180, 80], "width": 300 }}, "layers": [{{ "type": "natural-earth" }}],
             "header": {{ "title": "{title}" }} }}"#
    )
}
