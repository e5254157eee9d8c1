//! Jobs, as `docs/API.md` promises them: lists, their contents, repeating a job, and the views for operators.

use super::support::service::{Site, film, world};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::serve;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn png() -> Vec<u8> {
    Picture::grey(240, 180, 120).to_png()
}

#[test]
fn jobs_are_listed_page_by_page() {
    let site = Site::new("list");
    let process = site.serve(&[], "");
    let ids: Vec<String> = (0..5).map(|i| process.submit("image", &world(&i.to_string()))).collect();
    ids.iter().for_each(|id| drop(process.ended(id, PATIENCE)));
    let mut listed = Vec::new();
    let mut next = String::new();
    loop {
        let page = process.get(&format!("/api/jobs?limit=2&status=SUCCESS{next}")).json();
        listed.extend(page["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    listed.reverse();
    assert_eq!(listed, ids);
}

#[test]
fn jobs_are_found_by_their_titles_and_paged_both_ways() {
    let site = Site::new("search");
    let process = site.serve(&[], "");
    let titles = ["Ocean one", "Ärmelkanal", "ocean two", "Sky", "OCEAN three"];
    let ids: Vec<String> = titles.iter().map(|title| process.submit("image", &world(title))).collect();
    ids.iter().for_each(|id| drop(process.ended(id, PATIENCE)));
    let titles = |query: &str| -> (Vec<String>, serde_json::Value) {
        let page = process.get(&format!("/api/jobs?{query}")).json();
        let jobs = page["jobs"].as_array().unwrap_or_else(|| panic!("{query}: {page}"));
        (jobs.iter().map(|job| job["title"].as_str().unwrap().to_owned()).collect(), page)
    };
    assert_eq!(titles("search=oCeAn&status=success&service=Image").0, ["OCEAN three", "ocean two", "Ocean one"]);
    assert_eq!(titles("search=%C3%84RMEL").0, ["Ärmelkanal"]);
    assert_eq!(titles(&format!("search={}", &ids[3][24..])).0, ["Sky"]);
    assert_eq!(titles("search=100%25").0, [""; 0]);
    let (first, page) = titles("limit=2");
    assert_eq!((first.len(), &page["previous"]), (2, &serde_json::Value::Null));
    let (second, page) = titles(&format!("limit=2&cursor={}", page["next"].as_str().unwrap()));
    assert_eq!(second, ["ocean two", "Ärmelkanal"]);
    let (back, of_first) = titles(&format!("limit=2&cursor={}", page["previous"].as_str().unwrap()));
    assert_eq!((back, &of_first["previous"]), (first, &serde_json::Value::Null));
    assert_eq!(titles(&format!("limit=2&cursor={}", of_first["next"].as_str().unwrap())).0, second);
    let (last, page) = titles(&format!("limit=2&cursor={}", page["next"].as_str().unwrap()));
    assert_eq!((last, &page["next"]), (vec!["Ocean one".to_owned()], &serde_json::Value::Null));
    for wrong in ["cursor=-", "cursor=x", "search=", "status=WAITING"] {
        assert_eq!(process.get(&format!("/api/jobs?{wrong}")).status, 400, "{wrong}");
    }
}

#[test]
fn a_job_knows_its_request_and_can_be_done_again() {
    let site = Site::new("again");
    let process = site.serve(&["--artifact-lifetime-s", "6"], "");
    let sent = world("Again").replace(':', " :  ");
    let id = process.submit("image", &sent);
    let job = process.ended(&id, PATIENCE);
    assert_eq!((job["title"].as_str(), job["warnings_count"].as_u64()), (Some("Again"), Some(0)));
    let request = process.get(&format!("/api/job-status/{id}/request"));
    assert_eq!((request.status, request.header("content-type")), (200, "application/json"));
    assert_eq!(request.json(), serde_json::from_str::<serde_json::Value>(&sent).unwrap());
    let path = format!("/api/jobs/{id}/again");
    assert_eq!(process.request("POST", &path, &[], b"[1]").status, 422);
    let again = process.request("POST", &path, &["content-type: application/json"], b" {} ");
    assert_eq!(again.status, 202);
    let new = again.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(again.header("location"), format!("/api/job-status/{new}"));
    assert_ne!(new, id);
    let done = process.ended(&new, PATIENCE);
    assert_eq!(done["artifact"]["sha256"], job["artifact"]["sha256"]);
    let keyed =
        |key: &str| process.request("POST", &path, &[&format!("idempotency-key: {key}")], b"").json()["id"].clone();
    assert_eq!(keyed("k"), keyed("k"));
    process.until(&id, PATIENCE, |job| job["status"] == "EXPIRED");
    let began = Instant::now();
    while process.get(&format!("/api/job-status/{id}/request")).status != 410 {
        assert!(began.elapsed() < Duration::from_secs(5), "the request goes with the file");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(process.request("POST", &path, &[], b"").status, 410);
}

#[test]
fn a_running_film_shows_its_newest_frame() {
    let site = Site::new("newest");
    let process = site.serve(&["--workers", "1"], "");
    let url = serve(|path| {
        // The last of the film's three segments waits, so that the film still runs when the test looks at it.
        if path.contains("2020-02") {
            std::thread::sleep(Duration::from_secs(2));
        }
        ("200 OK", "", png())
    });
    let id = process.submit("animation", &film("x", &url, 36, "mp4"));
    let path = format!("/api/job-status/{id}/preview");
    assert_eq!(process.get(&path).status, 404);
    let job = process.until(&id, PATIENCE, |job| !job["preview"].is_null());
    assert_eq!((job["status"].as_str(), job["preview"].as_str()), (Some("RUNNING"), Some(&*path)));
    let running = process.get(&path);
    assert_eq!((running.status, running.header("cache-control")), (200, "no-store"));
    assert!(running.body.starts_with(b"\xff\xd8"), "a JPEG");
    process.ended(&id, PATIENCE);
    let last = process.get(&path);
    assert_eq!((last.status, last.header("content-type")), (200, "image/jpeg"));
    assert!(last.body != running.body, "it shows another time");
    let still = process.submit("image", &world("x"));
    process.ended(&still, PATIENCE);
    assert_eq!(process.get(&format!("/api/job-status/{still}/preview")).status, 200);
}

#[test]
fn operators_see_workers_and_upstreams() {
    let site = Site::new("overview");
    let process = site.serve(&[], "");
    let url = serve(|_| {
        std::thread::sleep(Duration::from_millis(300));
        ("200 OK", "", png())
    });
    let id = process.submit("animation", &film("Being drawn", &url, 30, "mp4"));
    let began = Instant::now();
    let part = loop {
        let overview = process.get("/api/operations").json();
        if let Some(part) =
            overview["workers"][0]["parts"].as_array().into_iter().flatten().find(|part| part["frames"] == 10)
        {
            break part.clone();
        }
        assert!(began.elapsed() < PATIENCE, "{overview}");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!((part["job"].as_str(), part["title"].as_str()), (Some(&*id), Some("Being drawn")));
    assert!(part["part"].as_str().unwrap().starts_with("segment-"), "{part}");
    process.ended(&id, PATIENCE);
    let overview = process.get("/api/operations").json();
    assert_eq!(overview["workers"].as_array().unwrap().len(), 0);
    let upstream = &overview["upstreams"][0];
    assert!(url.contains(upstream["host"].as_str().unwrap()), "{overview}");
    assert!(upstream["answered"].as_u64().unwrap() >= 30 && upstream["mean_s"].as_f64().unwrap() > 0.2, "{overview}");
}
