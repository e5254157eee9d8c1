//! A lighttpd in front of map servers; it ends with this process.

use super::kept;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

/// Starts it with a configuration, and waits until it listens at the port that stands there.
pub fn start(configuration: &Path, port: u16) -> Child {
    let what = "lighttpd, in front of cgi-mapserver and qgis-server,";
    kept::start("/usr/sbin/lighttpd -D -f \"$0\"", configuration, port, Duration::from_secs(15), what)
}
