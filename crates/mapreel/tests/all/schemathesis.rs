//! Schemathesis makes requests from `/openapi.json`, valid ones and broken ones.

use super::support::service::{Site, repository};
use std::process::Command;

#[test]
fn no_generated_request_breaks_the_api_or_its_description() {
    let schemathesis = repository("tools/venv/bin/schemathesis");
    assert!(schemathesis.exists(), "./test installs schemathesis");
    let site = Site::new("schemathesis");
    let process = site.serve(&["--open-jobs-max", "100000", "--previews-max", "64", "--workers", "1"], "");
    let checks = "not_a_server_error,content_type_conformance,status_code_conformance,response_schema_conformance";
    let output = Command::new(schemathesis)
        .args(["run", &format!("{}/openapi.json", process.url), "--checks", checks])
        // Events come for as long as a job lives.
        .args(["--exclude-path-regex", "events", "--phases", "coverage,fuzzing", "--max-examples", "15"])
        .args(["--request-timeout", "50", "--seed", "1"])
        .current_dir(&site.folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), process.log());
    assert!(!process.log().contains("panic"), "{}", process.log());
}
