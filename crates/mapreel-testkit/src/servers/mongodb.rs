//! A server that implements MongoDB's wire protocol. With `MAPREEL_TEST_MONGODB=mongodb://HOST` the tests use that server instead.

use crate::processes::{Companion, free_port, skip, wait_until};
use crate::repository;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub struct MongoDb {
    process: Option<Companion>,
    folder: tempfile::TempDir,
    /// The server's process; `None`: `MAPREEL_TEST_MONGODB` names the server, and this process has not started it.
    pid: Option<i32>,
    host: String,
    port: u16,
    is_on_disk: bool,
}

/// The server that the tests of this process share.
pub fn shared() -> Option<&'static MongoDb> {
    static SHARED: OnceLock<Option<MongoDb>> = OnceLock::new();
    SHARED.get_or_init(MongoDb::start).as_ref()
}

impl MongoDb {
    /// Starts an empty server that keeps its data in memory; `None`: it cannot be started, and the reason was printed.
    pub fn start() -> Option<Self> {
        if let Ok(host) = std::env::var("MAPREEL_TEST_MONGODB") {
            let (folder, host) = (tempfile::tempdir().unwrap(), host.trim_end_matches('/').to_owned());
            return Some(Self { process: None, folder, pid: None, host, port: 0, is_on_disk: false });
        }
        Self::start_own(false)
    }

    /// Starts an empty server that can be killed: a write that it has acknowledged is on its disk. `None`: it cannot be started, and the reason
    /// was printed.
    pub fn start_on_disk() -> Option<Self> {
        Self::start_own(true)
    }

    fn start_own(is_on_disk: bool) -> Option<Self> {
        if !tools().join("lib").is_dir() {
            skip("MongoDB", "its Java libraries are not in tools/mongodb/lib; ./test puts them there");
            return None;
        }
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let host = format!("mongodb://127.0.0.1:{port}");
        let mut server = Self { process: None, folder, pid: None, host, port, is_on_disk };
        if server.run() {
            return Some(server);
        }
        skip("MongoDB", &std::fs::read_to_string(server.path("log")).unwrap_or_default());
        None
    }

    /// Kills the server as `kill -9` does.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts the server again after [`MongoDb::kill`], with the data on its disk; false: it does not start.
    pub fn run(&mut self) -> bool {
        let (at, pid, port) = (tools(), self.path("pid"), self.port);
        let file = if self.is_on_disk { self.path("store").display().to_string() } else { String::new() };
        let script = format!(
            "java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '{at}/lib/*' '{at}/Server.java' {port} {file} < /dev/null & echo $! > {pid}; wait_for_end $!",
            at = at.display(),
            pid = pid.display(),
        );
        self.process = Some(Companion::start(&script, &[], &self.path("log")));
        let is_there = wait_until(PATIENCE, || TcpStream::connect(("127.0.0.1", port)).is_ok());
        self.pid = std::fs::read_to_string(pid).ok().and_then(|pid| pid.trim().parse().ok());
        is_there
    }

    /// A connection string for the database with this name.
    pub fn database(&self, name: &str) -> String {
        // After the hosts there may be options.
        let (hosts, options) = self.host.split_once("/?").unwrap_or((&self.host, ""));
        let options = if options.is_empty() { String::new() } else { format!("?{options}") };
        format!("{hosts}/{name}{options}")
    }

    /// Sends a signal to the server. False: this process has not started it.
    pub fn signal(&self, signal: i32) -> bool {
        // SAFETY: it only sends a signal to a process that was started here.
        self.pid.is_some_and(|pid| unsafe { libc::kill(pid, signal) } == 0)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn tools() -> PathBuf {
    repository("tools/mongodb")
}
