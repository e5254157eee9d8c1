//! A server that speaks MongoDB's wire protocol. `MAPREEL_TEST_MONGODB=mongodb://HOST` names another one to be used instead.

use crate::child::{Kept, wait_until};
use crate::{free_port, skip};
use std::net::TcpStream;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub struct MongoDb {
    _kept: Option<Kept>,
    _folder: tempfile::TempDir,
    pid: Option<i32>,
    host: String,
}

/// The server that the tests of this process share.
pub fn shared() -> Option<&'static MongoDb> {
    static SHARED: OnceLock<Option<MongoDb>> = OnceLock::new();
    SHARED.get_or_init(MongoDb::start).as_ref()
}

impl MongoDb {
    /// Starts one, empty; `None` if that is not possible, which has been said.
    pub fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if let Ok(host) = std::env::var("MAPREEL_TEST_MONGODB") {
            return Some(Self { _kept: None, _folder: folder, pid: None, host: host.trim_end_matches('/').to_owned() });
        }
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/mongodb");
        if !tools.join("lib").is_dir() {
            skip("MongoDB", "its Java libraries are not in tools/mongodb/lib; ./test puts them there");
            return None;
        }
        let (port, log, pid) = (free_port(), folder.path().join("log"), folder.path().join("pid"));
        let at = tools.display();
        let script = format!(
            "java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '{at}/lib/*' '{at}/Server.java' {port} < /dev/null & echo $! > {}; wait_for_end $!",
            pid.display()
        );
        let kept = Kept::start(&script, &[], &log);
        if !wait_until(PATIENCE, || TcpStream::connect(("127.0.0.1", port)).is_ok()) {
            skip("MongoDB", &std::fs::read_to_string(&log).unwrap_or_default());
            return None;
        }
        let pid = std::fs::read_to_string(pid).unwrap().trim().parse().ok();
        Some(Self { _kept: Some(kept), _folder: folder, pid, host: format!("mongodb://127.0.0.1:{port}") })
    }

    /// A connection string for a database of its own.
    pub fn database(&self, name: &str) -> String {
        // After the hosts there may be options.
        let (hosts, options) = self.host.split_once("/?").unwrap_or((&self.host, ""));
        let options = if options.is_empty() { String::new() } else { format!("?{options}") };
        format!("{hosts}/{name}{options}")
    }

    /// Sends a signal to the server. False: it is not ours.
    pub fn signal(&self, signal: i32) -> bool {
        // SAFETY: it only sends a signal to a process that was started here.
        self.pid.is_some_and(|pid| unsafe { libc::kill(pid, signal) } == 0)
    }
}
