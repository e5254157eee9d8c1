//! A lighttpd in front of map servers; it ends with this process.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts it with a configuration, and waits until it listens at the port that stands there. Its standard input ends with
/// this process, and then the shell that holds it stops the server.
pub fn start(configuration: &Path, port: u16) -> Child {
    let script = "/usr/sbin/lighttpd -D -f \"$0\" & pid=$!; read -r _; kill $pid; wait $pid";
    let keeper = Command::new("sh")
        .args(["-c", script])
        .arg(configuration)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts");
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let waited = began.elapsed() < Duration::from_secs(15);
        assert!(waited, "lighttpd does not start; ./test installs it, cgi-mapserver and qgis-server");
        std::thread::sleep(Duration::from_millis(50));
    }
    keeper
}
