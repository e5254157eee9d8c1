//! The Postman collection for clients, run by newman against a server with `--demo`.

use super::service::{Process, repository};
use std::process::Command;

/// Runs the collection against a server, and asserts that all of it passes.
#[track_caller]
pub fn assert_passes(server: &Process) {
    let newman = repository("tools/node_modules/.bin/newman");
    assert!(newman.exists(), "./test installs newman");
    let variable = |name: &str, value: &str| ["--env-var".to_owned(), format!("{name}={value}")];
    let output = Command::new(newman)
        .arg("run")
        .arg(repository("clients/mapreel.postman_collection.json"))
        .args(variable("baseUrl", &server.url))
        .args(variable("wms", &format!("{}/demo/wms", server.url)))
        .args(variable("tiles", &format!("{}/demo/wmts/1.0.0", server.url)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), server.log());
}
