//! Schemathesis makes requests from `/openapi.json`, valid ones and broken ones.

use super::support::service::{Site, repository};
use std::process::Command;

#[test]
fn no_generated_request_breaks_the_api_or_its_description() {
    let schemathesis = repository("tools/venv/bin/schemathesis");
    assert!(schemathesis.exists(), "./test installs schemathesis");
    let site = Site::new("schemathesis");
    let process = site.serve(&["--open-jobs-max", "100000", "--previews-max", "64", "--workers", "1"], "");
    // A schema cannot say that west lies west of east, or that a URL has a host: what is right by the schema may be answered with
    // 422, but never with 400, which says that it is not even what it looks like.
    let right = "[checks.positive_data_acceptance]\nexpected-statuses = [\"2xx\", 401, 403, 404, 409, 410, 422, 429, \"5xx\"]\n";
    // What is wrong may also be too large.
    let wrong = "[checks.negative_data_rejection]\nexpected-statuses = [400, 401, 403, 404, 405, 413, 415, 422, 429, \"5xx\"]\n";
    // An upstream that cannot be reached is no error of the server's.
    let error = "[checks.not_a_server_error]\nexpected-statuses = [\"2xx\", \"3xx\", \"4xx\", 502]\n";
    std::fs::write(site.folder.join("schemathesis.toml"), format!("{right}{wrong}{error}")).unwrap();
    let output = Command::new(schemathesis)
        .args(["run", &format!("{}/openapi.json", process.url), "--checks", "all"])
        // Events come for as long as a job lives.
        .args(["--exclude-path-regex", "events", "--phases", "coverage,fuzzing", "--max-examples", "15"])
        .args(["--request-timeout", "50", "--seed", "1"])
        .current_dir(&site.folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), process.log());
    assert!(!process.log().contains("panic"), "{}", process.log());
}
