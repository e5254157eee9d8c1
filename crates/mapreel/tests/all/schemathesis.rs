//! Schemathesis makes valid and broken requests from `/openapi.json`.

use super::support::service::{Site, repository};
use std::process::Command;

#[test]
fn no_generated_request_breaks_the_api_or_its_description() {
    let schemathesis = repository("tools/venv/bin/schemathesis");
    assert!(schemathesis.exists(), "./test installs schemathesis");
    let site = Site::new("schemathesis");
    let process = site.serve(&["--open-jobs-max", "100000", "--previews-max", "64", "--workers", "1"], "");
    // A schema cannot express that west is less than east, or that a URL has a host. So a request that is valid by the schema may
    // get a 422. It never gets a 400, which means that the request cannot even be parsed.
    let right = "[checks.positive_data_acceptance]\nexpected-statuses = [\"2xx\", 401, 403, 404, 409, 410, 422, 429, \"5xx\"]\n";
    // An invalid request may also be too large.
    let wrong = "[checks.negative_data_rejection]\nexpected-statuses = [400, 401, 403, 404, 405, 413, 415, 422, 429, \"5xx\"]\n";
    // An unreachable upstream is not an error of the service.
    let error = "[checks.not_a_server_error]\nexpected-statuses = [\"2xx\", \"3xx\", \"4xx\", 502]\n";
    std::fs::write(site.folder.join("schemathesis.toml"), format!("{right}{wrong}{error}")).unwrap();
    let output = Command::new(schemathesis)
        .args(["run", &format!("{}/openapi.json", process.url), "--checks", "all"])
        // The event stream lasts as long as its job.
        .args(["--exclude-path-regex", "events", "--phases", "coverage,fuzzing", "--max-examples", "15"])
        .args(["--request-timeout", "50", "--seed", "1"])
        .current_dir(&site.folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), process.log());
    assert!(!process.log().contains("panic"), "{}", process.log());
}
