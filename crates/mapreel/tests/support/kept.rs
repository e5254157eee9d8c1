//! A server that ends with this process: its standard input ends with it, and then the shell that holds it stops the server.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a command of the shell, in which `$0` is `file`, and waits until it listens at a port.
pub fn start(command: &str, file: &Path, port: u16, patience: Duration, what: &str) -> Child {
    let script = format!("{command} & pid=$!; read -r _; kill $pid; wait $pid");
    let keeper = Command::new("sh")
        .args(["-c", &script])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts");
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < patience, "{what} does not start; ./test installs it");
        std::thread::sleep(Duration::from_millis(50));
    }
    keeper
}
