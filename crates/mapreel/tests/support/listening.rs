//! A lighttpd in front of map servers; it ends with this process.

use mapreel_testkit::processes::{Companion, free_port, wait_until};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// A server that listens.
pub struct Lighttpd {
    pub port: u16,
    _process: Companion,
}

impl Lighttpd {
    /// Starts lighttpd with a folder as its root; `further` is the part of its configuration for paths.
    pub fn start(folder: &Path, modules: &str, further: &str) -> Self {
        let (at, port) = (folder.display(), free_port());
        let configuration = format!(
            r#"server.document-root = "{at}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{at}/error.log"
server.modules = ({modules})
{further}"#
        );
        let file = folder.join("lighttpd.conf");
        std::fs::write(&file, configuration).unwrap();
        let what = "lighttpd, in front of cgi-mapserver and qgis-server,";
        let process = listening("/usr/sbin/lighttpd -D -f \"$0\"", &file, port, Duration::from_secs(15), what);
        Self { port, _process: process }
    }
}

/// Starts a shell command, in which `$0` is `file`, and waits until it listens at a port.
pub fn listening(command: &str, file: &Path, port: u16, patience: Duration, what: &str) -> Companion {
    let process = Companion::of_command(command, file);
    let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    assert!(wait_until(patience, listens), "{what} does not start; ./test installs it");
    process
}
