//! `mapreel serve --demo`: every example in the documents and on the page works with it, on a machine without network.

use super::support::postman::assert_passes;
use super::support::service::{Process, Site, repository};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(120);

fn demonstration(name: &str) -> (Site, Process) {
    let site = Site::new(name);
    let process = site.serve(&["--demo", "--no-open", "--private-upstreams", ""], "");
    (site, process)
}

#[test]
fn every_example_of_the_catalogue_becomes_a_film_without_warnings() {
    let (_site, process) = demonstration("demo-catalogue");
    let catalogue = process.get("/api/catalogue").json();
    let presets = catalogue["presets"].as_array().unwrap();
    assert!(presets.len() >= 3, "{catalogue}");
    for preset in presets {
        let request = preset["request"].to_string();
        let check = process.post("/api/check?online=true", &request);
        assert_eq!((check.status, &check.json()["warnings"]), (200, &serde_json::json!([])), "{}", check.text());
        let job = process.ended(&process.submit("animation", &request), PATIENCE);
        assert_eq!((job["status"].as_str(), job["warnings_count"].as_u64()), (Some("SUCCESS"), Some(0)), "{job:#}");
        assert_eq!(job["title"], preset["request"]["header"]["title"]);
    }
}

#[test]
fn its_servers_are_listed_and_no_other_of_this_machine_is_asked() {
    let (_site, process) = demonstration("demo-servers");
    let catalogue = process.get("/api/catalogue").json();
    let servers = catalogue["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 2, "{catalogue}");
    for server in servers {
        let url = server["url"].as_str().unwrap();
        let offered = process.get(&format!("/api/layers?url={url}")).json();
        assert_eq!(offered["service"], server["type"], "{offered}");
        let times = &offered["layers"].as_array().unwrap().iter().find(|layer| layer["name"] == "sst").unwrap()["dimensions"]
            [0];
        assert_eq!(
            (times["axis"]["count"].as_u64(), times["axis"]["first"].as_str()),
            (Some(24), Some("2018-01-01T00:00:00Z")),
            "{offered}"
        );
    }
    let elsewhere = process.get("/api/layers?url=http://127.0.0.1:9/");
    assert_eq!(elsewhere.status, 422, "{}", elsewhere.text());
    assert!(elsewhere.text().contains("not a public address"), "{}", elsewhere.text());
}

#[test]
fn the_collection_for_clients_runs_as_it_stands() {
    let (_site, process) = demonstration("demo-postman");
    assert_passes(&process);
}

#[test]
fn what_readme_and_documents_send_is_drawn() {
    let (_site, process) = demonstration("demo-documents");
    let mut count = 0;
    for name in ["README.md", "docs/REQUESTS.md", "docs/API.md"] {
        let text = std::fs::read_to_string(repository(name)).unwrap();
        let requests = text.split("```json\n").skip(1).filter_map(|rest| rest.split("\n```").next());
        for request in requests.filter(|request| request.contains("127.0.0.1:5005/demo")) {
            count += 1;
            let request = request.replace("http://127.0.0.1:5005", &process.url);
            let check = process.post("/api/check?online=true", &request);
            assert_eq!(check.status, 200, "{name}: {}", check.text());
            assert_eq!(process.post("/api/preview", &request).header("mapreel-warnings"), "0", "{name}: {request}");
        }
    }
    assert!(count >= 2, "{count}");
}

#[test]
fn without_the_flag_there_is_no_map_server() {
    let site = Site::new("demo-none");
    let process = site.serve(&["--workers", "0"], "");
    assert_eq!(process.get("/demo/wms?service=WMS&request=GetCapabilities").status, 404);
    assert_eq!(process.get("/api/catalogue").json(), serde_json::json!({ "servers": [], "presets": [] }));
}
