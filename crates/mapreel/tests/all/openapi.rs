//! Two linters accept `/openapi.json` without a finding.

use super::support::service::{Site, repository};
use std::process::{Command, Output};

fn linted(tool: &str, site: &Site, arguments: &[&str]) -> Output {
    let program = repository("tools/node_modules/.bin").join(tool);
    assert!(program.exists(), "./test installs {tool}");
    let mut command = Command::new(program);
    // The linters must not look for newer versions of themselves.
    let command = command
        .arg("lint")
        .args(arguments)
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .env("REDOCLY_TELEMETRY", "off");
    command.current_dir(&site.folder).output().unwrap()
}

#[test]
fn every_route_that_takes_a_request_has_examples_that_are_valid() {
    let site = Site::new("openapi-examples");
    let process = site.serve(&["--demo", "--no-open", "--workers", "0"], "");
    let api = process.get("/openapi.json").json();
    let mut count = 0;
    for (path, item) in api["paths"].as_object().unwrap() {
        let body = item.pointer("/post/requestBody/content/application~1json");
        for (name, example) in body.iter().flat_map(|body| body["examples"].as_object().unwrap()) {
            count += 1;
            let request = example["value"].to_string();
            let checked = process.post("/api/check", &request);
            assert_eq!(checked.status, 200, "{path} {name}: {}", checked.text());
            if path.starts_with("/api/service/") {
                assert_eq!(process.post(path, &request).status, 202, "{path} {name}");
            }
        }
    }
    assert!(count >= 10, "{count}");
}

#[test]
fn linters_find_nothing_in_the_description_of_the_api() {
    let site = Site::new("linters");
    let process = site.serve(&["--workers", "0"], "");
    std::fs::write(site.folder.join("openapi.json"), &process.get("/openapi.json").body).unwrap();
    std::fs::write(site.folder.join(".spectral.yaml"), "extends: [\"spectral:oas\"]\n").unwrap();
    let redocly = linted("redocly", &site, &["openapi.json", "--format", "json"]);
    let found = String::from_utf8_lossy(&redocly.stdout);
    let found: serde_json::Value = serde_json::from_str(&found[found.find('{').unwrap()..]).unwrap();
    assert_eq!(found["totals"], serde_json::json!({ "errors": 0, "warnings": 0, "ignored": 0 }), "{found:#}");
    let spectral = linted("spectral", &site, &["openapi.json", "--fail-severity", "hint"]);
    assert!(spectral.status.success(), "{}", String::from_utf8_lossy(&spectral.stdout));
}
