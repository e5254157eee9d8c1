//! The collection for clients, run by newman against the service and a real WMS.

use super::support::service::{Site, repository};
use super::support::wms;
use std::process::Command;

#[test]
fn the_postman_collection_passes_from_end_to_end() {
    let newman = repository("tools/node_modules/.bin/newman");
    assert!(newman.exists(), "./test installs newman");
    let site = Site::new("postman");
    let process = site.serve(&[], "");
    let variable = |name: &str, value: &str| ["--env-var".to_owned(), format!("{name}={value}")];
    let output = Command::new(newman)
        .arg("run")
        .arg(repository("clients/mapreel.postman_collection.json"))
        .args(variable("baseUrl", &process.url))
        .args(variable("wms", wms::url()))
        .args(variable("tiles", &wms::url().replace("/wms", "/tiles")))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), process.log());
}
